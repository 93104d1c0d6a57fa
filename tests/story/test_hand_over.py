"""A ticket moves to another line with the words of who hands it over; nobody there has to read it twice."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from tests.steps import answer, chat, order, said_in, said_to
from tests.world import World

LINES = [
    {"name": "first", "title": "Первая линия"},
    {"name": "second", "title": "Вторая линия", "duty": [{"people": ["Ольга"]}]},
]
PLANS = [{"name": "base", "title": "Базовая", "base": True, "first_answer": "16 working hours", "solve": "40 hours"}]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"line": LINES, "plan": PLANS, "person": [{"telegram": 888, "name": "Ольга", "lines": ["second"]}]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables) as made:
        yield made


async def test_the_new_line_reads_what_was_asked_told_promised_and_spent(world: World) -> None:
    """In one message that mentions who is on duty there; the words stand in the card, the client hears nothing."""
    ann = await chat(world, "Анна", "Не печатает принтер на третьем этаже")
    await order(world, "SD-1", "/take")
    await answer(world, "SD-1", "Проверили бумагу, смотрим драйвер")
    ann.say("После перезагрузки то же самое")
    await world.settle()
    await order(world, "SD-1", "/spent 25m звонили")
    heard = len(ann.received)
    await order(world, "SD-1", "/line second: нужен <b>доступ</b> к серверу печати")
    said = world.group.last("передал", topic=world.group.topic("SD-1 ·")).text
    assert said.startswith("Ольга, Борис передал(а) заявку: Первая линия → Вторая линия.")
    for part in (
        "нужен <b>доступ</b> к серверу печати",
        "Просит Анна: Не печатает принтер на третьем этаже",
        "После перезагрузки то же самое",
        "Проверили бумагу, смотрим драйвер",
        "Решить до",
        "25 мин",
    ):
        assert part in said
    (ticket,) = await world.tickets()
    assert (ticket.line, ticket.taken_by) == ("second", "")
    card = world.group.topic("SD-1 ·").messages[0].text
    assert "С линии «Первая линия» передал(а) Борис: нужен <b>доступ</b> к серверу печати" in card
    assert len(ann.received) == heard
    async with world.store.view() as view:
        [entry] = await view.find(Audit, what="moved")
    assert (entry.who, entry.data["before"], entry.data["line"]) == ("Борис", "first", "second")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("/line Вторая линия, посмотрите", "second", "посмотрите"),
        ("/line second", "second", "Первая линия → Вторая линия"),
        ("/line secnd посмотрите", "first", "Линии «secnd» нет. Может быть, second?"),
        ("/line secondary посмотрите", "first", "Может быть, second?"),
        ("/line", "first", "Есть: first, second"),
        ("/line first", "first", "уже на этой линии"),
    ],
)
async def test_how_a_line_is_named(world: World, text: str, line: str, said: str) -> None:
    await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", text)
    assert (await world.tickets())[0].line == line
    assert said in said_in(world.group.topic("SD-1 ·"))


async def test_by_the_button_without_words_and_back_with_the_taker_who_works_on_both(world: World) -> None:
    """Whoever works on both lines keeps it."""
    world.tables["person"] = [{"telegram": world.engineer.id, "name": "Борис Б."}]
    world.tables["line"] = [{**LINES[0]}, {"name": "second", "title": "Вторая линия"}]
    await world.stop()
    await world.start()
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/take")
    card = world.group.topic("SD-1 ·").messages[0]
    await world.group.press(world.engineer, card, "Линия ▸")
    await world.settle()
    await world.group.press(world.engineer, card, "Вторая линия")
    await world.settle()
    await world.advance(seconds=5)
    (ticket,) = await world.tickets()
    assert (ticket.line, ticket.taken_by) == ("second", "Борис")
    assert "С линии «Первая линия» передал(а) Борис." in card.text
    assert "Клиенту ещё не отвечали." in said_in(world.group.topic("SD-1 ·"))
    assert "линия" not in said_to(ann)
