"""A full disk is told as what it is, and work goes on when there is room."""

import errno
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from desk.errors import NoRoom
from desk.people import Client
from store.failures import translated
from store.store import SqlStore


async def test_a_full_database_has_no_room(sqlite_store: SqlStore, make: Any) -> None:
    """SQLite may not grow any more: NoRoom, nothing stored; then it may, and work goes on."""
    await limit(sqlite_store, 1)

    async def fill() -> None:
        async with sqlite_store.unit() as unit:
            for _ in range(1000):
                await unit.add(make.client(name="x" * 1000))
            await unit.commit()

    with pytest.raises(NoRoom):
        await fill()
    async with sqlite_store.view() as unit:
        assert await unit.count(Client) == 0
    await limit(sqlite_store, 1_000_000)
    await fill()
    async with sqlite_store.view() as unit:
        assert await unit.count(Client) == 1000


async def limit(store: SqlStore, pages: int) -> None:
    # The pool has one connection so far, so the limit is the one of the next unit too.
    async with store._database.engine.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


class FromPostgres(Exception):
    """What psycopg raises, as far as it matters."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def test_postgres_says_the_same_in_its_own_way() -> None:
    """Its code for a full disk."""
    with pytest.raises(NoRoom), translated():
        raise OperationalError("INSERT", {}, FromPostgres("53100"))


def test_other_errors_stay_what_they_are() -> None:
    """A bug is not a full disk."""
    with pytest.raises(DBAPIError), translated():
        raise OperationalError("INSERT", {}, FromPostgres("42P01"))
    with pytest.raises(FileNotFoundError), translated():
        raise FileNotFoundError(errno.ENOENT, "no such file")
