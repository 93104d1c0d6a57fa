"""Time spent, reckoned: read from an engineer's words, summed, rounded for a bill. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from desk.accounts import Agreement, Estimate, Spent
from desk.settings import Plan

HALF_HOUR = timedelta(minutes=30)
"""What a day's work on a ticket of a paid plan is rounded up to, and the least that is billed for it."""

LONGEST = 24 * 60
"""Minutes of one entry, and of one person's entries of one day."""

_HOURS = r"hours?|hrs?|h|часов|часа|час|ч"
_MINUTES = r"minutes?|mins?|min|m|минуты|минута|минуту|минут|мин|м"
_PART = re.compile(rf"([0-9]{{1,5}}(?:[.,][0-9]{{1,3}})?)\s*(?:({_HOURS})|({_MINUTES}))(?![^\W\d_])\.?", re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,5}):([0-5][0-9])(?![\d:.,])")
_SAID = (
    (re.compile(r"(?:полчаса|пол\s?часа|half an hour)(?!\w)", re.IGNORECASE), 30, 0),
    (re.compile(r"(?:полтора часа|an hour and a half)(?!\w)", re.IGNORECASE), 90, 0),
    (re.compile(r"(?:час|an hour)(?!\w)", re.IGNORECASE), 60, 1),
)
"""Lengths said without a figure: minutes, and whether minutes may follow («час 20 минут»)."""

_BETWEEN = re.compile(r"\s*(?:(?:и|and)\s+)?", re.IGNORECASE)
_LEAD = " \t\r\n—–-:,;."


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A length of time in minutes and the words after it."""

    minutes: int
    words: str


def read(text: str) -> Read | None:
    """What «25m текст», «1ч 30м», «1:30», «1.5h», «полчаса» say; None where no length begins the text.

    Parts of a minute count as a whole one. A figure without a unit is no length: nobody can tell what it counts.
    """
    text = text.strip()
    minutes, at = _begin(text)
    if at == 0:
        return None
    rest = text[at:]
    if rest and rest[0].isalnum():  # «1:30б», «25m5»: it was not what it seemed
        return None
    words = rest.strip().lstrip(_LEAD).strip()
    return None if words.isdecimal() else Read(minutes=minutes, words=words)


def _begin(text: str) -> tuple[int, int]:
    """The minutes that a text begins with and where they end; 0 as the end where it begins with none."""
    if clock := _CLOCK.match(text):
        return int(clock[1]) * 60 + int(clock[2]), clock.end()
    for form, minutes, goes_on in _SAID:
        if said := form.match(text):
            more, end = _part(text, said.end(), hours=False) if goes_on else (0, 0)
            return minutes + more, end or said.end()
    minutes, end = _part(text, 0, hours=True)
    if end:
        more, further = _part(text, end, hours=False)
        return minutes + more, further or end
    return _part(text, 0, hours=False)


def _part(text: str, at: int, *, hours: bool) -> tuple[int, int]:
    """One figure with its unit from a place on: its minutes and its end; the end is 0 where there is none."""
    begun = _BETWEEN.match(text, at)
    found = _PART.match(text, begun.end() if begun and at else at)
    if found is None or bool(found[2]) is not hours:
        return 0, 0
    exact = Decimal(found[1].replace(",", ".")) * (60 if hours else 1)
    return int(exact.to_integral_value(ROUND_CEILING)), found.end()


def in_all(entries: Iterable[Spent]) -> int:
    """The minutes of all entries that were not withdrawn."""
    return sum(entry.minutes for entry in entries if entry.withdrawn_at is None)


def rounded(spent: timedelta) -> timedelta:
    """A day's work as a bill counts it: up to the next half hour."""
    return -(-spent // HALF_HOUR) * HALF_HOUR


def billed(
    entries: Iterable[Spent], plan: Plan | None, zone: ZoneInfo, estimates: Iterable[Estimate] = ()
) -> dict[date, timedelta]:
    """What is billed on each day of the zone; days with nothing to bill are left out.

    By a paid plan each ticket's day is rounded up to half hours. Work outside the plan, which is booked on an estimate,
    is billed by whatever plan, to the minute, and never beyond the time that the client agreed to. What was withdrawn
    counts nowhere.
    """
    paid = plan is not None and plan.paid
    left = {one.id: one.minutes for one in estimates if one.state is Agreement.AGREED}
    by_plan: dict[tuple[int, date], int] = defaultdict(int)
    bill: dict[date, timedelta] = defaultdict(timedelta)
    for entry in sorted(entries, key=lambda one: (one.at, one.id)):
        day = entry.at.astimezone(zone).date()
        if entry.withdrawn_at is not None:
            continue
        if entry.estimate_id is None:
            by_plan[entry.ticket_id, day] += entry.minutes
            continue
        counts = min(entry.minutes, left.get(entry.estimate_id, 0))
        if counts:
            left[entry.estimate_id] -= counts
            bill[day] += timedelta(minutes=counts)
    if paid:
        for (_, day), minutes in by_plan.items():
            bill[day] += rounded(timedelta(minutes=minutes))
    return {day: bill[day] for day in sorted(bill) if bill[day]}
