"""Keeping what arrives, before anything is thought about it."""

from collections.abc import Sequence
from datetime import timedelta

from desk.desk import Desk
from desk.errors import NoRoom
from desk.incoming import Raw, RawState
from desk.ports import Arrival, Unit

ALBUM_REST = timedelta(seconds=1.5)
"""An album has no end mark; after so long without a further picture it is whole (measured in the field)."""


async def keep(desk: Desk, arrivals: Sequence[Arrival]) -> None:
    """Store all of them or none; what is known already is left alone. NoRoom, StoreAway."""
    async with desk.view() as view:
        fresh = [arrival for arrival in arrivals if not await _known(view, arrival)]
    keys: list[str] = []
    unused: set[str] = set()
    try:
        for arrival in fresh:
            keys.append(await desk.files.keep(arrival.content) if arrival.content else "")
        unused = set(filter(None, keys))
        async with desk.store.unit() as unit:
            for arrival, key in zip(fresh, keys, strict=True):
                if not await _known(unit, arrival):
                    await _add(desk, unit, arrival, key)
                    unused.discard(key)
            await unit.commit()
    except NoRoom:
        # It comes again and would be kept again, until nothing else fits on the disk.
        unused = set(filter(None, keys))
        raise
    finally:
        for key in unused:
            await desk.files.drop(key)


async def _add(desk: Desk, unit: Unit, arrival: Arrival, key: str) -> None:
    ready = now = desk.now()
    if arrival.album:
        ready = now + ALBUM_REST
        await unit.change(Raw, {"not_before": ready}, lane=arrival.lane, album=arrival.album, state=RawState.NEW)
    await unit.add(
        Raw(
            channel=arrival.channel,
            place=arrival.place,
            external_id=arrival.external_id,
            lane=arrival.lane,
            body=arrival.body,
            key=key,
            size=len(arrival.content) or len(arrival.body),
            album=arrival.album,
            digest=arrival.digest,
            whole=arrival.whole,
            at=now,
            not_before=ready,
        )
    )


async def _known(unit: Unit, arrival: Arrival) -> bool:
    return bool(await unit.count(Raw, channel=arrival.channel, place=arrival.place, external_id=arrival.external_id))
