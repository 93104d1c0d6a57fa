"""One transaction: the desk's port over SQLAlchemy Core.

Rule: a unit is used until it is committed or has failed, and never after. An error in a statement ends it on both
engines, because PostgreSQL allows nothing else.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Executable, Result, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.errors import AlreadyDone
from desk.incoming import Raw, RawId, RawState
from desk.parcels import Parcel
from desk.tickets import Ticket
from store.due import due_parcels, due_raws, next_parcel_at
from store.engine import Database
from store.rows import shape, with_id
from store.tables import COUNTER, FACT

T = TypeVar("T")

UNDONE = (RawState.NEW, RawState.WORKING)
LAST_CHARACTER = "\U0010ffff"


class SqlUnit:
    """See desk.ports.Unit. `committed` is called after the commit; None makes a unit that can only read."""

    def __init__(
        self,
        database: Database,
        connection: AsyncConnection,
        *,
        committed: Callable[[], None] | None = None,
        finishing: Sequence[RawId] = (),
    ) -> None:
        self._database = database
        self._connection = connection
        self._committed = committed
        self._finishing = tuple(finishing)
        self._over = ""

    async def begin(self) -> None:
        """Look whether there is anything left to finish. AlreadyDone."""
        if self._finishing and not await self.count(Raw, id__in=self._finishing, state__in=UNDONE):
            raise AlreadyDone(f"raw messages {', '.join(map(str, self._finishing))} were done before")

    def end(self) -> None:
        """The transaction is left: whoever still holds the unit is told so."""
        self._over = self._over or "this unit was left"

    async def add(self, thing: T) -> T:
        what = shape(type(thing))
        values = what.all_of(thing)
        if values.pop("id"):
            raise ValueError(f"this {what.kind.__name__} has an id already; save it")
        if what.kind is Ticket:
            values["id"] = await self._next(what.table.name)
        result = await self._write(insert(what.table).values(values))
        return with_id(thing, values, cast("Any", result).inserted_primary_key[0])

    async def save(self, thing: T) -> T:
        what = shape(type(thing))
        values = what.all_of(thing)
        id_ = cast("int", values.pop("id"))
        result = await self._write(update(what.table).where(what.columns["id"] == id_).values(values))
        if not _touched(result):
            raise LookupError(f"there is no {what.kind.__name__} {id_}")
        return with_id(thing, values, id_)

    async def get(self, kind: type[T], id_: int, /) -> T | None:
        return await self.first(kind, id=id_)

    async def find(self, kind: type[T], /, *, order: str = "id", limit: int | None = None, **where: object) -> list[T]:
        what = shape(kind)
        query = select(what.table).where(*what.where(where)).order_by(*what.ordered(order)).limit(limit)
        return [what.value(row) for row in await self._run(query)]

    async def first(self, kind: type[T], /, *, order: str = "id", **where: object) -> T | None:
        found = await self.find(kind, order=order, limit=1, **where)
        return found[0] if found else None

    async def count(self, kind: type[Any], /, **where: object) -> int:
        what = shape(kind)
        result = await self._run(select(func.count()).select_from(what.table).where(*what.where(where)))
        return cast("int", result.scalar_one())

    async def change(self, kind: type[Any], values: dict[str, object], /, **where: object) -> int:
        what = shape(kind)
        if "id" in values:
            raise ValueError("an id never changes")
        return _touched(await self._write(update(what.table).where(*what.where(where)).values(what.settled(values))))

    async def remove(self, kind: type[Any], /, **where: object) -> int:
        what = shape(kind)
        return _touched(await self._write(delete(what.table).where(*what.where(where))))

    async def recall(self, key: str) -> str:
        return (await self._run(select(FACT.c.value).where(FACT.c.key == key))).scalar_one_or_none() or ""

    async def remember(self, key: str, value: str) -> None:
        if not value:
            await self._write(delete(FACT).where(FACT.c.key == key))
        elif not _touched(await self._write(update(FACT).where(FACT.c.key == key).values(value=value))):
            await self._write(insert(FACT).values(key=key, value=value))

    async def recall_all(self, prefix: str) -> dict[str, str]:
        query = select(FACT.c.key, FACT.c.value).where(FACT.c.key >= prefix, FACT.c.key < prefix + LAST_CHARACTER)
        return {row.key: row.value for row in await self._run(query.order_by(FACT.c.key))}

    async def due_parcels(self, now: datetime, *, busy: Sequence[str], limit: int) -> list[Parcel]:
        what = shape(Parcel)
        rows = await self._run(due_parcels(now, limit + len(busy)))
        return _of_free_lanes([what.value(row) for row in rows], busy, limit)

    async def next_parcel_at(self, after: datetime) -> datetime | None:
        return cast("datetime | None", (await self._run(next_parcel_at(after))).scalar_one())

    async def due_raws(self, now: datetime, *, busy: Sequence[str], limit: int) -> list[Raw]:
        what = shape(Raw)
        rows = await self._run(due_raws(now, limit + len(busy)))
        return _of_free_lanes([what.value(row) for row in rows], busy, limit)

    async def commit(self) -> None:
        if self._committed is None:
            raise RuntimeError("a view has nothing to commit")
        if self._finishing:
            done: dict[str, object] = {"state": RawState.DONE, "error": ""}
            await self.change(Raw, done, id__in=self._finishing, state__in=UNDONE)
        self._usable()
        self._over = "this unit's commit failed"
        await self._database.whole(self._commit(self._committed))

    async def _commit(self, committed: Callable[[], None]) -> None:
        await self._connection.commit()
        self._over = "this unit was committed"
        committed()

    async def _next(self, counter: str) -> int:
        step = update(COUNTER).where(COUNTER.c.name == counter).values(last=COUNTER.c.last + 1)
        return cast("int", (await self._write(step.returning(COUNTER.c.last))).scalar_one())

    async def _write(self, statement: Executable) -> Result[Any]:
        if self._committed is None:
            raise RuntimeError("a view cannot write")
        return await self._run(statement)

    async def _run(self, statement: Executable) -> Result[Any]:
        self._usable()
        try:
            return await self._database.whole(self._connection.execute(statement))
        except BaseException:
            self._over = "this unit failed"
            raise

    def _usable(self) -> None:
        if self._over:
            raise RuntimeError(self._over)


def _touched(result: Result[Any]) -> int:
    return cast("int", cast("Any", result).rowcount)


L = TypeVar("L", Parcel, Raw)


def _of_free_lanes(things: Sequence[L], busy: Sequence[str], limit: int) -> list[L]:
    # One thing of each lane was read, and as many more as there are busy lanes: enough, whichever of them are busy.
    taken = set(busy)
    return [thing for thing in things if thing.lane not in taken][:limit]
