"""Whether a parcel whose turn has come should still go.

Rule: no reminder leaves for a ticket that no longer waits, nor at night; no letter of closing and no question
for a mark for one that was opened again; nothing of a ticket to who is not its client or does not take part in it any
more; nothing to a client in shadow mode, when the desk was stopped with it in the queue, or restored from a backup.
"""

from dataclasses import replace

from desk import delivered, doors, outbox, participants, partner_fates, ratings
from desk.desk import Desk
from desk.errors import DeliveryRefused
from desk.parcels import Act, Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.promises import CLOCKED
from desk.tickets import TAKES_PART, Status, Ticket


async def still(desk: Desk, unit: Unit, parcel: Parcel) -> bool:
    """Whether it should go; if not it is put aside here, and what takes its place is queued."""
    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
    if outbox.kept_back(desk, parcel.channel, parcel.purpose):
        await _set_aside(unit, parcel, ticket, ParcelState.QUIET)
        return False
    if ticket is None or parcel.channel == "group":
        return True
    if not _in_time(desk, ticket, parcel) or await ratings.overtaken(unit, ticket, parcel):
        ours = ticket.reminder_id == parcel.id
        ticket = await _set_aside(unit, parcel, ticket, ParcelState.WITHDRAWN)
        if ours and ticket and parcel.error:
            await delivered.tell_late_reminder(desk, unit, ticket, parcel.error.removeprefix("late: "))
        return False
    if parcel.purpose is Purpose.PARTNER:
        return await partner_fates.still(unit, parcel, ticket)
    if parcel.purpose is Purpose.COPY:
        return await _still_copied(unit, parcel, ticket)
    owners = [door.client_id for door in await doors.all_at(unit, parcel.channel, parcel.place)]
    if not owners or ticket.client_id in owners or parcel.body.get("act") != Act.SAY:
        return True
    await unit.save(replace(parcel, state=ParcelState.WITHDRAWN))
    other = await doors.best(unit, ticket)
    if other and parcel.purpose is not Purpose.FILES:
        await delivered.send_again(desk, unit, parcel, ticket, other)
    else:
        await delivered.tell_failure(desk, unit, parcel, ticket, DeliveryRefused(desk.say("group.no_open_door")))
    return False


async def _still_copied(unit: Unit, parcel: Parcel, ticket: Ticket) -> bool:
    """An engineer may have let somebody out while their copy was on its way."""
    person = await participants.of(unit, ticket, parcel.place)
    if person and person.standing in TAKES_PART:
        return True
    await unit.save(replace(parcel, state=ParcelState.WITHDRAWN))
    return False


async def _set_aside(unit: Unit, parcel: Parcel, ticket: Ticket | None, state: ParcelState) -> Ticket | None:
    """It does not go; a reminder is made anew by the next tick that may."""
    await unit.save(replace(parcel, state=state))
    if ticket and ticket.reminder_id == parcel.id:
        return await unit.save(replace(ticket, reminder_id=None))
    return ticket


def _in_time(desk: Desk, ticket: Ticket, parcel: Parcel) -> bool:
    if parcel.purpose is Purpose.CLOSING:
        return ticket.status is Status.CLOSED
    if parcel.purpose is not Purpose.REMINDER:
        return True
    wanted = ticket.status in CLOCKED and ticket.reminder_id == parcel.id
    return wanted and desk.calendar.is_working(desk.now())
