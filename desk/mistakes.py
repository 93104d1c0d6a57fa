"""Words what the settings find wrong: the table and key as they stand in the file, what is wrong, what was meant."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from desk.checks import closest, nearest
from desk.errors import Mistake
from desk.said import Said, Wrong
from desk.settings import Settings

LISTS = ("mailbox", "line", "rule", "plan", "person", "reply", "field", "client_group", "checklist")
_WANTED = {
    "string_type": "config.text_in_quotes",
    "int_type": "config.whole_number",
    "int_from_float": "config.whole_number",
    "float_type": "config.number",
    "finite_number": "config.finite_number",
    "bool_type": "config.true_or_false",
    "list_type": "config.list",
    "dict_type": "config.table",
    "model_type": "config.table",
}
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "config.true_or_false"), (int, "config.whole_number"), (float, "config.number_with_point"),
    (str, "config.text"), (list, "config.list"), (dict, "config.table"),
)  # fmt: skip
_BOUNDS = {"greater_than_equal": ("config.at_least", "ge"), "less_than_equal": ("config.at_most", "le")}


def translate(file: str, tables: Mapping[str, Any], error: ValidationError) -> Iterator[Mistake]:
    """The mistakes that the settings found in these tables, in their order."""
    found = error.errors(include_url=False)
    unknown = [(one["loc"][:-1], str(one["loc"][-1])) for one in found if one["type"] == "extra_forbidden"]
    meant = {(table, closest(key, _fields(table))) for table, key in unknown}
    places = {one["loc"] for one in found}
    for one in found:
        loc = one["loc"]
        if _taken_over(tables, loc) and ("calendar", *loc[3:]) in places:
            continue  # told where it stands
        if one["type"] == "missing" and (loc[:-1], str(loc[-1])) in meant:
            continue  # misspelt rather than missing, and said so already
        message, suggestion = _worded(one["type"], loc, one.get("input"), one.get("ctx", {}), one["msg"])
        yield mistake_of(file=file, place=_place(tables, loc), message=message, suggestion=suggestion)


def _taken_over(tables: Mapping[str, Any], loc: tuple[int | str, ...]) -> bool:
    """Whether a key of a plan's calendar is one that the plan left to [calendar]."""
    table, number, inner, key = (*loc, "", "", "")[:4]
    return bool(key) and (table, inner) == ("plan", "calendar") and key not in tables["plan"][number]["calendar"]


def mistake_of(*, file: str, place: str, message: str, suggestion: str) -> Mistake:
    """A mistake whose message and suggestion read as sentences."""
    stop = "" if message.endswith((".", "?", "!")) else "."
    return Mistake(file=file, place=place, message=message + stop, suggestion=suggestion)


def _worded(sort: str, loc: tuple[int | str, ...], given: Any, ctx: Mapping[str, Any], said: str) -> tuple[str, str]:
    if sort == "value_error":
        wrong = ctx["error"]
        return (wrong.message, wrong.suggestion) if isinstance(wrong, Wrong) else (str(wrong), "")
    if sort == "missing":
        return Said("config.missing"), ""
    if sort == "extra_forbidden":
        key = "config.unknown_table" if len(loc) == 1 else "config.unknown_key"
        return Said(key), nearest(str(loc[-1]), _fields(loc[:-1]))
    if sort == "literal_error":
        words = re.findall(r"'([^']*)'", ctx["expected"])
        shown = json.dumps(given, ensure_ascii=False) if isinstance(given, str | int | float) else _kind(given)
        hint = nearest(given, words) if isinstance(given, str) else nearest("", words)
        return Said("config.cannot_be", value=shown), hint
    if sort in _BOUNDS:
        key, bound = _BOUNDS[sort]
        return Said(key, bound=f"{ctx[bound]:g}"), ""
    if sort == "too_short":
        return Said("config.needs_one"), ""
    if sort in _WANTED:
        return Said("config.must_be", wanted=Said(_WANTED[sort]), given=_kind(given)), ""
    return Said("config.not_right", reason=said), ""


def _kind(value: Any) -> Said:
    return Said(next((key for kind, key in _KINDS if isinstance(value, kind)), "config.date_or_time"))


def _fields(loc: tuple[int | str, ...]) -> Mapping[str, Any]:
    """The keys that the table at this place may have."""
    model: Any = Settings
    for step in loc:
        if isinstance(step, int):
            continue
        kind = _by_key(model)[step].annotation
        model = next((inner for inner in (kind, *get_args(kind)) if hasattr(inner, "model_fields")), None)
        if model is None:
            return {}
    return _by_key(model)


def _by_key(model: Any) -> Mapping[str, Any]:
    """A table's fields as the file calls them: `from` cannot be a name in Python."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _place(tables: Mapping[str, Any], loc: tuple[int | str, ...]) -> str:
    """A place as the file writes it: "[telegram] pace.per_second", '[[mailbox]] "support" imap.port'."""
    table, rest = str(loc[0]), [step for step in loc[1:] if step != "[key]"]
    if table not in LISTS:
        return " ".join([f"[{table}]", _dotted(rest)]).strip()
    if not rest or not isinstance(rest[0], int):
        return f"[[{table}]]"
    row = tables[table][rest[0]]
    name = row.get("name") if isinstance(row, dict) else None
    inner = f" {_dotted(rest[1:])}" if rest[1:] else ""
    if isinstance(name, str):
        return f"[[{table}]] {json.dumps(name, ensure_ascii=False)}{inner}"
    return Said("config.numbered", table=table, number=rest[0] + 1) + inner


def _dotted(steps: Sequence[int | str]) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in steps)
