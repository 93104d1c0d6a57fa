"""The day that an engineer names in a filter: «2026-10», «05.10.2026», «7d», «вчера». Pure."""

import re
from datetime import date, timedelta

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})|(\d{1,2})[./](\d{4})")
_AGO = re.compile(r"(\d{1,4})\s*([dwдн])[a-zа-я]*")
_SOON = {"today": 0, "сегодня": 0, "yesterday": 1, "вчера": 1}


def named_day(value: str, today: date) -> date | None:
    """The first day of what is named; None when it is none. ValueError, OverflowError for a day that does not exist."""
    if value in _SOON:
        return today - timedelta(days=_SOON[value])
    if ago := _AGO.fullmatch(value):
        return today - timedelta(days=int(ago[1]) * (7 if ago[2] in "wн" else 1))
    if found := _DAY.fullmatch(value):
        if found[1]:
            return date(int(found[1]), int(found[2]), int(found[3]))
        day = date(int(found[6] or today.year), int(found[5]), int(found[4]))
        return day.replace(year=day.year - 1) if not found[6] and day > today else day
    if found := _MONTH.fullmatch(value):
        return date(int(found[1] or found[4]), int(found[2] or found[3]), 1)
    return date(int(value), 1, 1) if re.fullmatch(r"\d{4}", value) else None
