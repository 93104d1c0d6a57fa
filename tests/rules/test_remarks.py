"""Rules that can be read and yet never do anything are found; sound rules are left alone."""

import time
from typing import Any

import pytest

from rules.chain import Chain, compile_chain
from rules.remarks import remarks

REST = {"name": "rest", "when": {"always": True}, "line": "a"}


def chain(*rules: dict[str, Any]) -> Chain:
    return compile_chain(
        [*rules, REST], lines=["a", "b"], mailboxes=["support", "sales"], plans=["base", "vip"], fields=["inn"]
    )


def found(*whens: dict[str, Any], **keys: Any) -> list[str]:
    """What is said of rules with these conditions, without the places' names."""
    rules = [{"name": f"r{number}", "when": when, "line": "b", **keys} for number, when in enumerate(whens, start=1)]
    return [f"{one.place.partition(' ')[2]} {one.message}" for one in remarks(chain(*rules))]


MAIL, CHAT = {"channel": "mail"}, {"channel": "telegram"}
IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"channel": "telegram", "mailbox": "support"}, "channel"),
    ({"channel": "telegram", "subject": "счёт"}, "channel"),
    ({"channel": "telegram", "to": "@x.example"}, "channel"),
    ({"channel": "telegram", "from": ["ann@x.example", "@y.example"]}, "channel"),
    ({"channel": "mail", "from": "123456"}, "channel"),
    ({"all": [MAIL, CHAT]}, "channel"),
    ({"all": [{"language": "ru"}, {"language": "en"}]}, "language"),
    ({"language": "ru", "not": {"language": "ru"}}, "language"),
    ({"not": {"any": [MAIL, CHAT]}}, "channel"),
    ({"mentions": ["счёт"], "not": {"mentions": ["счета", "акт"]}}, "mentions"),
    ({"mentions": ["акт сверки"], "not": {"mentions": ["акт"]}}, "mentions"),
    ({"subject": ["счёт"], "not": {"mentions": ["счёт"]}}, "mentions"),
    ({"matches": "a+", "not": {"matches": "a+"}}, "matches"),
    ({"from": "ann@x.example", "not": {"from": "@x.example"}}, "from"),
    ({"all": [{"from": "@x.example"}, {"from": "bob@y.example"}]}, "from"),
    ({"has_attachment": False, "file": "image"}, "has_attachment"),
    ({"file": ".tar.gz", "not": {"file": ".gz"}}, "file"),
    ({"all": [{"hours": "09:00-12:00"}, {"hours": "13:00-18:00"}]}, "hours"),
    ({"weekdays": "sat", "not": {"weekdays": "fri-sun"}}, "weekdays"),
    ({"all": [{"priority": ["low", "high"]}, {"not": {"priority": ["low", "high"]}}]}, "priority"),
    ({"type": "error", "not": {"any": [{"type": ["error", "request"]}]}}, "type"),
    ({"all": [{"plan": "vip"}, {"plan": "base"}]}, "plan"),
    ({"all": [{"organisation": "А"}, {"organisation": ["Б", "В"]}]}, "organisation"),
    ({"fields": {"inn": "5"}, "not": {"fields": {"inn": True}}}, "fields"),
    ({"all": [{"working_hours": True}, {"working_hours": False}]}, "working_hours"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "word"), IMPOSSIBLE)
def test_a_rule_that_contradicts_itself_is_told(when: dict[str, Any], word: str) -> None:
    assert found(when) == [f'"r1" the rule can never fit: what it says about “{word}” contradicts itself.']


UNREACHED: list[tuple[list[dict[str, Any]], str]] = [
    ([MAIL, {"channel": "mail", "mentions": ["счёт"]}], "r2"),
    ([MAIL, MAIL], "r2"),
    ([{"mentions": ["счёт", "акт"]}, {"mentions": ["счёт"], **MAIL}], "r2"),
    ([{"mentions": ["акт"]}, {"subject": ["акт сверки"]}], "r2"),
    ([{"from": "@x.example"}, {"from": ["ann@x.example", "bob@x.example"]}], "r2"),
    ([{"any": [MAIL, {"language": "ru"}]}, {"mailbox": "sales"}], "r2"),
    ([{"language": "ru"}, {"any": [MAIL, {"language": "en"}]}, {"mailbox": "sales"}], "r3"),
    ([{"hours": "18:00-09:00"}, {"hours": "23:00-01:00"}], "r2"),
    ([{"hours": "18:00-09:00"}, {"hours": "09:00-18:00"}, {"language": "ru"}], "r3"),
    ([MAIL, CHAT, {"language": "ru"}], "r3"),
    ([{"not": CHAT}, {"mailbox": "sales"}], "r2"),
    ([{"priority": ["low", "normal"]}, {"priority": "low", **MAIL}], "r2"),
    ([{"file": "image"}, {"file": [".png", ".jpg"]}], "r2"),
    ([{"matches": "a+"}, {"matches": "a+", **MAIL}], "r2"),
    ([{"fields": {"inn": True}}, {"fields": {"inn": "7"}}], "r2"),
]


@pytest.mark.parametrize(("whens", "name"), UNREACHED)
def test_a_rule_behind_one_that_takes_everything_of_it_is_told(whens: list[dict[str, Any]], name: str) -> None:
    (said,) = found(*whens)
    assert said.startswith(f'"{name}" never reached: everything that fits it is taken by "r')


SOUND: list[list[dict[str, Any]]] = [
    [MAIL, CHAT],
    [{"channel": "mail", "mentions": ["счёт"]}, MAIL],
    [{"mentions": ["акт сверки"]}, {"mentions": ["акт"]}],
    [{"mentions": ["счёт"]}, {"subject": ["акт"]}],
    [{"from": "ann@x.example"}, {"from": "@x.example"}],
    [{"from": "@x.example"}, {"from": "@sub.x.example"}],
    [{"all": [{"from": "@ann"}, {"from": "12345"}]}],
    [{"all": [{"to": "a@x.example"}, {"to": "b@y.example"}]}],
    [{"all": [{"mentions": ["a"]}, {"mentions": ["b"]}]}],
    [{"all": [{"file": ".png"}, {"file": ".log"}]}],
    [{"all": [{"client": "А"}, {"client": "Б"}]}],
    [{"hours": "18:00-09:00"}, {"hours": "17:00-20:00"}],
    [{"working_hours": True}, {"hours": "09:00-18:00"}],
    [{"not": {"mentions": ["счёт"]}}, {"mentions": ["счета"]}],
    [{"any": [{"matches": "a"}, {"matches": "b"}]}, {"matches": "c"}],
    [{"always": False}],
    [{"language": "ru"}, {"language": "en"}, {"known_client": True}],
    [{"mailbox": "support"}, {"mailbox": "sales"}, MAIL],
    [{"organisation": "А"}, {"not": {"organisation": "А"}, **MAIL}],
]


@pytest.mark.parametrize("whens", SOUND)
def test_nothing_is_said_of_sound_rules(whens: list[dict[str, Any]]) -> None:
    assert found(*whens) == []


def test_rules_that_go_on_take_nothing_away() -> None:
    assert found(MAIL, MAIL, stop=False) == []


def test_what_a_rule_sets_makes_later_conditions_possible() -> None:
    """A rule for errors before and one after somebody said that it is one are not the same."""
    rules = [
        {"name": "errors", "when": {"type": "error"}, "line": "b"},
        {"name": "guess", "when": {"mentions": ["сломано"]}, "type": "error", "stop": False},
        {"name": "now errors", "when": {"type": "error"}, "line": "b"},
        {"name": "again", "when": {"type": "error", "channel": "mail"}, "line": "b"},
    ]
    assert [one.place for one in remarks(chain(*rules))] == ['[[rule]] "again"']


def test_an_alternative_that_can_never_hold_is_told() -> None:
    when = {"channel": "telegram", "any": [{"mentions": ["a"]}, {"subject": ["b"]}]}
    assert found(when) == ['"r1" alternative number 2 of any can never hold.']


def test_rules_that_are_too_tangled_are_left_alone() -> None:
    """Their alternatives would be millions; looking at them takes no time and says nothing."""
    tangled = {"all": [{"any": [{"mentions": [f"a{n}"]}, {"mentions": [f"b{n}"]}]} for n in range(25)]}
    started = time.perf_counter()
    assert found(tangled, tangled) == []
    assert time.perf_counter() - started < 5


def test_a_thousand_rules_are_looked_through_soon() -> None:
    """The time is bounded generously: what it must not be is minutes."""
    whens = [{"mentions": [f"слово{n}"], "channel": "mail", "language": "ru"} for n in range(999)]
    started = time.perf_counter()
    assert found(*whens) == []
    assert time.perf_counter() - started < 30
