"""The page for users names every word, and every example in it can be used."""

import re
import tomllib
from pathlib import Path

from rules.actions import KEYS
from rules.chain import NESTING, compile_chain
from rules.words import WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
PLANS = ("round-the-clock",)
FIELDS = ("inn", "version", "log")
REST = {"name": "everything else", "when": {"always": True}, "line": "first"}


def test_every_word_is_documented() -> None:
    assert [word for word in (*WORDS, *NESTING) if f"`{word}`" not in PAGE] == []


def test_every_example_compiles() -> None:
    whens = [
        line
        for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("when = ")
    ]
    assert len(whens) > 10
    for when in whens:
        rule = {"name": "example", "line": "second", **tomllib.loads(when)}
        last = [] if rule["when"] == {"always": True} else [REST]
        compile_chain([rule, *last], lines=["first", "second"], mailboxes=["support"], plans=PLANS, fields=FIELDS)


def test_every_whole_rule_compiles_and_every_key_is_documented() -> None:
    blocks = [block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[rule]]" in block]
    assert blocks
    for block in blocks:
        rules = tomllib.loads(block)["rule"]
        compile_chain(rules, lines=["first", "second"], mailboxes=[], plans=PLANS)
    assert [key for key in KEYS if f"| `{key}` |" not in PAGE] == []
