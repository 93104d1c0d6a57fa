"""What IMAP writes on the line and aioimaplib leaves to its caller: names, sets of uids, answers to FETCH. Pure."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MESSAGE = re.compile(rb"\d+ FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_QUOTED_BODY = re.compile(rb'BODY\[[^\]]{0,100}\](?:<\d+>)? (?:"((?:[^"\\]|\\.)*)"|(NIL))', re.IGNORECASE)
_CODE = re.compile(rb"\[([A-Z-]{1,40})(?: ([^\]]{0,2000}))?\]", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return an IMAP quoted string; CR, LF and NUL, which would end the command, are left out."""
    clean = re.sub(r"[\x00\r\n]", "", text)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder(name: str) -> str:
    """Return a folder's name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3), quoted."""
    parts: list[str] = []
    for plain, foreign in re.findall(r"([\x20-\x7e]+)|([^\x20-\x7e]+)", name):
        if plain:
            parts.append(plain.replace("&", "&-"))
        else:
            coded = base64.b64encode(foreign.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            parts.append(f"&{coded}-")
    return quoted("".join(parts))


def uid_set(uids: Iterable[int]) -> str:
    """Return uids as "1:3,7"."""
    ranges: list[list[int]] = []
    for uid in sorted(set(uids)):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def read_uid_set(text: str) -> set[int]:
    """Return what `uid_set` wrote."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition(":")
        if first:
            found.update(range(int(first), int(last or first) + 1))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One message of a FETCH answer; what the server did not say is None."""

    uid: int
    size: int | None
    content: bytes | None


def read_fetch(lines: Sequence[bytes | bytearray]) -> list[Fetched]:
    """Return the messages of an answer, as aioimaplib keeps it: text lines, and literals as bytearrays."""
    groups: list[list[bytes | bytearray]] = []
    for line in lines:
        # Literals are bytearrays: a mail that contains "1 FETCH (" stays a mail.
        if not isinstance(line, bytearray) and _MESSAGE.match(line):
            groups.append([])
        if groups:
            groups[-1].append(line)
    # A change of flags may be told in between, with the uid of a mail that is told whole as well.
    known: dict[int, Fetched] = {}
    for found in (_read_group(group) for group in groups):
        if found is not None:
            before = known.get(found.uid, found)
            known[found.uid] = Fetched(
                uid=found.uid,
                size=found.size if before.size is None else before.size,
                content=found.content if before.content is None else before.content,
            )
    return list(known.values())


def _read_group(group: Sequence[bytes | bytearray]) -> Fetched | None:
    words = b" ".join(bytes(line) for line in group if not isinstance(line, bytearray))
    literals = [bytes(line) for line in group if isinstance(line, bytearray)]
    content: bytes | None = literals[0] if literals else None
    if content is None and (short := _QUOTED_BODY.search(words)):
        content = re.sub(rb"\\(.)", rb"\1", short[1] or b"")
    # The quoted form of a body may itself speak of UIDs; the server's own come outside of it.
    words = _QUOTED_BODY.sub(b"", words)
    uid, size = _UID.search(words), _SIZE.search(words)
    if uid is None:
        return None  # somebody's change of flags, told in between
    return Fetched(uid=int(uid[1]), size=int(size[1]) if size else None, content=content)


def codes(lines: Sequence[bytes | bytearray]) -> dict[str, str]:
    """Return the response codes of an answer: {"UIDVALIDITY": "12", "UIDNEXT": "7"}."""
    found: dict[str, str] = {}
    for line in lines:
        if not isinstance(line, bytearray):
            for name, value in _CODE.findall(line):
                found[name.decode().upper()] = value.decode(errors="replace")
    return found


def words(lines: Sequence[bytes | bytearray]) -> str:
    """Return the server's last line for people to read."""
    return bytes(lines[-1]).decode(errors="replace")[:500] if lines else ""
