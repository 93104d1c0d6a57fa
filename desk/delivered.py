"""What follows from a delivery, its delay or its failure.

A little longer than most modules: all consequences stand on one page.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from desk import (
    conversation,
    corrections,
    deadlines,
    doors,
    looks,
    moving,
    other_ways,
    outbox,
    partner_fates,
    post_marks,
    promises,
    seen,
    showing,
    threads,
    undoing,
    unsent_exports,
    unshown,
)
from desk.desk import Desk
from desk.errors import DeliveryDelayed, DeliveryRefused, DoorShut
from desk.merged import follow
from desk.parcels import Act, Outgoing, Parcel, ParcelState, Purpose, Receipt
from desk.ports import Unit
from desk.tickets import Kind, Message, Role, Status, Thread, Ticket, Trace

log = logging.getLogger(__name__)

LATE = timedelta(minutes=15)
"""After so long the engineers are told that an answer is still on its way."""

_BY_ENGINEERS = frozenset({Purpose.ANSWER, Purpose.QUESTION})
_APART = frozenset({Purpose.COPY, Purpose.FILES})
"""What goes besides the words for the client: its failure sends nothing another way."""
_LEAVES_NO_TRACE = frozenset({Act.REACT, Act.TOPIC, Act.LEAVE, Act.EDIT, Act.DELETE, Act.DROP})
_ROLES = {Purpose.CARD: Role.CARD, Purpose.MIRROR: Role.CLIENT, Purpose.PARTNER: Role.PARTNER}


async def sent(desk: Desk, unit: Unit, parcel: Parcel, message: Outgoing, receipt: Receipt) -> None:
    """Record a delivery: where it stands, that it is done, and what it sets in motion."""
    now = desk.now()
    external_id = receipt.external_ids[0] if receipt.external_ids else ""
    await unit.save(replace(parcel, state=ParcelState.SENT, sent_at=now, external_id=external_id, error=receipt.note))
    await _trace(unit, parcel, message, receipt, now)
    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
    if ticket is None:
        return
    ticket = await deadlines.delivered(desk, unit, ticket, parcel)
    if message.act is Act.DELETE:
        await undoing.deleted(desk, unit, parcel, ticket)
    elif message.act is Act.EDIT:
        await corrections.arrived(desk, unit, parcel, message, receipt)
    elif message.act is Act.TOPIC:
        await looks.set_in_line(unit, parcel, message)
    elif message.act is Act.DROP:
        await threads.dropped(unit, parcel, message, receipt)
    elif parcel.coalesce.startswith(showing.KEY):
        await showing.shown(desk, unit, ticket, parcel)
    elif message.act is Act.CARD and external_id:
        await _card_moved(unit, ticket, external_id)
    if parcel.purpose is Purpose.PARTNER and parcel.channel == "mail":
        await partner_fates.arrived(desk, unit, parcel)
    if parcel.purpose in _BY_ENGINEERS:
        await _answer_arrived(desk, unit, parcel, ticket, now)
    elif ticket.reminder_id == parcel.id:
        # Otherwise the client said something while it was on its way, and it counts no more.
        reminded = ticket.reminded + (parcel.purpose is Purpose.REMINDER)
        await unit.save(replace(ticket, reminded=reminded, clock_from=now, reminder_id=None, held_reason=""))
    if receipt.note and parcel.channel != "group":
        await outbox.to_topic(desk, unit, ticket, receipt.note)


async def _trace(unit: Unit, parcel: Parcel, message: Outgoing, receipt: Receipt, now: datetime) -> None:
    if message.act in _LEAVES_NO_TRACE:
        return
    place = receipt.thread_place or parcel.place
    role = _ROLES.get(parcel.purpose, Role.DESK) if parcel.channel == "group" else Role.OURS
    if parcel.purpose is Purpose.PARTNER:  # a thread of its own: no mail of the client's names one of the partner's
        role = Role.PARTNER
    for external_id in receipt.external_ids:
        await conversation.add_trace(
            unit,
            Trace(
                channel=parcel.channel,
                place=place,
                external_id=external_id,
                ticket_id=parcel.ticket_id,
                message_id=parcel.message_id,
                role=role,
                parcel_id=parcel.id,
                at=now,
            ),
        )


async def _card_moved(unit: Unit, ticket: Ticket, external_id: str) -> None:
    """A card that had been deleted was posted anew."""
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    if thread and thread.card_id != external_id:
        await unit.save(replace(thread, card_id=external_id))


async def _answer_arrived(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, now: datetime) -> None:
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    waits = ticket.status is Status.WAITING and ticket.clock_from is None
    if parcel.purpose is Purpose.QUESTION and waits and await _is_last_question(unit, parcel):
        # The weekly clock starts when the client has the question, not when it was written: at `sent_at` to the letter,
        # by which a bounce knows that the clock runs on what it brings back.
        ticket = await unit.save(replace(ticket, clock_from=now, active_at=now))
        await moving.stand_still(unit, ticket, at=now)
    if message:
        await post_marks.mark(desk, unit, message, post_marks.DELIVERED)
        await seen.answered(desk, unit, ticket, message)
        await corrections.arrived_as_before(desk, unit, ticket, message, parcel)


async def _is_last_question(unit: Unit, parcel: Parcel) -> bool:
    last = await unit.first(Message, ticket_id=parcel.ticket_id, kind=Kind.QUESTION, withdrawn_at=None, order="-id")
    return last is not None and last.id == parcel.message_id


async def delayed(desk: Desk, unit: Unit, parcel: Parcel, why: DeliveryDelayed, later: datetime) -> None:
    """Put it off; engineers hear once when one of their answers is on its way for long."""
    current = await unit.get(Parcel, parcel.id)
    if current is None or current.state is not ParcelState.SENDING:
        return
    first_word = not current.error.startswith("late:")
    late = desk.now() - parcel.created_at > LATE
    error = f"late: {why.reason}" if late else why.reason
    await unit.save(replace(current, state=ParcelState.QUEUED, not_before=later, error=error[:500] or "later"))
    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
    if late and first_word and ticket and parcel.purpose in _BY_ENGINEERS:
        await outbox.to_topic(desk, unit, ticket, desk.say("group.late", why=why.reason or "?"))
    elif late and first_word and ticket and parcel.purpose is Purpose.PARTNER and parcel.channel == "mail":
        said = desk.say("partner.late", address=parcel.place, why=why.reason or "?")
        await outbox.to_topic(desk, unit, ticket, said)
    elif late and first_word and ticket and parcel.purpose in _APART:
        said = desk.say("group.late_copy", address=parcel.place, why=why.reason or "?")
        await outbox.to_topic(desk, unit, ticket, said)
    elif late and ticket and (parcel.purpose is Purpose.REMINDER or ticket.reminder_id == parcel.id):
        await tell_late_reminder(desk, unit, ticket, why.reason)


async def tell_late_reminder(desk: Desk, unit: Unit, ticket: Ticket, why: str) -> None:
    """Once per reminder, however many days it is tried: without it the ticket will not close."""
    if ticket.status in promises.CLOCKED and ticket.held_reason != promises.LATE:
        ticket = await unit.save(replace(ticket, held_reason=promises.LATE))
        key = "group.late_reminder" if ticket.status is Status.WAITING else "closing.late_told"
        await outbox.to_topic(desk, unit, ticket, desk.say(key, why=why[:200] or "?"))


async def refused(desk: Desk, unit: Unit, parcel: Parcel, why: DeliveryRefused) -> None:
    """Record a failure, also one that is heard of days after (a bounce); the client's other door is used."""
    await unit.save(replace(parcel, state=ParcelState.FAILED, error=why.reason[:500]))
    reason = {"reason": why.reason[:200]}
    told = (parcel.id, parcel.purpose.value, parcel.channel)
    log.warning("parcel.refused id=%s purpose=%s channel=%s", *told, extra=reason)
    if parcel.purpose is Purpose.REACTION:
        await unshown.reaction(desk, unit, parcel)
        return
    if parcel.channel == "group":
        await unshown.mirror(desk, unit, parcel, why)
        return
    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
    if parcel.body.get("act") == Act.DELETE or parcel.purpose is Purpose.PARTNER:
        await _no_other_way(desk, unit, parcel, ticket, why)
        return
    there = await doors.all_at(unit, parcel.channel, parcel.place)
    if isinstance(why, DoorShut):
        for each in there:
            await unit.save(replace(each, shut_at=desk.now(), shut_reason=why.reason[:300]))
    door = there[0] if there else None
    if ticket and parcel.purpose in _APART:
        await other_ways.refused(desk, unit, parcel, ticket, why)
        return
    if ticket and parcel.body.get("act") == Act.EDIT:
        await corrections.refused(desk, unit, parcel, ticket, why)
    if parcel.purpose is Purpose.EXPORT:
        await unsent_exports.refused(desk, unit, parcel)
    if ticket is None or parcel.body.get("act") in (Act.EDIT, Act.TOPIC):  # neither says anything that is owed
        return
    if parcel.state is ParcelState.SENT:
        ticket = await _never_arrived(unit, parcel, ticket)
        ticket = await deadlines.not_delivered(desk, unit, ticket, parcel)
    ticket = await follow(unit, ticket)
    await outbox.card(desk, unit, ticket)
    other = await doors.other_open(unit, ticket, door) if door else None
    if other:
        await _use_other(desk, unit, parcel, ticket, why, other)
    else:
        await tell_failure(desk, unit, parcel, ticket, why)


async def _no_other_way(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket | None, why: DeliveryRefused) -> None:
    """What the client's other doors must not be used for: a deletion, and what was meant for a partner."""
    if ticket and parcel.purpose is Purpose.PARTNER:
        await partner_fates.refused(desk, unit, parcel, ticket, why)
    elif ticket:
        await undoing.stays(desk, unit, parcel, ticket, why)


async def _never_arrived(unit: Unit, parcel: Parcel, ticket: Ticket) -> Ticket:
    """What was counted as delivered was not: the clock does not run on it."""
    if ticket.status not in promises.CLOCKED or parcel.sent_at != ticket.clock_from:
        return ticket
    if parcel.purpose is Purpose.NOTICE and ticket.status is not Status.WAITING:
        return await unit.save(replace(ticket, clock_from=None, reminder_id=parcel.id))  # as if it were still to arrive
    if parcel.purpose is Purpose.REMINDER:
        return await unit.save(replace(ticket, reminded=max(ticket.reminded - 1, 0)))
    if parcel.purpose is Purpose.QUESTION:
        await moving.never_stood(unit, ticket)
        return await unit.save(replace(ticket, clock_from=None))
    return ticket


async def _use_other(  # noqa: PLR0917 - the six belong together
    desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, why: DeliveryRefused, other: doors.Door
) -> None:
    await send_again(desk, unit, parcel, ticket, other)
    text = desk.say(
        "group.other_door",
        shut=desk.say(f"group.door_{parcel.channel}"),
        open=desk.say(f"group.door_{other.channel}"),
        why=why.reason[:200],
    )
    await outbox.to_topic(desk, unit, ticket, text)


async def send_again(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, door: doors.Door) -> None:
    """The same through another door; a reminder is counted when that one arrives."""
    again = await doors.send_again(desk, unit, parcel, ticket, door)
    ours = parcel.purpose is Purpose.REMINDER or ticket.reminder_id == parcel.id
    if ours and ticket.status in promises.CLOCKED:
        await unit.save(replace(ticket, reminder_id=again.id))


async def tell_failure(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, why: DeliveryRefused) -> None:
    """A failure is a message that mentions the author; for the desk's own words a plain line."""
    clock = ticket.reminder_id == parcel.id and ticket.status in promises.CLOCKED
    if clock or parcel.purpose is Purpose.REMINDER:
        await unit.save(replace(ticket, reminder_id=None, held_reason=promises.UNDELIVERED))
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    by_engineer = message is not None and parcel.purpose in _BY_ENGINEERS
    mention = f"{message.author_id}:{message.author}" if message and by_engineer else ""
    trace = await unit.first(Trace, channel="group", message_id=parcel.message_id, role=Role.COLLEAGUE)
    key = "group.not_delivered" if by_engineer else f"group.failed_{_named(parcel.purpose)}"
    key = "closing.failed_told" if clock and ticket.status is not Status.WAITING else key
    to = trace.external_id if trace and trace.ticket_id == ticket.id else ""
    await outbox.to_topic(desk, unit, ticket, desk.say(key, why=why.reason[:200]), mention=mention, reply_to=to)


def _named(purpose: Purpose) -> str:
    return purpose.value if purpose in (Purpose.RECEIPT, Purpose.REMINDER, Purpose.CLOSING) else "notice"
