"""A reaction on the client's own message tells how far it is, and nothing that the desk does not know."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.steps import HELD, answer, order
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as made:
        yield made


async def test_accepted_taken_answered(world: World) -> None:
    """An answer marks what was said before it was written, and a later taking over takes nothing back."""
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.settle()
    said = ann.say("Совсем")
    await world.settle()
    assert said.reactions == ["👀"]
    await order(world, "SD-1", "/take", go=False)
    assert said.reactions == ["✍"]
    await answer(world, "SD-1", "Смотрим", go=False)
    later = ann.say("И шумит")
    await world.settle()
    await world.advance(seconds=HELD)
    assert (said.reactions, later.reactions) == (["👌"], ["👀"])
    await answer(world, "SD-1", "Готово")
    assert later.reactions == ["👌"]
    other = world.bot.world.person("Глеб")
    world.group.add(other)
    world.group.say(other, "/take", world.group.topic("SD-1"))
    await world.settle()
    assert later.reactions == ["👌"]


async def test_a_note_tells_that_an_engineer_read_it_and_nothing_of_what_it_says(world: World) -> None:
    ann = world.person("Анна")
    said = ann.say("Не печатает")
    await world.settle()
    had = len(ann.received)
    await order(world, "SD-1", "/note Опять они")
    assert (said.reactions, len(ann.received)) == (["✍"], had)
