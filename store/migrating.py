"""Migrations: Alembic driven from here, without a configuration file. Imported only when there is work for it."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from desk.errors import ConfigError, Mistake
from desk.said import Said
from store import search_tables
from store.engine import Database
from store.failures import translated
from store.schema import HEAD, recorded

FOLDER = Path(__file__).parent / "migrations"
COPIES = 3
"""Copies of the SQLite file that are kept."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, working on that connection."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


async def migrate(database: Database) -> list[str]:
    """See SqlStore.migrate."""
    async with database.writing(rebuilding=True) as connection:
        before = await connection.run_sync(recorded)
        steps = _steps(before)
        if not steps:
            await connection.run_sync(search_tables.ensure)
            await connection.commit()
            return []
        if before and database.file is not None:
            # The writer's lock is held: nobody changes the file between the copy and the migration.
            await asyncio.to_thread(_copy, database.file)
        await connection.run_sync(upgrade)
        await connection.commit()
    return steps


def upgrade(connection: Connection, to: str = "head") -> None:
    """Apply what is missing up to a revision, inside the connection's transaction."""
    before = recorded(connection)
    if before and before != HEAD:
        search_tables.drop(connection)  # a batch makes tables anew, and their triggers are gone
    command.upgrade(config(connection), to)
    if recorded(connection) == HEAD:
        search_tables.ensure(connection)
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if broken:
            raise RuntimeError(f"a migration left rows that point nowhere: {broken[:5]}")


def known(revision: str) -> bool:
    """Whether this program knows the tables of that revision."""
    return revision in _revisions()


def _revisions() -> list[str]:
    scripts = ScriptDirectory.from_config(config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _steps(before: str) -> list[str]:
    revisions = _revisions()
    if not before:
        return revisions
    if before not in revisions:
        message = Said("config.tables_newer", revision=before, newest=HEAD)
        hint = Said("config.tables_newer_hint")
        raise ConfigError([Mistake(file="[store] url", place="", message=message, suggestion=hint)])
    return revisions[revisions.index(before) + 1 :]


def _copy(file: Path) -> None:
    copy = file.with_name(f"{file.name}.before-{HEAD}.bak")
    part = copy.with_name(copy.name + ".part")
    part.unlink(missing_ok=True)
    with translated(file), closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(copy)
    copies = sorted(file.parent.glob(f"{file.name}.before-*.bak"), key=lambda path: path.stat().st_mtime)
    for old in copies[:-COPIES]:
        old.unlink()
