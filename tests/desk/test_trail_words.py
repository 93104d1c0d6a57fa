"""Everything that is written into the trail has words in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.trail_words import AUDITED

ROOT = Path(__file__).parents[2] / "desk"
BY_NAME = {
    "incident answer", "incident solve", "incident close", "checked", "unchecked", "related", "not related", "done",
    "canned answer sent", "article sent", "estimate agreed", "estimate refused", "forgetting asked", "on duty",
    "forgetting stopped", "topic closed by hand", "topic opened by hand", "announced", "announcement stopped",
    "announcement dropped", "announcement done", "off duty", "organisation added", "organisation changed",
    "quarantine retried", "field asked", "field set", "field emptied", "field waived",
}  # fmt: skip
"""What is put together, or handed on by a name."""


def written() -> Iterator[str]:
    """What is written into the audit in so many words."""
    for path in sorted(ROOT.glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            fifth = call.args[4] if name == "audit" and len(call.args) > 4 else None
            what = next((one.value for one in call.keywords if name == "Audit" and one.arg == "what"), fifth)
            if isinstance(what, ast.Constant):
                yield str(what.value)


@pytest.mark.parametrize("what", sorted({*written(), *BY_NAME}))
def test_what_the_audit_keeps_has_words_in_the_trail(what: str) -> None:
    """Without them a Russian group reads English."""
    assert what in AUDITED
