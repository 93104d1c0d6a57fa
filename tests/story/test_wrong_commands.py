"""Commands given as people give them: mistyped, without their words, of numbers that are nobody's."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.commands import COMMANDS
from desk.orders import Where
from desk.tickets import Ticket
from playground.botapi.model import Topic
from tests.steps import chat
from tests.world import World

IN_TOPIC = [
    ("/lne second", "Может быть, /line?"),
    ("/inсident портал", "Может быть, /incident?"),  # one of its letters is Cyrillic
    ("/qwertyuiop", "Команды /qwertyuiop нет. Список: /help"),
    ("/line", "На какую линию? Есть: first, second."),
    ("/line third", "Такой линии нет"),
    ("/merge SD-99", "Номер стоит в начале названия темы, например SD-7"),
    ("/unrelate", "/relate SD-7"),
    ("/file 2", "В этой заявке файлов нет."),
    ("/later 9:00", "Назовите день"),
    ("/incident ответ", "не массовая проблема"),
]
IN_GENERAL = [
    ("/open", "Какую заявку? Напишите её номер"),
    ("/reopen", "Какую заявку? Напишите её номер"),
    ("/open SD-99", "Такой заявки нет"),
    ("/queue касса", "По «касса» среди открытых заявок ничего нет. Вся очередь: /queue"),
]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as made:
        yield made


async def said(world: World, text: str, topic: Topic | None = None) -> str:
    post = world.group.say(world.engineer, text, topic)
    await world.settle()
    return "\n".join(one.text for one in world.group.messages if one.from_bot and one.reply_to is post)


async def test_what_is_wrong_is_answered_with_what_to_do(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    topic = world.group.topic("SD-1 ·")
    heard = len(ann.received)
    for words, answer in IN_TOPIC:
        assert answer in await said(world, words, topic)
    for words, answer in IN_GENERAL:
        assert answer in await said(world, words)
    assert len(ann.received) == heard


async def test_numbers_are_read_as_people_write_them(world: World) -> None:
    """With commas, and bare in the topic of an incident, whose title they do not become."""
    for name in ("Анна", "Вера", "Глеб"):
        await chat(world, name, "Портал не открывается")
    assert "SD-4" in await said(world, "/incident Портал лежит")
    topic = world.group.topic("SD-4 ·")
    assert not await said(world, "/incident SD-1, SD-2.", topic)
    assert not await said(world, "/incident 3", topic)
    assert "«Портал лежит»: открытых заявок 3" in await said(world, "/incident", topic)
    assert "Что ответить всем?" in await said(world, "/incident ответ", topic)
    await said(world, "/solved", topic)
    assert "будут решены 3 заявки" in topic.messages[-1].text
    async with world.store.view() as view:
        assert await view.count(Ticket) == 4


async def test_the_help_names_every_command_of_its_place(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    for place, topic in ((Where.TOPIC, world.group.topic("SD-1 ·")), (Where.GENERAL, None)):
        listed = await said(world, "/help", topic)
        known = {name for name, (where, _) in COMMANDS.items() if where in (place, Where.BOTH)} - {"help"}
        assert not [name for name in sorted(known) if f"/{name}" not in listed]
