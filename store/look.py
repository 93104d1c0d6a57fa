"""A look into a database that somebody else works with: opened so that nothing can be written, and told of changes."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL

from store.failures import translated


def reading_only(url: URL) -> URL:
    """The address of the same database, opened so that the database itself refuses every write."""
    if url.get_backend_name() == "sqlite":
        return url.set(database=f"file:{_quoted(Path(url.database or ''))}", query={"mode": "ro", "uri": "true"})
    return url.update_query_dict({"options": "-c default_transaction_read_only=on"})


def prepare_reading(connection: Any, _record: object) -> None:
    """Refuse writing once more on a connection of SQLite's: whoever changes the address must change this too."""
    connection.execute("PRAGMA query_only=ON").close()


class Watch:
    """One connection to SQLite's file that is kept: it counts the commits of others since it was opened."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def version(self) -> int:
        """Another number than before whenever somebody else has committed; 0 where it is not SQLite. StoreAway."""
        if self._file is None:
            return 0
        with translated(self._file):
            if self._connection is None:
                where = f"file:{_quoted(self._file)}?mode=ro"
                self._connection = sqlite3.connect(where, uri=True, isolation_level=None)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Keep the connection no longer."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _quoted(file: Path) -> str:
    return quote(str(file.absolute()))
