"""Many stored messages in one unit, and each by itself when that goes wrong.

Rule: what one message does to a group costs the others nothing but time. Order within a lane is kept: a message that is
to be tried again holds back those behind it.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from desk.attempts import RETRY_AFTER, Attempts
from desk.desk import Desk
from desk.disk import TROUBLES, Disk
from desk.errors import AlreadyDone, NoRoom, StoreAway
from desk.incoming import Raw, RawId
from desk.ports import Reader, Ready

log = logging.getLogger(__name__)

TOGETHER = 50
"""Messages worked on in one unit; one of them takes a millisecond or two."""

BYTES = 2 * 1024 * 1024
"""Of their contents, if there is more than one."""

Read = tuple[Raw, Ready | Exception]


def group(due: Sequence[Raw]) -> list[Raw]:
    """The first of them that go well together; what failed before, or was interrupted by a kill, goes alone."""
    chosen: list[Raw] = []
    size = 0
    for raw in due:
        size += raw.size
        suspect = raw.interrupted or raw.attempts
        if chosen and (suspect or size > BYTES or len(chosen) == TOGETHER):
            break
        chosen.append(raw)
        if suspect:
            break
    return chosen


class Groups:
    """Works on groups, one after another or side by side."""

    def __init__(self, desk: Desk, disk: Disk, attempts: Attempts) -> None:
        self._desk = desk
        self._disk = disk
        self._attempts = attempts

    async def work(self, reader: Reader, raws: Sequence[Raw]) -> None:
        """Work on all of them and write down what became of each."""
        before = {raw.id: raw for raw in raws}
        try:
            working = await self._attempts.begin(raws)
            left = await self._together(list(zip(working, await self._read(reader, working), strict=True)))
            await self._singly(left, before)
        except TROUBLES as trouble:
            self._disk.met(trouble)
            await self._attempts.again(raws, RETRY_AFTER)
        except asyncio.CancelledError:
            await self._attempts.abandon(raws)
            raise

    async def _read(self, reader: Reader, raws: Sequence[Raw]) -> list[Ready | Exception]:
        try:
            return await reader.read(raws)
        except TROUBLES:
            raise
        except Exception:
            log.warning("group.not_read count=%s", len(raws), exc_info=True)
        return [await self._read_alone(reader, raw) for raw in raws]

    async def _read_alone(self, reader: Reader, raw: Raw) -> Ready | Exception:
        try:
            return (await reader.read([raw]))[0]
        except TROUBLES:
            raise
        except Exception as error:  # noqa: BLE001 - it counts against this message and no other
            return error

    async def _together(self, pairs: Sequence[Read]) -> Sequence[Read]:
        """Take in, in one unit, all lanes in which nothing is amiss; what is left to be done comes back."""
        amiss = {raw.lane for raw, one in pairs if isinstance(one, Exception)}
        good = [(raw, one) for raw, one in pairs if isinstance(one, Ready) and raw.lane not in amiss]
        if len(good) < 2:  # noqa: PLR2004 - one alone is no group
            return pairs
        try:
            async with self._desk.working_on([raw.id for raw, _ in good]).unit() as unit:
                for _, one in good:
                    await one.take(unit)
                await unit.commit()
        except AlreadyDone:
            log.warning("group.done_before count=%s", len(good))
        except NoRoom:
            for _, one in good:  # it comes again, and would be kept again until nothing else fits on the disk
                await self._drop(one)
            raise
        except TROUBLES:
            raise
        except Exception:
            log.warning("group.failed count=%s", len(good), exc_info=True)
            return pairs
        return [pair for pair in pairs if pair[0].lane in amiss]

    async def _singly(self, pairs: Sequence[Read], before: Mapping[RawId, Raw]) -> None:
        held: set[str] = set()
        for raw, one in pairs:
            was = before[raw.id]
            if raw.lane in held:
                await self._attempts.put_back([raw], attempts=was.attempts, not_before=was.not_before)
                await self._drop(one)
                continue

            async def take(_: Sequence[Raw], raw: Raw = raw, one: Ready | Exception = one) -> None:
                await self._alone(raw, one)

            if not await self._attempts.once([was], take, begun=[raw]):
                held.add(raw.lane)

    async def _alone(self, raw: Raw, one: Ready | Exception) -> None:
        if isinstance(one, Exception):
            raise one
        try:
            async with self._desk.working_on([raw.id]).unit() as unit:
                await one.take(unit)
                await unit.commit()
        except (AlreadyDone, StoreAway):  # it may be in the store all the same
            raise
        except Exception:
            await self._drop(one)  # the next try keeps them anew
            raise

    async def _drop(self, one: Ready | Exception) -> None:
        for key in one.keys if isinstance(one, Ready) else ():
            await self._desk.files.drop(key)
