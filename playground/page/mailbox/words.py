"""Headers and bodies of mails as words, whatever charset they claim and however they are broken.

Rule: nothing here raises over a mail's content; what cannot be decoded is shown as well as it can be.
"""

import binascii
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from html.parser import HTMLParser
from typing import Final

LONGEST: Final = 16_384
"""Characters of one header; longer ones are cut before anything is decoded."""
DEEPEST, MOST = 50, 500
"""How deep parts may lie in each other, and how many there may be."""

_BLOCKS: Final = frozenset({
    "p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "pre", "hr",
    "section", "article",
})  # fmt: skip
_SILENT: Final = frozenset({"script", "style", "title", "template"})


def parsed(raw: bytes) -> Message:
    """The mail taken apart; one that is nested too deeply to be taken apart is a text as it stands."""
    try:
        return BytesParser(policy=compat32).parsebytes(raw)
    except (RecursionError, ValueError, LookupError, AssertionError):
        broken = Message()
        broken.set_payload(raw.decode("utf-8", "replace"))
        return broken


def header(message: Message, name: str) -> str:
    """A header in words, on one line; "" when there is none."""
    return decoded(next(iter(raw_headers(message, name)), ""))


def raw_headers(message: Message, name: str) -> list[str]:
    """The headers of that name as they came: `Message.get` loses bytes that are no ASCII."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]


def decoded(value: object) -> str:
    """A header's value with its encoded words read."""
    text = re.sub(r"[\r\n]+[ \t]*", " ", str(value or ""))[:LONGEST]
    text = plain(text.encode("ascii", "surrogateescape"), None) if _is_raw(text) else text
    if "=?" not in text:
        return clean(text)
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError, binascii.Error):
        return clean(text)
    return clean("".join(piece if isinstance(piece, str) else plain(piece, charset) for piece, charset in pieces))


def addresses(message: Message, name: str) -> list[dict[str, str]]:
    """Who stands in the From, To, Cc… header: {"name", "address"} each."""
    values = [re.sub(r"[\r\n]+[ \t]*", " ", str(value))[:LONGEST] for value in raw_headers(message, name)]
    values = [plain(v.encode("ascii", "surrogateescape"), None) if _is_raw(v) else v for v in values]
    return [{"name": decoded(who), "address": clean(where)} for who, where in getaddresses(values) if who or where]


def date(message: Message) -> datetime | None:
    """The Date header; None when it is missing or no date, or has no time zone."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(str(message.get("Date", "")))
        return at if at.tzinfo is not None else None
    return None


def parts(message: Message) -> list[Message]:
    """The parts that are not containers, in order; a mail within the mail is one part."""
    return list(_leaves(message, 0))[:MOST]


def _leaves(message: Message, depth: int) -> Iterator[Message]:
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(payload, list) and depth < DEEPEST:
        for part in payload:
            if isinstance(part, Message):
                yield from _leaves(part, depth + 1)
    else:
        yield message


def content(part: Message) -> bytes:
    """A part's bytes, a mail within the mail as bytes too; none of what is nested deeper than Python writes."""
    payload = part.get_payload()
    if isinstance(payload, list):
        with suppress(RecursionError):
            return b"\r\n".join(bytes(one) for one in payload if isinstance(one, Message))
        return b""
    with suppress(ValueError, LookupError, binascii.Error):
        found = part.get_payload(decode=True)
        if isinstance(found, bytes):
            return found
    return str(payload or "").encode("utf-8", "replace")


def words(part: Message) -> str:
    """A text part in words."""
    charset = None
    with suppress(ValueError, LookupError):
        charset = part.get_content_charset()
    return clean(plain(content(part), charset), lines=True)


def plain(data: bytes, charset: str | None) -> str:
    """Bytes in the charset that they claim, else in the likeliest one."""
    for name in (charset, "utf-8", "windows-1251"):
        if name:
            with suppress(LookupError, UnicodeError):
                return data.decode(name)
    return data.decode("latin-1")


def clean(text: str, *, lines: bool = False) -> str:
    """Without NUL, lone surrogates and other controls; `lines` stay apart."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "\n\t" if lines else ""
    return "".join(c for c in text if c in kept or unicodedata.category(c) != "Cc").strip("\n" if lines else " ")


def file_name(part: Message) -> str:
    """An attachment's name, which leads nowhere else; "" when it has none."""
    name = ""
    with suppress(ValueError, LookupError, TypeError):
        name = decoded(part.get_filename())
    name = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf"})[:150].strip(". ")


class _Said(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def said(html: str) -> str:
    """What an HTML text says, without its looks."""
    parser = _Said()
    parser.feed(html)
    if not parser.rawdata.startswith("<"):  # words up to the end, which the parser keeps back behind an "&"
        parser.handle_data(unescape(parser.rawdata))
    lines = [" ".join(line.split()) for line in "".join(parser.words).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_raw(text: str) -> bool:
    """Whether bytes stand in it that are no ASCII, as old mail programs write them."""
    return any("\udc80" <= c <= "\udcff" for c in text)
