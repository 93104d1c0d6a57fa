"""Where a forgotten person stands besides their own requests: in a client's group, and in files made to be sent once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import retention
from tests.steps import chat, mail, order
from tests.story.test_forget import forgotten, found
from tests.world import World

CLIENTS = -1001000000077
ANN = "anna.zvezda@client.example"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables: dict[str, Any] = {"client_group": [{"chat": CLIENTS, "organisation": "A-1"}]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as made:
        made.tables["person"] = [{"name": "Борис", "telegram": made.engineer.id, "role": "lead"}]
        await made.stop()
        await made.start()
        yield made


async def forget(world: World, number: str) -> None:
    """The lead asks, says yes, and thirty days pass."""
    topic = world.group.topic(f"{number} ·")
    world.group.say(world.engineer, "/forget", topic)
    await world.settle()
    await world.group.press(world.engineer, world.group.last("Забыть клиента?", topic=topic), "Забыть")
    await world.settle()
    await forgotten(world)


async def test_what_they_wrote_in_a_clients_group_goes_and_what_others_wrote_there_stays(world: World) -> None:
    """By their number, and not by a name that somebody else there may have; the topic is named anew."""
    ann = await chat(world, "Анна Звездопадова", "Не печатает")
    bob = world.bot.world.person("Боб Звездопадов")
    group = world.bot.world.group("Акме и поддержка", forum=False, chat_id=CLIENTS)
    group.add(ann)
    group.add(bob)
    name = f"@{world.bot.world.bot.username}"
    group.say(ann, f"{name} хризантема и рододендрон")
    group.say(bob, f"{name} настурция")
    await world.settle()
    await order(world, "SD-1", "/incident Петуния у всех")
    await forget(world, "SD-1")
    await world.advance(seconds=30)
    assert found(world, "Звездопадова", "хризантема", "рододендрон", "петуния") == []
    assert found(world, "настурция")
    assert [topic.name for topic in world.group.topics] == [
        "SD-2 · Акме и поддержка · данные удалены",
        "SD-3 · Акме и поддержка · настурция",
    ]


@pytest.mark.parametrize("command", ["/trail", "/full"])
async def test_a_file_that_was_made_for_the_topic_goes_with_them(world: World, command: str) -> None:
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает: хризантема")
    await order(world, "SD-1", command)
    assert any(path.is_file() for path in (world.folder / "data" / "files").rglob("*"))
    await forget(world, "SD-1")
    assert not any(path.is_file() for path in (world.folder / "data" / "files").rglob("*"))


@pytest.mark.parametrize("command", ["/trail", "/full"])
async def test_such_a_file_is_kept_for_a_week_alone(world: World, command: str) -> None:
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает: хризантема")
    await order(world, "SD-1", command)
    for days, left in ((6, 1), (2, 0)):
        world.clock.advance(timedelta(days=days))
        await retention.tick(world.desk)
        files = [path for path in (world.folder / "data" / "files").rglob("*") if path.is_file()]
        assert len(files) == left
