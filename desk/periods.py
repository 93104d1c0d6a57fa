"""The stretch of time that a report speaks of: an ISO week, a month, a quarter. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_FORM = re.compile(r"(20\d\d)(?:-?w(\d{1,2})|-?q([1-4])|-(\d{1,2}))", re.ASCII | re.IGNORECASE)
_WEEK = timedelta(days=7)
_A_QUARTER = 3
"""Months."""


class Sort(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days: the first one and the one after the last."""

    sort: Sort
    first: date
    after: date

    @property
    def name(self) -> str:
        """What `parse` reads back: "2026-W48", "2026-11", "2026Q4"."""
        if self.sort is Sort.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.sort is Sort.MONTH:
            return f"{self.first:%Y-%m}"
        return f"{self.first.year}Q{self.quarter}"

    @property
    def last(self) -> date:
        return self.after - timedelta(days=1)

    @property
    def quarter(self) -> int:
        return (self.first.month - 1) // _A_QUARTER + 1

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The moments, in UTC, at which it begins and at which it is over."""
        return instant(self.first, zone), instant(self.after, zone)

    def parts(self) -> Iterator[tuple[date, date]]:
        """The days of a week or a month, the weeks of a quarter (cut off at its ends), as first and after."""
        day = self.first
        while day < self.after:
            following = day + timedelta(days=1)
            if self.sort is Sort.QUARTER:
                following = min(self.after, day + timedelta(days=7 - day.weekday()))
            yield day, following
            day = following


def instant(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins there, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def containing(sort: Sort, day: date) -> Period:
    """The week, month or quarter that a day belongs to."""
    if sort is Sort.WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(sort=sort, first=first, after=first + _WEEK)
    months = 1 if sort is Sort.MONTH else _A_QUARTER
    first = date(day.year, day.month - (day.month - 1) % months, 1)
    later = first.month - 1 + months
    return Period(sort=sort, first=first, after=date(first.year + later // 12, later % 12 + 1, 1))


def before(sort: Sort, day: date) -> Period:
    """The last one that was over when that day began."""
    return containing(sort, containing(sort, day).first - timedelta(days=1))


def parse(text: str) -> Period | None:
    """«2026-W48», «2026-11», «2026Q4»; None for anything else."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    year = int(found[1])
    try:
        if found[2]:
            return containing(Sort.WEEK, date.fromisocalendar(year, int(found[2]), 1))
        if found[3]:
            return containing(Sort.QUARTER, date(year, int(found[3]) * _A_QUARTER, 1))
        return containing(Sort.MONTH, date(year, int(found[4]), 1))
    except ValueError:
        return None
