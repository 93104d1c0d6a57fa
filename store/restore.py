"""A backup brought back, into SQLite or PostgreSQL, whichever it came from.

Rule: the archive is checked as a whole before anything is touched, and the database changes in one step at the end.
"""

import asyncio
import base64
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from desk.errors import CannotRestore
from store import search_tables
from store.archive import Manifest, unpack
from store.backup import CHUNK, tables_of
from store.columns import Bytes, Day, Instant
from store.engine import continue_counting, sqlite_file, sync_engine, sync_writing
from store.failures import translated
from store.files import FolderFiles, sync_folder
from store.lock import database_lock
from store.migrating import known, upgrade
from store.schema import VERSIONS
from store.tables import COUNTER, METADATA

SUFFIXES = ("-wal", "-shm", "")
"""The files of an SQLite database: its log, the log's index, and itself."""


async def restore(archive: Path, url: str, files: Path, *, force: bool = False) -> Manifest:
    """Bring back tables and files; what they were.

    With `force` tables that are not empty are replaced (an SQLite file is set aside as <file>.before-restore.bak) and
    files that are there already stay beside the restored ones. CannotRestore, AlreadyRunning while a desk works on
    that database, NoRoom, StoreAway; then nothing was changed, but some files may have come.
    """
    async with database_lock(url):
        return await asyncio.to_thread(_restore, archive, url, files, force)


def _restore(archive: Path, url: str, files: Path, force: bool) -> Manifest:
    file = sqlite_file(url)
    files.mkdir(parents=True, exist_ok=True)
    # In the same folder as the files, so that bringing one in place is a renaming.
    with translated(file), tempfile.TemporaryDirectory(dir=files, prefix=".restoring-") as folder:
        tables, contents = Path(folder) / "tables", Path(folder) / "files"
        manifest = unpack(archive, tables, contents)
        if not known(manifest.revision):
            raise CannotRestore("cli.restore_newer", file=archive, revision=manifest.revision)
        if not force:
            _refuse_other_files(files, manifest)
            _refuse_rows(url)
        _bring_files(files, contents, manifest)
        if file is None:
            _load(url, tables, manifest, force=force)
        else:
            staging = file.with_name(file.name + ".restoring")
            _remove(staging)
            _load(f"sqlite:///{staging}", tables, manifest, force=force)
            _exchange(staging, file)
    return manifest


def _refuse_other_files(files: Path, manifest: Manifest) -> None:
    for path in files.glob("[0-9a-f][0-9a-f]/*"):
        if path.name not in manifest.files:
            raise CannotRestore("cli.restore_other_files", folder=files, name=path.name)


def _refuse_rows(url: str) -> None:
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return
    engine = sync_engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            _refuse_rows_in(connection)
    finally:
        engine.dispose()


def _refuse_rows_in(connection: Connection) -> None:
    for table in tables_of(connection):
        if table.name in METADATA.tables and table.name != COUNTER.name and _rows(connection, table, limit=1):
            raise CannotRestore("cli.restore_not_empty", table=table.name)


def _rows(connection: Connection, table: Table, *, limit: int) -> int:
    return connection.scalar(select(func.count()).select_from(select(table).limit(limit).subquery())) or 0


def _bring_files(files: Path, contents: Path, manifest: Manifest) -> None:
    store = FolderFiles(files)
    for key in manifest.files:
        store.path(key).parent.mkdir(exist_ok=True)
        (contents / key).replace(store.path(key))
    if hasattr(os, "sync"):
        os.sync()  # one for all of them; a restore is no time to save a second


def _load(url: str, lines: Path, manifest: Manifest, *, force: bool) -> None:
    engine = sync_engine(url)
    try:
        with sync_writing(engine) as connection:
            if not force:
                _refuse_rows_in(connection)
            _drop_ours(connection)
            upgrade(connection, manifest.revision)
            search_tables.drop(connection)  # its triggers would note every row that comes in
            tables = tables_of(connection)
            _refuse_unknown(tables, manifest)
            for table in tables:
                _fill(connection, table, lines / f"{table.name}.jsonl", manifest)
            continue_counting(connection, tables)
            upgrade(connection)
            connection.commit()
    finally:
        engine.dispose()


def _drop_ours(connection: Connection) -> None:
    for table in reversed(tables_of(connection)):
        if table.name in METADATA.tables:
            table.drop(connection)
    connection.execute(text(f"DROP TABLE IF EXISTS {VERSIONS}"))


def _refuse_unknown(tables: list[Table], manifest: Manifest) -> None:
    unknown = set(manifest.tables) - {table.name for table in tables}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise CannotRestore("cli.restore_strange_tables", revision=manifest.revision, names=names)


def _fill(connection: Connection, table: Table, path: Path, manifest: Manifest) -> None:
    connection.execute(table.delete())  # what the migration itself put in
    if table.name not in manifest.tables:
        return
    count = 0
    with path.open("rb") as file:
        rows = _values(file, table)
        while chunk := list(islice(rows, CHUNK)):
            connection.execute(insert(table), chunk)
            count += len(chunk)
    if count != manifest.tables[table.name].size:
        raise CannotRestore("cli.restore_rows", count=count, table=table.name)


def _values(file: Iterable[bytes], table: Table) -> Iterator[dict[str, Any]]:
    decode: dict[str, Callable[[str], Any]] = {}
    for column in table.columns:
        if isinstance(column.type, Instant):
            decode[column.name] = datetime.fromisoformat
        elif isinstance(column.type, Day):
            decode[column.name] = date.fromisoformat
        elif isinstance(column.type, Bytes):
            decode[column.name] = base64.b64decode
    for line in file:
        row = json.loads(line)
        for name, how in decode.items():
            if row[name] is not None:
                row[name] = how(row[name])
        yield row


def _exchange(staging: Path, file: Path) -> None:
    aside = file.with_name(file.name + ".before-restore.bak")
    if file.exists():
        _remove(aside)
        for suffix in SUFFIXES:  # the log first: without its database it is nothing, beside another it is poison
            old = file.with_name(file.name + suffix)
            if old.exists():
                old.replace(aside.with_name(aside.name + suffix))
    staging.replace(file)
    sync_folder(file.parent)


def _remove(file: Path) -> None:
    for suffix in SUFFIXES:
        file.with_name(file.name + suffix).unlink(missing_ok=True)
