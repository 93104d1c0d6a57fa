"""A database opened for reading alone: it shows what another process writes and refuses to write itself."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from desk.errors import ConfigError, StoreAway
from desk.tickets import Ticket
from store.store import SqlStore


@pytest.fixture
def url(tmp_path: Path, empty_sqlite: Path) -> str:
    """A database in a folder whose name an address must quote."""
    file = tmp_path / "a b?#%41.db"
    file.write_bytes(empty_sqlite.read_bytes())
    return f"sqlite:///{quote(str(file))}"


async def test_a_look_sees_each_commit_of_the_desk_and_is_told_of_it(url: str, make: Any) -> None:
    """The version changes with a commit of somebody else's, stays the same otherwise, and outlives the writer."""
    desk, look = SqlStore(url), SqlStore(url, read_only=True)
    await desk.open()
    await look.open()
    try:
        before = look.version()
        assert look.version() == before
        async with desk.unit() as unit:
            _, _, ticket = await make.people(unit)
            assert look.version() == before
            await unit.commit()
        after = look.version()
        assert after != before
        async with look.view() as view:
            assert await view.get(Ticket, ticket.id) == ticket
        await desk.close()
        async with look.view() as view:
            assert await view.count(Ticket) == 1
        desk = SqlStore(url)
        await desk.open()
        async with desk.unit() as unit:
            await unit.add(make.ticket(ticket.client_id, ticket.door_id))
            await unit.commit()
        assert look.version() != after
        async with look.view() as view:
            assert await view.count(Ticket) == 2
    finally:
        await look.close()
        await desk.close()


async def test_writing_through_a_look_is_refused_by_the_store_and_by_sqlite(url: str) -> None:
    """No unit is handed out, and what asks the database itself is refused there."""
    look = SqlStore(url, read_only=True)
    await look.open()
    try:
        with pytest.raises(RuntimeError, match="reading alone"):
            async with look.unit():
                pass
        with pytest.raises(StoreAway, match="readonly"):
            async with look._database.reading() as connection:
                await connection.execute(text("INSERT INTO fact (key, value) VALUES ('a', 'b')"))
        with pytest.raises(StoreAway, match="readonly"):
            await look.ping()
    finally:
        await look.close()


async def test_a_look_never_migrates_and_never_makes_a_file(tmp_path: Path) -> None:
    """Tables of another program are refused as they are; a file that is not there stays away."""
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE alembic_version (version_num TEXT)")
        made.execute("INSERT INTO alembic_version VALUES ('0001')")
    made.close()
    look = SqlStore(f"sqlite:///{file}", read_only=True)
    with pytest.raises(ConfigError):
        await look.open()
    await look.close()
    missing = SqlStore(f"sqlite:///{tmp_path / 'new.db'}", read_only=True)
    with pytest.raises(StoreAway):
        await missing.open()
    await missing.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.db"]
