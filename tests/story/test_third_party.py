"""A ticket that depends on others: the client is told, and again each week, until it is taken up again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.accounts import Pause
from desk.people import Audit
from desk.tickets import Status, Ticket
from playground.botapi import Person
from tests.steps import chat, mail, order, said_in, said_to, times_mailed
from tests.world import World

ANN = "ann@client.example"
WHOM = "завод пришлёт <плату> & кабель"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def ticket_of(world: World) -> Ticket:
    return (await world.tickets())[0]


async def waiting(world: World) -> Person:
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", f"/wait {WHOM}")
    return ann


async def test_the_client_is_told_and_again_each_week_until_it_is_taken_up(world: World) -> None:
    """On whom it depends, and when they hear again; the card says it; the clocks stand still; a restart is nothing."""
    ann = await waiting(world)
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.third_party) == (Status.THIRD_PARTY, WHOM)
    assert "зависит не только от нас" in ann.last().text
    assert WHOM in ann.last().text
    assert "30 ноября" in ann.last().text
    card = world.group.topic("SD-1 ·").messages[0]
    assert f"Ждём других: {WHOM}" in card.text
    assert "Взять снова" in card.buttons
    async with world.store.view() as view:
        assert await view.count(Pause, ticket_id=1, why=Status.THIRD_PARTY, until=None) == 1
        assert await view.count(Audit, what="third party", who="Борис", ticket_id=1) == 1
    await world.pass_days(6)
    assert "пока ждёт других" not in said_to(ann)
    await world.stop()
    await world.start()
    await world.pass_days(8)
    assert said_to(ann).count("пока ждёт других") == 2
    assert WHOM in ann.last("пока ждёт").text
    await world.group.press(world.engineer, card, "Взять снова")
    await world.settle()
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.third_party) == (Status.OPEN, "")
    await world.pass_days(15)
    assert said_to(ann).count("пока ждёт других") == 2


async def test_the_button_asks_whom_we_wait_for(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    topic = world.group.topic("SD-1 ·")
    await world.group.press(world.engineer, topic.messages[0], "Ждём других")
    await world.settle()
    prompt = world.group.last("кого и чего ждём?", topic=topic)
    post = world.group.say(world.engineer, "провайдер чинит линию", topic=topic, reply_to=prompt)
    await world.settle()
    assert (await ticket_of(world)).third_party == "провайдер чинит линию"
    assert "провайдер чинит линию" in ann.last().text
    assert post.reactions == ["👌"]


@pytest.mark.parametrize(("words", "status"), [("А когда?", Status.OPEN), ("Спасибо!", Status.THIRD_PARTY)])
async def test_the_clients_own_word_opens_it_and_thanks_do_not(world: World, words: str, status: Status) -> None:
    ann = await waiting(world)
    ann.say(words)
    await world.settle()
    assert (await ticket_of(world)).status is status
    await world.pass_days(8)
    assert said_to(ann).count("пока ждёт других") == (status is Status.THIRD_PARTY)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("/info Какой номер?", Status.WAITING),
        ("/solved", Status.SOLVED),
        ("/close решено", Status.CLOSED),
        ("/reopen", Status.OPEN),
        ("/wait теперь ждём банк", Status.THIRD_PARTY),
    ],
)
async def test_any_other_step_ends_it(world: World, command: str, status: Status) -> None:
    """And nothing more is said of the one who was waited for."""
    ann = await waiting(world)
    await order(world, "SD-1", command)
    assert (await ticket_of(world)).status is status
    await world.pass_days(8)
    assert said_to(ann).count(WHOM) == 1
    assert said_to(ann).count("теперь ждём банк") == (2 if status is Status.THIRD_PARTY else 0)


async def test_the_same_once_more_is_told_once(world: World) -> None:
    ann = await waiting(world)
    await order(world, "SD-1", f"/wait {WHOM}")
    assert "Этого и ждём" in said_in(world.group.topic("SD-1 ·"))
    assert said_to(ann).count(WHOM) == 1
    await order(world, "SD-1", "/wait " + "ы" * 2500)
    assert "Слишком длинно" in said_in(world.group.topic("SD-1 ·"))


async def test_by_mail_it_waits_for_the_delivery_and_for_working_hours(world: World, clock: Any) -> None:
    """The weekly word goes on the next working morning, however often the desk looks, and once."""
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    await world.mails.smtp.down()
    await order(world, "SD-1", f"/wait {WHOM}")
    await world.pass_days(2)
    assert (await ticket_of(world)).clock_from is None
    await world.mails.smtp.up()
    await world.advance(hours=6)
    assert await times_mailed(world, ANN, "зависит не только от нас") == 1
    clock.set(datetime(2026, 12, 5, 12, tzinfo=UTC))  # a Saturday, after a week
    await world.advance(minutes=1)
    assert not await times_mailed(world, ANN, "пока ждёт других")
    clock.set(datetime(2026, 12, 7, 7, tzinfo=UTC))
    for _ in range(3):
        await world.advance(minutes=1)
    assert await times_mailed(world, ANN, "пока ждёт других") == 1


async def test_who_cannot_be_told_is_told_when_they_can(world: World) -> None:
    """The bot is blocked: the engineers hear of it, once; let in again, the client hears."""
    ann = await chat(world, "Анна", "Не печатает")
    ann.block()
    await world.settle()
    await order(world, "SD-1", f"/wait {WHOM}")
    await world.pass_days(9)
    assert said_in(world.group.topic("SD-1 ·")).count("Пора напомнить или закрыть") == 1
    ann.unblock()
    await world.settle()
    await world.pass_days(1)
    assert said_to(ann).count(WHOM) == 1


async def test_a_word_that_was_refused_is_told_once(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    ann.chat_here.blocked = True
    await order(world, "SD-1", f"/wait {WHOM}")
    await world.pass_days(16)
    assert said_in(world.group.topic("SD-1 ·")).count("Клиент не получил сообщение") == 1


async def test_a_closed_ticket_waits_for_nobody(world: World) -> None:
    await chat(world, "Анна", "Не печатает")
    card = world.group.topic("SD-1 ·").messages[0]
    await order(world, "SD-1", "/close решено", go=False)
    assert "закрыта" in await world.group.press(world.engineer, card, "Ждём других")


async def test_in_shadow_mode_nobody_is_told(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """Afterwards they are, as the regulation demands."""
    tables = {"desk": {"quiet": True}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann = await waiting(world)
        await world.pass_days(9)
        assert not ann.received
        await world.stop()
        world.tables = {}
        await world.start()
        await world.pass_days(1)
        assert said_to(ann).count(WHOM) == 1


async def test_in_a_group_without_topics_too(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """The card is the thread."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, forum=False, with_mail=False) as world:
        ann = await chat(world, "Анна", "Не печатает")
        card = world.group.last("SD-1")
        world.group.say(world.engineer, f"/wait {WHOM}", reply_to=card)
        await world.settle()
        assert WHOM in ann.last().text
