"""A second desk on the same database or the same bot is refused, whatever became of the first."""

import asyncio
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest

from desk.errors import AlreadyRunning, StoreAway
from store.lock import bot_lock, database_lock
from store.store import SqlStore

ROOT = Path(__file__).parents[2]

HOLDER = """
    import asyncio, sys
    from store.lock import bot_lock, database_lock

    async def main():
        async with database_lock(sys.argv[1]):
            with bot_lock("123"):
                print("held", flush=True)
                await asyncio.sleep(60)

    asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test's own, for the bot's lock."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


async def test_the_second_desk_is_refused(store_url: str) -> None:
    """While the first holds the database; then it is free. The store itself works beside the lock."""
    async with database_lock(store_url):
        with pytest.raises(AlreadyRunning) as refused:
            async with database_lock(store_url):
                pass
        assert refused.value.sort == "database"
        assert refused.value.place
        store = SqlStore(store_url)
        await store.ping()
        await store.close()
    async with database_lock(store_url):
        pass


async def test_a_killed_process_holds_nothing(store_url: str) -> None:
    """Its locks are free as soon as it is dead; before, its number is told where it is known."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), store_url], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "held\n"
    with pytest.raises(AlreadyRunning) as refused:
        async with database_lock(store_url):
            pass
    assert refused.value.pid == (process.pid if store_url.startswith("sqlite") else 0)
    with pytest.raises(AlreadyRunning, match=str(process.pid)), bot_lock("123"):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    with bot_lock("123"):
        pass
    for _ in range(200):  # PostgreSQL needs a moment to notice
        try:
            async with database_lock(store_url):
                return
        except AlreadyRunning:
            await asyncio.sleep(0.1)
    pytest.fail("the lock of a dead process is still held")


async def test_a_lost_session_takes_its_lock_again(postgres: Any, postgres_url: str) -> None:
    """Nobody is alarmed, and others are still refused."""
    lost: list[int] = []
    async with database_lock(postgres_url, lost=lambda: lost.append(1)):
        for _ in range(3):
            pids = postgres.run("SELECT pid FROM pg_locks WHERE locktype = 'advisory'").fetchall()
            assert len(pids) == 1
            postgres.run(f"SELECT pg_terminate_backend({pids[0][0]})")
            for _ in range(400):
                await asyncio.sleep(0.05)
                again = postgres.run("SELECT pid FROM pg_locks WHERE locktype = 'advisory'").fetchall()
                if again and again != pids:
                    break
            with pytest.raises(AlreadyRunning):
                async with database_lock(postgres_url):
                    pass
    assert not lost


async def test_a_lock_that_another_took_is_told(postgres: Any, postgres_url: str) -> None:
    """Another process was quicker after the session broke: the holder is told once."""
    import psycopg

    lost: list[int] = []
    name = postgres_url.split("/")[3].split("?", maxsplit=1)[0]
    async with database_lock(postgres_url, lost=lambda: lost.append(1)):
        pid = postgres.run("SELECT pid FROM pg_locks WHERE locktype = 'advisory'").fetchone()[0]
        with psycopg.connect(postgres.url_of(name), autocommit=True) as other:
            # Waits in line, so that it is first when the session breaks.
            waiting = asyncio.to_thread(
                other.execute,
                "SELECT pg_advisory_lock(objid::bigint) FROM pg_locks WHERE pid = %s AND locktype = 'advisory'",
                [pid],
            )
            task = asyncio.create_task(waiting)
            await asyncio.sleep(0.3)
            postgres.run(f"SELECT pg_terminate_backend({pid})")
            await task
            for _ in range(400):
                await asyncio.sleep(0.05)
                if lost:
                    break
    assert lost == [1]


async def test_a_server_that_is_away_cannot_be_locked() -> None:
    """It says so."""
    with pytest.raises(StoreAway):
        async with database_lock("postgresql://nobody@127.0.0.1:1/desk"):
            pass


def test_two_bots_do_not_hinder_each_other(temporary: Path) -> None:
    """The file is ours alone and does not tell the token's hash."""
    with bot_lock("123"), bot_lock("456"):
        with pytest.raises(AlreadyRunning) as refused, bot_lock("123"):
            pass
        assert refused.value.sort == "bot"
        assert refused.value.pid == os.getpid()
        files = list(temporary.iterdir())
        assert len(files) == 2
        assert all(file.stem.split("-")[2] != "123" for file in files)
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    with bot_lock("123"):
        pass


def test_a_lock_file_that_cannot_be_opened_is_no_obstacle(temporary: Path) -> None:
    """Something else under that name: another user's file, a trap, a folder."""
    with bot_lock("123"):
        [ours] = temporary.iterdir()
    ours.unlink()
    ours.symlink_to(temporary / "elsewhere")
    with bot_lock("123"), pytest.raises(AlreadyRunning), bot_lock("123"):
        pass
    assert not (temporary / "elsewhere").exists()
    ours.unlink()
    ours.mkdir()
    with bot_lock("123"):
        assert len(list(temporary.iterdir())) == 2


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can be somebody else")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forking beside threads: the child only takes a lock
def test_another_users_lock_file_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its user may have left it there for ever."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        shared = Path(name)
        shared.chmod(0o1777)
        monkeypatch.setattr(tempfile, "tempdir", name)
        with bot_lock("123"):
            pass
        pid = os.fork()
        if pid == 0:
            try:
                os.setuid(65534)
                with bot_lock("123"):
                    os._exit(0)
            except BaseException:  # noqa: BLE001 - the child must never run the rest of the tests
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert len(list(shared.iterdir())) == 2
