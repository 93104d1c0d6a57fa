"""Patterns of fields: whether an answer as a whole fits an operator's regular expression, by RE2."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from desk.errors import Mistake
from desk.settings import InfoField
from rules.conditions import WrongValue
from rules.expressions import Expression


def compiled(fields: Sequence[InfoField]) -> Mapping[str, Callable[[str], bool]]:
    """Of the fields that have a pattern, by name; WrongValue when one cannot be read."""
    return {field.name: partial(_fits, _whole(field.pattern)) for field in fields if field.pattern}


def check_patterns(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """Every mistake in the patterns of [[field]]; what is no text is left to whoever reads the tables."""
    rows = tables.get("field")
    said: list[Mistake] = []
    for row in rows if isinstance(rows, list) else []:
        pattern = row.get("pattern") if isinstance(row, dict) else None
        if not isinstance(pattern, str) or not pattern:
            continue
        try:
            _whole(pattern)
        except WrongValue as wrong:
            place = f'[[field]] "{row.get("name", "?")}" pattern'
            said.append(Mistake(file=file, place=place, message=wrong.message + ".", suggestion=wrong.suggestion))
    return said


def _whole(pattern: str) -> Expression:
    Expression(pattern)  # by itself first: brackets that do not match must not match ours
    return Expression(f"^(?:{pattern})$")


def _fits(expression: Expression, text: str) -> bool:
    return expression.found_in(text.encode("utf-8", "replace"))
