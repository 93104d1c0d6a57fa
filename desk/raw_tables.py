"""Tables of the configuration as the file says them, whatever they hold: their rows, names and lists. Pure."""

from collections.abc import Mapping
from typing import Any

from desk.errors import Mistake
from desk.mistakes import mistake_of


def unknown(file: str, place: str, message: str, hint: str) -> Mistake:
    """A name of something that is not there, or must not be."""
    return mistake_of(file=file, place=place, message=message, suggestion=hint)


def names(tables: Mapping[str, Any], table: str) -> list[str]:
    """What the rows of a table are called; the one line that there is without any is "first"."""
    usual = ["first"] if table == "line" and table not in tables else []
    return [*usual, *(row["name"] for row in rows(tables, table) if isinstance(row.get("name"), str))]


def rows(tables: Mapping[str, Any], table: str) -> list[dict[str, Any]]:
    """The rows of a table in double brackets."""
    found = tables.get(table, [])
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def listed(value: Any) -> list[str]:
    """The names in a list; what is of another kind is told as such."""
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
