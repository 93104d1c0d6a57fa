"""How a unit speaks to its database: through SQLAlchemy, or straight to SQLite's driver.

SQLite answers a question of the desk's in some ten microseconds; handing it to the driver's thread and back takes
thirty times as long. So it is asked where we are, in the event loop's thread, except for what takes long: BEGIN and
COMMIT wait for other writers and for the disk and stay in the driver's thread, and a question that turns out to be long
is broken off and asked there again. Nobody keeps the loop for longer than a moment: the speaker gives way in between.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from store.engine import Database
from store.phrase import Phrase

LONG = 500_000
"""Steps of SQLite's machine (some ten milliseconds) after which a question is called long."""

MOMENT = 0.01
"""Seconds after which other tasks get their turn."""


class Speaker(Protocol):
    """One connection, inside a transaction."""

    async def ask(self, phrase: Phrase, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """The rows of the answer, in the desk's own types."""
        ...

    async def tell(self, phrase: Phrase, values: Sequence[Any]) -> int:
        """How many rows were touched."""
        ...

    async def tell_all(self, phrase: Phrase, values: Sequence[Sequence[Any]]) -> None:
        """The same statement for several rows."""
        ...

    def end(self) -> None:
        """The transaction is left."""
        ...


def speaker(database: Database, connection: AsyncConnection) -> Speaker:
    """The one for that database."""
    return Direct(database, connection) if database.file is not None else Patient(database, connection)


class Patient:
    """Through SQLAlchemy: PostgreSQL."""

    def __init__(self, database: Database, connection: AsyncConnection) -> None:
        self._database = database
        self._connection = connection

    async def ask(self, phrase: Phrase, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        return list(await self._run(phrase, _named(values)))

    async def tell(self, phrase: Phrase, values: Sequence[Any]) -> int:
        return int((await self._run(phrase, _named(values))).rowcount)

    async def tell_all(self, phrase: Phrase, values: Sequence[Sequence[Any]]) -> None:
        await self._run(phrase, [_named(row) for row in values])

    def end(self) -> None:
        """Nothing is kept."""

    async def _run(self, phrase: Phrase, values: Any) -> Any:
        return await self._database.whole(self._connection.execute(phrase.statement, values))


def _named(values: Sequence[Any]) -> dict[str, Any]:
    return {f"v{number}": value for number, value in enumerate(values)}


class Direct:
    """Straight to SQLite."""

    def __init__(self, database: Database, connection: AsyncConnection) -> None:
        self._database = database
        sync = connection.sync_connection
        assert sync is not None
        driver: Any = sync.connection.driver_connection
        self._driver = driver
        self._raw = driver._conn  # noqa: SLF001 - aiosqlite keeps SQLite's own connection to itself
        self._asking = False
        self._since = time.perf_counter()
        self._raw.set_progress_handler(self._long, LONG)

    async def ask(self, phrase: Phrase, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        await self._give_way()
        plain = phrase.plain
        parameters = plain.parameters(values)
        self._asking = phrase.statement.is_select
        try:
            rows = self._raw.execute(plain.sql, parameters).fetchall()
        except Exception as error:
            if getattr(error, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
                raise
            self._asking = False
            rows = await self._database.whole(self._driver.execute_fetchall(plain.sql, parameters))
        finally:
            self._asking = False
        return _decoded(rows, phrase) if phrase.decoders else rows

    async def tell(self, phrase: Phrase, values: Sequence[Any]) -> int:
        await self._give_way()
        plain = phrase.plain
        return int(self._raw.execute(plain.sql, plain.parameters(values)).rowcount)

    async def tell_all(self, phrase: Phrase, values: Sequence[Sequence[Any]]) -> None:
        await self._give_way()
        plain = phrase.plain
        self._raw.executemany(plain.sql, [plain.parameters(row) for row in values])

    def end(self) -> None:
        self._raw.set_progress_handler(None, 0)

    async def _give_way(self) -> None:
        if time.perf_counter() - self._since > MOMENT:
            await asyncio.sleep(0)
            self._since = time.perf_counter()

    def _long(self) -> bool:
        return self._asking


def _decoded(rows: Sequence[Sequence[Any]], phrase: Phrase) -> list[list[Any]]:
    decoded = [list(row) for row in rows]
    for place, decode in phrase.decoders:
        for row in decoded:
            if row[place] is not None:
                row[place] = decode(row[place])
    return decoded
