"""Working time: when somebody is at work, and what "in 16 working hours" or "in 5 working days" comes to.

Rule: everything is a pure function of the calendar and an aware instant; what comes back is UTC. Hours are wall-clock
hours of the calendar's zone: a wall time that a clock change skips means the moment of the change, one that it
repeats means its first occurrence. So a shift over a change is an hour shorter or longer, as on the clock on the wall.

A few lines too long for the house: a day's shifts and the ways over them are one subject.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from desk.durations import Span
from desk.said import Said, Wrong

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
DAY = 24 * 60  # minutes
# Beyond this many minutes "15:00-10:00" is a slip of the pen rather than a night shift.
LONGEST_NIGHT = 16 * 60
_SHIFT = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})", re.ASCII)
# A calendar with no working moment for longer than this has none (a season's closure is shorter).
HORIZON = timedelta(days=400)
# A short day ends this many minutes earlier (Labour Code of the Russian Federation, article 95).
SHORTER = 60
# Days kept as reckoned; a report over some years fits, a hostile range does not grow without end.
KEPT_DAYS = 5_000

Shift = tuple[datetime, datetime]


class DaysOff(Protocol):
    """What the official calendar of a country says about a date, weekends apart."""

    def is_day_off(self, day: date) -> bool:
        """Return whether the date is a statutory holiday or a day off by transfer."""
        ...

    def is_transferred_workday(self, day: date) -> bool:
        """Return whether the date is a weekend day that a transfer made a working day."""
        ...

    def is_eve(self, day: date) -> bool:
        """Return whether a statutory holiday follows the date, or the one whose work a transfer moved to it."""
        ...


class NoDaysOff:
    """A calendar without holidays: only the weekly hours count."""

    def is_day_off(self, day: date) -> bool:  # noqa: ARG002 - the port names it
        return False

    def is_transferred_workday(self, day: date) -> bool:  # noqa: ARG002 - the port names it
        return False

    def is_eve(self, day: date) -> bool:  # noqa: ARG002 - the port names it
        return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkingTime:
    """Weekly hours in one zone with the country's days off and the company's own exceptions.

    `hours` maps "mon" … "sun" to shifts in minutes since midnight, as `parse_hours` returns them; a shift
    that ends after 1440 crosses midnight and belongs to the day on which it starts. `short_days` are an hour shorter,
    with `short_eves` also those that the country's calendar calls eves. Raises ValueError if no weekday has hours, or
    if a date is both an extra workday and an extra day off.
    """

    zone: ZoneInfo
    hours: Mapping[str, Sequence[tuple[int, int]]]
    days_off: DaysOff = field(default_factory=NoDaysOff)
    extra_days_off: Collection[date] = ()
    extra_workdays: Collection[date] = ()
    short_days: Collection[date] = ()
    short_eves: bool = False
    _kept: dict[date, tuple[Shift, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.hours) - set(WEEK)):
            raise ValueError(f"unknown weekday {unknown[0]!r}; weekdays are {', '.join(WEEK)}")
        if not any(self.hours.values()):
            raise ValueError("the calendar names no working hours on any weekday")
        if both := sorted(set(self.extra_days_off) & set(self.extra_workdays)):
            raise ValueError(f"{both[0]} is in extra_days_off and in extra_workdays")

    def is_workday(self, day: date) -> bool:
        """Return whether a shift starts on this local date."""
        return bool(self.minutes_of(day))

    def is_working(self, at: datetime) -> bool:
        """Return whether `at` is working time; the start of a shift is, its end is not."""
        at = _utc(at)
        today = at.astimezone(self.zone).date()
        return any(start <= at < end for day in (today - ONE_DAY, today) for start, end in self._day(day))

    def next_shift(self, at: datetime) -> tuple[datetime, datetime]:
        """Return what is left of the shift at that moment, from `at` to its end, or else the next one whole.

        Raises LookupError if there is no working time within 400 days.
        """
        start, end, _ = next(self._shifts(_utc(at)))
        return start, end

    def next_start(self, at: datetime) -> datetime:
        """Return `at` itself if it is working time, else the start of the next shift.

        Raises LookupError if there is no working time within 400 days.
        """
        return next(self._shifts(_utc(at)))[0]

    def add(self, at: datetime, span: Span) -> datetime:
        """Return the moment `span` after `at`.

        Plain time is simply later. Working hours run through working time only: the result is the earliest moment by
        which so much has been worked, so eight hours after Monday 10:00 may be Monday 19:00, the very end of the day.
        Working days keep the time on the wall: 5 working days after Monday 12:00 is next Monday 12:00, moved to the
        next working moment if nobody works at that time of that day. Outside working time both count from the next
        working moment, and 0 of either is that moment. Raises LookupError where the calendar runs dry.
        """
        if span.plain is not None:
            return _utc(at) + span.plain
        if span.working_hours is not None:
            return self.add_working(at, timedelta(hours=span.working_hours))
        return self._add_days(_utc(at), span.working_days or 0)

    def add_working(self, at: datetime, work: timedelta) -> datetime:
        """Return the earliest moment by which `work` has been worked since `at`; see `add`."""
        if work < timedelta():
            raise ValueError("working time is only added, never taken away")
        shifts = self._shifts(_utc(at))
        start, end, _ = next(shifts)
        while work > end - start:
            work -= end - start
            start, end, _ = next(shifts)
        return start + work

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments; nothing if `end` is not after `start`."""
        end = _utc(end)
        worked = (min(last, end) - first for first, last, _ in self._shifts(_utc(start), until=end))
        return sum((part for part in worked if part > timedelta()), timedelta())

    def minutes_of(self, day: date) -> Sequence[tuple[int, int]]:
        """Return the shifts that start on this local date, in minutes since its midnight on the wall."""
        shifts = self._named(day)
        return _cut_end(shifts, SHORTER) if shifts and self._is_short(day) else shifts

    def _is_short(self, day: date) -> bool:
        return day in self.short_days or (self.short_eves and self.days_off.is_eve(day))

    def _named(self, day: date) -> Sequence[tuple[int, int]]:
        own, friday = self.hours.get(WEEK[day.weekday()], ()), self.hours.get("fri", ())
        if day in self.extra_days_off:
            return ()
        if day in self.extra_workdays:
            return own or friday
        if self.days_off.is_transferred_workday(day):
            return friday or own
        return () if self.days_off.is_day_off(day) else own

    def _day(self, day: date) -> tuple[Shift, ...]:
        if (kept := self._kept.get(day)) is not None:
            return kept
        minutes = [(timedelta(minutes=start), timedelta(minutes=end)) for start, end in self.minutes_of(day)]
        instants = [(self._instant(day, start), self._instant(day, end)) for start, end in minutes]
        if len(self._kept) >= KEPT_DAYS:
            self._kept.clear()
        # A shift that lies in the hour that the clock skips is no shift at all.
        return self._kept.setdefault(day, tuple((start, end) for start, end in instants if start < end))

    def _shifts(self, at: datetime, *, until: datetime | None = None) -> Iterator[tuple[datetime, datetime, date]]:
        """Yield what is left of the shifts after `at`, in order and without overlaps, each with the day it belongs to.

        Ends after `until`; without it goes on for ever and raises LookupError once nobody works for 400 days.
        """
        # Yesterday's night shift may still run; the one before it cannot.
        day = at.astimezone(self.zone).date() - ONE_DAY
        last = until.astimezone(self.zone).date() if until else None
        idle_since, covered = day, at
        while last is None or day <= last:
            if last is None and day - idle_since > HORIZON:
                raise LookupError(f"the calendar has no working time between {idle_since} and {day}")
            for start, end in self._day(day):
                # A night shift may reach into the next morning's: nothing is counted twice.
                if end > covered:
                    yield max(start, covered), end, day
                    idle_since, covered = day, end
            day += ONE_DAY

    def _add_days(self, at: datetime, days: int) -> datetime:
        start, _, day = next(self._shifts(at))
        if days == 0:
            return start
        # Measured from the midnight of the shift's own day: at 3:00 the night shift is still yesterday's.
        on_the_wall = start.astimezone(self.zone).replace(tzinfo=None) - datetime.combine(day, time())
        idle_since = day
        while days:
            day += ONE_DAY
            if self.is_workday(day):
                days, idle_since = days - 1, day
            elif day - idle_since > HORIZON:
                raise LookupError(f"the calendar has no working day between {idle_since} and {day}")
        return self.next_start(self._instant(day, on_the_wall))

    def _instant(self, day: date, on_the_wall: timedelta) -> datetime:
        """Return the UTC moment at which the clock on the wall shows so much after the midnight of `day`."""
        wall = datetime.combine(day, time()) + on_the_wall
        moment = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) == wall:
            return moment
        # The clock skips this time; the change lies between its readings by the new offset and by the old one.
        before, after = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC), moment
        changed = after.astimezone(self.zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + (after - before) // 2
            if middle.astimezone(self.zone).utcoffset() == changed:
                after = middle
            else:
                before = middle
        return after.replace(microsecond=0)


def parse_hours(text: str) -> tuple[tuple[int, int], ...]:
    """Return the shifts of one day in minutes since midnight: "10:00-14:00, 15:00-19:00", "00:00-24:00".

    "22:00-06:00" is a night shift and comes back as (1320, 1800). Raises ValueError with a sentence that says what to
    write instead.
    """
    shifts: list[tuple[int, int]] = []
    for part in text.split(","):
        start, end = _parse_shift(part.strip())
        if shifts and start < shifts[-1][1]:
            raise Wrong(Said("config.hours_overlap", text=repr(part.strip())))
        shifts.append((start, end))
    if shifts[-1][1] - DAY > shifts[0][0]:
        raise Wrong(Said("config.hours_over_a_day", text=repr(text)))
    return tuple(shifts)


def _parse_shift(part: str) -> tuple[int, int]:
    match = _SHIFT.fullmatch(part)
    if match is None:
        raise Wrong(Said("config.no_hours", text=repr(part)))
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if start >= DAY or end > DAY or int(match[2]) > 59 or int(match[4]) > 59:  # noqa: PLR2004 - minutes of an hour
        raise Wrong(Said("config.no_clock_time", text=repr(part)))
    if start == end:
        raise Wrong(Said("config.hours_empty", text=repr(part)))
    if end < start:
        end += DAY
        if end - start > LONGEST_NIGHT:
            raise Wrong(Said("config.hours_backwards", text=repr(part), longest=LONGEST_NIGHT // 60))
    return start, end


def _cut_end(shifts: Sequence[tuple[int, int]], minutes: int) -> tuple[tuple[int, int], ...]:
    """Return the shifts with so many working minutes less at the end of the day."""
    left = list(shifts)
    while left and minutes:
        start, end = left.pop()
        cut = min(minutes, end - start)
        minutes -= cut
        if start < end - cut:
            left.append((start, end - cut))
    return tuple(left)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment without a zone says nothing; pass an aware datetime")
    return at.astimezone(UTC)
