"""An incident and the tickets that are part of it: made, joined, left, and whom one answer reaches.

Rule: what is said to all goes once to each client, through a door of their own, and is kept in a ticket of theirs.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desk import doors, linking, outbox, unreachable, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.people import ClientId, Door
from desk.ports import Unit
from desk.tickets import Kind, Message, Status, Ticket, TicketId

OPEN = "incidents.open"
"""The fact that lists the incidents that may be open, so that a card need not look for them."""

LONGEST = 200
"""Characters of an incident's title."""

_ALIVE = tuple(one for one in Status if one is not Status.CLOSED)
_ASKING = (Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom one answer reaches, a ticket for each client; `apart`: those of them who wait for a word of their own."""

    tickets: tuple[Ticket, ...] = ()
    apart: frozenset[TicketId] = frozenset()
    unreachable: tuple[TicketId, ...] = ()


async def make(desk: Desk, unit: Unit, ticket: Ticket, title: str, who: str) -> Ticket:
    """This ticket is an incident from now on. Refusal for one that is part of another, or closed."""
    if ticket.status is Status.CLOSED:
        raise Refusal("shaping.incident_closed")
    if ticket.parent_id:
        raise Refusal("shaping.incident_nested", number=desk.number(ticket.parent_id))
    await unit.remember(title_key(ticket), title[:LONGEST])
    if not ticket.incident:
        ticket = await unit.save(replace(ticket, incident=True))
        await _list(unit, ticket)
    await work.audit(desk, unit, ticket, who, "incident", title=title[:LONGEST])
    await outbox.card(desk, unit, ticket)
    return ticket


def title_key(ticket: Ticket) -> str:
    return f"incident.title:{ticket.id}"


async def title_of(unit: Unit, ticket: Ticket) -> str:
    """What engineers call it; clients never read that."""
    return await unit.recall(title_key(ticket)) or ticket.subject


async def listed(unit: Unit) -> list[int]:
    """The tickets that are open incidents, or were not long ago."""
    found: list[int] = json.loads(await unit.recall(OPEN) or "[]")
    return found


async def _list(unit: Unit, ticket: Ticket) -> None:
    still = [
        one.id for one in await unit.find(Ticket, id__in=await listed(unit)) if one.incident and one.status in _ALIVE
    ]
    await unit.remember(OPEN, json.dumps([*[one for one in still if one != ticket.id], ticket.id]))


async def join(desk: Desk, unit: Unit, ticket: Ticket, incident: Ticket, who: str) -> Ticket:
    """Make a ticket part of an incident. Refusal when it cannot be."""
    if not incident.incident or incident.status is Status.CLOSED:
        raise Refusal("shaping.incident_none", number=desk.number(incident.id))
    if ticket.id == incident.id:
        raise Refusal("shaping.itself")
    if ticket.incident:
        raise Refusal("shaping.incident_both", number=desk.number(ticket.id))
    if ticket.status is Status.CLOSED:
        raise Refusal("shaping.incident_part_closed", number=desk.number(ticket.id))
    if ticket.parent_id == incident.id:
        return ticket
    before = ticket.parent_id
    ticket = await unit.save(replace(ticket, parent_id=incident.id))
    await work.audit(desk, unit, ticket, who, "part of an incident", incident=incident.id, before=before)
    await outbox.card(desk, unit, ticket)
    await outbox.card(desk, unit, incident)
    return ticket


async def leave(desk: Desk, unit: Unit, ticket: Ticket, who: str) -> Ticket:
    """It is part of no incident any more. Refusal when it was of none."""
    incident = await unit.get(Ticket, ticket.parent_id) if ticket.parent_id else None
    if incident is None:
        raise Refusal("shaping.incident_not_part", number=desk.number(ticket.id))
    ticket = await unit.save(replace(ticket, parent_id=None))
    await work.audit(desk, unit, ticket, who, "part of an incident no more", incident=incident.id)
    await outbox.card(desk, unit, ticket)
    await outbox.card(desk, unit, incident)
    return ticket


async def parts(unit: Unit, incident: Ticket) -> list[Ticket]:
    """Its tickets that are not solved or closed."""
    return await unit.find(Ticket, parent_id=incident.id, status__in=_ASKING)


async def audience(unit: Unit, incident: Ticket) -> Audience:
    """Whom one answer reaches now: of several tickets of a client that in which they wrote last."""
    asking = await parts(unit, incident)
    if incident.status in _ASKING and not await unreachable.by_nature(unit, incident):
        asking.append(incident)
    asking.sort(key=lambda one: one.client_wrote_at, reverse=True)
    chosen: list[Ticket] = []
    away: list[TicketId] = []
    seen: set[object] = set()
    for ticket in asking:
        door = await doors.best(unit, ticket)
        if door is None:
            away.append(ticket.id)
        elif not seen & (whose := await of(unit, ticket, door)):
            chosen.append(ticket)
            seen |= whose
    chosen.sort(key=lambda one: one.id)
    return Audience(tickets=tuple(chosen), apart=await apart(unit, chosen), unreachable=tuple(sorted(away)))


async def of(unit: Unit, ticket: Ticket, door: Door) -> set[object]:
    """By what a client is told from others: who they are by now, and where they read."""
    return {await _root(unit, ticket.client_id), f"{door.channel}:{door.address}"}


async def _root(unit: Unit, client_id: ClientId) -> ClientId:
    return await linking.root(unit, client_id)


async def apart(unit: Unit, tickets: Sequence[Ticket]) -> frozenset[TicketId]:
    """Those asked for something of their own, or answered otherwise already."""
    waiting = {one.id for one in tickets if one.status in (Status.WAITING, Status.THIRD_PARTY)}
    ids = [one.id for one in tickets]
    answers = await unit.find(Message, ticket_id__in=ids, kind=Kind.ANSWER, withdrawn_at=None)
    return frozenset(waiting | {one.ticket_id for one in answers if "mailing" not in one.data})
