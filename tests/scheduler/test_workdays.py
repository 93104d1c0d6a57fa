"""Official days off, checked against the published Russian production calendars."""

import subprocess
import sys
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.calendar import WorkingTime, parse_hours
from scheduler.workdays import days_off

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
TRANSFERS = [
    # Transfers by decree of the government: the date, whether people work on it.
    ("2024-04-27", True),
    ("2024-04-29", False),
    ("2024-04-30", False),
    ("2024-05-10", False),
    ("2024-11-02", True),
    ("2024-12-28", True),
    ("2024-12-30", False),
    ("2024-12-31", False),
    ("2025-05-02", False),
    ("2025-05-08", False),
    ("2025-06-13", False),
    ("2025-11-01", True),
    ("2025-11-03", False),
    ("2025-12-31", False),
    ("2026-01-09", False),
    ("2026-03-09", False),
    ("2026-05-11", False),
    ("2026-12-31", False),
    ("2027-02-20", True),
    ("2027-02-22", False),
    ("2027-11-05", False),
    ("2027-12-31", False),
    # Ordinary days around them.
    ("2024-04-26", True),
    ("2025-11-08", False),
    ("2026-11-04", False),
    ("2026-11-05", True),
]


@pytest.fixture(scope="module")
def russia() -> WorkingTime:
    hours = {day: parse_hours("10:00-19:00") for day in WEEKDAYS}
    return WorkingTime(zone=ZoneInfo("Europe/Moscow"), hours=hours, days_off=days_off("RU"))


@pytest.mark.parametrize(("day", "works"), TRANSFERS)
def test_official_transfers_are_kept(russia: WorkingTime, day: str, works: bool) -> None:
    assert russia.is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize(("year", "count"), [(2024, 248), (2025, 247), (2026, 247), (2027, 247)])
def test_years_have_the_official_number_of_working_days(russia: WorkingTime, year: int, count: int) -> None:
    first = date(year, 1, 1)
    assert (
        sum(
            russia.is_workday(first + timedelta(days=n)) for n in range(366) if (first + timedelta(days=n)).year == year
        )
        == count
    )


@pytest.mark.parametrize("nothing", ["", "none", "None", " "])
def test_no_country_means_no_holidays(nothing: str) -> None:
    days = days_off(nothing)
    assert not days.is_day_off(date(2026, 1, 1))
    assert not days.is_transferred_workday(date(2027, 2, 20))


def test_a_part_of_a_country_has_its_own_holidays() -> None:
    epiphany = date(2026, 1, 6)
    assert days_off("DE-BY").is_day_off(epiphany)
    assert not days_off("de").is_day_off(epiphany)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("Russia", "RU"), ("RUU", "RU"), ("Germany", "DE"), ("DE-BX", "DE-B"), ("zzzzz", "RU"), ("MC-XX", "country")],
)
def test_an_unknown_country_is_answered_with_the_nearest(wrong: str, meant: str) -> None:
    with pytest.raises(ValueError, match=meant):
        days_off(wrong)


def test_the_library_is_not_loaded_by_import() -> None:
    code = "import scheduler, scheduler.workdays, scheduler.jobs, sys; sys.exit('holidays' in sys.modules or 'apscheduler' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
