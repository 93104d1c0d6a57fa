"""Instants as people say them: «в понедельник в 10:00 (МСК)». To clients with the desk's own `texts`."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.texts import OURS, Texts

_ZONES = {"Europe/Moscow": {"ru": "МСК", "en": "MSK"}}
"""Short names that people know; the time zone database gives numbers for Russian zones."""

_NEAR = 7


def in_words(language: str, at: datetime, *, now: datetime, timezone: str, texts: Texts = OURS) -> str:
    """The day and time of `at` seen from `now`, on the wall clock of `timezone`, with the zone's short name."""
    zone = ZoneInfo(timezone)
    local, today = at.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if days == 0:
        day = texts.say(language, "when.today")
    elif days == 1:
        day = texts.say(language, "when.tomorrow")
    elif 1 < days < _NEAR:
        day = texts.say(language, f"when.weekday{local.weekday()}")
    else:
        day = texts.say(language, "when.date", day=local.day, month=texts.say(language, f"when.month{local.month}"))
    return texts.say(language, "when.at", day=day, time=f"{local:%H:%M}", zone=zone_name(language, at, timezone))


def day_in_words(language: str, at: datetime, *, timezone: str, texts: Texts = OURS) -> str:
    """A date: «12 января»."""
    local = at.astimezone(ZoneInfo(timezone))
    return texts.say(language, "when.day", day=local.day, month=texts.say(language, f"when.month{local.month}"))


def shortly(
    language: str, at: datetime, *, now: datetime, timezone: str, named: bool = True, texts: Texts = OURS
) -> str:
    """An instant that a deadline ends with: «пт 15:40», farther away «27 ноября 15:40»; `named`: with the zone.

    It goes on standing where it was written, so it never says "today".
    """
    zone = ZoneInfo(timezone)
    local, today = at.astimezone(zone), now.astimezone(zone)
    if abs((local.date() - today.date()).days) < _NEAR:
        day = texts.say(language, f"when.short{local.weekday()}")
    else:
        day = day_in_words(language, at, timezone=timezone, texts=texts)
    time = f"{local:%H:%M}"
    if named:
        return texts.say(language, "when.short_at", day=day, time=time, zone=zone_name(language, at, timezone))
    return texts.say(language, "when.short", day=day, time=time)


def length_in_words(language: str, length: timedelta, texts: Texts = OURS) -> str:
    """A length in whole minutes, rounded down: «2 ч 10 мин». Hours never make a day: a plan's may have eight."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if hours and minutes:
        return texts.say(language, "when.hours_minutes", hours=hours, minutes=minutes)
    if hours:
        return texts.say(language, "when.hours", hours=hours)
    return (
        texts.say(language, "when.minutes", minutes=minutes) if minutes else texts.say(language, "when.under_a_minute")
    )


def zone_name(language: str, at: datetime, timezone: str) -> str:
    known = _ZONES.get(timezone)
    if known:
        return known.get(language, known["en"])
    name = at.astimezone(ZoneInfo(timezone)).tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name
