"""Working time: tables over weeks, transfers, nights and clock changes, and properties that always hold."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.calendar import WorkingTime, parse_hours
from desk.durations import parse_span

FIVE = ("mon", "tue", "wed", "thu", "fri")
ALL = (*FIVE, "sat", "sun")
MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")


class Days:
    """A country with the given days off and working days by transfer."""

    def __init__(self, off: str = "", working: str = "", eves: str = "") -> None:
        self._off = {date.fromisoformat(day) for day in off.split()}
        self._working = {date.fromisoformat(day) for day in working.split()}
        self._eves = {date.fromisoformat(day) for day in eves.split()}

    def is_day_off(self, day: date) -> bool:
        return day in self._off

    def is_transferred_workday(self, day: date) -> bool:
        return day in self._working

    def is_eve(self, day: date) -> bool:
        return day in self._eves


def week(text: str, days: tuple[str, ...] = FIVE, **other: str) -> dict[str, tuple[tuple[int, int], ...]]:
    return {day: parse_hours(hours) for day, hours in (dict.fromkeys(days, text) | other).items()}


def days(text: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in text.split())


# November 2026: the 2nd is a Monday, the 4th (a Wednesday) is a holiday, as the first weeks of 2027 are.
OFFICE = WorkingTime(
    zone=MOSCOW,
    hours=week("10:00-14:00, 15:00-19:00", fri="10:00-14:00, 15:00-17:00"),
    days_off=Days(off="2026-11-04 2027-02-22 2027-02-23", working="2027-02-20"),
    extra_days_off=days("2026-11-13"),
    extra_workdays=days("2026-11-15 2026-11-04"),
    short_days=days("2026-11-03 2026-12-30"),
)
RUSSIA = WorkingTime(
    zone=MOSCOW,
    hours=week("10:00-14:00, 15:00-19:00", fri="10:00-14:00, 15:00-17:00"),
    days_off=Days(off="2026-11-04 2027-02-22 2027-02-23", working="2027-02-20", eves="2026-11-03 2027-02-20"),
    short_eves=True,
)
PLAIN = WorkingTime(zone=MOSCOW, hours=week("10:00-14:00, 15:00-19:00"))
ROUND = WorkingTime(zone=BERLIN, hours=week("00:00-24:00", ALL))
NIGHT = WorkingTime(zone=BERLIN, hours=week("22:00-06:00", ALL))
NIGHT_MONDAY = WorkingTime(zone=BERLIN, hours={"mon": parse_hours("22:00-06:00")})
EARLY = WorkingTime(zone=BERLIN, hours=week("01:00-05:00", ALL))
GAP = WorkingTime(zone=BERLIN, hours=week("02:30-03:30", ALL))
INSIDE_GAP = WorkingTime(zone=BERLIN, hours=week("02:15-02:45, 12:00-13:00", ALL))
OVERLAP = WorkingTime(zone=BERLIN, hours=week("22:00-06:00", ("mon", "wed"), tue="05:00-12:00", thu="03:00-05:00"))


def at(calendar: WorkingTime, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone, fold=fold).astimezone(UTC)


def wall(calendar: WorkingTime, moment: datetime) -> str:
    assert moment.tzinfo is UTC
    return moment.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M")


# --- reading hours -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shifts"),
    [
        ("10:00-14:00, 15:00-19:00", ((600, 840), (900, 1140))),
        ("9:00 – 18:00", ((540, 1080),)),
        ("00:00-24:00", ((0, 1440),)),
        ("22:00-06:00", ((1320, 1800),)),
        ("18:00-00:00", ((1080, 1440),)),
        ("06:00-10:00,22:00-06:00", ((360, 600), (1320, 1800))),
        ("10:00-14:00,14:00-15:00", ((600, 840), (840, 900))),
    ],
)
def test_hours_are_read(text: str, shifts: tuple[tuple[int, int], ...]) -> None:
    assert parse_hours(text) == shifts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not working hours"),
        ("10-14", "is not working hours"),
        ("10:00-14:00;15:00-19:00", "is not working hours"),
        ("10:00-14:00, ", "is not working hours"),
        ("10:00-25:00", "no clock shows"),
        ("10:60-12:00", "no clock shows"),
        ("24:00-06:00", "no clock shows"),
        ("10:00-10:00", "is empty"),
        ("15:00-10:00", "ends before it starts"),
        ("10:00-14:00, 13:00-19:00", "overlaps"),
        ("15:00-19:00, 10:00-14:00", "overlaps"),
        ("05:00-08:00, 22:00-06:00", "longer than a day"),
    ],
)
def test_wrong_hours_are_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_hours(text)


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ({}, "no working hours"),
        ({"mon": ()}, "no working hours"),
        ({"monday": parse_hours("10:00-11:00")}, "unknown weekday"),
    ],
)
def test_a_calendar_without_hours_is_refused(hours: Mapping[str, tuple[tuple[int, int], ...]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        WorkingTime(zone=MOSCOW, hours=hours)


def test_a_date_cannot_be_both_free_and_working() -> None:
    both = days("2026-11-03")
    with pytest.raises(ValueError, match="2026-11-03"):
        WorkingTime(zone=MOSCOW, hours=week("10:00-19:00"), extra_days_off=both, extra_workdays=both)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        OFFICE.is_working(datetime(2026, 11, 2, 12))  # noqa: DTZ001


# --- days --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-11-02", "10:00-14:00, 15:00-19:00"),
        ("2026-11-03", "10:00-14:00, 15:00-18:00"),  # short
        ("2026-11-04", "10:00-14:00, 15:00-19:00"),  # a holiday, but an extra workday of this company
        ("2026-11-06", "10:00-14:00, 15:00-17:00"),  # Friday
        ("2026-11-07", ""),
        ("2026-11-13", ""),  # an extra day off
        ("2026-11-15", "10:00-14:00, 15:00-17:00"),  # an extra working Sunday takes Friday's hours
        ("2027-02-20", "10:00-14:00, 15:00-17:00"),  # so does a Saturday by transfer
        ("2027-02-22", ""),
        ("2027-02-23", ""),
    ],
)
def test_a_day_has_its_hours(day: str, hours: str) -> None:
    assert tuple(OFFICE.minutes_of(date.fromisoformat(day))) == (parse_hours(hours) if hours else ())
    assert OFFICE.is_workday(date.fromisoformat(day)) is bool(hours)


def test_a_named_saturday_by_transfer_still_takes_fridays_hours() -> None:
    shop = WorkingTime(zone=MOSCOW, hours=week("10:00-19:00", sat="12:00-15:00"), days_off=Days(working="2027-02-20"))
    assert shop.minutes_of(date(2027, 2, 20)) == parse_hours("10:00-19:00")
    assert shop.minutes_of(date(2027, 2, 27)) == parse_hours("12:00-15:00")


def test_a_short_day_loses_its_last_hour_even_across_shifts() -> None:
    calendar = WorkingTime(zone=MOSCOW, hours=week("10:00-14:00, 15:00-15:30"), short_days=days("2026-11-02"))
    assert calendar.minutes_of(date(2026, 11, 2)) == ((600, 810),)


EVES = Days(off="2026-11-04", working="2026-10-31", eves="2026-10-31 2026-11-03 2026-11-08")


@pytest.mark.parametrize(
    ("short_eves", "day", "hours"),
    [
        (True, "2026-11-02", "10:00-14:00, 15:00-19:00"),
        (True, "2026-11-03", "10:00-14:00, 15:00-18:00"),  # the day before a holiday
        (True, "2026-10-31", "10:00-14:00, 15:00-16:00"),  # a Saturday by transfer has Friday's hours, and inherits
        (True, "2026-11-08", ""),  # a Sunday stays free
        (True, "2026-11-10", "10:00-14:00, 15:00-18:00"),  # short by the company's own word
        (False, "2026-11-03", "10:00-14:00, 15:00-19:00"),
        (False, "2026-11-10", "10:00-14:00, 15:00-18:00"),
    ],
)
def test_the_day_before_a_holiday_is_an_hour_shorter(short_eves: bool, day: str, hours: str) -> None:
    calendar = WorkingTime(
        zone=MOSCOW,
        hours=week("10:00-14:00, 15:00-19:00", fri="10:00-14:00, 15:00-17:00"),
        days_off=EVES,
        short_days=days("2026-11-10"),
        short_eves=short_eves,
    )
    assert tuple(calendar.minutes_of(date.fromisoformat(day))) == (parse_hours(hours) if hours else ())


def test_a_day_that_is_short_for_two_reasons_loses_one_hour() -> None:
    both = days("2026-11-03")
    calendar = WorkingTime(zone=MOSCOW, hours=week("10:00-19:00"), days_off=EVES, short_days=both, short_eves=True)
    assert calendar.minutes_of(date(2026, 11, 3)) == parse_hours("10:00-18:00")


def test_a_night_shift_before_a_holiday_ends_an_hour_earlier() -> None:
    night = WorkingTime(zone=MOSCOW, hours=week("22:00-06:00", ALL), days_off=EVES, short_eves=True)
    assert night.between(at(night, "2026-11-03 12:00"), at(night, "2026-11-04 12:00")) == timedelta(hours=7)


# --- moments -----------------------------------------------------------------------------------------------------

START = [
    (OFFICE, "2026-11-02 12:00", "2026-11-02 12:00"),
    (OFFICE, "2026-11-02 10:00", "2026-11-02 10:00"),
    (OFFICE, "2026-11-02 09:59", "2026-11-02 10:00"),
    (OFFICE, "2026-11-02 14:00", "2026-11-02 15:00"),
    (OFFICE, "2026-11-03 18:00", "2026-11-04 10:00"),
    (OFFICE, "2026-11-06 17:00", "2026-11-09 10:00"),
    (OFFICE, "2026-11-13 12:00", "2026-11-15 10:00"),
    (OFFICE, "2027-02-20 17:00", "2027-02-24 10:00"),
    (NIGHT, "2026-11-02 23:00", "2026-11-02 23:00"),
    (NIGHT, "2026-11-03 05:59", "2026-11-03 05:59"),
    (NIGHT, "2026-11-03 06:00", "2026-11-03 22:00"),
    (NIGHT_MONDAY, "2026-11-02 03:00", "2026-11-02 22:00"),
    (NIGHT_MONDAY, "2026-11-03 03:00", "2026-11-03 03:00"),
    (NIGHT_MONDAY, "2026-11-03 06:00", "2026-11-09 22:00"),
    (GAP, "2026-03-29 01:59", "2026-03-29 03:00"),  # 02:30 does not exist that night
    (INSIDE_GAP, "2026-03-29 01:59", "2026-03-29 12:00"),
]


@pytest.mark.parametrize(("calendar", "moment", "start"), START)
def test_the_next_start(calendar: WorkingTime, moment: str, start: str) -> None:
    assert wall(calendar, calendar.next_start(at(calendar, moment))) == start
    assert calendar.is_working(at(calendar, moment)) is (moment == start)


ADDED = [
    (PLAIN, "2026-11-02 12:00", "7 days", "2026-11-09 12:00"),
    (RUSSIA, "2026-11-03 17:30", "1 working hour", "2026-11-05 10:30"),  # over a short day's end and a holiday
    (RUSSIA, "2027-02-19 16:00", "8 working hours", "2027-02-24 12:00"),  # Friday 1 h, short Saturday 5 h, Wednesday
    (PLAIN, "2026-11-02 12:00", "5 working days", "2026-11-09 12:00"),
    (PLAIN, "2026-11-07 12:00", "5 working days", "2026-11-16 10:00"),  # counts from Monday 10:00
    (PLAIN, "2026-11-02 14:30", "1 working day", "2026-11-03 15:00"),  # the break counts from its end
    (PLAIN, "2026-11-02 19:00", "1 working day", "2026-11-04 10:00"),
    (PLAIN, "2026-11-07 12:00", "0 working days", "2026-11-09 10:00"),
    (PLAIN, "2026-11-07 12:00", "0 working hours", "2026-11-09 10:00"),
    (PLAIN, "2026-11-02 12:00", "0 seconds", "2026-11-02 12:00"),
    (PLAIN, "2026-11-02 10:00", "4 working hours", "2026-11-02 14:00"),
    (PLAIN, "2026-11-02 10:00", "8 working hours", "2026-11-02 19:00"),
    (PLAIN, "2026-11-02 10:00", "16 working hours", "2026-11-03 19:00"),
    (PLAIN, "2026-11-06 18:30", "16 working hours", "2026-11-10 18:30"),
    (PLAIN, "2026-11-06 20:00", "9 working hours", "2026-11-10 11:00"),
    (OFFICE, "2026-11-05 18:00", "1 working day", "2026-11-09 10:00"),  # Friday ends at 17:00
    (OFFICE, "2026-11-03 17:00", "2 working hours", "2026-11-04 11:00"),
    (OFFICE, "2027-02-19 16:00", "1 working day", "2027-02-20 16:00"),
    (OFFICE, "2027-02-19 16:00", "2 working days", "2027-02-24 16:00"),
    # Berlin puts the clock forward on 29 March 2026 (02:00 → 03:00) and back on 25 October (03:00 → 02:00).
    (ROUND, "2026-03-28 12:00", "24 working hours", "2026-03-29 13:00"),
    (ROUND, "2026-03-28 12:00", "1 working day", "2026-03-29 12:00"),
    (ROUND, "2026-03-28 02:30", "1 working day", "2026-03-29 03:00"),
    (ROUND, "2026-10-24 12:00", "24 working hours", "2026-10-25 11:00"),
    (ROUND, "2026-10-24 12:00", "1 working day", "2026-10-25 12:00"),
    (NIGHT, "2026-03-28 22:00", "7 working hours", "2026-03-29 06:00"),
    (NIGHT, "2026-10-24 22:00", "9 working hours", "2026-10-25 06:00"),
    (NIGHT, "2026-11-02 23:00", "7 working hours", "2026-11-03 06:00"),
    (NIGHT, "2026-11-02 23:00", "8 working hours", "2026-11-03 23:00"),
    (NIGHT_MONDAY, "2026-11-03 03:00", "1 working day", "2026-11-10 03:00"),
    (OVERLAP, "2026-11-02 23:00", "8 working hours", "2026-11-03 07:00"),
]


@pytest.mark.parametrize(("calendar", "moment", "span", "later"), ADDED)
def test_adding_working_time(calendar: WorkingTime, moment: str, span: str, later: str) -> None:
    assert wall(calendar, calendar.add(at(calendar, moment), parse_span(span))) == later


BETWEEN = [
    (PLAIN, "2026-11-02 10:00", "2026-11-02 19:00", 8),
    (PLAIN, "2026-11-02 13:00", "2026-11-02 16:00", 2),
    (PLAIN, "2026-11-06 18:00", "2026-11-09 11:00", 2),
    (PLAIN, "2026-11-02 12:00", "2026-11-09 12:00", 40),
    (PLAIN, "2026-11-09 12:00", "2026-11-02 12:00", 0),
    (PLAIN, "2026-11-07 12:00", "2026-11-08 12:00", 0),
    (OFFICE, "2026-11-02 00:00", "2026-11-09 00:00", 8 + 7 + 8 + 8 + 6),
    (ROUND, "2026-03-29 00:00", "2026-03-30 00:00", 23),
    (ROUND, "2026-10-25 00:00", "2026-10-26 00:00", 25),
    (NIGHT, "2026-03-28 12:00", "2026-03-29 12:00", 7),
    (NIGHT, "2026-10-24 12:00", "2026-10-25 12:00", 9),
    (EARLY, "2026-03-29 00:00", "2026-03-30 00:00", 3),
    (EARLY, "2026-10-25 00:00", "2026-10-26 00:00", 5),
    (GAP, "2026-03-29 00:00", "2026-03-30 00:00", 0.5),
    (GAP, "2026-10-25 00:00", "2026-10-26 00:00", 2),  # from the first 02:30 over the second
    (OVERLAP, "2026-11-03 00:00", "2026-11-04 00:00", 12),
    (OVERLAP, "2026-11-05 00:00", "2026-11-06 00:00", 6),
]


@pytest.mark.parametrize(("calendar", "start", "end", "hours"), BETWEEN)
def test_working_time_between(calendar: WorkingTime, start: str, end: str, hours: float) -> None:
    assert calendar.between(at(calendar, start), at(calendar, end)) == timedelta(hours=hours)


def test_a_time_that_comes_twice_means_its_first_coming() -> None:
    late = WorkingTime(zone=BERLIN, hours=week("02:30-10:00", ALL))
    assert late.next_start(at(late, "2026-10-25 00:00")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert late.is_working(at(late, "2026-10-25 02:10", fold=1))


def test_a_skipped_date_is_no_working_day_of_any_length() -> None:
    """Samoa crossed the date line: its 30 December 2011 never was."""
    samoa = WorkingTime(zone=ZoneInfo("Pacific/Apia"), hours=week("10:00-18:00", ALL))
    assert samoa.between(at(samoa, "2011-12-29 00:00"), at(samoa, "2012-01-01 00:00")) == timedelta(hours=16)


def test_a_calendar_that_runs_dry_says_so() -> None:
    class Always:
        def is_day_off(self, day: date) -> bool:
            return True

        def is_transferred_workday(self, day: date) -> bool:
            return False

        def is_eve(self, day: date) -> bool:
            return False

    dry = WorkingTime(zone=MOSCOW, hours=week("10:00-19:00"), days_off=Always(), extra_workdays=days("2026-11-02"))
    monday = at(dry, "2026-11-02 12:00")
    assert dry.next_start(monday) == monday
    assert dry.between(monday, monday + timedelta(days=2000)) == timedelta(hours=7)
    for span in ("1 working day", "8 working hours"):
        with pytest.raises(LookupError, match="no working"):
            dry.add(monday, parse_span(span))
    with pytest.raises(LookupError, match="no working time"):
        dry.next_start(monday + timedelta(days=1))


def test_working_time_is_never_taken_away() -> None:
    with pytest.raises(ValueError, match="never taken away"):
        PLAIN.add_working(at(PLAIN, "2026-11-02 12:00"), timedelta(hours=-1))


def test_what_is_kept_in_memory_stays_small() -> None:
    calendar = WorkingTime(zone=MOSCOW, hours=week("10:00-18:00"))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    first = calendar.between(start, start + timedelta(days=365 * 20))
    assert first == calendar.between(start, start + timedelta(days=365 * 20))
    assert len(calendar._kept) <= 5_000


# --- what always holds -------------------------------------------------------------------------------------------

CALENDARS = st.sampled_from([OFFICE, RUSSIA, PLAIN, ROUND, NIGHT, NIGHT_MONDAY, EARLY, GAP, INSIDE_GAP, OVERLAP])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
WORK = st.integers(0, 60 * 60 * 60).map(lambda seconds: timedelta(seconds=seconds))
quick = settings(derandomize=True, deadline=None, max_examples=60)


@quick
@given(CALENDARS, MOMENTS, WORK)
def test_adding_then_measuring_gives_it_back(calendar: WorkingTime, moment: datetime, work: timedelta) -> None:
    assert calendar.between(moment, calendar.add_working(moment, work)) == work


@quick
@given(CALENDARS, MOMENTS, st.integers(0, 12))
def test_starts_and_days_are_working_moments(calendar: WorkingTime, moment: datetime, count: int) -> None:
    start = calendar.next_start(moment)
    assert start >= moment
    assert calendar.is_working(start)
    assert calendar.between(moment, start) == timedelta()
    later = calendar.add(moment, parse_span(f"{count} working days"))
    assert calendar.is_working(later)
    assert later >= start


@quick
@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_parts_of_a_time_make_the_whole(calendar: WorkingTime, a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted((a, b, c))
    assert calendar.between(first, middle) + calendar.between(middle, last) == calendar.between(first, last)


@quick
@given(CALENDARS, MOMENTS, MOMENTS, st.integers(0, 40), st.sampled_from(["working days", "working hours"]))
def test_who_asks_later_is_never_promised_earlier(
    calendar: WorkingTime, a: datetime, b: datetime, count: int, unit: str
) -> None:
    earlier, later = sorted((a, b))
    span = parse_span(f"{count} {unit}")
    assert calendar.add(earlier, span) <= calendar.add(later, span)
