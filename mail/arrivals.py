"""A mail on the server becomes what the desk stores. Pure."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from desk.ports import Arrival
from mail.headers import message_ids, read_headers
from mail.mime import HEADER_LIMIT
from mail.needs import Token
from mail.parse import CHANNEL, sender_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox that is read, as the configuration names it."""

    name: str
    address: str
    host: str
    port: int
    tls: bool = True
    user: str
    password: str = field(default="", repr=False)
    token: Token | None = field(default=None, repr=False, compare=False)  # opens it instead of the password
    inbox: str = "INBOX"
    done: str = "Processed"
    poll: timedelta = timedelta(seconds=60)
    first_run: str = "unseen"
    language: str = "ru"


def external_id(uidvalidity: int, uid: int) -> str:
    return f"{uidvalidity}:{uid}"


def arrival(account: Account, uidvalidity: int, uid: int, content: bytes, whole: int = 0) -> Arrival:
    """Return what is handed to the desk for one mail; `whole`: its size on the server when this is only its header."""
    headers, _ = read_headers(content[:HEADER_LIMIT].lstrip(b"\r\n"))
    message_id = next(iter(message_ids(headers.raw("message-id"))), "")
    # One sender's mails are worked on in order; a mail without a sender waits for the mailbox's other such mails.
    sender = sender_of(headers).address or account.name
    return Arrival(
        channel=CHANNEL,
        place=account.name,
        external_id=external_id(uidvalidity, uid),
        lane=f"{CHANNEL}:{sender}",
        content=content,
        digest=hashlib.sha256(message_id.encode() + b"\0" + content).hexdigest(),
        whole=whole,
    )


def nameless(account: Account, uidvalidity: int, uid: int, content: bytes, whole: int = 0) -> Arrival:
    """The same for a mail of which nothing is known but its bytes."""
    return Arrival(
        channel=CHANNEL,
        place=account.name,
        external_id=external_id(uidvalidity, uid),
        lane=f"{CHANNEL}:{account.name}",
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        whole=whole,
    )


def stub(header: bytes, note: str) -> bytes:
    """Return a small mail in place of one that is too large: its header, and a note as its text."""
    headers, _ = read_headers(header[:HEADER_LIMIT].lstrip(b"\r\n"))
    kept = [(name, value) for name, value in headers.fields if not name.startswith(("content-", "mime-version"))]
    lines = [name.encode() + b": " + value for name, value in kept]
    lines += [b"MIME-Version: 1.0", b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: 8bit"]
    return b"\r\n".join([*lines, b"", note.encode(), b""])


def size_in_words(size: int, language: str) -> str:
    """Return "31 МБ" or "120 кБ"."""
    from desk.texts import say

    if size < 1_000_000:  # noqa: PLR2004
        return say(language, "mail.kilobytes", size=max(1, round(size / 1_000)))
    return say(language, "mail.megabytes", size=round(size / 1_000_000))
