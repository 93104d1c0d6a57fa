"""A full disk: said once in General, past the outbox, which cannot be written then; and once that there is room again.

Rule: nothing here decides whether a message is kept. Whoever finds no room confirms nothing and tries again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from desk import outbox
from desk.desk import Desk
from desk.errors import DeliveryDelayed, NoRoom, OtvetError, StoreAway
from desk.parcels import Outgoing, Purpose
from desk.ports import Channel

log = logging.getLogger(__name__)

TROUBLES = (NoRoom, StoreAway)
"""What a store says that cannot be written now and will be again."""

AGAIN = 1.0
"""Seconds between two tries of a store in trouble."""

REST = timedelta(minutes=1)
"""Without a further complaint for so long there is room again: a small message may fit where a large one does not."""

QUIET = timedelta(hours=1)
"""A disk on the edge is not told more often."""


class Disk:
    """What is known about room, for the parts of one running desk."""

    def __init__(self, desk: Desk, channels: Sequence[Channel]) -> None:
        self._desk = desk
        self._group = next((channel for channel in channels if "group" in channel.names), None)
        self._full_at: datetime | None = None
        self._told_at: datetime | None = None
        self._telling: asyncio.Task[None] | None = None

    def met(self, trouble: OtvetError) -> None:
        """Somebody's write failed; a full disk is told."""
        if not isinstance(trouble, NoRoom):
            log.warning("store.away %s", trouble)
            return
        self._full_at = self._desk.now()
        told = self._told_at is not None and self._full_at - self._told_at < QUIET
        if told or (self._telling and not self._telling.done()):
            return
        log.error("disk.full free=%s", self._desk.files.free())
        self._told_at = self._full_at
        self._telling = asyncio.create_task(self._tell(), name="disk")

    async def surely(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write down what has happened already, however long the store is away or full; `write` may run twice."""
        while True:
            try:
                return await write()
            except TROUBLES as trouble:
                self.met(trouble)
                await asyncio.sleep(AGAIN)

    async def stop(self) -> None:
        """Say nothing more."""
        if self._telling:
            self._telling.cancel()
            with suppress(asyncio.CancelledError):
                await self._telling

    async def _tell(self) -> None:
        await self._say_full()
        await self._until_room()
        log.warning("disk.room free=%s", self._desk.files.free())

    async def _say_full(self) -> None:
        word = Outgoing(channel="group", place="", purpose=Purpose.ALARM, text=self._desk.say("group.disk_full"))
        while self._group:
            try:
                await self._group.deliver(word)
            except DeliveryDelayed as delayed:
                await asyncio.sleep(max(AGAIN, delayed.retry_in.total_seconds()))
            except Exception:  # the word is a courtesy; the log has it too
                log.exception("disk.not_told")
                return
            else:
                return

    async def _until_room(self) -> None:
        """Write the good news as soon as it can be written and nobody complained for a while."""
        desk = self._desk
        while True:
            await asyncio.sleep(AGAIN)
            if self._full_at and desk.now() - self._full_at < REST:
                continue
            try:
                async with desk.store.unit() as unit:
                    await outbox.to_general(desk, unit, desk.say("group.disk_room"), silent=True)
                    await unit.commit()
            except TROUBLES:
                self._full_at = desk.now()
            else:
                return
