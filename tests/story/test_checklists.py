"""What engineers go through with a request is ticked off under one message."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Status
from desk.workbench import Item
from tests.steps import chat, order, said_in
from tests.world import World

LISTS = [
    {"name": "error", "type": "error", "items": {"ru": ["Повторили", "Записали версию"], "en": ["Reproduced"]}},
    {"name": "question", "type": "request", "items": ["Посмотрели в базе"]},
    {"name": "visit", "items": ["Согласовали время", "Выписали пропуск"]},
]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"checklist": LISTS}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables) as world:
        yield world


async def test_it_comes_with_the_type_and_is_ticked_by_buttons(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/type ошибка")
    topic = world.group.topic("SD-1 ·")
    assert "Чек-лист: 0/2" in topic.messages[0].text
    await order(world, "SD-1", "/checklist", go=False)
    shown = topic.messages[-1]
    assert shown.buttons == ["☐ 1. Повторили", "☐ 2. Записали версию"]
    await world.group.press(world.engineer, shown, "☐ 1. Повторили")
    await world.settle()
    await world.advance(seconds=5)
    assert "☑ 1. Повторили — Борис, пн" in shown.text
    assert shown.buttons[0] == "☑ 1. Повторили"
    assert "Чек-лист: 1/2" in topic.messages[0].text
    await world.group.press(world.engineer, shown, "☑ 1. Повторили")
    await world.settle()
    assert "Борис" not in shown.text


async def test_another_type_brings_its_own_and_what_was_begun_stays(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/type ошибка")
    await order(world, "SD-1", "/type вопрос")
    await order(world, "SD-1", "/checklist", go=False)
    topic = world.group.topic("SD-1 ·")
    assert topic.messages[-1].buttons == ["☐ 1. Посмотрели в базе"]
    await world.group.press(world.engineer, topic.messages[-1], "☐ 1. Посмотрели в базе")
    await order(world, "SD-1", "/type ошибка")
    await order(world, "SD-1", "/checklist visit", go=False)
    await order(world, "SD-1", "/checklist visit", go=False)
    await order(world, "SD-1", "/checklist + Спросить <b>адрес</b>", go=False)
    shown = topic.messages[-1]
    assert [name[5:] for name in shown.buttons] == [
        "Посмотрели в базе", "Повторили", "Записали версию", "Согласовали время", "Выписали пропуск",
        "Спросить <b>адрес</b>",
    ]  # fmt: skip


async def test_ending_with_open_lines_is_asked_once_and_no_wall(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/type ошибка")
    topic = world.group.topic("SD-1 ·")
    await order(world, "SD-1", "/solved", go=False)
    assert "не отмечено 2: Повторили; Записали версию" in topic.messages[-1].text
    assert (await world.tickets())[0].status is Status.NEW
    await order(world, "SD-1", "/solved", go=False)
    assert (await world.tickets())[0].status is Status.SOLVED
    await order(world, "SD-1", "/reopen", go=False)
    await world.advance(minutes=20)
    toast = await world.group.press(world.engineer, topic.messages[0], "Решено")
    await world.settle()
    assert "не отмечено 2" in str(toast)
    await world.group.press(world.engineer, topic.messages[0], "Решено")
    await world.settle()
    assert (await world.tickets())[0].status is Status.SOLVED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/checklist", "есть: error, question, visit"),
        ("/checklist неведомый", "«неведомый» нет"),
        ("/checklist +", "Своя строка"),
        (f"/checklist + {'я' * 300}", "200"),
    ],
)
async def test_what_cannot_be_done_is_said(world: World, words: str, said: str) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", words, go=False)
    assert said in said_in(world.group.topic("SD-1 ·"))
    async with world.store.view() as view:
        assert not await view.count(Item)
