"""Outlook's winmail.dat unpacked: its words and the files inside, as far as its bytes can be trusted. Bounded, pure.

Own code: the one library for it has not been touched for years and believes every length that it reads.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail import rtf
from mail.charsets import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
FILES_LIMIT = 200
PROPERTIES_LIMIT = 2_000
ATTRIBUTES_LIMIT = 10_000
DEPTH_LIMIT = 2
_BODY, _RENDER, _TITLE, _DATA, _PROPERTIES, _ATTACHMENT, _CODE_PAGE = (
    0x800C, 0x9002, 0x8010, 0x800F, 0x9003, 0x9005, 0x9007,
)  # fmt: skip
_WORDS, _RICH, _HTML, _CPID = 0x1000, 0x1009, 0x1013, 0x3FDE
_SUBJECT = 0x0037
_FILE_NAME, _LONG_NAME, _MIME, _CID, _CONTENT = 0x3704, 0x3707, 0x370E, 0x3712, 0x3701
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}  # bytes on the wire
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_SIZED = (_STRING, _UNICODE, _OBJECT, _BINARY)
_MULTIPLE, _NAMED = 0x1000, 0x8000


@dataclass(slots=True, kw_only=True)
class Inside:
    """A file of a winmail.dat."""

    name: str = ""
    mime: str = ""
    cid: str = ""
    content: bytes = b""


@dataclass(slots=True, kw_only=True)
class Winmail:
    """What was found. `whole`: everything could be read, so that the container itself says nothing more."""

    text: str = ""
    html: str = ""
    files: list[Inside] = field(default_factory=list)
    whole: bool = False


def is_winmail(data: bytes) -> bool:
    return data.startswith(SIGNATURE)


def unpack(data: bytes, depth: int = 0) -> Winmail:
    """Return the contents of a winmail.dat; broken ones give what stands before the break."""
    found = Winmail()
    if not is_winmail(data):
        return found
    page = ""
    current: Inside | None = None
    position, end, count = 6, len(data), 0
    while position + 9 <= end:
        count += 1
        if count > ATTRIBUTES_LIMIT:
            return found
        attribute, size = struct.unpack_from("<xHxxI", data, position)
        position += 9
        if size > end - position:
            return found
        value = memoryview(data)[position : position + size]
        position += size + 2
        if attribute == _CODE_PAGE and size >= 4:  # noqa: PLR2004 - a number of four bytes
            page = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _BODY:
            found.text = found.text or _string(bytes(value), page)
        elif attribute == _PROPERTIES:
            _take_message(found, bytes(value), page)
        elif attribute == _RENDER:
            if len(found.files) >= FILES_LIMIT:
                return found
            current = Inside()
            found.files.append(current)
        elif current is not None:
            _take_file(current, attribute, value, page)
            if attribute == _ATTACHMENT and is_winmail(current.content) and depth < DEPTH_LIMIT:
                _take_letter(current, found, depth)
    found.files = [file for file in found.files if file.content or file.name]
    found.whole = True
    return found


def _take_file(file: Inside, attribute: int, value: memoryview, page: str) -> None:
    if attribute == _TITLE:
        file.name = file.name or _string(bytes(value), page)
    elif attribute == _DATA:
        file.content = file.content or bytes(value)
    elif attribute == _ATTACHMENT:
        for tag, kind, content in _properties(value):
            if tag in (_LONG_NAME, _FILE_NAME) and (tag == _LONG_NAME or not file.name):
                file.name = _property_string(kind, content, page) or file.name
            elif tag == _MIME:
                file.mime = _property_string(kind, content, page).lower()
            elif tag == _CID:
                file.cid = _property_string(kind, content, page).strip("<>")
            elif tag == _CONTENT and not file.content:
                file.content = bytes(content[16:] if kind == _OBJECT else content)


def _take_letter(file: Inside, found: Winmail, depth: int) -> None:
    """Put a letter inside of the letter as a file of words, and its own files beside it."""
    inner = unpack(file.content, depth + 1)
    if not inner.whole:
        return
    words = inner.html or inner.text
    file.content, file.mime = words.encode(), "text/html" if inner.html else "text/plain"
    file.name = f"{file.name or 'message'}{'.html' if inner.html else '.txt'}"
    found.files.extend(inner.files[: max(0, FILES_LIMIT - len(found.files))])


def _take_message(found: Winmail, data: bytes, page: str) -> None:
    known = {
        tag: (kind, content)
        for tag, kind, content in _properties(memoryview(data))
        if tag in (_WORDS, _RICH, _HTML, _CPID)
    }
    if _CPID in known and len(known[_CPID][1]) >= 4:  # noqa: PLR2004 - a number of four bytes
        page = f"cp{struct.unpack_from('<I', known[_CPID][1])[0]}"
    if _WORDS in known:
        found.text = found.text or _property_string(*known[_WORDS], page)
    if _HTML in known:
        found.html = found.html or _string(bytes(known[_HTML][1][: rtf.SIZE_LIMIT]), page)
    if _RICH in known and not found.html:
        words, from_html = rtf.read(rtf.unpack(bytes(known[_RICH][1])))
        if from_html:
            found.html = words
        else:
            found.text = found.text or words


def _properties(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Yield the properties of a list: number, kind, content; it ends where a length cannot be true."""
    if len(data) < 4:  # noqa: PLR2004 - their count
        return
    (count,) = struct.unpack_from("<I", data)
    position, end = 4, len(data)
    for _ in range(min(count, PROPERTIES_LIMIT)):
        if position + 4 > end:
            return
        kind, tag = struct.unpack_from("<HH", data, position)
        position += 4
        if tag & _NAMED:
            position = _after_name(data, position)
        several, kind = bool(kind & _MULTIPLE), kind & ~_MULTIPLE
        values, position = _count(data, position) if several or kind in _SIZED else (1, position)
        for number in range(min(values, PROPERTIES_LIMIT + 1)):
            size, position = _count(data, position) if kind in _SIZED else (_FIXED.get(kind, 0), position)
            if not size <= end - position or (kind not in _SIZED and not size) or number == PROPERTIES_LIMIT:
                return
            if number == 0:
                yield tag, kind, data[position : position + size]
            position += size + (-size % 4)


def _count(data: memoryview, position: int) -> tuple[int, int]:
    """Return a number of four bytes and where it ends; one that cannot be true where the data has ended."""
    if position + 4 > len(data):
        return len(data) + 1, len(data)
    return int.from_bytes(bytes(data[position : position + 4]), "little"), position + 4


def _after_name(data: memoryview, position: int) -> int:
    """Return where a named property goes on behind its name."""
    if position + 24 > len(data):
        return len(data)
    kind: int
    number: int
    kind, number = struct.unpack_from("<II", data, position + 16)
    position += 24
    if kind == 1:
        return position + min(number + (-number % 4), len(data))
    return position


def _property_string(kind: int, content: memoryview, page: str) -> str:
    data = bytes(content)
    if kind == _UNICODE:
        return decode(data, "utf-16-le").rstrip("\0").strip()
    return _string(data, page)


def _string(data: bytes, page: str) -> str:
    return decode(data.partition(b"\0")[0] if b"\0" in data[-2:] else data, page).strip("\0")
