"""When an engineer wants to come back to something, as they write it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from desk.calendar import NoDaysOff, WorkingTime
from desk.errors import Refusal
from desk.moments_ahead import read
from desk.settings import Calendar
from tests.conftest import MONDAY

MOSCOW = ZoneInfo("Europe/Moscow")
CALENDAR: WorkingTime = Calendar().working_time(MOSCOW, NoDaysOff())


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


@pytest.mark.parametrize(
    ("words", "when", "rest"),
    [
        ("2д", at(25, 10), ""),
        ("2d", at(25, 10), ""),
        ("2 дня перезвонить", at(25, 10), "перезвонить"),
        ("на 2 дня: перезвонить", at(25, 10), "перезвонить"),
        ("через неделю", at(30, 10), ""),
        ("1 week", at(30, 10), ""),
        ("5д", at(30, 10), ""),  # Saturday: the next working day
        ("30 мин", at(23, 12, 30), ""),
        ("30м", at(23, 12, 30), ""),
        ("2h call", at(23, 15), "call"),  # 14:00 is lunch
        ("8 часов", at(24, 10), ""),  # after work
        ("завтра", at(24, 10), ""),
        ("до завтра 10:30", at(24, 10, 30), ""),
        ("завтра в 9:00 позвонить", at(24, 9), "позвонить"),  # an hour that is named is meant
        ("until tomorrow 16:00 ask again", at(24, 16), "ask again"),
        ("пт", at(27, 10), ""),
        ("до пятницы 15:00", at(27, 15), ""),
        ("до понедельника", at(30, 10), ""),
        ("fri 15:00", at(27, 15), ""),
        ("25.11", at(25, 10), ""),
        ("до 25.11.2026 12:00 спросить", at(25, 12), "спросить"),
        ("2026-11-26", at(26, 10), ""),
        ("до 18:00", at(23, 18), ""),
        ("в 18:00", at(23, 18), ""),
        ("послезавтра", at(25, 10), ""),
    ],
)
def test_a_time_ahead_is_read(words: str, when: datetime, rest: str) -> None:
    assert read(words, now=MONDAY, calendar=CALENDAR) == (when, rest)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "shaping.later_how"),
        ("позвонить завтра", "shaping.later_how"),
        ("впрочем нет", "shaping.later_how"),
        ("2 документа", "shaping.later_how"),
        ("сегодня в 9:00", "shaping.later_passed"),
        ("0д", "shaping.later_passed"),
        ("31.02", "shaping.later_no_such"),
        ("завтра 25:00", "shaping.later_no_such"),
        ("2026-13-01", "shaping.later_no_such"),
        ("9999 недель", "shaping.later_far"),
        ("01.01.2031", "shaping.later_far"),
        ("9" * 50 + "д", "shaping.later_how"),
    ],
)
def test_what_is_no_time_ahead_is_refused(words: str, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(words, now=MONDAY, calendar=CALENDAR)
    assert refused.value.key == why


def test_a_date_that_has_passed_this_year_is_next_year_s() -> None:
    found, _ = read("15.11", now=MONDAY, calendar=CALENDAR)
    assert found.astimezone(MOSCOW).year == 2027
