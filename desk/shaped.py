"""What a card says of a ticket's tags, its relatives, its rest and its checklist. Reading only."""

import json

from desk import relations
from desk.desk import Desk
from desk.moments import shortly
from desk.parcels import Action, Button
from desk.ports import Unit
from desk.tickets import Kind, Message, Status, Ticket
from desk.workbench import Item

OFFERED = 3
"""Incidents offered on one card."""

_LETTERS = 4
"""Shorter stems are in every text."""

_OVER = frozenset({Status.SOLVED, Status.CLOSED})
_ASKING = tuple(one for one in Status if one not in _OVER)


async def rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """The card's rows; none for a ticket of which there is nothing to say."""
    return [
        *_tags(desk, ticket),
        *await _relatives(desk, unit, ticket),
        *_rest(desk, ticket),
        *await _items(desk, unit, ticket),
    ]


def _tags(desk: Desk, ticket: Ticket) -> list[str]:
    return [desk.say("shaping.card_tags", tags=" ".join(f"#{tag}" for tag in ticket.tags))] if ticket.tags else []


async def _relatives(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    found = []
    if ticket.merged_into:
        found.append(desk.say("shaping.card_merged", number=desk.number(ticket.merged_into)))
    if ticket.parent_id:
        found.append(desk.say("shaping.card_part", number=desk.number(ticket.parent_id)))
    if ticket.incident:
        count = await unit.count(Ticket, parent_id=ticket.id, status__in=_ASKING)
        title = await unit.recall(f"incident.title:{ticket.id}") or ticket.subject
        found.append(desk.say("shaping.card_incident", title=title, count=count))
    if related := await relations.of(unit, ticket):
        found.append(desk.say("shaping.card_related", numbers=", ".join(desk.number(one) for one in related)))
    return found


def _rest(desk: Desk, ticket: Ticket) -> list[str]:
    if ticket.later_until is None or ticket.later_until <= desk.now() or ticket.status in _OVER:
        return []
    language, timezone = desk.settings.desk.language, desk.settings.desk.timezone
    until = shortly(language, ticket.later_until, now=desk.now(), timezone=timezone, named=False)
    return [desk.say("shaping.card_later", until=until)]


async def _items(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    items = await unit.find(Item, ticket_id=ticket.id)
    done = sum(item.done_at is not None for item in items)
    return [desk.say("shaping.card_checklist", done=done, count=len(items))] if items else []


async def offers(desk: Desk, unit: Unit, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    """Buttons to the open incidents whose words are like the ticket's; nothing is asked while there is none."""
    if ticket.incident or ticket.parent_id or ticket.status in _OVER:
        return ()
    kept = await unit.recall("incidents.open")
    listed = await unit.find(Ticket, id__in=json.loads(kept)) if kept else []
    alive = [one for one in listed if one.incident and one.status is not Status.CLOSED]
    first = await unit.first(Message, ticket_id=ticket.id, kind=Kind.WORDS) if alive else None
    mine = _stems(desk, f"{ticket.subject}\n{first.text if first else ''}")
    found = []
    for one in alive:
        title = await unit.recall(f"incident.title:{one.id}")
        if _alike(mine, _stems(desk, f"{title} {one.subject}")):
            label = desk.say("shaping.button_incident", number=desk.number(one.id))
            found.append((Button(label=label, action=Action.JOIN, ticket=ticket.id, arg=str(one.id)),))
    return tuple(found[:OFFERED])


def _stems(desk: Desk, text: str) -> set[str]:
    return {stem for stem in desk.stems(text[:2000]) if len(stem) >= _LETTERS}


def _alike(mine: set[str], theirs: set[str]) -> bool:
    """Two words in common, or all of the few that there are."""
    common = len(mine & theirs)
    return common > 1 or (common == 1 and min(len(mine), len(theirs)) == 1)
