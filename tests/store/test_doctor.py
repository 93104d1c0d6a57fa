"""The doctor's word on the database."""

from pathlib import Path

import pytest

from desk.findings import FAILED, OK, WARNING, Finding
from store.doctor import check
from store.store import SqlStore
from tests.conftest import Postgres


async def found_after_migration(url: str) -> list[Finding]:
    store = SqlStore(url)
    await store.migrate()
    await store.close()
    return await check(url, "ru")


async def test_a_new_file_appears_by_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    (new,) = await check(url, "ru")
    assert (new.state, new.advice) == (WARNING, "она появится при первом запуске")
    assert [one.state for one in await found_after_migration(url)] == [OK]


@pytest.mark.postgres
async def test_a_new_database_on_postgresql_wants_migrate_and_nothing_else(postgres: Postgres) -> None:
    name = postgres.make()
    (new,) = await check(postgres.url_of(name), "ru")
    assert (new.state, new.advice) == (FAILED, "выполните otvet migrate")
    assert [one.state for one in await found_after_migration(postgres.url_of(name))] == [OK]
    postgres.drop(name)
