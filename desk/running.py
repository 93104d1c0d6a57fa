"""The desk at work: channels, inbox, courier and ticks together, started and ended in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from desk import (
    announcing,
    bursts,
    calls,
    chores,
    contracts,
    digest,
    erasing,
    exporting,
    health,
    held,
    indexing,
    lodging,
    notices,
    old_topics,
    on_call,
    preview,
    rating,
    reloading,
    retention,
    tally,
)
from desk.delivery import Courier
from desk.desk import Desk
from desk.disk import Disk
from desk.errors import AlreadyRunning, ConfigError
from desk.inbox import Inbox
from desk.later import tick as wake_later
from desk.mass import LOOK as LOOK_AT_MAILINGS
from desk.mass import tick as send_on
from desk.overdue import Watch
from desk.ports import Channel, Printer
from desk.reports import LOOK
from desk.reports import tick as send_reports
from desk.secret_fields import sweep

log = logging.getLogger(__name__)

DRAIN = 4.0
"""Seconds for what is under way to end; the whole must be over within ten."""

RESTART = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Something to do every so often; the wiring hands these to the scheduler room."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


class Running:
    """One desk with its channels. `start`, then `ended` (which returns or raises), then `stop`."""

    def __init__(self, desk: Desk, channels: Sequence[Channel], printer: Printer | None = None) -> None:
        self.desk = desk
        self._printer = printer
        self._disk = Disk(desk, channels)
        self.inbox = Inbox(desk, channels, self._disk)
        self.courier = Courier(desk, channels, self._disk)
        self._deadlines = Watch(desk)
        self._channels = channels
        self._tasks: list[asyncio.Task[None]] = []
        self._listening: list[asyncio.Task[None]] = []
        desk.store.on_commit(self.wake)

    def wake(self) -> None:
        """Look again now: something was committed, or the clock was moved."""
        self.inbox.wake()
        self.courier.wake()

    def ticks(self) -> list[Tick]:
        """The desk's own ticks."""
        every = self.desk.settings.reminders.tick.plain or timedelta(minutes=1)
        return [
            Tick(name="deadlines", every=every, run=self._deadlines.tick),
            Tick(name="reminders", every=every, run=self._chores),
            Tick(name="secrets", every=timedelta(minutes=5), run=self._sweep),
            Tick(name="held", every=timedelta(minutes=1), run=self._held),
            Tick(name="notice", every=timedelta(minutes=1), run=self._notice),
            Tick(name="calls", every=timedelta(seconds=30), run=self._calls),
            Tick(name="search", every=indexing.LOOK, run=self._index),
            Tick(name="health", every=timedelta(minutes=1), run=self._watch),
            Tick(name="tally", every=timedelta(minutes=1), run=self._count),
            Tick(name="marks", every=rating.LOOK, run=self._rate),
            Tick(name="reports", every=LOOK, run=self._report),
            Tick(name="contracts", every=timedelta(minutes=5), run=self._contracts),
            Tick(name="on call", every=timedelta(minutes=1), run=self._on_call),
            Tick(name="digest", every=timedelta(minutes=1), run=self._digest),
            Tick(name="lodging", every=timedelta(minutes=1), run=self._lodge),
            Tick(name="bursts", every=bursts.LOOK, run=self._burst),
            Tick(name="old topics", every=timedelta(minutes=1), run=self._drop_topics),
            Tick(name="later", every=timedelta(minutes=1), run=self._later),
            Tick(name="incidents", every=LOOK_AT_MAILINGS, run=self._incidents),
            Tick(name="news", every=timedelta(seconds=15), run=self._news),
            Tick(name="exports", every=timedelta(seconds=15), run=self._export),
            Tick(name="forgetting", every=timedelta(minutes=1), run=self._forget),
            Tick(name="retention", every=timedelta(minutes=5), run=self._retain),
        ]

    async def _chores(self) -> None:
        """The leads are told what will happen before any of it does."""
        try:
            await preview.tick(self.desk)
        finally:
            await chores.tick(self.desk)

    async def _lodge(self) -> None:
        await lodging.tick(self.desk)

    async def _burst(self) -> None:
        await bursts.tick(self.desk)

    async def _drop_topics(self) -> None:
        await old_topics.tick(self.desk)

    async def _sweep(self) -> None:
        await sweep(self.desk)

    async def _held(self) -> None:
        await held.tick(self.desk)

    async def _notice(self) -> None:
        await notices.tick(self.desk)

    async def _reread(self) -> None:
        await reloading.for_ever(self.desk)

    async def _calls(self) -> None:
        await calls.tick(self.desk)

    async def _index(self) -> None:
        await indexing.tick(self.desk)

    async def _watch(self) -> None:
        await health.watch(self.desk)

    async def _count(self) -> None:
        await tally.tick(self.desk)

    async def _rate(self) -> None:
        await rating.tick(self.desk)

    async def _report(self) -> None:
        await send_reports(self.desk, self._printer)

    async def _news(self) -> None:
        await announcing.tick(self.desk)

    async def _export(self) -> None:
        await exporting.tick(self.desk)

    async def _forget(self) -> None:
        await erasing.tick(self.desk)

    async def _retain(self) -> None:
        await retention.tick(self.desk)

    async def _incidents(self) -> None:
        await send_on(self.desk)

    async def _later(self) -> None:
        await wake_later(self.desk)

    async def _contracts(self) -> None:
        await contracts.tick(self.desk)

    async def _on_call(self) -> None:
        await on_call.tick(self.desk)

    async def _digest(self) -> None:
        await digest.tick(self.desk)

    def start(self) -> None:
        """Begin to listen, to work and to deliver."""
        self._tasks = [
            asyncio.create_task(self._for_ever("inbox", self.inbox.run), name="inbox"),
            asyncio.create_task(self._for_ever("courier", self.courier.run), name="courier"),
            asyncio.create_task(self._for_ever("reload", self._reread), name="reload"),
        ]
        for channel in self._channels:
            self._listening.append(asyncio.create_task(self._listen(channel), name="/".join(channel.names)))

    async def _listen(self, channel: Channel) -> None:
        await self._for_ever("/".join(channel.names), lambda: channel.run(self.inbox.receive))

    async def _for_ever(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Keep one part going: a bug in it must not stop the others, nor itself for good."""
        while True:
            try:
                return await run()
            except (AlreadyRunning, ConfigError):
                raise
            except Exception:  # the guard of a whole part
                log.exception("part.failed name=%s", name)
                await asyncio.sleep(RESTART)

    async def run(self) -> None:
        """Work until cancelled, or until something ends for good; then stop in order."""
        self.start()
        try:
            await self.ended()
        finally:
            await self.stop()

    async def ended(self) -> None:
        """Wait until something ends for good; raise why."""
        done, _ = await asyncio.wait([*self._tasks, *self._listening], return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            if not task.cancelled() and (error := task.exception()):
                raise error

    async def stop(self) -> None:
        """Begin nothing new, let what is under way end or put it back; within ten seconds."""
        await self._cancel([*self._listening, *self._tasks])
        await asyncio.gather(self.inbox.drain(DRAIN), self.courier.drain(DRAIN))
        await self._disk.stop()
        await asyncio.gather(*(channel.close() for channel in self._channels), return_exceptions=True)

    @staticmethod
    async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
        """Cancel until they end: a library on the way may swallow a cancellation."""
        left = set(tasks)
        while left:
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=1)
