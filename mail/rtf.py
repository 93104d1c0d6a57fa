"""Rich text as Outlook packs it becomes plain words, or the HTML that it was made from. Bounded, never raises, pure."""

import re
import struct
from dataclasses import dataclass, replace
from itertools import islice

from mail.charsets import clean, decode

SIZE_LIMIT = 1_000_000  # bytes of rich text that are read
TOKEN_LIMIT = 300_000
_HEADER = 16  # bytes in front of compressed rich text: sizes, kind, checksum
_RING = 4_096
_LETTERS = 65_536  # a letter's number may be written as a negative one of 16 bits
# What Outlook presumes to have been written before, [MS-OXRTFCP] 2.1.2.1.
_BEFORE = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_CHARSETS = {
    "0": "cp1252", "128": "cp932", "129": "cp949", "134": "gb18030", "136": "big5", "161": "cp1253", "162": "cp1254",
    "163": "cp1258", "177": "cp1255", "178": "cp1256", "186": "cp1257", "204": "cp1251", "222": "cp874",
    "238": "cp1250",
}  # fmt: skip
_SIGNS = {
    "par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t", "emdash": "—",
    "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
}  # fmt: skip
_SKIPPED = frozenset({
    "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "headerl", "headerr",
    "footerl", "footerr", "listtable", "listoverridetable", "generator", "xmlnstbl", "themedata",
    "colorschememapping", "datastore", "latentstyles", "rsidtbl", "mmathPr", "pntext", "fldinst", "bkmkstart",
    "bkmkend",
})  # fmt: skip


def unpack(data: bytes) -> bytes:
    """Return compressed rich text as it was; what is no such thing comes back as b""."""
    if len(data) < _HEADER:
        return b""
    size, kind = struct.unpack_from("<4xI4s", data)
    if kind == b"MELA":
        return data[_HEADER : _HEADER + min(size, SIZE_LIMIT)]
    if kind != b"LZFu":
        return b""
    out = bytearray(_BEFORE)
    wanted = len(_BEFORE) + min(size, SIZE_LIMIT)
    position, end = _HEADER, len(data)
    while position < end and len(out) < wanted:
        flags, position = data[position], position + 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += data[position : position + 1]
                position += 1
                continue
            if position + 1 >= end:
                return bytes(out[len(_BEFORE) :])
            offset, length = data[position] << 4 | data[position + 1] >> 4, (data[position + 1] & 15) + 2
            position += 2
            back = (len(out) - offset) % _RING
            if back == 0 or back > len(out):
                return bytes(out[len(_BEFORE) :])  # the end is told by pointing at itself
            if back >= length:
                start = len(out) - back
                out += out[start : start + length]
            else:
                out += (bytes(out[-back:]) * (length // back + 1))[:length]
    return bytes(out[len(_BEFORE) : wanted])


@dataclass(slots=True)
class _Group:
    """What a pair of braces changes for what stands inside."""

    skip: bool = False
    html: bool = False
    hidden: bool = False
    charset: str = ""
    wide: int = 1  # letters that stand in for a \\u where there is no Unicode


def read(rich: bytes) -> tuple[str, bool]:
    """Return the words of rich text and whether they are HTML."""
    reader = _Reader(rich[:SIZE_LIMIT])
    return reader.read(), reader.from_html


class _Reader:
    def __init__(self, rich: bytes) -> None:
        self.rich = rich
        head = rich[:_RING]
        self.from_html = b"\\fromhtml" in head
        page = re.search(rb"\\ansicpg(\d{1,5})", head)
        self.page = f"cp{page[1].decode()}" if page else "cp1252"
        self.fonts: dict[str, str] = {}
        self.font = ""
        self.group = _Group()
        self.outer: list[_Group] = []
        self.out: list[str] = []
        self.pending = bytearray()
        self.pending_charset = ""
        self.swallow = 0

    def read(self) -> str:
        for found in islice(_TOKEN.finditer(self.rich), TOKEN_LIMIT):
            word, number, code, sign, brace, text = found.groups()
            if word is not None:
                self.word(word.decode("ascii"), (number or b"").decode("ascii"))
            elif code is not None:
                self.raw(bytes.fromhex(code.decode("ascii")))
            elif brace == b"{":
                if len(self.outer) < 1_000:  # noqa: PLR2004 - nobody nests so deep
                    self.outer.append(self.group)
                    self.group = replace(self.group, html=False)
            elif brace == b"}":
                self.group = self.outer.pop() if self.outer else self.group
            elif sign is not None:
                self.sign(sign)
            elif text is not None:
                self.raw(text)
        self.flush()
        # Letters beyond 16 bits are written as two halves; halves without each other are none.
        return clean("".join(self.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))

    def shows(self) -> bool:
        group = self.group
        return not group.skip and not group.hidden

    def word(self, word: str, number: str) -> None:
        group = self.group
        if word == "htmltag":
            group.skip, group.html = False, True
        elif word == "htmlrtf":
            group.hidden = number != "0"
        elif word in _SKIPPED or (word == "mhtmltag"):
            group.skip = True
        elif word == "uc":
            group.wide = min(int(number or 1), 10) if number.isdecimal() else 1
        elif word == "u" and number:
            self.letter(int(number))
        elif word == "f" and number:
            self.font = number
            group.charset = self.fonts.get(number, "")
        elif word == "fcharset" and self.font:
            self.fonts[self.font] = _CHARSETS.get(number, "")
        elif word in _SIGNS and self.shows() and not (self.from_html and group.html):
            self.flush()
            self.out.append(_SIGNS[word])
        elif word == "v" and not self.from_html:
            group.hidden = number != "0"

    def sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.group.skip = True
        elif sign in b"\\{}":
            self.raw(sign)
        elif sign == b"~":
            self.raw(b" ")
        elif sign in b"\r\n" and self.shows():
            self.flush()
            self.out.append("\n")

    def letter(self, number: int) -> None:
        if self.shows():
            self.flush()
            self.out.append(chr(number % _LETTERS))
        self.swallow = self.group.wide

    def raw(self, data: bytes) -> None:
        if self.swallow:  # the substitute for readers without Unicode
            cut = min(self.swallow, len(data))
            data, self.swallow = data[cut:], self.swallow - cut
        if not data or not self.shows():
            return
        if self.pending and self.group.charset != self.pending_charset:
            self.flush()
        self.pending += data
        self.pending_charset = self.group.charset

    def flush(self) -> None:
        if self.pending:
            self.out.append(decode(bytes(self.pending), self.pending_charset or self.page))
            self.pending.clear()
