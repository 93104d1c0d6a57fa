"""Tags, relatives, watchers and mentions in the group."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.botapi.model import Topic
from tests.steps import chat, order, said_in
from tests.world import World

PEOPLE = [
    {"telegram": 777001, "name": "Мария Иванова", "role": "engineer"},
    {"telegram": 777002, "name": "Олег Смирнов", "role": "engineer"},
    {"telegram": 777003, "name": "Олег Быков", "role": "lead"},
]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"person": PEOPLE}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables) as world:
        yield world


def mentions(topic: Topic, words: str) -> list[str]:
    """The names mentioned by id in the messages that hold these words."""
    return [
        message.text.encode("utf-16-le")[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for message in topic.messages
        if words in message.text
        for one in message.entities
        if one["type"] == "text_mention"
    ]


async def test_tags_stand_on_the_card(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/tag VIP #касса old")
    await order(world, "SD-1", "/tag -old, срочно_2")
    topic = world.group.topic("SD-1 ·")
    assert "Метки: #vip #касса #срочно_2" in topic.messages[0].text
    assert (await world.tickets())[0].tags == ["vip", "касса", "срочно_2"]
    for words, said in (("<b>", "не подходит"), ("-abuse", "ставит и снимает сама служба"), ("x" * 33, "не подходит")):
        await order(world, "SD-1", f"/tag {words}", go=False)
        assert said in topic.messages[-1].text
    many = " ".join(f"t{number}" for number in range(30))
    await order(world, "SD-1", f"/tag {many}", go=False)
    assert "не больше 20 меток" in topic.messages[-1].text


async def test_related_tickets_stand_on_both_cards(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await chat(world, "Вера", "Касса не открывается")
    await order(world, "SD-1", "/relate SD-2")
    first, second = world.group.topic("SD-1 ·"), world.group.topic("SD-2 ·")
    assert "Связана с: SD-2" in first.messages[0].text
    assert "Связана с: SD-1" in second.messages[0].text
    await order(world, "SD-2", "/unrelate sd1")
    assert "Связана" not in first.messages[0].text + second.messages[0].text
    await order(world, "SD-1", "/relate SD-1", go=False)
    assert "та же самая" in first.messages[-1].text
    await order(world, "SD-1", "/unrelate SD-2", go=False)
    assert "и так не связана" in first.messages[-1].text


async def test_a_watcher_is_mentioned_once_in_ten_minutes_and_not_for_own_deeds(world: World) -> None:
    maria = world.bot.world.person("Мария")
    world.group.add(maria)
    ann = await chat(world, "Анна", "Не печатает принтер")
    topic = world.group.topic("SD-1 ·")
    world.group.say(maria, "/watch", topic=topic)
    await world.settle()
    for words in ("Ещё", "и ещё", "и вот"):
        ann.say(words)
        await world.settle()
    assert mentions(topic, "клиент написал") == ["Мария"]
    await world.advance(minutes=11)
    ann.say("Алло")
    await world.settle()
    assert mentions(topic, "клиент написал") == ["Мария", "Мария"]
    await world.advance(minutes=11)
    await order(world, "SD-1", "/info Какая модель?")
    assert mentions(topic, "теперь «ждём клиента»") == ["Мария"]
    await world.advance(minutes=11)
    await order(world, "SD-1", "/solved")
    assert mentions(topic, "теперь «решена»") == ["Мария"]
    await world.advance(minutes=11)
    world.group.say(maria, "/reopen", topic=topic)
    await world.settle()
    assert mentions(topic, "теперь «в работе»") == []
    world.group.say(maria, "/unwatch", topic=topic)
    await world.settle()
    ann.say("Спасибо, но нет")
    await world.settle()
    assert mentions(topic, "клиент написал") == ["Мария", "Мария"]


async def test_a_colleague_named_in_a_note_is_notified(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/note @Мария, глянь; и @олег быков тоже, а @Олег — непонятно кто", go=False)
    topic = world.group.topic("SD-1 ·")
    assert "Мария Иванова, Олег Быков, вас упоминает Борис." in said_in(topic)
    sent = [str(call.params["text"]) for call in world.bot.called("sendMessage") if "упоминает" in str(call.params)]
    assert [("777001" in text, "777002" in text, "777003" in text) for text in sent] == [(True, False, True)]
    world.group.say(world.engineer, "почта a@мария.рф ничья", topic=topic)
    await world.settle()
    assert said_in(topic).count("вас упоминает") == 1
