"""Reads `config.toml` with its overrides from the environment and reports every mistake in it at once.

A mistake is worded for the operator: the table and key as they stand in the file, what is wrong, what was probably
meant. No value of a secret is ever repeated.
"""

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from desk.checks import Wrong, closest, nearest
from desk.errors import ConfigError, Mistake
from desk.settings import Settings

OVERRIDE = "OTVET__"
Check = Callable[[str, Mapping[str, Any]], Sequence[Mistake]]
"""Looks at what the file says (its name and its tables, as read) beyond what settings alone can know."""

_RULES = "[[rule]]"
_LISTS = ("mailbox", "line", "rule")
_DISTINCT = (("mailbox", "name"), ("mailbox", "address"), ("line", "name"), ("rule", "name"))
_ABOUT_TOML = "Text goes in quotes; a table is [name], a list of them [[name]]."
_POSITION = re.compile(r"(?P<what>.*?) \((?P<where>at .*)\)$", re.DOTALL)
_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"), (int, "a whole number"), (float, "a number with a point"), (str, "text"), (list, "a list"),
    (dict, "a table"),
)  # fmt: skip
_BOUNDS = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}


def load_settings(path: Path, environ: Mapping[str, str] = os.environ, checks: Sequence[Check] = ()) -> Settings:
    """The settings in the file at `path`; ConfigError with all mistakes, those that `checks` find among them."""
    tables = read_tables(path)
    file = str(path)
    mistakes = [*_override(tables, environ), *_doubles(file, tables)]
    settings = None
    try:
        context = {"environ": environ, "folder": Path(os.path.abspath(path)).parent}  # noqa: PTH100 - a linked file's own folder
        settings = Settings.model_validate(tables, context=context)
    except ValidationError as error:
        mistakes += _translate(file, tables, error)
    said = [mistake for check in checks for mistake in check(file, tables)]
    if any(mistake.place.startswith(_RULES) for mistake in said):
        # The rules' own check looks deeper and would say the same again.
        mistakes = [mistake for mistake in mistakes if not mistake.place.startswith(_RULES)]
    mistakes += said
    if mistakes or settings is None:
        raise ConfigError(mistakes)
    return settings


def read_tables(path: Path) -> dict[str, Any]:
    """What the file says, nothing checked; ConfigError when it cannot be read as TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message, place, hint = "there is no such file", "", "Copy the sample config.toml, or name yours with --config."
    except OSError as error:
        message, place, hint = f"cannot be read: {error.strerror}", "", ""
    except UnicodeDecodeError:
        message, place, hint = "is not UTF-8 text", "", "Save it again as UTF-8."
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.match(str(error))
        message = f"not valid TOML: {found['what'] if found else error}"
        place, hint = (
            found["where"] if found else "",
            _ABOUT_TOML,
        )
    raise ConfigError([_mistake(file=str(path), place=place, message=message, suggestion=hint)])


def override_names(model: type[BaseModel] = Settings, prefix: str = OVERRIDE) -> dict[str, tuple[str, ...]]:
    """The environment variables that may replace a key, each with the path of its key."""
    names: dict[str, tuple[str, ...]] = {}
    for key, field in model.model_fields.items():
        if key in _LISTS and model is Settings:
            continue
        name = f"{prefix}{key.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            inner = override_names(field.annotation, f"{name}__")
            names |= {variable: (key, *path) for variable, path in inner.items()}
        else:
            names[name] = (key,)
    return names


def _override(tables: dict[str, Any], environ: Mapping[str, str]) -> Iterator[Mistake]:
    known = override_names()
    for name in sorted(environ):
        if not name.startswith(OVERRIDE):
            continue
        path = known.get(name) or _inner(name, known)
        if path is not None:
            _put(tables, path, _value(path, environ[name]))
            continue
        table = name.removeprefix(OVERRIDE).split("__")[0].lower()
        hint = f"Write [[{table}]] in the file." if table in _LISTS else nearest(name, known)
        message = "lists cannot be overridden" if table in _LISTS else "overrides no key that there is"
        yield _mistake(file="environment", place=name, message=message, suggestion=hint)


def _inner(name: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The path of a key in a table whose keys are open (`hours`); the settings say whether they want that key."""
    table, _, key = name.rpartition("__")
    path = known.get(table)
    return (*path, key.lower()) if path and key and get_origin(_kind_of(path)) is dict else None


def _kind_of(path: Sequence[str]) -> Any:
    """What the settings want at a path; inside a table of open keys, what each of its keys wants."""
    kind: Any = Settings
    for key in path:
        kind = get_args(kind)[1] if get_origin(kind) is dict else kind.model_fields[key].annotation
    return kind


def _value(path: tuple[str, ...], text: str) -> Any:
    """`text` as a TOML value; as it stands where it is none, or where the key wants text and it is not in quotes."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        return text
    kind = _kind_of(path)
    wants_text = str in (kind, *get_args(kind)) or any(isinstance(word, str) for word in get_args(kind))
    return text if wants_text and not isinstance(value, str | dict) else value


def _put(tables: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for depth, key in enumerate(path[:-1], start=1):
        open_keys = get_origin(_kind_of(path[:depth])) is dict
        inner = tables.setdefault(key, _usual(path[:depth]) if open_keys else {})
        if not isinstance(inner, dict):
            return  # the file has something else there, which is told as a mistake of its own
        tables = inner
    tables[path[-1]] = value


def _usual(path: Sequence[str]) -> dict[str, Any]:
    """What a table of open keys holds when the file has none, so that one key replaced leaves the others."""
    fields = _kind_of(path[:-1]).model_fields
    return dict(fields[path[-1]].get_default(call_default_factory=True))


def _doubles(file: str, tables: Mapping[str, Any]) -> Iterator[Mistake]:
    for table, key in _DISTINCT:
        seen: set[str] = set()
        rows = tables.get(table, [])
        for row in rows if isinstance(rows, list) else []:
            value = row.get(key) if isinstance(row, dict) else None
            if not isinstance(value, str):
                continue
            if value.casefold() in seen:
                message = f"{json.dumps(value, ensure_ascii=False)} is taken by another one"
                yield _mistake(file=file, place=f"[[{table}]] {key}", message=message, suggestion="Give each its own.")
            seen.add(value.casefold())


def _translate(file: str, tables: Mapping[str, Any], error: ValidationError) -> Iterator[Mistake]:
    found = error.errors(include_url=False)
    unknown = [(one["loc"][:-1], str(one["loc"][-1])) for one in found if one["type"] == "extra_forbidden"]
    meant = {(table, closest(key, _fields(table))) for table, key in unknown}
    for one in found:
        loc = one["loc"]
        if one["type"] == "missing" and (loc[:-1], str(loc[-1])) in meant:
            continue  # misspelt rather than missing, and said so already
        message, suggestion = _worded(one["type"], loc, one.get("input"), one.get("ctx", {}), one["msg"])
        yield _mistake(file=file, place=_place(tables, loc), message=message, suggestion=suggestion)


def _mistake(*, file: str, place: str, message: str, suggestion: str) -> Mistake:
    """A mistake whose message and suggestion read as sentences."""
    stop = "" if message.endswith((".", "?", "!")) else "."
    return Mistake(file=file, place=place, message=message + stop, suggestion=suggestion)


def _worded(sort: str, loc: tuple[int | str, ...], given: Any, ctx: Mapping[str, Any], said: str) -> tuple[str, str]:
    if sort == "value_error":
        wrong = ctx["error"]
        return (wrong.message, wrong.suggestion) if isinstance(wrong, Wrong) else (str(wrong), "")
    if sort == "missing":
        return "is missing", ""
    if sort == "extra_forbidden":
        return "unknown table" if len(loc) == 1 else "unknown key", nearest(str(loc[-1]), _fields(loc[:-1]))
    if sort == "literal_error":
        words = re.findall(r"'([^']*)'", ctx["expected"])
        shown = json.dumps(given, ensure_ascii=False) if isinstance(given, str | int | float) else _kind(given)
        hint = nearest(given, words) if isinstance(given, str) else nearest("", words)
        return f"cannot be {shown}", hint
    if sort in _BOUNDS:
        words_, bound = _BOUNDS[sort]
        return f"must be {words_} {ctx[bound]:g}", ""
    if sort == "too_short":
        return "needs one at least", ""
    if sort in _WANTED:
        return f"must be {_WANTED[sort]}, not {_kind(given)}", ""
    return f"is not right: {said}", ""


def _kind(value: Any) -> str:
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "a date or time")


def _fields(loc: tuple[int | str, ...]) -> Mapping[str, Any]:
    """The keys that the table at this place may have."""
    model: Any = Settings
    for step in loc:
        if isinstance(step, int):
            continue
        kind = model.model_fields[step].annotation
        model = next((inner for inner in (kind, *get_args(kind)) if hasattr(inner, "model_fields")), None)
        if model is None:
            return {}
    fields: Mapping[str, Any] = model.model_fields
    return fields


def _place(tables: Mapping[str, Any], loc: tuple[int | str, ...]) -> str:
    """A place as the file writes it: "[telegram] pace.per_second", '[[mailbox]] "support" imap.port'."""
    table, rest = str(loc[0]), [step for step in loc[1:] if step != "[key]"]
    if table not in _LISTS:
        return " ".join([f"[{table}]", _dotted(rest)]).strip()
    if not rest or not isinstance(rest[0], int):
        return f"[[{table}]]"
    row = tables[table][rest[0]]
    name = row.get("name") if isinstance(row, dict) else None
    which = json.dumps(name, ensure_ascii=False) if isinstance(name, str) else f"number {rest[0] + 1}"
    return " ".join([f"[[{table}]]", which, _dotted(rest[1:])]).strip()


def _dotted(steps: Sequence[int | str]) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in steps)
