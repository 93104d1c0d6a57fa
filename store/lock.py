"""Locks that keep a second process off the same database or the same bot.

Rule: the operating system or the database server holds the lock, so that a killed process leaves nothing behind that
somebody would have to clean up.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from desk.errors import AlreadyRunning
from store.engine import sqlite_file

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@asynccontextmanager
async def database_lock(url: str, *, lost: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """Hold the database for this process. AlreadyRunning, StoreAway.

    On SQLite a file beside it is locked, on PostgreSQL a session of its own holds an advisory lock. When that session
    dies it is made again; `lost` is called, once, when another process was quicker.
    """
    file = sqlite_file(url)
    if file is not None:
        with _file_lock(file.with_name(file.name + ".lock"), "database", str(file)):
            yield
        return
    from store.session import session_lock

    async with session_lock(url, lost):
        yield


@contextmanager
def bot_lock(token_hash: str) -> Iterator[None]:
    """Hold a bot for this process, on this machine, by any hash of its token. AlreadyRunning.

    The file in the system's temporary folder stays. When it belongs to another user and cannot be opened, a name with
    our user in it is locked: two users with one bot are told apart by Telegram's own conflict.
    """
    name = hashlib.sha256(token_hash.encode()).hexdigest()[:32]
    folder = Path(tempfile.gettempdir())
    path = folder / f"otvet-bot-{name}.lock"
    if not _can_open(path):
        user = os.getuid() if sys.platform != "win32" else os.environ.get("USERNAME", "")
        path = folder / f"otvet-bot-{name}-{user}.lock"
    with _file_lock(path, "bot", str(path)):
        yield


@contextmanager
def _file_lock(path: Path, sort: str, place: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = _open(path)
    try:
        try:
            _take(handle)
        except OSError as error:
            pid = _pid_in(handle)
            whose = f" (process {pid})" if pid else ""
            raise AlreadyRunning(f"another desk{whose} has {place}", sort=sort, place=place, pid=pid) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _can_open(path: Path) -> bool:
    try:
        os.close(_open(path))
    except OSError:
        return False
    return True


def _open(path: Path) -> int:
    # First without O_CREAT: Linux refuses that for a file of somebody else in a shared folder (fs.protected_regular).
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        with suppress(FileExistsError):
            return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        return os.open(path, flags)


def _pid_in(handle: int) -> int:
    with suppress(OSError, ValueError):
        return int(os.read(handle, 20))
    return 0
