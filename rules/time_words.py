"""The words for when a message came, on the clock of the desk."""

import re

from desk.calendar import WEEK
from desk.said import Said
from rules.conditions import Condition, Sentence, WrongValue
from rules.logic import Claim
from rules.message import Message
from rules.values import Known, Word, entries_of, flag, nearest

DAY = 24 * 60  # minutes
_WINDOW = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")
DAYS_RU = dict(zip(WEEK, ("пн", "вт", "ср", "чт", "пт", "сб", "вс"), strict=True))


def minutes_of(window: str) -> frozenset[int]:
    """The minutes of the day from the first time to the second, which may be after midnight; raise WrongValue."""
    match = _WINDOW.fullmatch(window.strip())
    if match is None:
        raise WrongValue(Said("rules.no_window", text=window), Said("rules.no_window_hint"))
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if start >= DAY or end > DAY or int(match[2]) > 59 or int(match[4]) > 59:  # noqa: PLR2004 - minutes of an hour
        raise WrongValue(Said("rules.no_clock_time", text=window), Said("rules.no_window_hint"))
    if start == end:
        raise WrongValue(Said("rules.empty_window", text=window), Said("rules.no_window_hint"))
    if start < end:
        return frozenset(range(start, end))
    return frozenset({*range(start, DAY), *range(end)})


def _hours(value: object, known: Known) -> Condition:  # noqa: ARG001 - every word is asked alike
    entries = [part for entry in entries_of(value, "rules.of_hours") for part in entry.split(",")]
    minutes = frozenset(minute for entry in entries for minute in minutes_of(entry))
    shown = ", ".join(entry.strip() for entry in entries)

    def holds(message: Message) -> bool:
        at = message.facts.at
        return at is not None and at.hour * 60 + at.minute in minutes

    return Condition(
        holds=holds,
        says=Sentence(f"время — {shown}", f"the time is {shown}"),
        fails=Sentence(f"время — не {shown}", f"the time is not {shown}"),
        claim=Claim(about="hours", values=minutes, domain=frozenset(range(DAY))),
    )


def _weekdays(value: object, known: Known) -> Condition:  # noqa: ARG001
    days = frozenset(day for entry in entries_of(value, "rules.of_weekdays") for day in _days_of(entry))
    inside = [day for day in WEEK if day in days]
    ru, en = ", ".join(DAYS_RU[day] for day in inside), ", ".join(inside)
    return Condition(
        holds=lambda message: message.facts.at is not None and WEEK[message.facts.at.weekday()] in days,
        says=Sentence(f"день недели — {ru}", f"the day is {en}"),
        fails=Sentence(f"день недели — не {ru}", f"the day is not {en}"),
        claim=Claim(about="weekdays", values=days, domain=frozenset(WEEK)),
    )


def _days_of(entry: str) -> list[str]:
    """The days of "sat" or "mon-fri"; "fri-mon" goes over the weekend."""
    first, dash, last = (part.strip().lower() for part in entry.partition("-"))
    for day in (first, last) if dash else (first,):
        if day not in WEEK:
            raise WrongValue(Said("rules.unknown_weekday", word=day), nearest(day, WEEK))
    if not dash:
        return [first]
    start, end = WEEK.index(first), WEEK.index(last)
    return [WEEK[(start + step) % 7] for step in range((end - start) % 7 + 1)]


WORDS: dict[str, Word] = {
    "hours": _hours,
    "weekdays": _weekdays,
    "working_hours": flag(
        "working_hours",
        lambda message: message.facts.working_hours,
        Sentence("пришло в рабочее время", "it came in working hours"),
        Sentence("пришло в нерабочее время", "it came outside working hours"),
    ),
}
