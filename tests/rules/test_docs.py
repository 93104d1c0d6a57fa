"""The page for users names every word, and every example in it can be used."""

import re
import tomllib
from pathlib import Path

from rules.chain import NESTING, compile_chain
from rules.words import WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
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
        compile_chain([rule, *last], lines=["first", "second"], mailboxes=["support"])
