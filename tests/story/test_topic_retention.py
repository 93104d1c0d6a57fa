"""Topics of tickets that were closed long ago are deleted where that is wished, and called back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, ParcelState
from desk.tickets import Status
from playground.botapi import Topic
from tests.steps import said_in
from tests.world import World

CARD_TIME = 4


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"telegram": {"topic_retention": "30 days"}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables) as world:
        yield world


async def closed(world: World, text: str, name: str) -> Topic:
    """The closed topic of a closed ticket."""
    client = world.person(name)
    client.say(text)
    await world.settle()
    topic = world.group.topics[-1]
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    return topic


async def test_old_topics_go_in_their_time_and_come_back_by_open_until_it_passed_again(world: World) -> None:
    """Tickets closed at the same moment too; what is open, or closed for a shorter time, stays."""
    for name in ("Анна", "Вера", "Глеб"):
        world.person(name).say(f"Не печатает у {name}")
    await world.settle()
    for topic in world.group.topics[:2]:
        world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(days=20)
    later = await closed(world, "Ещё одна", "Дарья")
    await world.advance(days=10, minutes=1)
    assert [topic.name.split(" ·")[0] for topic in world.group.topics] == ["SD-3", "SD-4"]
    assert {ticket.status for ticket in (await world.tickets())[:2]} == {Status.CLOSED}
    world.group.say(world.engineer, "/open SD-1")
    await world.settle()
    again = world.group.topic("SD-1")
    assert "Не печатает у Анна" in said_in(again)
    await world.advance(days=20)
    assert "SD-4" not in " ".join(topic.name for topic in world.group.topics)
    assert later.deleted
    assert not again.deleted
    await world.advance(days=11)
    assert again.deleted
    async with world.store.view() as view:
        assert await view.count(Parcel, state=ParcelState.FAILED) == 0


async def test_a_ticket_opened_again_keeps_its_topic(world: World) -> None:
    """Also when it is opened while the deletion is on its way."""
    topic = await closed(world, "Не печатает", "Анна")
    await world.advance(days=29)
    world.group.say(world.engineer, "/reopen SD-1")
    await world.settle()
    await world.advance(days=5)
    assert not topic.deleted
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(days=29)
    assert not topic.deleted
    await world.advance(days=2)
    assert topic.deleted


async def test_without_the_right_to_delete_it_is_said_once_a_day_and_done_when_it_is_given(world: World) -> None:
    topic = await closed(world, "Не печатает", "Анна")
    other = await closed(world, "Не звонит", "Вера")
    world.group.promote_bot(without=["can_delete_messages"])
    await world.advance(days=31)
    told = [message.text for message in world.group.general.messages if "topic_retention" in message.text]
    assert len(told) == 1
    client = world.person("Глеб")
    client.say("Пишет ли бот ещё?")
    await world.settle()
    assert world.group.topic("SD-3"), "what a right is missing for keeps nothing else back"
    world.group.promote_bot()
    await world.advance(days=1, minutes=2)
    assert topic.deleted
    assert other.deleted


async def test_nothing_is_deleted_unless_it_is_wished(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        topic = await closed(world, "Не печатает", "Анна")
        await world.advance(days=400)
        assert not topic.deleted


async def test_the_time_is_changed_without_a_restart(world: World) -> None:
    topic = await closed(world, "Не печатает", "Анна")
    await world.advance(days=11)
    assert not topic.deleted
    world.tables["telegram"] = {"topic_retention": "10 days"}
    world.desk.current.wishes.put_nowait("test")
    await world.reread()
    await world.advance(minutes=1)
    assert topic.deleted


async def test_a_group_without_topics_keeps_its_cards(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    tables = {"telegram": {"topic_retention": "1 day"}}
    made = World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables, forum=False)
    async with made as world:
        world.person("Анна").say("Не печатает")
        await world.settle()
        card = next(message for message in world.group.messages if "Взять" in message.buttons)
        world.group.say(world.engineer, "/close решено", reply_to=card)
        await world.settle()
        await world.advance(days=3)
        assert not card.deleted
        world.group.say(world.engineer, "/open SD-1")
        await world.settle()
        assert "тема открыта" in world.group.last().text
