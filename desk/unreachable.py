"""Clients to whom the desk cannot write: known by phone alone, or an incident that is nobody's."""

from desk import doors, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.people import Door
from desk.ports import Unit
from desk.tickets import Ticket

NOBODY = "desk"
"""The channel of a door that leads to nobody."""


async def by_nature(unit: Unit, ticket: Ticket) -> bool:
    """Whether its client never had a door that words can go through; a shut one is another matter."""
    return not await unit.count(Door, client_id=ticket.client_id, channel__in=doors.REACHABLE)


async def nobody(unit: Unit, ticket: Ticket) -> bool:
    """Whether it is an incident that nobody wrote of."""
    opened = await unit.get(Door, ticket.opened_door_id) if ticket.incident else None
    return opened is not None and opened.channel == NOBODY


async def refusal(unit: Unit, ticket: Ticket) -> Refusal:
    """Why an answer cannot go, and what to do instead."""
    if not await by_nature(unit, ticket):
        return Refusal("group.no_open_door")
    if ticket.incident:
        return Refusal("shaping.incident_answer_how")
    return Refusal("shaping.phone_refused", phone=await phone(unit, ticket))


async def phone(unit: Unit, ticket: Ticket) -> str:
    door = await unit.first(Door, client_id=ticket.client_id, channel="phone", order="-used_at")
    return door.address if door else "—"


async def tell(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """A word of the desk's own could not go: the topic says what to do; nothing where nobody is to be told."""
    if not await by_nature(unit, ticket):
        await outbox.to_topic(desk, unit, ticket, desk.say("group.no_open_door"))
        return
    opened = await unit.get(Door, ticket.opened_door_id)
    if opened and opened.channel != NOBODY:
        said = desk.say("shaping.phone_call", phone=await phone(unit, ticket))
        await outbox.to_topic(desk, unit, ticket, said, silent=True)
