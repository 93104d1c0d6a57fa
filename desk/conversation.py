"""What was said in a ticket: added to it, and what the client's word does to it."""

from collections.abc import Sequence
from datetime import datetime

from desk import moving
from desk.incoming import Incoming, IncomingFile
from desk.lifecycle import Step
from desk.people import Door
from desk.ports import Unit
from desk.tickets import File, Kind, Message, MessageId, Role, Status, Ticket, Trace


async def client_wrote(unit: Unit, ticket: Ticket, *, at: datetime) -> Ticket:
    """The client's word: the next one is ours, and no reminder goes any more."""
    return await moving.move(
        unit,
        ticket,
        Step.CLIENT_WROTE,
        at=at,
        closed_at=None,
        closing=None,
        solved_at=None,
        clock_from=None,
        reminded=0,
        kept=0,
        snoozed_until=None,
        reminder_id=None,
        held_reason="",
        spared_until=None,
        third_party="",
        later_until=None,
        merged_into=None,
    )


async def needs_nothing(unit: Unit, ticket: Ticket, *, at: datetime) -> Ticket:
    """The client need not answer any more: what they were asked for is here."""
    return await moving.move(
        unit,
        ticket,
        Step.TAKEN_BACK,
        at=at,
        question="",
        clock_from=None,
        reminded=0,
        kept=0,
        snoozed_until=None,
        reminder_id=None,
        held_reason="",
    )


async def let_in(unit: Unit, ticket: Ticket, messages: Sequence[Message], *, at: datetime) -> Ticket:
    """A stranger's messages become words in the ticket.

    One that came after our question answers it; one that came after we thought that all is done opens it again.
    """
    ids = [message.id for message in messages]
    await unit.change(Message, {"kind": Kind.WORDS}, id__in=ids, kind=Kind.STRANGER)
    await unit.change(Trace, {"role": Role.THEIRS}, message_id__in=ids, role=Role.STRANGER)
    since = {Status.WAITING: ticket.asked_at, Status.SOLVED: ticket.solved_at}.get(ticket.status)
    if since and any(message.at >= since for message in messages):
        return await client_wrote(unit, ticket, at=at)
    return ticket


async def add_message(
    unit: Unit, ticket: Ticket, door: Door | None, incoming: Incoming, *, kind: Kind, role: Role = Role.THEIRS
) -> Message:
    """Store the words, their files and where they stand in the client's chat or mailbox."""
    message = await unit.add(
        Message(
            ticket_id=ticket.id,
            kind=kind,
            author=incoming.sender.name,
            author_id=incoming.sender.address,
            channel=incoming.channel,
            door_id=door.id if door else None,
            external_id=incoming.external_id,
            text=incoming.text,
            rest=incoming.rest,
            at=incoming.at,
            raw_id=incoming.raw_id,
            data=incoming.data,
        )
    )
    if incoming.others:
        await unit.remember(others_key(ticket), "1")
    for file in incoming.files:
        await add_file(unit, message.id, file)
    for external_id in (incoming.external_id, *incoming.also):
        await add_trace(
            unit,
            Trace(
                channel=incoming.channel,
                place=incoming.place,
                external_id=external_id,
                ticket_id=ticket.id,
                message_id=message.id,
                role=role,
                at=incoming.at,
            ),
        )
    return message


async def add_file(unit: Unit, message_id: MessageId, file: IncomingFile) -> File:
    return await unit.add(
        File(
            message_id=message_id,
            sort=file.sort,
            name=file.name,
            mime=file.mime,
            size=file.size,
            key=file.key,
            remote_id=file.remote_id,
            inline=file.inline,
        )
    )


async def add_trace(unit: Unit, trace: Trace) -> None:
    """Note where a message stands. A mail without Message-ID is a mail: nothing can answer it by thread.

    The same Message-ID with other content is a new message, but the id stays with the first.
    """
    known = await unit.first(Trace, channel=trace.channel, place=trace.place, external_id=trace.external_id)
    if trace.external_id and known is None:
        await unit.add(trace)


def others_key(ticket: Ticket) -> str:
    """The fact that the client wrote to somebody besides us in this ticket: no mail of it may bear a link for one."""
    return f"others:{ticket.id}"
