"""What a card says of a ticket's tags, its relatives, its rest and its checklist. Reading only."""

from desk import relations
from desk.desk import Desk
from desk.moments import shortly
from desk.ports import Unit
from desk.tickets import Status, Ticket
from desk.workbench import Item

_OVER = frozenset({Status.SOLVED, Status.CLOSED})


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
