"""Who writes nothing but abuse may be banned by a lead: they are told once, and what they write stays in the record.

Rule: nothing is lost. Further messages make no requests, receipts or posts; lifting the ban shows what came meanwhile.
"""

from dataclasses import replace

from desk import banned, conversation, deadlines, gathered, orders, outbox, staff
from desk.cards import doors_in_words
from desk.desk import Desk
from desk.doors import all_at
from desk.errors import Refusal
from desk.parcels import Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Message, Status, Ticket
from desk.work import audit, drop_reminders, tell_client

REASON = 500
"""Characters of a reason: the client reads it, and it stands on every card of theirs."""


async def order_ban(desk: Desk, unit: Unit, order: orders.Order) -> None:
    """`/ban reason`, by a lead: the client of this request, with all doors that are theirs."""
    staff.leads_only(desk, order.post.engineer)
    orders.without_files(order)
    ticket = orders.ticket_of(order)
    client = await unit.get(Client, ticket.client_id)
    reason = " ".join(order.argument.split())
    if client is None or not reason:
        raise Refusal("banning.how")
    if len(reason) > REASON:
        raise Refusal("banning.too_long", most=REASON)
    if client.banned_at:
        raise Refusal("banning.already", name=client.banned_by, reason=client.ban_reason)
    await unit.save(replace(client, banned_at=desk.now(), banned_by=order.who, ban_reason=reason))
    await unit.remember(banned.count_key(client), "")
    await tell_client(desk, unit, ticket, "client.banned", Purpose.NOTICE, reason=reason)
    await audit(desk, unit, ticket, order.who, "banned", reason=reason)
    await _wait_for_nothing(desk, unit, client)
    doors = doors_in_words(desk, await unit.find(Door, client_id=client.id))
    await outbox.to_topic(desk, unit, ticket, desk.say("banning.done", name=order.who, doors=doors), silent=True)
    await _cards(desk, unit, client)
    await orders.mark(desk, unit, order)


async def _wait_for_nothing(desk: Desk, unit: Unit, client: Client) -> None:
    """Nobody is reminded of an answer that would not be taken in."""
    for waiting in await unit.find(Ticket, client_id=client.id, status=Status.WAITING):
        await drop_reminders(unit, await conversation.needs_nothing(unit, waiting, at=desk.now()))


async def order_unban(desk: Desk, unit: Unit, order: orders.Order) -> None:
    """`/unban`, by a lead: in a topic of the client's, or in General with a number."""
    staff.leads_only(desk, order.post.engineer)
    ticket = order.ticket or await orders.numbered(desk, unit, order.argument)
    client = await unit.get(Client, ticket.client_id)
    if client is None or client.banned_at is None:
        raise Refusal("banning.is_not", number=desk.number(ticket.id))
    await unit.save(replace(client, banned_at=None, banned_by="", ban_reason=""))
    await audit(desk, unit, ticket, order.who, "unbanned", reason=client.ban_reason)
    missed = await _missed(unit, client)
    said = desk.say("banning.lifted", name=order.who, count=len(missed))
    await outbox.to_topic(desk, unit, ticket, said, silent=True)
    for ticket_id in dict.fromkeys(message.ticket_id for message in missed):
        of_one = [message for message in missed if message.ticket_id == ticket_id]
        about = await unit.get(Ticket, ticket_id)
        if about:
            await gathered.show(desk, unit, about, of_one, title=desk.say("banning.meanwhile", name=client.name))
            await _next_is_ours(desk, unit, about)
    await unit.remember(banned.count_key(client), "")
    ticket = await unit.get(Ticket, ticket.id) or ticket
    await tell_client(desk, unit, ticket, "client.unbanned", Purpose.NOTICE)
    await _cards(desk, unit, client)
    await orders.mark(desk, unit, order)


async def _missed(unit: Unit, client: Client) -> list[Message]:
    own = await unit.find(Door, client_id=client.id)
    doors = [one.id for door in own for one in await all_at(unit, door.channel, door.address)]  # claimed ones too
    since = await unit.find(Message, door_id__in=doors, at__ge=client.banned_at, order="id")
    return [message for message in since if message.data.get("banned")]


async def _next_is_ours(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Their words count from now on, as if they had come now."""
    if ticket.status is not Status.CLOSED:
        ticket = await conversation.client_wrote(unit, ticket, at=desk.now())
        ticket = await unit.save(replace(ticket, client_wrote_at=desk.now(), active_at=desk.now()))
        await deadlines.client_wrote(desk, unit, ticket)


async def _cards(desk: Desk, unit: Unit, client: Client) -> None:
    for one in await unit.find(Ticket, client_id=client.id, status__ne=Status.CLOSED):
        await outbox.card(desk, unit, one)
