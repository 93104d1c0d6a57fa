"""A client's message comes in: whose it is, which ticket it belongs to, what follows. One unit, one commit."""

from dataclasses import replace

from desk import bounces, choosing, codes, conversation, linking, opening, outbox, suggesting, wording
from desk.choosing import Choice, How
from desk.desk import Desk
from desk.incoming import Edited, Incoming, Sort
from desk.language import guess_language
from desk.parcels import Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Kind, Message, Revision, Role, Status, Ticket, Trace

ENOUGH_LETTERS = 20
"""A message must say so much before it changes the language we answer in: «VPN» alone is no English."""


async def receive(desk: Desk, incoming: Incoming) -> None:
    """Take one message in. Raises nothing for a message that can be read; the caller's unit is this one's."""
    async with desk.unit() as unit:
        await take_in(desk, unit, incoming)
        await unit.commit()


async def take_in(desk: Desk, unit: Unit, incoming: Incoming, *, fresh: bool = False) -> None:
    """The same inside a unit; `fresh`: the client asked for a new ticket."""
    if incoming.sort is Sort.OWN:
        return
    if incoming.sort is Sort.BOUNCE:
        await bounces.received(desk, unit, incoming)
        return
    if await _seen(unit, incoming):
        return
    door, client, known = await linking.door_for(desk, unit, incoming)
    client = await _hear_language(unit, client, incoming)
    if incoming.sort is Sort.HUMAN and await codes.typed(desk, unit, door, client, incoming):
        return
    choice = await choosing.choose(desk, unit, door, client, incoming, fresh=fresh)
    if choice.ticket is None:
        await opening.open_ticket(desk, unit, door, client, incoming, known=known, related=choice.related)
    else:
        await _go_on(desk, unit, choice, choice.ticket, door, client, incoming)
    if incoming.contact and incoming.contact.own:
        await linking.own_phone(desk, unit, client, incoming.contact)
    if incoming.sort is Sort.HUMAN:
        await suggesting.look(desk, unit, door, incoming)


async def _seen(unit: Unit, incoming: Incoming) -> bool:
    """A Telegram message is told apart by its number; mails by content, before they come here."""
    if incoming.channel != "telegram":
        return False
    trace = await unit.first(
        Trace, channel="telegram", place=incoming.place, external_id=incoming.external_id, role=Role.THEIRS
    )
    return trace is not None


async def _hear_language(unit: Unit, client: Client, incoming: Incoming) -> Client:
    heard = guess_language(incoming.text)
    letters = sum(letter.isalpha() for letter in incoming.text[:200])
    if not heard or heard == client.spoken or (client.spoken and letters < ENOUGH_LETTERS):
        return client
    return await unit.save(replace(client, spoken=heard))


async def _go_on(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, choice: Choice, ticket: Ticket, door: Door, client: Client, incoming: Incoming
) -> None:
    """Add a message to a ticket that exists."""
    counts = incoming.sort is Sort.HUMAN or incoming.sort is Sort.LIST
    stranger = choice.how is How.STRANGER
    thanks = counts and wording.thanks_alone(incoming) and ticket.status in (Status.SOLVED, Status.CLOSED)
    message = await conversation.add_message(unit, ticket, door, incoming, kind=Kind.WORDS if counts else Kind.MACHINE)
    before = ticket
    now = desk.now()
    if counts and not thanks:
        ticket = await conversation.client_wrote(unit, ticket)
    if counts and not stranger:
        ticket = await unit.save(replace(ticket, door_id=door.id, client_wrote_at=now))
    ticket = await unit.save(replace(ticket, active_at=now))
    await opening.mirror(desk, unit, ticket, door, client, message, incoming, stranger=stranger)
    await outbox.card(desk, unit, ticket)
    if before.status is Status.CLOSED and ticket.status is not Status.CLOSED:
        await outbox.topic(desk, unit, ticket)
    if door.channel != "telegram" or stranger:
        return
    await outbox.react(desk, unit, "telegram", incoming.place, incoming.external_id, "👀", ticket.id)
    reopened = before.status is Status.CLOSED and ticket.status is not Status.CLOSED
    if reopened or choice.several:
        await opening.say_where(desk, unit, before, ticket, door, client, message, reopened=reopened)


async def edited(desk: Desk, change: Edited) -> None:
    """A client changed a message: the former words are kept and the engineers see both."""
    async with desk.unit() as unit:
        trace = await unit.first(
            Trace, channel=change.channel, place=change.place, external_id=change.external_id, role=Role.THEIRS
        )
        message = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
        ticket = await unit.get(Ticket, message.ticket_id) if message else None
        if message and ticket and message.text != change.text:
            await _changed(desk, unit, ticket, message, change)
        await unit.commit()


async def _changed(desk: Desk, unit: Unit, ticket: Ticket, message: Message, change: Edited) -> None:
    await unit.add(Revision(message_id=message.id, text=message.text, at=change.at))
    await unit.save(replace(message, text=change.text))
    if ticket.status is Status.WAITING:
        ticket = await conversation.client_wrote(unit, ticket)
        await outbox.card(desk, unit, ticket)
    text = desk.say("group.edited", text=change.text)
    former = desk.say("group.edited_before", text=message.text)
    await outbox.to_topic(
        desk, unit, ticket, text, purpose=Purpose.MIRROR, message_id=message.id, title=message.author, quote=former
    )
