"""Official days off and working days by transfer, from the `holidays` library."""

import difflib
from datetime import date
from typing import Protocol

from desk.calendar import DaysOff, NoDaysOff
from desk.said import Said, Wrong

NOBODYS = ("", "none")


class _Holidays(Protocol):
    """What is used of the library's dictionary, which fills in a year when a date of it is asked for."""

    weekend_workdays: set[date]

    def __contains__(self, day: object) -> bool: ...


class OfficialDays:
    """One country's days off (holidays and days off by transfer) and weekend days that a transfer made working."""

    def __init__(self, days: _Holidays) -> None:
        self._days = days

    def is_day_off(self, day: date) -> bool:
        return day in self._days

    def is_transferred_workday(self, day: date) -> bool:
        # Asking for the date first makes the library work out its year; a working day by transfer is no holiday.
        return day not in self._days and day in self._days.weekend_workdays


def days_off(country: str) -> DaysOff:
    """Return the days off of a country ("RU") or of a part of it ("DE-BY"); "" and "none" mean no holidays.

    Raises ValueError with the nearest known codes for anything else.
    """
    if country.strip().lower() in NOBODYS:
        return NoDaysOff()
    # Imported here: the library brings 250 calendars, and many commands ask none of them.
    import holidays

    code, _, part = country.strip().upper().partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if code not in known:
        raise Wrong(_unknown(country, code, known))
    if part and part not in known[code]:
        near = difflib.get_close_matches(part, known[code], n=3, cutoff=0.3) or sorted(known[code])[:5]
        known_parts = ", ".join(f"{code}-{one}" for one in near)
        if not near:
            raise Wrong(Said("config.no_parts", country=repr(country)))
        raise Wrong(Said("config.unknown_part", country=repr(country), known=known_parts))
    return OfficialDays(holidays.country_holidays(code, subdiv=part or None))


def _unknown(country: str, code: str, known: dict[str, list[str]]) -> Said:
    from holidays.registry import COUNTRIES

    names = {name.replace("_", " "): str(entry[1]) for name, entry in COUNTRIES.items()}
    by_name = [names[name] for name in difflib.get_close_matches(country.strip().lower(), names, n=2)]
    by_code = difflib.get_close_matches(code, known, n=3, cutoff=0.5)
    near = list(dict.fromkeys([*by_name, *by_code])) or ["RU", "DE", "US"]
    return Said("config.unknown_country", country=repr(country), near=", ".join(near))
