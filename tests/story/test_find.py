"""`/find`: tickets by their words, as the engineers' group shows them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.indexing import LOOK
from playground.botapi.model import Message, Topic
from tests.steps import chat, mail
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def find(world: World, words: str, topic: Topic | None = None) -> Message:
    """Let the index catch up, then ask; what the desk answered."""
    await world.advance(seconds=LOOK.total_seconds())
    post = world.group.say(world.engineer, f"/find {words}", topic)
    await world.settle()
    return next(one for one in world.group.messages if one.from_bot and one.reply_to is post)


def bold(message: Message) -> list[str]:
    return [message.text[one["offset"] :][: one["length"]] for one in message.entities if one["type"] == "bold"]


async def test_words_are_found_in_any_inflection_with_their_line(world: World) -> None:
    """The line stands there with the word in bold; a button leads to the topic."""
    await chat(world, "Анна", "Не видит принтера\nвторой день")
    await mail(world, "Пётр <petr@acme.example>", "Сканер", "Молчит сканер, см. <b>журнал</b>")
    shown = await find(world, "принтеры")
    assert "Нашлась 1 заявка: принтеры" in shown.text
    assert "SD-1" in shown.text
    assert "Анна: Не видит принтера" in shown.text
    assert bold(shown)[-1] == "принтера"
    assert shown.buttons == ["SD-1"]
    topic = world.group.topic("SD-1")
    assert shown.keyboard[0][0]["url"] == f"https://t.me/c/1000000001/{topic.id}"
    assert "SD-2" in (await find(world, "журналы from:acme", topic)).text
