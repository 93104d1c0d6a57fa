"""The form of a backup: one tar.gz with the tables as lines of JSON, the files, and a manifest with checksums.

Rule: nothing in it belongs to one engine, so that a company may move from SQLite to PostgreSQL and back; and nothing
is believed on the way in: names are checked, and every byte is summed before anything is overwritten.
"""

import base64
import gzip
import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from desk.errors import CannotRestore

FORMAT = 1
MANIFEST = "manifest.json"
TABLE = re.compile(r"tables/([a-z_]{1,40})\.jsonl")
FILE = re.compile(r"files/([0-9a-f]{32})")
BLOCK = 1024 * 1024
"""Bytes read at a time."""
PRESSED = 3
"""gzip's level: a third of the time of its default for a tenth more size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is in the archive under one name: its SHA-256 and its size, lines of a table or bytes of a file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive holds, by name; written last, so an archive without it was cut off."""

    revision: str
    tables: Mapping[str, Part] = field(default_factory=dict)
    files: Mapping[str, Part] = field(default_factory=dict)


class Summed:
    """A file that sums what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._sum.update(block)
        return block

    def sum(self) -> str:
        return self._sum.hexdigest()


def lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Rows of a table, each a line."""
    for row in rows:
        plain = {name: _plain(value) for name, value in row.items()}
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def put(tar: tarfile.TarFile, name: str, source: Path) -> tuple[str, int]:
    """Add a file under a name; its SHA-256 and size. FileNotFoundError when it is gone."""
    with source.open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size = source.stat().st_size
        summed = Summed(file)
        tar.addfile(info, summed)
        return summed.sum(), info.size


def put_manifest(tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> None:
    """Add the manifest, which ends the archive."""
    path = folder / MANIFEST
    path.write_text(json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1), encoding="utf-8")
    put(tar, MANIFEST, path)


def unpack(archive: Path, tables: Path, files: Path) -> Manifest:
    """Unpack into two folders and check every sum. CannotRestore when it is not whole, or not one of ours."""
    manifest: Manifest | None = None
    found_tables: dict[str, str] = {}
    found_files: dict[str, str] = {}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or manifest is not None:
                    raise CannotRestore("cli.restore_strange", file=archive, name=repr(member.name))
                if table := TABLE.fullmatch(member.name):
                    found_tables[table[1]] = _take(content, tables / f"{table[1]}.jsonl")
                elif file := FILE.fullmatch(member.name):
                    found_files[file[1]] = _take(content, files / file[1])
                elif member.name == MANIFEST:
                    manifest = _manifest(archive, content.read())
                else:
                    raise CannotRestore("cli.restore_strange", file=archive, name=repr(member.name))
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CannotRestore("cli.restore_damaged", file=archive, what=error) from error
    if manifest is None:
        raise CannotRestore("cli.restore_cut_off", file=archive)
    _compare(archive, manifest.tables, found_tables)
    _compare(archive, manifest.files, found_files)
    return manifest


def _take(content: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    summed = Summed(content)
    with target.open("xb") as file:
        while block := summed.read(BLOCK):
            file.write(block)
    return summed.sum()


def _manifest(archive: Path, content: bytes) -> Manifest:
    try:
        told = json.loads(content)
        if told["format"] != FORMAT:
            raise CannotRestore("cli.restore_format", file=archive, found=told["format"], wanted=FORMAT)
        parts = {kind: {name: Part(**part) for name, part in told[kind].items()} for kind in ("tables", "files")}
        return Manifest(revision=str(told["revision"]), **parts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRestore("cli.restore_unreadable", file=archive, what=repr(error)) from error


def _compare(archive: Path, told: Mapping[str, Part], found: Mapping[str, str]) -> None:
    for name in sorted({*told, *found}):
        if name not in found:
            raise CannotRestore("cli.restore_missing", file=archive, name=name)
        if name not in told or told[name].sha256 != found[name]:
            raise CannotRestore("cli.restore_changed", file=archive, name=name)
