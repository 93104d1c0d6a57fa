"""A chain is checked whole at start, and its first rule that fits decides."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from desk.errors import ConfigError
from desk.facts import Asked, Facts, Verdict
from rules.actions import KEYS
from rules.chain import Chain, compile_chain
from rules.words import WORDS

REST = {"name": "everything else", "when": {"always": True}, "line": "first"}
BILLING = {"name": "billing words", "when": {"channel": "mail", "mentions": ["счёт", "invoice"]}, "line": "second"}


def chain(*rules: dict[str, Any]) -> Chain:
    return compile_chain(
        rules,
        lines=["first", "second"],
        mailboxes=["support", "sales"],
        plans=["base", "vip"],
        people=["Мария Иванова", "Boris"],
        replies=["sorry"],
        fields=["inn", "version"],
    )


def mistakes(*rules: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(ConfigError) as caught:
        chain(*rules)
    return [(one.place, one.message, one.suggestion) for one in caught.value.mistakes]


def test_the_first_rule_that_fits_decides() -> None:
    both = chain(BILLING, {**BILLING, "name": "again", "line": "first"}, REST)
    assert both.decide(Facts(channel="mail", text="Пришлите счета")).rule == "billing words"
    assert both.decide(Facts(channel="telegram", text="Пришлите счета")).rule == "everything else"


def test_a_verdict_tells_what_was_asked_and_why() -> None:
    verdict = chain({"name": "vip", "when": {"from": "@vip.example"}, "line": "first"}, BILLING, REST).decide(
        Facts(channel="mail", sender=("ann@x.example",), subject="Invoice 5")
    )
    assert verdict == Verdict(
        rule="billing words",
        line="second",
        asked=(
            Asked(
                rule="vip",
                matched=False,
                why_ru="отправитель — не «@vip.example»",
                why_en="the sender is not “@vip.example”",
            ),
            Asked(
                rule="billing words",
                matched=True,
                why_ru="канал — почта; упомянуто «invoice»",
                why_en="the channel is mail; it mentions “invoice”",
                does_ru="линия second",
                does_en="line second",
            ),
        ),
    )
    assert Verdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict
    assert [one.why("ru") for one in verdict.asked][1] == "канал — почта; упомянуто «invoice»"
    assert verdict.asked[0].why("de") == "the sender is not “@vip.example”"


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "ru",
            [
                "Правило: everything else",
                "Линия: first",
                "Почему: подходит всегда",
                "Спрошены раньше и не подошли:",
                "  billing words — канал — не почта",
            ],
        ),
        (
            "en",
            [
                "Rule: everything else",
                "Line: first",
                "Why: it always holds",
                "Asked before and did not fit:",
                "  billing words — the channel is not mail",
            ],
        ),
    ],
)
def test_a_decision_is_explained_in_lines(language: str, lines: list[str]) -> None:
    assert chain(BILLING, REST).explain(Facts(channel="telegram"), language).splitlines() == lines


def test_the_first_rule_alone_needs_no_list_of_others() -> None:
    assert (
        chain(REST).explain(Facts(channel="mail"), "en") == "Rule: everything else\nLine: first\nWhy: it always holds"
    )


MAIL, LATE = {"channel": "mail"}, {"working_hours": False}
NESTED = [
    ({"any": [MAIL, LATE]}, [(True, True, True), (True, False, True), (False, True, True), (False, False, False)]),
    ({"all": [MAIL, LATE]}, [(True, True, True), (True, False, False), (False, True, False)]),
    ({"not": MAIL}, [(True, True, False), (False, True, True)]),
    ({"not": {**MAIL, **LATE}}, [(True, True, False), (True, False, True), (False, False, True)]),
    ({"any": [{"not": MAIL}, {"all": [MAIL, LATE]}]}, [(True, True, True), (True, False, False), (False, False, True)]),
    ({"any": [MAIL], **LATE}, [(True, True, True), (True, False, False), (False, True, False)]),
    ({"not": {"not": {"any": [{"all": [MAIL]}]}}}, [(True, False, True), (False, False, False)]),
]


@pytest.mark.parametrize(("when", "cases"), NESTED)
def test_any_all_and_not_nest(when: dict[str, Any], cases: Sequence[tuple[bool, bool, bool]]) -> None:
    rules = chain({"name": "it", "when": when, "line": "second"}, REST)
    for mail, late, fits in cases:
        facts = Facts(channel="mail" if mail else "telegram", working_hours=not late)
        verdict = rules.decide(facts)
        assert (verdict.rule == "it") is fits
        assert all(one.why_ru and one.why_en for one in verdict.asked)


@pytest.mark.parametrize(
    ("when", "facts", "why"),
    [
        ({"any": [MAIL, LATE]}, Facts(channel="telegram", working_hours=False), "it came outside working hours"),
        ({"any": [MAIL, LATE]}, Facts(channel="telegram"), "the channel is not mail; it came in working hours"),
        ({"all": [MAIL, LATE]}, Facts(channel="telegram"), "the channel is not mail or it came in working hours"),
        ({"not": MAIL}, Facts(channel="telegram"), "the channel is not mail"),
        ({"not": MAIL}, Facts(channel="mail"), "the channel is mail"),
    ],
)
def test_nested_reasons_are_told(when: dict[str, Any], facts: Facts, why: str) -> None:
    assert chain({"name": "it", "when": when, "line": "second"}, REST).decide(facts).asked[0].why_en == why


def rule(when: Any, **other: Any) -> dict[str, Any]:
    return {"name": "it", "when": when, "line": "first", **other}


WRONG = [
    (rule({"mentoins": ["a"]}), '[[rule]] "it" when.mentoins', 'unknown word "mentoins"', 'Did you mean "mentions"?'),
    (
        rule({"any": [MAIL, {"subjekt": ["a"]}]}),
        '[[rule]] "it" when.any[2].subjekt',
        'unknown word "subjekt"',
        'Did you mean "subject"?',
    ),
    (rule({"not": {"al": []}}), '[[rule]] "it" when.not.al', 'unknown word "al"', 'Did you mean "all"?'),
    (rule({"zzzzzz": 1}), '[[rule]] "it" when.zzzzzz', 'unknown word "zzzzzz"', 'Known are "channel"'),
    (rule(MAIL, line="secnd"), '[[rule]] "it" line', 'unknown line "secnd"', 'Did you mean "second"?'),
    (rule(MAIL, line=None), '[[rule]] "it" line', "is missing", 'Known are "first", "second".'),
    (rule(MAIL, line=2), '[[rule]] "it" line', "takes text, not a number", ""),
    (rule(MAIL, name=" "), "[[rule]] number 1 name", "empty", "name of its own"),
    (rule(MAIL, name=None), "[[rule]] number 1 name", "is missing", ""),
    (rule(MAIL, whem=1), '[[rule]] "it" whem', 'unknown key "whem"', 'Did you mean "when"?'),
    (rule(None), '[[rule]] "it" when', "is missing", "{ always = true }"),
    (rule("always"), '[[rule]] "it" when', "takes a table, not text", "{ always = true }"),
    (rule({}), '[[rule]] "it" when', "an empty table", "{ always = true }"),
    (rule({"any": []}), '[[rule]] "it" when.any', "the list is empty", ""),
    (rule({"any": [{}]}), '[[rule]] "it" when.any[1]', "an empty table", ""),
    (rule({"any": MAIL}), '[[rule]] "it" when.any', "takes a list of tables, not a table", ""),
    (rule({"all": ["mail"]}), '[[rule]] "it" when.all[1]', "takes a table, not text", ""),
    (rule({"not": [MAIL]}), '[[rule]] "it" when.not', "takes a table, not a list", ""),
    (rule({"channel": "mial"}), '[[rule]] "it" when.channel', 'unknown channel "mial"', 'Did you mean "mail"?'),
    (rule({"channel": ["mail"]}), '[[rule]] "it" when.channel', "takes one value, not a list", "any"),
    (rule({"channel": True}), '[[rule]] "it" when.channel', "not true or false", ""),
    (rule({"mailbox": "suport"}), '[[rule]] "it" when.mailbox', 'unknown mailbox "suport"', 'Did you mean "support"?'),
    (rule({"language": "de"}), '[[rule]] "it" when.language', 'unknown language "de"', ""),
    (
        rule({"has_attachment": "true"}),
        '[[rule]] "it" when.has_attachment',
        "takes true or false, not text",
        "Write true without",
    ),
    (rule({"working_hours": 1}), '[[rule]] "it" when.working_hours', "takes true or false, not a number", ""),
    (rule({"known_client": []}), '[[rule]] "it" when.known_client', "takes true or false, not a list", ""),
    (rule({"mentions": []}), '[[rule]] "it" when.mentions', "the list is empty", ""),
    (rule({"mentions": ["!!!"]}), '[[rule]] "it" when.mentions', '"!!!" holds no letter', "matches"),
    (rule({"mentions": [7]}), '[[rule]] "it" when.mentions', "it holds a number", 'Write "7".'),
    (rule({"subject": True}), '[[rule]] "it" when.subject', "takes a list of words, not true or false", ""),
    (rule({"from": "ann"}), '[[rule]] "it" when.from', '"ann" is no address', "@example.com"),
    (rule({"from": ["x.example"]}), '[[rule]] "it" when.from', '"x.example" is no address', '"@x.example"'),
    (rule({"from": "a b@x.example"}), '[[rule]] "it" when.from', "is no address", ""),
    (rule({"matches": ["a"]}), '[[rule]] "it" when.matches', "takes one expression as text, not a list", ""),
    (rule({"matches": ""}), '[[rule]] "it" when.matches', "would match everything", "always"),
    (rule({"plan": "vop"}), '[[rule]] "it" when.plan', 'unknown plan "vop"', 'Did you mean "vip"?'),
    (rule({"type": "eror"}), '[[rule]] "it" when.type', 'unknown type "eror"', 'Did you mean "error"?'),
    (rule({"priority": ["hihg"]}), '[[rule]] "it" when.priority', 'unknown priority "hihg"', 'Did you mean "high"?'),
    (rule({"fields": {"in": True}}), '[[rule]] "it" when.fields', 'unknown field "in"', 'Did you mean "inn"?'),
    (rule({"fields": "inn"}), '[[rule]] "it" when.fields', "takes a table of fields, not text", "inn = true"),
    (rule({"fields": {}}), '[[rule]] "it" when.fields', "an empty table", ""),
    (rule({"fields": {"inn": 5}}), '[[rule]] "it" when.fields', "takes a list of words, not a number", ""),
    (rule({"tags": "vip"}), '[[rule]] "it" when.tags', 'no rule before sets the tag "vip"', "stop = false"),
    (rule({"client": " "}), '[[rule]] "it" when.client', "empty text", ""),
    (rule({"to": "12345"}), '[[rule]] "it" when.to', '"12345" is no address', "@example.com"),
    (rule({"file": "imge"}), '[[rule]] "it" when.file', 'unknown kind of file "imge"', 'Did you mean "image"?'),
    (rule({"hours": "9-18"}), '[[rule]] "it" when.hours', '"9-18" is no time of the day', "18:00-09:00"),
    (rule({"hours": "09:00-09:00"}), '[[rule]] "it" when.hours', 'the time "09:00-09:00" is empty', ""),
    (rule({"hours": "25:00-26:00"}), '[[rule]] "it" when.hours', "no clock shows", ""),
    (rule({"hours": 9}), '[[rule]] "it" when.hours', "takes a list of times of the day, not a number", ""),
    (rule({"weekdays": "mon-fry"}), '[[rule]] "it" when.weekdays', 'unknown weekday "fry"', 'Did you mean "fri"?'),
    (rule(MAIL, type="bug"), '[[rule]] "it" type', 'unknown type "bug"', 'Known are "error", "request", "suggestion".'),
    (rule(MAIL, priority="urgent"), '[[rule]] "it" priority', 'unknown priority "urgent"', ""),
    (rule(MAIL, plan="Vip"), '[[rule]] "it" plan', 'unknown plan "Vip"', 'Did you mean "vip"?'),
    (rule(MAIL, assign="on duty"), '[[rule]] "it" assign', 'unknown person "on duty"', 'Did you mean "on-duty"?'),
    (rule(MAIL, reply="sory"), '[[rule]] "it" reply', 'unknown reply template "sory"', 'Did you mean "sorry"?'),
    (rule(MAIL, ask=["vresion"]), '[[rule]] "it" ask', 'unknown field "vresion"', 'Did you mean "version"?'),
    (rule(MAIL, notify="lead"), '[[rule]] "it" notify', 'unknown person "lead"', 'Did you mean "leads"?'),
    (rule(MAIL, notify=[1]), '[[rule]] "it" notify', "it holds a number", 'Write "1".'),
    (rule(MAIL, tags=["a\nb"]), '[[rule]] "it" tags', "printable", ""),
    (rule(MAIL, tags="x" * 41), '[[rule]] "it" tags', "1 to 40", ""),
    (rule(MAIL, stop="false"), '[[rule]] "it" stop', "takes true or false, not text", "Write false without"),
    (rule(MAIL, line="", stop=False), '[[rule]] "it"', "the rule does nothing", ""),
    (rule({"matches": "(a"}), '[[rule]] "it" when.matches', "is not closed", ""),
]


@pytest.mark.parametrize(("wrong", "place", "message", "suggestion"), WRONG)
def test_a_mistake_is_named_with_its_place_and_the_right_word(
    wrong: dict[str, Any], place: str, message: str, suggestion: str
) -> None:
    [(found_place, found_message, found_suggestion)] = mistakes(wrong, REST)
    assert found_place == place
    assert message in found_message
    assert suggestion in found_suggestion


ODD: list[object] = [
    1, 1.5, True, None, "", " ", "\x00", "x", [], [[]], [{}], [1], [True], ["x", None], {}, {"a": 1}, float("nan"),
    "9" * 5000, date(2026, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("key", [*WORDS, "any", "all", "not"])
def test_whatever_stands_behind_a_word_is_taken_or_a_mistake(key: str) -> None:
    """Nothing that TOML can hold there is a bug."""
    for value in ODD:
        with suppress(ConfigError):
            chain(rule({key: value}), REST)


@pytest.mark.parametrize("key", [*KEYS, "name", "when"])
def test_whatever_stands_behind_a_key_is_taken_or_a_mistake(key: str) -> None:
    for value in ODD:
        with suppress(ConfigError):
            chain({**rule({"always": False}), key: value}, REST)


def test_all_mistakes_are_told_together() -> None:
    found = mistakes(
        rule({"mentoins": ["a"], "channel": "fax"}, line="third"), rule({"mailbox": "x"}, name="two"), REST
    )
    assert [place for place, _, _ in found] == [
        '[[rule]] "it" line',
        '[[rule]] "it" when.mentoins',
        '[[rule]] "it" when.channel',
        '[[rule]] "two" when.mailbox',
    ]


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    assert [place for place, _, _ in mistakes({"name": "it", "when": MAIL, "lien": "first"}, REST)] == [
        '[[rule]] "it" lien'
    ]


def test_two_rules_cannot_have_one_name() -> None:
    assert mistakes(rule(MAIL), rule(LATE), REST)[0][:2] == ('[[rule]] "it" name', "number 1 has the same name.")


@pytest.mark.parametrize("rules", [[], [BILLING], [rule({"always": False})], [rule({"always": True, **MAIL})]])
def test_the_last_rule_must_fit_everything(rules: list[dict[str, Any]]) -> None:
    [(place, message, suggestion)] = mistakes(*rules)
    assert (place, message) == ("[[rule]]", "no rule fits a message that all rules refuse.")
    assert "always = true" in suggestion


@pytest.mark.parametrize(
    "when",
    [{"always": True}, {"not": {"always": False}}, {"any": [MAIL, {"always": True}]}, {"all": [{"always": True}]}],
)
def test_rules_after_one_that_fits_everything_are_mistakes(when: dict[str, Any]) -> None:
    assert chain(rule(when)).decide(Facts(channel="telegram")).rule == "it"
    assert [(place, message) for place, message, _ in mistakes(rule(when), BILLING, REST)] == [
        ('[[rule]] "billing words"', 'never reached: [[rule]] "it" before it fits every message.'),
        ('[[rule]] "everything else"', 'never reached: [[rule]] "it" before it fits every message.'),
    ]


def test_a_rule_can_be_switched_off() -> None:
    off = chain(rule({"always": False}), rule({"not": {"any": [MAIL, {"always": True}]}}, name="off too"), REST)
    assert off.decide(Facts(channel="mail")).rule == "everything else"


def test_tables_nest_only_so_deep() -> None:
    when: dict[str, Any] = dict(MAIL)
    for _ in range(500):
        when = {"not": when}
    [(_, message, _)] = mistakes(rule(when), REST)
    assert "nest deeper than 20" in message


def test_a_channel_that_comes_later_needs_no_change_here() -> None:
    fax = compile_chain([rule({"channel": "fax"}), REST], lines=["first"], mailboxes=[], channels=["fax"])
    assert fax.decide(Facts(channel="fax")).asked[0].why_ru == "канал — fax"


def test_a_mistake_names_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        compile_chain([], lines=[], mailboxes=[], file="desk.toml")
    assert caught.value.mistakes[0].file == "desk.toml"


def test_a_thousand_rules_decide_quickly() -> None:
    """The time is printed, not asserted: it depends on the machine."""
    kinds = [
        lambda n: {"mentions": [f"слово{n}", f"word{n}", f"два слова{n}"]},
        lambda n: {"channel": "mail", "subject": [f"тема{n}"]},
        lambda n: {"from": [f"@x{n}.example"]},
        lambda n: {"any": [{"matches": f"код{n}z"}, {"not": {"channel": "mail"}}]},
    ]
    many = chain(*(rule(kinds[n % 4](n), name=f"rule {n}") for n in range(999)), REST)
    facts = Facts(channel="mail", subject="Вопрос про оплату", text="Здравствуйте, не получается оплатить заказ. " * 20)
    for _ in range(3):
        start = time.perf_counter()
        verdict = many.decide(facts)
        print(f"1,000 rules: {(time.perf_counter() - start) * 1000:.2f} ms")
    assert verdict.rule == "everything else"
    assert len(verdict.asked) == 1000


def test_heavy_libraries_wait_for_a_rule_that_needs_them() -> None:
    code = (
        "import sys; from rules.chain import compile_chain; "
        "compile_chain([{'name': 'r', 'when': {'always': True}, 'line': 'a'}], lines=['a'], mailboxes=[]); "
        "sys.exit('re2' in sys.modules or 'snowballstemmer' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
