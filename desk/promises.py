"""What the weekly clock says about a ticket: a reminder or the closing, and when. Pure.

Rule: only a ticket in WAITING has a next step, and none while its last question or reminder is not delivered.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from desk.calendar import WorkingTime
from desk.settings import Reminders
from desk.tickets import Status, Ticket

UNDELIVERED = "undelivered"
"""Why a ticket is held whose reminder could not be delivered: the engineers were told and decide."""

LATE = "late"
"""… and of one whose reminder is tried again and again; told once as well."""


class Next(Enum):
    REMIND = "remind"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A step and the instant from which it is due."""

    step: Next
    due: datetime


def next_step(ticket: Ticket, settings: Reminders, calendar: WorkingTime) -> Promise | None:
    """The ticket's next step by itself; None when there is none or something is still on its way."""
    if ticket.status is not Status.WAITING or ticket.clock_from is None or ticket.reminder_id:
        return None
    if ticket.held_reason == UNDELIVERED:
        return None
    if ticket.reminded < settings.count:
        due = ticket.snoozed_until or calendar.add(ticket.clock_from, settings.every)
        return Promise(step=Next.REMIND, due=due)
    due = calendar.add(ticket.snoozed_until or ticket.clock_from, settings.close_after)
    return Promise(step=Next.CLOSE, due=due)


def closes_at(ticket: Ticket, now: datetime, settings: Reminders, calendar: WorkingTime) -> datetime:
    """When a ticket reminded now will close if the client stays silent: what the reminder says."""
    at = now
    for _ in range(settings.count - ticket.reminded - 1):
        at = calendar.next_start(calendar.add(at, settings.every))
    return calendar.next_start(calendar.add(at, settings.close_after))
