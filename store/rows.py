"""Between the desk's values and rows: which table, which columns, in which form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Table, UnaryExpression
from sqlalchemy.types import TypeEngine

from store.columns import Kept
from store.tables import TABLES

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape(Generic[T]):
    """How one value class is kept; its first name is the id."""

    kind: type[T]
    table: Table
    names: tuple[str, ...]
    columns: Mapping[str, Column[Any]]
    settlers: Mapping[str, Callable[[Any], Any]]
    types: tuple[TypeEngine[Any], ...]

    def value(self, row: Iterable[Any]) -> T:
        """The value that a row of all columns, in their order, stands for."""
        return self.kind(**dict(zip(self.names, row, strict=True)))

    def made(self, values: Mapping[str, Any]) -> T:
        """The value with these fields, all of them settled."""
        return self.kind(**values)

    def settled(self, values: Mapping[str, object]) -> dict[str, object]:
        """The values as they will be kept. TypeError for a name without a column, ValueError for a refused value."""
        return {name: value if value is None else self.settler(name)(value) for name, value in values.items()}

    def all_of(self, thing: T) -> dict[str, object]:
        """Every field of a value, as it will be kept."""
        return {
            name: value if (value := getattr(thing, name)) is None else settle(value)
            for name, settle in self.settlers.items()
        }

    def column(self, name: str) -> Column[Any]:
        self.settler(name)
        return self.columns[name]

    def settler(self, name: str) -> Callable[[Any], Any]:
        """What brings a value that is not None into the form in which it is kept. TypeError for an unknown name."""
        try:
            return self.settlers[name]
        except KeyError:
            known = ", ".join(self.names)
            raise TypeError(f"{self.kind.__name__} has no field {name!r}; it has {known}") from None

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


def _shape(kind: type[Any], table: Table) -> Shape[Any]:
    names = tuple(field.name for field in fields(kind))
    columns = {name: table.c[name] for name in names}
    kinds = {name: column.type for name, column in columns.items()}
    settlers = {name: kind.settle if isinstance(kind, Kept) else int for name, kind in kinds.items()}
    return Shape(kind=kind, table=table, names=names, columns=columns, settlers=settlers, types=tuple(kinds.values()))


SHAPES = {kind: _shape(kind, table) for kind, table in TABLES.items()}


def shape(kind: type[T]) -> Shape[T]:
    """How that value class is kept. TypeError when it is none."""
    found = SHAPES.get(kind)
    if found is None:
        raise TypeError(f"{kind.__name__} is not kept in the store")
    return found
