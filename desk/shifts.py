"""Who is on duty by a line's schedule: now and until when, and who comes next. Pure.

Rule: hours are those of the clock on the wall in the schedule's zone; holidays change nothing, for somebody is on duty
then too if the schedule says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from desk.calendar import WEEK, WorkingTime
from desk.settings import DutyHours

_HOPS = 8
"""Shifts that follow each other without a gap are one, up to so many: somebody may be on duty for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Who comes on duty next, and when."""

    at: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OtherWeeks:
    """The weeks in which somebody else's turn is, as days off: odd and even ones by their number (ISO 8601)."""

    week: str

    def is_day_off(self, day: date) -> bool:
        return bool(self.week) and (day.isocalendar().week % 2 == 1) != (self.week == "odd")

    def is_transferred_workday(self, day: date) -> bool:  # noqa: ARG002 - the port names it
        return False

    def is_eve(self, day: date) -> bool:  # noqa: ARG002 - the port names it
        return False


def now(duty: Sequence[DutyHours], at: datetime, zone: ZoneInfo) -> dict[str, datetime]:
    """Everybody on duty by the schedule at a moment, in its order, each with the end of their shift (UTC)."""
    found: dict[str, datetime] = {}
    for hours in duty:
        if _calendar(hours, zone).is_working(at):
            for name in hours.people:
                found.setdefault(name, _until(duty, name, at, zone))
    return found


def following(duty: Sequence[DutyHours], at: datetime, zone: ZoneInfo) -> Next | None:
    """The next shift to begin after a moment, with its people; None where nobody is ever on duty any more."""
    starts: list[tuple[datetime, tuple[str, ...]]] = []
    for hours in duty:
        try:
            starts.append((_next_start(_calendar(hours, zone), at), tuple(hours.people)))
        except LookupError:
            continue
    if not starts:
        return None
    first = min(start for start, _ in starts)
    people = dict.fromkeys(name for start, names in starts if start == first for name in names)
    return Next(at=first, people=tuple(people))


def _calendar(hours: DutyHours, zone: ZoneInfo) -> WorkingTime:
    days = {day: hours.hours if day in hours.days else () for day in WEEK}
    return WorkingTime(
        zone=ZoneInfo(hours.timezone) if hours.timezone else zone, hours=days, days_off=_OtherWeeks(week=hours.week)
    )


def _until(duty: Sequence[DutyHours], name: str, at: datetime, zone: ZoneInfo) -> datetime:
    """The end of somebody's shift, with those that follow it at once."""
    theirs = [_calendar(hours, zone) for hours in duty if name in hours.people]
    end = at
    for _ in range(_HOPS):
        ends = [one.next_shift(end)[1] for one in theirs if one.is_working(end)]
        if not ends:
            break
        end = max(ends)
    return end


def _next_start(calendar: WorkingTime, at: datetime) -> datetime:
    """When a shift begins after `at`; the one that runs then has begun already."""
    if calendar.is_working(at):
        at = calendar.next_shift(at)[1]
    start, _ = calendar.next_shift(at)
    return start
