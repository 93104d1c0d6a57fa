"""Writes a filled database of the newest revision as SQL, for the test that upgrades it once it is an old one.

Run it from the root of the project when a revision is made, and keep the file for ever.
"""

import asyncio
import importlib.util
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from store import search_tables  # noqa: E402
from store.schema import HEAD  # noqa: E402
from store.store import SqlStore  # noqa: E402


async def write() -> Path:
    """One value of every kind; the file's path."""
    spec = importlib.util.spec_from_file_location("values", HERE.parent / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    values = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(values)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        store = SqlStore(f"sqlite:///{path}")
        await store.open()
        async with store.unit() as unit:
            await values.Make(datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)).everything(unit)
            await unit.remember("telegram:offset", "17")
            await unit.commit()
        async with store._database.writing() as connection:
            await connection.run_sync(search_tables.drop)  # made at the next start; no script can write it
            await connection.commit()
        await store.close()
        with closing(sqlite3.connect(path)) as connection:
            dump = "\n".join(connection.iterdump()) + "\n"
    target = HERE / f"{HEAD}.sql"
    target.write_text(dump, encoding="utf-8")
    return target


if __name__ == "__main__":
    print(asyncio.run(write()))
