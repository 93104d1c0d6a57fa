"""What a unit says to its database: one phrase for each shape of question, made once."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Integer,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from desk.tickets import Ticket
from store.columns import Kept, Name, Tree, Words
from store.engine import strpos
from store.phrase import Phrase
from store.rows import Shape
from store.tables import COUNTER, FACT

PHRASES = 2_000
"""How many are kept; a program that uses more shapes of question than these asks something else than a help desk."""

PADDED = 1_024
"""Values in one condition up to which their number is rounded up, so that few numbers make few statements."""


class Made:
    """Gathers the parameters of a statement while it is made."""

    def __init__(self) -> None:
        self.takes: list[TypeEngine[Any]] = []

    def value(self, kind: TypeEngine[Any]) -> BindParameter[Any]:
        self.takes.append(kind)
        return bindparam(f"v{len(self.takes) - 1}", type_=kind)

    def where(self, what: Shape[Any], words: Sequence[str]) -> list[ColumnElement[bool]]:
        """Conditions as `read` writes them."""
        return [self._condition(what, *one.split("__")) for one in words]

    def _condition(self, what: Shape[Any], name: str, how: str, *count: str) -> ColumnElement[bool]:
        column = what.columns[name]
        if how == "null":
            return column.is_(None)
        if how == "any":
            found = column.in_([self.value(column.type) for _ in range(int(count[0]))]) if count[0] != "0" else false()
            return or_(found, column.is_(None)) if count[1:] else found
        return COMPARED[how](column, self.value(column.type))


COMPARED: Mapping[str, Callable[[Column[Any], Any], ColumnElement[bool]]] = {
    "": lambda column, value: column == value,
    "ne": lambda column, value: column.is_distinct_from(value),
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "has": lambda column, value: strpos(column, value) > 0,
}


def read(what: Shape[Any], conditions: Mapping[str, Any]) -> tuple[tuple[str, ...], list[Any]]:
    """Conditions in the words of desk.ports.Unit, as the shape of a question and the values for it."""
    words: list[str] = []
    values: list[Any] = []
    for said, value in conditions.items():
        name, _, how = said.partition("__")
        settle = what.settler(name)
        if isinstance(what.columns[name].type, Tree):
            raise TypeError(f"{what.kind.__name__}.{name} is a structure and cannot be a condition")
        if how == "" and value is None:
            words.append(f"{name}__null")
        elif how == "in":
            chosen = [one if one is None else settle(one) for one in value]
            known = [one for one in chosen if one is not None]
            known += known[-1:] * (_rounded(len(known)) - len(known))
            words.append(f"{name}__any__{len(known)}" + ("__null" if None in chosen else ""))
            values += known
        elif how in COMPARED:
            if how == "has":
                if not isinstance(what.columns[name].type, Words | Name):
                    raise TypeError(f"{name} is not a text")
                if not value:
                    continue
            words.append(f"{name}__{how}")
            values.append(value if value is None else settle(value))
        else:
            raise TypeError(f"{said}: a condition ends in one of {', '.join((*filter(None, COMPARED), 'in'))}")
    return tuple(words), values


def _rounded(count: int) -> int:
    return 1 << (count - 1).bit_length() if 0 < count <= PADDED else count


@lru_cache(PHRASES)
def found(what: Shape[Any], words: tuple[str, ...], order: str, *, limited: bool) -> Phrase:
    """Rows; the last value is the limit where there is one."""
    made = Made()
    query = select(what.table).where(*made.where(what, words)).order_by(*what.ordered(order))
    if limited:
        query = query.limit(made.value(Integer()))
    return Phrase(query, made.takes, what.types)


@lru_cache(PHRASES)
def counted(what: Shape[Any], words: tuple[str, ...]) -> Phrase:
    made = Made()
    query = select(func.count()).select_from(what.table).where(*made.where(what, words))
    return Phrase(query, made.takes, (Integer(),))


@lru_cache(PHRASES)
def changed(what: Shape[Any], names: tuple[str, ...], words: tuple[str, ...]) -> Phrase:
    """The new values first, then those of the conditions."""
    made = Made()
    values = {name: made.value(what.columns[name].type) for name in names}
    return Phrase(update(what.table).values(values).where(*made.where(what, words)), made.takes)


@lru_cache(PHRASES)
def removed(what: Shape[Any], words: tuple[str, ...]) -> Phrase:
    made = Made()
    return Phrase(delete(what.table).where(*made.where(what, words)), made.takes)


@lru_cache(PHRASES)
def added(what: Shape[Any]) -> Phrase:
    """Every field but the id, which the database gives; a ticket's comes last."""
    made = Made()
    names = what.names[1:] if what.kind is not Ticket else (*what.names[1:], "id")
    values = {name: made.value(what.columns[name].type) for name in names}
    return Phrase(insert(what.table).values(values).returning(what.columns["id"]), made.takes, (Integer(),))


def _fact(*parts: str) -> Sequence[TypeEngine[Any]]:
    return [FACT.c[part].type for part in parts]


_KEY, _VALUE = bindparam("v0", type_=FACT.c.key.type), bindparam("v0", type_=FACT.c.value.type)
_SECOND = bindparam("v1", type_=FACT.c.key.type)
RECALLED = Phrase(select(FACT.c.value).where(FACT.c.key == _KEY), _fact("key"), _fact("value"))
FORGOTTEN = Phrase(delete(FACT).where(FACT.c.key == _KEY), _fact("key"))
REPLACED = Phrase(update(FACT).values(value=_VALUE).where(FACT.c.key == _SECOND), _fact("value", "key"))
KEPT = Phrase(insert(FACT).values(value=_VALUE, key=_SECOND), _fact("value", "key"))
RECALLED_ALL = Phrase(
    select(FACT.c.key, FACT.c.value).where(FACT.c.key >= _KEY, FACT.c.key < _SECOND).order_by(FACT.c.key),
    _fact("key", "key"),
    _fact("key", "value"),
)
STEPPED = Phrase(
    update(COUNTER)
    .where(COUNTER.c.name == bindparam("v0", type_=COUNTER.c.name.type))
    .values(last=COUNTER.c.last + 1)
    .returning(COUNTER.c.last),
    [COUNTER.c.name.type],
    (Integer(),),
)


def settle_fact(text: str) -> str:
    """A fact's value as it will be kept."""
    kind = FACT.c.value.type
    return kind.settle(text) if isinstance(kind, Kept) else text


def settle_key(text: str) -> str:
    """A fact's name as it will be kept."""
    kind = FACT.c.key.type
    return kind.settle(text) if isinstance(kind, Kept) else text
