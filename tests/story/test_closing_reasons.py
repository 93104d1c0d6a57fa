"""Closing by hand: a reason from the closed list, the findings that some of them need, what the client reads."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.tickets import Closing, Status, Ticket
from tests.steps import chat, last_mail, mail, order, said_in, said_to, text_of
from tests.world import World

ANN = "ann@client.example"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def ticket_of(world: World, number: int = 1) -> Ticket:
    return next(ticket for ticket in await world.tickets() if ticket.id == number)


@pytest.mark.parametrize(
    ("command", "reason", "words"),
    [
        ("/close решено поменяли кабель", Closing.SOLVED, ["поменяли кабель\n", "вопрос решён"]),
        ("/close no answer", Closing.NO_ANSWER, ["ответ от клиента не получен"]),
        ("/close abuse", Closing.ABUSE, ["оскорбительных выражений"]),
        ("/close отозвана", Closing.WITHDRAWN, ["вы её отозвали"]),
        ("/close не воспроизводится три <машины> & ничего", Closing.NOT_REPRODUCED, ["три <машины> & ничего"]),
        ("/close чужая программа сбой в 1С", Closing.SOFTWARE, ["сбой в 1С", "к тому, кто её выпускает"]),
    ],
)
async def test_each_reason_is_told_to_the_client_in_the_regulations_words(
    world: World, command: str, reason: Closing, words: list[str]
) -> None:
    """With what was done; kept with the ticket and in the trail; the next word opens it again."""
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/done сменили картридж")
    post = await order(world, "SD-1", command)
    assert post.reactions == ["👌"]
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.closing) == (Status.CLOSED, reason)
    letter = ann.last().text
    for each in (*words, "SD-1 закрыта", "• сменили картридж"):
        assert each in letter
    needs = reason in {Closing.NOT_REPRODUCED, Closing.SOFTWARE, Closing.EQUIPMENT, Closing.DEVELOPMENT}
    assert bool(ticket.findings) is needs
    async with world.store.view() as view:
        closed = await view.first(Audit, what="closed", ticket_id=1)
    assert closed is not None
    assert (closed.who, closed.data["closing"], bool(closed.data.get("findings"))) == ("Борис", reason.value, needs)
    ann.say("Всё-таки не так")
    await world.settle()
    assert (await ticket_of(world)).status is Status.OPEN


async def test_without_a_reason_the_reasons_are_offered_and_the_words_kept(world: World) -> None:
    """One reply with buttons; chosen, it says which, and a second press finds nothing."""
    ann = await chat(world, "Анна", "Не печатает")
    topic = world.group.topic("SD-1 ·")
    await order(world, "SD-1", "/close купите <новый> принтер")
    assert (await ticket_of(world)).status is Status.NEW
    offer = world.group.last("Почему закрываем SD-1?", topic=topic)
    assert "купите <новый> принтер" in offer.text
    assert len(offer.buttons) == len(Closing) - 1
    await world.group.press(world.engineer, offer, "Вне поддержки")
    await world.settle()
    assert (await ticket_of(world)).closing is Closing.OUT_OF_SCOPE
    assert ann.last().text.startswith("купите <новый> принтер\n\nЗаявка SD-1 закрыта")
    assert (offer.text, offer.buttons) == ("Закрываем: Вне поддержки.", [])


async def test_the_cards_button_offers_the_reasons_and_findings_are_asked_for(world: World) -> None:
    """The prompt survives a restart; only its engineer answers it, in words, and within ten minutes."""
    ann = await chat(world, "Анна", "Не печатает")
    topic = world.group.topic("SD-1 ·")
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    await world.group.press(world.engineer, topic.messages[0], "Закрыть ▸")
    await world.settle()
    offer = world.group.last("Почему закрываем", topic=topic)
    await world.group.press(world.engineer, offer, "Не воспроизводится")
    await world.settle()
    prompt = world.group.last("что выяснили?", topic=topic)
    await world.stop()
    await world.start()
    world.group.say(vera, "Я думаю, что всё хорошо", topic=topic, reply_to=prompt)
    await world.settle()
    assert (await ticket_of(world)).status is Status.NEW
    world.group.say(world.engineer, "/queue", topic=topic, reply_to=prompt)
    await world.settle()
    assert (await ticket_of(world)).status is Status.NEW
    post = world.group.say(world.engineer, "На трёх машинах печатает", topic=topic, reply_to=prompt)
    await world.settle()
    ticket = await ticket_of(world)
    assert (ticket.closing, ticket.findings) == (Closing.NOT_REPRODUCED, "На трёх машинах печатает")
    assert "На трёх машинах печатает" in ann.last().text
    assert post.reactions == ["👌"]


async def test_findings_that_come_too_late_stay_inside(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    topic = world.group.topic("SD-1 ·")
    await order(world, "SD-1", "/close software")
    prompt = world.group.last("что выяснили?", topic=topic)
    await world.advance(minutes=11)
    world.group.say(world.engineer, "Это 1С", topic=topic, reply_to=prompt)
    await world.settle()
    assert (await ticket_of(world)).status is Status.NEW
    assert "10 минут" in said_in(topic)
    assert "1С" not in said_to(ann)


async def test_a_duplicate_names_the_other_ticket(world: World) -> None:
    """The client reads the number of their own; both topics know."""
    ann = await chat(world, "Анна", "Не печатает")
    ann.say("/new Опять не печатает")
    await world.settle()
    await order(world, "SD-2", "/close дубликат sd-1")
    second = await ticket_of(world, 2)
    assert (second.closing, second.related_id) == (Closing.DUPLICATE, 1)
    assert "SD-2 закрыта: она повторяет вашу заявку SD-1" in ann.last("SD-2 закрыта").text
    assert "Дубликат: SD-1" in said_in(world.group.topic("SD-2 ·"))
    assert "SD-2 закрыта как дубликат" in said_in(world.group.topic("SD-1 ·"))


async def test_a_duplicate_of_somebody_elses_ticket_is_not_named_to_the_client(world: World) -> None:
    await chat(world, "Анна", "Не печатает")
    peter = await chat(world, "Пётр", "Принтер молчит")
    await order(world, "SD-2", "/close dup 1 спасибо, что сообщили")
    letter = peter.last().text
    assert letter.startswith("спасибо, что сообщили\n\nЗаявка SD-2 закрыта")
    assert "SD-1" not in letter
    assert "Дубликат: SD-1" in said_in(world.group.topic("SD-2 ·"))


@pytest.mark.parametrize("command", ["/close dup SD-99", "/close dup SD-1", "/close dup 99999999999999999999"])
async def test_a_duplicate_of_nothing_or_of_itself_is_refused(world: World, command: str) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    heard = len(ann.received)
    post = await order(world, "SD-1", command)
    assert [message for message in world.group.topic("SD-1 ·").messages if message.reply_to is post]
    assert (await ticket_of(world)).status is Status.NEW
    assert len(ann.received) == heard


async def test_a_duplicate_without_a_number_is_asked_for_it_until_it_is_one(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    ann.say("/new Опять")
    await world.settle()
    topic = world.group.topic("SD-2 ·")
    await order(world, "SD-2", "/close дубликат")
    prompt = world.group.last("какую заявку она повторяет?", topic=topic)
    for words, status in (("не помню", Status.NEW), ("SD-7", Status.NEW), ("SD-1", Status.CLOSED)):
        world.group.say(world.engineer, words, topic=topic, reply_to=prompt)
        await world.settle()
        assert (await ticket_of(world, 2)).status is status


async def test_a_text_too_long_for_the_letter_is_refused(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    heard = len(ann.received)
    for command in (f"/close решено {'ы' * 2500}", "/close " + "ы" * 2500):
        await order(world, "SD-1", command)
        assert (await ticket_of(world)).status is Status.NEW
    assert said_in(world.group.topic("SD-1 ·")).count("Слишком длинно") == 2
    assert len(ann.received) == heard


async def test_a_closed_ticket_is_not_closed_again(world: World) -> None:
    """By whatever way, two at once included: the client hears once."""
    ann = await chat(world, "Анна", "Не печатает")
    topic = world.group.topic("SD-1 ·")
    await order(world, "SD-1", "/close", go=False)
    offer = world.group.last("Почему закрываем", topic=topic)
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    world.group.say(vera, "/close решено", topic)
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    assert "уже" in await world.group.press(world.engineer, offer, "Решено")
    await world.settle()
    assert said_to(ann).count("SD-1 закрыта") == 1


async def test_only_a_lead_refuses_for_abuse_where_there_are_leads(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    tables = {"person": [{"telegram": 424242, "name": "Мария", "role": "lead"}]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        await chat(world, "Анна", "Не печатает")
        await order(world, "SD-1", "/close грубость")
        assert (await ticket_of(world)).status is Status.NEW
        assert "только руководитель" in said_in(world.group.topic("SD-1 ·"))


async def test_by_mail_and_in_english_the_wording_is_the_clients(world: World) -> None:
    await mail(world, f"Ann <{ANN}>", "Printer", "My printer does not print anything at all, please help me with it.")
    await order(world, "SD-1", "/close equipment the cable is broken")
    letter = text_of(await last_mail(world, ANN))
    assert "somebody else's equipment or line" in letter
    assert "the cable is broken" in letter


async def test_a_line_reopens_for_as_long_as_it_says_and_then_a_new_ticket_refers_to_the_old(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Two days here instead of thirty."""
    tables = {"line": [{"name": "first", "title": "Первая", "reopen_within": "2 days"}], "rule": [
        {"name": "all", "when": {"always": True}, "line": "first"}
    ]}  # fmt: skip
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann = await chat(world, "Анна", "Не печатает")
        await order(world, "SD-1", "/close решено")
        await world.advance(days=1)
        ann.say("Опять не печатает")
        await world.settle()
        assert (await ticket_of(world)).status is Status.OPEN
        await order(world, "SD-1", "/close решено")
        await world.advance(days=3)
        ann.say("И снова не печатает")
        await world.settle()
        old, new = await world.tickets()
        assert (old.status, new.status, new.related_id) == (Status.CLOSED, Status.NEW, 1)
        assert "SD-1" in said_in(world.group.topic("SD-2 ·"))
