"""Which ticket a client's message belongs to.

Rule: a ticket is only ever continued by its own client and by those who take part in it; anybody else in its thread is
a stranger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk import client_topics, marks, participants, progress, subscribing, switching
from desk.desk import Desk
from desk.durations import Span
from desk.group_doors import goes_on as goes_on_in_group
from desk.incoming import Incoming
from desk.marks import Mark
from desk.merged import follow
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import TAKES_PART, Role, Standing, Status, Ticket, TicketId, Trace

_ALIVE = tuple(status for status in Status if status is not Status.CLOSED)


class How(StrEnum):
    NEW = "new"
    REPLY = "reply"
    CHOSEN = "chosen"
    ACTIVE = "active"
    REOPEN = "reopen"
    THREAD = "thread"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The ticket to go on in, or None for a new one; `several`: the client may have meant another one.

    `main`: it was said in the main view of a chat that has a topic for each ticket.

    `related`: a ticket that a new one may have to do with, whosever it is: for engineers only.
    """

    how: How
    ticket: Ticket | None = None
    several: bool = False
    main: bool = False
    related: TicketId | None = None


async def choose(  # noqa: PLR0917 - the message and its sender
    desk: Desk,
    unit: Unit,
    door: Door,
    client: Client,
    incoming: Incoming,
    named: Sequence[Mark] = (),
    *,
    fresh: bool = False,
) -> Choice:
    """Decide for mail by what it names; for Telegram by reply, then the open ticket, then the one just closed."""
    if door.channel == "mail":
        return await _by_marks(desk, unit, door, client, incoming, named)
    asked = await _asked_for_new(unit, door)
    if (fresh or asked) and not incoming.flood:
        await switching.forget(unit, door.address)
        return Choice(how=How.NEW)
    if incoming.group:
        return await _in_group(desk, unit, client, incoming)
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


async def _in_group(desk: Desk, unit: Unit, client: Client, incoming: Incoming) -> Choice:
    """Many speak there of many things: only a reply goes on, or who spoke a moment ago."""
    replied = await _replied_to(unit, client, incoming)
    if replied:
        return _go_on(desk, replied, How.REPLY)
    lately = await goes_on_in_group(unit, client, incoming)
    return Choice(how=How.ACTIVE, ticket=lately) if lately else Choice(how=How.NEW)


async def _in_chat(desk: Desk, unit: Unit, client: Client, incoming: Incoming) -> Choice:
    alive = await unit.find(Ticket, client_id=client.id, status__in=_ALIVE, order="-active_at")
    replied = await _replied_to(unit, client, incoming)
    if replied:
        return _go_on(desk, replied, How.REPLY)
    if await subscribing.answers_news(unit, incoming.place, incoming.reply_to):
        return Choice(how=How.NEW)
    if incoming.thread:
        await client_topics.seen(unit, incoming)
        there = await client_topics.ticket_in(unit, incoming, client.id)
        there = await follow(unit, there) if there else None
        if there or not incoming.flood:
            return _go_on(desk, there, How.THREAD) if there else Choice(how=How.NEW)
    main = bool(alive) and await client_topics.switched_on(unit)
    chosen = await switching.chosen(desk, unit, incoming, client.id)
    since = chosen[1] if chosen else None
    asked = await _asked_last(unit, alive, incoming, since=since) if len(alive) > 1 else None
    if chosen and not asked:
        return _go_on(desk, chosen[0], How.CHOSEN)
    if asked:
        return Choice(how=How.ACTIVE, ticket=asked, main=main)
    if alive:
        return Choice(how=How.ACTIVE, ticket=alive[0], several=len(alive) > 1, main=main)
    closed = await unit.first(Ticket, client_id=client.id, status=Status.CLOSED, order="-closed_at")
    closed = await follow(unit, closed) if closed else None
    return _go_on(desk, closed, How.REOPEN) if closed else Choice(how=How.NEW)


async def _asked_last(
    unit: Unit, alive: Sequence[Ticket], incoming: Incoming, *, since: datetime | None = None
) -> Ticket | None:
    """The ticket with an open question that spoke last in this chat, whatever went on in others by mail meanwhile.

    `since`: only what came later counts, for the client has chosen another one then.

    Who answers a question does not think of another ticket; and the answer may be a secret, covered in its own alone.
    """
    theirs = [one.id for one in alive]
    last = await unit.first(
        Trace, channel="telegram", place=incoming.place, role=Role.OURS, ticket_id__in=theirs, order="-id"
    )
    if last and since and last.at <= since:
        return None
    ticket = next((one for one in alive if last and one.id == last.ticket_id), None)
    series = await progress.load(unit, ticket) if ticket else None
    return ticket if series and series.name and await progress.came_after(unit, series.parcel, incoming) else None


async def _replied_to(unit: Unit, client: Client, incoming: Incoming) -> Ticket | None:
    if not incoming.reply_to:
        return None
    trace = await unit.first(Trace, channel="telegram", place=incoming.place, external_id=incoming.reply_to)
    ticket = await unit.get(Ticket, trace.ticket_id) if trace and trace.ticket_id else None
    ticket = await follow(unit, ticket) if ticket else None
    return ticket if ticket and ticket.client_id == client.id else None


async def _by_marks(  # noqa: PLR0917 - the message and its sender
    desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming, named: Sequence[Mark]
) -> Choice:
    """By tag and thread; by a number in the subject only for who takes part anyway, as a number can be guessed."""
    for mark in named:
        if await _takes_part(unit, mark.ticket, door, client):
            return _go_on(desk, mark.ticket, How.THREAD)
    numbered = await marks.by_number(desk, unit, incoming.subject)
    for ticket in numbered:
        if await _takes_part(unit, ticket, door, client, surely=True):
            return _go_on(desk, ticket, How.THREAD)
    others = [*(mark.ticket for mark in named), *numbered]
    if named and named[0].ticket.status is not Status.CLOSED:
        return Choice(how=How.STRANGER, ticket=named[0].ticket)
    return Choice(how=How.NEW, related=others[0].id if others else None)


async def _takes_part(unit: Unit, ticket: Ticket, door: Door, client: Client, *, surely: bool = False) -> bool:
    """Whether a mail through this door is a word in the ticket.

    A mail that nothing proves counts for an address that an engineer let in knowing that, unless it must be `surely`.
    """
    if ticket.client_id == client.id:
        return True
    person = await participants.of(unit, ticket, door.address)
    if person is None or person.standing not in TAKES_PART:
        return False
    return not door.claimed or (person.standing is Standing.ADMITTED and not surely)


def _go_on(desk: Desk, ticket: Ticket, how: How) -> Choice:
    """A closed ticket goes on for a while; after that a new one refers to it."""
    if ticket.status is not Status.CLOSED:
        return Choice(how=how, ticket=ticket)
    if goes_on(desk, ticket):
        return Choice(how=How.REOPEN, ticket=ticket)
    return Choice(how=How.NEW, related=ticket.id)


def goes_on(desk: Desk, ticket: Ticket) -> bool:
    """Whether a word in the ticket continues it: it is open, or closed so lately that it opens again."""
    if ticket.status is not Status.CLOSED:
        return True
    return ticket.closed_at is not None and desk.now() <= desk.calendar.add(
        ticket.closed_at, reopen_within(desk, ticket.line)
    )


def reopen_within(desk: Desk, line: str) -> Span:
    """How long after closing a ticket of that line opens again: the line's own time, or else everybody's."""
    own = next((one.reopen_within for one in desk.settings.line if one.name == line), None)
    return desk.settings.reminders.reopen_within if own is None else own
