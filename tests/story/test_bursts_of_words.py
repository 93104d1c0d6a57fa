"""One thought in ten messages is one receipt and one change of the card; every message of it arrives."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.steps import said_in, said_to
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as made:
        yield made


def card_changes(world: World) -> int:
    card = world.group.topic("SD-1").messages[0].id
    return sum(
        int(call.params.get("message_id", 0)) == card
        for method in ("editMessageText", "editMessageCaption", "editMessageReplyMarkup")
        for call in world.bot.called(method)
    )


async def test_ten_messages_within_a_minute_are_one_receipt_and_at_most_one_change_of_the_card(world: World) -> None:
    ann = world.person("Анна")
    words = [f"часть {number + 1}." for number in range(10)]
    for word in words:
        ann.say(word)
        await world.settle()
        await world.advance(seconds=5, tick=False)
    await world.advance(minutes=2)
    assert len(await world.tickets()) == 1
    assert said_to(ann).count("зарегистрирована") == len(ann.received) == 1
    assert card_changes(world) <= 1
    assert [one.text.splitlines()[-1] for one in world.group.topic("SD-1").messages[1:]] == words


async def test_where_a_thought_went_is_said_once(world: World) -> None:
    """With two requests open; the second thought, a while later, is told again."""
    ann = world.person("Анна")
    ann.say("Не печатает")
    ann.say("/new Нет сети")
    await world.settle()
    await world.advance(minutes=10)
    for text in ("Так вот,", "уже час", "ничего нет"):
        ann.say(text)
        await world.settle()
        await world.advance(seconds=10, tick=False)
    assert said_to(ann).count("Записали в заявку SD-2") == 1
    assert all(text in said_in(world.group.topic("SD-2")) for text in ("Так вот,", "уже час", "ничего нет"))
    await world.advance(minutes=10)
    ann.say("Ау")
    await world.settle()
    assert said_to(ann).count("Записали в заявку SD-2") == 2


async def test_the_bot_never_pretends_to_type(world: World) -> None:
    """It cannot know what an engineer does."""
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.settle()
    world.group.say(world.engineer, "/take", world.group.topic("SD-1"))
    await world.settle()
    assert not world.bot.called("sendChatAction")


async def test_a_greeting_of_its_own_does_not_name_the_request(world: World) -> None:
    """What comes within the minute does, in the topic's name too; a greeting after that changes nothing."""
    ann = world.person("Анна")
    for text in ("Добрый день!", "Не печатает <принтер>", "Всем привет"):
        ann.say(text)
        await world.settle()
    await world.advance(seconds=10)
    assert [ticket.subject for ticket in await world.tickets()] == ["Не печатает <принтер>"]
    assert world.group.topic("SD-1").name == "SD-1 · Анна · Не печатает <принтер>"
