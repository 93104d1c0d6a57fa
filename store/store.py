"""The store: opens the database, sees that its tables are those of this program, and hands out units."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text

from desk.errors import ConfigError, Mistake
from desk.incoming import RawId
from desk.ports import Unit
from desk.said import Said
from store import search_tables
from store.engine import PATIENCE, Database
from store.look import Watch
from store.schema import HEAD, recorded
from store.unit import SqlUnit


class SqlStore:
    """See desk.ports.Store. `url` is sqlite:///path or postgresql://user:password@host/name.

    `patience`: how long SQLite waits for a writer of another process. `read_only`: for a look beside the desk that
    works with it; nothing is migrated, and no unit is handed out. ValueError for another database.
    """

    def __init__(self, url: str, *, patience: timedelta = PATIENCE, read_only: bool = False) -> None:
        self._database = Database(url, patience, read_only=read_only)
        self._read_only = read_only
        self._watch = Watch(self._database.file)
        self._calls: list[Callable[[], None]] = []

    async def open(self) -> None:
        """Bring an SQLite database up to date, after a copy of its file; demand it of a PostgreSQL database.

        ConfigError when the tables are not those of this program. StoreAway, NoRoom.
        """
        async with self._database.reading() as connection:
            revision = await connection.run_sync(recorded)
            searchable = revision == HEAD and await connection.run_sync(search_tables.ready)
        if searchable or (self._read_only and revision == HEAD):
            return
        if self._read_only:
            raise ConfigError([_outdated(revision)])
        if revision == HEAD:
            async with self._database.writing() as connection:
                await connection.run_sync(search_tables.ensure)
                await connection.commit()
            return
        if self._database.file is None:
            raise ConfigError([_outdated(revision)])
        await self.migrate()

    async def migrate(self) -> list[str]:
        """Bring the tables up to date; the revisions applied, oldest first.

        An SQLite database that has tables is copied before: <file>.before-<revision>.bak, the newest three are kept.
        ConfigError when a newer program made them. StoreAway, NoRoom.
        """
        from store.migrating import migrate

        return await migrate(self._database)

    async def close(self) -> None:
        """End all connections."""
        self._watch.close()
        await self._database.close()

    def version(self) -> int:
        """A number that is another one after every commit of another process's; it costs some microseconds.

        SQLite only: elsewhere it is always 0. StoreAway.
        """
        return self._watch.version()

    def on_commit(self, call: Callable[[], None]) -> None:
        self._calls.append(call)

    @asynccontextmanager
    async def unit(self, *, finishing: Sequence[RawId] = ()) -> AsyncIterator[Unit]:
        if self._read_only:
            raise RuntimeError("this database was opened for reading alone")
        async with self._database.writing() as connection:
            unit = SqlUnit(self._database, connection, committed=self._committed, finishing=finishing)
            await unit.begin()
            try:
                yield unit
            finally:
                unit.end()

    @asynccontextmanager
    async def view(self) -> AsyncIterator[Unit]:
        async with self._database.reading() as connection:
            unit = SqlUnit(self._database, connection)
            try:
                yield unit
            finally:
                unit.end()

    async def ping(self) -> None:
        """Ask the database whether it answers and can be written. StoreAway, NoRoom."""
        async with self._database.writing() as connection:
            await connection.execute(text("SELECT 1"))

    def _committed(self) -> None:
        for call in self._calls:
            call()


def _outdated(revision: str) -> Mistake:
    key = "config.tables_older" if revision else "config.tables_none"
    older = {"revision": revision} if revision else {}
    return Mistake(
        file="[store] url",
        place="",
        message=Said(key, needed=HEAD, **older),
        suggestion=Said("config.tables_hint"),
    )
