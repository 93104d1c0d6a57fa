"""A new ticket: routed, registered, shown to the engineers, confirmed to the client.

A little longer than most modules: all that a first message sets going stands on one page.
"""

from collections.abc import Sequence

from desk import (
    clients,
    conduct,
    conversation,
    duty,
    info,
    keys,
    kinds_shown,
    loops,
    outbox,
    oversize,
    participants,
    plans,
    ready_made,
    receipts,
    routing,
    senders,
    series,
    wording,
)
from desk.checklists import fill as fill_checklists
from desk.desk import Desk
from desk.facts import Facts
from desk.incoming import Incoming, Sort
from desk.language import guess_language, of_app
from desk.organisations import Organisation
from desk.parcels import Button, Purpose
from desk.people import Audit, Client, Door
from desk.ports import Unit
from desk.tickets import File, Kind, Message, Priority, Ticket, TicketId

RELATED_TOLD = 5
"""New tickets that one ticket's topic is told of as possibly related."""

MIRRORED = 3500
"""Characters of one mail's quoted rest that the topic shows; the whole of it is kept."""

LISTED = 100
"""Files and recipients of one message that the rules are told of."""

HANDED_OUT = 20 * 1024 * 1024
"""Bytes that Telegram hands to a bot (Bot API, getFile)."""


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
    proven = senders.vouched(incoming)
    below = await participants.named_in_copy(desk, unit, ticket, incoming, by_client=True, proven=proven)
    footer, mention = await routing.called(desk, unit, ticket)
    suggested = await ready_made.under_first_words(desk, unit, ticket, incoming)
    await mirror(
        desk,
        unit,
        ticket,
        door,
        client,
        message,
        subject=incoming.subject,
        below=below,
        buttons=suggested,
        footer=footer,
        mention=mention,
    )
    if related:
        await _note_related(desk, unit, ticket, related)
    await routing.tell(desk, unit, ticket)
    await ask_for_files(desk, unit, ticket, door, client, message)
    await oversize.answer(desk, unit, ticket, door, client, incoming)
    await loops.be_silent(unit, ticket, incoming.sort)
    await info.after(desk, unit, ticket, client, incoming, message)
    if receipt and human and await receipts.allowed(desk, unit, door, claimed=incoming.claimed):
        alone, proven = not incoming.others, senders.vouched(incoming)
        to = incoming.external_id
        await receipts.confirm(desk, unit, ticket, door, client, reply_to=to, alone=alone, vouched=proven)
        await series.begin(desk, unit, ticket)
    return await conduct.heard(desk, unit, ticket, door, incoming)


async def register(
    desk: Desk, unit: Unit, door: Door, client: Client, facts: Facts, *, subject: str, related: TicketId | None = None
) -> Ticket:
    """Add the ticket with the rules' verdict."""
    now = desk.now()
    facts = await routing.all_facts(desk, unit, client, facts)
    verdict = desk.router.decide(facts)
    turn = await routing.assignee(desk, unit, verdict)
    taken_by = turn.person.name if turn.person else ""
    taken_id = await duty.id_of(unit, turn.person) if turn.person else ""
    company = await unit.get(Organisation, client.organisation_id) if client.organisation_id else None
    today = now.astimezone(desk.settings.desk.zone).date()
    ticket = await unit.add(
        Ticket(
            organisation_id=client.organisation_id,
            type=verdict.type,
            priority=verdict.priority or Priority.NORMAL,
            tags=list(verdict.tags),
            plan=verdict.plan or plans.usual(desk, company, verdict.line, today),
            plan_by="rule" if verdict.plan else "",
            client_id=client.id,
            opened_door_id=door.id,
            door_id=door.id,
            line=verdict.line,
            subject=keys.disarmed(subject),
            language=facts.language,
            verdict=routing.stored(verdict, facts) | ({routing.FULL: turn.full} if turn.full else {}),
            taken_by=taken_by,
            taken_id=taken_id,
            related_id=related,
            created_at=now,
            active_at=now,
            client_wrote_at=now,
        )
    )
    if ticket.type:
        await fill_checklists(desk, unit, ticket)
    data = {"line": verdict.line, "rule": verdict.rule, "door": door.id} | ({"taken": taken_by} if taken_by else {})
    await unit.add(Audit(at=now, who="desk", what="ticket opened", ticket_id=ticket.id, client_id=client.id, data=data))
    return ticket


def facts_of(desk: Desk, door: Door, incoming: Incoming, *, known: bool) -> Facts:
    """What the rules may know about a message."""
    mailbox = incoming.place if door.channel == "mail" else ""
    return facts(
        desk,
        door,
        "" if incoming.whole else incoming.text,  # our own note stands in place of a mail that was too large
        subject=incoming.subject,
        mailbox=mailbox,
        files=[file.name for file in incoming.files],
        recipients=[other.address for other in incoming.others],
        known=known,
        app_language=of_app(incoming.sender.app_language),
    )


def facts(
    desk: Desk,
    door: Door,
    text: str,
    *,
    files: Sequence[str],
    known: bool,
    subject: str = "",
    mailbox: str = "",
    recipients: Sequence[str] = (),
    app_language: str = "",
) -> Facts:
    """The same from its parts."""
    return Facts(
        channel=door.channel,
        mailbox=mailbox,
        sender=(door.address, *((f"@{door.username}",) if door.username else ())),
        subject=subject,
        text=text,
        has_attachment=bool(files),
        files=tuple(files[:LISTED]),
        recipients=tuple(recipients[:LISTED]),
        working_hours=desk.calendar.is_working(desk.now()),
        known_client=known,
        language=guess_language(f"{subject}\n{text}") or app_language,
    )


async def mirror(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    door: Door,
    client: Client,
    message: Message,
    *,
    subject: str = "",
    author: str = "",
    below: str = "",
    buttons: Sequence[Sequence[Button]] = (),
    footer: str = "",
    mention: str = "",
) -> None:
    """Show somebody's words and files in the ticket's topic; `subject` is that of a mail.

    `author` where it is not the client, `below` a line of the desk's own; `footer` and `mention` stand last.
    """
    files = await unit.find(File, message_id=message.id)
    text = message.text or ("" if message.rest or files else desk.say("group.no_text"))
    if subject and subject not in ticket.subject:
        text = f"{desk.say('group.subject', subject=subject)}\n\n{text}"
    missing = [_missing(desk, file) for file in files if not file.key]
    text = "\n".join(part for part in (text, *missing, below and f"\n{below}") if part)
    quote = message.rest[:MIRRORED]
    if len(message.rest) > MIRRORED:
        quote = f"{quote}\n{desk.say('group.more_in_full')}"
    if message.kind is Kind.MACHINE:
        text, quote = desk.say("group.machine"), f"{message.text}\n{message.rest}"[:MIRRORED]
    author = author or message.author or client.name
    shown = await kinds_shown.beside(unit, ticket, door, message, text)
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        shown.text,
        purpose=Purpose.MIRROR,
        message_id=message.id,
        title=f"{author} · {desk.say(f'group.door_{door.channel}')}",
        quote=quote,
        buttons=buttons,
        files=[file for file in files if file.key],
        reply_to=shown.reply_to,
        picked=shown.picked,
        native=shown.native,
        footer=footer,
        mention=mention,
    )


async def _note_related(desk: Desk, unit: Unit, ticket: Ticket, other_id: TicketId) -> None:
    """Tell the engineers in both topics; a stranger who guesses numbers cannot fill a topic with that."""
    await outbox.to_topic(desk, unit, ticket, desk.say("group.related", number=desk.number(other_id)), silent=True)
    other = await unit.get(Ticket, other_id)
    if other and await unit.count(Ticket, related_id=other_id) <= RELATED_TOLD:
        text = desk.say("group.related_new", number=desk.number(ticket.id))
        await outbox.to_topic(desk, unit, other, text, silent=True)


def _missing(desk: Desk, file: File) -> str:
    key = "group.file_too_large" if _too_large(file) else "group.file_not_fetched"
    return desk.say(key, name=file.name, size=wording.size(desk, file.size))


def _too_large(file: File) -> bool:
    """Why there is a file without content: it is too large, unless Telegram would not give a small one."""
    return file.size == 0 or file.size > HANDED_OUT


async def ask_for_files(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, client: Client, message: Message
) -> None:
    """Tell a client in Telegram where else to send what the bot could not fetch."""
    if door.channel != "telegram":
        return
    missing = await unit.find(File, message_id=message.id, key="")
    box = desk.settings.mailbox[0].address if desk.settings.mailbox else ""
    language = clients.language(desk, client, ticket)
    for too_large, mail, no_mail in (
        (True, "client.file_too_large", "client.file_too_large_no_mail"),
        (False, "client.file_not_fetched", "client.file_not_fetched_no_mail"),
    ):
        names = "», «".join(file.name for file in missing if _too_large(file) is too_large)
        if names:
            said = desk.say(mail if box else no_mail, language, name=names, address=box)
            await outbox.to_door(desk, unit, door, Purpose.NOTICE, said, ticket=ticket, reply_to=message.external_id)
