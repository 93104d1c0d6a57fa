"""The database engine: the only file that knows whether it is SQLite or PostgreSQL.

Rule: writers are one at a time, also across processes. SQLite does it by BEGIN IMMEDIATE, PostgreSQL by an advisory
lock; within this process they queue in order before they ask, so that nobody burns the database's patience.

SQLite runs with synchronous=FULL: in WAL mode NORMAL survives a killed process, but a power cut takes the last
commits with it, and those were confirmed to Telegram already. It costs one fsync a commit.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Integer, Table, create_engine, event, func, make_url, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from store.failures import translated
from store.look import prepare_reading, reading_only

T = TypeVar("T")

WRITER_LOCK, PROCESS_LOCK = 0x077E7_0001, 0x077E7_0002
"""The keys of PostgreSQL's advisory locks: writers one at a time, one desk at a time. Any numbers of our own."""
PATIENCE = timedelta(seconds=10)
"""How long SQLite waits for another process (the command line) to finish writing."""
WAL_LIMIT = 64 * 1024 * 1024
"""Bytes to which SQLite cuts its log back after a checkpoint."""


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None when it is not SQLite."""
    parsed = address(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def address(url: str, *, sync: bool = False) -> URL:
    """The URL with the driver that we use. ValueError for a database that we do not know."""
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("an SQLite database needs a file: sqlite:///data/desk.db")
        return parsed.set(drivername="sqlite" if sync else "sqlite+aiosqlite")
    if kind in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError(f"the database is sqlite:// or postgresql://, not {kind}://")


def to_json(value: object) -> str:
    """JSON as it is stored: letters stay letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _settings(url: URL, patience: timedelta = PATIENCE) -> dict[str, Any]:
    # What clients wrote must not reach a log by way of an error's text.
    shared: dict[str, Any] = {"json_serializer": to_json, "hide_parameters": True, "max_overflow": 20}
    if url.get_backend_name() == "sqlite":
        # Asked by the loop's thread and by the driver's, never by both at once; see store/speaker.py.
        driver = {"isolation_level": None, "check_same_thread": False, "cached_statements": 500}
        return shared | {"connect_args": {**driver, "timeout": patience.total_seconds()}}
    alive = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    return shared | {"connect_args": alive, "pool_pre_ping": True}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what was erased (a client's secret) lies in no free page
    cursor.execute(f"PRAGMA journal_size_limit={WAL_LIMIT}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("rebuilding"):
        # Allowed only outside a transaction; the migration checks all keys itself before it commits.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")


def _listen(engine: Engine, *, read_only: bool = False) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_reading if read_only else _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgres)


def sync_engine(url: str) -> Engine:
    """An engine for work in a thread of its own: backup and restore."""
    where = address(url, sync=True)
    engine = create_engine(where, **_settings(where))
    _listen(engine)
    return engine


def continue_counting(connection: Connection, tables: Iterable[Table]) -> None:
    """After rows came in with their ids: the next ids follow the highest. SQLite sees to that by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        sequence = func.pg_get_serial_sequence(table.name, "id") if "id" in table.c else None
        if sequence is None or connection.scalar(select(sequence)) is None:
            continue
        highest = connection.scalar(select(func.max(table.c.id)))
        if highest is not None:
            connection.execute(select(func.setval(sequence, highest)))


def server_address(url: str) -> str:
    """The URL as PostgreSQL's own library reads it, password included."""
    return address(url).set(drivername="postgresql").render_as_string(hide_password=False)


def snapshot(name: str) -> dict[str, Any]:
    """Execution options with which that dialect reads everything as of one instant."""
    if name == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """A pool of connections with two ways in: one writer after another, and any number of readers beside them.

    `read_only`: there is no writer, and the database itself refuses whoever tries.
    """

    def __init__(self, url: str, patience: timedelta = PATIENCE, *, read_only: bool = False) -> None:
        where = address(url)
        self.file = sqlite_file(url)
        if self.file is not None and not read_only:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        settings = _settings(where, patience)
        self.engine: AsyncEngine = create_async_engine(reading_only(where) if read_only else where, **settings)
        _listen(self.engine.sync_engine, read_only=read_only)
        self._writers = self.engine.execution_options(writing=True)
        self._readers = self.engine.execution_options(**snapshot(self.engine.dialect.name))
        self._queue = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._closed = False

    @asynccontextmanager
    async def writing(self, *, rebuilding: bool = False) -> AsyncIterator[AsyncConnection]:
        """The only writer's connection, in a transaction that is undone unless the caller commits it.

        `rebuilding`: foreign keys are not enforced, for a migration that makes tables anew. NoRoom, StoreAway.
        """
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a unit inside a unit would wait for itself for ever")
        options = {"rebuilding": True} if rebuilding else {}
        async with self._queue:
            self._holder = asyncio.current_task()
            try:
                async with self._begun(self._writers.execution_options(**options)) as connection:
                    try:
                        yield connection
                    finally:
                        if rebuilding:
                            await connection.rollback()
                            await connection.invalidate()  # the pool must not hand it out without foreign keys
            finally:
                self._holder = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees the database as it was at one instant and never waits for a writer. StoreAway."""
        async with self._begun(self._readers) as connection:
            yield connection

    @asynccontextmanager
    async def _begun(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        with translated(self.file):
            connection = engine.connect()
            try:
                await self.whole(_begin(connection))
                yield connection
            finally:
                if self._closed and connection.sync_connection is not None:
                    # Given back after the end, nobody would end it: SQLite's thread would outlive us.
                    await self.whole(connection.invalidate())
                if connection.sync_connection is not None:
                    await self.whole(connection.close())

    async def whole(self, operation: Awaitable[T]) -> T:
        """Await something that the database does. On SQLite a cancellation waits for its end.

        SQLite's driver works in a thread, where nothing can be interrupted: cancelled in the middle, it would throw the
        connection away and leave the thread behind. PostgreSQL's takes back what was asked.
        """
        if self.file is None:
            return await operation
        task = asyncio.ensure_future(operation)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():
                with suppress(asyncio.CancelledError):  # cancelled once more, it has to wait all the same
                    await asyncio.wait([task])
            if not task.cancelled():
                task.exception()  # looked at, so that asyncio does not complain
            raise

    async def close(self) -> None:
        """End every connection. What is still in use ends when it is given back."""
        self._closed = True
        await self.engine.dispose()


async def _begin(connection: AsyncConnection) -> None:
    await connection.start()
    await connection.begin()


@contextmanager
def sync_writing(engine: Engine) -> Iterator[Connection]:
    """The writer's transaction of an engine for threads; undone unless the caller commits. NoRoom, StoreAway."""
    file = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
    with translated(file), engine.execution_options(writing=True, rebuilding=True).connect() as connection:
        connection.begin()
        yield connection


class strpos(GenericFunction[int]):  # noqa: N801 - SQLAlchemy names the SQL function after the class
    """Where one text begins in another, from 1; 0 when it is not in there. LIKE differs between the two."""

    type = Integer()
    inherit_cache = True


@compiles(strpos, "sqlite")
def _instr(element: strpos, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"
