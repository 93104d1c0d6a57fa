"""Checks the rules of a configuration that may have other mistakes too, so that all are told at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from desk.errors import ConfigError, Mistake
from rules.chain import compile_chain


def check_rules(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """Every mistake in the [[rule]] tables; what is no list of tables at all is left to whoever reads the tables."""
    rules, lines = tables.get("rule"), _named(tables, "line") or ["first"]
    if rules is None and len(lines) == 1:
        return []  # a desk of one line needs no rules
    rules = [] if rules is None else rules
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        return []
    try:
        compile_chain(rules, lines=lines, mailboxes=_named(tables, "mailbox"), file=file)
    except ConfigError as error:
        return error.mistakes
    return []


def _named(tables: Mapping[str, Any], table: str) -> list[str]:
    rows = tables.get(table)
    return (
        [str(row["name"]) for row in rows if isinstance(row, dict) and "name" in row] if isinstance(rows, list) else []
    )
