"""Lines with groups of their own: one process serves all, and a ticket's place is in its line's group."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, ParcelState
from desk.tickets import Kind, Thread
from desk.tickets import Message as Said
from playground.botapi import Group, Person, Topic
from tests.steps import said_in
from tests.world import World

SECOND = -1001000000002
LINES = [
    {"name": "first", "title": "Первая линия"},
    {"name": "second", "title": "Вторая линия", "group": SECOND},
    {"name": "third", "title": "Третья линия", "group": SECOND},
]
RULES = [
    {"name": "bills", "when": {"mentions": ["счёт"]}, "line": "second"},
    {"name": "everything else", "when": {"always": True}, "line": "first"},
]
HELD = 6


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"line": LINES, "rule": RULES}
    made = World(
        clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False, more_groups=(SECOND,)
    )
    async with made as world:
        yield world


def second(world: World) -> Group:
    return world.others[0]


async def asked(world: World, text: str, name: str = "Анна") -> Person:
    client = world.person(name)
    client.say(text)
    await world.settle()
    return client


async def moved(world: World, text: str = "Не печатает", line: str = "second") -> tuple[Person, Topic, Topic]:
    """A client whose ticket went to the other group: the topic that it left, and its topic now."""
    client = await asked(world, text)
    old = world.group.topic("SD-1")
    world.group.say(world.engineer, f"/line {line}", old)
    await world.settle()
    return client, old, second(world).topic("SD-1")


def link(topic: Topic) -> str:
    return f"https://t.me/c/{str(topic.chat.id).removeprefix('-100')}/{topic.id}"


def urls(topic: Topic) -> list[str]:
    return [url for message in topic.messages for row in message.markup_rows for url in row]


async def test_a_tickets_topic_is_in_its_lines_group_and_answers_go_from_there(world: World) -> None:
    """Card, words, reactions and answers; the other group hears nothing of it."""
    ann = await asked(world, "Где счёт?")
    assert world.group.topics == []
    topic = second(world).topic("SD-1")
    card, words = topic.messages
    assert "Вторая линия" in card.text
    post = second(world).say(world.engineer, "Высылаем", topic, reply_to=words)
    await world.settle()
    await world.advance(seconds=HELD)
    assert ann.last().text == "Высылаем"
    assert post.reactions == ["👌"]
    assert await second(world).press(world.engineer, card, "Взять") == "Взято"
    assert [message for message in world.group.messages if message.from_bot] == []


async def test_commands_are_answered_in_the_general_where_they_were_given(world: World) -> None:
    await asked(world, "Где счёт?")
    second(world).say(world.engineer, "/queue")
    second(world).say(world.engineer, "/mine")
    second(world).say(world.engineer, "/nonsense")
    await world.settle()
    said = [message.text for message in second(world).general.messages if message.from_bot]
    assert "SD-1" in said[0]
    assert len(said) == 3
    assert [message for message in world.group.general.messages if message.from_bot] == []


async def test_each_group_is_for_its_own_members(world: World) -> None:
    """Who sits in one group is obeyed in that one only."""
    vera = world.bot.world.person("Вера")
    world.group.add(vera)
    await asked(world, "Где счёт?")
    topic = second(world).topic("SD-1")
    second(world).add(vera)
    second(world).remove(vera)
    with pytest.raises(Exception, match="is not in the group"):
        second(world).say(vera, "/take", topic)
    second(world).add(vera)
    second(world).say(vera, "/take", topic)
    await world.settle()
    await world.advance(seconds=HELD)
    assert "В работе у: Вера" in topic.messages[0].text


async def test_a_ticket_moved_to_another_group_takes_its_history_along(world: World) -> None:
    """A topic with card and conversation there; here a word where it went, and the topic is closed."""
    ann = await asked(world, "Не печатает")
    old = world.group.topic("SD-1")
    world.group.say(world.engineer, "Бумага есть?", old, reply_to=old.messages[1])
    world.group.say(world.engineer, "тонер менял вчера", old)
    await world.settle()
    await world.advance(seconds=HELD)
    ann.say("Есть")
    ann.send_document(b"the log", "a.log")
    await world.settle()
    world.group.say(world.engineer, "/line second", old)
    await world.settle()
    await world.advance(seconds=HELD)
    topic = second(world).topic("SD-1")
    told = said_in(topic)
    history = ("Не печатает", "Бумага есть?", "тонер менял вчера", "Есть", "a.log")
    assert [words for words in history if words not in told] == []
    assert "Линия: Вторая линия" in topic.messages[0].text
    assert old.closed
    assert "SD-1 теперь здесь: линия «Вторая линия»" in old.messages[-1].text
    assert old.messages[-1].buttons == ["SD-1"]
    assert "Взять" not in old.messages[0].buttons
    ann.say("Ну что?")
    await world.settle()
    assert topic.messages[-1].text.endswith("Ну что?")
    assert "Ну что?" not in said_in(old)
    second(world).say(world.engineer, "Печатает?", topic, reply_to=topic.messages[-1])
    await world.settle()
    await world.advance(seconds=HELD)
    assert ann.last().text == "Печатает?"


async def test_words_in_the_topic_that_a_ticket_left_are_kept_and_never_sent(world: World) -> None:
    """As a note, shown in the new topic; their author is told where the ticket is. Commands are not obeyed there."""
    ann, old, topic = await moved(world)
    received = len(ann.received)
    card, words = old.messages[:2]
    old.closed = False  # an administrator writes all the same
    world.group.say(world.engineer, "Сейчас пришлю", old, reply_to=words)
    world.group.say(world.engineer, "И карточке", old, reply_to=card)
    world.group.say(world.engineer, "/solved готово", old)
    world.group.send_document(world.engineer, b"notes", "notes.txt", topic=old, caption="И файл", reply_to=words)
    hidden = world.bot.world.person("Тень")
    world.group.add(hidden, admin=True)
    world.group.seat(hidden).say("Скрытно", topic=old, reply_to=words, anonymous=True)
    await world.settle()
    await world.advance(seconds=HELD)
    assert len(ann.received) == received
    assert [message.file.data for message in topic.messages if message.file] == [b"notes"]
    assert "Скрытно" not in said_in(topic)
    assert "Сейчас пришлю" in said_in(topic)
    assert "И карточке" in said_in(topic)
    told = [message for message in old.messages if message.from_bot and "в другом месте" in message.text]
    assert len(told) == 5
    async with world.store.view() as view:
        kept = [message.text for message in await view.find(Said, kind=Kind.NOTE)]
        assert not await view.count(Said, kind=Kind.ANSWER)
    assert kept == ["Сейчас пришлю", "И карточке", "И файл"]
    assert (await world.tickets())[0].status.value == "new"


async def test_an_answer_that_waits_is_no_word_told_and_its_end_is_said_where_the_ticket_went(world: World) -> None:
    ann = await asked(world, "Не печатает")
    old = world.group.topic("SD-1")
    post = world.group.say(world.engineer, "Глупый ответ", old, old.messages[0])
    await world.settle()
    world.group.say(world.engineer, "/line second посмотрите", old)
    await world.settle()
    new = second(world).topic("SD-1")
    assert "Клиенту ещё только уйдёт (Борис), пока не отозвали: Глупый ответ" in said_in(new)
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    await world.advance(seconds=HELD)
    assert new.messages[-1].text == "Ответ отозван, клиенту он не ушёл. Борис: «Глупый ответ»"
    assert "Глупый ответ" not in "".join(one.text for one in ann.received)


async def test_a_line_that_shares_the_group_keeps_the_topic(world: World) -> None:
    await asked(world, "Где счёт?")
    topic = second(world).topic("SD-1")
    second(world).say(world.engineer, "/line third", topic)
    await world.settle()
    await world.advance(seconds=HELD)
    assert second(world).topics == [topic]
    assert "Линия: Третья линия" in topic.messages[0].text


async def test_back_and_forth_ends_where_the_ticket_is(world: World) -> None:
    """Two moves before anything was delivered, and one more: one open topic, in the right group."""
    ann, _, topic = await moved(world)
    world.bot.hang("createForumTopic")
    second(world).say(world.engineer, "/line first", topic)
    await world.bot.world.until(lambda: [one for one in world.bot.called("createForumTopic") if one.status is None])
    back = second(world).say(world.engineer, "/line second", topic)
    await world.bot.world.until(lambda: back.reactions)
    world.bot.release("createForumTopic")
    await world.settle()
    await world.advance(seconds=HELD)
    async with world.store.view() as view:
        thread = await view.first(Thread, channel="group")
        assert await view.count(Parcel, state=ParcelState.FAILED) == 0
    assert thread is not None
    assert thread.place == str(SECOND)
    living = [one for group in (world.group, second(world)) for one in group.topics if not one.closed]
    assert [str(one.id) for one in living] == [thread.external_id]
    ann.say("Где вы?")
    await world.settle()
    assert living[0].messages[-1].text.endswith("Где вы?")


async def test_a_group_that_is_lost_is_told_in_the_other_and_served_when_it_is_back(world: World) -> None:
    """What the other group's clients write does not wait; nothing is lost."""
    await asked(world, "Где счёт?")
    second(world).ban_bot()
    await world.settle()
    (told,) = [m.text for m in world.group.general.messages if m.from_bot]
    assert "Вторая линия, Третья линия" in told
    assert "бота нет" in told
    boris, vera = world.person("Борис К."), world.person("Вера")
    boris.say("Где второй счёт?")
    await world.bot.world.until(lambda: boris.received)
    vera.say("Не печатает")
    await world.bot.world.until(lambda: "Не печатает" in said_in(world.group.topic("SD-3")))
    second(world).add_bot(admin=True)
    world.clock.advance(minutes=2)
    await world.settle()
    assert "Где второй счёт?" in said_in(second(world).topic("SD-2"))
    boris.say("Вы тут?")
    await world.settle()
    assert "Вы тут?" in said_in(second(world).topic("SD-2"))


async def test_a_lines_group_may_become_another_in_the_configuration(world: World, tmp_path: Path) -> None:
    """Open tickets get their topics there when next something happens, with all that was said."""
    ann = await asked(world, "Не печатает")
    third = world.bot.world.group("Новая", forum=True, chat_id=-1001000000003)
    third.add(world.engineer)
    await world.stop()
    world.tables["line"] = [{**LINES[0], "group": -1001000000003}, *LINES[1:]]
    await world.start()
    ann.say("Всё ещё")
    await world.settle()
    topic = third.topic("SD-1")
    assert "Не печатает" in said_in(topic)
    assert topic.messages[-1].text.endswith("Всё ещё")
    assert world.group.topic("SD-1").closed


async def test_a_lines_migrated_group_is_followed(world: World) -> None:
    ann = await asked(world, "Где счёт?")
    old = second(world).id
    new = second(world).migrate()
    ann.say("Ау")
    await world.settle()
    await world.advance(seconds=HELD)
    assert "Ау" in said_in(second(world).topic("SD-1"))
    told = second(world).last("config.toml").text
    assert f"{old} → {new}" in told
    assert "Вторая линия" in told


async def test_buttons_of_the_card_that_was_left_do_no_harm_in_the_other_group(world: World) -> None:
    """A press that was on its way changes the ticket, and no message with the same number elsewhere."""
    _, old, topic = await moved(world)
    standing = {message.id: message.text for message in second(world).messages if message.from_bot}
    card = next(message for message in old.messages if message.from_bot)
    world.bot.world.inbox.drop()
    assert await world.group.press(world.engineer, card, card.buttons[0]) is not None
    await world.settle()
    await world.advance(seconds=HELD)
    after = {message.id: message.text for message in second(world).messages if message.id in standing}
    changed = [number for number, text in standing.items() if after[number] != text]
    assert set(changed) <= {topic.messages[0].id}


async def test_a_closed_ticket_moved_by_configuration_is_not_touched_until_something_happens(world: World) -> None:
    """No farewells for thousands of old topics; the client's thanks make one topic, closed."""
    ann = await asked(world, "Не печатает")
    old = world.group.topic("SD-1")
    world.group.say(world.engineer, "/close решено", old)
    await world.settle()
    await world.advance(seconds=HELD)
    await world.stop()
    world.tables["line"] = [{**LINES[0], "group": SECOND}, *LINES[1:]]
    await world.start()
    await world.advance(days=1)
    assert second(world).topics == []
    ann.say("спасибо")
    await world.settle()
    await world.advance(seconds=HELD)
    assert "спасибо" in said_in(second(world).topic("SD-1"))
    assert second(world).topic("SD-1").closed


async def test_a_ticket_moved_to_a_group_where_no_topic_can_be_made_stands_in_its_general(world: World) -> None:
    """The topic that it left says so all the same; its own topic comes with the right."""
    second(world).promote_bot(without=["can_manage_topics"])
    ann = await asked(world, "Не печатает")
    old = world.group.topic("SD-1")
    world.group.say(world.engineer, "/line second", old)
    await world.settle()
    await world.advance(seconds=HELD)
    assert second(world).topics == []
    card = next(message for message in second(world).general.messages if "Взять" in message.buttons)
    assert old.closed
    ann.say("Вы тут?")
    await world.settle()
    words = second(world).general.messages[-1]
    assert words.text.endswith("Вы тут?")
    assert words.reply_to is card
    second(world).say(world.engineer, "Тут", reply_to=words)
    await world.settle()
    await world.advance(seconds=HELD)
    assert ann.last().text == "Тут"
    second(world).promote_bot()
    await world.settle()
    await world.advance(minutes=1)
    topic = second(world).topic("SD-1")
    assert "Вы тут?" in said_in(topic)
    assert world.group.topics == [old]


async def test_what_is_answered_to_a_command_in_a_lines_own_group_stands_there(world: World) -> None:
    """Phone calls, the list of incidents, and whether somebody's data may be shown; the main group hears nothing."""
    world.tables = {**world.tables, "person": [{"telegram": world.engineer.id, "name": "Борис", "role": "lead"}]}
    await world.stop()
    await world.start()
    await asked(world, "Не печатает")
    here, main = second(world).general, len(world.group.general.messages)
    for command, answer in (
        ("/incident Нет связи", "SD-2"),
        ("/incident", "Нет связи"),
        ("/new +79991234567 Не включается", "SD-3"),
        ("/export SD-1", "Лично вам не написать"),
    ):
        post = second(world).say(world.engineer, command)
        await world.settle()
        await world.advance(seconds=20)
        assert [one.reply_to for one in here.messages if one.from_bot and answer in one.text][-1:] == [post], command
    assert len(world.group.general.messages) == main
