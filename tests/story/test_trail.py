"""The trail of a ticket: in its topic page by page, as a file, and from the command line."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk import history
from desk.errors import Refusal
from playground.botapi.model import Message
from tests.steps import answer, chat, order
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as made:
        yield made


async def said(world: World, words: str) -> Message:
    post = world.group.say(world.engineer, words, world.group.topic("SD-1"))
    await world.settle()
    return next(one for one in world.group.messages if one.from_bot and one.reply_to is post)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def busy(world: World) -> None:
    """A ticket to which much happened."""
    ann = await chat(world, "Анна", "=1+1 Не печатает принтер")
    await order(world, "SD-1", "/take")
    await order(world, "SD-1", "/line second")
    post = await answer(world, "SD-1", "Уже смотрим", go=False)
    world.group.edit(world.engineer, post, "Уже едем")
    await world.settle()
    await world.advance(seconds=40)
    back = await answer(world, "SD-1", "Глупый ответ", go=False)
    world.group.react(world.engineer, back, "👎")
    await world.settle()
    await order(world, "SD-1", "/info Какая модель?")
    ann.say("HP 1020")
    await world.settle()
    await order(world, "SD-1", "/solved")


DONE = [
    ("Анна", "написал клиент", "=1+1 Не печатает принтер"),
    ("", "заявка заведена", "first"),
    ("", "доставлено: расписка", ""),
    ("Борис", "взята в работу", ""),
    ("Борис", "передана на другую линию", "second"),
    ("Борис", "ответ клиенту", "Уже едем"),
    ("Борис", "текст изменён", "было: Уже смотрим"),
    ("", "доставлено: ответ", ""),
    ("Борис", "отозвано", "Глупый ответ"),
    ("", "не ушло: ответ", ""),
    ("Борис", "вопрос клиенту", "Какая модель?"),
    ("", "часы остановлены: ждём клиента", ""),
    ("", "часы пошли", ""),
    ("Борис", "решена", ""),
]


async def test_the_file_tells_everything_and_by_whom(world: World) -> None:
    """Excel takes nothing in it for a formula."""
    await busy(world)
    sent = await said(world, "/trail")
    assert sent.file
    content, count = await history.export(world.desk, ticket="SD-1", client="", since=None)
    head, *told = rows(content)
    assert head == ["время", "заявка", "кто", "человек или программа", "что", "подробности"]
    assert len(told) == count
    for who, what, more in DONE:
        by = "человек" if who else "программа"
        fitting = [row for row in told if what in row[4] and more in row[5] and row[2] == (who or "Ответ")]
        assert [row[3] for row in fitting][:1] == [by], (who, what, more)
    assert not [cell for row in told for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert [row[0] for row in told] == sorted(row[0] for row in told)


async def test_why_shows_the_rules_and_the_newest_first(world: World) -> None:
    """Pages turn in the same message; the button gives the file."""
    await busy(world)
    shown = await said(world, "/why")
    assert "billing words" in shown.text
    assert shown.buttons[0] == "⬇ Вся история"
    assert "решена" in shown.text
    first = shown.text
    await world.group.press(world.engineer, shown, "›")
    await world.settle()
    assert shown.text != first
    assert "billing words" not in shown.text
    before = len(world.group.messages)
    assert await world.group.press(world.engineer, shown, "⬇ Вся история") == "История отправлена файлом."
    await world.settle()
    assert world.group.messages[before].file


async def test_it_is_exported_by_client_and_by_time(world: World) -> None:
    """What happened to no ticket is there too; who is unknown is said so."""
    await busy(world)
    await chat(world, "Олег", "Другое")
    since = world.clock()
    await world.advance(minutes=5)
    world.group.say(world.engineer, "/notice Ремонт до 18:00")
    await world.settle()
    ann = (await world.tickets())[0]
    async with world.store.view() as view:
        from desk.people import Door

        door = await view.first(Door, client_id=ann.client_id)
    assert door
    content, _ = await history.export(world.desk, ticket="", client=door.address, since=None)
    assert {row[1] for row in rows(content)[1:]} == {"SD-1"}
    content, _ = await history.export(world.desk, ticket="", client="", since=since)
    assert "объявление" in [row[4] for row in rows(content)]
    for wanted in (
        {"ticket": "SD-99", "client": ""},
        {"ticket": "", "client": "нет такого"},
        {"ticket": "", "client": ""},
    ):
        with pytest.raises(Refusal):
            await history.export(world.desk, **wanted, since=None)


async def test_what_it_keeps_is_told_in_the_group_s_words(world: World) -> None:
    """Neither the names of the record's own nor times of no zone."""
    for name in ("Анна", "Вера"):
        await chat(world, name, "Не печатает принтер")
    await order(world, "SD-1", "/later 2d")
    await order(world, "SD-1", "/relate SD-2")
    shown = (await said(world, "/why")).text
    assert "отложена: до: 25.11.2026 10:00" in shown
    assert "связана с другой: заявка: SD-2" in shown
