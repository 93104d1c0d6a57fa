"""Contents of attachments and raw mails, in a folder, under random keys.

Rule: a key is given out only when its content has reached the disk, directory entry included, because the row that
names it is committed next.
"""

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from store.failures import translated

KEY = re.compile(r"[0-9a-f]{32}")


class FolderFiles:
    """See desk.ports.Files. The folder is made when it is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def keep(self, content: bytes) -> str:
        """The key of what was stored durably. NoRoom."""
        return (await self.keep_all([content]))[0]

    async def keep_all(self, contents: Sequence[bytes]) -> list[str]:
        """The keys of what was stored durably, all or nothing. NoRoom."""
        if not contents:
            return []
        files = {secrets.token_hex(16): content for content in contents}
        with translated():
            await asyncio.to_thread(_write_all, {self.path(key): content for key, content in files.items()})
        return list(files)

    async def read(self, key: str) -> bytes:
        """The content. FileNotFoundError when there is none; ValueError for what was never a key."""
        return await asyncio.to_thread(self.path(key).read_bytes)

    def path(self, key: str) -> Path:
        """Where it lies. ValueError for what was never a key."""
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a key of this store")
        return self._folder / key[:2] / key

    async def drop(self, key: str) -> None:
        """Forget it; nothing happens when it is gone already."""
        await asyncio.to_thread(self.path(key).unlink, missing_ok=True)

    def free(self) -> int:
        """Bytes left on that disk."""
        return shutil.disk_usage(self._folder).free


def _write_all(files: Mapping[Path, bytes]) -> None:
    parts: list[Path] = []
    try:
        for path, content in files.items():
            if not path.parent.exists():
                path.parent.mkdir(exist_ok=True)
                sync_folder(path.parent.parent)
            parts.append(path.with_name(path.name + ".part"))
            parts[-1].write_bytes(content)
        # All are written before the first is waited for: a journaling file system then mostly waits once.
        for part, path in zip(list(parts), files, strict=True):
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(path)
            parts.append(path)
        for folder in {path.parent for path in files}:
            sync_folder(folder)
    except BaseException:
        for path in parts:
            path.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk; a new name could be lost in a power cut otherwise."""
    if os.name == "nt":
        return  # Windows cannot open a folder, and journals its names itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
