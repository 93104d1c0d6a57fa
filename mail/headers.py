"""A mail's headers: found in hostile bytes, unfolded, decoded, read as addresses. Linear, never raises."""

import binascii
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from mail.charsets import clean, decode

ID_LIMIT = 990  # characters of a Message-ID, which is one word of one line
FIELDS_LIMIT = 2_000
PEOPLE_LIMIT = 1_000  # addresses of one kind of header that are read
VALUE_LIMIT = 16_384  # bytes of one header's value that are looked at
PADDINGS_LIMIT = 10_000
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_CHARSET = re.compile(rb"""charset\s{0,9}=\s{0,9}["']?([\w:.-]{1,40})""", re.IGNORECASE)
_EMPTY_LINE = re.compile(rb"\n[ \t]*\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_GAP = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_SPACE = re.compile(r"\s+")
_CUTS = re.compile(r"[\\\"(),:;]")
_LOOSE = re.compile(r"=\?[\w*.-]{1,60}\?[qQ]\?([^?\s<>@]{1,200})\?=")
_TIED = str.maketrans({sign: f"={ord(sign):02X}" for sign in '\\"(),:;'})
_ID = re.compile(r"<([^<>\s]{1,990})>")
_ADDRESS = re.compile(r"[^\s<>()\",;:@]{1,255}@[^\s<>()\",;:@]{1,255}")


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields in order, names in lower case, values as raw bytes unfolded."""

    fields: tuple[tuple[str, bytes], ...]
    charset: str = ""  # of the text below; raw letters in headers are most likely of the same

    def raw(self, name: str) -> bytes:
        """Return the first value, b"" when there is none."""
        return next((value for key, value in self.fields if key == name), b"")

    def all(self, name: str) -> list[bytes]:
        return [value for key, value in self.fields if key == name]

    def text(self, name: str) -> str:
        """Return the first value decoded, in one line; "" when there is none."""
        return readable(self.raw(name), self.charset)

    def plain(self, name: str) -> str:
        """Return the first value for comparison: lower case, without comments' sake decoded only as characters."""
        return one_line(decode(self.raw(name))).lower()

    def people(self, *names: str) -> list["Person"]:
        """Return everybody named in these headers, in order."""
        return [person for name in names for person in people(self.all(name), self.charset)]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


def read_headers(block: bytes, limit: int = FIELDS_LIMIT) -> tuple[Headers, int]:
    """Return the headers at the start of these bytes and where the body begins; after `limit` fields none is kept."""
    fields: list[tuple[str, bytearray]] = []
    position, size = 0, len(block)
    while position < size:
        if len(fields) > limit:
            end_of_all = _EMPTY_LINE.search(block, position)
            return _finished(fields), end_of_all.end() if end_of_all else size
        end = block.find(b"\n", position)
        end = size if end < 0 else end + 1
        line = block[position:end].rstrip(b"\r\n")
        if not line.strip(b" \t"):
            return _finished(fields), end
        match = _FIELD.match(line)
        if line[:1] in b" \t" and fields:
            value = fields[-1][1]
            if len(value) < VALUE_LIMIT:
                value += b" " + line.strip()[:VALUE_LIMIT]
        elif match:
            name = match[1].decode("ascii").lower()
            fields.append((name, bytearray(line[match.end() :].strip()[:VALUE_LIMIT])))
        elif not _header_follows(block, end):
            return _finished(fields), position  # no empty line: the body has begun
        position = end
    return _finished(fields), size


def _finished(fields: Iterable[tuple[str, bytearray]]) -> Headers:
    done = tuple((name, bytes(value[:VALUE_LIMIT])) for name, value in fields)
    types = next((value for name, value in done if name == "content-type"), b"")
    found = _CHARSET.search(types)
    return Headers(done, found[1].decode("ascii", "replace") if found else "")


def _header_follows(block: bytes, start: int) -> bool:
    """Tell a stray line among headers (mbox's "From ", a broken fold) from text that began without an empty line."""
    return _FIELD.match(block, start, start + 250) is not None and b" " not in block[start : start + 1]


def one_line(text: str) -> str:
    """Return text without line breaks, which in a header would begin another header."""
    return _SPACE.sub(" ", clean(text)).strip()


def readable(value: bytes, charset: str = "") -> str:
    """Return a header's value with its encoded words decoded (RFC 2047), in one line."""
    text = decode(value, charset) if not value.isascii() else value.decode("ascii")
    if "=?" not in text:
        return one_line(text)
    text = _GAP.sub(r"\1", text)
    parts: list[str] = []
    pending, label, position = b"", "", 0
    for word in _WORD.finditer(text):
        if word.start() > position or (pending and word[1].lower() != label):
            parts.append(decode(pending, label) if pending else "")
            parts.append(text[position : word.start()])
            pending = b""
        # Neighbours of one set are joined as bytes: mail programs cut letters in two.
        pending, label, position = pending + _unpack(word[2], word[3]), word[1].lower(), word.end()
    parts.append(decode(pending, label) if pending else "")
    parts.append(text[position:])
    return one_line("".join(parts))


def _unpack(kind: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if kind in "qQ":
        return quopri.decodestring(data.replace(b" ", b"_"), header=True)
    return unbase64(data)


def unbase64(data: bytes) -> bytes:
    """Return what base64 says, as far as it can be read; pieces that were padded one by one are put together."""
    end = data.find(b"=")
    if end < 0 or not data[end:].strip(b"= \t\r\n"):
        return _unbase64(data)
    if data.count(b"=") > PADDINGS_LIMIT:
        return _unbase64(data.replace(b"=", b""))
    return b"".join(_unbase64(piece) for piece in data.split(b"="))


def _unbase64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data + b"==")
    except binascii.Error:  # one letter too many
        letters = data.translate(None, _NOT_BASE64)
        return binascii.a2b_base64(letters[: len(letters) // 4 * 4])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in an address header; `address` in lower case, "" for a name alone."""

    name: str
    address: str


def people(values: Iterable[bytes], charset: str = "") -> list[Person]:
    """Return everybody named in address headers, the nameless and the broken as far as they can be read.

    Names are decoded after the addresses were found: what an encoded word says is never taken for an address.
    """
    texts = (_LOOSE.sub(_tied, _characters(value, charset)) for value in values)
    found = (entry for text in texts for entry in (_entries(text) if _CUTS.search(text) else (text,)))
    entries = islice(found, PEOPLE_LIMIT)
    return [person for entry in entries if (person := _person(entry))]


def _tied(word: re.Match[str]) -> str:
    """Some programs leave in an encoded word what would end a name outside of it."""
    return word[0][:-2].translate(_TIED) + "?=" if _CUTS.search(word[1]) else word[0]


def _characters(value: bytes, charset: str) -> str:
    return clean(value.decode("ascii")) if value.isascii() else decode(value, charset)


def _entries(text: str) -> Iterator[str]:
    """Cut at commas and semicolons that stand outside of quotes, comments and angle brackets."""
    start, quoted, comment, angle, escaped = 0, False, 0, False, False
    for index, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not comment:
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            comment += 1
        elif char == ")":
            comment = max(0, comment - 1)
        elif comment:
            continue
        elif char in "<>":
            angle = char == "<"
        elif char == ":" and not angle and "@" not in text[start:index]:
            start = index + 1  # a group's name
        elif char in ",;" and not (angle and char == ","):
            yield text[start:index]
            start, angle = index + 1, False
    yield text[start:]
    if quoted:  # the quotes never closed: read it again as if they were not there
        yield from _entries(text[start:].replace('"', ""))


@lru_cache(200)  # one mail's senders and recipients are asked for again and again
def _person(entry: str) -> Person | None:
    entry = entry.strip()
    if not entry:
        return None
    opening = entry.rfind("<")
    if opening >= 0:
        inside = entry[opening + 1 :].partition(">")[0].strip()
        found = _ADDRESS.search(inside) or _ADDRESS.search(entry)
        name = entry[:opening]
    else:
        bare = re.sub(r"\([^()]*\)", " ", entry)
        found = _ADDRESS.search(bare)
        comment = re.search(r"\(([^()]*)\)", entry)
        name = comment[1] if comment else (bare[: found.start()] if found else bare)
    address = found[0].strip(".'").lower() if found else ""
    name = readable(re.sub(r"\\(.)", r"\1", name).encode("utf-8", "replace")).strip(" \t\"'<")
    if not address and not name:
        return None
    return Person(name if name.lower() != address else "", _ascii_domain(address))


def _ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return local + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return address


def message_ids(value: bytes) -> list[str]:
    """Return the ids of Message-ID, In-Reply-To or References, in angle brackets; empty ones match nothing."""
    text = one_line(decode(value))
    found = [f"<{id_}>" for id_ in _ID.findall(text)]
    if not found and "@" in text and " " not in text and len(text) < ID_LIMIT and not re.search(r"[<>]", text):
        return [f"<{text}>"]
    return list(dict.fromkeys(found))
