"""Official days off, checked against the published Russian production calendars."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.calendar import WorkingTime, parse_hours
from desk.durations import parse_span
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


SHORT = {
    # The production calendars: every working day before a holiday, and Saturdays that took the place of one.
    2024: "02-22 03-07 05-08 06-11 11-02",
    2025: "03-07 04-30 06-11 11-01",
    2026: "04-30 05-08 06-11 11-03",
    2027: "02-20 04-30 06-11 11-03",
}


@pytest.mark.parametrize("year", SHORT)
def test_the_official_short_days_are_an_hour_shorter_and_no_others(year: int) -> None:
    hours = {day: parse_hours("10:00-19:00") for day in WEEKDAYS}
    zone = ZoneInfo("Europe/Moscow")
    russia = WorkingTime(zone=zone, hours=hours, days_off=days_off("RU"), short_eves=True)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year == 2024))]
    shown = {day: russia.minutes_of(day) for day in days if russia.is_workday(day)}
    assert " ".join(f"{day:%m-%d}" for day, shifts in shown.items() if shifts != ((600, 1140),)) == SHORT[year]
    assert {shifts for shifts in shown.values() if shifts != ((600, 1140),)} == {((600, 1080),)}


@pytest.mark.parametrize(("country", "shorter"), [("RU", True), ("BY", True), ("DE", False), ("", False)])
def test_the_day_before_a_holiday_is_shorter_only_where_the_law_says_so(country: str, shorter: bool) -> None:
    """New Year's Eve is before a holiday everywhere."""
    assert days_off(country).is_eve(date(2029, 12, 31)) is shorter


def test_days_off_by_transfer_are_known_in_whatever_language_the_machine_speaks() -> None:
    code = (
        "from datetime import date; from scheduler.workdays import days_off; days = days_off('RU');"
        "print(days.is_eve(date(2024, 11, 2)), days.is_eve(date(2024, 4, 27)), days.is_eve(date(2025, 5, 7)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "LANG": "th_TH.UTF-8", "LANGUAGE": "th"},
    )
    assert said.stdout.split() == ["True", "False", "False"]


@pytest.mark.parametrize(("year", "count"), [(2024, 248), (2025, 247), (2026, 247), (2027, 247)])
def test_years_have_the_official_number_of_working_days(russia: WorkingTime, year: int, count: int) -> None:
    first = date(year, 1, 1)
    assert (
        sum(
            russia.is_workday(first + timedelta(days=n)) for n in range(366) if (first + timedelta(days=n)).year == year
        )
        == count
    )


OVER_TRANSFERS = [
    # When it begins, what is added, when it is over: by hand from the production calendars, Friday to 17:00.
    ("2024-04-26 16:00", "8 working hours", "2024-04-27 17:00"),  # a working Saturday with Friday's hours
    ("2024-04-27 16:00", "2 working hours", "2024-05-02 11:00"),  # four days off by transfer and the First of May
    ("2024-11-02 15:00", "2 working hours", "2024-11-05 11:00"),  # a short Saturday: to 16:00
    ("2024-12-28 16:00", "2 working hours", "2025-01-09 11:00"),  # an ordinary Saturday, then the New Year
    ("2025-04-30 16:00", "2 working hours", "2025-05-05 11:00"),  # short; the Second of May is off by transfer
    ("2025-11-01 15:30", "1 working hour", "2025-11-05 10:30"),
    ("2026-05-08 15:00", "2 working hours", "2026-05-12 11:00"),  # a short Friday ends at 16:00
    ("2026-11-03 16:00", "2 working hours", "2026-11-05 11:00"),
    ("2026-12-30 17:00", "2 working hours", "2027-01-11 11:00"),  # not short: the 31st is off by transfer
    ("2027-02-19 16:30", "1 working hour", "2027-02-20 10:30"),
    ("2027-06-11 15:00", "2 working hours", "2027-06-15 11:00"),
]


@pytest.fixture(scope="module")
def office() -> WorkingTime:
    hours = {day: parse_hours("10:00-18:00" if day != "fri" else "10:00-17:00") for day in WEEKDAYS}
    return WorkingTime(zone=ZoneInfo("Europe/Moscow"), hours=hours, days_off=days_off("RU"), short_eves=True)


@pytest.mark.parametrize(("start", "span", "end"), OVER_TRANSFERS)
def test_working_hours_run_over_transfers_and_short_days(office: WorkingTime, start: str, span: str, end: str) -> None:
    first, last = (datetime.fromisoformat(text).replace(tzinfo=office.zone) for text in (start, end))
    assert office.add(first, parse_span(span)) == last
    assert office.between(first, last) == timedelta(hours=parse_span(span).working_hours or 0)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    moment=st.datetimes(datetime(2024, 1, 1), datetime(2027, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    seconds=st.integers(0, 60 * 60 * 60),
)
def test_what_is_added_over_real_years_is_measured_again(office: WorkingTime, moment: datetime, seconds: int) -> None:
    work = timedelta(seconds=seconds)
    assert office.between(moment, office.add_working(moment, work)) == work


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
