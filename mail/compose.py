"""An outgoing message becomes a mail's bytes. Pure.

Rule: header lines are written here, letter by letter: the standard library would encode ids longer than 77 characters
(RFC 2047), which breaks threads in Outlook, and nothing that came from outside can begin a header of its own.

Two lines too long for the house: a mail's parts and its header lines are one subject.
"""

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from desk.language import guess_language
from desk.parcels import Outgoing
from desk.texts import say
from mail.bodies import safe_name
from mail.headers import one_line

LINE_LIMIT = 998  # bytes of a line without its end (RFC 5322, 2.1.1)
TOTAL_LIMIT = 20_000_000  # bytes of all files in one mail; what most servers of recipients take
ENCODED = 1.4  # base64 and line ends make so much of a byte
ID_LIMIT = 400  # characters; a longer id is no id worth a thread
_ID = re.compile(r"<[!-;=?-~]{1,398}>")
_URL = re.compile(r"(https?://[!-~]*[A-Za-z0-9/=&_-])")
"""One group, so that `split` gives text and addresses in turn; a full stop after an address is not part of it."""
_SPECIAL = re.compile(r'[()<>@,:;".\[\]\\]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Who sends: an address, and the name that clients see."""

    address: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file to attach; `content` is None when it could not be read."""

    name: str
    mime: str
    size: int
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail ready to go, and the names of files that were too large for it."""

    raw: bytes
    left_out: tuple[str, ...] = ()


def compose(
    message: Outgoing,
    *,
    sender: Mailbox,
    message_id: str,
    at: datetime,
    files: Sequence[Loaded] = (),
    reply_to: str = "",
    limit: int | None = None,
    language: str = "ru",
) -> Letter:
    """Return the mail. `limit`: bytes that the server takes at most; files beyond it are named in the text instead."""
    language = guess_language(f"{message.title} {message.text}") or language
    room = TOTAL_LIMIT if not limit else min(TOTAL_LIMIT, int(limit / ENCODED) - 100_000)
    attached, left_out, missing = _fitting(files, room)
    notes = [say(language, "mail.too_large", name=one.name, size=_size(one.size, language)) for one in left_out]
    notes += [say(language, "mail.file_gone", name=one.name) for one in missing]
    text = _plain(message, notes, language)
    body = EmailMessage()
    _set_text(body, text, "plain")
    _add_html(body, _html(message, notes, language))
    for file in attached:
        main, _, sub = _mime(file).partition("/")
        body.add_attachment(file.content or b"", maintype=main, subtype=sub, filename=safe_name(file.name) or "file")
    head = "".join(f"{line}\r\n" for line in _head(message, sender, message_id, at, reply_to, language))
    return Letter(
        raw=head.encode("ascii", "replace") + body.as_bytes(policy=SMTP),
        left_out=tuple(f"{one.name} ({_size(one.size, language)})" for one in left_out),
    )


def _fitting(files: Sequence[Loaded], room: int) -> tuple[list[Loaded], list[Loaded], list[Loaded]]:
    attached: list[Loaded] = []
    left_out: list[Loaded] = []
    missing: list[Loaded] = []
    for file in files:
        if file.size > room:
            left_out.append(file)
        elif file.content is None:
            missing.append(file)
        else:
            attached.append(file)
            room -= len(file.content)
    return attached, left_out, missing


def _size(size: int, language: str) -> str:
    from mail.arrivals import size_in_words

    return size_in_words(size, language)


def _head(  # noqa: PLR0917
    message: Outgoing, sender: Mailbox, message_id: str, at: datetime, reply_to: str, language: str
) -> list[str]:
    lines = [
        _named("From", sender.name, sender.address),
        _named("To", message.to_name, message.place),
        _words("Subject", message.subject or _subject(message, language)),
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
    ]
    answered = message.in_reply_to or message.reply_to
    if good_id(answered):
        lines.append(f"In-Reply-To: {answered}")
    thread = [id_ for id_ in (message.thread, *message.references) if good_id(id_) and id_ != answered]
    if references := chain([*dict.fromkeys(thread), *([answered] if good_id(answered) else [])]):
        lines.append(f"References: {references}")
    if reply_to:
        lines.append(_named("Reply-To", sender.name, reply_to))
    if message.automatic:
        lines += ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"]
    return lines


def good_id(id_: str) -> bool:
    return len(id_) <= ID_LIMIT and _ID.fullmatch(id_) is not None


def chain(ids: Sequence[str]) -> str:
    """Return References of one line: the first id, which names the thread, and as many of the newest as fit."""
    room = LINE_LIMIT - len("References: ")
    kept = list(ids)
    while kept and len(" ".join(kept)) > room:
        del kept[1 if len(kept) > 1 else 0]
    return " ".join(kept)


def _subject(message: Outgoing, language: str) -> str:
    subject = say(language, "mail.subject")
    return say(language, "mail.subject_numbered", number=message.number, subject=subject) if message.number else subject


def _words(name: str, value: str) -> str:
    """Return a header of words, folded; anything but plain ASCII as encoded words of at most 75 characters."""
    text = one_line(value)[:1_000]
    if text.isascii() and len(text) + len(name) < 900 and "=?" not in text:  # noqa: PLR2004
        return f"{name}: {text}"
    return f"{name}: {Header(text, 'utf-8', header_name=name, maxlinelen=75).encode(linesep=chr(13) + chr(10))}"


def _named(header: str, name: str, address: str) -> str:
    """Return an address header of one person."""
    clean_address = re.sub(r"[^!-~]|[<>,;:\"()\[\]\\]", "", address)
    text = one_line(name)[:200]
    if not text:
        return f"{header}: <{clean_address}>"
    if text.isascii() and "=?" not in text:
        shown = text
        if _SPECIAL.search(text):
            shown = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{header}: {shown} <{clean_address}>"
    shown = Header(text, "utf-8", header_name=header, maxlinelen=75).encode(linesep="\r\n")
    return f"{header}: {shown}\r\n <{clean_address}>"


def _plain(message: Outgoing, notes: Sequence[str], language: str) -> str:
    """Lay the message out for reading as plain text."""
    blocks = [say(language, "mail.marker") if message.number else "", message.title, message.text]
    blocks += [f"    {message.code}" if message.code else "", *notes]
    blocks += [f"{label}: {url}" for label, url in _links(message)]
    if message.quote:
        blocks.append("\n".join(f"> {line}".rstrip() for line in message.quote.split("\n")))
    text = "\n\n".join(block.strip("\n") for block in blocks if block.strip())
    return f"{text}\n\n-- \n{message.footer.strip()}\n" if message.footer.strip() else f"{text}\n"


def _html(message: Outgoing, notes: Sequence[str], language: str) -> str:
    """Lay it out as simple HTML; every text is escaped."""
    parts = []
    if message.number:
        parts.append(f'<p style="color:#888888;font-size:12px">{_lines(say(language, "mail.marker"))}</p>')
    if message.title:
        parts.append(f"<p><b>{_lines(message.title)}</b></p>")
    if message.text:
        parts.append(f"<p>{_lines(message.text)}</p>")
    if message.code:
        parts.append(f'<p style="font-family:monospace;font-size:20px">{_lines(message.code)}</p>')
    parts += [f"<p><i>{_lines(note)}</i></p>" for note in notes]
    parts += [f'<p><a href="{escape(url)}">{_lines(label)}</a></p>' for label, url in _links(message)]
    if message.quote:
        style = "margin:0 0 0 8px;padding-left:8px;border-left:2px solid #cccccc"
        parts.append(f'<blockquote style="{style}">{_lines(message.quote)}</blockquote>')
    if message.footer.strip():
        parts.append(f'<p style="color:#888888;font-size:12px">{_linked(message.footer.strip())}</p>')
    return f'<!DOCTYPE html><html lang="{language}"><body>\n' + "\n".join(parts) + "\n</body></html>\n"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def _linked(text: str) -> str:
    """Our own words as HTML, with the addresses of pages in them as links."""
    parts = _URL.split(text)
    return "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if index % 2 else _lines(part)
        for index, part in enumerate(parts)
    )


def _links(message: Outgoing) -> list[tuple[str, str]]:
    """Buttons that are links; what a press would do in a messenger, people write in mail."""
    buttons = [button for row in message.buttons for button in row]
    return [(b.label, b.url) for b in buttons if re.match(r"(?:https?|tg|mailto):[!-~]+$", b.url)]


def _set_text(part: EmailMessage, text: str, kind: str) -> None:
    part.set_content(text, subtype=kind, charset="utf-8", cte=_transfer(text))


def _add_html(part: EmailMessage, html: str) -> None:
    part.add_alternative(html, subtype="html", charset="utf-8", cte=_transfer(html))


def _transfer(text: str) -> str:
    """Choose an encoding that passes every server: short plain lines as they are, Russian as base64."""
    if not text.isascii():
        return "base64"
    return "7bit" if all(len(line) <= 900 for line in text.split("\n")) else "quoted-printable"  # noqa: PLR2004


def _mime(file: Loaded) -> str:
    given = file.mime.lower()
    # A nested mail or a multipart would need parsing to be attached; as plain bytes it arrives whole.
    if re.fullmatch(r"[a-z0-9]+/[a-z0-9.+_-]+", given) and not given.startswith(("multipart/", "message/")):
        return given
    guessed = mimetypes.guess_type(file.name)[0] or ""
    return guessed if "/" in guessed and not guessed.startswith("message/") else "application/octet-stream"
