"""Raw messages: stored before they are worked on, worked on once, kept for people when they cannot be.

Rule: a raw message leaves NEW and WORKING only in the transaction that holds its result, or into quarantine.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desk import quarantine
from desk.arrivals import keep
from desk.attempts import ATTEMPTS, Attempts
from desk.desk import Desk
from desk.disk import AGAIN, TROUBLES, Disk
from desk.groups import TOGETHER, Groups, group
from desk.incoming import Raw, RawState
from desk.ports import Arrival, Channel, Reader

log = logging.getLogger(__name__)

STUCK_AGAIN = timedelta(seconds=30)
"""After a mistake of the desk's own in keeping the books; not counted as an attempt."""

AT_ONCE = 8
"""Lanes worked on side by side: most of the time goes into fetching files."""

BEHIND = 4 * TOGETHER
"""Messages waiting for work at which a Reader's further ones are held up, for a moment."""

HELD_UP = 2.0
"""Seconds; what waits may wait for something that takes days."""


class Inbox:
    """Takes messages in for all channels and works on them, in order within a lane."""

    def __init__(
        self, desk: Desk, channels: Sequence[Channel], disk: Disk | None = None, *, held_up: float = HELD_UP
    ) -> None:
        self._desk = desk
        self._held_up = held_up
        self._disk = disk or Disk(desk, channels)
        self._channels: Mapping[str, Channel] = {name: channel for channel in channels for name in channel.names}
        self._woken = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._readers = {name: channel for name, channel in self._channels.items() if isinstance(channel, Reader)}
        self._attempts = Attempts(desk, self._disk)
        self._grouped = Groups(desk, self._disk, self._attempts)
        self._groups: dict[str, asyncio.Task[None]] = {}
        self._group_done = asyncio.Event()
        self._recovered = False

    def wake(self) -> None:
        self._woken.set()

    async def receive(self, arrivals: Sequence[Arrival]) -> None:
        """Store what arrived; the edge confirms it once this returns. What is known already is left alone. NoRoom."""
        try:
            await self._keep_up(arrivals)
            await keep(self._desk, arrivals)
        except TROUBLES as trouble:
            self._disk.met(trouble)
            raise
        self.wake()

    async def _keep_up(self, arrivals: Sequence[Arrival]) -> None:
        """Let the work keep up with a flood: what waits on its server costs nothing, what waits here is read over."""
        end = asyncio.get_running_loop().time() + self._held_up
        while self._groups and any(arrival.channel in self._readers for arrival in arrivals):
            self._group_done.clear()
            async with self._desk.view() as view:
                if await view.count(Raw, state=RawState.NEW) < BEHIND:
                    return
            try:
                async with asyncio.timeout_at(end):
                    await self._group_done.wait()
            except TimeoutError:
                return

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
        await self._start_groups(now)
        room = AT_ONCE - len(self._busy)
        if room <= 0:
            return
        async with self._desk.view() as view:
            due = await view.due_raws(now, busy=tuple(self._busy), limit=room, besides=tuple(self._readers))
        for raw in due:
            self._start(raw)

    async def _start_groups(self, now: datetime) -> None:
        for name, channel in self._readers.items():
            if name not in self._groups:
                async with self._desk.view() as view:
                    due = await view.due_together(now, channel=name, limit=TOGETHER)
                if due:
                    self._groups[name] = asyncio.create_task(self._work_group(name, channel, group(due)), name=name)

    async def _work_group(self, name: str, channel: Reader, raws: Sequence[Raw]) -> None:
        try:
            await self._grouped.work(channel, raws)
        except TROUBLES as trouble:
            self._disk.met(trouble)
            await asyncio.sleep(AGAIN)
        except Exception:  # the guard of _work_lane, for a group
            log.exception("raw.stuck ids=%s", [raw.id for raw in raws])
            later = self._desk.now() + STUCK_AGAIN
            await self._disk.surely(lambda: self._attempts.put_back(raws, not_before=later))
        finally:
            self._groups.pop(name, None)
            self._group_done.set()
            self.wake()

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
            await self._disk.surely(lambda: self._attempts.put_back(taken or [raw], not_before=later))
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
        await self._attempts.once(raws, self._channels[raws[0].channel].work)

    async def drain(self, within: float) -> None:
        """Wait so many seconds for what is being worked on; what is not done then is put back."""
        if tasks := {*self._busy.values(), *self._groups.values()}:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
