"""More than twenty messages a minute: nothing is lost, the engineers read one post, the client is told once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Message
from playground.botapi.files import png
from tests.steps import said_in, said_to
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as made:
        yield made


async def flood(world: World, count: int) -> Any:
    ann = world.person("Анна")
    for number in range(count):
        ann.say(f"слово {number + 1}.")
        world.clock.advance(seconds=1)
    await world.settle()
    return ann


async def test_every_word_and_file_of_a_flood_is_kept_and_shown_in_one_post(world: World) -> None:
    """What came before the flood is shown as usual; commands and topics make no further requests."""
    ann = await flood(world, 30)
    ann.say("/new И ещё вопрос")
    ann.send_photo(png(), caption="картинка <i>")
    await world.settle()
    topic = world.group.topic("SD-1")
    posts = len([one for one in topic.messages if one.from_bot])
    await world.advance(minutes=1)
    after = [one for one in topic.messages if one.from_bot][posts:]
    assert len(await world.tickets()) == 1
    assert "много сообщений" in after[0].text
    for number in range(30):
        words = f"слово {number + 1}."
        assert sum(words in one.text.splitlines()[-1] or words in after[0].text for one in topic.messages[1:]) >= 1
        assert after[0].text.count(words) == (number >= 20)
    assert "И ещё вопрос" in after[0].text
    assert "картинка <i>" in after[0].text
    assert [one.kind for one in after if one.file] == ["photo"]
    async with world.store.view() as view:
        assert await view.count(Message, ticket_id=1, kind="words") == 32


async def test_the_client_is_told_once_and_not_of_every_message(world: World) -> None:
    ann = await flood(world, 40)
    assert said_to(ann).count("Сообщений очень много") == 1
    assert len(ann.received) == 2  # with the receipt
    await world.advance(minutes=5)
    ann.say("А теперь спокойно")
    await world.settle()
    assert "А теперь спокойно" in said_in(world.group.topic("SD-1"))


async def test_a_very_long_flood_is_several_posts(world: World) -> None:
    ann = await flood(world, 20)
    for number in range(12):
        ann.say(f"{number}:" + "я" * 3000)
    await world.settle()
    await world.advance(minutes=1)
    await world.advance(minutes=1)
    posts = [one for one in world.group.topic("SD-1").messages if "много сообщений" in one.text]
    assert len(posts) >= 2
    async with world.store.view() as view:
        assert await view.count(Message, ticket_id=1, kind="words") == 32


async def test_a_restart_within_a_flood_loses_nothing(world: World) -> None:
    ann = await flood(world, 25)
    await world.stop()
    await world.start()
    ann.say("и последнее")
    await world.settle()
    await world.advance(minutes=2)
    assert "слово 25." in said_in(world.group.topic("SD-1"))
    assert "и последнее" in said_in(world.group.topic("SD-1"))
