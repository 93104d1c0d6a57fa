"""An incident that nobody wrote of: the desk's own ticket, in whose topic it is worked on and answered to all."""

from dataclasses import replace

from desk import incidents, opening, outbox, routing, unreachable
from desk.desk import Desk
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Ticket

_HOST = "incidents.client"


async def make_alone(desk: Desk, unit: Unit, title: str, who: str) -> Ticket:
    """An incident without a client of its own."""
    door, client = await _host(desk, unit)
    facts = replace(opening.facts(desk, door, title, files=(), known=True), channel=unreachable.NOBODY)
    ticket = await opening.register(desk, unit, door, client, facts, subject=title[: incidents.LONGEST])
    ticket = await incidents.make(desk, unit, ticket, title, who)
    await outbox.to_topic(desk, unit, ticket, desk.say("shaping.incident_made", name=who, title=title))
    await routing.tell(desk, unit, ticket)
    return ticket


async def _host(desk: Desk, unit: Unit) -> tuple[Door, Client]:
    """Whose such incidents are: the desk's own, whom nothing can be sent to."""
    kept = await unit.recall(_HOST)
    door = await unit.get(Door, int(kept)) if kept else None
    client = await unit.get(Client, door.client_id) if door else None
    if door and client:
        return door, client
    now = desk.now()
    client = await unit.add(Client(name=desk.settings.desk.name, created_at=now))
    door = await unit.add(
        Door(client_id=client.id, channel=unreachable.NOBODY, address="incidents", created_at=now, used_at=now)
    )
    await unit.remember(_HOST, str(door.id))
    return door, client
