"""Writers are one at a time: what was read in a unit is still true when it commits."""

import asyncio
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.errors import StoreAway
from desk.people import Client
from desk.tickets import Ticket
from store.store import SqlStore

ROOT = Path(__file__).parents[2]


async def test_twenty_first_messages_make_one_ticket(store: SqlStore, make: Any) -> None:
    """Each looks whether the client has a ticket and opens one if not."""
    async with store.unit() as unit:
        client = await unit.add(make.client())
        door = await unit.add(make.door(client.id))
        await unit.commit()

    async def arrive() -> None:
        async with store.unit() as unit:
            if not await unit.count(Ticket, client_id=client.id):
                await unit.add(make.ticket(client.id, door.id))
                await unit.commit()

    await asyncio.gather(*(arrive() for _ in range(20)))
    async with store.view() as unit:
        assert await unit.count(Ticket) == 1


async def test_twenty_processes_worth_of_writers_make_one_ticket(store_url: str, make: Any) -> None:
    """The same without the queue that writers of one process stand in: the database itself keeps them apart."""
    stores = [SqlStore(store_url) for _ in range(20)]
    async with stores[0].unit() as unit:
        client = await unit.add(make.client())
        door = await unit.add(make.door(client.id))
        await unit.commit()

    async def arrive(store: SqlStore) -> None:
        async with store.unit() as unit:
            if not await unit.count(Ticket, client_id=client.id):
                await unit.add(make.ticket(client.id, door.id))
                await unit.commit()

    await asyncio.gather(*map(arrive, stores))
    async with stores[0].view() as unit:
        assert await unit.count(Ticket) == 1
    for store in stores:
        await store.close()


async def test_readers_do_not_wait(store: SqlStore, make: Any) -> None:
    """A view works while a unit is open, even beside many others."""
    async with store.unit() as unit:
        await unit.add(make.client())

        async def look() -> int:
            async with store.view() as view:
                return await view.count(Client)

        async with asyncio.timeout(30):
            assert await asyncio.gather(*(look() for _ in range(30))) == [0] * 30
        await unit.commit()


async def test_a_unit_inside_a_unit_is_a_mistake(store: SqlStore) -> None:
    """It is told at once instead of waiting for itself."""
    async with store.unit():
        with pytest.raises(RuntimeError, match="inside a unit"):
            async with store.unit():
                pass
    async with store.unit():
        pass


async def test_a_cancelled_unit_leaves_nothing(store: SqlStore, make: Any) -> None:
    """Wherever it is cancelled: nothing is written, the queue goes on, no connection is lost."""

    async def work() -> None:
        async with store.unit() as unit:
            for _ in range(50):
                await unit.add(make.client())

    for step in range(60):
        task = asyncio.create_task(work())
        waiting = asyncio.create_task(work())
        for _ in range(step):
            await asyncio.sleep(0)
        task.cancel()
        waiting.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
    async with asyncio.timeout(30):
        async with store.unit() as unit:
            assert await unit.count(Client) == 0
            await unit.add(make.client())
            await unit.commit()
        async with store.view() as unit:
            assert await unit.count(Client) == 1


async def test_a_kept_database_is_away_for_now(sqlite_url: str, make: Any) -> None:
    """Another process that writes for longer than our patience."""
    one, two = SqlStore(sqlite_url), SqlStore(sqlite_url, patience=timedelta(milliseconds=100))
    async with one.unit():
        with pytest.raises(StoreAway, match="locked"):
            async with two.unit():
                pass
    async with two.unit() as unit:
        await unit.add(make.client())
        await unit.commit()
    await one.close()
    await two.close()


WRITER = """
    import asyncio, sys
    from datetime import UTC, datetime
    from desk.people import Client
    from store.store import SqlStore

    async def main(url: str) -> None:
        store, now = SqlStore(url), datetime.now(UTC)
        number = 0
        while True:
            number += 1
            async with store.unit() as unit:
                one = await unit.add(Client(name=str(number), created_at=now))
                two = await unit.add(Client(name=str(number), created_at=now))
                await unit.commit()
            print(number, flush=True)

    asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("words", [1, 2, 5, 17, 40])
async def test_a_kill_loses_nothing_that_was_committed(store: SqlStore, store_url: str, words: Any) -> None:
    """After kill -9 everything that the process said it had committed is there, and no half of anything."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), store_url], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    timer = threading.Timer(60, process.kill)
    timer.start()
    assert process.stdout is not None
    said = [await asyncio.to_thread(process.stdout.readline) for _ in range(words)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    timer.cancel()
    told = int([line for line in said if line.endswith("\n")][-1])
    async with store.unit() as unit:
        names = [client.name for client in await unit.find(Client)]
    assert names == [str(number) for number in range(1, len(names) // 2 + 1) for _ in range(2)]
    assert told <= len(names) // 2 <= told + 1


async def test_a_lost_connection_is_replaced(postgres: Any, postgres_url: str, make: Any) -> None:
    """The server closes all sessions, as a restart does: the unit under way is lost and says so, the next one works."""
    store = SqlStore(postgres_url)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
    name = postgres_url.split("/")[3].split("?", maxsplit=1)[0]

    async def lost() -> None:
        async with store.unit() as unit:
            await unit.add(make.client())
            postgres.run(end.format(name))
            await unit.commit()

    with pytest.raises(StoreAway):
        await lost()
    async with store.unit() as unit:
        assert await unit.count(Client) == 0
        await unit.add(make.client())
        await unit.commit()
    postgres.run(end.format(name))
    async with store.view() as unit:
        assert await unit.count(Client) == 1
    await store.ping()
    await store.close()


async def test_a_database_that_is_not_there_is_away(tmp_path: Path) -> None:
    """A server that does not answer, a file in a folder that is gone."""
    for url in ("postgresql://nobody@127.0.0.1:1/desk", f"sqlite:///{tmp_path}/gone/desk.db"):
        before = set(threading.enumerate())
        store = SqlStore(url)
        shutil.rmtree(tmp_path / "gone", ignore_errors=True)
        with pytest.raises(StoreAway):
            await store.ping()
        await store.close()
        async with asyncio.timeout(5):  # the driver's thread of a connection that failed ends by itself
            while set(threading.enumerate()) - before:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    """With a word on which are known."""
    with pytest.raises(ValueError, match="sqlite://"):
        SqlStore(url)


async def test_a_connection_given_back_after_the_end_is_ended_too(sqlite_url: str) -> None:
    """A task that outlives the store must not leave SQLite's thread behind it."""
    before = set(threading.enumerate())
    store = SqlStore(sqlite_url)
    await store.open()
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with store.view() as view:
            await view.count(Client)
            reading.set()
            await go_on.wait()

    task = asyncio.create_task(late())
    await reading.wait()
    await store.close()
    go_on.set()
    await task
    async with asyncio.timeout(5):
        while set(threading.enumerate()) - before:  # others may end meanwhile
            await asyncio.sleep(0.01)
