"""What a database's errors mean to the desk."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from desk.errors import NoRoom, OtvetError, StoreAway

# https://sqlite.org/rescode.html: the low byte of an extended code is the primary one.
SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN = 5, 6, 8, 10, 13, 14
# https://www.postgresql.org/docs/current/errcodes-appendix.html
PG_DISK_FULL = "53100"
PG_AWAY = ("08", "57P", "53300", "25006")  # connection lost, shutting down, too many connections, only a standby
LITTLE = 1024 * 1024
"""Bytes of free disk below which SQLite's plain "I/O error" is taken for a full disk."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def translated(file: Path | None = None) -> Iterator[None]:
    """Raise the desk's own errors for those of the database. `file` is the SQLite database, None for PostgreSQL."""
    try:
        yield
    except StatementError as error:
        if not isinstance(error, DBAPIError) and isinstance(error.orig, ValueError | TypeError):
            raise error.orig from None  # a value that its column refuses
        meaning = _meaning(error, file) if isinstance(error, DBAPIError) else None
        if meaning is None:
            raise
        raise meaning from error
    except sqlite3.Error as error:  # of a statement that went straight to the driver
        meaning = _meaning_of_sqlite(error, file) if file is not None else None
        if meaning is None:
            raise
        raise meaning from error
    except PoolTimeout as error:
        raise StoreAway("all connections to the database are in use") from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise NoRoom(str(error)) from error
        raise


def _meaning(error: DBAPIError, file: Path | None) -> OtvetError | None:
    if file is not None:
        return _meaning_of_sqlite(error.orig, file)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == PG_DISK_FULL:
        return NoRoom(str(error.orig))
    away = error.connection_invalidated or (not state and isinstance(error, OperationalError | InterfaceError))
    if away or state.startswith(PG_AWAY):
        return StoreAway(str(error.orig))
    return None


def _meaning_of_sqlite(error: BaseException | None, file: Path) -> OtvetError | None:
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == SQLITE_FULL or (code == SQLITE_IOERR and _free(file) < LITTLE):
        return NoRoom(str(error))
    if code in (SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN):
        return StoreAway(f"{file}: {error}")
    return None


def _free(file: Path) -> int:
    try:
        return shutil.disk_usage(file.parent).free
    except OSError:
        return LITTLE
