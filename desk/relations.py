"""Which tickets have to do with each other: kept on both sides, shown on both cards, for engineers alone."""

import json

from desk.parcels import Action, Button
from desk.ports import Unit
from desk.tickets import Thread, Ticket, TicketId

AT_MOST = 30
"""Related tickets of one; what more have in common is an incident."""


def _key(ticket_id: int) -> str:
    return f"related:{ticket_id}"


async def of(unit: Unit, ticket: Ticket) -> list[TicketId]:
    """The tickets that engineers called related, and the one that it was opened after."""
    stored = await unit.recall(_key(ticket.id))
    found = [TicketId(one) for one in json.loads(stored)] if stored else []
    if ticket.related_id and ticket.related_id not in found and ticket.related_id != ticket.merged_into:
        found.append(ticket.related_id)
    return found


async def put(unit: Unit, one: TicketId, other: TicketId, *, related: bool) -> bool:
    """Note it on both sides, or take it away; whether that changed anything."""
    changed = False
    for here, there in ((one, other), (other, one)):
        stored = await unit.recall(_key(here))
        found = json.loads(stored) if stored else []
        if (there in found) is related:
            continue
        found = [*found, there] if related else [each for each in found if each != there]
        await unit.remember(_key(here), json.dumps(found) if found else "")
        changed = True
    return changed


async def link(unit: Unit, ticket_id: int, label: str) -> Button | None:
    """A button that opens a ticket's topic; None where there is none, as only a supergroup's topics have addresses."""
    thread = await unit.first(Thread, ticket_id=ticket_id, channel="group")
    if thread is None or not thread.external_id or not thread.place.startswith("-100"):
        return None
    url = f"https://t.me/c/{thread.place.removeprefix('-100')}/{thread.external_id}"
    return Button(label=label, action=Action.LINES, url=url)
