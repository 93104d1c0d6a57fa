"""What a ticket's clock says: a reminder, a word about others, or the closing, and when. Pure.

Rule: a ticket whose last question, reminder or word of ours is not delivered has no next step.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from desk.calendar import WorkingTime
from desk.settings import Reminders
from desk.tickets import Status, Ticket

UNDELIVERED = "undelivered"
"""Why a ticket is held whose reminder could not be delivered: the engineers were told and decide."""

LATE = "late"
"""… and of one whose reminder is tried again and again; told once as well."""

CLOCKED = frozenset({Status.WAITING, Status.THIRD_PARTY, Status.SOLVED})
"""Where the clock runs: somebody else owes the next word."""

BEFORE_CLOSING = timedelta(hours=1)
"""At the start of a working day nothing closes for so long: the preview is being read."""

ROUND_THE_CLOCK = 9 * 60
"""Minutes after midnight at which a working day begins for people where work never ends."""


class Next(Enum):
    REMIND = "remind"
    TELL = "tell"  # that it still depends on others
    CLOSE = "close"  # for no answer
    CONFIRM = "confirm"  # closed as solved: the client does not object


CLOSES = frozenset({Next.CLOSE, Next.CONFIRM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A step and the instant from which it is due."""

    step: Next
    due: datetime


def next_step(ticket: Ticket, settings: Reminders, calendar: WorkingTime) -> Promise | None:
    """The ticket's next step by itself; None when there is none or something is still on its way."""
    if ticket.reminder_id or ticket.held_reason == UNDELIVERED:
        return None
    if ticket.status is Status.THIRD_PARTY and ticket.clock_from is None:
        return Promise(step=Next.TELL, due=ticket.active_at)  # they could not be told yet
    if ticket.status not in CLOCKED or ticket.clock_from is None:
        return None
    if ticket.status is Status.THIRD_PARTY:
        return Promise(step=Next.TELL, due=calendar.add(ticket.clock_from, settings.every))
    if ticket.status is Status.SOLVED:
        if ticket.solved_at is None or ticket.clock_from < ticket.solved_at:
            return None  # a clock of before: the client was not asked whether it is solved
        due = calendar.add(ticket.clock_from, settings.confirm_within)
        return Promise(step=Next.CONFIRM, due=_spared(ticket, due))
    if ticket.reminded < settings.count:
        due = ticket.snoozed_until or calendar.add(ticket.clock_from, settings.every)
        return Promise(step=Next.REMIND, due=due)
    due = calendar.add(ticket.snoozed_until or ticket.clock_from, settings.close_after)
    return Promise(step=Next.CLOSE, due=_spared(ticket, due))


def _spared(ticket: Ticket, due: datetime) -> datetime:
    return max(due, ticket.spared_until) if ticket.spared_until else due


def closes_at(ticket: Ticket, now: datetime, settings: Reminders, calendar: WorkingTime) -> datetime:
    """When a ticket reminded now will close if the client stays silent: what the reminder says."""
    at = now
    for _ in range(settings.count - ticket.reminded - 1):
        at = calendar.next_start(calendar.add(at, settings.every))
    return calendar.next_start(_spared(ticket, calendar.add(at, settings.close_after)))


def morning(at: datetime, calendar: WorkingTime) -> datetime | None:
    """When the working day begins whose date it is; None on a day off."""
    local = at.astimezone(calendar.zone)
    shifts = calendar.minutes_of(local.date())
    if not shifts:
        return None
    hours, minutes = divmod(shifts[0][0] or ROUND_THE_CLOCK, 60)
    return local.replace(hour=hours, minute=minutes, second=0, microsecond=0, fold=0)


def may_close(at: datetime, calendar: WorkingTime) -> bool:
    """Whether the preview of that day could have been read; a day shorter than two hours has half of it for that."""
    begins = morning(at, calendar)
    return begins is None or at >= _read_until(begins, calendar)


def _read_until(begins: datetime, calendar: WorkingTime) -> datetime:
    first, last = calendar.minutes_of(begins.date())[0]
    return begins + min(BEFORE_CLOSING, timedelta(minutes=last - first) / 2)


def done_at(promise: Promise, since: datetime, calendar: WorkingTime, *, previewed: bool) -> datetime:
    """The first moment from `since` on at which the step is done, in working hours.

    `previewed`: closing waits until the day's preview could be read.
    """
    at = calendar.next_start(max(promise.due, since))
    if previewed and promise.step in CLOSES and not may_close(at, calendar):
        begins = morning(at, calendar)
        at = calendar.next_start(_read_until(begins, calendar)) if begins else at
    return at


def forecast(
    ticket: Ticket, since: datetime, until: datetime, settings: Reminders, calendar: WorkingTime, *, previewed: bool
) -> Iterator[tuple[Promise, datetime, Ticket]]:
    """The ticket's steps before `until`, each with its moment and the ticket as that step will find it.

    As they come when nobody says anything: what is on its way arrives at once, and so does what follows.
    """
    ticket = _arrived(ticket, since)
    while promise := next_step(ticket, settings, calendar):
        at = done_at(promise, since, calendar, previewed=previewed)
        if at >= until:
            return
        yield promise, at, ticket
        if promise.step in CLOSES:
            return
        reminded = ticket.reminded + (promise.step is Next.REMIND)
        ticket = replace(ticket, reminded=reminded, clock_from=at, snoozed_until=None)


def _arrived(ticket: Ticket, now: datetime) -> Ticket:
    """The ticket as it will be when the reminder or word that is on its way has arrived."""
    if not ticket.reminder_id or ticket.status not in CLOCKED:
        return ticket
    reminded = ticket.reminded + (ticket.status is Status.WAITING)
    return replace(ticket, reminder_id=None, reminded=reminded, clock_from=now, snoozed_until=None)
