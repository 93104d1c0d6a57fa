"""Weekly working hours as people write them: «пн–чт 9:00–18:00, пт 9:00–17:00 (МСК)»."""

from datetime import datetime
from itertools import groupby

from desk.calendar import WEEK, WorkingTime
from desk.moments import zone_name
from desk.texts import OURS, Texts


def in_words(language: str, calendar: WorkingTime, now: datetime, texts: Texts = OURS) -> str:
    """The usual week of a calendar, neighbouring days of the same hours together; holidays are left out."""
    days = [(number, tuple(calendar.hours.get(day, ()))) for number, day in enumerate(WEEK)]
    if all(shifts == ((0, 24 * 60),) for _, shifts in days):
        return texts.say(language, "library.round_the_clock")
    parts = []
    for shifts, group in groupby(days, key=lambda pair: pair[1]):
        numbers = [number for number, _ in group]
        if not shifts:
            continue
        ends = dict.fromkeys((numbers[0], numbers[-1]))
        named = "–".join(texts.say(language, f"when.short{number}") for number in ends)
        hours = ", ".join(f"{_time(start)}–{_time(end)}" for start, end in shifts)
        parts.append(f"{named} {hours}")
    return f"{'; '.join(parts)} ({zone_name(language, now, str(calendar.zone))})"


def _time(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours if hours == 24 else hours % 24}:{rest:02}"  # noqa: PLR2004 - midnight at the end of a day
