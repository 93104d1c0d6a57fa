"""More messages a minute than anybody reads: all are kept and shown as one post, and the client is told once."""

from datetime import datetime, timedelta

from desk import clients, gathered, outbox
from desk.desk import Desk
from desk.incoming import Incoming
from desk.parcels import Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Message, Ticket

A_MINUTE = 20
WINDOW = timedelta(minutes=1)
REST = timedelta(minutes=1)
"""For so long messages are gathered before they are shown."""

TOLD_AGAIN = timedelta(hours=1)


async def rises(unit: Unit, door: Door, incoming: Incoming) -> bool:
    """Whether this is one message too many for a minute; a group has many people in it, and mail its own guards."""
    if door.channel != "telegram" or incoming.group:
        return False
    since = incoming.at - WINDOW
    return await unit.count(Message, door_id=door.id, at__gt=since) >= A_MINUTE


async def gather(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, client: Client, message: Message
) -> None:
    """Show it together with the others of the flood, and tell the client once an hour that this is so."""
    title = desk.say("floods.title", name=client.name)
    await gathered.add(desk, unit, ticket, message, title=title, key=f"flood:{ticket.id}", delay=REST)
    key, now = f"flood:telegram:{door.address}", desk.now()
    told = await unit.recall(key)
    if not told or now - datetime.fromisoformat(told) > TOLD_AGAIN:
        await unit.remember(key, now.isoformat())
        await outbox.to_door(desk, unit, door, Purpose.NOTICE, clients.say(desk, client, "client.flood"), ticket=ticket)
