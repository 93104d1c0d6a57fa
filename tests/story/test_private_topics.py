"""Where the bot has topics in private chats, each ticket has one of its own in the client's chat."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Status, Ticket
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


async def test_what_is_written_in_the_topic_of_a_merged_ticket_goes_on_with_it(world: World) -> None:
    ann = await ann_writes(world)
    await ann_writes(world, "/new Нет сети")
    async with world.store.unit() as unit:
        await unit.change(Ticket, {"merged_into": 2, "status": Status.CLOSED}, id=1)
        await unit.commit()
    await ann_writes(world, "Всё ещё не печатает", topic=ann.topic("SD-1"))
    assert "Всё ещё не печатает" in words(world.group.topic("SD-2"))
    assert len(await world.tickets()) == 2


async def test_a_topic_whose_ticket_is_somebody_elses_again_shows_nothing_of_it(world: World) -> None:
    """After an unlinking: words there are a new ticket, and the other's closing does not mark it."""
    ann = await ann_writes(world)
    eva = world.person("Ева")
    eva.say("Чужое")
    await world.settle()
    async with world.store.unit() as unit:
        theirs = await unit.get(Ticket, 2)
        assert theirs
        await unit.change(Ticket, {"client_id": theirs.client_id, "door_id": theirs.door_id}, id=1)
        await unit.commit()
    mine = ann.topic("SD-1")
    await order(world, "SD-1", "/close решено")
    assert mine.icon is None
    await answer(world, "SD-2", "Для Евы")
    await ann_writes(world, "А моя заявка?", topic=mine)
    assert [ticket.subject for ticket in await world.tickets()][2:] == ["А моя заявка?"]
    assert "SD-3" in names(ann)[-1]
    assert not any("Для Евы" in one.text or "закрыта" in one.text for one in ann.received)


async def test_a_refused_topic_leaves_the_flat_chat(world: World) -> None:
    """The receipt comes all the same, and the next hour nobody asks again."""
    world.bot.fail_next("createForumTopic", 400, "Bad Request: not enough rights to create a topic")
    ann = await ann_writes(world)
    assert (ann.last().thread, ann.topics) == (None, [])
    await answer(world, "SD-1", "Смотрим")
    assert len(world.bot.called("createForumTopic")) == 2  # with that of the engineers' group
    await world.advance(hours=2)
    await answer(world, "SD-1", "Готово")
    assert names(ann) == ["SD-1 · Не печатает"]


async def test_a_client_who_blocked_the_bot_gets_no_topic(world: World) -> None:
    ann = await ann_writes(world)
    ann.delete_topic(ann.topics[0])
    ann.block()
    await world.settle()
    await answer(world, "SD-1", "Смотрим")
    assert names(ann) == []
    assert "все пути закрыты" in words(world.group.topic("SD-1"))


async def test_topics_switched_on_while_the_desk_works_are_found_out_by_a_message(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        ann = await ann_writes(world)
        world.bot.world.set_private_topics(on=True)
        mine = ann.create_topic("Сеть")
        await ann_writes(world, "Нет сети", topic=mine)
        assert "SD-2 зарегистрирована" in words(mine)
        assert mine.name == "SD-2 · Нет сети"


async def test_commands_are_answered_in_the_topic_where_they_were_given(world: World) -> None:
    ann = await ann_writes(world)
    await ann_writes(world, "/my", topic=ann.topics[0])
    assert "Ваши заявки" in words(ann.topics[0])
    ann.say("/help", topic=ann.topics[0])
    ann.delete_topic(ann.topics[0])
    await world.settle()
    assert "Поддержка" in ann.last("/lang").text
