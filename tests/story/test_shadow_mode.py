"""`quiet = true`: the engineers see everything, the clients get nothing, mail stays where it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, ParcelState, Purpose
from desk.tickets import Status
from tests.steps import answer, chat, order, said_to
from tests.world import SUPPORT, World


@pytest.fixture
async def quiet(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"desk": {"quiet": True}}) as world:
        yield world


async def test_topics_appear_and_clients_get_nothing(quiet: World) -> None:
    """A message and a mail make topics; neither chat nor mailbox hears a word; the mail stays in its folder."""
    ann = quiet.person("Анна")
    ann.start()
    ann.say("Не печатает принтер")
    await quiet.mails.user("boris@client.example")
    await quiet.mails.send(sender="boris@client.example", to=SUPPORT, subject="Вопрос", text="Где счёт?")
    await quiet.bot.world.until(lambda: len(quiet.group.topics) == 2)
    await quiet.settle()
    assert [message for message in ann.chat if message.from_bot] == []
    assert await quiet.mails.inbox("boris@client.example") == []
    assert len(await quiet.mails.inbox(SUPPORT)) == 1


async def test_an_answer_in_shadow_mode_is_kept_back_and_the_engineer_knows(quiet: World) -> None:
    ann = quiet.person("Анна")
    ann.start()
    ann.say("Не печатает принтер")
    await quiet.settle()
    topic = quiet.group.topic("SD-1")
    post = quiet.group.say(quiet.engineer, "Уже смотрим", topic=topic, reply_to=topic.messages[1])
    await quiet.settle()
    await quiet.advance(seconds=10)
    assert [message for message in ann.chat if message.from_bot] == []
    assert post.reactions == ["👀"]
    assert any("Тихий режим" in message.text for message in topic.messages)
    async with quiet.store.view() as view:
        kept = await view.find(Parcel, state=ParcelState.QUIET)
    assert "Уже смотрим" in [str(parcel.body.get("text")) for parcel in kept]


async def test_after_a_restart_a_mail_that_stayed_is_not_taken_twice(quiet: World) -> None:
    await quiet.mails.send(sender="boris@client.example", to=SUPPORT, subject="Вопрос", text="Где счёт?")
    await quiet.bot.world.until(lambda: len(quiet.group.topics) == 1)
    await quiet.settle()
    await quiet.stop()
    await quiet.start()
    await quiet.mails.send(sender="carl@client.example", to=SUPPORT, subject="Другой", text="Где?")
    await quiet.bot.world.until(lambda: len(quiet.group.topics) == 2)
    await quiet.settle()
    assert len(await quiet.tickets()) == 2


async def test_what_waited_when_shadow_mode_was_switched_on_stays_here(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """A desk that is stopped with answers in its queue, or restored from a backup, to be tried out in peace."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        await answer(world, "SD-1", "Уже смотрим", go=False)
        await world.stop()
        world.tables = {"desk": {"quiet": True}}
        await world.start()
        await world.advance(minutes=1)
        assert "Уже смотрим" not in said_to(ann)
        async with world.store.view() as view:
            assert await view.count(Parcel, purpose=Purpose.ANSWER, state=ParcelState.QUIET) == 1


async def test_nobody_is_reminded_and_nothing_closes_unheard_in_shadow_mode(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """A client who is asked for data before it hears nothing now: their request must not close behind their back."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        await chat(world, "Анна", "Не печатает принтер")
        await order(world, "SD-1", "/info Какой номер?")
        await world.stop()
        world.tables = {"desk": {"quiet": True}}
        await world.start()
        await world.pass_days(40)
        async with world.store.view() as view:
            assert not await view.count(Parcel, purpose=Purpose.REMINDER)
        (ticket,) = await world.tickets()
        assert ticket.status is Status.WAITING
