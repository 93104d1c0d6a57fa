"""Weeks, months and quarters: which days belong to them, how they are written, where they begin in a zone."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from desk.periods import Sort, before, containing, parse

MOSCOW, SANTIAGO = ZoneInfo("Europe/Moscow"), ZoneInfo("America/Santiago")


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "2026-11"),
        (" 2026-2 ", date(2026, 2, 1), date(2026, 2, 28), "2026-02"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028-02"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2026-12"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026Q4"),
        ("2026-q1", date(2026, 1, 1), date(2026, 3, 31), "2026Q1"),
        ("2026-W48", date(2026, 11, 23), date(2026, 11, 29), "2026-W48"),
        ("2026w1", date(2025, 12, 29), date(2026, 1, 4), "2026-W01"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "2026-W53"),
    ],
)
def test_a_period_is_read_and_named(text: str, first: date, last: date, name: str) -> None:
    period = parse(text)
    assert period is not None
    assert (period.first, period.last, period.name) == (first, last, name)
    assert parse(period.name) == period


@pytest.mark.parametrize(
    "text", ["", "week", "2026", "2026-13", "2026-00", "2026Q5", "2026Q0", "2026-W54", "2027-W53", "2026-W0",
             "1026-11", "2026-11-01", "2026-١١", "x2026-11", "2026-11; drop"]
)  # fmt: skip
def test_what_is_no_period_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("sort", "today", "name"),
    [
        (Sort.WEEK, date(2026, 11, 30), "2026-W48"),  # a Monday
        (Sort.WEEK, date(2026, 11, 29), "2026-W47"),  # the Sunday before
        (Sort.WEEK, date(2026, 1, 1), "2025-W52"),
        (Sort.MONTH, date(2026, 12, 1), "2026-11"),
        (Sort.MONTH, date(2026, 1, 31), "2025-12"),
        (Sort.QUARTER, date(2026, 1, 1), "2025Q4"),
        (Sort.QUARTER, date(2026, 12, 31), "2026Q3"),
    ],
)
def test_the_last_whole_one(sort: Sort, today: date, name: str) -> None:
    assert before(sort, today).name == name


@pytest.mark.parametrize(
    ("text", "zone", "start", "end"),
    [
        ("2026-11", MOSCOW, datetime(2026, 10, 31, 21, tzinfo=UTC), datetime(2026, 11, 30, 21, tzinfo=UTC)),
        # The clock is changed within the month: it has an hour more.
        ("2026-04", SANTIAGO, datetime(2026, 4, 1, 3, tzinfo=UTC), datetime(2026, 5, 1, 4, tzinfo=UTC)),
    ],
)
def test_it_begins_and_ends_at_midnight_of_the_zone(text: str, zone: ZoneInfo, start: datetime, end: datetime) -> None:
    period = parse(text)
    assert period is not None
    assert period.bounds(zone) == (start, end)


@pytest.mark.parametrize(
    ("text", "count", "first", "last"),
    [
        ("2026-W48", 7, (date(2026, 11, 23), date(2026, 11, 24)), (date(2026, 11, 29), date(2026, 11, 30))),
        ("2026-11", 30, (date(2026, 11, 1), date(2026, 11, 2)), (date(2026, 11, 30), date(2026, 12, 1))),
        ("2026Q4", 14, (date(2026, 10, 1), date(2026, 10, 5)), (date(2026, 12, 28), date(2027, 1, 1))),
    ],
)
def test_its_parts_cover_it(text: str, count: int, first: tuple[date, date], last: tuple[date, date]) -> None:
    period = parse(text)
    assert period is not None
    parts = list(period.parts())
    assert (len(parts), parts[0], parts[-1]) == (count, first, last)
    assert all(one[1] == other[0] for one, other in pairwise(parts))


def test_every_day_lies_in_its_own_period() -> None:
    for sort in Sort:
        for ordinal in range(date(2024, 1, 1).toordinal(), date(2028, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            assert containing(sort, day).first <= day <= containing(sort, day).last
