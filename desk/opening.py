"""A new ticket: routed, registered, shown to the engineers, confirmed to the client."""

import json
from dataclasses import replace
from datetime import timedelta

from desk import clients, conversation, keys, outbox, putting_back, wording
from desk.desk import Desk
from desk.facts import Facts
from desk.incoming import Incoming, Sort
from desk.language import guess_language
from desk.moments import in_words
from desk.parcels import Action, Button, Parcel, Purpose
from desk.people import Audit, Client, Door
from desk.ports import Unit
from desk.tickets import File, Kind, Message, Ticket, TicketId, Trace

RECEIPTS_AN_HOUR = 5
"""Per sender: a machine that answers our receipts must not make us answer it for ever."""

MIRRORED = 3500
"""Characters of one mail's quoted rest that the topic shows; the whole of it is kept."""


async def open_ticket(
    desk: Desk,
    unit: Unit,
    door: Door,
    client: Client,
    incoming: Incoming,
    *,
    known: bool,
    related: TicketId | None = None,
    receipt: bool = True,
) -> Ticket:
    """Register a request: line by rules, topic and card, receipt."""
    facts = facts_of(desk, door, incoming, known=known)
    ticket = await register(desk, unit, door, client, facts, subject=wording.subject(desk, incoming), related=related)
    human = incoming.sort is Sort.HUMAN
    message = await conversation.add_message(unit, ticket, door, incoming, kind=Kind.WORDS)
    await mirror(desk, unit, ticket, door, client, message, incoming)
    if receipt and human and await _may_confirm(desk, unit, door):
        await confirm(desk, unit, ticket, door, client, reply_to=incoming.external_id)
    return ticket


async def register(
    desk: Desk, unit: Unit, door: Door, client: Client, facts: Facts, *, subject: str, related: TicketId | None = None
) -> Ticket:
    """Add the ticket with the rules' verdict."""
    now = desk.now()
    verdict = desk.router.decide(facts)
    ticket = await unit.add(
        Ticket(
            client_id=client.id,
            opened_door_id=door.id,
            door_id=door.id,
            line=verdict.line,
            subject=subject,
            language=facts.language,
            verdict=verdict.as_dict(),
            related_id=related,
            created_at=now,
            active_at=now,
            client_wrote_at=now,
        )
    )
    data = {"line": verdict.line, "rule": verdict.rule, "door": door.id}
    await unit.add(Audit(at=now, who="desk", what="ticket opened", ticket_id=ticket.id, client_id=client.id, data=data))
    return ticket


def facts_of(desk: Desk, door: Door, incoming: Incoming, *, known: bool) -> Facts:
    """What the rules may know about a message."""
    sender = (door.address, *((f"@{door.username}",) if door.username else ()))
    return Facts(
        channel=door.channel,
        mailbox=incoming.place if door.channel == "mail" else "",
        sender=sender,
        subject=incoming.subject,
        text=incoming.text,
        has_attachment=bool(incoming.files),
        working_hours=desk.calendar.is_working(desk.now()),
        known_client=known,
        language=guess_language(f"{incoming.subject}\n{incoming.text}"),
    )


async def mirror(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    door: Door,
    client: Client,
    message: Message,
    incoming: Incoming,
    *,
    stranger: bool = False,
) -> None:
    """Show the client's words and files in the ticket's topic."""
    files = await unit.find(File, message_id=message.id)
    text = incoming.text
    if door.channel == "mail" and incoming.subject and incoming.subject not in ticket.subject:
        text = f"{desk.say('group.subject', subject=incoming.subject)}\n\n{text}"
    for file in files:
        if not file.key:
            text = f"{text}\n{desk.say('group.file_too_large', name=file.name, size=wording.size(file.size))}".strip()
    quote = incoming.rest[:MIRRORED]
    if message.kind is Kind.MACHINE:
        text, quote = desk.say("group.machine"), f"{incoming.text}\n{incoming.rest}"[:MIRRORED]
    author = incoming.sender.name or client.name
    if stranger:
        author = desk.say("group.stranger", name=author, address=incoming.sender.address)
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        text,
        purpose=Purpose.MIRROR,
        message_id=message.id,
        title=f"{author} · {desk.say(f'group.door_{door.channel}')}",
        quote=quote,
        files=[file for file in files if file.key],
    )
    too_large = [file for file in files if not file.key]
    if too_large and door.channel == "telegram":
        box = desk.settings.mailbox[0].address if desk.settings.mailbox else ""
        key = "client.file_too_large" if box else "client.file_too_large_no_mail"
        said = clients.say(desk, client, key, name=too_large[0].name, address=box)
        await outbox.to_door(desk, unit, door, Purpose.NOTICE, said, ticket=ticket, reply_to=incoming.external_id)


async def _may_confirm(desk: Desk, unit: Unit, door: Door) -> bool:
    if any(box.address.casefold() == door.address for box in desk.settings.mailbox):
        return False
    if door.channel != "mail":
        return True
    since = desk.now() - timedelta(hours=1)
    sent = await unit.count(
        Parcel, channel=door.channel, place=door.address, purpose=Purpose.RECEIPT, created_at__gt=since
    )
    return sent < RECEIPTS_AN_HOUR


async def confirm(desk: Desk, unit: Unit, ticket: Ticket, door: Door, client: Client, *, reply_to: str = "") -> None:
    """The receipt: the number, when to expect an answer, how to add to it."""
    language = clients.language(desk, client, ticket)
    when = expectation(desk, language)
    text = desk.say(f"client.receipt_{door.channel}", language, number=desk.number(ticket.id), when=when)
    footer = ""
    if door.channel == "mail":
        link = await keys.telegram_link(desk, unit, client, door)
        footer = desk.say("client.receipt_link", language, link=link) if link else ""
    await outbox.to_door(desk, unit, door, Purpose.RECEIPT, text, ticket=ticket, footer=footer, reply_to=reply_to)


def expectation(desk: Desk, language: str) -> str:
    """When work on it begins. No hour of an answer is promised: that needs a plan."""
    now = desk.now()
    if desk.calendar.is_working(now):
        return desk.say("client.now_open", language)
    try:
        start = desk.calendar.next_start(now)
    except LookupError:  # a calendar without any working time says nothing about when
        return desk.say("client.now_closed_long", language)
    words = in_words(language, start, now=now, timezone=desk.settings.desk.timezone)
    return desk.say("client.now_closed", language, start=words)


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
) -> None:
    """Tell the client where a message went, with a button for «that was another question»."""
    language = clients.language(desk, client, ticket)
    key = "client.went_to_reopened" if reopened else "client.went_to"
    text = desk.say(key, language, number=desk.number(ticket.id), subject=ticket.subject)
    button = Button(
        label=desk.say("client.button_other", language), action=Action.OTHER, ticket=ticket.id, arg=str(message.id)
    )
    await unit.remember(f"before:{message.id}", _snapshot(before))
    await outbox.to_door(
        desk, unit, door, Purpose.NOTICE, text, ticket=ticket, buttons=[[button]], reply_to=message.external_id
    )


def _snapshot(ticket: Ticket) -> str:
    """What a ticket was before a message reached it, in case the message belonged elsewhere."""
    names = ("closed_at", "clock_from", "solved_at", "snoozed_until")
    times = {name: at.isoformat() if (at := getattr(ticket, name)) else "" for name in names}
    counts = {"reminded": ticket.reminded, "kept": ticket.kept}
    closing = ticket.closing.value if ticket.closing else ""
    return json.dumps({"status": ticket.status.value, "closing": closing, **times, **counts})


async def move_to_new(desk: Desk, unit: Unit, ticket: Ticket, message: Message, client: Client) -> Ticket:
    """The client says that a message was another question: it opens a ticket of its own, the old one is as before."""
    door = await unit.get(Door, message.door_id or 0)
    if door is None:
        raise LookupError(f"message {message.id} has no door")
    files = await unit.find(File, message_id=message.id)
    facts = Facts(
        channel=door.channel,
        sender=(door.address,),
        text=message.text,
        has_attachment=bool(files),
        working_hours=desk.calendar.is_working(desk.now()),
        known_client=True,
        language=guess_language(message.text),
    )
    sort = files[0].sort if files else ""
    subject = wording.subject_of(desk, message.text, sort)
    fresh = await register(desk, unit, door, client, facts, subject=subject, related=ticket.id)
    moved = await unit.save(replace(message, ticket_id=fresh.id))
    await unit.change(Trace, {"ticket_id": fresh.id}, message_id=message.id, channel=door.channel)
    await outbox.to_topic(
        desk,
        unit,
        fresh,
        message.text,
        purpose=Purpose.MIRROR,
        message_id=moved.id,
        title=f"{message.author} · {desk.say(f'group.door_{door.channel}')}",
        files=[file for file in files if file.key],
    )
    await outbox.to_topic(desk, unit, ticket, desk.say("group.moved_away", number=desk.number(fresh.id)))
    await putting_back.restore(desk, unit, ticket, message)
    await confirm(desk, unit, fresh, door, client, reply_to=message.external_id)
    return fresh
