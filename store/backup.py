"""A backup of the whole desk, made while it works.

Rule: the tables are read as of one instant, then the files. A file is on the disk before the row that names it is
committed, so every file that the tables speak of is there; those that come later do no harm.
"""

import asyncio
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, DateTime, LargeBinary, MetaData, Table, select

from desk.errors import CannotRestore
from store.archive import PRESSED, Manifest, Part, lines, put, put_manifest
from store.columns import Bytes, Instant
from store.engine import snapshot, sqlite_file, sync_engine
from store.failures import translated
from store.files import KEY, sync_folder
from store.schema import VERSIONS, recorded
from store.search_tables import PREFIX

CHUNK = 1000
"""Rows read at a time."""


async def backup(url: str, files: Path, to: Path) -> Manifest:
    """Write the archive; what it holds. `to` appears, or is replaced, only when the whole is on the disk.

    NoRoom, StoreAway; CannotRestore when the database has no tables, since nothing could come back from it.
    """
    return await asyncio.to_thread(_backup, url, files, to)


def _backup(url: str, files: Path, to: Path) -> Manifest:
    with translated(sqlite_file(url)), tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}-") as folder:
        work = Path(folder)
        part = work / "archive"
        with part.open("wb") as target:
            with tarfile.open(fileobj=target, mode="w:gz", compresslevel=PRESSED) as tar:
                manifest = _fill(tar, url, files, work)
            target.flush()
            os.fsync(target.fileno())
        part.replace(to)
        sync_folder(to.parent)
    return manifest


def _fill(tar: tarfile.TarFile, url: str, files: Path, work: Path) -> Manifest:
    revision, sizes = _dump(url, work)
    tables = {}
    for name, size in sizes.items():
        path = work / f"{name}.jsonl"
        sha256, _ = put(tar, f"tables/{name}.jsonl", path)
        path.unlink()
        tables[name] = Part(sha256=sha256, size=size)
    contents = {}
    for path in _kept(files):
        try:
            sha256, size = put(tar, f"files/{path.name}", path)
        except FileNotFoundError:
            continue  # dropped a moment ago
        contents[path.name] = Part(sha256=sha256, size=size)
    manifest = Manifest(revision=revision, tables=tables, files=contents)
    put_manifest(tar, manifest, work)
    return manifest


def _dump(url: str, work: Path) -> tuple[str, dict[str, int]]:
    """Write every table into a file of its own; the revision, and how many rows each has."""
    database = sqlite_file(url)
    if database is not None and not database.exists():
        raise CannotRestore("cli.backup_no_database", file=database)  # opening it would make one
    engine = sync_engine(url)
    try:
        with engine.connect().execution_options(**snapshot(engine.dialect.name)) as connection, connection.begin():
            revision = recorded(connection)
            if not revision:
                raise CannotRestore("cli.backup_nothing")
            return revision, {table.name: _dump_table(connection, table, work) for table in tables_of(connection)}
    finally:
        engine.dispose()


def _dump_table(connection: Connection, table: Table, work: Path) -> int:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=CHUNK)
    count = 0
    with (work / f"{table.name}.jsonl").open("wb") as file:
        for line in lines(dict(row) for row in connection.execute(query).mappings()):
            file.write(line)
            count += 1
    return count


def tables_of(connection: Connection) -> list[Table]:
    """The database's tables as they are, whatever their revision, each after those that it points to.

    Without those of the search, which are made of the others.
    """
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(PREFIX))
    tables = [table for table in found.sorted_tables if table.name != VERSIONS]
    for column in (column for table in tables for column in table.columns):
        if isinstance(column.type, DateTime):
            column.type = Instant()
        elif isinstance(column.type, LargeBinary):
            column.type = Bytes()
    return tables


def _kept(files: Path) -> Iterator[Path]:
    for shard in sorted(files.glob("[0-9a-f][0-9a-f]")):
        for path in sorted(shard.iterdir()):
            if KEY.fullmatch(path.name):
                yield path
