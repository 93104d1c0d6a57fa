"""A ticket's topic: made when the first word goes there, rebuilt when it was deleted.

A topic is a view, the database is the record. Each step (topic, card, conversation told again) is recorded by itself,
so a crash between two of them repeats one step at most.
"""

from dataclasses import replace
from datetime import datetime

from desk import cards, conversation, outbox
from desk.desk import Desk
from desk.errors import DeliveryRefused, ThreadGone
from desk.parcels import Act, Outgoing, Parcel, Purpose, Receipt
from desk.people import Client
from desk.ports import Channel, Unit
from desk.tickets import Role, Status, Thread, Ticket, Trace


async def prepare(desk: Desk, channel: Channel, parcel: Parcel, message: Outgoing) -> Outgoing | None:
    """The message with its thread filled in, after making the topic and card if needed; None: nothing is to be sent."""
    async with desk.view() as view:
        ticket = await view.get(Ticket, parcel.ticket_id or 0)
        if ticket is None:
            return None
        thread = await _thread_of(view, ticket)
        client = await view.get(Client, ticket.client_id)
    if client is None:
        return None
    fresh_card = thread is None or not thread.card_id
    if thread is None or not thread.external_id:
        thread = await _open(desk, channel, ticket, client, parcel)
    if not thread.card_id:
        thread = await _post_card(desk, channel, ticket, thread, parcel)
    if not thread.replayed:
        thread = await _tell_again(desk, channel, ticket, thread, parcel)
    message = replace(message, thread=thread.external_id, thread_place=thread.place)
    if message.act is Act.CARD:
        return None if fresh_card else await _card_now(desk, ticket, thread, parcel)
    if message.act is Act.TOPIC:
        return _topic_now(desk, ticket, client, thread, parcel)
    return message


async def deliver(channel: Channel, message: Outgoing) -> Receipt:
    """Send into a thread; a ThreadGone names it, so that only that very thread is forgotten."""
    try:
        return await channel.deliver(message)
    except ThreadGone as gone:
        raise ThreadGone(str(gone), place=message.thread_place, thread=message.thread) from gone


async def before(view: Unit, parcel: Parcel, message: Outgoing) -> tuple[Act, ...]:
    """What must be done in the group before this message can go, for the channel's pace."""
    if parcel.channel != "group" or not parcel.ticket_id or message.act is Act.REACT:
        return ()
    thread = await view.first(Thread, ticket_id=parcel.ticket_id, channel="group")
    if thread is None or not thread.external_id:
        return (Act.OPEN, Act.CARD) if thread is None else (Act.OPEN, Act.CARD, Act.SAY)
    return (() if thread.card_id else (Act.CARD,)) + (() if thread.replayed else (Act.SAY,))


async def _thread_of(unit: Unit, ticket: Ticket) -> Thread | None:
    return await unit.first(Thread, ticket_id=ticket.id, channel="group")


async def _open(desk: Desk, channel: Channel, ticket: Ticket, client: Client, parcel: Parcel) -> Thread:
    order = replace(cards.as_title(desk, ticket, client, act=Act.OPEN), id=parcel.id)
    receipt = await channel.deliver(order)
    async with desk.store.unit() as unit:
        old = await _thread_of(unit, ticket)
        made = Thread(
            ticket_id=ticket.id,
            channel="group",
            place=receipt.thread_place,
            external_id=receipt.thread,
            title=order.title,
            replayed=old is None,
        )
        thread = await unit.save(replace(made, id=old.id, replayed=old.replayed)) if old else await unit.add(made)
        await unit.commit()
    return thread


async def _post_card(desk: Desk, channel: Channel, ticket: Ticket, thread: Thread, parcel: Parcel) -> Thread:
    async with desk.view() as view:
        card = await cards.card(desk, view, ticket)
    receipt = await deliver(channel, replace(card, id=parcel.id, thread=thread.external_id, thread_place=thread.place))
    posted = receipt.external_ids[0]
    # In a group without topics the card is the thread.
    thread = replace(thread, card_id=posted, external_id=thread.external_id or posted)
    async with desk.store.unit() as unit:
        await unit.save(thread)
        await _trace(unit, desk.now(), ticket, receipt, Role.CARD)
        await unit.commit()
    return thread


async def _tell_again(desk: Desk, channel: Channel, ticket: Ticket, thread: Thread, parcel: Parcel) -> Thread:
    """Say in the new topic what was said in the lost one, with its files."""
    async with desk.view() as view:
        story, files = await cards.told_again(desk, view, ticket)
    if story:
        message = Outgoing(
            id=parcel.id,
            channel="group",
            place=ticket.line,
            purpose=Purpose.EVENT,
            ticket=ticket.id,
            number=desk.number(ticket.id),
            thread=thread.external_id,
            thread_place=thread.place,
            title=desk.say("group.rebuilt"),
            text=story,
            files=files,
            silent=True,
        )
        receipt = await _said_or_bare(channel, message)
        async with desk.store.unit() as unit:
            await _trace(unit, desk.now(), ticket, receipt, Role.DESK)
            await unit.commit()
    thread = replace(thread, replayed=True)
    async with desk.store.unit() as unit:
        await unit.save(thread)
        await unit.commit()
    return thread


async def _said_or_bare(channel: Channel, message: Outgoing) -> Receipt:
    """Say it; without its files when those are refused, for they must not keep the words back."""
    try:
        return await deliver(channel, message)
    except DeliveryRefused:
        if not message.files:
            raise
        return await deliver(channel, replace(message, files=()))


async def _card_now(desk: Desk, ticket: Ticket, thread: Thread, parcel: Parcel) -> Outgoing:
    async with desk.view() as view:
        card = await cards.card(desk, view, ticket)
    return replace(card, id=parcel.id, thread=thread.external_id, thread_place=thread.place, target=thread.card_id)


def _topic_now(desk: Desk, ticket: Ticket, client: Client, thread: Thread, parcel: Parcel) -> Outgoing | None:
    wanted = cards.as_title(desk, ticket, client, act=Act.TOPIC)
    if wanted.title == thread.title and wanted.closed == thread.closed:
        return None
    title = "" if wanted.title == thread.title else wanted.title
    return replace(wanted, id=parcel.id, title=title, thread=thread.external_id, thread_place=thread.place)


async def set_in_line(unit: Unit, parcel: Parcel, message: Outgoing) -> None:
    """Record what a TOPIC order brought about; a change of heart meanwhile is sent after it."""
    thread = await unit.first(Thread, ticket_id=parcel.ticket_id, channel=parcel.channel)
    if thread and message.thread:
        await unit.save(replace(thread, title=message.title or thread.title, closed=message.closed))


async def forget(desk: Desk, unit: Unit, parcel: Parcel, gone: ThreadGone) -> bool:
    """The topic is gone: the next delivery makes it anew and tells the conversation again. False: there was none.

    Two messages may find the same topic missing; the second must not forget what the first has made anew.
    """
    thread = await unit.first(Thread, ticket_id=parcel.ticket_id, channel="group") if parcel.ticket_id else None
    if thread is None:
        return False
    if (gone.place, gone.thread) != (thread.place, thread.external_id):
        return True
    await unit.save(replace(thread, external_id="", card_id="", title="", closed=False, replayed=False))
    ticket = await unit.get(Ticket, parcel.ticket_id or 0)
    if ticket and ticket.status is Status.CLOSED:
        await outbox.topic(desk, unit, ticket)
    return True


async def _trace(unit: Unit, now: datetime, ticket: Ticket, receipt: Receipt, role: Role) -> None:
    for external_id in receipt.external_ids:
        await conversation.add_trace(
            unit,
            Trace(
                channel="group",
                place=receipt.thread_place,
                external_id=external_id,
                ticket_id=ticket.id,
                role=role,
                at=now,
            ),
        )
