"""A client's own topic for each ticket in their chat with the bot, where the bot has topics there.

Rule: a topic shows one ticket and belongs to one chat; a ticket without one is told in the flat chat, where replies and
the switcher say which is meant. Topics are switched on and off, refused and deleted while tickets go on.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from desk.desk import Desk
from desk.errors import DeliveryRefused, ThreadGone
from desk.incoming import Incoming
from desk.merged import follow
from desk.parcels import Act, Outgoing, Parcel, Purpose
from desk.people import ClientId, Door
from desk.ports import Channel, Unit
from desk.tickets import Status, Thread, Ticket

CHANNEL = "telegram"
SWITCHED_ON = "telegram.topics"
"""The fact that the bot has topics in private chats (Bot API, User.has_topics_enabled)."""

MAIN = "0"
"""As a message's thread: the chat's main view, whatever ticket it is about."""

ASK_AGAIN = timedelta(hours=1)
"""After a chat refused a topic, it is told flat for so long."""

NAME = 100
CLOSED, GOES_ON = "✅", "🗣"
"""Icons of a topic: in a private chat it cannot be closed (Bot API, closeForumTopic)."""

GROUP = "-"
"""What the ids of groups begin with in Telegram."""


async def switched_on(unit: Unit) -> bool:
    return bool(await unit.recall(SWITCHED_ON))


async def seen(unit: Unit, incoming: Incoming) -> None:
    """A message from a topic proves that there are some, whatever was known at the start."""
    if incoming.thread and not incoming.group and not await switched_on(unit):
        await unit.remember(SWITCHED_ON, "1")
        await unit.remember(_flat(incoming.place), "")


async def ticket_in(unit: Unit, incoming: Incoming, client_id: ClientId) -> Ticket | None:
    """The client's ticket whose topic a message was written in; None for a topic that shows none of theirs."""
    if not incoming.thread:
        return None
    thread = await unit.first(Thread, channel=CHANNEL, place=incoming.place, external_id=incoming.thread)
    former = "" if thread else await unit.recall(_former(incoming.place, incoming.thread))
    ticket = await unit.get(Ticket, thread.ticket_id if thread else int(former or 0))
    ticket = await follow(unit, ticket) if ticket else None
    return ticket if ticket and ticket.client_id == client_id else None


async def bind(unit: Unit, ticket: Ticket, incoming: Incoming) -> None:
    """A topic that the client opened becomes that of the ticket which its first message made."""
    if not incoming.thread or incoming.channel != CHANNEL or incoming.group:
        return
    where = {"channel": CHANNEL, "place": incoming.place, "external_id": incoming.thread}
    taken = await unit.first(Thread, **where) or await unit.recall(_former(incoming.place, incoming.thread))
    if not taken and await unit.first(Thread, ticket_id=ticket.id, channel=CHANNEL) is None:
        made = Thread(ticket_id=ticket.id, channel=CHANNEL, place=incoming.place, external_id=incoming.thread)
        await unit.add(made)


async def prepare(desk: Desk, channel: Channel, parcel: Parcel, message: Outgoing) -> Outgoing | None:
    """The message with its topic filled in, made if needed; None: nothing is to be sent."""
    whole = message.act is Act.TOPIC
    if message.act not in (Act.SAY, Act.TOPIC) or not parcel.ticket_id or message.thread:
        return message
    if parcel.place.startswith(GROUP):
        return message
    async with desk.view() as view:
        on = await switched_on(view) and not await _refused(view, parcel.place, desk.now())
        ticket = await view.get(Ticket, parcel.ticket_id) if on else None
        thread = await view.first(Thread, ticket_id=parcel.ticket_id, channel=CHANNEL) if ticket else None
        if ticket and whole and not await _theirs(view, ticket, parcel.place):
            ticket = None  # unlinked since: what becomes of it is no business of that chat any more
    if ticket is None:
        return None if whole else message
    if thread is None or thread.place != parcel.place or not thread.external_id:
        thread = None if whole else await _open(desk, channel, ticket, parcel, thread)
        if thread is None:
            return None if whole else message
    order = _order(desk, ticket, thread)
    if whole:
        return replace(order, id=parcel.id) if order else None
    if order:
        await _bring_in_line(desk, channel, thread, replace(order, id=parcel.id))
    named = message.title == f"{desk.number(ticket.id)} · {ticket.subject}"  # the topic says it
    title = "" if named else message.title
    return replace(message, title=title, thread=thread.external_id, thread_place=thread.place)


def name(desk: Desk, ticket: Ticket) -> str:
    """«SD-7 · Не печатает»."""
    return f"{desk.number(ticket.id)} · {ticket.subject}"[:NAME].rstrip()


def _order(desk: Desk, ticket: Ticket, thread: Thread) -> Outgoing | None:
    """What is to be changed about the topic; None when it is as it should be."""
    wanted, closed = name(desk, ticket), ticket.status is Status.CLOSED
    if (wanted, closed) == (thread.title, thread.closed):
        return None
    return Outgoing(
        channel=CHANNEL,
        place=thread.place,
        purpose=Purpose.TOPIC,
        act=Act.TOPIC,
        ticket=ticket.id,
        title="" if wanted == thread.title else wanted,
        closed=closed,
        emoji="" if closed == thread.closed else CLOSED if closed else GOES_ON,
        thread=thread.external_id,
        thread_place=thread.place,
    )


async def _open(desk: Desk, channel: Channel, ticket: Ticket, parcel: Parcel, old: Thread | None) -> Thread | None:
    """A new topic; None where the chat takes none."""
    order = Outgoing(
        id=parcel.id,
        channel=CHANNEL,
        place=parcel.place,
        purpose=Purpose.TOPIC,
        act=Act.OPEN,
        ticket=ticket.id,
        title=name(desk, ticket),
        number=desk.number(ticket.id),
    )
    try:
        receipt = await channel.deliver(order)
    except DeliveryRefused as refused:
        if type(refused) is not DeliveryRefused:  # the person cannot be reached at all
            raise
        receipt = None
    async with desk.store.unit() as unit:
        made = None
        if receipt is None or not receipt.thread:
            await unit.remember(_flat(parcel.place), (desk.now() + ASK_AGAIN).isoformat())
        else:
            made = Thread(
                ticket_id=ticket.id,
                channel=CHANNEL,
                place=parcel.place,
                external_id=receipt.thread,
                title=order.title,
            )
            if old and old.external_id:  # the client goes on in another chat: the former topic still means this ticket
                await unit.remember(_former(old.place, old.external_id), str(ticket.id))
            made = await unit.save(replace(made, id=old.id)) if old else await unit.add(made)
        await unit.commit()
    return made


async def _bring_in_line(desk: Desk, channel: Channel, thread: Thread, order: Outgoing) -> None:
    """Name and look before the words; a topic that is gone, or will not be renamed, is the words' own affair."""
    try:
        await channel.deliver(order)
    except ThreadGone as gone:
        raise ThreadGone(str(gone), place=thread.place, thread=thread.external_id) from gone
    except DeliveryRefused as refused:
        if type(refused) is not DeliveryRefused:
            raise
    async with desk.store.unit() as unit:
        current = await unit.get(Thread, thread.id)
        if current:
            await unit.save(replace(current, title=order.title or thread.title, closed=order.closed))
        await unit.commit()


async def forget(unit: Unit, parcel: Parcel, gone: ThreadGone) -> bool:
    """The client deleted the topic: the next word makes it anew. False: there was none."""
    thread = await unit.first(Thread, ticket_id=parcel.ticket_id, channel=CHANNEL) if parcel.ticket_id else None
    if thread is None:
        return False
    if (gone.place, gone.thread) == (thread.place, thread.external_id):
        # Where topics were only switched off it is still there, and what is written in it means this ticket.
        await unit.remember(_former(thread.place, thread.external_id), str(thread.ticket_id))
        await unit.save(replace(thread, external_id="", title="", closed=False))
    return True


async def _theirs(unit: Unit, ticket: Ticket, place: str) -> bool:
    door = await unit.first(Door, channel=CHANNEL, address=place)
    return door is not None and door.client_id == ticket.client_id


async def _refused(unit: Unit, place: str, now: datetime) -> bool:
    until = await unit.recall(_flat(place))
    return bool(until) and now < datetime.fromisoformat(until)


def _flat(place: str) -> str:
    return f"flat:telegram:{place}"


def _former(place: str, topic: str) -> str:
    return f"topic:telegram:{place}:{topic}"
