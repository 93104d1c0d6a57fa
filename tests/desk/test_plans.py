"""Which plan serves a ticket and what it promises, as tables over the sample configuration's plans."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk import plans
from desk.calendar import NoDaysOff
from desk.desk import Current, Desk, Setup
from desk.organisations import Organisation
from desk.settings import Settings
from desk.tickets import Priority, Type

SAMPLE = tomllib.loads((Path(__file__).parents[2] / "config.toml").read_text(encoding="utf-8"))
LINES = [{"name": "first", "title": "Первая"}, {"name": "second", "title": "Вторая", "plan": "round-the-clock"}]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def desk() -> Desk:
    settings = Settings.model_validate(
        {
            "desk": {"name": "ООО Ромашка"},
            "telegram": {"token": "123456:TEST", "group": -1001234567890},
            "plan": SAMPLE["plan"],
            "line": LINES,
            "rule": [{"name": "all", "when": {"always": True}, "line": "first"}],
        }
    )
    nothing: Any = None  # neither store nor rules are asked
    setup = Setup.of(settings, nothing, lambda _country: NoDaysOff())
    return Desk(current=Current(setup), store=nothing, files=nothing, now=lambda: NOW)


def organisation(**values: Any) -> Organisation:
    return Organisation(**{"number": "A-1", "name": "Ландыш", "created_at": NOW, "changed_at": NOW, **values})


def on(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        ("", "", True),
        ("2026-11-23", "2026-11-23", True),  # its first and last day belong to it
        ("2026-11-24", "", False),
        ("", "2026-11-22", False),
    ],
)
def test_a_contract_holds_from_its_first_to_its_last_day(since: str, until: str, *, holds: bool) -> None:
    assert plans.holds(organisation(valid_from=on(since), valid_until=on(until)), DAY) is holds


@pytest.mark.parametrize(
    ("contract", "until", "line", "plan"),
    [
        ("warranty", "", "first", "warranty"),
        ("warranty", "", "second", "warranty"),  # a contract comes before the line
        ("warranty", "2026-11-22", "first", "base"),  # it ended
        ("warranty", "2026-11-22", "second", "round-the-clock"),
        ("", "", "first", "base"),  # it names no plan
        ("forgotten", "", "first", "base"),  # the configuration has none of that name any more
        (None, "", "first", "base"),  # a client without an organisation
        (None, "", "second", "round-the-clock"),
    ],
)
def test_the_plan_follows_contract_then_line_then_base(
    desk: Desk, contract: str | None, until: str, line: str, plan: str
) -> None:
    company = None if contract is None else organisation(plan=contract, valid_until=on(until))
    assert plans.usual(desk, company, line, DAY) == plan


@pytest.mark.parametrize(
    ("plan", "priority", "kind", "first", "solve"),
    [
        ("base", Priority.NORMAL, None, "16 working hours", "None"),
        ("base", Priority.CRITICAL, Type.ERROR, "16 working hours", "None"),
        ("warranty", Priority.NORMAL, Type.ERROR, "8 working hours", "40 working hours"),
        ("warranty", Priority.CRITICAL, Type.ERROR, "2 working hours", "8 working hours"),
        ("warranty", Priority.CRITICAL, Type.REQUEST, "2 working hours", "8 working hours"),  # priority before type
        ("warranty", Priority.NORMAL, Type.REQUEST, "5 working hours", "40 working hours"),  # left out: the plan's own
        ("round-the-clock", Priority.LOW, None, "2 hours", "1 day"),
    ],
)
def test_the_sample_plans_promise_what_the_regulations_say(
    desk: Desk, plan: str, priority: Priority, kind: Type | None, first: str, solve: str
) -> None:
    named = plans.named(desk, plan)
    assert named is not None
    assert [str(term) for term in plans.terms(named, priority, kind)] == [first, solve]


def test_a_plan_has_its_own_working_time_or_the_desks(desk: Desk) -> None:
    night = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # Sunday
    assert plans.calendar(desk, "round-the-clock").is_working(night)
    assert plans.calendar(desk, "round-the-clock").zone == ZoneInfo("Asia/Yekaterinburg")
    assert not plans.calendar(desk, "warranty").is_working(night)
    assert plans.calendar(desk, "no such plan") is desk.calendar
