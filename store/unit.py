"""One transaction: the desk's port over SQLAlchemy Core.

Rule: a unit is used until it is committed or has failed, and never after. An error in a statement ends it on both
engines, because PostgreSQL allows nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from desk.errors import AlreadyDone
from desk.incoming import Raw, RawId, RawState
from desk.parcels import Parcel
from desk.search import Document, Sought
from desk.tickets import Ticket, TicketId
from store import phrases, search
from store.due import DUE_PARCELS, DUE_TOGETHER, NEXT_PARCEL_AT, due_raws
from store.engine import Database
from store.phrase import Phrase
from store.rows import shape
from store.speaker import speaker

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
        self._speaker = speaker(database, connection)
        self._index = search.SQLITE if database.file is not None else search.POSTGRES
        self._committed = committed
        self._finishing = tuple(finishing)
        self._over = ""

    async def begin(self) -> None:
        """Look whether there is anything left to finish. AlreadyDone."""
        if self._finishing and not await self.count(Raw, id__in=self._finishing, state__in=UNDONE):
            raise AlreadyDone(f"raw messages {', '.join(map(str, self._finishing))} were done before")

    def end(self) -> None:
        """The transaction is left: whoever still holds the unit is told so."""
        self._speaker.end()
        self._over = self._over or "this unit was left"

    async def add(self, thing: T) -> T:
        what = shape(type(thing))
        values = what.all_of(thing)
        if values.pop("id"):
            raise ValueError(f"this {what.kind.__name__} has an id already; save it")
        if what.kind is Ticket:
            values["id"] = await self._next(what.table.name)
        self._writing()
        rows = await self._ask(phrases.added(what), list(values.values()))
        return what.made({**values, "id": rows[0][0]})

    async def save(self, thing: T) -> T:
        what = shape(type(thing))
        values = what.all_of(thing)
        id_ = cast("int", values.pop("id"))
        phrase = phrases.changed(what, what.names[1:], ("id__",))
        if not await self._write(phrase, [*values.values(), id_]):
            raise LookupError(f"there is no {what.kind.__name__} {id_}")
        return what.made({**values, "id": id_})

    async def get(self, kind: type[T], id_: int, /) -> T | None:
        return await self.first(kind, id=id_)

    async def find(self, kind: type[T], /, *, order: str = "id", limit: int | None = None, **where: object) -> list[T]:
        what = shape(kind)
        words, values = phrases.read(what, where)
        phrase = phrases.found(what, words, order, limited=limit is not None)
        return [what.value(row) for row in await self._ask(phrase, values if limit is None else [*values, limit])]

    async def first(self, kind: type[T], /, *, order: str = "id", **where: object) -> T | None:
        found = await self.find(kind, order=order, limit=1, **where)
        return found[0] if found else None

    async def count(self, kind: type[Any], /, **where: object) -> int:
        what = shape(kind)
        words, values = phrases.read(what, where)
        return cast("int", (await self._ask(phrases.counted(what, words), values))[0][0])

    async def change(self, kind: type[Any], values: dict[str, object], /, **where: object) -> int:
        what = shape(kind)
        if "id" in values:
            raise ValueError("an id never changes")
        words, wanted = phrases.read(what, where)
        settled = what.settled(values)
        return await self._write(phrases.changed(what, tuple(settled), words), [*settled.values(), *wanted])

    async def remove(self, kind: type[Any], /, **where: object) -> int:
        what = shape(kind)
        words, values = phrases.read(what, where)
        return await self._write(phrases.removed(what, words), values)

    async def recall(self, key: str) -> str:
        rows = await self._ask(phrases.RECALLED, [phrases.settle_key(key)])
        return cast("str", rows[0][0]) if rows else ""

    async def remember(self, key: str, value: str) -> None:
        key, value = phrases.settle_key(key), phrases.settle_fact(value)
        if not value:
            await self._write(phrases.FORGOTTEN, [key])
        elif not await self._write(phrases.REPLACED, [value, key]):
            await self._write(phrases.KEPT, [value, key])

    async def recall_all(self, prefix: str) -> dict[str, str]:
        begin = phrases.settle_key(prefix)
        rows = await self._ask(phrases.RECALLED_ALL, [begin, begin + LAST_CHARACTER])
        return {key: value for key, value in rows}  # noqa: C416 - mypy reads a sequence of sequences

    async def due_parcels(self, now: datetime, *, busy: Sequence[str], limit: int) -> list[Parcel]:
        what = shape(Parcel)
        rows = await self._ask(DUE_PARCELS, [_moment(now), limit + len(busy)])
        return _of_free_lanes([what.value(row) for row in rows], busy, limit)

    async def next_parcel_at(self, after: datetime) -> datetime | None:
        return cast("datetime | None", (await self._ask(NEXT_PARCEL_AT, [_moment(after)]))[0][0])

    async def due_raws(
        self, now: datetime, *, busy: Sequence[str], limit: int, besides: Sequence[str] = ()
    ) -> list[Raw]:
        what = shape(Raw)
        rows = await self._ask(due_raws(tuple(besides)), [_moment(now), limit + len(busy)])
        return _of_free_lanes([what.value(row) for row in rows], busy, limit)

    async def due_together(self, now: datetime, *, channel: str, limit: int) -> list[Raw]:
        what = shape(Raw)
        return [what.value(row) for row in await self._ask(DUE_TOGETHER, [_moment(now), limit, channel])]

    async def search(self, sought: Sought, /) -> list[TicketId]:
        return await search.find(self._index, self._ask, sought)

    async def search_alike(
        self, stems: Mapping[str, float], /, *, but: Sequence[TicketId] = (), limit: int = 3
    ) -> list[tuple[TicketId, float]]:
        return await search.alike(self._index, self._ask, stems, but=but, limit=limit)

    async def search_due(self, limit: int) -> list[tuple[TicketId, int]]:
        return [(TicketId(id_), times) for id_, times in await self._ask(search.DUE, [limit])]

    async def search_left(self) -> int:
        return cast("int", (await self._ask(search.LEFT, []))[0][0])

    async def search_keep(self, document: Document, times: int) -> None:
        await self._index.keep(self._ask, self._write, document)
        await self._write(search.SETTLED, [document.ticket_id, times])

    async def search_forget(self, ticket_id: TicketId, times: int = 0) -> None:
        await self._index.forget(self._ask, self._write, ticket_id)
        await self._write(search.SETTLED, [ticket_id, times])

    async def search_tidy(self, *, first: bool) -> bool:
        self._writing()
        return await self._index.tidy(self._ask, self._write, first=first)

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
        self._writing()
        return cast("int", (await self._ask(phrases.STEPPED, [counter]))[0][0])

    async def _write(self, phrase: Phrase, values: list[Any]) -> int:
        self._writing()
        self._usable()
        try:
            return await self._speaker.tell(phrase, values)
        except BaseException:
            self._over = "this unit failed"
            raise

    async def _ask(self, phrase: Phrase, values: list[Any]) -> Sequence[Sequence[Any]]:
        self._usable()
        try:
            return await self._speaker.ask(phrase, values)
        except BaseException:
            self._over = "this unit failed"
            raise

    def _writing(self) -> None:
        if self._committed is None:
            raise RuntimeError("a view cannot write")

    def _usable(self) -> None:
        if self._over:
            raise RuntimeError(self._over)


def _moment(at: datetime) -> datetime:
    return cast("datetime", shape(Raw).settler("not_before")(at))


L = TypeVar("L", Parcel, Raw)


def _of_free_lanes(things: Sequence[L], busy: Sequence[str], limit: int) -> list[L]:
    # One thing of each lane was read, and as many more as there are busy lanes: enough, whichever of them are busy.
    taken = set(busy)
    return [thing for thing in things if thing.lane not in taken][:limit]
