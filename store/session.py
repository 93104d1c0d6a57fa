"""PostgreSQL's side of store/lock.py: a session that holds an advisory lock and is watched."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from psycopg import AsyncConnection, Error, OperationalError

from desk.errors import AlreadyRunning, StoreAway
from store.engine import PROCESS_LOCK, address, server_address

PULSE = timedelta(seconds=5)
"""How often a session is asked whether it lives; one that is closed in the open is noticed at once."""
AGAIN = timedelta(seconds=1)
"""Between attempts to reach a server that is away."""

HOLDER = """
SELECT pid FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = %s
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@asynccontextmanager
async def session_lock(url: str, lost: Callable[[], None]) -> AsyncIterator[None]:
    """See store.lock.database_lock."""
    session = _Session(url)
    if not await session.take():
        place = address(url).render_as_string(hide_password=True)
        raise AlreadyRunning(f"another desk has {place}", sort="database", place=place)
    watch = asyncio.create_task(session.watch(lost), name="database lock")
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await session.close()


class _Session:
    def __init__(self, url: str) -> None:
        self._address = server_address(url)
        self._connection: AsyncConnection | None = None
        self._pid = 0  # of the server's process that held the lock for us

    async def take(self) -> bool:
        """Whether the lock is ours now. StoreAway."""
        try:
            connection = await AsyncConnection.connect(self._address, autocommit=True, connect_timeout=10)
        except OperationalError as error:
            raise StoreAway(str(error)) from error
        try:
            taken = await _take(connection, self._pid)
        except Error as error:
            await connection.close()
            raise StoreAway(str(error)) from error
        if not taken:
            await connection.close()
            return False
        self._connection, self._pid = connection, connection.info.backend_pid
        return True

    async def watch(self, lost: Callable[[], None]) -> None:
        """Keep the lock until cancelled; call `lost` and end when somebody else has it."""
        while True:
            with suppress(Error, OSError, TimeoutError):
                await self._until_dead()
            await self.close()
            if not await self._again():
                lost()
                return

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _until_dead(self) -> None:
        assert self._connection is not None
        while True:
            async for _ in self._connection.notifies(timeout=PULSE.total_seconds()):
                pass
            async with asyncio.timeout(PULSE.total_seconds()):
                await self._connection.execute("SELECT 1")

    async def _again(self) -> bool:
        # Nobody else can write either while the server is away, so there is no hurry to give up.
        while True:
            with suppress(StoreAway):
                return await self.take()
            await asyncio.sleep(AGAIN.total_seconds())


async def _take(connection: AsyncConnection, ghost: int) -> bool:
    for _ in range(10):
        cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [PROCESS_LOCK])
        row = await cursor.fetchone()
        if row is not None and row[0]:
            return True
        holder = await (await connection.execute(HOLDER, [PROCESS_LOCK])).fetchone()
        if holder is not None and holder[0] != ghost:
            return False
        # Our own session that broke: the server has not noticed yet. Or it was let go this moment.
        await connection.execute("SELECT pg_terminate_backend(%s) WHERE %s <> 0", [ghost, ghost])
        await asyncio.sleep(0.2)
    return False
