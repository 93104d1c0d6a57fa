"""A client blocks the bot: the door is shut at once, mail is used, and the door opens again with them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Door
from playground.botapi import Person
from tests.steps import HELD, answer, chat, code_of, last_mail, mails_of, order, said_in, text_of
from tests.world import World

MAIL = "ann@client.example"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def linked(world: World) -> Person:
    """Somebody with a chat and a mailbox."""
    ann = await chat(world, "Анна", "Не печатает")
    await world.mails.user(MAIL)
    ann.say(f"/email {MAIL}")
    await world.settle()
    ann.say(await code_of(world, MAIL))
    await world.settle()
    return ann


async def door(world: World) -> Door:
    async with world.store.view() as view:
        found = await view.first(Door, channel="telegram")
    assert found
    return found


async def test_blocking_shuts_the_door_at_once_and_the_topic_says_so(world: World) -> None:
    """Without a word having failed; a second telling of the same changes nothing."""
    ann = await linked(world)
    ann.block()
    await world.settle()
    shut = await door(world)
    assert (shut.shut_at, shut.shut_reason) == (world.clock(), "blocked")
    topic = world.group.topic("SD-1")
    lines = [one.text for one in topic.messages if "заблокирован" in one.text.casefold()]
    assert len(lines) == 1
    ann.unblock()
    ann.block()
    ann.unblock()
    await world.settle()
    assert (await door(world)).shut_at is None


async def test_what_waits_when_the_bot_is_blocked_goes_by_mail(world: World) -> None:
    """An answer written a moment before: held, it meets a shut door and takes the other one."""
    ann = await linked(world)
    had = len(await mails_of(world, MAIL))
    await answer(world, "SD-1", "Перезагрузите принтер", go=False)
    ann.block()
    await world.settle()
    await world.advance(seconds=HELD)
    await world.advance(seconds=HELD)
    assert "Перезагрузите принтер" in text_of(await last_mail(world, MAIL))
    assert len(await mails_of(world, MAIL)) == had + 1
    assert "Перезагрузите" not in "\n".join(one.text for one in ann.received)


async def test_answers_after_it_go_by_mail_and_back_to_the_chat_when_it_is_open_again(world: World) -> None:
    ann = await linked(world)
    ann.block()
    await world.settle()
    await answer(world, "SD-1", "Первый ответ")
    assert "Первый ответ" in text_of(await last_mail(world, MAIL))
    ann.unblock()
    await world.settle()
    await answer(world, "SD-1", "Второй ответ")
    assert "Второй ответ" in ann.last().text
    assert "Второй ответ" not in text_of(await last_mail(world, MAIL))


async def test_without_another_door_the_engineer_is_told_and_nothing_is_sent_into_the_void(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    ann.block()
    await world.settle()
    calls = len(world.bot.called("sendMessage"))
    await answer(world, "SD-1", "Где вы?")
    topic = world.group.topic("SD-1")
    to_ann = [one for one in world.bot.called("sendMessage")[calls:] if one.params["chat_id"] == str(ann.id)]
    assert to_ann == []
    assert "все пути закрыты" in said_in(topic)


async def test_a_deleted_account_is_found_out_by_the_first_word(world: World) -> None:
    """Nobody tells the bot of it: the refusal shuts the door, and the same words go by mail."""
    ann = await linked(world)
    ann.delete_account()
    await answer(world, "SD-1", "Перезагрузите принтер")
    await world.advance(seconds=HELD)
    assert "Перезагрузите принтер" in text_of(await last_mail(world, MAIL))
    assert (await door(world)).shut_at is not None


async def test_a_reminder_and_the_last_word_go_by_the_open_door(world: World) -> None:
    ann = await linked(world)
    await order(world, "SD-1", "/info Какая модель?")
    ann.block()
    await world.settle()
    await world.pass_days(8)
    assert "Напоминание" in text_of(await last_mail(world, MAIL))
    await order(world, "SD-1", "/close решено")
    await world.advance(seconds=HELD)
    assert "закрыта" in text_of((await mails_of(world, MAIL))[-1]) + text_of((await mails_of(world, MAIL))[-2])


async def test_the_door_stays_shut_over_a_restart_and_opens_with_a_word(world: World) -> None:
    ann = await linked(world)
    ann.block()
    await world.settle()
    await world.stop()
    await world.start()
    assert (await door(world)).shut_at is not None
    ann.start()
    ann.say("Я снова здесь")
    await world.settle()
    assert (await door(world)).shut_at is None
    assert "Я снова здесь" in said_in(world.group.topic("SD-1"))
