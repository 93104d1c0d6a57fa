"""Which ticket a client's message belongs to.

Rule: a ticket is only ever continued by its own client; anybody else in its thread is a stranger.
"""

from dataclasses import dataclass
from enum import StrEnum

from desk.calendar import WorkingTime
from desk.desk import Desk
from desk.incoming import Incoming
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Status, Ticket, TicketId, Trace

IDS_LOOKED_AT = 50
"""A thread's newest ids; a hostile References header may carry thousands."""

_ALIVE = (Status.NEW, Status.OPEN, Status.WAITING, Status.SOLVED)


class How(StrEnum):
    NEW = "new"
    REPLY = "reply"
    ACTIVE = "active"
    REOPEN = "reopen"
    THREAD = "thread"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The ticket to go on in, or None for a new one; `several`: the client may have meant another one."""

    how: How
    ticket: Ticket | None = None
    several: bool = False
    related: TicketId | None = None


async def choose(
    desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming, *, fresh: bool = False
) -> Choice:
    """Decide by thread for mail; for Telegram by reply, then the open ticket, then the one just closed."""
    if door.channel == "mail":
        return await _by_thread(desk, unit, client, incoming)
    asked = await _asked_for_new(unit, door)
    if fresh or asked:
        return Choice(how=How.NEW)
    return await _in_chat(desk, unit, client, incoming)


async def _asked_for_new(unit: Unit, door: Door) -> bool:
    """`/new` alone makes the next message a new ticket; it is spent by that message."""
    key = new_key(door.address)
    wanted = await unit.recall(key)
    if wanted:
        await unit.remember(key, "")
    return bool(wanted)


def new_key(chat: str) -> str:
    return f"new:telegram:{chat}"


async def door_of_chat(unit: Unit, chat: str) -> Door | None:
    """The door behind a private chat."""
    return await unit.first(Door, channel="telegram", address=chat)


async def _in_chat(desk: Desk, unit: Unit, client: Client, incoming: Incoming) -> Choice:
    alive = await unit.find(Ticket, client_id=client.id, status__in=_ALIVE, order="-active_at")
    replied = await _replied_to(unit, client, incoming)
    if replied and replied.status is not Status.CLOSED:
        return Choice(how=How.REPLY, ticket=replied)
    if replied:
        return _again(desk, replied)
    if alive:
        return Choice(how=How.ACTIVE, ticket=alive[0], several=len(alive) > 1)
    closed = await unit.first(Ticket, client_id=client.id, status=Status.CLOSED, order="-closed_at")
    if closed and in_time(desk, closed):
        return Choice(how=How.REOPEN, ticket=closed)
    return Choice(how=How.NEW)


async def _replied_to(unit: Unit, client: Client, incoming: Incoming) -> Ticket | None:
    if not incoming.reply_to:
        return None
    trace = await unit.first(Trace, channel="telegram", place=incoming.place, external_id=incoming.reply_to)
    ticket = await unit.get(Ticket, trace.ticket_id) if trace and trace.ticket_id else None
    return ticket if ticket and ticket.client_id == client.id else None


async def _by_thread(desk: Desk, unit: Unit, client: Client, incoming: Incoming) -> Choice:
    """An answer by mail continues by thread, never by subject (a number can be guessed)."""
    ids = [one for one in (incoming.reply_to, *reversed(incoming.references)) if one][:IDS_LOOKED_AT]
    stranger: Ticket | None = None
    for external_id in dict.fromkeys(ids):
        for trace in await unit.find(Trace, channel="mail", external_id=external_id):
            ticket = await unit.get(Ticket, trace.ticket_id) if trace.ticket_id else None
            if ticket and ticket.client_id == client.id:
                return (
                    Choice(how=How.THREAD, ticket=ticket)
                    if ticket.status is not Status.CLOSED
                    else _again(desk, ticket)
                )
            stranger = stranger or ticket
    for tag in incoming.tags:  # signed by us: some programs answer to the address and drop the thread
        number = tag.removeprefix(_letters(desk.settings.desk.prefix))
        ticket = await unit.get(Ticket, int(number)) if number.isdecimal() else None
        if ticket and ticket.client_id == client.id:
            return Choice(how=How.THREAD, ticket=ticket) if ticket.status is not Status.CLOSED else _again(desk, ticket)
        stranger = stranger or ticket
    if stranger and stranger.status is not Status.CLOSED:
        return Choice(how=How.STRANGER, ticket=stranger)
    return Choice(how=How.NEW, related=stranger.id if stranger else None)


def _letters(prefix: str) -> str:
    """A prefix as it stands in a plus tag."""
    return "".join(letter for letter in prefix.lower() if letter.isascii() and letter.isalnum())


def _again(desk: Desk, ticket: Ticket) -> Choice:
    """A closed ticket goes on for a while; after that a new one refers to it."""
    if in_time(desk, ticket):
        return Choice(how=How.REOPEN, ticket=ticket)
    return Choice(how=How.NEW, related=ticket.id)


def in_time(desk: Desk, ticket: Ticket) -> bool:
    """Whether a closed ticket may still be reopened by its client."""
    calendar: WorkingTime = desk.calendar
    return ticket.closed_at is not None and desk.now() <= calendar.add(
        ticket.closed_at, desk.settings.reminders.reopen_within
    )
