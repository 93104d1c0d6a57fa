"""A mail's MIME parts, written out letter by letter, so that the same mail is the same bytes every time. Pure.

Rule: boundaries and content ids are made from the mail's own id, never by chance.
"""

import base64
import hashlib
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from mail.charsets import clean

CRLF = b"\r\n"
LONGEST_LINE = 900  # bytes of a line that goes as it is; 998 is the limit (RFC 5322, 2.1.1)
PIECE = 55  # letters of one piece of a long parameter (RFC 2231, 3), so that its line stays below 78
WORD = 45  # bytes in one encoded word, which may have 75 letters (RFC 2047, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its header lines, folded where they are long, and its body as it goes over the line."""

    head: tuple[str, ...]
    body: bytes

    def raw(self) -> bytes:
        return "".join(f"{line}\r\n" for line in self.head).encode("ascii") + CRLF + self.body


def text_part(text: str, kind: str) -> Part:
    """Return "text/plain" or "text/html" in an encoding that passes every server."""
    body = clean(text).encode("utf-8").replace(b"\n", CRLF)
    head = f"Content-Type: text/{kind}; charset=utf-8"
    if not body.isascii():
        return Part(head=(head, "Content-Transfer-Encoding: base64"), body=_base64(body))
    if _goes_as_it_is(body):
        return Part(head=(head, "Content-Transfer-Encoding: 7bit"), body=body)
    coded = quopri.encodestring(body.replace(CRLF, b"\n")).replace(b"\n", CRLF)
    coded = re.sub(rb"^From ", b"=46rom ", coded, flags=re.MULTILINE)
    return Part(head=(head, "Content-Transfer-Encoding: quoted-printable"), body=coded)


def _goes_as_it_is(body: bytes) -> bool:
    """Whether nobody on the way changes it: short lines, none that a mailbox file or a boundary could claim."""
    lines = body.split(CRLF)
    return not any(len(line) > LONGEST_LINE or line.startswith((b"From ", b"--=_")) for line in lines)


def file_part(name: str, mime: str, content: bytes, *, content_id: str = "") -> Part:
    """Return an attachment, or with a content id a picture shown inside the text and still a file by its name.

    The name stands twice: as RFC 2231 has it, and for programs that never learned that as encoded words.
    """
    disposition = "inline" if content_id else "attachment"
    head = [
        f"Content-Type: {mime};\r\n {_old_name(name)}",
        "Content-Disposition: " + ";\r\n ".join((disposition, *_name(name))),
        "Content-Transfer-Encoding: base64",
    ]
    if content_id:
        head.append(f"Content-ID: <{content_id}>")
    return Part(head=tuple(head), body=_base64(content))


def multipart(kind: str, parts: Sequence[Part], *, seed: str, extra: str = "") -> Part:
    """Return "multipart/<kind>" of these parts; one part alone stays what it is."""
    if len(parts) == 1:
        return parts[0]
    boundary = boundary_of(seed, kind)
    between = CRLF + b"--" + boundary.encode()
    body = between[2:] + CRLF + (between + CRLF).join(part.raw() for part in parts) + between + b"--" + CRLF
    return Part(head=(f'Content-Type: multipart/{kind}; boundary="{boundary}"{extra}',), body=body)


def boundary_of(seed: str, kind: str) -> str:
    # "=_" stands in nothing that is base64 or quoted-printable.
    return f"=_{hashlib.sha256(f'{kind}:{seed}'.encode()).hexdigest()[:32]}"


def content_id(seed: str, index: int, domain: str) -> str:
    return f"{hashlib.sha256(f'cid:{seed}'.encode()).hexdigest()[:24]}.{index}@{domain}"


def encoded_words(text: str) -> str:
    """Return text as encoded words (RFC 2047), each whole in its letters, folded between them."""
    words: list[str] = []
    piece = b""
    for letter in text:
        data = letter.encode("utf-8")
        if len(piece) + len(data) > WORD:
            words.append(_word(piece))
            piece = b""
        piece += data
    words.append(_word(piece))
    return "\r\n ".join(words)


def _word(piece: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(piece).decode()}?="


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _old_name(name: str) -> str:
    return f"name={_quoted(name)}" if _is_plain(name) else f'name="{encoded_words(name)}"'


def _name(name: str) -> list[str]:
    if _is_plain(name):
        return [f"filename={_quoted(name)}"]
    pieces = [""]
    for letter in name:
        coded = quote(letter, safe="")
        if len(pieces[-1]) + len(coded) > PIECE:
            pieces.append("")
        pieces[-1] += coded
    if len(pieces) == 1:
        return [f"filename*=utf-8''{pieces[0]}"]
    pieces[0] = f"utf-8''{pieces[0]}"
    return [f"filename*{index}*={piece}" for index, piece in enumerate(pieces)]


def _is_plain(name: str) -> bool:
    return name.isascii() and name.isprintable() and "=?" not in name and len(name) <= LONGEST_LINE // 2


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", CRLF)
