"""A ticket's topic: made when the first word goes there, rebuilt when it was deleted.

A topic is a view, the database is the record. Each step (topic, card, conversation told again) is recorded by itself,
so a crash between two of them repeats one step at most. Left topics, and tickets without one: desk.lodging.
"""

from dataclasses import replace
from datetime import datetime

from desk import cards, conversation, group, lodging, looks, old_topics, outbox
from desk.desk import Desk
from desk.errors import DeliveryRefused, NoTopics, ThreadGone
from desk.parcels import Act, Outgoing, Parcel, Purpose, Receipt
from desk.people import Client
from desk.ports import Channel, Unit
from desk.tickets import Role, Status, Thread, Ticket, Trace


def stands(parcel: Parcel, message: Outgoing) -> bool:
    """Whether a message goes to its ticket's topic, wherever that is; not one about a message that stands already."""
    if parcel.channel != "group" or not parcel.ticket_id or message.act is Act.REACT:
        return False
    return not (message.act in (Act.EDIT, Act.DELETE) and message.thread_place)


async def prepare(desk: Desk, channel: Channel, parcel: Parcel, message: Outgoing) -> Outgoing | None:
    """The message with its thread filled in, after making the topic and card if needed; None: nothing is to be sent."""
    async with desk.view() as view:
        ticket = await view.get(Ticket, parcel.ticket_id or 0)
        if ticket is None:
            return None
        thread = await _thread_of(view, ticket)
        client = await view.get(Client, ticket.client_id)
        at_home = thread is not None and await group.is_home(desk, view, ticket.line, thread.place)
        message = await lodging.reply_there(view, ticket, thread if at_home else None, message)
    if client is None:
        return None
    message = replace(message, place=ticket.line)
    if message.act is Act.DROP:
        return _drop(ticket, thread, message)
    fresh_card = thread is None or not thread.card_id
    if thread is None or not thread.external_id or not at_home:
        try:
            thread = await _open(desk, channel, ticket, client, parcel)
        except NoTopics:
            return await _in_general(desk, channel, ticket, parcel, message)
        fresh_card = not thread.card_id
    if not thread.card_id:
        thread = await _post_card(desk, channel, ticket, thread, parcel)
    if not thread.replayed:
        thread = await _tell_again(desk, channel, ticket, thread, parcel)
    message = replace(message, thread=thread.external_id, thread_place=thread.place)
    if message.purpose is Purpose.MIRROR and thread.closed and ticket.status is not Status.CLOSED:
        await _bring_in_line(desk, ticket)  # an engineer closed the topic by hand
    if message.act is Act.CARD:
        if not looks.in_line(desk, ticket, client, thread):
            await _bring_in_line(desk, ticket)
        return None if fresh_card else await _card_now(desk, ticket, thread, parcel)
    if message.act is Act.TOPIC:
        return looks.change(desk, ticket, client, thread, parcel)
    return message


def _drop(ticket: Ticket, thread: Thread | None, message: Outgoing) -> Outgoing | None:
    """Nothing is to be dropped of a ticket that was opened again, or that has no topic any more."""
    if thread is None or not thread.external_id or ticket.status is not Status.CLOSED:
        return None
    return replace(message, thread=thread.external_id, thread_place=thread.place)


async def _in_general(
    desk: Desk, channel: Channel, ticket: Ticket, parcel: Parcel, message: Outgoing
) -> Outgoing | None:
    """The message as it goes into General, in reply to the ticket's card there, while no topic can be made."""
    async with desk.view() as view:
        thread, place = await _thread_of(view, ticket), await group.current(desk, view, ticket.line)
    fresh_card = not lodging.lodges(thread, place)
    if fresh_card:
        lodged = Thread(ticket_id=ticket.id, channel="group", place=place, external_id="", replayed=False)
        lodged = await _post_card(desk, channel, ticket, lodged, parcel, left=thread)
    else:
        assert thread is not None
        lodged = thread
    if message.act is Act.CARD:
        return None if fresh_card else await _card_now(desk, ticket, lodged, parcel)
    if message.act is Act.TOPIC:
        return None
    to = message.reply_to or lodged.card_id
    return replace(message, thread="", thread_place=place, reply_to=to)


async def _bring_in_line(desk: Desk, ticket: Ticket) -> None:
    async with desk.store.unit() as unit:
        await outbox.topic(desk, unit, ticket)
        await unit.commit()


async def deliver(channel: Channel, message: Outgoing) -> Receipt:
    """Send into a thread; a ThreadGone names it, so that only that very thread is forgotten."""
    try:
        return await channel.deliver(message)
    except ThreadGone as gone:
        raise ThreadGone(str(gone), place=message.thread_place, thread=message.thread) from gone


async def before(view: Unit, parcel: Parcel, message: Outgoing) -> tuple[Act, ...]:
    """What must be done in the group before this message can go, for the channel's pace."""
    if not stands(parcel, message) or message.act is Act.DROP:
        return ()
    thread = await view.first(Thread, ticket_id=parcel.ticket_id, channel="group")
    if thread is None or not thread.external_id:
        return (Act.OPEN, Act.CARD) if thread is None else (Act.OPEN, Act.CARD, Act.SAY)
    return (() if thread.card_id else (Act.CARD,)) + (() if thread.replayed else (Act.SAY,))


async def _thread_of(unit: Unit, ticket: Ticket) -> Thread | None:
    return await unit.first(Thread, ticket_id=ticket.id, channel="group")


async def _open(desk: Desk, channel: Channel, ticket: Ticket, client: Client, parcel: Parcel) -> Thread:
    order = replace(looks.to_open(desk, ticket, client), id=parcel.id)
    receipt = await channel.deliver(order)
    async with desk.store.unit() as unit:
        old = await _thread_of(unit, ticket)
        made = Thread(
            ticket_id=ticket.id,
            channel="group",
            place=receipt.thread_place,
            external_id=receipt.thread,
            title=looks.Look(order.emoji or looks.NO_ICON, order.title).kept(),
            replayed=old is None,
        )
        thread = await unit.save(replace(made, id=old.id)) if old else await unit.add(made)
        if old:
            await lodging.leave(desk, unit, ticket, old, thread)
        await lodging.made(desk, unit, ticket)
        await old_topics.came_back(desk, unit, ticket)
        await unit.commit()
    return thread


async def _post_card(  # noqa: PLR0917 - the card, its ticket and its place
    desk: Desk, channel: Channel, ticket: Ticket, thread: Thread, parcel: Parcel, left: Thread | None = None
) -> Thread:
    """Post the card; `left`: for want of a topic it is the card in General, and that was the ticket's place before."""
    lodges = not thread.id
    async with desk.view() as view:
        card = await cards.card(desk, view, ticket)
    receipt = await deliver(channel, replace(card, id=parcel.id, thread=thread.external_id, thread_place=thread.place))
    posted = receipt.external_ids[0]
    # In a group without topics the card is the thread.
    thread = replace(thread, card_id=posted, external_id=thread.external_id or ("" if lodges else posted))
    async with desk.store.unit() as unit:
        if lodges:
            thread = await lodging.lodge(desk, unit, ticket, thread, left)
        else:
            await _recorded(unit, thread, card_id=posted, external_id=thread.external_id)
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
    async with desk.store.unit() as unit:
        await _recorded(unit, thread, replayed=True)
        await unit.commit()
    return replace(thread, replayed=True)


async def _recorded(unit: Unit, thread: Thread, **what: object) -> None:
    """Keep what was done in the topic, nothing else: while we spoke it may have been closed, or its group moved."""
    await unit.change(Thread, what, id=thread.id, place=thread.place)


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


async def forget(desk: Desk, unit: Unit, parcel: Parcel, gone: ThreadGone) -> bool:
    """The topic is gone: the next delivery makes it anew and tells the conversation again. False: there was none.

    Two messages may find the same topic missing; the second must not forget what the first has made anew.
    """
    thread = await unit.first(Thread, ticket_id=parcel.ticket_id, channel="group") if parcel.ticket_id else None
    if thread is None:
        return False
    if (gone.place, gone.thread) != (thread.place, thread.external_id):
        return True
    await lodging.lost(unit, thread)
    await unit.save(replace(thread, external_id="", card_id="", title="", closed=False, replayed=False))
    ticket = await unit.get(Ticket, parcel.ticket_id or 0)
    if ticket and ticket.status is Status.CLOSED:
        await outbox.topic(desk, unit, ticket)
    return True


async def dropped(unit: Unit, parcel: Parcel, message: Outgoing, receipt: Receipt) -> None:
    """The topic was deleted as it should; a group without topics deletes nothing."""
    thread = await unit.first(Thread, ticket_id=parcel.ticket_id, channel="group")
    if thread and receipt.thread and (message.thread_place, message.thread) == (thread.place, thread.external_id):
        await unit.save(replace(thread, external_id="", card_id="", title="", closed=False, replayed=False))


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
