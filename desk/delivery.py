"""The courier: takes due parcels from the outbox to their channels and records what became of each.

Rule: a parcel is marked SENDING before the channel is called and its outcome is recorded in a unit of its own, so the
only message that can go twice is one whose process died between the two.

A little longer than most modules: all that may become of a parcel on its way stands on one page.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from weakref import WeakValueDictionary

from desk import client_topics, delivered, other_ways, threads, wanted
from desk.desk import Desk
from desk.disk import AGAIN, TROUBLES, Disk
from desk.errors import DeliveryDelayed, DeliveryRefused, FilesTooLarge, ThreadGone
from desk.parcels import Outgoing, Parcel, ParcelState, Receipt
from desk.ports import Channel, Unit
from desk.traffic import IDLE, Traffic
from desk.wire import unpack

log = logging.getLogger(__name__)

AT_ONCE = 16
LOOKED_AT = 200
"""Lanes looked at in one round: more than can be sent in it, so that a paced channel does not hide another."""

QUICK_LOOK, RESTS = 0.005, 4
"""Seconds, and times: looks through thousands of waiting parcels, for which each commit of a flood asks, have rests."""

REBUILT_AT_ONCE = 3
"""Attempts after which a message that finds its topic missing again waits a minute before the next one is made."""

BUGS = 5
"""Attempts before a message that makes the channel fail in an unforeseen way is given up and told."""

REBUILD_AGAIN = timedelta(minutes=1)
STUCK_AGAIN = timedelta(seconds=30)
"""After a mistake of the desk's own in keeping the books."""


class Courier:
    """Delivers parcels, in order within a lane, most urgent first between lanes."""

    def __init__(self, desk: Desk, channels: Sequence[Channel], disk: Disk | None = None) -> None:
        self._desk = desk
        self._disk = disk or Disk(desk, channels)
        self._channels: Mapping[str, Channel] = {name: channel for channel in channels for name in channel.names}
        self._woken = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._traffic = Traffic(self._channels)
        self._threads: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._recovered = False
        self._looks = False

    @property
    def looking(self) -> bool:
        """Whether it looks through the outbox, or is about to."""
        return self._looks or self._woken.is_set()

    def wake(self) -> None:
        self._woken.set()

    async def recover(self) -> None:
        """What was on its way when the process ended goes again."""
        async with self._desk.store.unit() as unit:
            await unit.change(Parcel, {"state": ParcelState.QUEUED}, state=ParcelState.SENDING)
            await unit.commit()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._woken.clear()
            self._looks = True
            try:
                if not self._recovered:
                    await self.recover()
                    self._recovered = True
                began = time.perf_counter()
                wait = await self._start_due()
                self._looks = False
                await asyncio.sleep(min(0.5, RESTS * (time.perf_counter() - began - QUICK_LOOK)))
            except TROUBLES as trouble:
                self._disk.met(trouble)
                await asyncio.sleep(AGAIN)
                continue
            try:
                # Not wait_for: on Python 3.11 it swallows a cancellation that comes together with the waking.
                async with asyncio.timeout(max(0.01, wait.total_seconds())):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _start_due(self) -> timedelta:
        """Start what may go now; how long there is nothing more to do."""
        desk, now = self._desk, self._desk.now()
        room = AT_ONCE - len(self._busy)
        if room <= 0:
            return IDLE
        async with desk.view() as view:
            due = await view.due_parcels(now, busy=tuple(self._busy), limit=LOOKED_AT)
            next_at = await view.next_parcel_at(after=now)
            wait = min(IDLE, next_at - now) if next_at else IDLE
            for parcel in due:
                if room == 0:
                    break
                held = await self._traffic.held(view, parcel, now, self._busy)
                if held > timedelta(0):
                    wait = min(wait, held)
                    continue
                room -= 1
                self._busy[parcel.lane] = asyncio.create_task(self._carry(parcel), name=f"parcel {parcel.id}")
        return wait

    async def deliver_once(self) -> int:
        """Deliver all that may go now, one by one; how many were tried. For tests and the demo."""
        count = 0
        while True:
            async with self._desk.view() as view:
                due = await view.due_parcels(self._desk.now(), busy=(), limit=1)
            if not due:
                return count
            await self._carry(due[0])
            count += 1

    async def drain(self, within: float) -> None:
        """Wait so many seconds for what is on its way; what is still going then goes again at the next start."""
        if tasks := set(self._busy.values()):
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _carry(self, parcel: Parcel) -> None:
        try:
            claimed = await self._claim(parcel)
            if claimed:
                await self._send(claimed)
        except TROUBLES as trouble:  # nothing was sent; whether the claim was stored nobody knows
            self._disk.met(trouble)
            await asyncio.sleep(AGAIN)
            await self._again(parcel, timedelta(0))
        except Exception:  # the guard: a mistake in keeping the books
            log.exception("parcel.stuck id=%s", parcel.id)
            await self._again(parcel, STUCK_AGAIN)
        finally:
            self._traffic.release(parcel)
            self._busy.pop(parcel.lane, None)
            self.wake()

    async def _claim(self, parcel: Parcel) -> Parcel | None:
        """Mark it SENDING if it still should go."""
        async with self._desk.store.unit() as unit:
            current = await unit.get(Parcel, parcel.id)
            if current is None or current.state is not ParcelState.QUEUED:
                return None
            if not await wanted.still(self._desk, unit, current):
                await unit.commit()
                return None
            claimed = await unit.save(replace(current, state=ParcelState.SENDING, attempts=current.attempts + 1))
            await unit.commit()
        return claimed

    async def _send(self, parcel: Parcel) -> None:
        desk = self._desk
        try:
            message, receipt = await self._speak(parcel)
        except DeliveryDelayed as delayed:
            later = desk.now() + max(delayed.retry_in, timedelta(0))
            self._traffic.learn(parcel, down_until=later if delayed.everyone else None)
            why = delayed
            await self._record(parcel, lambda unit: delivered.delayed(desk, unit, parcel, why, later))
        except ThreadGone as gone:
            await self._rebuild(parcel, gone)
        except FilesTooLarge as large:
            self._traffic.learn(parcel)
            said = large
            await self._record(parcel, lambda unit: other_ways.split(desk, unit, parcel, said))
        except DeliveryRefused as refused:
            self._traffic.learn(parcel)
            await self._refused(parcel, refused)
        except TROUBLES:
            raise
        except Exception as bug:  # the guard: one message that upsets the channel must not stop the others
            log.exception("parcel.failed id=%s", parcel.id)
            if parcel.attempts >= BUGS:
                await self._refused(parcel, DeliveryRefused(f"{type(bug).__name__}: {bug}"))
            else:
                await self._again(parcel, timedelta(seconds=2**parcel.attempts))
        else:
            self._traffic.learn(parcel)
            await self._record(
                parcel, lambda unit: delivered.sent(desk, unit, parcel, message, receipt), else_=ParcelState.SENT
            )

    async def _speak(self, parcel: Parcel) -> tuple[Outgoing, Receipt]:
        channel = self._channels[parcel.channel]
        message = unpack(parcel.body, parcel.id)
        if threads.stands(parcel, message):
            # Words and card of one ticket go in two lanes; only one of them may make the topic.
            async with self._threads.setdefault(parcel.ticket_id or 0, asyncio.Lock()):
                prepared = await threads.prepare(self._desk, channel, parcel, message)
            if prepared is None:
                return message, Receipt()
            message = prepared
        elif parcel.channel == client_topics.CHANNEL:
            prepared = await client_topics.prepare(self._desk, channel, parcel, message)
            if prepared is None:
                return message, Receipt()
            message = prepared
        return message, await threads.deliver(channel, message)

    async def _refused(self, parcel: Parcel, why: DeliveryRefused) -> None:
        desk = self._desk
        await self._record(parcel, lambda unit: delivered.refused(desk, unit, parcel, why), else_=ParcelState.FAILED)

    async def _rebuild(self, parcel: Parcel, gone: ThreadGone) -> None:
        later = self._desk.now() + (REBUILD_AGAIN if parcel.attempts > REBUILT_AT_ONCE else timedelta(0))

        async def write(unit: Unit) -> None:
            if parcel.channel == client_topics.CHANNEL:
                forgotten = await client_topics.forget(unit, parcel, gone)
            else:
                forgotten = await threads.forget(self._desk, unit, parcel, gone)
            if forgotten:
                await unit.save(replace(parcel, state=ParcelState.QUEUED, not_before=later))
            else:
                await delivered.refused(self._desk, unit, parcel, DeliveryRefused(str(gone)))

        await self._record(parcel, write)

    async def _record(
        self, parcel: Parcel, write: Callable[[Unit], Awaitable[None]], *, else_: ParcelState | None = None
    ) -> None:
        """Write down what became of a parcel; it is not sent again because that takes long or goes wrong.

        `else_`: the state in which a mistake of the desk's own in writing leaves it.
        """

        async def once() -> None:
            async with self._desk.store.unit() as unit:
                current = await unit.get(Parcel, parcel.id)
                if current is not None and current.state is ParcelState.SENDING:  # a lost answer to a commit is one
                    await write(unit)
                    await unit.commit()

        try:
            await self._disk.surely(once)
        except Exception as bug:  # the guard: a client must not read the same words every minute
            if else_ is None:
                raise
            log.exception("parcel.not_recorded id=%s", parcel.id)
            values = {"state": else_, "error": f"{type(bug).__name__}: {bug}"[:500]}
            await self._disk.surely(lambda: self._note(parcel, **values))

    async def _again(self, parcel: Parcel, after: timedelta) -> None:
        """Put it back into the queue if it is on its way as far as the store knows."""
        later = self._desk.now() + after
        await self._disk.surely(lambda: self._note(parcel, state=ParcelState.QUEUED, not_before=later))

    async def _note(self, parcel: Parcel, **values: object) -> None:
        async with self._desk.store.unit() as unit:
            await unit.change(Parcel, dict(values), id=parcel.id, state=ParcelState.SENDING)
            await unit.commit()
