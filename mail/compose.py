"""An outgoing message becomes a mail's bytes. Pure: the same message, id and moment make the same bytes every time.

Rule: header lines are written here, letter by letter: the standard library would encode ids longer than 77 characters
(RFC 2047), which breaks threads in Outlook, and nothing that came from outside can begin a header of its own.
"""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from desk.language import guess_language
from desk.parcels import Outgoing
from desk.texts import OURS, Texts
from mail import parts
from mail.addresses import as_written, shown_as
from mail.attachments import safe_name
from mail.charsets import clean
from mail.headers import one_line
from mail.layout import Shown, html, page_of, plain
from mail.pictures import SHOWN, width_of

LINE_LIMIT = 998  # bytes of a line without its end (RFC 5322, 2.1.1)
TOTAL_LIMIT = 18_000_000  # bytes of all files in one mail; encoded below the 25 MB that most servers take
ENCODED = 1.37  # base64 and line ends make so much of a byte
FILE_HEAD = 1_500  # bytes that name a file and part it from the next
ID_LIMIT = 400  # characters; a longer id is no id worth a thread
SUBJECT_LIMIT = 250  # characters; Outlook keeps 255
_ID = re.compile(r"<[!-;=?-~]{1,398}>")
_MIME = re.compile(r"[a-z0-9]+/[a-z0-9.+_-]+")
_TOPIC = re.compile(r"^(?:Re: )?(?:\[[^\]\s]{1,40}\] )?")
"""What stands before the subject of the mail that began the thread; Outlook compares the rest."""
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the reading of all that follows, the number and the address too."""

_DEFAULT_NAMES = {
    "photo": "photo.jpg", "video": "video.mp4", "video_note": "video.mp4", "voice": "voice.ogg", "audio": "audio.mp3",
    "animation": "animation.mp4", "sticker": "sticker.webp",
}  # fmt: skip
_ENDINGS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3", "video/mp4": ".mp4", "video/webm": ".webm", "application/pdf": ".pdf",
    "application/x-tgsticker": ".tgs", "text/plain": ".txt",
}  # fmt: skip


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
    sort: str = "document"


def compose(
    message: Outgoing,
    *,
    sender: Mailbox,
    message_id: str,
    at: datetime,
    files: Sequence[Loaded] = (),
    reply_to: str = "",
    language: str = "ru",
    texts: Texts = OURS,
) -> bytes:
    """Return the mail: mixed(related(alternative(plain, html), pictures), files), without the levels not needed.

    A file whose content could not be read is named in the text. Bytes beyond ASCII stand only in To, and only when
    this mail itself goes to an address that has them (RFC 6532).
    """
    language = guess_language(f"{message.title} {message.text}") or language
    there = [file for file in files if file.content is not None]
    gone = [one.name for one in files if one.content is None]
    notes = [*message.notes, *(texts.say(language, "mail.file_gone", name=name) for name in gone)]
    pictures: list[parts.Part] = []
    attached: list[parts.Part] = []
    shown: list[Shown] = []
    for file, name in zip(there, _names(there), strict=True):
        mime, content = _mime(file, name), file.content or b""
        if file.sort == "photo" and mime in SHOWN:
            content_id = parts.content_id(message_id, len(shown) + 1, sender.domain)
            shown.append(Shown(name=name, content_id=content_id, width=width_of(mime, content)))
            pictures.append(parts.file_part(name, mime, content, content_id=content_id))
        else:
            attached.append(parts.file_part(name, mime, content))
    page = page_of(message, notes, shown, language, texts)
    words = [parts.text_part(plain(page), "plain"), parts.text_part(html(page), "html")]
    text = parts.multipart("alternative", words, seed=message_id)
    body = parts.multipart("related", [text, *pictures], seed=message_id, extra='; type="multipart/alternative"')
    whole = parts.multipart("mixed", [body, *attached], seed=message_id)
    head = "".join(
        f"{line}\r\n" for line in _head(message, sender, message_id, at, reply_to, _subject(message, language, texts))
    )
    return head.encode() + b"MIME-Version: 1.0\r\n" + whole.raw()


def room_for_files(limit: int | None, bare: int, count: int) -> int:
    """Return how many bytes so many files may have in all, by a server's limit and the size of the mail without them.

    At least 1: 0 means that a limit is not known.
    """
    if not limit:
        return TOTAL_LIMIT
    return max(1, min(TOTAL_LIMIT, int((limit - bare) / ENCODED) - FILE_HEAD * count))


def _names(files: Sequence[Loaded]) -> list[str]:
    """Return proper names, each one only once: an album of photos is photo.jpg, photo (2).jpg and so on."""
    found: list[str] = []
    for file in files:
        name = safe_name(clean(one_line(file.name))) or _DEFAULT_NAMES.get(file.sort, "file")
        if "." not in name:
            name += _ENDINGS.get(file.mime.lower(), "")
        stem, dot, ending = name.rpartition(".")
        number = 1
        while name.lower() in (one.lower() for one in found):
            number += 1
            name = f"{stem} ({number}){dot}{ending}" if stem else f"{ending} ({number})"
        found.append(name)
    return found


def _head(  # noqa: PLR0917
    message: Outgoing, sender: Mailbox, message_id: str, at: datetime, reply_to: str, topic: str
) -> list[str]:
    lines = [
        _people("From", [shown_as(sender.name, sender.address)]),
        _people("To", [_recipient(message)]),
    ]
    if copies := [address for address in message.copies if address != (message.to or message.place)]:
        lines.append(_people("Cc", [shown_as("", address) for address in copies]))
    lines += [_words("Subject", topic), f"Date: {format_datetime(at)}", f"Message-ID: {message_id}"]
    answered = message.in_reply_to or message.reply_to
    if good_id(answered):
        lines.append(f"In-Reply-To: {answered}")
    thread = [id_ for id_ in (message.thread, *message.references) if good_id(id_) and id_ != answered]
    references = chain([*dict.fromkeys(thread), *([answered] if good_id(answered) else [])])
    if references:
        lines.append(f"References: {references}")
    lines += _for_outlook(topic, references, message_id, at)
    if reply_to:
        lines.append(_people("Reply-To", [shown_as(sender.name, reply_to)]))
    if message.unsubscribe:
        # Without List-Unsubscribe-Post: that is for web addresses alone (RFC 8058, 3.1).
        lines.append(f"List-Unsubscribe: <mailto:{sender.address}?subject={quote(message.unsubscribe)}>")
        lines += ["Auto-Submitted: auto-generated", "Precedence: bulk", "X-Auto-Response-Suppress: All"]
    elif message.automatic:
        lines += ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"]
    return lines


def _recipient(message: Outgoing) -> str:
    address = message.to or message.place
    # Only who has such an address gets it spelt out: other servers and programs may not read it.
    if not message.to and not address.isascii():
        return as_written(address)
    return shown_as(message.to_name, address)


def _for_outlook(topic: str, references: str, message_id: str, at: datetime) -> list[str]:
    """Return the headers by which Outlook makes a conversation (MS-OXOMSG 2.2.1.2, 2.2.1.3).

    A thread that the client began has an index of the client's own, which we do not know and must not contradict:
    there Exchange goes by References. Where we began it, the index is made from the first id.
    """
    lines = [_words("Thread-Topic", _TOPIC.sub("", topic))]
    root = references.partition(" ")[0] or message_id
    if root.startswith("<otvet."):
        began = b"\x01" + (0).to_bytes(5) + hashlib.sha256(f"thread:{root}".encode()).digest()[:16]
        child = b"" if root == message_id else int(at.timestamp()).to_bytes(5)[-5:]
        lines.append(f"Thread-Index: {base64.b64encode(began + child).decode()}")
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


def _subject(message: Outgoing, language: str, texts: Texts) -> str:
    if message.subject:
        return message.subject
    subject = texts.say(language, "mail.subject")
    if not message.number:
        return subject
    return texts.say(language, "mail.subject_numbered", number=message.number, subject=subject)


def _words(name: str, value: str) -> str:
    """Return a header of words, anything but plain ASCII as encoded words."""
    text = _TURNING.sub("", one_line(value))
    text = text if len(text) <= SUBJECT_LIMIT else f"{text[: SUBJECT_LIMIT - 1]}…"
    if text.isascii() and text.isprintable() and "=?" not in text:
        return f"{name}: {text}"
    return f"{name}: {parts.encoded_words(text)}"


def _people(header: str, people: Sequence[str]) -> str:
    return f"{header}: " + ",\r\n ".join(people)


def _mime(file: Loaded, name: str) -> str:
    given = file.mime.lower()
    # A nested mail or a multipart would need parsing to be attached; as plain bytes it arrives whole.
    if _MIME.fullmatch(given) and len(given) <= 127 and not given.startswith(("multipart/", "message/")):  # noqa: PLR2004
        return given
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if "/" in guessed and not guessed.startswith("message/") else "application/octet-stream"
