"""What several rules ask for becomes one verdict, and later rules see what earlier ones set."""

import json
from typing import Any

import pytest

from desk.errors import ConfigError
from desk.facts import Facts, Verdict
from desk.tickets import Priority, Type
from rules.chain import Chain, compile_chain

ALWAYS = {"always": True}
REST = {"name": "rest", "when": ALWAYS, "line": "first"}
NAMES: dict[str, Any] = {
    "lines": ["first", "second"],
    "mailboxes": [],
    "plans": ["base", "vip"],
    "people": ["Мария Иванова", "Борис"],
    "replies": ["sorry"],
    "fields": ["version", "log"],
}


def chain(*rules: dict[str, Any]) -> Chain:
    return compile_chain(rules, **NAMES)


def on(name: str, **keys: Any) -> dict[str, Any]:
    """A rule that goes on, for every message unless it says when."""
    return {"name": name, "when": ALWAYS, "stop": False, **keys}


MAIL = Facts(channel="mail", text="Не работает печать")
CASES: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
    ([REST], {"rule": "rest", "line": "first"}),
    ([{**REST, "type": "error", "priority": "high"}], {"type": Type.ERROR, "priority": Priority.HIGH}),
    ([{**REST, "plan": "vip", "assign": "Борис", "reply": "sorry"}], {"plan": "vip", "assign": "Борис", "reply": "sorry"}),
    ([{**REST, "tags": "a", "ask": "log", "notify": "leads"}], {"tags": ("a",), "ask": ("log",), "notify": ("leads",)}),
    # The first word counts, lists grow, nothing comes twice.
    ([on("a", priority="low"), on("b", priority="high"), REST], {"priority": Priority.LOW, "rule": "rest"}),
    ([on("a", tags=["x", "y"]), on("b", tags=["y", "z"]), REST], {"tags": ("x", "y", "z")}),
    ([on("a", notify=["Борис"]), {**REST, "notify": ["leads", "Борис"]}], {"notify": ("Борис", "leads")}),
    ([on("a", line="second"), REST], {"line": "second", "rule": "a"}),
    ([on("a", assign="on-duty"), {**REST, "assign": "Борис"}], {"assign": "on-duty"}),
    # Only rules that fit have a say.
    ([on("a", when={"channel": "telegram"}, priority="low"), REST], {"priority": None}),
    # Later rules see what was set.
    ([on("a", type="error"), {"name": "b", "when": {"type": "error"}, "line": "second"}, REST], {"rule": "b"}),
    ([on("a", tags="vip"), {"name": "b", "when": {"tags": "vip"}, "line": "second"}, REST], {"rule": "b"}),
    ([on("a", tags="vip"), {"name": "b", "when": {"not": {"tags": "vip"}}, "line": "second"}, REST], {"rule": "rest"}),
    ([on("a", plan="vip"), {"name": "b", "when": {"plan": "vip"}, "line": "second"}, REST], {"rule": "b"}),
    ([on("a", priority="high"), {"name": "b", "when": {"priority": "normal"}, "line": "second"}, REST], {"rule": "rest"}),
    ([on("a", priority="low"), on("b", priority="high"), {"name": "c", "when": {"priority": "low"}, "line": "second"}, REST],
     {"rule": "c"}),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "wanted"), CASES)
def test_rules_that_fit_make_one_verdict(rules: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    verdict = chain(*rules).decide(MAIL)
    assert {key: getattr(verdict, key) for key in wanted} == wanted
    assert Verdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict


def test_every_rule_that_fitted_tells_what_it_did() -> None:
    verdict = chain(
        on("a", type="error", tags=["vip"], notify="leads"), on("b", when={"channel": "telegram"}, tags="b"), REST
    ).decide(MAIL)
    assert [(one.rule, one.matched, one.does_ru, one.does("en")) for one in verdict.asked] == [
        (
            "a",
            True,
            "тип — ошибка; метки «vip»; позвать «leads»; дальше по правилам",
            "type error; tags “vip”; notify “leads”; the rules go on",
        ),
        ("b", False, "", ""),
        ("rest", True, "линия first", "line first"),
    ]


def test_an_explanation_names_all_rules_that_fitted() -> None:
    rules = chain(on("a", priority="high"), on("b", when={"channel": "telegram"}, tags="b"), REST)
    assert rules.explain(MAIL, "en").splitlines() == [
        "Rule: rest",
        "Line: first",
        "Why: a: it always holds",
        "What it does: a: priority high; the rules go on",
        "Why: rest: it always holds",
        "Asked before and did not fit:",
        "  b — the channel is not Telegram",
    ]


def test_a_rule_that_goes_on_is_no_last_one() -> None:
    with pytest.raises(ConfigError) as caught:
        chain(on("a", line="first"))
    assert "no rule fits a message that all rules refuse" in str(caught.value)


def test_a_tag_set_by_a_rule_that_stops_is_never_seen() -> None:
    with pytest.raises(ConfigError) as caught:
        chain(
            {"name": "a", "when": {"channel": "mail"}, "line": "first", "tags": "vip"},
            {"name": "b", "when": {"tags": "vip"}, "line": "second"},
            REST,
        )
    assert 'no rule before sets the tag "vip"' in str(caught.value)


def test_a_verdict_of_an_older_version_is_read() -> None:
    old = {"rule": "a", "line": "first", "asked": [{"rule": "a", "matched": True, "why_ru": "да", "why_en": "yes"}]}
    assert Verdict.from_dict(old).asked[0].does("ru") == ""
