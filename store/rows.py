"""Between the desk's values and rows: which table, which columns, and what a condition in words means."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Column, ColumnElement, Row, Table, UnaryExpression, or_, true

from store.columns import Kept, Name, Tree, Words
from store.engine import strpos
from store.tables import TABLES

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Generic[T]):
    """How one value class is kept."""

    kind: type[T]
    table: Table
    names: tuple[str, ...]
    columns: Mapping[str, Column[Any]]

    def value(self, row: Row[Any]) -> T:
        """The value that a row of all columns, in their order, stands for."""
        return self.kind(**dict(zip(self.names, row, strict=True)))

    def settled(self, values: Mapping[str, object]) -> dict[str, object]:
        """The values as they will be kept. TypeError for a name without a column, ValueError for a refused value."""
        return {name: settle(self.column(name), value) for name, value in values.items()}

    def all_of(self, thing: T) -> dict[str, object]:
        """Every field of a value, as it will be kept."""
        return self.settled({name: getattr(thing, name) for name in self.names})

    def column(self, name: str) -> Column[Any]:
        try:
            return self.columns[name]
        except KeyError:
            known = ", ".join(self.names)
            raise TypeError(f"{self.kind.__name__} has no field {name!r}; it has {known}") from None

    def where(self, conditions: Mapping[str, object]) -> list[ColumnElement[bool]]:
        """Conditions in the words of desk.ports.Unit."""
        return [self._condition(words, value) for words, value in conditions.items()]

    def _condition(self, words: str, value: Any) -> ColumnElement[bool]:
        name, _, how = words.partition("__")
        column = self.column(name)
        if isinstance(column.type, Tree):
            raise TypeError(f"{self.kind.__name__}.{name} is a structure and cannot be a condition")
        if how not in CONDITIONS:
            raise TypeError(f"{words}: a condition ends in one of {', '.join(filter(None, CONDITIONS))}")
        return CONDITIONS[how](column, value)

    def ordered(self, order: str) -> list[UnaryExpression[Any] | ColumnElement[Any]]:
        """In order of a field; "-field" is exactly the other way round. Nothing (None) is the smallest."""
        down = order.startswith("-")
        column, id_ = self.column(order.removeprefix("-")), self.columns["id"]
        if column is id_:
            return [id_.desc() if down else id_.asc()]
        # Only where it matters: PostgreSQL's plain index does not serve NULLS FIRST.
        if down:
            return [column.desc().nulls_last() if column.nullable else column.desc(), id_.desc()]
        return [column.asc().nulls_first() if column.nullable else column.asc(), id_.asc()]


def settle(column: Column[Any], value: Any) -> Any:
    """A value as that column will keep it."""
    if value is None:
        return None
    kind = column.type
    return kind.settle(value) if isinstance(kind, Kept) else int(value)


def _is_in(column: Column[Any], values: Any) -> ColumnElement[bool]:
    several = list(cast("Iterable[Any]", values))
    found = column.in_([settle(column, value) for value in several if value is not None])
    return or_(found, column.is_(None)) if None in several else found


def _has(column: Column[Any], text: Any) -> ColumnElement[bool]:
    if not isinstance(column.type, Words | Name):
        raise TypeError(f"{column.name} is not a text")
    return strpos(column, settle(column, text)) > 0 if text else true()


CONDITIONS: Mapping[str, Callable[[Column[Any], Any], ColumnElement[bool]]] = {
    "": lambda column, value: column.is_(None) if value is None else column == settle(column, value),
    "ne": lambda column, value: column.is_distinct_from(settle(column, value)),
    "lt": lambda column, value: column < settle(column, value),
    "le": lambda column, value: column <= settle(column, value),
    "gt": lambda column, value: column > settle(column, value),
    "ge": lambda column, value: column >= settle(column, value),
    "in": _is_in,
    "has": _has,
}


def _shape(kind: type[Any], table: Table) -> Shape[Any]:
    names = tuple(field.name for field in fields(kind))
    return Shape(kind=kind, table=table, names=names, columns={name: table.c[name] for name in names})


SHAPES = {kind: _shape(kind, table) for kind, table in TABLES.items()}


def shape(kind: type[T]) -> Shape[T]:
    """How that value class is kept. TypeError when it is none."""
    found = SHAPES.get(kind)
    if found is None:
        raise TypeError(f"{kind.__name__} is not kept in the store")
    return found


def with_id(thing: T, values: Mapping[str, object], id_: int) -> T:
    """The value as it was kept."""
    return cast("T", replace(cast("Any", thing), **{**values, "id": id_}))
