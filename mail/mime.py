"""A mail taken apart: a tree of parts found by their boundaries, with limits on everything. Linear, never raises.

Own code and not the standard library's: that reads line by line, checks every open boundary at every line, and
recurses; a mail of a few megabytes can keep it busy for minutes.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from desk.errors import Unreadable
from mail.charsets import decode
from mail.headers import Headers, read_headers, readable, unbase64

MAIL_LIMIT = 25_000_000  # bytes
HEADER_LIMIT = 262_144  # bytes of one part's headers
PART_LIMIT = 1_000
DEPTH_LIMIT = 50
_PARAMETER = re.compile(rb';\s*([!-:<-~]{1,100}?)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)')
_LOST_STAR = re.compile(
    rb"(?:utf-8|windows-125\d|koi8-r|iso-8859-\d{1,2})'[a-z-]{0,10}'[^']*%[0-9a-f]{2}", re.IGNORECASE
)
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,100})/([\w!#$&^.+-]{1,100})")
INNER_FIELDS_LIMIT = 100  # fields of a part inside that are kept
SEARCH_LIMIT = 5 * MAIL_LIMIT  # bytes that may be searched for boundaries, parts inside of parts counted anew
_GUESSED = re.compile(rb"^--([!-~][ -~]{0,98}?)[ \t]*\r?\n(?=content-[a-z-]{4,30}:)", re.MULTILINE | re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Part:
    """A leaf or a knot of the tree; `body` is as it came, still encoded for transfer."""

    headers: Headers
    body: bytes
    type: str  # "text/plain"
    parameters: dict[str, bytes]
    parts: list["Part"] = field(default_factory=list)

    @property
    def main(self) -> str:
        return self.type.partition("/")[0]

    def content(self) -> bytes:
        """Return the body with its transfer encoding undone."""
        encoding = re.sub(r"[^a-z0-9-]", "", self.headers.plain("content-transfer-encoding"))
        if encoding == "base64":
            return unbase64(self.body)
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        if encoding in ("x-uuencode", "uuencode", "x-uue"):
            return _unuu(self.body)
        return self.body

    def text(self) -> str:
        """Return the content as characters."""
        return decode(self.content(), self.parameter("charset"))

    def parameter(self, name: str) -> str:
        """Return a parameter of Content-Type as plain ASCII, "" when there is none."""
        return self.parameters.get(name, b"").decode("ascii", "replace").strip()

    def disposition(self) -> tuple[str, dict[str, bytes]]:
        value = self.headers.raw("content-disposition")
        return value.partition(b";")[0].strip().lower().decode("ascii", "replace"), parameters(value)

    def name(self) -> str:
        """Return the file name that the sender gave, from whichever place, "" when there is none."""
        placed = self.disposition()[1]
        for source, key in (
            (placed, "filename"),
            (self.parameters, "name"),
            (placed, "name"),
            (self.parameters, "filename"),
        ):
            if name := file_name(source, key):
                return name
        return ""

    def walk(self) -> Iterator["Part"]:
        """All parts, this one first, in the order of the mail."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))


def take_apart(raw: bytes) -> Part:
    """Return the tree of a mail; Unreadable with a plain reason when it is beyond the limits."""
    if len(raw) > MAIL_LIMIT:
        raise Unreadable("mail.unreadable_size", size=len(raw), limit=MAIL_LIMIT)
    if b"\n" not in raw[:HEADER_LIMIT]:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return _Reader(raw).part(0, len(raw), depth=0)


class _Reader:
    """Works on places in the one mail: nested parts are not copied over and over."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.count = 0
        self.searched = 0

    def part(self, begin: int, end: int, depth: int, usual: str = "text/plain") -> Part:
        self.count += 1
        if self.count > PART_LIMIT:
            raise Unreadable("mail.unreadable_parts", limit=PART_LIMIT)
        if depth > DEPTH_LIMIT:
            raise Unreadable("mail.unreadable_depth", limit=DEPTH_LIMIT)
        head = self.raw[begin : min(end, begin + HEADER_LIMIT)]
        headers, size = read_headers(head, INNER_FIELDS_LIMIT) if depth else read_headers(head)
        if size >= HEADER_LIMIT:
            raise Unreadable("mail.unreadable_headers", limit=HEADER_LIMIT)
        value = headers.raw("content-type")
        match = _TYPE.match(value.decode("ascii", "replace"))
        part = Part(
            headers=headers,
            body=b"",
            type=f"{match[1]}/{match[2]}".lower() if match else usual,
            parameters=parameters(value),
        )
        if part.main == "multipart":
            self._take_parts(part, begin + size, end, depth)
        if not part.parts:
            part.body = self.raw[begin + size : end]
        return part

    def _take_parts(self, part: Part, begin: int, end: int, depth: int) -> None:
        boundary = part.parameters.get("boundary", b"").strip()[:1_000]
        pieces = self._split(begin, end, boundary) if boundary else []
        if not pieces and (guessed := _GUESSED.search(self.raw, begin, min(end, begin + HEADER_LIMIT))):
            pieces = self._split(begin, end, guessed[1])  # the name of the boundary is lost or another one
        usual = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        part.parts = [self.part(first, last, depth + 1, usual) for first, last in pieces]

    def _split(self, begin: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
        """Return what lies between the boundary lines; [] when there are none. A missing end is forgiven."""
        self.searched += end - begin
        if self.searched > SEARCH_LIMIT:
            return []
        line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]{0,98}\r?(?=\n|\Z)")
        pieces: list[tuple[int, int]] = []
        first = -1
        # The line break in front of the body lets its first line be a boundary too.
        for found in line.finditer(self.raw, max(0, begin - 1), end):
            if first >= 0:
                last = found.start()
                pieces.append((first, last - (self.raw[last - 1 : last] == b"\r") if last > first else first))
                if len(pieces) > PART_LIMIT:
                    break
            first = min(found.end() + 1, end)
            if found[1]:
                first = -1  # nested parts may bear the same boundary: others can follow this end
        if 0 <= first < end:
            pieces.append((first, end))
        return pieces


def _unuu(body: bytes) -> bytes:
    """Return what the lines between "begin" and "end" say, as far as they can be read."""
    pieces: list[bytes] = []
    for line in body.split(b"\n"):
        line = line.rstrip(b"\r")  # noqa: PLW2901 - the same line
        if line.startswith((b"begin ", b"end")) or not line:
            continue
        with suppress(binascii.Error):
            pieces.append(binascii.a2b_uu(line))
    return b"".join(pieces)


def parameters(value: bytes) -> dict[str, bytes]:
    """Return the parameters of a structured header, RFC 2231 ones under their own names ("filename*0*")."""
    found: dict[str, bytes] = {}
    for match in _PARAMETER.finditer(b";" + value.partition(b";")[2]):
        content = match[2].strip()
        if content.startswith(b'"'):
            content = content[1:-1] if len(content) > 1 and content.endswith(b'"') else content[1:]
            content = re.sub(rb'\\(["\\])', rb"\1", content)  # other backslashes are those of Windows
        found.setdefault(match[1].decode("ascii").lower(), content)
    return found


def file_name(given: dict[str, bytes], key: str) -> str:
    """Return a file name from parameters: RFC 2231 in one piece or in many, encoded words, raw letters."""
    if f"{key}*" in given:
        return _extended([(given[f"{key}*"], True)])
    pieces: list[tuple[bytes, bool]] = []
    for number in range(100):
        if f"{key}*{number}*" in given:
            pieces.append((given[f"{key}*{number}*"], True))
        elif f"{key}*{number}" in given:
            pieces.append((given[f"{key}*{number}"], False))
        else:
            break
    if pieces:
        return _extended(pieces)
    plain = given.get(key, b"")
    return _extended([(plain, True)]) if _LOST_STAR.match(plain) else readable(plain)


def _extended(pieces: list[tuple[bytes, bool]]) -> str:
    first, encoded = pieces[0]
    label = b""
    if encoded and first.count(b"'") >= 2:  # noqa: PLR2004 - charset'language'value
        label, _, first = first.split(b"'", 2)
    parts = [unquote_to_bytes(first) if encoded else first]
    parts += [unquote_to_bytes(text) if percent else text for text, percent in pieces[1:]]
    whole = b"".join(parts)
    return readable(whole) if b"=?" in whole else decode(whole, label.decode("ascii", "replace") or "utf-8")
