"""Giving up kept contents: noted in the unit that forgets them, dropped from the disk after it was committed.

Rule: a content that another row still names is not dropped; one file may have been sent to several. A content that no
row names (made to be sent once) is kept for a while only.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from desk.desk import Desk
from desk.incoming import Raw
from desk.parcels import Parcel
from desk.ports import Unit
from desk.tickets import File

_DROP = "erase:"
"""The same notes as those of desk.secret_fields, whose sweep drops what a crash left."""

AT_ONCE = 500

_FOR_NOW = "trail.kept."
"""Notes of contents that were made to be sent once: when each was."""

LIVES = timedelta(days=7)
"""For so long such a content is kept: it may still be on its way."""


async def keep_for_now(desk: Desk, unit: Unit, content: bytes) -> str:
    """Keep what no row but the parcel will name; the key."""
    key = await desk.files.keep(content)
    await unit.remember(f"{_FOR_NOW}{key}", desk.now().isoformat())
    return key


async def note_old(desk: Desk) -> None:
    """What was kept to be sent once, and has had its time, is given up."""
    async with desk.view() as view:
        kept = await view.recall_all(_FOR_NOW)
    old = [name for name, at in kept.items() if desk.now() - datetime.fromisoformat(at) > LIVES]
    if old:
        async with desk.store.unit() as unit:
            for name in old:
                await _give_up(unit, name.removeprefix(_FOR_NOW))
            await unit.commit()


async def note_sent(unit: Unit, parcel: Parcel) -> None:
    """What was kept to be sent once with this parcel is given up now; call before its body is emptied."""
    for file in parcel.body.get("files", ()):
        if await unit.recall(f"{_FOR_NOW}{file['key']}"):
            await _give_up(unit, file["key"])


async def _give_up(unit: Unit, key: str) -> None:
    await unit.remember(f"{_FOR_NOW}{key}", "")
    await unit.remember(f"{_DROP}{key}", "1")


async def note(unit: Unit, keys: Collection[str]) -> None:
    """These contents are given up by this unit; call after the rows that named them were changed."""
    wanted = {key for key in keys if key}
    if not wanted:
        return
    still = {file.key for file in await unit.find(File, key__in=sorted(wanted))}
    for key in sorted(wanted - still):
        await unit.remember(f"{_DROP}{key}", "1")


async def sweep(desk: Desk) -> int:
    """Drop what was noted; how many contents went."""
    async with desk.view() as view:
        waiting = list(await view.recall_all(_DROP))
    for start in range(0, len(waiting), AT_ONCE):
        some = waiting[start : start + AT_ONCE]
        for name in some:
            await desk.files.drop(name.removeprefix(_DROP))
        async with desk.store.unit() as unit:
            for name in some:
                await unit.remember(name, "")
            await unit.commit()
    return len(waiting)


async def raw_emptied(unit: Unit, raws: Collection[Raw]) -> set[str]:
    """Empty stored messages, whose rows stay so that none is taken twice; the keys of their contents."""
    ids = [raw.id for raw in raws if raw.key or raw.body]
    if ids:
        await unit.change(Raw, {"body": b"", "key": ""}, id__in=ids)
    return {raw.key for raw in raws if raw.key}
