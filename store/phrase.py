"""A SQL statement without its values, which come with every asking.

Rule: a phrase is a SQLAlchemy statement whose parameters are called v0, v1, … in the order of the values. PostgreSQL is
handed it as it is; for SQLite, where making the statement costs ten times its running, `Plain` keeps its text beside
functions that bring values into and out of SQLite's own types.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Delete, Insert, Select, TextClause, TextualSelect, Update
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.types import TypeEngine

from store.columns import Choice, Day, Flag, Instant, Tree
from store.engine import to_json

DIALECT = SQLiteDialect_aiosqlite()


def encoder(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How SQLite is handed a settled value of that column; None: as it is."""
    if isinstance(kind, Instant):
        return lambda moment: moment.isoformat(" ", "microseconds")[:26]
    if isinstance(kind, Day):
        return date.isoformat
    if isinstance(kind, Tree):
        return to_json
    return (lambda choice: choice.value) if isinstance(kind, Choice) else None


def decoder(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What SQLite's value means."""
    if isinstance(kind, Instant):
        return lambda text: datetime.fromisoformat(text + "+00:00")
    if isinstance(kind, Day):
        return date.fromisoformat
    if isinstance(kind, Tree):
        return json.loads
    if isinstance(kind, Flag):
        return bool
    if isinstance(kind, Choice):
        members = {member.value: member for member in kind.of}
        return members.__getitem__
    return None


@dataclass(frozen=True, slots=True)
class Plain:
    """A phrase for SQLite's own driver.

    `order`: which value, or which constant, stands at each question mark; None: each at its own.
    """

    sql: str
    order: Sequence[int] | None
    constants: Sequence[Any]
    encoders: Sequence[tuple[int, Callable[[Any], Any]]]

    def parameters(self, values: list[Any]) -> list[Any]:
        """The values as the driver takes them; the list itself may be changed."""
        bound = values
        for place, encode in self.encoders:
            if bound[place] is not None:
                bound[place] = encode(bound[place])
        if self.order is None:
            return bound
        count = len(bound)
        return [bound[at] if at < count else self.constants[at - count] for at in self.order]


@dataclass(frozen=True)
class Phrase:
    """A statement, the types of its values, and the types of the columns that it answers with."""

    statement: Select[Any] | Insert | Update | Delete | TextualSelect | TextClause
    takes: Sequence[TypeEngine[Any]]
    gives: Sequence[TypeEngine[Any]] = ()

    @cached_property
    def plain(self) -> Plain:
        """The same for SQLite."""
        compiled: Any = self.statement.compile(dialect=DIALECT)
        places = {f"v{number}": number for number in range(len(self.takes))}
        constants: list[Any] = []
        order: list[int] = []
        for name in compiled.positiontup or ():
            if name not in places:
                process = compiled._bind_processors.get(name)  # noqa: SLF001 - SQLAlchemy's own way from a value to the driver
                value = compiled.params[name]
                places[name] = len(self.takes) + len(constants)
                constants.append(process(value) if process else value)
            order.append(places[name])
        encoders = [(place, how) for place, kind in enumerate(self.takes) if (how := encoder(kind))]
        plain = None if order == list(range(len(self.takes))) else order
        return Plain(sql=str(compiled), order=plain, constants=constants, encoders=encoders)

    @cached_property
    def asks(self) -> bool:
        """Whether nothing is changed by asking twice."""
        return self.statement.is_select

    @cached_property
    def decoders(self) -> Sequence[tuple[int, Callable[[Any], Any]]]:
        """Which columns of a row are something else in SQLite, and what they mean."""
        return [(place, how) for place, kind in enumerate(self.gives) if (how := decoder(kind))]
