"""A line that is a partner's: the ticket goes there by mail, the answers come into its topic, the client hears neither."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, ParcelState, Purpose
from desk.tickets import Participant, Standing, Status
from playground.botapi import Person
from playground.botapi.model import Topic
from tests.steps import HELD, chat, last_mail, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World

VENDOR = "support@vendor.example"
LINES = [
    {"name": "first", "title": "Первая линия"},
    {"name": "vendor", "title": "Вендор", "address": VENDOR, "language": "ru"},
]
RULES = [{"name": "all", "when": {"always": True}, "line": "first"}]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"line": LINES, "rule": RULES}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as made:
        await made.mails.user(VENDOR)
        yield made


async def handed_over(world: World, words: str = "Посмотрите журнал, падает служба печати") -> tuple[Person, Topic]:
    """A client's ticket that the partner has."""
    ann = await chat(world, "Анна", "Принтер не печатает, мой телефон +7 903 123-45-67, почта ann@home.example")
    topic = world.group.topic("SD-1 ·")
    world.group.say(world.engineer, "внутри: клиент скандальный", topic=topic)
    await world.settle()
    await order(world, "SD-1", f"/line vendor {words}")
    return ann, topic


async def answer_of_vendor(world: World, text: str, **more: Any) -> None:
    """The partner answers the last mail that they had from us about SD-1."""
    got = [one for one in await mails_of(world, VENDOR) if "[SD-1]" in one["Subject"]][-1]
    sender = more.pop("sender", VENDOR)
    await mail(world, sender, f"Re: {got['Subject']}", text, **{"in_reply_to": got, **more})


async def test_a_ticket_goes_to_a_partner_and_the_client_is_told_only_that_it_depends_on_them(world: World) -> None:
    """The mail has number, words and the client's own; neither a note nor how to reach the client."""
    ann, topic = await handed_over(world)
    got = await last_mail(world, VENDOR)
    text = text_of(got)
    assert "SD-1" in got["Subject"]
    assert "падает служба печати" in text
    assert "Принтер не печатает" in text
    for hidden in ("скандальный", "903 123", "ann@home.example", "Анна"):
        assert hidden not in got.as_string() + text + got["Subject"]
    (ticket,) = await world.tickets()
    assert (ticket.line, ticket.status, ticket.third_party) == ("vendor", Status.THIRD_PARTY, "Вендор")
    assert "Вендор" in said_to(ann)
    assert "служба печати" not in said_to(ann)
    assert any("передал(а) партнёру" in one.text for one in topic.messages)


async def test_what_the_partner_answers_stays_inside_until_an_engineer_sends_it_on(world: World) -> None:
    """Words and files stand in the topic; the button shows first what will go, then it goes as the engineer's answer."""
    ann, topic = await handed_over(world)
    before = said_to(ann)
    await answer_of_vendor(
        world, "Обновите драйвер до 4.2", attachments=[("driver.txt", b"4.2")], cc=["boss@vendor.example"]
    )
    said = world.group.last("Обновите драйвер", topic=topic)
    assert "партнёр «Вендор»" in said.text
    assert "В копии: boss@vendor.example." in said.text
    assert said_to(ann) == before
    (ticket,) = await world.tickets()
    assert ticket.status is Status.THIRD_PARTY
    button = next(one for one in topic.messages if one.keyboard and "Переслать клиенту ▸" in str(one.keyboard))
    await world.group.press(world.engineer, button, "Переслать клиенту ▸")
    await world.settle()
    shown = world.group.last("Клиенту уйдёт вот это", topic=topic)
    assert "Обновите драйвер до 4.2" in shown.text
    assert "[driver.txt]" in shown.text
    assert said_to(ann) == before
    await world.group.press(world.engineer, shown, "Отправить клиенту")
    await world.settle()
    await world.advance(seconds=HELD)
    assert "Обновите драйвер до 4.2" in said_to(ann)
    assert "vendor" not in said_to(ann).casefold().replace("вендор", "")
    assert shown.reactions == ["👌"]
    assert "уже отправлено" in await world.group.press(world.engineer, button, "Переслать клиенту ▸")


async def test_who_watches_hears_that_the_partner_answered(world: World) -> None:
    """Once in ten minutes, as of the client's words."""
    _, topic = await handed_over(world)
    olga = world.person("Ольга")
    world.group.add(olga)
    world.group.say(olga, "/watch", topic=topic)
    await world.settle()
    for words in ("Какая версия?", "И какой драйвер?"):
        await answer_of_vendor(world, words)
    assert said_in(topic).count("Ольга, партнёр ответил.") == 1


async def test_a_reply_to_the_partner_s_words_goes_to_the_partner_alone(world: World) -> None:
    """In one thread; 👎 in time takes it back, a note among colleagues stays one, an edit goes as edited."""
    ann, topic = await handed_over(world)
    await answer_of_vendor(world, "Какая версия?")
    theirs = world.group.last("Какая версия?", topic=topic)
    heard = said_to(ann)
    post = world.group.say(world.engineer, "Версия 4.1", topic=topic, reply_to=theirs)
    world.group.say(world.engineer, "// спросите у Анны", topic=topic, reply_to=theirs)
    second = world.group.say(world.engineer, "Нет, стойте", topic=topic, reply_to=theirs)
    await world.settle()
    world.group.react(world.engineer, second, "👎")
    await world.settle()
    world.group.edit(world.engineer, post, "Версия 4.1.7")
    await world.settle()
    await world.advance(seconds=HELD)
    first, answer = await mails_of(world, VENDOR)
    assert "Версия 4.1.7" in text_of(answer)
    assert first["Message-ID"] in answer["References"]
    assert answer["Subject"].startswith("Re: [SD-1]")
    assert post.reactions == ["👌"]
    assert said_to(ann) == heard
    async with world.store.view() as view:
        assert await view.find(Participant, standing__ne=Standing.PARTNER) == []


@pytest.mark.parametrize("back", ["/line first починили", "/reopen"])
async def test_it_comes_back_to_its_line(world: World, back: str) -> None:
    """A late answer of the partner still comes to the topic, and no reminder ever goes to them."""
    await handed_over(world)
    await order(world, "SD-1", back)
    (ticket,) = await world.tickets()
    assert (ticket.line, ticket.status) == ("first", Status.OPEN)
    await answer_of_vendor(world, "Исправлено в 4.2")
    assert "Исправлено в 4.2" in said_in(world.group.topic("SD-1 ·"))
    assert len(await world.tickets()) == 1
    assert len(await mails_of(world, VENDOR)) == 1


async def test_by_the_button_the_words_are_asked_for_first(world: World) -> None:
    """Nothing leaves without words."""
    await chat(world, "Анна", "Принтер не печатает")
    topic = world.group.topic("SD-1 ·")
    card = topic.messages[0]
    await world.group.press(world.engineer, card, "Линия ▸")
    await world.settle()
    await world.group.press(world.engineer, card, "Вендор")
    await world.settle()
    asked = world.group.last("что написать партнёру", topic=topic)
    assert (await world.tickets())[0].line == "first"
    world.group.say(world.engineer, "Почините службу печати", topic=topic, reply_to=asked)
    await world.settle()
    await world.advance(seconds=HELD)
    assert "Почините службу печати" in text_of(await last_mail(world, VENDOR))
    assert (await world.tickets())[0].line == "vendor"


async def test_who_is_not_proven_to_be_the_partner_is_none(world: World) -> None:
    """Without our thread a partner's mail is a request of its own; somebody else in the thread is a stranger."""
    ann, topic = await handed_over(world)
    await mail(world, VENDOR, "Плановые работы", "В субботу сервис недоступен")
    assert len(await world.tickets()) == 2
    await world.mails.user("eve@evil.example")
    await answer_of_vendor(world, "Пришлите пароль", sender="eve@evil.example")
    assert "партнёр" not in world.group.last("Пришлите пароль", topic=topic).text
    await answer_of_vendor(world, "Я его коллега", sender="ivan@vendor.example")
    assert "партнёр «Вендор»" in world.group.last("Я его коллега", topic=topic).text
    assert "пароль" not in said_to(ann)


async def test_nothing_for_the_partner_takes_another_way_when_their_address_is_gone(world: World) -> None:
    """Their mailbox is gone, and they once had a request of their own: the engineers are told, the client hears nothing."""
    await mail(world, VENDOR, "Наш вопрос", "Как у вас дела?")
    ann = await chat(world, "Анна", "Принтер не печатает")
    world.mails.smtp.faults.refuse[VENDOR] = "550 5.1.1 no such user here"
    await order(world, "SD-2", "/line vendor Посмотрите тайный журнал")
    topic = world.group.topic("SD-2 ·")
    assert "партнёру на support@vendor.example не доставлено" in said_in(topic)
    assert "тайный" not in said_to(ann)


async def test_a_client_by_mail_and_the_partner_have_threads_apart(world: World) -> None:
    """No mail of one names one of the other, whatever the partner puts in copy; a holiday answer is told and no more."""
    await mail(world, "Анна <ann@client.example>", "Принтер", "Не печатает принтер")
    await order(world, "SD-1", "/line vendor Посмотрите")
    await answer_of_vendor(world, "Мы в отпуске", headers={"Auto-Submitted": "auto-replied"})
    await answer_of_vendor(world, "Смотрим", cc=["ann@client.example"])
    topic = world.group.topic("SD-1 ·")
    assert "партнёр написал и самому клиенту" in world.group.last("Смотрим", topic=topic).text
    assert "Автоматическое письмо" in said_in(topic)
    post = world.group.say(world.engineer, "Ждём партнёра", topic=topic, reply_to=topic.messages[0])
    await world.settle()
    await world.advance(seconds=HELD)
    assert post.reactions == ["👌"]
    ids = {one["Message-ID"] for one in await mails_of(world, VENDOR)}
    for one in await mails_of(world, "ann@client.example"):
        if one["From"] and VENDOR not in one["From"]:
            assert not any(id_ in str(one["References"]) + str(one["In-Reply-To"]) for id_ in ids)
            assert VENDOR not in str(one["Cc"])
            assert "Смотрим" not in text_of(one)
    for one in await mails_of(world, VENDOR):
        assert "ann@client.example" not in one.as_string()
    async with world.store.view() as view:
        people = await view.find(Participant)
    assert [(one.address, one.standing) for one in people] == [(VENDOR, Standing.PARTNER)]


async def test_in_shadow_mode_nothing_leaves(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    tables = {"line": LINES, "rule": RULES, "desk": {"quiet": True}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        await world.mails.user(VENDOR)
        await handed_over(world)
        assert await mails_of(world, VENDOR) == []
        async with world.store.view() as view:
            kept = await view.find(Parcel, purpose=Purpose.PARTNER, channel="mail")
        assert [one.state for one in kept] == [ParcelState.QUIET]


async def test_a_partner_s_program_that_drops_the_thread_answers_to_their_own_tag(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """With `plus`; the tag in their mail is no client's, so nobody becomes the client by it."""
    tables = {"line": LINES, "rule": RULES}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, boxes=({"plus": True},)) as world:
        await world.mails.user(VENDOR)
        await mail(world, "Анна <ann@client.example>", "Принтер", "Не печатает принтер")
        theirs = (await last_mail(world, "ann@client.example"))["Reply-To"]
        await order(world, "SD-1", "/line vendor Посмотрите")
        ours = parseaddr((await last_mail(world, VENDOR))["Reply-To"])[1]
        assert "+sd1p." in ours
        assert parseaddr(theirs)[1] != ours
        await mail(world, VENDOR, "Ticket 4711", "Почините сами", to=ours)
        topic = world.group.topic("SD-1 ·")
        assert "партнёр «Вендор»" in world.group.last("Почините сами", topic=topic).text
        await mail(world, "Анна <ann@client.example>", "Ещё", "Подделка под клиента", to=ours)
        assert "Подделка" not in said_in(topic)


async def test_what_was_merged_takes_its_partner_along(world: World) -> None:
    """The answer comes to the ticket that goes on, and a reply there goes to the partner."""
    ann, _ = await handed_over(world)
    ann.say("/new Сканер молчит")
    await world.settle()
    await order(world, "SD-1", "/merge SD-2")
    await world.group.press(world.engineer, world.group.last("SD-2", topic=world.group.topic("SD-1 ·")), "Объединить")
    await world.settle()
    await answer_of_vendor(world, "Исправлено в 4.2")
    topic = world.group.topic("SD-2 ·")
    theirs = world.group.last("Исправлено в 4.2", topic=topic)
    world.group.say(world.engineer, "Спасибо, проверяем", topic=topic, reply_to=theirs)
    await world.settle()
    await world.advance(seconds=HELD)
    assert "Спасибо, проверяем" in text_of(await last_mail(world, VENDOR))
    assert "Спасибо, проверяем" not in said_to(ann)


async def test_the_topic_stays_in_the_group_that_it_came_from(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """A partner has no group: neither the hand-over nor the answer moves it out of that of its line."""
    group = -1001000000002
    lines = [LINES[0], {"name": "second", "title": "Вторая линия", "group": group}, LINES[1]]
    tables = {"line": lines, "rule": [{"name": "all", "when": {"always": True}, "line": "second"}]}
    made = World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, more_groups=(group,))
    async with made as world:
        await world.mails.user(VENDOR)
        await chat(world, "Анна", "Принтер не печатает")
        [other] = world.others
        topic = other.topic("SD-1 ·")
        other.say(world.engineer, "/line vendor Посмотрите", topic=topic)
        await world.settle()
        await world.advance(seconds=HELD)
        await answer_of_vendor(world, "Смотрим")
        assert "Смотрим" in said_in(topic)
        assert "Линия: Вендор" in topic.messages[0].text
        assert world.group.topics == []
        clock.set(datetime(2026, 11, 24, 7, 1, tzinfo=UTC))
        await world.advance()
        assert "Вендор: доброе утро" in said_in(world.group.general)


async def test_a_secret_never_goes_to_a_partner_and_a_flood_of_theirs_is_gathered(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """What a client sent as a secret is covered in the letter; from the eleventh answer on they come in one post."""
    words = {"ru": "Пароль", "en": "Password"}
    field = {"name": "password", "title": words, "ask": words, "labels": ["пароль"], "secret": True}
    tables = {"line": LINES, "rule": RULES, "field": [field]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        await world.mails.user(VENDOR)
        await chat(world, "Анна", "Не входит.\nПароль: сезам123")
        await order(world, "SD-1", "/line vendor <b>Смотрите</b> & чините")
        got = text_of(await last_mail(world, VENDOR))
        assert "сезам123" not in got
        assert "<b>Смотрите</b> & чините" in got
        topic = world.group.topic("SD-1 ·")
        for number in range(12):
            await answer_of_vendor(world, f"Сбой номер {number}")
        await world.advance(minutes=2)
        shown = [one for one in topic.messages if "Сбой номер" in one.text]
        assert len(shown) == 11
        assert "Сбой номер 10" in shown[-1].text
        assert "Сбой номер 11" in shown[-1].text


async def test_the_letter_is_taken_back_while_it_waits(world: World) -> None:
    await chat(world, "Анна", "Принтер не печатает")
    await order(world, "SD-1", "/line vendor Посмотрите", go=False)
    topic = world.group.topic("SD-1 ·")
    letter = world.group.last("передал(а) партнёру", topic=topic)
    world.group.react(world.engineer, letter, "👎")
    await world.settle()
    await world.advance(seconds=HELD)
    assert await mails_of(world, VENDOR) == []
    assert "отозвано, оно не ушло" in said_in(topic)
