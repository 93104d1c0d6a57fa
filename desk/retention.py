"""How long things are kept: what is older goes in small pieces, its row stays where something may still ask for it.

Rule: only what belongs to closed requests goes, and what lies in quarantine never. Ids, times and numbers stay: by
them a message is known when it comes once more, and its thread is found.

A little longer than most modules: one kind after the other, all on one page.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk import dropping, mirroring
from desk.accounts import Detail, Estimate, Rating, Spent
from desk.desk import Desk
from desk.durations import Span
from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState
from desk.people import Audit, Door
from desk.ports import Unit
from desk.tickets import File, Message, MessageId, Revision, Ticket

TICKETS = 20
"""Closed tickets looked at in one unit: a writer's turn must stay short."""

ROWS = 500
"""Rows of one kind looked at in one unit."""

ROUNDS = 10
"""Units of one kind in one tick; what is left waits for the next one."""

_MARK = "retention."
_BODY = ("channel", "place", "purpose", "act", "ticket", "to", "copies", "mailbox", "same_as")
"""What stays of a parcel: whom it went to is asked when an answer to it comes."""


async def tick(desk: Desk) -> None:
    """Let go what has been kept long enough, a little at a time."""
    terms = desk.settings.retention
    for kind, term, once in (
        ("files", terms.files, _files),
        ("raw", terms.raw, _raws_of_tickets),
        ("messages", terms.messages, _words),
        ("parcels", terms.parcels, _parcels_of_tickets),
    ):
        if term:
            await _closed(desk, kind, _before(desk, term), once)
    for kind, term, older in (
        ("raw.others", terms.raw, _other_raws),
        ("parcels.others", terms.parcels, _other_parcels),
        ("audit", terms.audit, _trail),
    ):
        if term:
            await _aged(desk, kind, _before(desk, term), older)
    await dropping.note_old(desk)
    await dropping.sweep(desk)


def _before(desk: Desk, term: Span) -> datetime:
    return desk.now() - term.plain if term.plain else desk.now()


async def _closed(desk: Desk, kind: str, before: datetime, once: Any) -> None:
    """Go through the tickets closed before that moment, in the order of their closing."""
    for _ in range(ROUNDS):
        async with desk.view() as view:
            tickets = await _next(view, kind, before)
        if not tickets:
            return
        async with desk.store.unit() as unit:
            gone = 0
            for ticket in tickets:
                current = await unit.get(Ticket, ticket.id)
                if current and current.closed_at == ticket.closed_at:  # not opened again meanwhile
                    gone += await _one(desk, unit, kind, current, once)
            last = tickets[-1]
            await unit.remember(f"{_MARK}{kind}", f"{last.closed_at.isoformat() if last.closed_at else ''} {last.id}")
            await unit.commit()
        if gone:
            await dropping.sweep(desk)


async def _next(view: Unit, kind: str, before: datetime) -> list[Ticket]:
    at, _, number = (await view.recall(f"{_MARK}{kind}")).partition(" ")
    if not at:
        return await view.find(Ticket, closed_at__le=before, order="closed_at", limit=TICKETS)
    mark = datetime.fromisoformat(at)
    if mark > before:
        return []
    same = await view.find(Ticket, closed_at=mark, id__gt=int(number), limit=TICKETS)
    return same or await view.find(Ticket, closed_at__gt=mark, closed_at__le=before, order="closed_at", limit=TICKETS)


async def _one(desk: Desk, unit: Unit, kind: str, ticket: Ticket, once: Any) -> int:
    """Let go of one kind in one ticket; how much it was, which the trail tells too."""
    messages = await unit.find(Message, ticket_id=ticket.id)
    gone: int = await once(desk, unit, ticket, messages)
    if gone:
        data = {"what": kind, "count": gone}
        await unit.add(
            Audit(
                at=desk.now(), who="desk", what="kept long enough", ticket_id=ticket.id, client_id=ticket.client_id,
                data=data,
            )
        )  # fmt: skip
    return gone


async def _files(desk: Desk, unit: Unit, ticket: Ticket, messages: Sequence[Message]) -> int:  # noqa: ARG001
    ids = [message.id for message in messages]
    files = [file for file in await _all(unit, ids) if file.key or file.remote_id]
    if not files:
        return 0
    await unit.change(File, {"key": "", "remote_id": ""}, id__in=[file.id for file in files])
    theirs = {file.message_id for file in files}
    for message in messages:
        if message.id in theirs:
            data = {**message.data, mirroring.GONE: desk.now().isoformat()}
            await unit.save(replace(message, data=data))
    await dropping.note(unit, {file.key for file in files})
    return len(files)


async def _all(unit: Unit, ids: Sequence[MessageId]) -> list[File]:
    found = []
    for start in range(0, len(ids), ROWS):
        found += await unit.find(File, message_id__in=ids[start : start + ROWS])
    return found


async def _raws_of_tickets(desk: Desk, unit: Unit, ticket: Ticket, messages: Sequence[Message]) -> int:  # noqa: ARG001
    ids = sorted({message.raw_id for message in messages if message.raw_id})
    raws = [raw for start in range(0, len(ids), ROWS) for raw in await _raws(unit, ids[start : start + ROWS])]
    twins = [twin for raw in raws if raw.digest for twin in await _twins(unit, raw)]
    full = {raw.id: raw for raw in (*raws, *twins) if (raw.body or raw.key) and _done(raw)}
    await dropping.note(unit, await dropping.raw_emptied(unit, list(full.values())))
    return len(full)


async def _raws(unit: Unit, ids: Sequence[int]) -> list[Raw]:
    return await unit.find(Raw, id__in=ids)


async def _twins(unit: Unit, raw: Raw) -> list[Raw]:
    return await unit.find(Raw, digest=raw.digest, id__ne=raw.id)


def _done(raw: Raw) -> bool:
    return raw.state in (RawState.DONE, RawState.DROPPED)


async def _words(desk: Desk, unit: Unit, ticket: Ticket, messages: Sequence[Message]) -> int:
    gone = 0
    for message in messages:
        if message.text or message.rest:
            await unit.save(replace(message, text="", rest="", data=_bare(message.data)))
            gone += 1
        await unit.remove(Revision, message_id=message.id)
    await unit.change(Detail, {"value": ""}, ticket_id=ticket.id, value__ne="")
    await unit.change(Estimate, {"text": ""}, ticket_id=ticket.id)
    await unit.change(Spent, {"comment": ""}, ticket_id=ticket.id)
    await unit.change(Rating, {"words": ""}, ticket_id=ticket.id)
    subject = desk.say("personal.no_subject")
    if ticket.subject != subject:
        verdict = {name: value for name, value in ticket.verdict.items() if name in ("rule", "line")}
        await unit.save(replace(ticket, subject=subject, question="", findings="", verdict=verdict))
    return gone + await _parcels_of_tickets(desk, unit, ticket, messages)


def _bare(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name == mirroring.GONE}


async def _parcels_of_tickets(desk: Desk, unit: Unit, ticket: Ticket, messages: Sequence[Message]) -> int:  # noqa: ARG001
    gone = 0
    for parcel in await unit.find(Parcel, ticket_id=ticket.id):
        gone += await emptied(unit, parcel)
    return gone


async def emptied(unit: Unit, parcel: Parcel) -> bool:
    """Take the words out of a parcel that is done with; whether there were any."""
    if parcel.state in (ParcelState.QUEUED, ParcelState.SENDING, ParcelState.HELD):
        return False
    body = {name: value for name, value in parcel.body.items() if name in _BODY}
    if body == parcel.body:
        return False
    await unit.save(replace(parcel, body=body))
    return True


async def _aged(desk: Desk, kind: str, before: datetime, older: Any) -> None:
    """Go through rows in the order in which they were made, up to the first that is younger."""
    for _ in range(ROUNDS):
        async with desk.store.unit() as unit:
            key = f"{_MARK}{kind}"
            mark = int(await unit.recall(key) or 0)
            last, more = await older(desk, unit, mark, before)
            if last != mark:
                await unit.remember(key, str(last))
                await unit.commit()
        if not more:
            return


async def _other_raws(desk: Desk, unit: Unit, mark: int, before: datetime) -> tuple[int, bool]:  # noqa: ARG001
    """Messages as they came in that no request of ours tells the age of: by the time at which they came."""
    found = await unit.find(Raw, id__gt=mark, limit=ROWS)
    old = [raw for raw in found if raw.at <= before]
    old = old[: next((place for place, raw in enumerate(found) if raw.at > before), len(found))]
    free = [raw for raw in old if _done(raw) and (raw.body or raw.key) and not await _of_a_ticket(unit, raw)]
    await dropping.note(unit, await dropping.raw_emptied(unit, free))
    return (old[-1].id if old else mark), len(old) == ROWS


async def _of_a_ticket(unit: Unit, raw: Raw) -> bool:
    """Whether a mail is a word in a request: then it goes with that. What Telegram brought is never asked for again."""
    if raw.channel != "mail":
        return False
    doors = await unit.find(Door, channel="mail", address=raw.lane.partition(":")[2])
    if not doors:
        return False
    return await unit.count(Message, door_id__in=[door.id for door in doors], raw_id=raw.id) > 0


async def _other_parcels(desk: Desk, unit: Unit, mark: int, before: datetime) -> tuple[int, bool]:  # noqa: ARG001
    found = await unit.find(Parcel, id__gt=mark, limit=ROWS)
    old = found[: next((place for place, one in enumerate(found) if one.created_at > before), len(found))]
    for parcel in old:
        if parcel.ticket_id is None:
            await emptied(unit, parcel)
    return (old[-1].id if old else mark), len(old) == ROWS


async def _trail(desk: Desk, unit: Unit, mark: int, before: datetime) -> tuple[int, bool]:
    found = await unit.find(Audit, id__gt=mark, limit=ROWS)
    old = found[: next((place for place, one in enumerate(found) if one.at > before), len(found))]
    if old:
        await unit.remove(Audit, id__gt=mark, id__le=old[-1].id)
        data = {"what": "audit", "count": len(old)}
        await unit.add(Audit(at=desk.now(), who="desk", what="kept long enough", data=data))
    return (old[-1].id if old else mark), len(old) == ROWS
