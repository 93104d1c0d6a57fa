"""A calendar's invitation in words: what, when in the reader's zone, where, who. Bounded, never raises, pure."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from desk.language import guess_language
from desk.texts import say
from mail.charsets import clean

SIZE_LIMIT = 400_000  # characters of a calendar that are read
LINES_LIMIT = 5_000
PEOPLE_LIMIT = 30
VALUE_LIMIT = 1_000  # characters of one answer
NOTE_LIMIT = 20_000
_LINE = re.compile(r'([A-Za-z-]{1,40})((?:;[^":;]{1,200}(?:"[^"]{0,500}"[^":;]{0,200}){0,5}){0,20}):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z-]{1,40})=(?:"([^"]{0,500})"|([^";:]{0,500}))')
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z?))?")
_PERIOD = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d{1,6}S)?)?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{1,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")  # "Europe/Moscow", never a path
# The names that Outlook writes for the zones of Russia and its neighbours; any other is shown as it is written.
_WINDOWS = {
    "Kaliningrad": "Europe/Kaliningrad", "Belarus": "Europe/Minsk", "Russian": "Europe/Moscow",
    "Russia Time Zone 3": "Europe/Samara", "Astrakhan": "Europe/Astrakhan", "Saratov": "Europe/Saratov",
    "Volgograd": "Europe/Volgograd", "Ekaterinburg": "Asia/Yekaterinburg", "Omsk": "Asia/Omsk",
    "N. Central Asia": "Asia/Novosibirsk", "Altai": "Asia/Barnaul", "Tomsk": "Asia/Tomsk",
    "North Asia": "Asia/Krasnoyarsk", "North Asia East": "Asia/Irkutsk", "Yakutsk": "Asia/Yakutsk",
    "Transbaikal": "Asia/Chita", "Vladivostok": "Asia/Vladivostok", "Sakhalin": "Asia/Sakhalin",
    "Magadan": "Asia/Magadan", "Russia Time Zone 10": "Asia/Srednekolymsk", "Russia Time Zone 11": "Asia/Kamchatka",
    "W. Europe": "Europe/Berlin",
}  # fmt: skip
_REPEATS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_ANSWERS = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE"})


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    parameters: dict[str, str]
    value: str

    def words(self) -> str:
        """The value without the escapes of RFC 5545."""
        plain = re.sub(r"\\([nN,;\\])", lambda m: "\n" if m[1] in "nN" else m[1], self.value[:NOTE_LIMIT])
        return clean(plain).strip()

    def line(self) -> str:
        return " ".join(self.words().split())[:VALUE_LIMIT]

    def person(self) -> str:
        address = self.value.partition(":")[2] if self.value[:7].lower() == "mailto:" else self.value
        address, name = address.strip()[:VALUE_LIMIT], " ".join(self.parameters.get("CN", "").split())
        return f"{name} <{address}>" if name and name.lower() != address.lower() else address


def words_of(calendar: str, language: str = "", zone: tzinfo = UTC) -> str:
    """Return the first event of a calendar in words, "" when there is none; the language is the event's own.

    Times are those of `zone`; one whose own zone is not known stays as it is written, beside that zone's name.
    """
    method, fields = _event(calendar)
    first: dict[str, _Field] = {}
    for found in fields:
        first.setdefault(found.name, found)
    if "SUMMARY" not in first and _moment(first.get("DTSTART"), zone) is None:
        return ""
    named = " ".join(first[name].words() for name in ("SUMMARY", "DESCRIPTION", "LOCATION") if name in first)
    language = language or guess_language(named) or "ru"
    lines = [_head(language, method, first, fields)]
    if when := _when(language, first, zone):
        lines.append(say(language, "invitation.when", when=when))
    rule = re.search(r"FREQ=([A-Z]{1,20})", first["RRULE"].value.upper()) if "RRULE" in first else None
    if rule and rule[1] in _REPEATS:
        lines.append(say(language, _REPEAT_KEYS[rule[1]]))
    if "LOCATION" in first and (where := first["LOCATION"].line()):
        lines.append(say(language, "invitation.where", where=where))
    if "ORGANIZER" in first and (who := first["ORGANIZER"].person()):
        lines.append(say(language, "invitation.organizer", who=who))
    guests = [found.person() for found in fields if found.name == "ATTENDEE"]
    if guests and method != "REPLY":
        more = "" if len(guests) <= PEOPLE_LIMIT else " …"
        lines.append(say(language, "invitation.guests", who=", ".join(guests[:PEOPLE_LIMIT]) + more))
    return clean("\n".join(lines))


_REPEAT_KEYS = {
    "DAILY": "invitation.daily", "WEEKLY": "invitation.weekly", "MONTHLY": "invitation.monthly",
    "YEARLY": "invitation.yearly",
}  # fmt: skip
_ANSWER_KEYS = {
    "ACCEPTED": "invitation.accepted", "DECLINED": "invitation.declined", "TENTATIVE": "invitation.tentative",
}  # fmt: skip


def note_of(calendar: str) -> str:
    """Return what an event's description says, for a letter without words of its own."""
    return next((found.words() for found in _event(calendar)[1] if found.name == "DESCRIPTION"), "")


def _head(language: str, method: str, first: dict[str, _Field], fields: list[_Field]) -> str:
    what = first["SUMMARY"].line() if "SUMMARY" in first else "—"
    if method == "REPLY":
        guest = next((found for found in fields if found.name == "ATTENDEE"), None)
        answer = guest.parameters.get("PARTSTAT", "").upper() if guest else ""
        if guest and answer in _ANSWERS:
            return say(language, _ANSWER_KEYS[answer], what=what, who=guest.person())
    cancelled = method == "CANCEL" or ("STATUS" in first and first["STATUS"].value.strip().upper() == "CANCELLED")
    return say(language, "invitation.cancelled" if cancelled else "invitation.what", what=what)


def _when(language: str, first: dict[str, _Field], zone: tzinfo) -> str:
    start = _moment(first.get("DTSTART"), zone)
    if start is None:
        return ""
    begins, whole_day, written = start
    end = _moment(first.get("DTEND"), zone)
    finish = end[0] if end else None
    if finish is None and "DURATION" in first and (period := _PERIOD.search(first["DURATION"].value)):
        weeks, days, hours, minutes = (int(number or 0) for number in period.groups())
        with suppress(OverflowError):
            finish = begins + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    if whole_day:
        last = finish - timedelta(days=1) if finish and finish > begins else begins  # the end is the day after
        days_ = f"{begins:%d.%m.%Y}" if last == begins else f"{begins:%d.%m.%Y} – {last:%d.%m.%Y}"
        return f"{days_}, {say(language, 'invitation.whole_day')}"
    words = f"{begins:%d.%m.%Y %H:%M}"
    if finish and finish > begins:
        words += f"–{finish:%H:%M}" if finish.date() == begins.date() else f" – {finish:%d.%m.%Y %H:%M}"
    return f"{words} ({written})" if written else words


def _moment(found: _Field | None, zone: tzinfo) -> tuple[datetime, bool, str] | None:
    """Return a moment in our zone, whether it is a whole day, and its own zone's name if that zone is not known."""
    match = _MOMENT.match(found.value.strip()) if found else None
    if not match or not found:
        return None
    year, month, day, hour, minute = (int(number or 0) for number in match.groups()[:5])
    try:
        moment = datetime(year, month, day, hour, minute)  # noqa: DTZ001 - as it is written
    except ValueError:
        return None
    whole_day = match[4] is None
    named = "UTC" if match[6] else " ".join(found.parameters.get("TZID", "").split())[:60]
    if named and not whole_day and (theirs := _zone(named)):
        with suppress(OverflowError):  # the first and the last day of all years
            return moment.replace(tzinfo=theirs).astimezone(zone).replace(tzinfo=None), False, ""
    return moment, whole_day, named


def _zone(named: str) -> tzinfo | None:
    """Return a zone by the name that a calendar gives it; None for one that only its own program knows."""
    if named == "UTC":
        return UTC
    named = _WINDOWS.get(named.removesuffix(" Standard Time"), named)
    try:
        return ZoneInfo(named) if _ZONE.fullmatch(named) else None
    except (KeyError, ValueError, OSError):
        return None


def _event(calendar: str) -> tuple[str, list[_Field]]:
    """Return the calendar's method and the fields of its first event or task, alarms left out."""
    method, fields, inside, other = "", list[_Field](), False, 0
    for found in _fields(calendar):
        kind = found.value.strip().upper()
        if found.name == "BEGIN" and not inside:
            inside = kind in ("VEVENT", "VTODO")
        elif found.name == "BEGIN":
            other += 1
        elif found.name == "END" and inside:
            if other == 0:
                return method, fields
            other -= 1
        elif inside and other == 0:
            fields.append(found)
        elif found.name == "METHOD":
            method = kind
    return method, fields


def _fields(calendar: str) -> Iterator[_Field]:
    text = re.sub(r"\n[ \t]", "", clean(calendar[:SIZE_LIMIT]))
    for line in text.split("\n", LINES_LIMIT)[:LINES_LIMIT]:
        if match := _LINE.match(line):
            parameters = {m[1].upper(): m[2] or m[3] or "" for m in _PARAMETER.finditer(match[2])}
            yield _Field(match[1].upper(), parameters, match[3])
