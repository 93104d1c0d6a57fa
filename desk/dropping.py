"""Giving up kept contents: noted in the unit that forgets them, dropped from the disk after it was committed.

Rule: a content that another row still names is not dropped; one file may have been sent to several.
"""

from collections.abc import Collection

from desk.desk import Desk
from desk.incoming import Raw
from desk.ports import Unit
from desk.tickets import File

_DROP = "erase:"
"""The same notes as those of desk.secret_fields, whose sweep drops what a crash left."""

AT_ONCE = 500


async def note(unit: Unit, keys: Collection[str]) -> None:
    """These contents are given up by this unit; call after the rows that named them were changed."""
    wanted = {key for key in keys if key}
    if not wanted:
        return
    # Neither column has an index: one look through the rows for the whole lot.
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
