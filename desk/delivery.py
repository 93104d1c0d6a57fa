"""The courier: takes due parcels from the outbox to their channels and records what became of each.

Rule: a parcel is marked SENDING before the channel is called and its outcome is recorded in a unit of its own, so the
only message that can go twice is one whose process died between the two.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from desk import delivered, threads
from desk.desk import Desk
from desk.errors import DeliveryDelayed, DeliveryRefused, NoRoom, ThreadGone
from desk.parcels import Act, Outgoing, Parcel, ParcelState, Receipt
from desk.ports import Channel
from desk.wire import unpack

log = logging.getLogger(__name__)

AT_ONCE = 16
LOOKED_AT = 200
"""Lanes looked at in one round: more than can be sent in it, so that a paced channel does not hide another."""

IDLE = timedelta(seconds=30)
REBUILT_AT_ONCE = 3
"""Attempts after which a message that finds its topic missing again waits a minute before the next one is made."""

BUGS = 5
"""Attempts before a message that makes the channel fail in an unforeseen way is given up and told."""


class Courier:
    """Delivers parcels, in order within a lane, most urgent first between lanes."""

    def __init__(self, desk: Desk, channels: Sequence[Channel]) -> None:
        self._desk = desk
        self._channels: Mapping[str, Channel] = {name: channel for channel in channels for name in channel.names}
        self._woken = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._paused: dict[str, datetime] = {}
        self._threads: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def wake(self) -> None:
        self._woken.set()

    async def recover(self) -> None:
        """What was on its way when the process ended goes again."""
        async with self._desk.store.unit() as unit:
            await unit.change(Parcel, {"state": ParcelState.QUEUED}, state=ParcelState.SENDING)
            await unit.commit()

    async def run(self) -> None:
        """Deliver until cancelled."""
        await self.recover()
        while True:
            self._woken.clear()
            wait = await self._start_due()
            try:
                await asyncio.wait_for(self._woken.wait(), max(0.01, wait.total_seconds()))
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
            held = self._held(parcel, now)
            if held > timedelta(0):
                wait = min(wait, held)
                continue
            room -= 1
            task = asyncio.create_task(self._carry(parcel), name=f"parcel {parcel.id}")
            self._busy[parcel.lane] = task
        return wait

    def _held(self, parcel: Parcel, now: datetime) -> timedelta:
        """How long this parcel must wait for its channel: it is down, or its pace is used up."""
        until = self._paused.get(parcel.channel)
        if until and until > now:
            return until - now
        channel = self._channels.get(parcel.channel)
        return channel.ready_in(unpack(parcel.body, parcel.id)) if channel else IDLE

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

    async def drain(self) -> None:
        """Wait for what is on its way."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _carry(self, parcel: Parcel) -> None:
        try:
            claimed = await self._claim(parcel)
            if claimed:
                await self._send(claimed)
        except NoRoom:
            log.warning("disk.full parcel=%s", parcel.id)
            await asyncio.sleep(1)
        except Exception:  # the guard: recording failed; the parcel stays SENDING and is taken up again
            log.exception("parcel.stuck id=%s", parcel.id)
            await self._put_back_quietly(parcel)
        finally:
            self._busy.pop(parcel.lane, None)
            self.wake()

    async def _put_back_quietly(self, parcel: Parcel) -> None:
        await asyncio.sleep(1)
        try:
            later = self._desk.now() + timedelta(seconds=5)
            await self._note(parcel, state=ParcelState.QUEUED, not_before=later)
        except Exception:  # the store itself is away; `recover` finds the parcel at the next start
            log.exception("parcel.lost_sight id=%s", parcel.id)

    async def _claim(self, parcel: Parcel) -> Parcel | None:
        """Mark it SENDING if it still should go."""
        async with self._desk.store.unit() as unit:
            current = await unit.get(Parcel, parcel.id)
            if current is None or current.state is not ParcelState.QUEUED:
                return None
            if not await delivered.still_wanted(unit, current):
                await unit.save(replace(current, state=ParcelState.WITHDRAWN))
                await unit.commit()
                return None
            claimed = await unit.save(replace(current, state=ParcelState.SENDING, attempts=current.attempts + 1))
            await unit.commit()
        return claimed

    async def _send(self, parcel: Parcel) -> None:
        try:
            message, receipt = await self._speak(parcel)
        except DeliveryDelayed as delayed:
            await self._delay(parcel, delayed)
        except ThreadGone as gone:
            await self._rebuild(parcel, gone)
        except DeliveryRefused as refused:
            async with self._desk.store.unit() as unit:
                await delivered.refused(self._desk, unit, parcel, refused)
                await unit.commit()
        except NoRoom:
            raise
        except Exception as bug:  # the guard: one message that upsets the channel must not stop the others
            log.exception("parcel.failed id=%s", parcel.id)
            await self._bug(parcel, bug)
        else:
            async with self._desk.store.unit() as unit:
                await delivered.sent(self._desk, unit, parcel, message, receipt)
                await unit.commit()

    async def _speak(self, parcel: Parcel) -> tuple[Outgoing, Receipt]:
        channel = self._channels[parcel.channel]
        message = unpack(parcel.body, parcel.id)
        if parcel.channel == "group" and parcel.ticket_id and message.act is not Act.REACT:
            # Words and card of one ticket go in two lanes; only one of them may make the topic.
            async with self._threads.setdefault(parcel.ticket_id, asyncio.Lock()):
                prepared = await threads.prepare(self._desk, channel, parcel, message)
            if prepared is None:
                return message, Receipt()
            message = prepared
        return message, await threads.deliver(channel, message)

    async def _delay(self, parcel: Parcel, delayed: DeliveryDelayed) -> None:
        later = self._desk.now() + max(delayed.retry_in, timedelta(0))
        if delayed.everyone:
            self._paused[parcel.channel] = later
        async with self._desk.store.unit() as unit:
            await delivered.delayed(self._desk, unit, parcel, delayed, later)
            await unit.commit()

    async def _rebuild(self, parcel: Parcel, gone: ThreadGone) -> None:
        """Send it again, into a place made anew; what belongs to no ticket has none to make."""
        async with self._desk.store.unit() as unit:
            if parcel.ticket_id is None:
                await delivered.refused(self._desk, unit, parcel, DeliveryRefused(str(gone)))
            else:
                await threads.forget(self._desk, unit, parcel, gone)
                # A group that loses every new topic at once must not be filled with them.
                rest = timedelta(0) if parcel.attempts <= REBUILT_AT_ONCE else timedelta(minutes=1)
                await unit.save(replace(parcel, state=ParcelState.QUEUED, not_before=self._desk.now() + rest))
            await unit.commit()

    async def _bug(self, parcel: Parcel, bug: Exception) -> None:
        if parcel.attempts >= BUGS:
            async with self._desk.store.unit() as unit:
                await delivered.refused(self._desk, unit, parcel, DeliveryRefused(f"{type(bug).__name__}: {bug}"))
                await unit.commit()
            return
        later = self._desk.now() + timedelta(seconds=2**parcel.attempts)
        await self._note(parcel, state=ParcelState.QUEUED, not_before=later)

    async def _note(self, parcel: Parcel, **values: object) -> None:
        async with self._desk.store.unit() as unit:
            await unit.change(Parcel, dict(values), id=parcel.id, state=ParcelState.SENDING)
            await unit.commit()
