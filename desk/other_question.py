"""«That was another question»: where a message went is said with a button that moves it to a ticket of its own."""

from dataclasses import replace

from desk import client_topics, clients, conduct, opening, outbox, putting_back, receipts, routing, wording
from desk.desk import Desk
from desk.info import moved as moved_on
from desk.parcels import Action, Button, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import File, Message, Ticket, Trace


async def say_where(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk,
    unit: Unit,
    before: Ticket,
    ticket: Ticket,
    door: Door,
    client: Client,
    message: Message,
    *,
    reopened: bool,
    main: bool = False,
) -> None:
    """Tell the client where a message went; `before` is the ticket as the message found it.

    `main`: said where the message stands, in the main view of a chat with topics.
    """
    language = clients.language(desk, client, ticket)
    key = "client.went_to_reopened" if reopened else "client.went_to"
    text = desk.say(key, language, number=desk.number(ticket.id), subject=ticket.subject)
    button = Button(
        label=desk.say("client.button_other", language), action=Action.OTHER, ticket=ticket.id, arg=str(message.id)
    )
    await putting_back.keep(unit, before, message)
    thread, to = client_topics.MAIN if main else "", message.external_id
    await outbox.to_door(
        desk, unit, door, Purpose.NOTICE, text, ticket=ticket, buttons=[[button]], reply_to=to, thread=thread
    )


async def move_to_new(desk: Desk, unit: Unit, ticket: Ticket, message: Message, client: Client) -> Ticket:
    """The message opens a ticket of its own, which comes back; the old one is as it was before."""
    door = await unit.get(Door, message.door_id or 0)
    if door is None:
        raise LookupError(f"message {message.id} has no door")
    files = await unit.find(File, message_id=message.id)
    facts = opening.facts(desk, door, message.text, files=[file.name for file in files], known=True)
    subject = wording.subject_of(desk, message.text, files[0].sort if files else "")
    fresh = await opening.register(desk, unit, door, client, facts, subject=subject, related=ticket.id)
    moved = await unit.save(replace(message, ticket_id=fresh.id))
    await unit.change(Trace, {"ticket_id": fresh.id}, message_id=message.id, channel=door.channel)
    await opening.mirror(desk, unit, fresh, door, client, moved)
    await routing.tell(desk, unit, fresh)
    fresh = await conduct.look(desk, unit, fresh, door, message.text)
    await outbox.to_topic(desk, unit, ticket, desk.say("group.moved_away", number=desk.number(fresh.id)))
    await putting_back.restore(desk, unit, ticket, message)
    await receipts.confirm(desk, unit, fresh, door, client, reply_to=message.external_id)
    await moved_on(desk, unit, moved, ticket, fresh)
    return fresh
