"""Who is on duty by a schedule: over midnight, by turns of weeks, in other zones and over a change of the clock."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from desk import shifts
from desk.settings import DutyHours

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
DAY = {"people": ["День"], "days": ["mon", "tue", "wed", "thu", "fri"], "hours": "10:00-19:00"}
NIGHT = {"people": ["Ночь"], "hours": "19:00-10:00"}
ODD, EVEN = {"people": ["Нечет"], "week": "odd"}, {"people": ["Чёт"], "week": "even"}


def duty(*rows: dict[str, Any]) -> list[DutyHours]:
    return [DutyHours.model_validate(row) for row in rows]


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def local(found: dict[str, datetime], zone: ZoneInfo = MOSCOW) -> dict[str, str]:
    return {name: f"{until.astimezone(zone):%d %H:%M}" for name, until in found.items()}


@pytest.mark.parametrize(
    ("rows", "when", "there"),
    [
        ((DAY,), "2026-11-23T12:00", {"День": "23 19:00"}),
        ((DAY,), "2026-11-23T10:00", {"День": "23 19:00"}),
        ((DAY,), "2026-11-23T19:00", {}),
        ((DAY,), "2026-11-28T12:00", {}),  # a Saturday
        ((DAY,), "2026-11-04T12:00", {"День": "04 19:00"}),  # a holiday: the schedule knows none
        ((NIGHT,), "2026-11-24T03:00", {"Ночь": "24 10:00"}),  # since Monday evening
        (({**NIGHT, "days": ["mon"]},), "2026-11-24T03:00", {"Ночь": "24 10:00"}),
        (({**NIGHT, "days": ["tue"]},), "2026-11-24T03:00", {}),
        ((DAY, NIGHT), "2026-11-23T18:59", {"День": "23 19:00"}),
        ((DAY, {**DAY, "people": ["Вера", "День"]}), "2026-11-23T12:00", {"День": "23 19:00", "Вера": "23 19:00"}),
        ((DAY, {"people": ["День"], "hours": "19:00-21:00"}), "2026-11-23T12:00", {"День": "23 21:00"}),
        ((ODD, EVEN), "2026-11-29T23:59", {"Чёт": "30 00:00"}),  # Sunday of week 48
        ((ODD, EVEN), "2026-11-30T00:00", {"Нечет": "07 00:00"}),  # Monday of week 49
        ((ODD, EVEN), "2027-01-03T12:00", {"Нечет": "11 00:00"}),  # week 53, then week 1
        (({**NIGHT, "week": "even"},), "2026-11-30T03:00", {"Ночь": "30 10:00"}),  # it began on Sunday of week 48
        (({**DAY, "timezone": "Asia/Vladivostok"},), "2026-11-23T03:30", {"День": "23 12:00"}),
        ((), "2026-11-23T12:00", {}),
    ],
)
def test_who_is_on_duty_and_until_when(rows: Any, when: str, there: dict[str, str]) -> None:
    assert local(shifts.now(duty(*rows), at(when), MOSCOW)) == there


def test_over_a_change_of_the_clock_hours_are_those_on_the_wall() -> None:
    """In October the night in Berlin has an hour more, in March one less: it ends at ten all the same."""
    for day in ("2026-10-25", "2026-03-29", "2026-11-25"):
        found = shifts.now(duty(NIGHT), at(f"{day}T09:00", BERLIN), BERLIN)
        assert local(found, BERLIN) == {"Ночь": f"{day[-2:]} 10:00"}
        before = shifts.following(duty(NIGHT), at(f"{day}T00:00", BERLIN).replace(hour=1), BERLIN)
        assert before is not None
        assert before.at == at(f"{day}T19:00", BERLIN)


@pytest.mark.parametrize(
    ("rows", "when", "begins", "people"),
    [
        ((DAY,), "2026-11-23T09:00", "2026-11-23T10:00", ("День",)),
        ((DAY,), "2026-11-23T10:00", "2026-11-24T10:00", ("День",)),
        ((DAY,), "2026-11-27T20:00", "2026-11-30T10:00", ("День",)),
        ((DAY, NIGHT), "2026-11-23T12:00", "2026-11-23T19:00", ("Ночь",)),
        ((DAY, NIGHT), "2026-11-23T22:00", "2026-11-24T10:00", ("День",)),
        ((DAY, {**DAY, "people": ["Вера"]}), "2026-11-23T09:00", "2026-11-23T10:00", ("День", "Вера")),
        ((ODD, EVEN), "2026-11-29T12:00", "2026-11-30T00:00", ("Нечет",)),
    ],
)
def test_who_comes_next(rows: Any, when: str, begins: str, people: tuple[str, ...]) -> None:
    found = shifts.following(duty(*rows), at(when), MOSCOW)
    assert found == shifts.Next(at=at(begins).astimezone(UTC), people=people)


def test_without_a_schedule_nobody_comes() -> None:
    assert shifts.following([], at("2026-11-23T12:00"), MOSCOW) is None


@pytest.mark.parametrize(
    "row",
    [
        {"people": []},
        {"people": ["А"], "days": []},
        {"people": ["А"], "days": ["monday"]},
        {"people": ["А"], "hours": ""},
        {"people": ["А"], "hours": "19:00"},
        {"people": ["А"], "week": "third"},
        {"people": ["А"], "timezone": "Europe/Moskow"},
        {"hours": "10:00-19:00"},
    ],
)
def test_what_is_no_shift_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DutyHours.model_validate(row)
