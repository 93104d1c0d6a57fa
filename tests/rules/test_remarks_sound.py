"""Of a rule that is said never to fit, or never to be reached, no message may ever be found that it decides."""

import random
from datetime import datetime
from typing import Any

import pytest

from desk.facts import Facts
from desk.tickets import Priority, Type
from rules.chain import compile_chain
from rules.remarks import remarks

WORDS = ["акт", "акт сверки", "счёт", "печать"]
DOORS = ["@x.example", "ann@x.example", "bob@y.example", "123", "@ann"]
FILES = ["image", ".png", "a.png", ".tar.gz", ".gz"]
REST = {"name": "rest", "when": {"always": True}, "line": "a"}


def some(chance: random.Random, of: list[str]) -> list[str]:
    return chance.sample(of, chance.randint(1, 2))


def table(chance: random.Random, depth: int = 2) -> dict[str, Any]:
    """A few conditions of a rule, so few values that they often meet."""
    words: dict[str, Any] = {
        "channel": chance.choice(["mail", "telegram"]),
        "mailbox": chance.choice(["support", "sales"]),
        "from": some(chance, DOORS),
        "to": some(chance, DOORS[:3]),
        "subject": some(chance, WORDS),
        "mentions": some(chance, WORDS),
        "matches": chance.choice(["акт", "печать"]),
        "language": chance.choice(["ru", "en"]),
        "hours": chance.choice(["18:00-09:00", "09:00-18:00", "12:00-20:00"]),
        "weekdays": chance.choice(["mon-fri", "fri-mon", "sat"]),
        "has_attachment": chance.random() < 0.5,
        "file": some(chance, FILES),
        "priority": some(chance, ["low", "normal", "high"]),
        "type": some(chance, ["error", "request"]),
        "client_id": some(chance, ["A-1", "A-2"]),
        "fields": {"inn": chance.choice([True, False, "5", ["5", "6"]])},
    }
    picked = chance.sample(list(words), chance.randint(1, 2))
    made = {word: words[word] for word in picked}
    if depth and chance.random() < 0.4:
        made["not"] = table(chance, depth - 1)
    if depth and chance.random() < 0.4:
        made["any"] = [table(chance, depth - 1) for _ in range(2)]
    return made


def message(chance: random.Random) -> Facts:
    mail = chance.random() < 0.5
    files = tuple(chance.sample(["a.png", "b.tar.gz", "c.txt"], chance.randint(0, 2)))
    return Facts(
        channel="mail" if mail else "telegram",
        mailbox=chance.choice(["support", "sales"]) if mail else "",
        sender=(chance.choice(["ann@x.example", "bob@y.example"]),) if mail else ("123", *chance.sample(["@ann"], chance.randint(0, 1))),
        recipients=tuple(chance.sample(["ann@x.example", "bob@y.example"], chance.randint(0, 2))) if mail else (),
        subject=chance.choice(["", *WORDS]) if mail else "",
        text=" и ".join(chance.sample(WORDS, chance.randint(0, 2))),
        language=chance.choice(["ru", "en", ""]),
        at=datetime.fromisoformat(f"2026-11-{chance.randint(16, 29)}T{chance.randint(0, 23):02}:30+03:00"),
        has_attachment=bool(files),
        files=files,
        priority=chance.choice([None, *Priority]),
        type=chance.choice([None, *Type]),
        client_id=chance.choice(["", "A-1", "A-2"]),
        fields=chance.choice([{}, {"inn": "5"}, {"inn": "7"}]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_what_is_said_of_rules_is_true(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same rules each time
    spoken_of = 0
    for _ in range(60):
        rules: list[dict[str, Any]] = []
        for number in range(8):
            keys = {"stop": False, "priority": "high"} if chance.random() < 0.2 else {"line": "a"}
            rules.append({"name": f"r{number}", "when": table(chance), **keys})
        chain = compile_chain([*rules, REST], lines=["a"], mailboxes=["support", "sales"], fields=["inn"])
        idle = {one.place.split('"')[1] for one in remarks(chain) if "alternative" not in one.message}
        spoken_of += len(idle)
        for _ in range(60):
            verdict = chain.decide(message(chance))
            wrong = idle & {one.rule for one in verdict.asked if one.matched}
            assert not wrong, [rule for rule in rules if rule["name"] in wrong]
    assert spoken_of > 5
