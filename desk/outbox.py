"""Putting messages into the outbox, in the same transaction as the fact that they speak of.

A little longer than most modules: every way out begins on this page.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import keys, letters, mirroring, quiet_hours
from desk.desk import Desk
from desk.group_doors import is_group, last_word
from desk.parcels import Act, Button, Enclosure, Outgoing, Parcel, ParcelState, Purpose, Urgency
from desk.people import Door
from desk.ports import Unit
from desk.tickets import File, MessageId, Priority, Thread, Ticket, TicketId
from desk.wire import pack

CARD_REST = timedelta(seconds=3)
"""Card edits are gathered for so long: they share the group's 20 messages a minute."""

_URGENCY = {
    Purpose.MIRROR: Urgency.MIRROR,
    Purpose.EVENT: Urgency.EVENT,
    Purpose.REMINDER: Urgency.REMINDER,
    Purpose.CARD: Urgency.CARD,
    Purpose.TOPIC: Urgency.CARD,
    Purpose.NEWS: Urgency.DIGEST,
}

_BY_PRIORITY = {
    Priority.CRITICAL: {Urgency.MIRROR: Urgency.BURNING, Urgency.EVENT: Urgency.BURNING_EVENT},
    Priority.HIGH: {Urgency.MIRROR: Urgency.HIGH, Urgency.EVENT: Urgency.HIGH_EVENT},
    Priority.LOW: {Urgency.MIRROR: Urgency.LOW, Urgency.EVENT: Urgency.LOW_EVENT},
}

_ALWAYS_SENT = frozenset({Purpose.LEAVE})


def kept_back(desk: Desk, channel: str, purpose: Purpose) -> bool:
    """Whether shadow mode keeps it from leaving."""
    return desk.settings.desk.quiet and channel != "group" and purpose not in _ALWAYS_SENT


async def send(
    desk: Desk,
    unit: Unit,
    message: Outgoing,
    *,
    lane: str,
    message_id: MessageId | None = None,
    delay: timedelta = timedelta(0),
    coalesce: str = "",
    urgency: Urgency | None = None,
) -> Parcel:
    """Queue one message. With `coalesce`, a queued parcel of that key takes the new content and keeps its time."""
    now = desk.now()
    message = await mirroring.as_may_be(desk, unit, message)
    if message.channel == "mail" and not message.dated:
        message = replace(message, dated=now.isoformat())
    if coalesce and (waiting := await unit.first(Parcel, state=ParcelState.QUEUED, coalesce=coalesce)):
        return await unit.save(replace(waiting, body=pack(message)))
    quiet = kept_back(desk, message.channel, message.purpose)
    return await unit.add(
        Parcel(
            channel=message.channel,
            place=message.place,
            lane=lane,
            purpose=message.purpose,
            urgency=_URGENCY.get(message.purpose, Urgency.ANSWER) if urgency is None else urgency,
            ticket_id=message.ticket,
            message_id=message_id,
            body=pack(message),
            state=ParcelState.QUIET if quiet else ParcelState.QUEUED,
            not_before=now + delay,
            created_at=now,
            coalesce=coalesce,
        )
    )


def _in_topic(ticket: Ticket, purpose: Purpose) -> Urgency:
    """When a flood is shown in its topics: by priority, and among those clients' words before what else happens."""
    usual = _URGENCY.get(purpose, Urgency.ANSWER)
    return _BY_PRIORITY.get(ticket.priority, {}).get(usual, usual)


async def hurry(unit: Unit, ticket: Ticket, urgency: Urgency) -> None:
    """What waits to be shown of a ticket goes sooner."""
    waiting = {"ticket_id": ticket.id, "channel": "group", "state": ParcelState.QUEUED, "urgency__gt": urgency}
    await unit.change(Parcel, {"urgency": urgency}, **waiting)


async def to_door(
    desk: Desk,
    unit: Unit,
    door: Door,
    purpose: Purpose,
    text: str,
    *,
    ticket: Ticket | None = None,
    message_id: MessageId | None = None,
    title: str = "",
    quote: str = "",
    code: str = "",
    footer: str = "",
    subject: str = "",
    buttons: Sequence[Sequence[Button]] = (),
    files: Sequence[File | Enclosure] = (),
    copies: Sequence[str] = (),
    notes: Sequence[str] = (),
    reply_to: str = "",
    picked: str = "",
    native: str = "",
    thread: str = "",
    delay: timedelta = timedelta(0),
    silent: bool = False,
) -> Parcel:
    """A message to a client through one door. In mail it goes on in the ticket's thread.

    `thread`: a topic of a chat, where it is not the ticket's own.

    `copies`: addresses that a mail names in Cc; their copies go in parcels of their own (desk.copies).
    """
    if ticket and not reply_to and is_group(door.channel, door.address):
        reply_to = await last_word(unit, ticket, door.address)  # among many people it must be plain what is answered
    message = Outgoing(
        channel=door.channel,
        place=door.address,
        purpose=purpose,
        ticket=ticket.id if ticket else None,
        number=desk.number(ticket.id) if ticket else "",
        title=title,
        text=text,
        quote=quote,
        code=code,
        footer=footer,
        buttons=tuple(tuple(row) for row in buttons),
        files=tuple(enclosure(file) for file in files),
        reply_to=reply_to,
        thread=thread,
        picked=picked,
        native=native,
        silent=silent,
    )
    if door.channel == "mail":
        message = replace(message, subject=subject, copies=tuple(copies), notes=tuple(notes))
        message = await letters.as_mail(desk, unit, ticket, message, mailbox=door.place, name=door.name)
    return await send(desk, unit, message, lane=f"{door.channel}:{door.address}", message_id=message_id, delay=delay)


def enclosure(file: File | Enclosure) -> Enclosure:
    if isinstance(file, Enclosure):
        return file
    return Enclosure(
        sort=file.sort, name=file.name, mime=file.mime, size=file.size, key=file.key, remote_id=file.remote_id
    )


async def to_topic(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    text: str,
    *,
    purpose: Purpose = Purpose.EVENT,
    message_id: MessageId | None = None,
    title: str = "",
    quote: str = "",
    buttons: Sequence[Sequence[Button]] = (),
    files: Sequence[File] = (),
    reply_to: str = "",
    picked: str = "",
    native: str = "",
    mention: str = "",
    footer: str = "",
    silent: bool | None = None,
) -> Parcel:
    """A message into a ticket's topic; without sound outside working hours unless `silent` says otherwise."""
    message = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=purpose,
        ticket=ticket.id,
        number=desk.number(ticket.id),
        title=title,
        text=keys.disarmed(text),
        quote=keys.disarmed(quote),
        buttons=tuple(tuple(row) for row in buttons),
        files=tuple(enclosure(file) for file in files),
        reply_to=reply_to,
        picked=picked,
        native=native,
        mention=mention,
        footer=footer,
        silent=quiet_hours.keeps_silent(desk, ticket) if silent is None else silent,
    )
    urgency = _in_topic(ticket, purpose)
    return await send(desk, unit, message, lane=f"group:{ticket.id}", message_id=message_id, urgency=urgency)


async def to_general(
    desk: Desk,
    unit: Unit,
    text: str,
    *,
    purpose: Purpose = Purpose.ALARM,
    title: str = "",
    buttons: Sequence[Sequence[Button]] = (),
    reply_to: str = "",
    mention: str = "",
    thread: str = "",
    line: str = "",
    at: str = "",
    files: Sequence[Enclosure] = (),
    silent: bool | None = None,
    coalesce: str = "",
) -> Parcel:
    """A message into the main group's General topic, or into a `thread` that is no ticket's.

    `line`: into the group of that line, where it has one of its own. `at`: into that very group, by its chat id, as
    an answer to what was said there. Without sound outside working hours unless it answers somebody, or `silent` says
    otherwise.
    """
    message = Outgoing(
        channel="group",
        place=line,
        purpose=purpose,
        thread=thread,
        thread_place=at,
        title=title,
        text=text,
        buttons=tuple(tuple(row) for row in buttons),
        reply_to=reply_to,
        mention=mention,
        files=tuple(files),
        silent=purpose is not Purpose.REPLY and quiet_hours.keeps_silent(desk) if silent is None else silent,
    )
    lane = f"group:general:{at or line}" if at or line else "group:general"
    return await send(desk, unit, message, lane=lane, coalesce=coalesce)


PARTS_REST = timedelta(seconds=30)
"""A card of an incident counts its open requests; of hundreds that end together it need not count each."""


async def card(desk: Desk, unit: Unit, ticket: Ticket, *, rest: timedelta = CARD_REST) -> None:
    """Bring the ticket's card up to date soon; what it says is read when it goes. `rest`: not before so long."""
    message = Outgoing(channel="group", place=ticket.line, purpose=Purpose.CARD, act=Act.CARD, ticket=ticket.id)
    key = f"card:{ticket.id}"
    await send(desk, unit, message, lane=f"group:{ticket.id}:card", delay=max(rest, CARD_REST), coalesce=key)
    incident = await unit.get(Ticket, ticket.parent_id) if ticket.parent_id else None
    if incident:
        await card(desk, unit, incident, rest=max(rest, PARTS_REST))


async def topic(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Bring the topic's name and its open or closed state in line with the ticket, after what was said before."""
    message = Outgoing(channel="group", place=ticket.line, purpose=Purpose.TOPIC, act=Act.TOPIC, ticket=ticket.id)
    await send(desk, unit, message, lane=f"group:{ticket.id}")
    if theirs := await unit.first(Thread, ticket_id=ticket.id, channel="telegram"):
        order = replace(message, channel="telegram", place=theirs.place)
        await send(desk, unit, order, lane=f"telegram:{theirs.place}")


async def react(  # noqa: PLR0917 - channel, place and target are one address
    desk: Desk,
    unit: Unit,
    channel: str,
    place: str,
    target: str,
    emoji: str,
    ticket_id: TicketId | None,
    *,
    words: str = "",
) -> None:
    """Put a reaction on a message; a newer one replaces an older one that has not gone yet.

    `words` say the same where reactions are switched off; without them the emoji's usual ones do.
    """
    if not target:
        return
    message = Outgoing(
        channel=channel,
        place=place,
        thread_place=place,
        purpose=Purpose.REACTION,
        act=Act.REACT,
        ticket=ticket_id,
        target=target,
        emoji=emoji,
        text=words,
    )
    key = f"react:{channel}:{place}:{target}"
    await send(desk, unit, message, lane=key, coalesce=key)
