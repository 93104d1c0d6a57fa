"""Who somebody in the group is, and who is mentioned."""

from pathlib import Path
from typing import Any, cast

import pytest

from desk import staff
from desk.__main__ import set_up
from desk.desk import Current, Desk
from desk.errors import Refusal
from desk.incoming import Engineer
from desk.settings import Settings
from rules.chain import compile_chain

PEOPLE: list[dict[str, Any]] = [
    {"telegram": 7, "name": "Мария", "role": "lead"},
    {"telegram": "@Petr_Lead", "name": "Пётр", "role": "lead", "lines": ["second"]},
    {"telegram": 9, "name": "Борис", "lines": ["first"]},
]


@pytest.fixture
def desk(tmp_path: Path, clock: Any) -> Desk:
    tables = {
        "desk": {"name": "Desk", "data": str(tmp_path)},
        "telegram": {"token": "1:x", "group": -100},
        "line": [{"name": name, "title": name} for name in ("first", "second")],
        "rule": [{"name": "all", "when": {"always": True}, "line": "first"}],
        "person": PEOPLE,
    }
    settings = Settings.model_validate(tables)
    rules = compile_chain(
        [one.model_dump() for one in settings.rule], lines=["first", "second"], mailboxes=[], file="test"
    )
    nothing = cast("Any", None)
    return Desk(current=Current(set_up(settings, rules)), store=nothing, files=nothing, now=clock)


@pytest.mark.parametrize(
    ("engineer", "lead"),
    [
        (Engineer(id="7", name="кто угодно"), True),
        (Engineer(id="8", name="Пётр", username="petr_LEAD"), True),
        (Engineer(id="8", name="Мария"), False),  # a name in Telegram is nobody's
        (Engineer(id="9", name="Борис"), False),
        (Engineer(id="7", name="Group", anonymous=True), False),
        (Engineer(id="10", name="x", username=""), False),
    ],
)
def test_only_who_the_configuration_calls_a_lead_may_what_leads_may(desk: Desk, engineer: Engineer, lead: bool) -> None:
    assert staff.is_lead(desk, engineer) is lead
    if lead:
        staff.leads_only(desk, engineer)
    else:
        with pytest.raises(Refusal):
            staff.leads_only(desk, engineer)


@pytest.mark.parametrize(
    ("line", "names"), [("", ["Мария", "Пётр"]), ("first", ["Мария"]), ("second", ["Мария", "Пётр"])]
)
def test_the_leads_of_a_line(desk: Desk, line: str, names: list[str]) -> None:
    assert [one.name for one in staff.leads(desk, line)] == names


def test_who_works_on_a_line_and_how_they_are_mentioned(desk: Desk) -> None:
    assert [one.name for one in staff.on_line(desk, "first")] == ["Мария", "Борис"]
    assert staff.mention(staff.leads(desk)) == "7:Мария\n:@petr_lead"
    assert staff.named(desk, " мария ") == staff.person(desk, Engineer(id="7", name=""))
