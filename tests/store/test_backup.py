"""A backup is made while the desk works, and brings everything back, on either engine."""

import asyncio
import io
import json
import sqlite3
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from desk.errors import AlreadyRunning, CannotRestore
from desk.people import Client
from desk.tickets import Message, Ticket
from store.archive import FORMAT
from store.backup import backup
from store.files import FolderFiles
from store.lock import database_lock
from store.restore import restore
from store.store import SqlStore
from store.tables import TABLES


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url)
    await store.open()
    yield store
    await store.close()


async def everything_in(url: str) -> dict[str, list[Any]]:
    async with opened(url) as store, store.view() as unit:
        found: dict[str, list[Any]] = {kind.__name__: await unit.find(kind) for kind in TABLES}
        return {**found, "facts": sorted((await unit.recall_all("")).items())}


@pytest.fixture
async def filled(store_url: str, make: Any, files: FolderFiles) -> tuple[str, list[str]]:
    """A database with one of everything, and the keys of two files."""
    async with opened(store_url) as store, store.unit() as unit:
        await make.everything(unit)
        await unit.add(make.client(name='"quoted"\n\u2028 😀'))
        await unit.remember("telegram:offset", "17")
        await unit.commit()
    return store_url, [await files.keep(b"one"), await files.keep(bytes(100_000))]


@pytest.fixture
def new_urls(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Makes URLs of databases that are not there yet (SQLite) or wholly empty (PostgreSQL)."""
    made = []

    def new(engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path}/elsewhere/desk.db"
        postgres = request.getfixturevalue("postgres")
        made.append((postgres, postgres.make()))
        url: str = postgres.url_of(made[-1][1])
        return url

    yield new
    for postgres, name in made:
        postgres.drop(name)


@pytest.mark.parametrize("into", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_there_and_back(filled: Any, into: Any, new_urls: Any, tmp_path: Path, make: Any) -> None:
    """Every value, fact and file, from each engine into each; numbers and ids go on where they were."""
    url, keys = filled
    archive, to = tmp_path / "backup.tar.gz", new_urls(into)
    made = await backup(url, tmp_path / "files", archive)
    assert set(made.files) == set(keys)
    assert await restore(archive, to, tmp_path / "new files") == made
    assert await everything_in(to) == await everything_in(url)
    files = FolderFiles(tmp_path / "new files")
    assert [await files.read(key) for key in keys] == [b"one", bytes(100_000)]
    async with opened(to) as store, store.unit() as unit:
        last = await unit.first(Client, order="-id")
        client = await unit.add(make.client())
        door = await unit.add(make.door(client.id, "new"))
        ticket = await unit.add(make.ticket(client.id, door.id))
        assert client.id == last.id + 1
        assert ticket.id == 2
        await unit.commit()
    assert not list(tmp_path.rglob("*.restoring*"))
    assert not list(tmp_path.rglob(".backup*"))
    assert not list((tmp_path / "new files").glob(".restoring*"))


async def test_a_backup_during_work_is_one_instant(
    sqlite_url: str, make: Any, files: FolderFiles, tmp_path: Path, new_urls: Any
) -> None:
    """Units commit while it is made, and every message in it has its file and its ticket."""
    async with opened(sqlite_url) as store:
        async with store.unit() as unit:
            *_, ticket = await make.people(unit)
            await unit.commit()
        working = True

        async def work() -> None:
            number = 0
            while working:
                number += 1
                key = await files.keep(str(number).encode())
                async with store.unit() as unit:
                    await unit.add(make.message(ticket.id, key, author=str(number)))
                    await unit.remember("count", str(number))
                    await unit.commit()

        task = asyncio.create_task(work())
        sizes = []
        for number in range(5):
            await asyncio.sleep(0.05)
            await backup(sqlite_url, tmp_path / "files", tmp_path / f"{number}.tar.gz")
        working = False
        await task
    for number in range(5):
        to = new_urls("sqlite").replace("desk.db", f"{number}.db")
        restored = tmp_path / f"files {number}"
        await restore(tmp_path / f"{number}.tar.gz", to, restored)
        async with opened(to) as store, store.view() as unit:
            messages = await unit.find(Message)
            assert await unit.recall("count") == str(len(messages))
            for message in messages:
                assert await FolderFiles(restored).read(message.text) == message.author.encode()
            sizes.append(len(messages))
    assert all(one <= two for one, two in pairwise(sizes))
    assert sizes[-1] > sizes[0]


async def test_nothing_is_overwritten_unasked(filled: Any, tmp_path: Path, make: Any) -> None:
    """Rows or other files stop it; with force they give way, and an SQLite file is set aside."""
    url, keys = filled
    archive = tmp_path / "backup.tar.gz"
    await backup(url, tmp_path / "files", archive)
    before = await everything_in(url)
    async with opened(url) as store, store.unit() as unit:
        await unit.add(make.client(name="later"))
        await unit.commit()
    with pytest.raises(CannotRestore, match="rows in"):
        await restore(archive, url, tmp_path / "files")
    assert (await everything_in(url))["Client"][-1].name == "later"

    files = FolderFiles(tmp_path / "files")
    other = await files.keep(b"other")
    with pytest.raises(CannotRestore, match=other):
        await restore(archive, url, tmp_path / "files")

    await restore(archive, url, tmp_path / "files", force=True)
    assert await everything_in(url) == before
    assert await files.read(keys[0]) == b"one"
    assert await files.read(other) == b"other"
    if url.startswith("sqlite"):
        aside = await everything_in(url + ".before-restore.bak")
        assert aside["Client"][-1].name == "later"


async def test_an_empty_desk_may_be_restored_into(filled: Any, tmp_path: Path, sqlite_store: SqlStore) -> None:
    """One that was started once, with all tables and nothing in them, needs no force."""
    url, _ = filled
    await backup(url, tmp_path / "files", tmp_path / "backup.tar.gz")
    to = f"sqlite:///{tmp_path}/started once.db"
    async with opened(to):
        pass
    await restore(tmp_path / "backup.tar.gz", to, tmp_path / "new files")
    assert await everything_in(to) == await everything_in(url)


async def test_a_working_desk_is_not_restored_over(filled: Any, tmp_path: Path) -> None:
    """Its lock is held."""
    url, _ = filled
    await backup(url, tmp_path / "files", tmp_path / "backup.tar.gz")
    async with database_lock(url):
        with pytest.raises(AlreadyRunning):
            await restore(tmp_path / "backup.tar.gz", url, tmp_path / "files", force=True)


async def test_a_broken_database_can_be_replaced(sqlite_url: str, make: Any, tmp_path: Path) -> None:
    """The very case for which backups are made."""
    async with opened(sqlite_url) as store, store.unit() as unit:
        await make.people(unit)
        await unit.commit()
    (tmp_path / "files").mkdir()
    await backup(sqlite_url, tmp_path / "files", tmp_path / "backup.tar.gz")
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 10_000)
    await restore(tmp_path / "backup.tar.gz", sqlite_url, tmp_path / "files", force=True)
    assert len((await everything_in(sqlite_url))["Ticket"]) == 1


def repack(archive: Path, change: Callable[[str, bytes], tuple[str, bytes] | None], *more: tuple[str, bytes]) -> None:
    """Rewrite an archive, member by member."""
    with tarfile.open(archive) as tar:
        members = [(member.name, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in [*more, *filter(None, (change(*member) for member in members))]:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def told(change: Callable[[dict[str, Any]], object]) -> Callable[[str, bytes], tuple[str, bytes]]:
    """Change what the manifest tells."""

    def changed(name: str, content: bytes) -> tuple[str, bytes]:
        if name != "manifest.json":
            return name, content
        manifest = json.loads(content)
        change(manifest)
        return name, json.dumps(manifest).encode()

    return changed


def same(name: str, content: bytes) -> tuple[str, bytes]:
    return name, content


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "half of it": (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "damaged"),
    "nothing": (lambda path: path.write_bytes(b""), "damaged"),
    "something else": (lambda path: path.write_bytes(b"PK" * 1000), "damaged"),
    "a changed row": (
        lambda path: repack(path, lambda name, content: (name, content.replace("Анна".encode(), b"Anna"))),
        "not what was",
    ),
    "a lost file": (
        lambda path: repack(path, lambda name, content: None if name.startswith("files/") else (name, content)),
        "missing",
    ),
    "no manifest": (
        lambda path: repack(path, lambda name, content: None if name == "manifest.json" else (name, content)),
        "cut off",
    ),
    "a strange path": (lambda path: repack(path, same, ("../../evil", b"x")), "does not belong"),
    "an absolute path": (lambda path: repack(path, same, ("/tmp/evil", b"x")), "does not belong"),
    "a file too many": (lambda path: repack(path, same, ("files/" + "a" * 32, b"x")), "not what was"),
    "another format": (lambda path: repack(path, told(lambda manifest: manifest.update(format=FORMAT + 1))), "format"),
    "a strange manifest": (lambda path: repack(path, told(lambda manifest: manifest.pop("tables"))), "cannot be read"),
    "a newer revision": (
        lambda path: repack(path, told(lambda manifest: manifest.update(revision="9999"))),
        "newer version",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_what_is_damaged_changes_nothing(
    damage: Any, sqlite_url: str, tmp_path: Path, make: Any, files: FolderFiles
) -> None:
    """It is told, and no database, no file appears."""
    async with opened(sqlite_url) as store, store.unit() as unit:
        await make.people(unit)
        await unit.commit()
    await files.keep(b"x" * 5000)
    archive = tmp_path / "backup.tar.gz"
    await backup(sqlite_url, tmp_path / "files", archive)
    spoil, words = DAMAGES[damage]
    spoil(archive)
    for force in (False, True):
        with pytest.raises(CannotRestore, match=words):
            await restore(archive, f"sqlite:///{tmp_path}/new/desk.db", tmp_path / "new files", force=force)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["desk.db.lock"]
    assert list((tmp_path / "new files").iterdir()) == []
    assert not Path("/tmp/evil").exists()


async def test_a_backup_that_fails_leaves_the_old_one(sqlite_url: str, tmp_path: Path, files: FolderFiles) -> None:
    """And nothing of itself."""
    archive = tmp_path / "backup.tar.gz"
    archive.write_bytes(b"the old one")
    nowhere = tmp_path / "empty.db"
    with pytest.raises(CannotRestore, match="no database"):
        await backup(f"sqlite:///{nowhere}", tmp_path / "files", archive)
    assert not nowhere.exists()
    nowhere.touch()
    with pytest.raises(CannotRestore, match="nothing to back up"):
        await backup(f"sqlite:///{nowhere}", tmp_path / "files", archive)
    (tmp_path / "files" / "aa").mkdir()
    (tmp_path / "files" / "aa" / ("a" * 32)).mkdir()
    with pytest.raises(IsADirectoryError):
        await backup(sqlite_url, tmp_path / "files", archive)
    assert archive.read_bytes() == b"the old one"
    assert not list(tmp_path.glob(".backup*"))


async def test_an_older_backup_is_brought_up_to_date(tmp_path: Path) -> None:
    """Tables are read back as they were, then migrated: a backup of each revision, from the dumps of the upgrade test."""
    for dump in sorted((Path(__file__).parent / "upgrade").glob("*.sql")):
        path = tmp_path / f"{dump.stem}.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(dump.read_text(encoding="utf-8"))
            connection.commit()
        archive, to = tmp_path / f"{dump.stem}.tar.gz", f"sqlite:///{tmp_path}/{dump.stem}-new.db"
        made = await backup(f"sqlite:///{path}", tmp_path / "no files", archive)
        assert made.revision == dump.stem
        await restore(archive, to, tmp_path / "new files")
        async with opened(to) as store, store.view() as unit:
            assert await unit.count(Ticket) == made.tables["ticket"].size
