"""Reads `config.toml` with its overrides from the environment and reports every mistake in it at once.

No value of a secret is ever repeated. `desk.mistakes` words what the settings find wrong.
"""

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from desk.checks import nearest
from desk.errors import ConfigError, Mistake
from desk.line_mistakes import line_mistakes
from desk.mistakes import LISTS, mistake_of, translate
from desk.raw_tables import listed, names, rows, unknown
from desk.said import Said
from desk.settings import Settings

OVERRIDE = "OTVET__"
Check = Callable[[str, Mapping[str, Any]], Sequence[Mistake]]
"""Looks at what the file says (its name and its tables, as read) beyond what settings alone can know."""

_RULES = "[[rule]]"
_DISTINCT = (
    ("mailbox", "name"), ("mailbox", "address"), ("line", "name"), ("rule", "name"), ("plan", "name"),
    ("reply", "name"), ("field", "name"), ("person", "name"), ("person", "telegram"),
    ("client_group", "chat"), ("checklist", "name"),
)  # fmt: skip
_NAMED = (  # by table and key: the list whose names it holds, and what is said of one that is not there
    ("line", "plan", "plan", "config.no_such_plan"), ("person", "lines", "line", "config.no_such_line"),
)  # fmt: skip
_WHERE = r"line (?P<line>\d+), column (?P<column>\d+)|end of document"
_POSITION = re.compile(rf"(?P<what>.*?) \(at (?:{_WHERE})\)$", re.DOTALL)
_UNREAD = {IsADirectoryError: "config.is_folder", PermissionError: "config.not_permitted"}


def load_settings(path: Path, environ: Mapping[str, str] = os.environ, checks: Sequence[Check] = ()) -> Settings:
    """The settings in the file at `path`; ConfigError with all mistakes, those that `checks` find among them."""
    return settings_of(path, read_tables(path), environ, checks)


def settings_of(
    path: Path, tables: dict[str, Any], environ: Mapping[str, str] = os.environ, checks: Sequence[Check] = ()
) -> Settings:
    """The same of what was read from the file already; `tables` take over what the environment replaces."""
    file = str(path)
    mistakes = [*_override(tables, environ), *_doubles(file, tables), *_unknown_names(file, tables)]
    mistakes += _engineers_for_clients(file, tables)
    settings = None
    try:
        context = {"environ": environ, "folder": Path(os.path.abspath(path)).parent}  # noqa: PTH100 - a linked file's own folder
        settings = Settings.model_validate(tables, context=context)
    except ValidationError as error:
        mistakes += translate(file, tables, error)
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
    place = hint = ""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message, hint = Said("config.no_file"), Said("config.no_file_hint")
    except OSError as error:
        key = _UNREAD.get(type(error))
        reason = Said(key) if key else error.strerror
        message = Said("config.cannot_be_read", reason=reason)
    except UnicodeDecodeError:
        message, hint = Said("config.not_utf8"), Said("config.not_utf8_hint")
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.match(str(error))
        message = Said("config.not_toml", what=found["what"] if found else error)
        place, hint = _position(found) if found else "", Said("config.not_toml_hint")
    raise ConfigError([mistake_of(file=str(path), place=place, message=message, suggestion=hint)])


def _position(found: re.Match[str]) -> Said:
    if found["line"] is None:
        return Said("config.at_end")
    return Said("config.at_line", line=found["line"], column=found["column"])


def override_names(model: type[BaseModel] = Settings, prefix: str = OVERRIDE) -> dict[str, tuple[str, ...]]:
    """The environment variables that may replace a key, each with the path of its key."""
    names: dict[str, tuple[str, ...]] = {}
    for key, field in model.model_fields.items():
        if key in LISTS and model is Settings:
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
        hint = Said("config.list_overridden_hint", table=table) if table in LISTS else nearest(name, known)
        message = Said("config.list_overridden" if table in LISTS else "config.overrides_nothing")
        yield mistake_of(file=Said("config.environment"), place=name, message=message, suggestion=hint)


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
    kinds = () if get_origin(kind) is list else get_args(kind)
    wants_text = str in (kind, *kinds) or any(isinstance(word, str) for word in kinds)
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
        for row in rows(tables, table):
            value = row.get(key)
            if not isinstance(value, str | int):
                continue
            if str(value).casefold() in seen:
                message = Said("config.taken", value=json.dumps(value, ensure_ascii=False))
                hint = Said("config.taken_hint")
                yield mistake_of(file=file, place=f"[[{table}]] {key}", message=message, suggestion=hint)
            seen.add(str(value).casefold())


def _engineers_for_clients(file: str, tables: Mapping[str, Any]) -> Iterator[Mistake]:
    """A group of engineers is never a client's: whatever is said in it would be the client's words."""
    telegram = tables.get("telegram")
    ours = [telegram.get("group")] if isinstance(telegram, dict) else []
    ours += [row.get("group") for row in rows(tables, "line")]
    for row in rows(tables, "client_group"):
        if row.get("chat") in [group for group in ours if isinstance(group, int)]:
            message, hint = Said("config.engineers_group"), Said("config.engineers_group_hint")
            yield mistake_of(file=file, place="[[client_group]] chat", message=message, suggestion=hint)


def _unknown_names(file: str, tables: Mapping[str, Any]) -> Iterator[Mistake]:
    """What names a plan, a line or a field that is not there; told beside whatever else is wrong."""
    for table, key, meant, said in _NAMED:
        known = names(tables, meant)
        for row in rows(tables, table):
            whose = str(row.get("name", ""))
            for name in listed(row.get(key, []) if key == "lines" else [row.get(key)]):
                if name and name not in known:
                    place = f"[[{table}]] {json.dumps(whose, ensure_ascii=False)} {key}"
                    yield unknown(file, place, Said(said, whose=whose, name=name), nearest(name, known))
    yield from line_mistakes(file, tables)
    requires, fields = tables.get("requires"), names(tables, "field")
    for kind, wanted in requires.items() if isinstance(requires, dict) else ():
        for name in listed(wanted):
            if name not in fields:
                message = Said("config.no_such_field", whose=kind, name=name)
                yield unknown(file, f"[requires] {kind}", message, nearest(name, fields))
