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

    async def ask(self, phrase: Phrase, values: list[Any]) -> Sequence[Sequence[Any]]:
        """The rows of the answer, in the desk's own types."""
        ...

    async def tell(self, phrase: Phrase, values: list[Any]) -> int:
        """How many rows were touched."""
        ...

    def end(self) -> None:
        """The transaction is left."""
        ...


def speaker(database: Database, connection: AsyncConnection) -> Speaker:
    """The one for that database."""
    return Direct(database, connection) if database.file is not None else Patient(connection)


class Patient:
    """Through SQLAlchemy: PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ask(self, phrase: Phrase, values: list[Any]) -> Sequence[Sequence[Any]]:
        return list(await self._connection.execute(phrase.statement, _named(values)))

    async def tell(self, phrase: Phrase, values: list[Any]) -> int:
        result: Any = await self._connection.execute(phrase.statement, _named(values))
        return int(result.rowcount)

    def end(self) -> None:
        """Nothing is kept."""


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

    async def ask(self, phrase: Phrase, values: list[Any]) -> Sequence[Sequence[Any]]:
        if time.perf_counter() - self._since > MOMENT:
            await self._give_way()
        plain = phrase.plain
        parameters = plain.parameters(values)
        self._asking = phrase.asks
        try:
            rows = self._raw.execute(plain.sql, parameters).fetchall()
        except Exception as error:
            if getattr(error, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
                raise
            self._asking = False
            rows = await self._database.whole(self._driver.execute_fetchall(plain.sql, parameters))
        finally:
            self._asking = False
        return _decoded(rows, phrase) if rows and phrase.decoders else rows

    async def tell(self, phrase: Phrase, values: list[Any]) -> int:
        if time.perf_counter() - self._since > MOMENT:
            await self._give_way()
        plain = phrase.plain
        return int(self._raw.execute(plain.sql, plain.parameters(values)).rowcount)

    def end(self) -> None:
        self._raw.set_progress_handler(None, 0)

    async def _give_way(self) -> None:
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
