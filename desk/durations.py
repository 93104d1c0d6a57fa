"""Durations as the configuration writes them: "7 days", "5 working days", "16 working hours"."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from desk.said import Said, Wrong

# The longest wait that still adds to today's date without leaving the years that datetime knows.
LONGEST = timedelta(days=3660)

_UNITS: dict[str, timedelta | None] = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "working day": None,
    "working hour": None,
}
_FORM = re.compile(r"([0-9]{1,9})\s*([a-z][a-z _-]*)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A length of time to wait; exactly one of the three fields is set.

    `plain` runs around the clock, `working_days` and `working_hours` are counted by a calendar.
    """

    plain: timedelta | None = None
    working_days: int | None = None
    working_hours: int | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.plain, self.working_days, self.working_hours) if value is not None]
        if len(given) != 1:
            raise ValueError("a span is plain time, working days or working hours: exactly one of them")
        if (given[0] if isinstance(given[0], int) else given[0] // timedelta(microseconds=1)) < 0:
            raise ValueError("a span cannot be negative")

    def __bool__(self) -> bool:
        """Return whether there is anything to wait for."""
        return bool(self.plain or self.working_days or self.working_hours)

    def __str__(self) -> str:
        """Return the canonical text, which `parse_span` reads back to an equal span."""
        if self.working_days is not None:
            return _counted(self.working_days, "working day")
        if self.working_hours is not None:
            return _counted(self.working_hours, "working hour")
        seconds = int((self.plain or timedelta()).total_seconds())
        # Weeks are left out: "7 days" is what people write and "21 days" is as clear as "3 weeks".
        for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
            if seconds and seconds % size == 0:
                return _counted(seconds // size, unit)
        return _counted(seconds, "second")


def parse_span(text: str) -> Span:
    """Return the span that `text` names; raise ValueError with a sentence for the operator."""
    match = _FORM.fullmatch(text.strip().lower())
    if match is None:
        raise Wrong(Said("config.no_duration", text=repr(text), accepted=Said("config.durations")))
    number, words = int(match[1]), " ".join(re.split(r"[\s_-]+", match[2].strip()))
    unit = words.removesuffix("s")
    if unit not in _UNITS:
        raise Wrong(_unknown(text, number, words, difflib.get_close_matches(unit, _UNITS, n=1, cutoff=0.5)))
    size = _UNITS[unit]
    if number * (size or timedelta(days=1) / (1 if unit == "working day" else 24)) > LONGEST:
        raise Wrong(Said("config.too_long", text=repr(text)))
    if unit == "working day":
        return Span(working_days=number)
    if unit == "working hour":
        return Span(working_hours=number)
    return Span(plain=number * (size or timedelta()))


def parse_plain(text: str) -> timedelta:
    """Return time that runs around the clock; raise ValueError, also for working days and hours."""
    span = parse_span(text)
    if span.plain is None:
        raise Wrong(Said("config.needs_calendar", text=repr(text)))
    return span.plain


def _unknown(text: str, number: int, unit: str, near: Sequence[str]) -> Said:
    said = {"text": repr(text), "unit": repr(unit), "accepted": Said("config.durations")}
    if near:
        return Said("config.no_unit_meant", **said, meant=repr(_counted(number, near[0])))
    return Said("config.no_unit", **said)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
