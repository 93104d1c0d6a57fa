"""Checks the rules of a configuration that may have other mistakes too, so that all are told at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from desk.errors import ConfigError, Mistake
from desk.settings import Settings
from rules.chain import Chain, compile_chain


def chain_of(settings: Settings, file: str = "config.toml") -> Chain:
    """The rules of a configuration, ready to be asked; ConfigError with every mistake in them."""
    names = {key: [one.name for one in getattr(settings, table, ())] for key, table in _NAMED.items()}
    rules = [rule.model_dump(exclude_unset=True) for rule in settings.rule]
    return compile_chain(rules, **names, file=file)


_NAMED = {
    "lines": "line",
    "mailboxes": "mailbox",
    "plans": "plan",
    "people": "person",
    "replies": "reply",
    "fields": "field",
}


def check_rules(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """Every mistake in the [[rule]] tables; what is no list of tables at all is left to whoever reads the tables."""
    rules, names = tables.get("rule"), {key: _named(tables, table) for key, table in _NAMED.items()}
    names["lines"] = names["lines"] or ["first"]
    if rules is None and len(names["lines"]) == 1:
        return []  # a desk of one line needs no rules
    rules = [] if rules is None else rules
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        return []
    try:
        compile_chain(rules, **names, file=file)
    except ConfigError as error:
        return error.mistakes
    return []


def _named(tables: Mapping[str, Any], table: str) -> list[str]:
    rows = tables.get(table)
    return (
        [str(row["name"]) for row in rows if isinstance(row, dict) and "name" in row] if isinstance(rows, list) else []
    )
