"""Messages that could not be worked on: kept whole, announced, tried again or dropped by people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desk import outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Raw, RawState
from desk.parcels import Action, Button
from desk.people import Audit
from desk.ports import Unit

RETRIED = "quarantine retried"
DOORS = ("telegram", "mail")
"""Channels that have a word of their own."""

SHOWN = 300
"""Characters of a reason shown in General; the whole of it stands in the row."""


async def put(desk: Desk, unit: Unit, raws: Sequence[Raw], reason: str) -> None:
    """Set messages aside and tell General once; `not_before` then says when they were last tried."""
    # A reason may quote the message itself; PostgreSQL takes neither of these.
    reason = reason.replace("\x00", "").encode(errors="replace").decode()
    for raw in raws:
        await unit.save(replace(raw, state=RawState.QUARANTINED, error=reason[:2000], not_before=desk.now()))
    first = raws[0]
    channel = desk.say(f"group.door_{first.channel}") if first.channel in DOORS else first.channel
    text = desk.say("group.quarantined", id=first.id, channel=channel, place=first.place, why=reason[:SHOWN])
    retry = Button(label=desk.say("group.button_retry"), action=Action.RETRY, arg=str(first.id))
    await outbox.to_general(desk, unit, text, buttons=[[retry]])


async def listed(unit: Unit) -> list[Raw]:
    """All that is in quarantine, oldest first."""
    return await unit.find(Raw, state=RawState.QUARANTINED)


async def attempts(unit: Unit) -> Counter[int]:
    """How often each message was tried before its last retrying, by its id; what it counts itself comes on top."""
    found: Counter[int] = Counter()
    for audit in await unit.find(Audit, what=RETRIED):
        for raw_id in audit.data.get("rows", ()):
            found[raw_id] += audit.data.get("attempts", 0)
    return found


async def retry(desk: Desk, unit: Unit, raw_id: int, *, by: str) -> Raw:
    """Work on it again, with three fresh attempts; an album goes whole. Refusal when it is not there."""
    raw = await _there(unit, raw_id)
    fresh: dict[str, Any] = {
        "state": RawState.NEW, "attempts": 0, "interrupted": 0, "error": "", "not_before": desk.now(),
    }  # fmt: skip
    rows = [raw]
    if raw.album:
        rows = await unit.find(Raw, lane=raw.lane, album=raw.album, state=RawState.QUARANTINED)
    for row in rows:
        await unit.save(replace(row, **fresh))
    done = {"raw": raw_id, "rows": [row.id for row in rows], "attempts": raw.attempts}
    await unit.add(Audit(at=desk.now(), who=by, what=RETRIED, data=done))
    return replace(raw, **fresh)


async def drop(desk: Desk, unit: Unit, raw_id: int, *, by: str) -> None:
    """Give it up; the row and its bytes stay for the record. Refusal when it is not there."""
    raw = await _there(unit, raw_id)
    await unit.save(replace(raw, state=RawState.DROPPED))
    await unit.add(Audit(at=desk.now(), who=by, what="quarantine dropped", data={"raw": raw_id}))


async def _there(unit: Unit, raw_id: int) -> Raw:
    raw = await unit.get(Raw, raw_id)
    if raw is None or raw.state is not RawState.QUARANTINED:
        raise Refusal("group.quarantine_unknown", id=raw_id)
    return raw
