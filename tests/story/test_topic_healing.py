"""A topic is a view: whatever people or Telegram do to it, clients' words reach the engineers within a minute."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.tickets import Status, Thread
from playground.botapi import Person, Topic
from tests.steps import said_in
from tests.world import World

CARD_TIME = 4
HELD = 6
LEADS_ONLY = "может только руководитель"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        yield world


async def asked(world: World, text: str = "Не печатает", name: str = "Анна") -> tuple[Person, Topic]:
    client = world.person(name)
    client.say(text)
    await world.settle()
    return client, world.group.topics[-1]


def in_general(world: World) -> list[str]:
    return [message.text for message in world.group.general.messages if message.from_bot]


async def test_without_the_right_to_make_topics_words_stand_in_general_and_move_when_it_is_back(world: World) -> None:
    """At once, with a word which right is missing; answers work there; the topic comes by itself with all of it."""
    world.group.promote_bot(without=["can_manage_topics"])
    await world.settle()
    assert sum("«Управление темами»" in text for text in in_general(world)) == 1
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.settle()
    assert world.group.topics == []
    card, words = [m for m in world.group.general.messages if m.from_bot and "Не печатает" in m.text]
    assert "Взять" in card.buttons
    assert words.reply_to is card
    world.group.say(world.engineer, "Бумага есть?", reply_to=words)
    world.group.say(world.engineer, "/take", reply_to=card)
    plain = world.group.say(world.engineer, "кто на обед?")
    await world.settle()
    await world.advance(seconds=HELD)
    assert ann.last().text == "Бумага есть?"
    assert plain.reactions == []
    assert "В работе у: Борис" in card.text
    ann.say("Есть")
    await world.settle()
    assert world.group.general.messages[-1].text.endswith("Есть")
    assert sum("«Управление темами»" in text for text in in_general(world)) == 1
    world.group.promote_bot()
    await world.settle()
    await world.advance(minutes=1)
    topic = world.group.topic("SD-1")
    told = said_in(topic)
    assert [word for word in ("Не печатает", "Бумага есть?", "Есть") if word not in told] == []
    assert "Взять" not in card.buttons
    ann.say("Вы тут?")
    await world.settle()
    assert topic.messages[-1].text.endswith("Вы тут?")
    world.group.say(world.engineer, "Да", topic, reply_to=topic.messages[-1])
    await world.settle()
    await world.advance(seconds=HELD)
    assert ann.last().text == "Да"


async def test_a_lodging_ticket_survives_a_restart_and_closes_in_general(world: World) -> None:
    world.group.promote_bot(without=["can_manage_topics"])
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.settle()
    await world.stop()
    await world.start()
    card = next(m for m in world.group.general.messages if "Взять" in m.buttons)
    await world.group.press(world.engineer, card, "Решено")
    await world.settle()
    await world.advance(minutes=2)
    assert (await world.tickets())[0].status is Status.SOLVED
    assert world.group.topics == []
    assert len([m for m in world.group.general.messages if "Взять" in m.buttons or "Открыть снова" in m.buttons]) == 1


async def test_a_topic_closed_by_hand_does_not_close_the_ticket_and_opens_with_the_clients_word(world: World) -> None:
    """The engineer reads so at once; what the desk closes or opens itself says nothing of the kind."""
    ann, topic = await asked(world)
    world.group.close_topic(topic, world.engineer)
    await world.settle()
    assert "заявка нет" in topic.messages[-1].text
    assert (await world.tickets())[0].status is Status.NEW
    ann.say("Вы тут?")
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert not topic.closed
    assert "Вы тут?" in said_in(topic)
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert topic.closed
    assert sum("заявка нет" in message.text for message in topic.messages) == 1
    world.group.reopen_topic(topic, world.engineer)
    await world.settle()
    assert "по-прежнему закрыта" in topic.messages[-1].text
    async with world.store.view() as view:
        trail = [entry.what for entry in await view.find(Audit, ticket_id=1) if "by hand" in entry.what]
    assert trail == ["topic closed by hand", "topic opened by hand"]


async def test_a_topic_closed_by_hand_while_its_card_is_posted_opens_with_the_clients_word(world: World) -> None:
    """What happened to it meanwhile is not forgotten when the card is recorded."""
    world.bot.hang("sendMessage")
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.mails.until(lambda: any("message_thread_id" in call.params for call in world.bot.called("sendMessage")))
    (topic,) = world.group.topics
    world.group.close_topic(topic, world.engineer)
    await world.mails.until(lambda: _known_as_closed(world))
    world.bot.release("sendMessage")
    await world.settle()
    ann.say("Вы тут?")
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    assert not topic.closed
    assert "Вы тут?" in said_in(topic)


async def _known_as_closed(world: World) -> int:
    async with world.store.view() as view:
        return await view.count(Thread, channel="group", closed=True)


async def test_a_name_given_by_hand_stays_until_the_desks_own_changes(world: World) -> None:
    """And an icon is set beside it without touching it."""
    ann, topic = await asked(world)
    world.group.rename_topic(topic, "Принтер Анны", world.engineer)
    ann.say("Вы тут?")
    await world.group.press(world.engineer, topic.messages[0], "Решено")
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    await world.settle()
    assert topic.name == "Принтер Анны"
    assert topic.icon is not None


async def test_solved_and_closed_tickets_wear_the_tick_and_burning_ones_the_fire(world: World) -> None:
    """Asked of Telegram once; a group of a server that has no such icons works without."""
    _, topic = await asked(world)
    _, other = await asked(world, "Горит", "Вера")
    icons = world.bot.called("getForumTopicIconStickers")
    world.group.say(world.engineer, "/priority критический", other)
    world.group.say(world.engineer, "/solved", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    await world.settle()
    ticked, burning = topic.icon, other.icon
    assert ticked
    assert burning
    assert ticked != burning
    assert not topic.closed
    world.group.say(world.engineer, "/reopen", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    await world.settle()
    assert topic.icon not in {None, ticked}
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    await world.settle()
    assert (topic.icon, topic.closed) == (ticked, True)
    assert len(world.bot.called("getForumTopicIconStickers")) - len(icons) == 1


async def test_icons_that_telegram_does_not_give_keep_nothing_back(world: World) -> None:
    world.bot.fail_next("getForumTopicIconStickers", 400, "Bad Request: METHOD_INVALID", times=5)
    _, topic = await asked(world)
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    await world.settle()
    assert (topic.icon, topic.closed) == (None, True)


async def test_open_shows_a_lost_topic_with_its_conversation_and_says_where(world: World) -> None:
    """Of an open or a closed ticket, from General or another topic; the ticket stays as it is."""
    ann, topic = await asked(world)
    _, other = await asked(world, "Другое", "Вера")
    world.group.say(world.engineer, "/close решено", topic)
    await world.settle()
    await world.advance(seconds=CARD_TIME)
    world.group.delete_topic(topic)
    world.group.say(world.engineer, "/open 1", other)
    await world.settle()
    again = world.group.topic("SD-1")
    assert "Не печатает" in said_in(again)
    await world.advance(seconds=CARD_TIME)
    assert again.closed
    assert (await world.tickets())[0].status is Status.CLOSED
    answer = other.messages[-1]
    assert "тема открыта" in answer.text
    assert answer.buttons == ["SD-1"]
    world.group.say(world.engineer, "/open SD-2")
    world.group.say(world.engineer, "/open SD-77")
    world.group.say(world.engineer, "/open")
    await world.settle()
    said = in_general(world)
    assert sum("SD-2" in text and "тема открыта" in text for text in said) == 1
    assert len(said) == 3
    received = len(ann.received)
    await world.advance(minutes=1)
    assert len(ann.received) == received


async def test_two_who_open_a_lost_topic_at_once_make_one(world: World) -> None:
    _, topic = await asked(world)
    world.group.delete_topic(topic)
    for _ in range(3):
        world.group.say(world.engineer, "/open SD-1")
    await world.settle()
    assert len(world.group.topics) == 1
    assert sum("тема открыта" in text for text in in_general(world)) == 3


async def test_administrators_of_the_group_lead_unless_the_configuration_names_them(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Known from getChatMember and from news of members; an engineer by [[person]] stays one."""
    tables = {"person": [{"telegram": "@vera_v", "name": "Вера", "role": "engineer"}]}
    made = World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables)
    async with made as world:
        admin, vera = world.bot.world.person("Глава"), world.bot.world.person("Вера", username="vera_v")
        world.group.add(admin, admin=True)
        world.group.add(vera, admin=True)
        await world.settle()
        for who, allowed in ((world.engineer, False), (admin, True), (vera, False)):
            post = world.group.say(who, "/reload")
            await world.reread()
            refused = [m for m in world.group.general.messages if m.reply_to is post and LEADS_ONLY in m.text.lower()]
            assert bool(refused) is not allowed, who.user.first_name


async def test_a_general_that_people_closed_opens_for_the_desks_word(world: World) -> None:
    world.bot.fail_next("sendMessage", 400, "Bad Request: TOPIC_CLOSED")
    world.group.say(world.engineer, "/queue")
    world.group.close_topic(world.group.general, world.engineer)
    await world.settle()
    assert in_general(world)
    assert not world.group.general.closed


async def test_a_thread_knows_what_was_set(world: World) -> None:
    """The record of a topic's look is what Telegram shows."""
    _, topic = await asked(world)
    async with world.store.view() as view:
        thread = await view.first(Thread, channel="group")
    assert thread is not None
    assert thread.title.endswith(f"\n{topic.name}")


async def test_a_topic_too_old_to_be_written_to_is_made_anew(world: World) -> None:
    """Past a million messages Telegram says of the oldest topics that they are not found, though people see them."""
    ann, topic = await asked(world)
    old = str(topic.id)
    world.bot.fail_next(
        "sendMessage", 400, "Bad Request: message thread not found", times=1,
        when=lambda call: str(call.get("message_thread_id")) == old,
    )  # fmt: skip
    ann.say("Вы тут?")
    await world.settle()
    again = world.group.topics[-1]
    assert again is not topic
    assert "Не печатает" in said_in(again)
    assert sum(message.text.endswith("Вы тут?") for message in again.messages) == 1
    world.group.say(world.engineer, "Тут", again, reply_to=again.messages[-1])
    await world.settle()
    await world.advance(seconds=HELD)
    assert ann.last().text == "Тут"
    world.group.say(world.engineer, "В старую тему", topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=HELD)
    assert ann.last().text == "Тут"
    assert "В старую тему" in said_in(again)
