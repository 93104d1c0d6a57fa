"""Raw messages: stored before they are worked on, worked on once, kept for people when they cannot be.

Rule: a raw message leaves NEW and WORKING only in the transaction that holds its result, or into quarantine.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from desk import quarantine
from desk.arrivals import keep
from desk.desk import Desk
from desk.disk import AGAIN, TROUBLES, Disk
from desk.errors import AlreadyDone, DeliveryDelayed, Unreadable
from desk.incoming import Raw, RawState
from desk.ports import Arrival, Channel

log = logging.getLogger(__name__)

ATTEMPTS = 3
RETRY_AFTER = timedelta(seconds=2)
STUCK_AGAIN = timedelta(seconds=30)
"""After a mistake of the desk's own in keeping the books; not counted as an attempt."""

GOODBYE = 1.0
"""Seconds to put a message back when the desk is stopped in the middle of it."""

AT_ONCE = 8
"""Lanes worked on side by side: most of the time goes into fetching files."""


class Inbox:
    """Takes messages in for all channels and works on them, in order within a lane."""

    def __init__(self, desk: Desk, channels: Sequence[Channel], disk: Disk | None = None) -> None:
        self._desk = desk
        self._disk = disk or Disk(desk, channels)
        self._channels: Mapping[str, Channel] = {name: channel for channel in channels for name in channel.names}
        self._woken = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._recovered = False

    def wake(self) -> None:
        self._woken.set()

    async def receive(self, arrivals: Sequence[Arrival]) -> None:
        """Store what arrived; the edge confirms it once this returns. What is known already is left alone. NoRoom."""
        try:
            await keep(self._desk, arrivals)
        except TROUBLES as trouble:
            self._disk.met(trouble)
            raise
        self.wake()

    async def recover(self) -> None:
        """Take up what a kill interrupted: it is tried again alone before it counts as a failure."""
        desk = self._desk
        async with desk.store.unit() as unit:
            for raw in await unit.find(Raw, state=RawState.WORKING):
                counted = raw.attempts if raw.interrupted else raw.attempts - 1
                again = replace(raw, state=RawState.NEW, attempts=counted, interrupted=raw.interrupted + 1)
                if counted >= ATTEMPTS:
                    await quarantine.put(desk, unit, [again], desk.say("group.reason_killed"))
                else:
                    await unit.save(again)
            await unit.commit()

    async def run(self) -> None:
        """Work until cancelled; `drain` waits for what is under way."""
        while True:
            self._woken.clear()
            try:
                if not self._recovered:
                    await self.recover()
                    await self._alone()
                    self._recovered = True
                now = self._desk.now()
                await self._start_due(now)
                await self._rest(now)
            except TROUBLES as trouble:
                self._disk.met(trouble)
                await asyncio.sleep(AGAIN)

    async def _alone(self) -> None:
        """Work on what was interrupted, one at a time."""
        async with self._desk.view() as view:
            rows = await view.find(Raw, state=RawState.NEW, interrupted__gt=0)
        for raw in rows:
            async with self._desk.view() as view:
                current = await view.get(Raw, raw.id)
            if current and current.state is RawState.NEW:  # not done with an album before it
                await asyncio.wait({self._start(current)})

    async def _rest(self, since: datetime) -> None:
        """Sleep until something arrives or a moment that was put off comes; `since`: when it was last looked."""
        async with self._desk.view() as view:
            waiting = await view.first(Raw, state=RawState.NEW, not_before__gt=since, order="not_before")
        delay = 30.0
        if waiting:
            delay = min(delay, max(0.05, (waiting.not_before - self._desk.now()).total_seconds()))
        try:
            # Not wait_for: on Python 3.11 it swallows a cancellation that comes together with the waking.
            async with asyncio.timeout(delay):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _start_due(self, now: datetime) -> None:
        room = AT_ONCE - len(self._busy)
        if room <= 0:
            return
        async with self._desk.view() as view:
            due = await view.due_raws(now, busy=tuple(self._busy), limit=room)
        for raw in due:
            self._start(raw)

    def _start(self, raw: Raw) -> "asyncio.Task[None]":
        task = self._busy[raw.lane] = asyncio.create_task(self._work_lane(raw), name=f"raw {raw.id}")
        return task

    async def _work_lane(self, raw: Raw) -> None:
        taken: list[Raw] = []
        try:
            taken = await self._whole(raw)
            await self._work(taken)
        except TROUBLES as trouble:
            self._disk.met(trouble)
            await asyncio.sleep(AGAIN)
        except Exception:  # the guard: work on other lanes goes on, and this one is looked at again
            log.exception("raw.stuck id=%s", raw.id)
            later = self._desk.now() + STUCK_AGAIN
            await self._disk.surely(lambda: self._put_back(taken or [raw], not_before=later))
        finally:
            self._busy.pop(raw.lane, None)
            self.wake()

    async def _whole(self, raw: Raw) -> list[Raw]:
        if not raw.album:
            return [raw]
        async with self._desk.view() as view:
            return await view.find(Raw, lane=raw.lane, album=raw.album, state=RawState.NEW)

    async def work_once(self) -> int:
        """Work on all that is due now, one by one; how many messages that were. For tests and the demo."""
        count = 0
        while True:
            async with self._desk.view() as view:
                due = await view.due_raws(self._desk.now(), busy=(), limit=1)
            if not due:
                return count
            await self._work(await self._whole(due[0]))
            count += 1

    async def _work(self, raws: Sequence[Raw]) -> None:
        """Work on one message (an album: several rows) and record what became of it, whatever it was."""
        now = self._desk.now
        if await self._copy_of_another(raws[0]):
            return
        # The attempt is counted before the work: what kills the process is found counted at the next start.
        working = [replace(raw, state=RawState.WORKING, attempts=raw.attempts + 1) for raw in raws]
        try:
            await self._save(working)
            await self._channels[raws[0].channel].work(working)
            await self._finish(working)
        except AlreadyDone:
            return
        except asyncio.CancelledError:  # the desk is stopped, which is nobody's failure
            with suppress(TimeoutError, *TROUBLES):
                async with asyncio.timeout(GOODBYE):
                    await self._put_back(raws, attempts=raws[0].attempts, not_before=raws[0].not_before)
            raise
        except DeliveryDelayed as delayed:
            await self._again(raws, delayed.retry_in)
        except TROUBLES as trouble:
            self._disk.met(trouble)
            await self._again(raws, RETRY_AFTER)
        except Unreadable as unreadable:
            await self._quarantine(working, unreadable.said(self._desk.settings.desk.language))
        except Exception as bug:  # the guard: a bug must cost one message's delay, not the desk
            log.exception("raw.failed id=%s channel=%s attempt=%s", raws[0].id, raws[0].channel, working[0].attempts)
            if working[0].attempts >= ATTEMPTS:
                what = f"{type(bug).__name__}: {bug}"
                await self._quarantine(working, self._desk.say("group.reason_bug", what=what))
            else:
                later = now() + RETRY_AFTER * working[0].attempts
                await self._disk.surely(lambda: self._put_back(working, not_before=later))

    async def _again(self, raws: Sequence[Raw], after: timedelta) -> None:
        """Put it back with its attempt not counted."""
        later = self._desk.now() + after
        await self._disk.surely(lambda: self._put_back(raws, attempts=raws[0].attempts, not_before=later))

    async def _copy_of_another(self, raw: Raw) -> bool:
        """Whether the same mail was taken in before under another number (a copy, a rebuilt mailbox)."""
        if not raw.digest:
            return False
        async with self._desk.store.unit() as unit:
            twin = await unit.first(Raw, place=raw.place, digest=raw.digest, id__lt=raw.id)
            if not twin:
                return False
            await unit.save(replace(raw, state=RawState.DONE, error=f"a copy of {twin.id}"))
            await unit.commit()
        return True

    async def _save(self, raws: Sequence[Raw]) -> None:
        async with self._desk.store.unit() as unit:
            for raw in raws:
                await unit.save(raw)
            await unit.commit()

    async def _put_back(self, raws: Sequence[Raw], **values: object) -> None:
        """To be worked on again; what its use-case finished before it failed stays finished."""
        async with self._desk.store.unit() as unit:
            ids = [raw.id for raw in raws]
            await unit.change(Raw, {"state": RawState.NEW, **values}, id__in=ids, state=RawState.WORKING)
            await unit.commit()

    async def _finish(self, raws: Sequence[Raw]) -> None:
        """Mark done what needed no unit of its own (an update that asks for nothing)."""
        async with self._desk.store.unit() as unit:
            ids = [raw.id for raw in raws]
            await unit.change(Raw, {"state": RawState.DONE}, id__in=ids, state=RawState.WORKING)
            await unit.commit()

    async def _quarantine(self, raws: Sequence[Raw], reason: str) -> None:
        async def put() -> None:
            async with self._desk.store.unit() as unit:
                undone = await unit.find(Raw, id__in=[raw.id for raw in raws], state=RawState.WORKING)
                if undone:
                    await quarantine.put(self._desk, unit, undone, reason)
                    await unit.commit()

        await self._disk.surely(put)

    async def drain(self, within: float) -> None:
        """Wait so many seconds for what is being worked on; what is not done then is put back."""
        if tasks := set(self._busy.values()):
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
