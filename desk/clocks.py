"""The two clocks of a ticket, reckoned: how much of a promise is used up, and when it ends. Pure.

Rule: only time in which the next word was ours counts. Hours of a calendar count while its people work; plain hours
run round the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk.accounts import Pause
from desk.calendar import WorkingTime
from desk.durations import Span
from desk.tickets import Ticket

NOTHING = timedelta(0)

Stretch = tuple[datetime, datetime]


class Clock(StrEnum):
    ANSWER = "answer"  # to the first answer of a person
    SOLVE = "solve"  # to the solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The stretches in which a clock ran, up to now; `running`: it goes on from the end of the last one."""

    stretches: tuple[Stretch, ...]
    running: bool
    calendar: WorkingTime | None  # None: round the clock

    def used(self) -> timedelta:
        return sum((self._length(start, end) for start, end in self.stretches), NOTHING)

    def reaches(self, amount: timedelta) -> datetime | None:
        """The moment by which so much is used; None while it stands short of it, or when the calendar runs dry."""
        for start, end in self.stretches:
            length = self._length(start, end)
            if length >= amount:
                return self._later(start, amount)
            amount -= length
        return self._later(self.stretches[-1][1], amount) if self.running else None

    def _length(self, start: datetime, end: datetime) -> timedelta:
        return self.calendar.between(start, end) if self.calendar else max(end - start, NOTHING)

    def _later(self, at: datetime, amount: timedelta) -> datetime | None:
        if self.calendar is None:
            return at + amount
        try:
            return self.calendar.add_working(at, amount)
        except LookupError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a clock shows. Lengths are those of the plan's own time."""

    clock: Clock
    limit: timedelta | None  # None: nothing is promised
    used: timedelta
    due: datetime | None  # when the limit was or will be reached if nothing else stops it; None: it stands, or no limit
    running: bool
    ended: bool  # answered; solved or closed
    course: Course

    @property
    def left(self) -> timedelta:
        """What is left of the limit, never less than nothing."""
        return max((self.limit or NOTHING) - self.used, NOTHING)

    @property
    def share(self) -> float:
        """How much of the limit is used: 0.75 at three quarters; 0 without a limit."""
        return self.used / self.limit if self.limit else 0.0

    @property
    def broken(self) -> bool:
        """Whether more time was used than was promised. At the very end of it the promise is still kept."""
        return self.limit is not None and self.used > self.limit


def length(span: Span) -> timedelta:
    """How much a term is of its own time."""
    return span.plain if span.plain is not None else timedelta(hours=span.working_hours or 0)


def reading(  # noqa: PLR0917 - the ticket, what is promised for it and what stopped its clocks
    ticket: Ticket, clock: Clock, term: Span | None, calendar: WorkingTime, pauses: Iterable[Pause], now: datetime
) -> Reading:
    """What a clock of the ticket shows now; without a term the time used is that of the calendar."""
    counted = calendar if term is None or term.plain is None else None
    since = started(ticket, clock)
    end, took, limit = _end(ticket, clock)
    course = ran(since, end or now, pauses, calendar=counted, goes_on=end is None and took is None)
    if took is not None:
        kept = None if limit is None else timedelta(seconds=limit)
        used = timedelta(seconds=took)
        return Reading(clock=clock, limit=kept, used=used, due=None, running=False, ended=True, course=course)
    promised = None if term is None else length(term)
    return Reading(
        clock=clock,
        limit=promised,
        used=course.used(),
        due=None if promised is None else course.reaches(promised),
        running=course.running,
        ended=end is not None,
        course=course,
    )


def started(ticket: Ticket, clock: Clock) -> datetime:
    """The moment from which a clock of the ticket counts."""
    own = ticket.answer_from if clock is Clock.ANSWER else ticket.solve_from
    return own or ticket.created_at


def _end(ticket: Ticket, clock: Clock) -> tuple[datetime | None, int | None, int | None]:
    if clock is Clock.ANSWER:
        return ticket.answered_at, ticket.answer_took, ticket.answer_limit
    return None, ticket.solve_took, ticket.solve_limit


def ran(
    since: datetime, now: datetime, pauses: Iterable[Pause], *, calendar: WorkingTime | None, goes_on: bool = True
) -> Course:
    """When a clock ran from `since` to `now` with these pauses, which may overlap and come in any order."""
    stretches: list[Stretch] = []
    at, running = since, goes_on
    for pause in sorted(pauses, key=lambda one: one.since):
        if pause.since >= now:
            break
        if pause.since > at:
            stretches.append((at, pause.since))
        if pause.until is None or pause.until > now:
            running, at = False, now
            break
        at = max(at, pause.until)
    if at < now or not stretches:
        stretches.append((at, max(at, now)))
    return Course(stretches=tuple(stretches), running=running, calendar=calendar)
