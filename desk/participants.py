"""Who else takes part in a ticket: people whom the client copied or an engineer let in.

Rule: a participant gets answers from the moment of their standing on and nothing else: no receipt, no reminder, no
closing letter, no list of requests.
"""

from desk.people import Door, DoorId
from desk.ports import Unit
from desk.tickets import TAKES_PART, Participant, Ticket


async def of(unit: Unit, ticket: Ticket, address: str) -> Participant | None:
    """What this mail address is to the ticket, as far as it is anything."""
    return await unit.first(Participant, ticket_id=ticket.id, address=address)


async def taking_part(unit: Unit, ticket: Ticket) -> list[Participant]:
    """Everybody besides the client, in the order in which they came."""
    return await unit.find(Participant, ticket_id=ticket.id, standing__in=TAKES_PART)


async def copies(unit: Unit, ticket: Ticket) -> list[Participant]:
    """Who receives the ticket's answers by mail besides the client.

    Left out: who became the client by a linking since, and addresses that are gone.
    """
    people = await taking_part(unit, ticket)
    doors = await unit.find(Door, channel="mail", address__in=[one.address for one in people])
    gone = {door.address for door in doors if door.client_id == ticket.client_id or door.shut_at is not None}
    return [one for one in people if one.address not in gone]


async def speaking_doors(unit: Unit, ticket: Ticket) -> list[DoorId]:
    """The doors whose words are words in the ticket: the client's and the participants'."""
    people = await taking_part(unit, ticket)
    theirs = await unit.find(Door, client_id=ticket.client_id)
    others = await unit.find(Door, channel="mail", address__in=[one.address for one in people])
    return [door.id for door in (*theirs, *others)]
