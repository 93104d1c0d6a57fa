"""`/client`: who the client of a ticket is, by which doors they are known, and what else they asked."""

from desk import belonging, cards, participants, unreachable
from desk.desk import Desk
from desk.errors import Refusal
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Ticket


async def about_client(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """Who the client is: doors and how each was proven, tickets."""
    if await unreachable.nobody(unit, ticket):
        raise Refusal("shaping.incident_answer_how")
    client = await unit.get(Client, ticket.client_id)
    doors = await unit.find(Door, client_id=ticket.client_id)
    tickets = await unit.find(Ticket, client_id=ticket.client_id, order="-id", limit=10)
    rows = [client.name if client else "?"]
    for door in doors:
        shown = cards.doors_in_words(desk, [door], ids=True)
        rows.append(f"• {shown}: {desk.say(f'group.proof_{door.proof.value}')}")
    rows += await belonging.about(desk, unit, client) if client else []
    for person in await participants.taking_part(unit, ticket):
        rows.append(desk.say("group.takes_part", who=participants.in_words(person.name, person.address)))
    for one in tickets:
        status = desk.say(f"group.status_{one.status.value}")
        rows.append(f"{desk.number(one.id)} · {status} · {one.subject}")
    return "\n".join(rows)
