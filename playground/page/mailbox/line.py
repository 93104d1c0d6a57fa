"""One mailbox over IMAP: a connection that is kept, opened anew when it broke, and used by one thread at a time."""

import base64
import imaplib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

HOST: Final = "127.0.0.1"
PATIENCE: Final = 8.0
"""Seconds that the server may be silent."""
CHUNK: Final = 100
"""Mails of one FETCH."""
BEGINNING: Final = 65_536
"""Bytes of a mail that a list needs: its headers, its first words, the names of most attachments."""

T = TypeVar("T")

_LISTED: Final = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)$')
_UID, _FLAGS, _SIZE = re.compile(rb"UID (\d+)"), re.compile(rb"FLAGS \(([^)]*)\)"), re.compile(rb"RFC822\.SIZE (\d+)")
_DATE: Final = re.compile(rb'INTERNALDATE "([^"]+)"')
_SHIFTED: Final = re.compile(r"&([^-]*)-")


class Away(Exception):
    """The mail server is not there; what was asked may be asked again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one FETCH told of one mail; `content` is its beginning or the whole."""

    uid: int
    flags: frozenset[str]
    received: datetime | None
    size: int
    content: bytes


class Line:
    """Every method works in the caller's thread and raises Away when the server cannot be reached."""

    def __init__(self, port: int, address: str, password: str) -> None:
        self._port, self._address, self._password = port, address, password
        self._imap: imaplib.IMAP4 | None = None
        self._turn, self._closed = threading.Lock(), False

    def folders(self) -> list[str]:
        """The folders' names as the server writes them; `shown` makes them readable."""

        def work(imap: imaplib.IMAP4) -> list[str]:
            found = [_LISTED.match(line) for line in _good(imap.list()) if isinstance(line, bytes)]
            return [one["name"].strip(b'"').decode("ascii", "replace") for one in found if one]

        return self._do(work)

    def status(self, folder: str) -> tuple[int, int]:
        """How many mails lie there, and how many of them nobody has opened."""

        def work(imap: imaplib.IMAP4) -> tuple[int, int]:
            said = _good(imap.status(_quoted(folder), "(MESSAGES UNSEEN)"))[0]
            numbers = dict(re.findall(rb"(MESSAGES|UNSEEN) (\d+)", said))
            return int(numbers[b"MESSAGES"]), int(numbers[b"UNSEEN"])

        return self._do(work)

    def seen(self, folder: str) -> tuple[str, dict[int, bool]]:
        """The folder's UIDVALIDITY, and for every mail in it whether somebody opened it, oldest first."""

        def work(imap: imaplib.IMAP4) -> tuple[str, dict[int, bool]]:
            count = _selected(imap, folder)
            validity = (imap.response("UIDVALIDITY")[1] or [b""])[0]
            # Two searches cost a tenth of the flags of every mail.
            everything = _uids(_good(imap.uid("SEARCH", "ALL"))) if count else []
            unseen = frozenset(_uids(_good(imap.uid("SEARCH", "UNSEEN")))) if count else frozenset()
            return (validity or b"").decode(), {uid: uid not in unseen for uid in sorted(everything)}

        return self._do(work)

    def beginnings(self, folder: str, uids: Sequence[int]) -> list[Fetched]:
        """The beginnings of these mails, without marking any as read."""
        return self._fetch(folder, uids, f"BODY.PEEK[]<0.{BEGINNING}>")

    def whole(self, folder: str, uid: int) -> Fetched:
        """One mail to the last byte, without marking it as read. LookupError when it is gone."""
        for one in self._fetch(folder, [uid], "BODY.PEEK[]"):
            return one
        raise LookupError(f"mail {uid} in {folder}")

    def mark(self, folder: str, uids: Sequence[int], *, seen: bool) -> None:
        """Note that somebody has opened these mails, or as good as not."""

        def work(imap: imaplib.IMAP4) -> None:
            _selected(imap, folder, writing=True)
            _good(imap.uid("STORE", _set(uids), "+FLAGS.SILENT" if seen else "-FLAGS.SILENT", r"(\Seen)"))

        self._do(work)

    def move(self, folder: str, uids: Sequence[int], to: str) -> None:
        """Move mails to another folder, which is made when there is none."""

        def work(imap: imaplib.IMAP4) -> None:
            imap.create(_quoted(to))  # a NO says that it is there
            _selected(imap, folder, writing=True)
            _good(imap.uid("COPY", _set(uids), _quoted(to)))
            _remove(imap, uids)

        self._do(work)

    def remove(self, folder: str, uids: Sequence[int]) -> None:
        """Delete mails for good."""

        def work(imap: imaplib.IMAP4) -> None:
            _selected(imap, folder, writing=True)
            _remove(imap, uids)

        self._do(work)

    def keep(self, folder: str, raw: bytes, at: datetime) -> None:
        """Lay a copy of a mail into a folder, read, as mail programs do with what they sent."""

        def work(imap: imaplib.IMAP4) -> None:
            imap.create(_quoted(folder))
            _good(imap.append(_quoted(folder), r"(\Seen)", imaplib.Time2Internaldate(at), raw))

        self._do(work)

    def close(self) -> None:
        """Hang up for good: a thread that still waits for its turn finds the server away."""
        with self._turn:
            self._closed = True
            self._hang_up()

    def _fetch(self, folder: str, uids: Sequence[int], what: str) -> list[Fetched]:
        def work(imap: imaplib.IMAP4) -> list[Fetched]:
            _selected(imap, folder)
            found: list[Fetched] = []
            for start in range(0, len(uids), CHUNK):
                chunk = _set(uids[start : start + CHUNK])
                said = _good(imap.uid("FETCH", chunk, f"(UID FLAGS INTERNALDATE RFC822.SIZE {what})"))
                found += _fetched(said)
            return found

        return self._do(work)

    def _do(self, work: Callable[[imaplib.IMAP4], T]) -> T:
        with self._turn:
            try:
                return work(self._connected())
            except (OSError, EOFError, imaplib.IMAP4.abort) as error:
                self._hang_up()
                raise Away(str(error)) from error
            except imaplib.IMAP4.error as error:
                self._hang_up()
                raise ValueError(f"the mail server says: {error}") from error

    def _connected(self) -> imaplib.IMAP4:
        if self._closed:
            raise Away("the page has ended")
        if self._imap is not None:
            # What broke while nobody spoke is found out here, so that nothing is ever done twice.
            with suppress(OSError, EOFError, imaplib.IMAP4.error):
                self._imap.noop()
                return self._imap
            self._hang_up()
        self._imap = imaplib.IMAP4(HOST, self._port, timeout=PATIENCE)
        self._imap.login(self._address, self._password)
        return self._imap

    def _hang_up(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            with suppress(OSError, EOFError, imaplib.IMAP4.error):
                imap.shutdown()


def shown(name: str) -> str:
    """A folder's name for people: modified UTF-7 in plain letters."""

    def letters(match: re.Match[str]) -> str:
        coded = match[1].replace(",", "/")
        return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be") if coded else "&"

    try:
        return _SHIFTED.sub(letters, name)
    except ValueError:
        return name


def _quoted(folder: str) -> str:
    if not folder.isascii() or not folder.isprintable():
        raise ValueError(f"no folder is called {folder!r}")
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _selected(imap: imaplib.IMAP4, folder: str, *, writing: bool = False) -> int:
    """Open a folder, only to look unless `writing`; how many mails lie in it."""
    imap.untagged_responses.clear()
    kind, said = imap.select(_quoted(folder), readonly=not writing)
    if kind != "OK":
        raise LookupError(f"folder {folder}")
    return int(said[0] or 0)


def _good(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, said = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(b" ".join(one for one in said if isinstance(one, bytes)).decode("utf-8", "replace"))
    return [one for one in said if one is not None]


def _uids(said: Sequence[bytes]) -> list[int]:
    return [int(uid) for line in said for uid in line.split()]


def _fetched(said: Sequence[Any]) -> Iterator[Fetched]:
    """imaplib gives a tuple of what stands before a literal and the literal, and plain bytes for the rest."""
    about, content = b"", b""
    for one in said:
        if isinstance(one, tuple):
            about, content = one[0], one[1]
            continue
        whole = about + one
        uid = _UID.search(whole)
        if uid is not None:
            flags, date, size = _FLAGS.search(whole), _DATE.search(whole), _SIZE.search(whole)
            yield Fetched(
                uid=int(uid[1]),
                flags=frozenset((flags[1] if flags else b"").decode("ascii", "replace").lower().split()),
                received=datetime.strptime(date[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if date else None,
                size=int(size[1]) if size else len(content),
                content=content,
            )
        about, content = b"", b""


def _remove(imap: imaplib.IMAP4, uids: Sequence[int]) -> None:
    _good(imap.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)"))
    _good(imap.uid("EXPUNGE", _set(uids)))


def _set(uids: Sequence[int]) -> str:
    if not uids:
        raise ValueError("no mail was named")
    return ",".join(str(int(uid)) for uid in uids)
