"""One try of a stored message: begun before it is made, and what became of it written down, whatever it was.

Rule: the attempt is counted before the work, so that what kills the process is found counted at the next start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from desk import quarantine
from desk.desk import Desk
from desk.disk import TROUBLES, Disk
from desk.errors import AlreadyDone, DeliveryDelayed, Unreadable
from desk.incoming import Raw, RawState

log = logging.getLogger(__name__)

ATTEMPTS = 3
RETRY_AFTER = timedelta(seconds=2)

GOODBYE = 1.0
"""Seconds to put messages back when the desk is stopped in the middle of them."""


class Attempts:
    """Keeps the books of tries."""

    def __init__(self, desk: Desk, disk: Disk) -> None:
        self._desk = desk
        self._disk = disk

    async def begin(self, raws: Sequence[Raw]) -> list[Raw]:
        """Count the attempt; those to work on come back. Copies of mails that are here already are done with."""
        async with self._desk.store.unit() as unit:
            fresh: list[Raw] = []
            for raw in raws:
                known = {"place": raw.place, "digest": raw.digest}
                twin = await unit.first(Raw, **known, id__lt=raw.id) if raw.digest else None
                if twin:
                    done: dict[str, object] = {"state": RawState.DONE, "error": f"a copy of {twin.id}"}
                    await unit.change(Raw, done, id=raw.id)
                else:
                    fresh.append(raw)
            working = counted(fresh)
            for attempts, same in groupby(sorted(working, key=_attempts), _attempts):
                values: dict[str, object] = {"state": RawState.WORKING, "attempts": attempts}
                await unit.change(Raw, values, id__in=[raw.id for raw in same], state=RawState.NEW)
            await unit.commit()
        return working

    async def once(
        self, raws: Sequence[Raw], work: Callable[[Sequence[Raw]], Awaitable[None]], *, begun: Sequence[Raw] = ()
    ) -> bool:
        """Try one message (an album: several rows); whether it is done with, or else will be tried again.

        `begun`: the rows as they are when the attempt was counted before.
        """
        working = list(begun) or counted(raws)
        try:
            if not begun and not await self.begin(raws):
                return True
            await work(working)
            await self._finish(working)
        except AlreadyDone:
            return True
        except asyncio.CancelledError:  # the desk is stopped, which is nobody's failure
            await self.abandon(raws)
            raise
        except DeliveryDelayed as delayed:
            await self.again(raws, delayed.retry_in)
        except TROUBLES as trouble:
            self._disk.met(trouble)
            await self.again(raws, RETRY_AFTER)
        except Unreadable as unreadable:
            await self._quarantine(working, unreadable.said(self._desk.settings.desk.language))
            return True
        except Exception as bug:  # noqa: BLE001 - the guard: a bug must cost one message's delay, not the desk
            return await self._failed(working, bug)
        else:
            return True
        return False

    async def abandon(self, raws: Sequence[Raw]) -> None:
        """Put back what was begun, as it was: the desk is stopped."""
        with suppress(TimeoutError, *TROUBLES):
            async with asyncio.timeout(GOODBYE):
                for raw in raws:
                    await self.put_back([raw], attempts=raw.attempts, not_before=raw.not_before)

    async def again(self, raws: Sequence[Raw], after: timedelta) -> None:
        """Put them back, to be tried later, with their attempt not counted."""
        later = self._desk.now() + after
        for attempts, same in groupby(sorted(raws, key=_attempts), _attempts):
            some = list(same)
            await self._disk.surely(lambda a=attempts, s=some: self.put_back(s, attempts=a, not_before=later))  # type: ignore[misc]

    async def put_back(self, raws: Sequence[Raw], **values: object) -> None:
        """To be worked on again; what its use-case finished before it failed stays finished."""
        async with self._desk.store.unit() as unit:
            ids = [raw.id for raw in raws]
            await unit.change(Raw, {"state": RawState.NEW, **values}, id__in=ids, state=RawState.WORKING)
            await unit.commit()

    async def _failed(self, working: Sequence[Raw], bug: Exception) -> bool:
        first = working[0]
        log.error("raw.failed id=%s channel=%s attempt=%s", first.id, first.channel, first.attempts, exc_info=bug)
        if first.attempts >= ATTEMPTS:
            what = f"{type(bug).__name__}: {bug}"
            await self._quarantine(working, self._desk.say("group.reason_bug", what=what))
            return True
        later = self._desk.now() + RETRY_AFTER * first.attempts
        await self._disk.surely(lambda: self.put_back(working, not_before=later))
        return False

    async def _finish(self, raws: Sequence[Raw]) -> None:
        """Mark done what needed no unit of its own (an update that asks for nothing)."""
        async with self._desk.store.unit() as unit:
            ids = [raw.id for raw in raws]
            if await unit.change(Raw, {"state": RawState.DONE}, id__in=ids, state=RawState.WORKING):
                await unit.commit()

    async def _quarantine(self, raws: Sequence[Raw], reason: str) -> None:
        async def put() -> None:
            async with self._desk.store.unit() as unit:
                undone = await unit.find(Raw, id__in=[raw.id for raw in raws], state=RawState.WORKING)
                if undone:
                    await quarantine.put(self._desk, unit, undone, reason)
                    await unit.commit()

        await self._disk.surely(put)


def counted(raws: Sequence[Raw]) -> list[Raw]:
    """The rows as they are while their next attempt is made."""
    return [replace(raw, state=RawState.WORKING, attempts=raw.attempts + 1) for raw in raws]


def _attempts(raw: Raw) -> int:
    return raw.attempts
