"""Keeping what arrives, before anything is thought about it.

Rule: what arrives together is kept together; only when that goes wrong for the sake of one message is each kept by
itself, and then the one that cannot be kept goes to quarantine with its beginning, so that it holds up nobody.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta

from desk import quarantine
from desk.desk import Desk
from desk.disk import TROUBLES
from desk.errors import NoRoom
from desk.incoming import Raw, RawState
from desk.ports import Arrival, Unit

log = logging.getLogger(__name__)

ALBUM_REST = timedelta(seconds=1.5)
"""An album has no end mark; after so long without a further picture it is whole (measured in the field)."""

IN_ROW = 128 * 1024
"""Bytes of content up to which it is kept in the row: a file of its own costs its own waiting for the disk."""

BEGINNING = 16 * 1024
"""Bytes kept of what cannot be kept whole: a mail's header."""


async def keep(desk: Desk, arrivals: Sequence[Arrival]) -> None:
    """Store all of them or none; what is known already is left alone. NoRoom, StoreAway."""
    fresh = await _unknown(desk, arrivals)
    if not fresh:
        return
    try:
        await _keep(desk, fresh)
    except TROUBLES:
        raise
    except Exception:
        log.exception("raw.not_kept count=%s", len(fresh))
        for arrival in fresh:
            await _keep_alone(desk, arrival)


async def _unknown(desk: Desk, arrivals: Sequence[Arrival]) -> list[Arrival]:
    async with desk.view() as view:
        known = await _known(view, arrivals)
    first = {_name(arrival): arrival for arrival in reversed(arrivals)}
    return [arrival for arrival in arrivals if first[_name(arrival)] is arrival and _name(arrival) not in known]


async def _keep(desk: Desk, arrivals: Sequence[Arrival]) -> None:
    large = [arrival for arrival in arrivals if len(arrival.content) > IN_ROW]
    keys = dict(zip(map(_name, large), await desk.files.keep_all([one.content for one in large]), strict=True))
    unused = set(keys.values())
    try:
        async with desk.store.unit() as unit:
            known = await _known(unit, arrivals)
            for arrival in arrivals:
                if _name(arrival) not in known:
                    key = keys.get(_name(arrival), "")
                    await _add(desk, unit, arrival, key)
                    unused.discard(key)
            await unit.commit()
    except NoRoom:
        # It comes again and would be kept again, until nothing else fits on the disk.
        unused = set(keys.values())
        raise
    finally:
        for key in unused:
            await desk.files.drop(key)


async def _keep_alone(desk: Desk, arrival: Arrival) -> None:
    try:
        await _keep(desk, [arrival])
    except TROUBLES:
        raise
    except Exception as error:
        log.exception("raw.kept_in_part channel=%s", arrival.channel)
        async with desk.store.unit() as unit:
            await _quarantine(desk, unit, arrival, type(error).__name__)
            await unit.commit()


async def _quarantine(desk: Desk, unit: Unit, arrival: Arrival, why: str) -> None:
    """Keep what can be kept of it, and tell General."""
    content = bytes(arrival.content or arrival.body)
    plain = Arrival(
        channel=arrival.channel,
        place=arrival.place,
        external_id=arrival.external_id,
        lane=f"{arrival.channel}:{arrival.place}",
        body=content[:BEGINNING],
    )
    raw = await _add(desk, unit, plain, "", size=len(content))
    await quarantine.put(desk, unit, [raw], desk.say("group.reason_not_kept", what=why))


async def _add(desk: Desk, unit: Unit, arrival: Arrival, key: str, *, size: int = 0) -> Raw:
    ready = now = desk.now()
    if arrival.album:
        ready = now + ALBUM_REST
        await unit.change(Raw, {"not_before": ready}, lane=arrival.lane, album=arrival.album, state=RawState.NEW)
    return await unit.add(
        Raw(
            channel=arrival.channel,
            place=arrival.place,
            external_id=arrival.external_id,
            lane=arrival.lane,
            body=arrival.body or (b"" if key else arrival.content),
            key=key,
            size=size or len(arrival.content) or len(arrival.body),
            album=arrival.album,
            digest=arrival.digest,
            whole=arrival.whole,
            at=now,
            not_before=ready,
        )
    )


def _name(arrival: Arrival) -> tuple[str, str, str]:
    return arrival.channel, arrival.place, arrival.external_id


async def _known(unit: Unit, arrivals: Sequence[Arrival]) -> Collection[tuple[str, str, str]]:
    """Which of them are in the store."""
    found: set[tuple[str, str, str]] = set()
    for arrival in arrivals:
        channel, place, external_id = name = _name(arrival)
        if await unit.count(Raw, channel=channel, place=place, external_id=external_id):
            found.add(name)
    return found
