"""Where the bot has topics in private chats, each ticket has one of its own in the client's chat."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Status
from playground.botapi import Person
from playground.botapi.model import Topic
from tests.steps import answer, order
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    made = World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, private_topics=True)
    async with made as world:
        yield world


async def ann_writes(world: World, text: str = "Не печатает", **where: Any) -> Person:
    ann = next((one for one in world.bot.world.people if one.name == "Анна"), None) or world.person("Анна")
    ann.say(text, **where)
    await world.settle()
    return ann


def words(topic: Topic) -> str:
    return "\n".join(message.text for message in topic.messages)


def names(ann: Person) -> list[str]:
    return [topic.name for topic in ann.topics]


async def test_a_ticket_gets_its_topic_and_all_about_it_goes_there(world: World) -> None:
    """The receipt and the answer; what the client writes in the topic belongs to that ticket."""
    ann = await ann_writes(world)
    await ann_writes(world, "/new Нет сети")
    assert names(ann) == ["SD-1 · Не печатает", "SD-2 · Нет сети"]
    await answer(world, "SD-1", "Смотрим")
    first, second = ann.topics
    assert "SD-1 зарегистрирована" in words(first)
    assert "Смотрим" in words(first)
    assert "Смотрим" not in words(second)
    await ann_writes(world, "Совсем не печатает", topic=first)
    assert "Совсем не печатает" in words(world.group.topic("SD-1"))
    assert len(await world.tickets()) == 2


async def test_a_topic_that_the_client_opens_is_a_new_ticket(world: World) -> None:
    ann = await ann_writes(world)
    mine = ann.create_topic("Сеть")
    await ann_writes(world, "Нет сети", topic=mine)
    await ann_writes(world, "Уже час", topic=mine)
    assert [ticket.subject for ticket in await world.tickets()] == ["Не печатает", "Нет сети"]
    assert names(ann) == ["SD-1 · Не печатает", "SD-2 · Нет сети"]
    assert "SD-2 зарегистрирована" in words(mine)
    assert "Уже час" in words(world.group.topic("SD-2"))


async def test_a_word_in_the_main_view_goes_on_and_says_where(world: World) -> None:
    """Said there, with the button that makes it a ticket of its own."""
    ann = await ann_writes(world)
    await world.advance(minutes=5)
    said = ann.say("И мышь сломалась")
    await world.settle()
    where = ann.last("Записали в заявку SD-1")
    assert (where.thread, where.reply_to) == (None, said)
    await ann.press(where, "Это другой вопрос")
    await world.settle()
    assert names(ann)[-1] == "SD-2 · И мышь сломалась"
    assert "SD-2 зарегистрирована" in words(ann.topics[-1])


async def test_a_closed_ticket_is_seen_by_its_icon(world: World) -> None:
    ann = await ann_writes(world)
    await order(world, "SD-1", "/close решено")
    done = ann.topics[0].icon
    assert done is not None
    await ann_writes(world, "Опять не печатает", topic=ann.topics[0])
    assert [ticket.status for ticket in await world.tickets()] == [Status.OPEN]
    assert ann.topics[0].icon != done


async def test_a_topic_that_the_client_deleted_is_made_anew_for_the_next_word(world: World) -> None:
    """And only for a word: closing a ticket opens no topic to mark it."""
    ann = await ann_writes(world)
    ann.delete_topic(ann.topics[0])
    await answer(world, "SD-1", "Смотрим")
    assert names(ann) == ["SD-1 · Не печатает"]
    assert words(ann.topics[0]) == "Смотрим"


async def test_switched_off_tickets_go_on_in_the_flat_chat_and_on_again_in_their_topics(world: World) -> None:
    ann = await ann_writes(world)
    await ann_writes(world, "/new Нет сети")
    first, _ = ann.topics
    world.bot.world.set_private_topics(on=False)
    await answer(world, "SD-1", "Смотрим")
    assert ann.last().text.endswith("Смотрим")
    assert ann.last().thread is None
    await ann_writes(world, "Спасибо, жду", reply_to=ann.last())
    assert "Спасибо, жду" in words(world.group.topic("SD-1"))
    world.bot.world.set_private_topics(on=True)
    await world.stop()
    await world.start()
    await world.advance(hours=2)
    await answer(world, "SD-1", "Готово")
    assert "Готово" in words(first) or "Готово" in words(ann.topics[-1])
