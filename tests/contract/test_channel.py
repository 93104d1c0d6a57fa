"""What every channel promises the desk, asked of each of them at real servers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.errors import DeliveryDelayed, DeliveryRefused, DoorShut, NoRoom
from desk.parcels import Outgoing, ParcelId, Purpose
from desk.ports import Arrival, Channel
from mail.channel import MailChannel
from mail.imap import Pauses
from tests.world import SUPPORT, World

CLIENT = "ann@client.example"


@dataclass
class Door:
    """One channel with somebody behind it."""

    world: World
    name: str
    channel: Channel = field(init=False)
    person: Any = None

    async def open(self) -> None:
        if self.name == "mail":
            quick = Pauses(first=timedelta(milliseconds=10), longest=timedelta(milliseconds=20))
            self.channel = MailChannel(self.world.desk, self.world.desk.settings.mailbox, pauses=quick)
            await self.world.mails.user(CLIENT)
            return
        self.channel = self.world.telegram
        self.person = self.world.person("Анна")
        self.person.chat_here.started = True

    async def write(self, text: str) -> None:
        if self.name == "mail":
            await self.world.mails.send(sender=CLIENT, to=SUPPORT, subject="Вопрос", text=text)
        else:
            self.person.say(text)

    def message(self, number: int = 1, text: str = "Готово") -> Outgoing:
        place = {"mail": CLIENT, "group": ""}.get(self.name) or (str(self.person.id) if self.name == "telegram" else "")
        return Outgoing(
            id=ParcelId(number), channel=self.name, place=place, purpose=Purpose.ANSWER, text=text, subject="Ответ",
            mailbox="support",
        )  # fmt: skip

    async def read(self) -> list[str]:
        if self.name == "mail":
            bodies = [mail.get_body() for mail in await self.world.mails.inbox(CLIENT)]
            return [body.get_content() for body in bodies if body]
        shown = self.person.received if self.name == "telegram" else self.world.group.messages
        return [message.text for message in shown if message.from_bot and message.text]

    async def unconfirmed(self) -> int:
        if self.name == "mail":
            return len(await self.world.mails.inbox(SUPPORT))
        return len(self.world.bot.world.inbox.pending)


@dataclass
class Taking:
    """A `receive` that fails as often as it is told to."""

    failures: list[Exception] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    taken: list[Arrival] = field(default_factory=list)

    async def __call__(self, arrivals: Sequence[Arrival]) -> None:
        self.tried += [arrival.external_id for arrival in arrivals]
        if self.failures:
            raise self.failures.pop(0)
        self.taken += arrivals


DOORS = ("telegram", "group", "mail")
STREAMS = pytest.mark.parametrize("door", ["telegram", "mail"], indirect=True)
"""The group's messages come in the bot's one stream of updates."""
CLIENTS = STREAMS
"""Only a client's door can be shut."""


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest, sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[Door]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as world:
        await world.running.stop()  # the channel is asked by itself
        door = Door(world, request.param)
        await door.open()
        yield door


async def until(door: Door, taking: Taking, count: int) -> None:
    async with asyncio.timeout(15):
        while len(taking.taken) < count or await door.unconfirmed():
            await asyncio.sleep(0.02)


@STREAMS
@pytest.mark.parametrize("failure", [NoRoom("full"), RuntimeError("a bug")])
async def test_what_was_not_stored_is_not_confirmed_and_comes_again(door: Door, failure: Exception) -> None:
    taking = Taking([failure])
    await door.write("Не печатает")
    running = asyncio.create_task(door.channel.run(taking))
    await until(door, taking, 1)
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    assert taking.tried == [taking.taken[0].external_id] * 2


@STREAMS
async def test_what_was_stored_is_not_handed_in_again_after_a_restart(door: Door) -> None:
    taking = Taking()
    for number in range(3):
        await door.write(f"слово {number}")
    for _ in range(2):
        running = asyncio.create_task(door.channel.run(taking))
        await until(door, taking, 3)
        running.cancel()
        await asyncio.wait({running}, timeout=5)
        assert running.cancelled()
    ids = [arrival.external_id for arrival in taking.taken]
    assert len(set(ids)) == len(ids) == 3


async def test_a_delivery_says_under_which_ids_it_stands_and_order_is_kept(door: Door) -> None:
    receipts = [await door.channel.deliver(door.message(n, f"слово {n}")) for n in (1, 2, 3)]
    ids = [id_ for receipt in receipts for id_ in receipt.external_ids]
    assert len(set(ids)) == 3
    assert all(receipt.thread_place for receipt in receipts)
    read = (await door.read())[-3:]
    assert [f"слово {n}" in text for n, text in zip((1, 2, 3), read, strict=True)] == [True] * 3


async def test_a_door_whose_server_is_down_is_delayed_for_everyone(door: Door) -> None:
    await door.world.bot.down()
    await door.world.mails.smtp.down()
    with pytest.raises(DeliveryDelayed) as raised:
        await door.channel.deliver(door.message())
    assert raised.value.everyone
    assert raised.value.retry_in > timedelta(0)


async def test_a_busy_server_delays_one(door: Door) -> None:
    door.world.bot.fail_next("sendMessage", 429, retry_after=7)
    door.world.mails.smtp.faults.busy = 1
    with pytest.raises(DeliveryDelayed) as raised:
        await door.channel.deliver(door.message())
    assert not raised.value.everyone


async def test_a_refusal_is_the_other_sides_own_words(door: Door) -> None:
    door.world.bot.fail_next("sendMessage", 400, "Bad Request: we do not like you")
    door.world.mails.smtp.faults.refuse[CLIENT] = "554 5.7.1 we do not like you"
    with pytest.raises(DeliveryRefused, match="do not like you") as raised:
        await door.channel.deliver(door.message())
    assert not isinstance(raised.value, DoorShut)


@CLIENTS
async def test_a_dead_address_is_a_shut_door(door: Door) -> None:
    if door.person:
        door.person.block()
    door.world.mails.smtp.faults.refuse[CLIENT] = "550 5.1.1 no such user"
    with pytest.raises(DoorShut):
        await door.channel.deliver(door.message())


async def test_places_may_be_reserved_and_given_back(door: Door) -> None:
    assert door.channel.reserve(door.message()) == timedelta(0)
    door.channel.release(door.message())
    door.channel.release(door.message())
