"""An answer that crosses the client's newer words waits for its author's word, and only such a one."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, ParcelState
from playground.botapi import Person, Topic
from playground.botapi.errors import NotPossible
from playground.botapi.model import Message
from tests.steps import chat, said_in
from tests.world import World

ENGINEER = 700_000_001  # the first person of a world
ASKED = "клиент только что написал"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {
        "telegram": {"just_wrote": "2 seconds"},
        "person": [
            {"name": "Вера", "telegram": "@vera", "role": "lead"},
            {"name": "Борис", "telegram": ENGINEER, "role": "lead"},
        ],
    }
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as made:
        yield made


async def asked(world: World) -> tuple[Person, Topic]:
    ann = await chat(world, "Анна", "Не печатает")
    world.clock.advance(minutes=5)
    return ann, world.group.topic("SD-1")


def heard(person: Person, text: str) -> bool:
    return any(text in message.text for message in person.received)


async def cross(world: World, ann: Person, topic: Topic, text: str, *, after: float = 1, to: int = 1) -> Message:
    """The client writes, and so many seconds later an engineer answers something older."""
    ann.say("Уже заработало")
    await world.settle()
    world.clock.advance(seconds=after)
    post = world.group.say(world.engineer, text, topic, reply_to=topic.messages[to])
    await world.settle()
    await world.advance(seconds=5)
    return post


@pytest.mark.parametrize("to", [0, 1])
async def test_it_waits_and_goes_by_a_press(world: World, to: int) -> None:
    """Over a restart too; the question leaves the topic when it is answered, and nobody but author and lead answers."""
    ann, topic = await asked(world)
    post = await cross(world, ann, topic, "Вызываем мастера", to=to)
    prompt = world.group.last(ASKED, topic=topic)
    assert prompt.reply_to is post
    assert prompt.buttons == ["Отправить", "Не отправлять"]
    await world.stop()
    await world.start()
    await world.advance(minutes=2)
    assert not heard(ann, "мастера")
    carl = world.bot.world.person("Карл")
    world.group.add(carl)
    assert "автор" in await world.group.seat(carl).press(prompt, "Отправить")
    assert await world.group.seat(world.engineer).press(prompt, "Отправить") == "Отправляем"
    await world.settle()
    assert heard(ann, "мастера")
    assert prompt.deleted
    assert post.reactions == ["👌"]


@pytest.mark.parametrize("how", ["press", "thumb", "undo"])
async def test_it_is_taken_back(world: World, how: str) -> None:
    ann, topic = await asked(world)
    post = await cross(world, ann, topic, "Вызываем мастера")
    prompt = world.group.last(ASKED, topic=topic)
    seat = world.group.seat(world.engineer)
    match how:
        case "press":
            assert "Оставили" in await seat.press(prompt, "Не отправлять")
        case "thumb":
            seat.react(post, "👎")
        case _:
            seat.say("/undo", topic=topic)
    await world.settle()
    await world.advance(minutes=1)
    assert not heard(ann, "мастера")
    assert prompt.deleted
    assert "👀" in post.reactions
    with pytest.raises(NotPossible):
        await seat.press(prompt, "Отправить")


async def test_what_waits_for_long_is_told_once_and_others_go_past_it(world: World) -> None:
    ann, topic = await asked(world)
    await cross(world, ann, topic, "Вызываем мастера")
    world.group.say(world.engineer, "Рады помочь", topic, reply_to=topic.messages[2])
    await world.settle()
    await world.advance(seconds=5)
    assert heard(ann, "Рады")
    for _ in range(4):
        await world.advance(minutes=6)
    assert said_in(topic).count("всё ещё ждёт") == 1
    told = world.group.last("всё ещё ждёт", topic=topic).text
    assert "vera" in told
    assert told.count("Борис") == 1  # the author leads as well, and is called once
    async with world.store.view() as view:
        assert await view.count(Parcel, state=ParcelState.HELD) == 1
    again, prompt = world.group.last("всё ещё ждёт", topic=topic), world.group.last(ASKED, topic=topic)
    assert await world.group.seat(world.engineer).press(again, "Отправить") == "Отправляем"
    await world.settle()
    assert heard(ann, "мастера")
    assert (prompt.deleted, again.deleted) == (True, True)


async def test_an_edit_of_it_goes_instead(world: World) -> None:
    ann, topic = await asked(world)
    post = await cross(world, ann, topic, "Вызываем мастера")
    seat = world.group.seat(world.engineer)
    seat.edit(post, "Хорошо!")
    await world.settle()
    await seat.press(world.group.last(ASKED, topic=topic), "Отправить")
    await world.settle()
    assert heard(ann, "Хорошо!")
    assert not heard(ann, "мастера")


async def test_all_others_just_go(world: World) -> None:
    """Three seconds later; in reply to the newest words; to the card of a ticket that has one message."""
    ann, topic = await asked(world)
    await cross(world, ann, topic, "первый", after=3)
    await cross(world, ann, topic, "второй", to=-1)
    carl = world.person("Карл")
    carl.say("Нет сети")
    await world.settle()
    other = world.group.topic("SD-2")
    world.group.say(world.engineer, "третий", other, reply_to=other.messages[0])
    await world.settle()
    await world.advance(seconds=5)
    assert [heard(ann, "первый"), heard(ann, "второй"), heard(carl, "третий")] == [True, True, True]
    assert ASKED not in said_in(topic) + said_in(other)
