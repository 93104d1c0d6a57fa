"""Official days off and working days by transfer, from the `holidays` library."""

import difflib
from datetime import date, datetime, timedelta
from typing import Protocol

from desk.calendar import DaysOff, NoDaysOff
from desk.said import Said, Wrong

NOBODYS = ("", "none")
# Labour codes by which the day before a holiday is shorter: Russia's article 95, Belarus' article 116.
WITH_EVES = ("RU", "RUS", "BY", "BLR")


class _Holidays(Protocol):
    """What is used of the library's dictionary, which fills in a year when a date of it is asked for."""

    weekend_workdays: set[date]

    def __contains__(self, day: object) -> bool: ...

    def get_list(self, day: date) -> list[str]: ...


class OfficialDays:
    """One country's days off (holidays and days off by transfer) and weekend days that a transfer made working.

    `eves`: the day before a holiday is shorter there. `by_transfer` and `written` are how the library names a day off
    by transfer ("… %s") and the date whose work it was given for; a country without transfers has neither.
    """

    def __init__(self, days: _Holidays, *, eves: bool = False, by_transfer: str = "", written: str = "") -> None:
        self._days = days
        self._eves = eves
        self._before, _, self._after = by_transfer.partition("%s")
        self._written = written

    def is_day_off(self, day: date) -> bool:
        return day in self._days

    def is_transferred_workday(self, day: date) -> bool:
        # Asking for the date first makes the library work out its year; a working day by transfer is no holiday.
        return day not in self._days and day in self._days.weekend_workdays

    def is_eve(self, day: date) -> bool:
        # The day directly before a holiday, whatever its weekday. A day that works by transfer is as long as the day
        # off that it was exchanged for would have been.
        if not self._eves:
            return False
        exchanged = self._exchanged_for(day) if self.is_transferred_workday(day) else None
        return any(self._is_statutory(one + timedelta(days=1)) for one in (day, exchanged) if one)

    def _is_statutory(self, day: date) -> bool:
        return day in self._days and any(self._moved_from(name) is None for name in self._days.get_list(day))

    def _exchanged_for(self, workday: date) -> date | None:
        """The day off that a working weekend day was given for; both are of one year, or of two that touch."""
        for off in (date(workday.year, 1, 1) + timedelta(days=n) for n in range(-31, 397)):
            if off in self._days and any(self._moved_from(name) == workday for name in self._days.get_list(off)):
                return off
        return None

    def _moved_from(self, name: str) -> date | None:
        """The date that a day off by transfer names; None for any other holiday."""
        if not self._before or not name.startswith(self._before) or not name.endswith(self._after):
            return None
        text = name.removeprefix(self._before).removesuffix(self._after)
        try:
            return datetime.strptime(text, self._written).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            return None


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
    # In the calendar's own language, whatever the machine speaks: days off by transfer are known by their names.
    kind = type(holidays.country_holidays(code))
    days = holidays.country_holidays(code, subdiv=part or None, language=kind.default_language)
    names = {"by_transfer": "substituted_label", "written": "substituted_date_format"}
    labels = {ours: str(getattr(days, theirs, "")) for ours, theirs in names.items()}
    return OfficialDays(days, eves=code in WITH_EVES, **labels)


def _unknown(country: str, code: str, known: dict[str, list[str]]) -> Said:
    from holidays.registry import COUNTRIES

    names = {name.replace("_", " "): str(entry[1]) for name, entry in COUNTRIES.items()}
    by_name = [names[name] for name in difflib.get_close_matches(country.strip().lower(), names, n=2)]
    by_code = difflib.get_close_matches(code, known, n=3, cutoff=0.5)
    near = list(dict.fromkeys([*by_name, *by_code])) or ["RU", "DE", "US"]
    return Said("config.unknown_country", country=repr(country), near=", ".join(near))
