"""Solved tickets like this one, with what solved them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.steps import answer, chat, order, said_to
from tests.world import World


@pytest.fixture
async def before(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A desk that has solved a few requests: one by an answer, one with work done, one with findings, one unsolved."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        await chat(world, "Олег", "Принтер чеков печатает пустые листы")
        await answer(world, "SD-1", "Переверните ленту: термослой снаружи.")
        await order(world, "SD-1", "/close решено")
        await chat(world, "Вера", "Пустые чеки из принтера на кассе")
        await order(world, "SD-2", "/done Заменили головку")
        await order(world, "SD-2", "/close решено")
        await chat(world, "Пётр", "Чеки из принтера пустые")
        await order(world, "SD-3", "/close отозвана")
        await chat(world, "Нина", "Не открывается отчёт по продажам")
        await order(world, "SD-4", "/close чужая программа Ошибка в Excel")
        await world.advance(minutes=1)
        yield world


async def test_the_button_shows_what_helped_and_why_it_is_alike(before: World) -> None:
    """Inflected words, no unsolved ones, none that share no words; clients read nothing of it."""
    ann = await chat(before, "Анна", "Принтеры печатают чеки пустыми")
    heard = said_to(ann)
    topic = before.group.topic("SD-5 ·")
    await before.group.press(before.engineer, topic.messages[0], "Похожие")
    await before.settle()
    shown = topic.messages[-1].text
    assert "SD-1 · Принтер чеков печатает пустые листы" in shown
    assert "Что помогло: Переверните ленту: термослой снаружи." in shown
    assert "SD-2 · " in shown
    assert "Что помогло: Заменили головку" in shown
    assert "SD-3" not in shown
    assert "SD-4" not in shown
    assert "слова: " in shown
    assert topic.messages[-1].buttons[:2] == ["SD-1", "SD-2"]
    assert said_to(ann) == heard


async def test_the_same_client_comes_first_and_findings_are_told(before: World) -> None:
    nina = next(one for one in before.bot.world.people if one.name == "Нина")
    nina.say("/new Отчёт по продажам снова не открывается")
    await before.settle()
    await order(before, "SD-5", "/similar")
    shown = before.group.topic("SD-5 ·").messages[-1].text
    assert shown.startswith("Похожие решённые заявки\nSD-4 · ")
    assert "тот же клиент" in shown
    assert "Что помогло: Ошибка в Excel" in shown


async def test_nothing_alike_is_said(before: World) -> None:
    await chat(before, "Анна", "Кофе остыл")
    await order(before, "SD-5", "/similar")
    assert "Похожих решённых заявок не нашлось" in before.group.topic("SD-5 ·").messages[-1].text
