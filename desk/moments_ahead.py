"""Reads when an engineer wants to come back to something: «2д», «2h», «до завтра 10:00», «пт». Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta

from desk.calendar import WorkingTime
from desk.errors import Refusal

FARTHEST = timedelta(days=366)
"""Farther away is a slip of the finger."""

_UNITS = (
    (timedelta(minutes=1), r"минут[уы]?|мин|м|minutes?|min|m"),
    (timedelta(hours=1), r"час(?:а|ов)?|ч|hours?|h"),
    (timedelta(days=1), r"день|дн(?:я|ей)|дн|д|days?|d"),
    (timedelta(weeks=1), r"недел[юиь]|недель|нед|н|weeks?|w"),
)
_LENGTH = re.compile(
    r"(?P<lead>(?:на|через|for|in)(?:\s+an?)?\s+)?(?P<number>\d{0,4})\s*(?P<unit>"
    + "|".join(words for _, words in _UNITS)
    + r")(?!\w)\.?",
    re.IGNORECASE,
)
_DAYS = (
    r"пн|понедельник\w*|mon(?:day)?", r"вт|вторник\w*|tue(?:sday)?", r"ср|сред[ауы]|wed(?:nesday)?",
    r"чт|четверг\w*|thu(?:rsday)?", r"пт|пятниц[ауы]|fri(?:day)?", r"сб|суббот[ауы]|sat(?:urday)?",
    r"вс|воскресень[ея]|sun(?:day)?",
)  # fmt: skip
_SOON = {"сегодня": 0, "today": 0, "завтра": 1, "tomorrow": 1, "послезавтра": 2}
_UNTIL = re.compile(
    r"(?:(?:до|until|till|к|by|в|во|on|на)\s+)?(?:(?:"
    r"(?P<day>\d{1,2})\.(?P<month>0?[1-9]|1[0-2])(?!\d)(?:\.(?P<year>\d{4}))?|(?P<iso>\d{4}-\d{2}-\d{2})"
    rf"|(?P<soon>{'|'.join(_SOON)})|(?P<weekday>{'|'.join(_DAYS)}))(?!\w))?"
    r"(?:(?:^|\s+|,\s*)?(?:в\s+|at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?!\d))?",
    re.IGNORECASE,
)
_LEADS = re.compile(r"(?:до|until|till|к|by|в|at)\s+(?=\d{1,2}:\d{2}(?!\d))", re.IGNORECASE)


def read(words: str, *, now: datetime, calendar: WorkingTime) -> tuple[datetime, str]:
    """The moment that the words begin with, and the words after it. Refusal for none, a past or a far one.

    What names days is the beginning of that working day; what falls out of working time is the next beginning of it.
    """
    text = words.strip()
    local = now.astimezone(calendar.zone)
    length = _LENGTH.match(text)
    if length and (length["number"] or length["lead"]):
        at, end = _after(length, now, calendar), length.end()
    else:
        bare = _LEADS.sub("", text, count=1) if _LEADS.match(text) else text
        found = _UNTIL.match(bare)
        if found is None or not any(found[name] for name in ("day", "iso", "soon", "weekday", "hour")):
            raise Refusal("shaping.later_how")
        at, end = _at(found, local, calendar), found.end() + len(text) - len(bare)
    if at <= now:
        raise Refusal("shaping.later_passed")
    if at - now > FARTHEST:
        raise Refusal("shaping.later_far", days=FARTHEST.days)
    return at, text[end:].strip(" \t\n,;:—–-")


def _after(found: re.Match[str], now: datetime, calendar: WorkingTime) -> datetime:
    unit = next(size for size, words in _UNITS if re.fullmatch(words, found["unit"], re.IGNORECASE))
    length = int(found["number"] or 1) * unit
    if length > FARTHEST:
        raise Refusal("shaping.later_far", days=FARTHEST.days)
    if unit < timedelta(days=1):
        return calendar.next_start(now + length)
    day = (now + length).astimezone(calendar.zone).date()
    return calendar.next_start(datetime.combine(day, time(), calendar.zone).astimezone(UTC))


def _at(found: re.Match[str], local: datetime, calendar: WorkingTime) -> datetime:
    try:
        day = _day(found, local.date())
        hour = time(int(found["hour"]), int(found["minute"])) if found["hour"] else None
    except ValueError:
        raise Refusal("shaping.later_no_such") from None
    at = datetime.combine(day, hour or time(), calendar.zone).astimezone(UTC)
    return at if hour else calendar.next_start(at)  # an hour that somebody names is meant, whatever the calendar says


def _day(found: re.Match[str], today: date) -> date:
    if found["iso"]:
        return date.fromisoformat(found["iso"])
    if found["soon"]:
        return today + timedelta(days=_SOON[found["soon"].casefold()])
    if found["weekday"]:
        wanted = next(
            index for index, words in enumerate(_DAYS) if re.fullmatch(words, found["weekday"], re.IGNORECASE)
        )
        return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
    if not found["day"]:
        return today
    day, month = int(found["day"]), int(found["month"])
    year = int(found["year"] or today.year)
    ahead = not found["year"] and date(year, month, day) < today
    return date(year + ahead, month, day)
