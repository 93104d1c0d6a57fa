"""Messages that cannot be worked on: set aside, told, tried again, and in nobody's way."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from desk import quarantine_commands
from desk.disk import Disk
from desk.errors import DeliveryDelayed, NoRoom, StoreAway, Unreadable
from desk.inbox import Inbox
from desk.incoming import Raw, RawState
from desk.parcels import Act, Outgoing, Receipt
from desk.ports import Arrival, Receive
from tests.world import World


class Bench:
    """A channel whose work ends as a test says: by text, a list of errors to raise, one at a time."""

    names = ("bench",)

    def __init__(self) -> None:
        self.errors: dict[str, list[BaseException]] = {}
        self.worked: list[str] = []
        self.together: list[set[str]] = []
        self._now: set[str] = set()

    async def run(self, receive: Receive) -> None:
        await asyncio.Event().wait()

    async def work(self, raws: Sequence[Raw]) -> None:
        text = raws[0].body.decode()
        self._now.add(text)
        self.together.append(set(self._now))
        try:
            await asyncio.sleep(0)
            if self.errors.get(text):
                raise self.errors[text].pop(0)
            self.worked.append(text)
        finally:
            self._now.discard(text)

    def reserve(self, message: Outgoing, *, before: Sequence[Act] = ()) -> timedelta:
        return timedelta(0)

    def release(self, message: Outgoing) -> None: ...

    async def deliver(self, message: Outgoing) -> Receipt:
        return Receipt()


def arriving(text: str, lane: str = "a") -> Arrival:
    return Arrival(channel="bench", place="p", external_id=text, lane=lane, body=text.encode())


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def inbox(both: World, bench: Bench) -> Inbox:
    return Inbox(both.desk, [bench])


async def work(world: World, inbox: Inbox, seconds: float = 0) -> None:
    world.clock.advance(seconds=seconds)
    await inbox.work_once()


async def raws(world: World) -> dict[str, Raw]:
    async with world.store.view() as view:
        return {raw.external_id: raw for raw in await view.find(Raw, channel="bench")}


async def test_what_fails_three_times_is_set_aside_told_once_and_may_be_retried(
    both: World, inbox: Inbox, bench: Bench
) -> None:
    """Other lanes go on meanwhile; its own lane waits for it, in order; the button works."""
    await both.running.stop()  # its own inbox would work on these rows too
    bench.errors["яд"] = [RuntimeError("не понял \x00")] * 3
    await inbox.receive([arriving("яд"), arriving("после"), arriving("другой", "b")])
    await work(both, inbox)
    assert bench.worked == ["другой"]
    for _ in range(2):
        assert "после" not in bench.worked
        await work(both, inbox, 10)
    assert bench.worked == ["другой", "после"]
    assert (await raws(both))["яд"].state is RawState.QUARANTINED
    both.running.start()
    await both.settle()
    told = [m for m in both.group.messages if "не удалось обработать" in m.text]
    assert len(told) == 1
    toast = await both.group.press(both.engineer, told[0], "Попробовать ещё раз")
    assert toast == "Пробуем ещё раз"
    assert (await raws(both))["яд"].attempts == 0


@pytest.mark.parametrize("error", [DeliveryDelayed(timedelta(seconds=5)), StoreAway("away"), NoRoom("full")])
async def test_what_is_nobodys_fault_is_no_attempt(both: World, inbox: Inbox, bench: Bench, error: Exception) -> None:
    await both.running.stop()
    bench.errors["файл"] = [error] * 5
    await inbox.receive([arriving("файл"), arriving("после")])
    for _ in range(6):
        await work(both, inbox, 10)
    assert bench.worked == ["файл", "после"]
    assert (await raws(both))["файл"].state is RawState.DONE


async def test_the_unreadable_is_set_aside_at_once(both: World, inbox: Inbox, bench: Bench) -> None:
    await both.running.stop()
    bench.errors["?"] = [Unreadable("bot.unreadable_update")]
    await inbox.receive([arriving("?")])
    await work(both, inbox)
    row = (await raws(both))["?"]
    reason = "Telegram прислал не то, что обещает: это не обновление"
    assert (row.state, row.attempts, row.error) == (RawState.QUARANTINED, 1, reason)


async def test_a_retry_that_fails_again_shows_in_the_list(both: World, inbox: Inbox, bench: Bench) -> None:
    """How often it was tried and when last: an operator sees that something happened."""
    await both.running.stop()
    bench.errors["?"] = [Unreadable("bot.unreadable_update")] * 3
    await inbox.receive([arriving("?")])
    await work(both, inbox)
    first = await quarantine_commands.carry_out(both.desk, "list", 0)
    row = (await raws(both))["?"]
    for _ in range(2):
        both.clock.advance(minutes=5)
        await quarantine_commands.carry_out(both.desk, "retry", row.id)
        await work(both, inbox)
    again = await quarantine_commands.carry_out(both.desk, "list", 0)
    assert f"1 попытка, последняя {row.at:%Y-%m-%d %H:%M}Z" in first
    assert "3 попытки, последняя" in again
    assert f"{(await raws(both))['?'].not_before:%H:%M}Z" in again
    assert first.split("последняя")[1] != again.split("последняя")[1]
    assert "3 попытки" in await quarantine_commands.carry_out(both.desk, "show", row.id)


async def test_a_kill_is_no_failure_and_what_was_interrupted_is_tried_alone(
    both: World, inbox: Inbox, bench: Bench
) -> None:
    await both.running.stop()
    await inbox.receive([arriving("a", "a"), arriving("b", "b"), arriving("c", "c")])
    async with both.store.unit() as unit:
        await unit.change(Raw, {"state": RawState.WORKING, "attempts": 1}, external_id__in=["a", "b"])
        await unit.commit()
    again = Inbox(both.desk, [bench])
    running = asyncio.create_task(again.run())
    async with asyncio.timeout(10):
        while len(bench.worked) < 3:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    assert bench.together[:2] == [{"a"}, {"b"}]
    assert [raw.interrupted for raw in (await raws(both)).values()] == [1, 1, 0]


async def test_what_kills_the_process_again_and_again_is_set_aside(both: World, inbox: Inbox) -> None:
    """The first kill is forgiven, three more alone are not."""
    await both.running.stop()
    await inbox.receive([arriving("яд")])
    states = []
    for _ in range(4):
        row = (await raws(both))["яд"]
        async with both.store.unit() as unit:
            await unit.change(Raw, {"state": RawState.WORKING, "attempts": row.attempts + 1}, id=row.id)
            await unit.commit()
        await inbox.recover()
        states.append((await raws(both))["яд"].state)
    assert states == [RawState.NEW, RawState.NEW, RawState.NEW, RawState.QUARANTINED]


async def test_a_stop_in_the_middle_is_no_attempt(both: World, bench: Bench) -> None:
    await both.running.stop()
    started = asyncio.Event()

    class Slow(Bench):
        async def work(self, raws: Sequence[Raw]) -> None:
            started.set()
            await asyncio.Event().wait()

    inbox = Inbox(both.desk, [Slow()])
    await inbox.receive([arriving("долго")])
    running = asyncio.create_task(inbox.run())
    await started.wait()
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    await inbox.drain(within=0.05)
    row: Any = (await raws(both))["долго"]
    assert (row.state, row.attempts, row.interrupted) == (RawState.NEW, 0, 0)


async def test_a_moment_that_comes_while_the_desk_looks_is_not_slept_through(world: World, bench: Bench) -> None:
    """An album is whole just after it was looked for and just before the sleep is reckoned; it waits no half minute."""
    await world.running.stop()
    album = [replace(arriving(text), album="m") for text in ("one", "two")]
    await Inbox(world.desk, [bench]).receive(album)
    start = world.clock()
    seconds = count(1)  # each look at the clock takes long: the album is whole after 1.5
    inbox = Inbox(replace(world.desk, now=lambda: start + timedelta(seconds=next(seconds))), [bench])
    running = asyncio.create_task(inbox.run())
    try:
        async with asyncio.timeout(5):
            while not bench.worked:
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.wait({running})
        await inbox.drain(1)


class Tripping(Disk):
    """The desk makes a mistake in keeping its books, once."""

    tripped = False

    async def surely(self, write: Callable[[], Awaitable[None]]) -> None:
        if not self.tripped:
            self.tripped = True
            raise RuntimeError("a mistake")
        await super().surely(write)


async def test_an_album_is_put_back_whole_after_a_mistake_in_the_books(world: World, bench: Bench) -> None:
    """A picture that stayed behind would block its lane until the next start."""
    await world.running.stop()
    bench.errors["one"] = [RuntimeError("once")]
    inbox = Inbox(world.desk, [bench], Tripping(world.desk, [bench]))
    await inbox.receive([replace(arriving(text), album="m") for text in ("one", "two")])
    world.clock.advance(seconds=2)
    running = asyncio.create_task(inbox.run())
    try:
        async with asyncio.timeout(5):
            while {raw.state for raw in (await raws(world)).values()} != {RawState.DONE}:
                await asyncio.sleep(0.01)
                world.clock.advance(seconds=1)
                inbox.wake()
    finally:
        running.cancel()
        await asyncio.wait({running})
        await inbox.drain(1)
