"""The newest refresh token of a mailbox, in a file of its own that only the desk's user can read.

Not in the database: a backup holds no key to a mailbox, and `doctor` and `login` work beside a running desk.
"""

import asyncio
import fcntl
import hashlib
import json
import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

log = logging.getLogger(__name__)

LOCK_WITHIN = 60.0  # seconds; whoever holds the lock asks a server, which has half of that
LOCK_TRIES = 0.05


class TokenFile:
    """`<folder>/<mailbox>.json`. Rule: a token that the operator configured anew wins over one that was kept before."""

    def __init__(self, folder: Path, mailbox: str) -> None:
        self._path = folder / f"{mailbox}.json"
        self._unwritten = ""  # the newest one, when the disk does not take it

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Hold the file alone, among processes too; where it cannot be locked, go on without."""
        handle = await asyncio.to_thread(self._open_lock)
        try:
            if handle is not None:
                await self._lock(handle)
            yield
        finally:
            if handle is not None:
                os.close(handle)

    async def read(self, configured: str) -> str:
        """Return what was kept while this token was the configured one, "" when nothing was."""
        if self._unwritten:
            return self._unwritten
        try:
            kept = json.loads(await asyncio.to_thread(self._path.read_text, encoding="utf-8"))
            return str(kept["refresh_token"]) if kept["instead_of"] == _mark(configured) else ""
        except FileNotFoundError:
            return ""
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("mail.token_file_unread", extra={"file": str(self._path), "kind": type(error).__name__})
            return ""

    async def write(self, token: str, configured: str) -> None:
        """Keep a token durably; on a full disk it is kept in mind, and mail goes on."""
        text = json.dumps({"instead_of": _mark(configured), "refresh_token": token})
        try:
            await asyncio.to_thread(self._write, text)
            self._unwritten = ""
        except OSError as error:
            self._unwritten = token
            log.error(  # noqa: TRY400 - the error's own words are enough
                "mail.token_not_kept", extra={"file": str(self._path), "words": error.strerror}
            )

    def _write(self, text: str) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise

    def _open_lock(self) -> int | None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None

    async def _lock(self, handle: int) -> None:
        try:
            async with asyncio.timeout(LOCK_WITHIN):
                # Asked again and again, for a thread that waits in flock cannot be cancelled.
                while not _try(handle):  # noqa: ASYNC110 - another process holds it
                    await asyncio.sleep(LOCK_TRIES)
        except TimeoutError:
            log.warning("mail.token_lock_held", extra={"file": str(self._path)})


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _mark(configured: str) -> str:
    """Return what tells one configured token from another and is no use to a thief."""
    return hashlib.sha256(b"refresh token\0" + configured.encode()).hexdigest()[:16]
