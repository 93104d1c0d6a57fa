"""The tables of a database are those of this program, or are brought there, or the operator is told."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from desk.accounts import Detail, Estimate, Pause, Rating, Spent
from desk.errors import ConfigError
from desk.organisations import Belonging, Contact, Domain, Organisation, Reach
from desk.people import Client
from desk.tickets import Closing, Participant, Ticket
from desk.workbench import Appointment, Erasure, Item, Mailing, Use, Watcher
from store.migrating import config
from store.schema import HEAD, recorded
from store.search_tables import PREFIX
from store.store import SqlStore
from store.tables import METADATA, TABLES

UPGRADE = Path(__file__).parent / "upgrade"
"""A filled SQLite database of each revision, as SQL; `python tests/store/upgrade/write.py` writes the newest."""
ORGANISATIONS = (Organisation, Domain, Contact, Reach, Belonging)
RECORDS = (Detail, Estimate, Spent, Rating)  # pauses are made by the migration, of what stood still
WORKBENCH = (Appointment, Item, Watcher, Use, Mailing, Erasure)
SINCE = {Participant: "0002"} | dict.fromkeys((*ORGANISATIONS, *RECORDS), "0003") | dict.fromkeys(WORKBENCH, "0004")
"""Kinds of values that older revisions did not know."""
ROOT = Path(__file__).parents[2]
REVISIONS = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_the_newest_revision_is_written_down() -> None:
    """A start compares with the constant, without Alembic."""
    assert REVISIONS[-1] == HEAD


async def test_migrations_make_the_tables(store: SqlStore) -> None:
    """What Alembic would still change: nothing, types included, on both engines."""

    def differences(connection: Connection) -> list[Any]:
        options: dict[str, Any] = {"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        options["include_name"] = lambda name, *_: not (name or "").startswith(PREFIX)
        return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)

    async with store._database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_indexes_of_undone_rows_are_partial(store: SqlStore) -> None:
    """Alembic does not compare that."""
    async with store._database.reading() as connection:
        on_sqlite = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql <> ''"
        on_postgres = "SELECT indexdef FROM pg_indexes"
        query = on_sqlite if store._database.file else on_postgres
        indexes = (await connection.execute(text(query))).scalars().all()
    ours = [index for index in indexes if "_undone" in index or "_queued" in index]
    assert len(ours) == 3
    assert all("WHERE" in index for index in ours)


async def test_a_new_sqlite_database_is_made_at_start(tmp_path: Path, make: Any) -> None:
    """With the folder that it lies in; at the next start nothing is to do, and there is no copy."""
    url = f"sqlite:///{tmp_path}/new folder/desk 100%.db"
    for _ in range(2):
        store = SqlStore(url)
        await store.open()
        async with store.unit() as unit:
            await unit.add(make.client())
            await unit.commit()
        await store.close()
    assert sorted(path.name for path in file_of(url).parent.iterdir()) == ["desk 100%.db"]
    assert await revision_of(url) == HEAD


async def revision_of(url: str) -> str:
    store = SqlStore(url)
    async with store._database.reading() as connection:
        revision = await connection.run_sync(recorded)
    await store.close()
    return revision


async def test_postgres_waits_for_the_operator(postgres: Any) -> None:
    """A start refuses with the command to run; then it starts."""
    name = postgres.make()
    store = SqlStore(postgres.url_of(name))
    with pytest.raises(ConfigError, match="python -m desk migrate"):
        await store.open()
    assert await store.migrate() == REVISIONS
    assert await store.migrate() == []
    await store.open()
    await store.close()
    postgres.drop(name)


async def test_two_starts_at_once_make_one_database(tmp_path: Path) -> None:
    """One of them migrates, the other finds it done."""
    stores = [SqlStore(f"sqlite:///{tmp_path}/desk.db") for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    for store in stores:
        await store.close()


async def test_a_newer_database_is_refused(store: SqlStore, store_url: str) -> None:
    """By its revision; nothing is changed."""
    async with store._database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.commit()
    with pytest.raises(ConfigError, match=r"9999.*newer version"):
        await store.migrate()
    with pytest.raises(ConfigError):
        await store.open()
    assert await revision_of(store_url) == "9999"


STOOD = {
    "new": None, "open": None, "waiting": "2026-11-23 10:00:00.000000", "solved": "2026-11-23 11:00:00.000000",
    "closed": "2026-11-23 12:00:00.000000",
}  # fmt: skip


async def test_a_ticket_of_before_the_clocks_stands_still_where_it_would(tmp_path: Path) -> None:
    """Since its question arrived, or since it was solved or closed; who withdrew theirs is called so."""
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((UPGRADE / "0002.sql").read_text(encoding="utf-8"))
        times = "clock_from = ?, solved_at = ?, closed_at = ?, closing = 'client'"
        connection.execute("CREATE TEMP TABLE one AS SELECT * FROM ticket WHERE id = 1")
        for number, status in enumerate(STOOD, start=101):
            connection.execute("UPDATE one SET id = ?, status = ?", (number, status))
            connection.execute(f"UPDATE one SET {times}", list(STOOD.values())[2:])  # noqa: S608 - our own words
            connection.execute("INSERT INTO ticket SELECT * FROM one")
        connection.execute("UPDATE one SET id = 106, status = 'waiting', clock_from = NULL")  # has not arrived yet
        connection.execute("INSERT INTO ticket SELECT * FROM one")
        connection.commit()
    store = SqlStore(f"sqlite:///{path}")
    await store.open()
    async with store.view() as view:
        tickets = await view.find(Ticket, id__gt=100)
        pauses = await view.find(Pause, ticket_id__gt=100, order="ticket_id")
    await store.close()
    assert [(one.status, one.closing, one.plan) for one in tickets] == [
        (status, Closing.WITHDRAWN, "") for status in (*STOOD, "waiting")
    ]
    stood = [(one.why, f"{one.since:%Y-%m-%d %H:%M:%S.%f}") for one in pauses]
    assert stood == [(status, since) for status, since in STOOD.items() if since]
    assert all(one.until is None for one in pauses)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_filled_database_is_upgraded(revision: str, tmp_path: Path, make: Any) -> None:
    """Everything can be read, numbers go on, and a copy of the file as it was lies beside it."""
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((UPGRADE / f"{revision}.sql").read_text(encoding="utf-8"))
        connection.commit()
    store = SqlStore(f"sqlite:///{path}")
    await store.open()
    async with store.unit() as unit:
        for kind in TABLES:
            if revision >= SINCE.get(kind, ""):
                assert await unit.find(kind), f"{revision}.sql has no {kind.__name__}"
            else:
                assert await unit.find(kind) == []
        old = (await unit.find(Ticket, order="-id"))[0]
        new = await unit.add(make.ticket(old.client_id, old.door_id))
        assert new.id == old.id + 1
        await unit.commit()
    await store.close()
    copies = [copy.name for copy in tmp_path.glob("*.bak")]
    assert copies == ([] if revision == HEAD else [f"desk.db.before-{HEAD}.bak"])


async def test_a_migration_copies_the_file_first(sqlite_url: str, make: Any) -> None:
    """The copy can be opened, holds what was there, and of the copies only the newest three are kept."""
    from store.migrating import _copy

    path = file_of(sqlite_url)
    store = SqlStore(sqlite_url)
    async with store.unit() as unit:
        await unit.add(make.client(name="there before"))
        await unit.commit()
    for number in range(4):
        copy = path.with_name(f"{path.name}.before-000{number}-old.bak")
        copy.touch()
    _copy(path)
    await store.close()
    copies = sorted(copy.name for copy in path.parent.glob("*.bak*"))
    newest = f"{path.name}.before-{HEAD}.bak"
    assert len(copies) == 3
    assert newest in copies
    again = SqlStore(f"sqlite:///{path.with_name(newest)}")
    async with again.view() as unit:
        assert [client.name for client in await unit.find(Client)] == ["there before"]
    await again.close()


async def test_a_failed_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are made in one transaction on SQLite too."""
    from store import migrating

    def broken(connection: Connection, _to: str = "head") -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise ZeroDivisionError

    url = f"sqlite:///{tmp_path}/desk.db"
    store = SqlStore(url)
    monkeypatch.setattr(migrating, "upgrade", broken)
    with pytest.raises(ZeroDivisionError):
        await store.open()
    monkeypatch.undo()
    async with store._database.reading() as connection:
        assert (await connection.execute(text("SELECT name FROM sqlite_master"))).all() == []
    await store.open()
    async with store._database.reading() as connection:
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    await store.close()


def test_an_ordinary_start_does_without_alembic(sqlite_url: str) -> None:
    """It costs a quarter of a second."""
    program = (
        "import asyncio, sys\n"
        "from store.store import SqlStore\n"
        "async def main():\n"
        "    store = SqlStore(sys.argv[1])\n"
        "    await store.open()\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
        "assert 'alembic' not in sys.modules and 'psycopg' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program, sqlite_url], check=True, cwd=ROOT, timeout=30)
