"""Critical tickets of clients served round the clock, outside working hours: who is on call hears at once, then a lead.

Rule: an appointment remembers that somebody was called, so a restart forgets nothing and the leads are told once.
"""

import logging
from datetime import timedelta

from desk import duty, outbox, quiet_hours, staff
from desk.desk import Desk
from desk.lifecycle import owed_by_us
from desk.ports import Unit
from desk.tickets import Kind, Message, Priority, Ticket
from desk.workbench import Appointment, Why

WAITS = timedelta(minutes=15)
"""How long whoever is on call has to take the ticket, or to answer in it, before the leads hear."""

AT_ONCE = 100

log = logging.getLogger(__name__)


async def call(desk: Desk, unit: Unit, ticket: Ticket) -> bool:
    """Mention with sound who is on duty on the line now, or its leads where nobody is; whether that was called for.

    Twice is once while nobody has taken it yet.
    """
    if ticket.priority is not Priority.CRITICAL or not owed_by_us(ticket.status) or not quiet_hours.wakes(desk, ticket):
        return False
    if await unit.count(Appointment, ticket_id=ticket.id, why=Why.ON_CALL, done_at=None):
        return True
    people = await duty.of_line(desk, unit, ticket.line) or staff.leads(desk, ticket.line)
    if not people:
        return False
    now = desk.now()
    await outbox.to_topic(desk, unit, ticket, desk.say("oncall.called"), mention=staff.mention(people), silent=False)
    await unit.add(
        Appointment(
            ticket_id=ticket.id,
            why=Why.ON_CALL,
            at=now + WAITS,
            data={"taken": ticket.taken_id, "called": [one.name for one in people]},
            made_at=now,
        )
    )
    return True


async def heard(desk: Desk, unit: Unit, before: Ticket, ticket: Ticket) -> None:
    """The client wrote: what waited for them, or was thought solved, is ours again, and may be nobody's at night."""
    if not owed_by_us(before.status):
        await call(desk, unit, ticket)


async def taken(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Somebody said that they have it, be it theirs already: nobody else needs to be called."""
    if ticket.priority is Priority.CRITICAL:
        over: dict[str, object] = {"done_at": desk.now()}
        await unit.change(Appointment, over, ticket_id=ticket.id, why=Why.ON_CALL, done_at=None)


async def tick(desk: Desk) -> None:
    """Tell the leads of what nobody took within the time: one ticket, one unit."""
    async with desk.view() as view:
        due = await view.find(Appointment, why=Why.ON_CALL, done_at=None, at__le=desk.now(), order="at", limit=AT_ONCE)
    for appointment in due:
        try:
            await _look(desk, appointment.id)
        except Exception:  # the guard: one ticket must not keep the others from their due
            log.exception("on_call.failed appointment=%s", appointment.id)


async def _look(desk: Desk, appointment_id: int) -> None:
    async with desk.store.unit() as unit:
        called = await unit.get(Appointment, appointment_id)
        ticket = await unit.get(Ticket, called.ticket_id) if called and called.done_at is None else None
        if called is None or ticket is None:
            return
        await unit.change(Appointment, {"done_at": desk.now()}, id=called.id)
        leads = staff.leads(desk, ticket.line)
        if leads and await _nobody_came(unit, ticket, called):
            minutes = WAITS // timedelta(minutes=1)
            said = desk.say("oncall.nobody", minutes=minutes, names=", ".join(called.data["called"]))
            await outbox.to_topic(desk, unit, ticket, said, mention=staff.mention(leads), silent=False)
        await unit.commit()


async def _nobody_came(unit: Unit, ticket: Ticket, called: Appointment) -> bool:
    if not owed_by_us(ticket.status) or ticket.priority is not Priority.CRITICAL:
        return False
    if ticket.taken_id and ticket.taken_id != called.data["taken"]:
        return False
    said = (Kind.ANSWER, Kind.QUESTION)
    return not await unit.count(Message, ticket_id=ticket.id, kind__in=said, at__ge=called.made_at, withdrawn_at=None)
