"""Two requests of one client become one, and whatever comes for the former goes to the latter."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk import linking
from desk.people import Proof
from desk.tickets import Closing, Status, Ticket
from playground.botapi import Person
from tests.steps import answer, chat, last_mail, mail, mails_of, order, said_in, said_to, text_of
from tests.world import SUPPORT, World

PLAN = {
    "name": "base",
    "title": "Базовый",
    "base": True,
    "first_answer": "4 working hours",
    "solve": "16 working hours",
}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"plan": [PLAN]}) as world:
        yield world


async def two(world: World, name: str = "Анна") -> Person:
    """A client with SD-1 and SD-2, an hour apart."""
    ann = await chat(world, name, "Не печатает принтер")
    await world.advance(hours=1)
    ann.say("/new Принтер мигает красным")
    await world.settle()
    return ann


async def merge(world: World, number: str, other: str, *, button: str = "Объединить") -> str:
    """An engineer merges by command and button; what the button's toast says."""
    await order(world, number, f"/merge {other}", go=False)
    topic = world.group.topic(f"{number} ·")
    asked = next(message for message in reversed(topic.messages) if button in message.buttons)
    toast = await world.group.press(world.engineer, asked, button)
    await world.settle()
    return toast


async def ticket(world: World, number: int) -> Ticket:
    return (await world.tickets())[number - 1]


async def test_it_is_confirmed_told_once_and_goes_on_in_the_other(world: World) -> None:
    ann = await two(world)
    await merge(world, "SD-2", "SD-1")
    await world.advance(seconds=5)
    merged, target = await ticket(world, 2), await ticket(world, 1)
    assert (merged.status, merged.closing, merged.merged_into) == (Status.CLOSED, Closing.DUPLICATE, 1)
    assert target.status is Status.NEW
    assert said_to(ann).count("SD-2 объединили с SD-1") == 1
    here, there = world.group.topic("SD-2 ·"), world.group.topic("SD-1 ·")
    assert "Объединена с SD-1" in here.messages[0].text
    assert "сюда добавлена SD-2" in said_in(there)
    assert "Принтер мигает красным" in said_in(there)
    assert here.closed
    world.group.say(world.engineer, "/reopen SD-2")
    await world.settle()
    assert "Разъединить: /unmerge SD-2" in world.group.general.messages[-1].text


async def test_not_confirmed_nothing_happens(world: World) -> None:
    await two(world)
    await merge(world, "SD-2", "SD-1", button="Не надо")
    assert (await ticket(world, 2)).merged_into is None


async def test_two_presses_at_once_merge_once(world: World) -> None:
    ann = await two(world)
    await order(world, "SD-2", "/merge SD-1", go=False)
    topic = world.group.topic("SD-2 ·")
    asked = next(message for message in reversed(topic.messages) if "Объединить" in message.buttons)
    await world.group.press(world.engineer, asked, "Объединить")
    toast = await world.group.press(world.engineer, asked, "Объединить")
    await world.settle()
    assert "уже объединена" in str(toast)
    assert said_to(ann).count("объединили") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/merge", "С какой заявкой"),
        ("/merge SD-2", "та же самая"),
        ("/merge SD-99", "Такой заявки нет"),
        ("/merge SD-3", "разные клиенты: Анна и Вера"),
    ],
)
async def test_what_cannot_be_merged_is_said(world: World, words: str, said: str) -> None:
    await two(world)
    await chat(world, "Вера", "Касса не открывается")
    await order(world, "SD-2", words, go=False)
    text = said_in(world.group.topic("SD-2 ·"))
    assert said in text or (said == "Такой заявки нет" and "SD-7" in text)
    assert (await ticket(world, 2)).merged_into is None


async def test_late_words_by_reply_and_edit_go_to_the_other(store_url: str, clock: Any, tmp_path: Path) -> None:
    """On both databases: a reply to an old message, a plain word, and a change of an old message."""
    async with World(clock=clock, url=store_url, folder=tmp_path, with_mail=False) as world:
        ann = await two(world)
        receipt = next(message for message in ann.received if "SD-2" in message.text)
        old = next(message for message in ann.chat if message.text == "/new Принтер мигает красным")
        await merge(world, "SD-2", "SD-1")
        await world.advance(seconds=5)
        before = len(world.group.topic("SD-2 ·").messages)
        ann.say("и ещё пищит", reply_to=receipt)
        await world.settle()
        ann.edit(old, "/new Принтер мигает жёлтым")
        await world.settle()
        there = said_in(world.group.topic("SD-1 ·"))
        assert "и ещё пищит" in there
        assert "мигает жёлтым" in there
        assert len(world.group.topic("SD-2 ·").messages) == before
        assert (await ticket(world, 2)).status is Status.CLOSED
        assert len(await world.tickets()) == 2
        await answer(world, "SD-1", "Выезжаем")
        assert "Выезжаем" in said_to(ann)


async def test_a_mail_in_the_old_thread_goes_to_the_other_and_the_answer_stays_in_its_thread(world: World) -> None:
    first = await mail(world, "Ann <ann@client.example>", "Принтер", "Не печатает принтер")
    second = await mail(world, "Ann <ann@client.example>", "Мигает", "Принтер мигает красным")
    await merge(world, "SD-2", "SD-1")
    await world.advance(seconds=40)
    assert "SD-2 объединили с SD-1" in text_of(await last_mail(world, "ann@client.example"))
    late = await mail(world, "Ann <ann@client.example>", "Re: Мигает", "и ещё пищит", headers={"In-Reply-To": second})
    assert "и ещё пищит" in said_in(world.group.topic("SD-1 ·"))
    assert len(await world.tickets()) == 2
    await answer(world, "SD-1", "Выезжаем")
    sent = await last_mail(world, "ann@client.example")
    assert "Выезжаем" in text_of(sent)
    assert sent["In-Reply-To"] == late
    assert first in sent["References"]


async def test_a_mail_that_comes_back_is_told_where_the_conversation_goes_on(world: World) -> None:
    await mail(world, "Ann <ann@client.example>", "Принтер", "Не печатает принтер")
    await mail(world, "Ann <ann@client.example>", "Мигает", "Принтер мигает красным")
    await answer(world, "SD-2", "Смотрим")
    sent = str((await last_mail(world, "ann@client.example"))["Message-ID"])
    await merge(world, "SD-2", "SD-1")
    await world.advance(seconds=40)
    fields = "Final-Recipient: rfc822; ann@client.example\r\nAction: failed\r\nStatus: 5.2.2\r\n"
    await world.mails.put(
        SUPPORT,
        (
            f"Return-Path: <>\r\nDelivered-To: {SUPPORT}\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {SUPPORT}\r\n"
            "Subject: Undelivered\r\nMessage-ID: <1.dsn@mx.example>\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {sent}\r\n\r\n--b--\r\n"
        ).encode(),
    )
    await world.settle()
    assert "ящик переполнен" in said_in(world.group.topic("SD-1 ·"))


async def test_the_earlier_start_counts_with_the_pauses_before_the_other_one(world: World) -> None:
    await two(world)
    await merge(world, "SD-1", "SD-2")  # the older one goes into the younger
    first, second = await ticket(world, 1), await ticket(world, 2)
    assert second.answer_from == first.created_at
    assert second.solve_from == first.created_at
    await order(world, "SD-2", "/unmerge")
    second = await ticket(world, 2)
    assert (second.answer_from, second.solve_from) == (None, None)


async def test_a_word_that_we_owe_opens_the_other_again_and_undoing_waits_again(world: World) -> None:
    ann = await two(world)
    await order(world, "SD-1", "/info Какая модель?")
    assert (await ticket(world, 1)).status is Status.WAITING
    await merge(world, "SD-2", "SD-1")
    await world.advance(seconds=5)
    assert (await ticket(world, 1)).status is Status.OPEN
    world.group.say(world.engineer, "/unmerge SD-2")
    await world.settle()
    await world.advance(seconds=5)
    first, second = await ticket(world, 1), await ticket(world, 2)
    assert (first.status, second.status) == (Status.WAITING, Status.NEW)
    assert second.merged_into is None
    assert not world.group.topic("SD-2 ·").closed
    assert "SD-2 снова отдельная заявка" in said_to(ann)


async def test_what_went_on_is_not_parted_any_more(world: World) -> None:
    ann = await two(world)
    await merge(world, "SD-2", "SD-1")
    ann.say("Ну что?")
    await world.settle()
    await order(world, "SD-1", "/unmerge", go=False)
    assert "разъединить нельзя" in said_in(world.group.topic("SD-1 ·"))
    assert (await ticket(world, 2)).merged_into == 1


async def test_a_chain_of_mergings_leads_to_the_last(world: World) -> None:
    ann = await two(world)
    ann.say("/new И сканер не работает")
    await world.settle()
    await merge(world, "SD-3", "SD-2")
    await merge(world, "SD-2", "SD-1")
    await world.advance(seconds=5)
    receipt = next(message for message in ann.received if "SD-3" in message.text)
    ann.say("сканер ожил", reply_to=receipt)
    await world.settle()
    assert "сканер ожил" in said_in(world.group.topic("SD-1 ·"))
    await order(world, "SD-1", "/merge SD-3", go=False)
    assert "та же самая" in said_in(world.group.topic("SD-1 ·"))


async def test_after_clients_are_parted_nothing_of_one_reaches_the_other(world: World) -> None:
    """Linked people are one client; when that is undone the merged request is its owner's alone again."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    await mail(world, "Boris <boris@client.example>", "Касса", "Касса не открывается")
    async with world.store.unit() as unit:
        first, second = await unit.find(Ticket)
        await linking.join(world.desk, unit, first.client_id, second.client_id, proof=Proof.ENGINEER, by="test")
        await unit.commit()
    await merge(world, "SD-2", "SD-1")
    await order(world, "SD-1", "/unlink")
    sent = (await mails_of(world, "boris@client.example"))[0]
    await mail(
        world, "Boris <boris@client.example>", "Re: Касса", "Секрет кассира",
        headers={"In-Reply-To": str(sent["Message-ID"])},
    )  # fmt: skip
    assert "Секрет кассира" not in said_in(world.group.topic("SD-1 ·"))
    assert "Секрет кассира" in said_in(world.group.topic("SD-2 ·"))
    assert "Секрет" not in said_to(ann)


async def test_an_answer_from_before_is_taken_back_where_the_request_goes_on(world: World) -> None:
    """The topic where it was written is closed; what became of it is said in both."""
    ann = await two(world)
    post = await answer(world, "SD-2", "Перезагрузите его")
    await merge(world, "SD-2", "SD-1")
    await order(world, "SD-1", "/undo")
    assert "Перезагрузите его" not in said_to(ann)
    assert post.reactions == ["🙈"]
    assert "у клиента его больше нет. Борис: «Перезагрузите его»" in said_in(world.group.topic("SD-1 ·"))
