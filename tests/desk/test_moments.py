"""Instants in words."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.moments import day_in_words, in_words

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # a Friday, 20:00 in Moscow
CASES = [
    (timedelta(hours=1), "сегодня в 21:00 (МСК)", "today at 21:00 (MSK)"),
    (timedelta(hours=5), "завтра в 01:00 (МСК)", "tomorrow at 01:00 (MSK)"),
    (timedelta(days=2, hours=14), "в понедельник в 10:00 (МСК)", "on Monday at 10:00 (MSK)"),
    (timedelta(days=6), "в четверг в 20:00 (МСК)", "on Thursday at 20:00 (MSK)"),
    (timedelta(days=7), "27 ноября в 20:00 (МСК)", "on 27 November at 20:00 (MSK)"),
    (timedelta(days=60), "19 января в 20:00 (МСК)", "on 19 January at 20:00 (MSK)"),
]


@pytest.mark.parametrize(("later", "russian", "english"), CASES)
def test_a_moment_is_said_as_people_do(later: timedelta, russian: str, english: str) -> None:
    said = [in_words(language, NOW + later, now=NOW, timezone="Europe/Moscow") for language in ("ru", "en")]
    assert said == [russian, english]


def test_today_is_that_of_the_zone() -> None:
    """At 22:00 UTC it is tomorrow in Moscow already."""
    late = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert in_words("ru", at, now=late, timezone="Europe/Moscow") == "сегодня в 10:00 (МСК)"
    assert in_words("ru", at, now=late, timezone="UTC") == "завтра в 07:00 (UTC)"


@pytest.mark.parametrize(
    ("zone", "name"), [("Asia/Yekaterinburg", "UTC+05"), ("Europe/Berlin", "CET"), ("Europe/Moscow", "МСК")]
)
def test_a_zone_is_named_as_people_know_it(zone: str, name: str) -> None:
    assert in_words("ru", NOW, now=NOW, timezone=zone).endswith(f"({name})")


def test_a_day_is_that_of_the_zone() -> None:
    late = datetime(2026, 12, 31, 22, 0, tzinfo=UTC)
    assert [day_in_words(language, late, timezone="Europe/Moscow") for language in ("ru", "en")] == [
        "1 января",
        "1 January",
    ]
