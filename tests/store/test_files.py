"""Files are kept durably, under keys that nobody can guess or bend."""

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from desk.errors import NoRoom
from store.files import FolderFiles


async def test_what_is_kept_comes_back(files: FolderFiles, tmp_path: Path) -> None:
    """Byte for byte, also after a restart; twice the same content is two files."""
    contents = [b"", b"\0\xff", b"x" * 3_000_000, b"x" * 3_000_000]
    keys = await asyncio.gather(*map(files.keep, contents))
    assert len(set(keys)) == 4
    again = FolderFiles(tmp_path / "files")
    assert [await again.read(key) for key in keys] == contents
    assert again.path(keys[2]).stat().st_size == 3_000_000
    assert not list(tmp_path.rglob("*.part"))


async def test_what_is_dropped_is_gone(files: FolderFiles) -> None:
    """Dropping twice does nothing."""
    key = await files.keep(b"x")
    await files.drop(key)
    await files.drop(key)
    with pytest.raises(FileNotFoundError):
        await files.read(key)


@pytest.mark.parametrize(
    "key", ["", "..", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "a/" * 16, "é" * 32]
)
async def test_only_keys_are_keys(files: FolderFiles, key: Any) -> None:
    """Nothing outside the folder can be named."""
    with pytest.raises(ValueError, match="not a key"):
        await files.read(key)


async def test_a_full_disk(files: FolderFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NoRoom, and nothing half-written stays."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom):
        await files.keep(b"x")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    monkeypatch.undo()
    assert await files.read(await files.keep(b"x")) == b"x"


async def test_free_room_is_told(files: FolderFiles, tmp_path: Path) -> None:
    """In bytes."""
    assert files.free() > 1_000_000
