"""One mail as a person sees it: who, to whom, the words, the looks, what is attached, and the headers to unfold."""

import base64
from collections.abc import Iterator, Mapping
from email.message import Message
from itertools import islice
from typing import Any, Final

from playground.page.mailbox import looks, words
from playground.page.mailbox.line import Fetched

Json = dict[str, Any]

PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser may show; everything else is a download."""
INLINE: Final = 8_000_000
"""Bytes of pictures that are laid into the HTML of one mail."""
_ENDINGS: Final = {
    "message/rfc822": "eml", "text/rfc822-headers": "txt", "message/delivery-status": "txt", "text/plain": "txt",
}  # fmt: skip
HEADERS: Final = 200
"""How many of a mail's headers are listed."""


def view(fetched: Fetched, folder: str) -> Json:
    """The mail for the page."""
    message = words.parsed(fetched.content)
    parts = words.parts(message)
    text, html = bodies(parts)
    document, remote, used = looks.harmless(html, _pictures(parts)) if html is not None else ("", 0, set[str]())
    written = words.date(message)
    when = written or fetched.received
    return {
        "uid": fetched.uid,
        "folder": folder,
        "subject": words.header(message, "Subject"),
        "from": words.addresses(message, "From"),
        "to": words.addresses(message, "To"),
        "cc": words.addresses(message, "Cc"),
        "reply_to": words.addresses(message, "Reply-To"),
        "at": when.isoformat() if when else None,
        "message_id": words.header(message, "Message-ID"),
        "references": words.header(message, "References").split()[-50:],
        "return_path": words.header(message, "Return-Path"),
        "automatic": is_automatic(message),
        "headers": [[name, words.decoded(value)[:2000]] for name, value in islice(message.raw_items(), HEADERS)],
        "text": text if text is not None else words.said(html or ""),
        "plain": text is not None,
        "html": bool(document),
        "remote": remote,
        "attachments": list(_attachments(parts, used)),
        "size": fetched.size,
        "unread": "\\seen" not in fetched.flags,
    }


def document(content: bytes) -> str:
    """The mail's HTML, harmless and with its own pictures in it; LookupError when it has none."""
    parts = words.parts(words.parsed(content))
    html = bodies(parts)[1]
    if html is None:
        raise LookupError("this mail has no HTML")
    return looks.harmless(html, _pictures(parts))[0]


def attachment(content: bytes, number: int) -> tuple[str, str, bytes]:
    """A part's file name, type and bytes. LookupError when there is no such part."""
    parts = words.parts(words.parsed(content))
    if not 0 <= number < len(parts):
        raise LookupError(f"part {number}")
    return _name(parts[number], number), kind(parts[number]), words.content(parts[number])


def bodies(parts: list[Message]) -> tuple[str | None, str | None]:
    """The words and the HTML: the first of each that is no attachment; None where there is none."""
    text = html = None
    for part in parts:
        if is_attached(part):
            continue
        if text is None and kind(part) == "text/plain":
            text = words.words(part)
        elif html is None and kind(part) == "text/html":
            html = words.words(part)[: looks.LARGEST]
    return text, html


def is_attached(part: Message) -> bool:
    """Whether a part is a file and no words of the mail."""
    if str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment"):
        return True
    return kind(part) not in {"text/plain", "text/html"} or bool(words.file_name(part))


def is_automatic(message: Message) -> bool:
    """Whether a machine wrote it, as RFC 3834 and RFC 3464 let it say."""
    submitted = words.header(message, "Auto-Submitted").lower()
    return (bool(submitted) and not submitted.startswith("no")) or message.get_content_type() == "multipart/report"


def kind(part: Message) -> str:
    return part.get_content_type().lower()


def _attachments(parts: list[Message], used: set[str]) -> Iterator[Json]:
    for number, part in enumerate(parts):
        if not is_attached(part) or _cid(part) in used:
            continue
        size = len(words.content(part))
        yield {
            "part": number, "name": _name(part, number), "type": kind(part), "size": size,
            "picture": kind(part) in PICTURES,
        }  # fmt: skip


def _name(part: Message, number: int) -> str:
    named = words.file_name(part)
    return named or f"{number + 1}.{_ENDINGS.get(kind(part), kind(part).rpartition('/')[2][:8])}"


def _pictures(parts: list[Message]) -> Mapping[str, str]:
    """The mail's own pictures by the name that its HTML calls them by, as addresses that hold them."""
    found: dict[str, str] = {}
    left = INLINE
    for part in parts:
        if (cid := _cid(part)) and kind(part) in PICTURES:
            data = words.content(part)
            left -= len(data)
            if left >= 0:
                found[cid] = f"data:{kind(part)};base64,{base64.b64encode(data).decode()}"
    return found


def _cid(part: Message) -> str:
    return words.header(part, "Content-ID").strip("<> ")
