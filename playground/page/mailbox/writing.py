"""Letters as a mail program writes them, and sending them through the real SMTP server with the sender's log-in."""

import base64
import email.policy
import re
import secrets
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses
from typing import Any, Final

from playground.page.mailbox import words

Json = dict[str, Any]

HOST: Final = "127.0.0.1"
PATIENCE: Final = 20.0
"""Seconds that the server may be silent."""
ADDRESS: Final = re.compile(r"[!-~]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,900}>")


class Unwritten(Exception):
    """A letter that no mail program would send; `why` is a word for the page, `which` what it is about."""

    def __init__(self, why: str, which: str = "") -> None:
        super().__init__(f"{why}: {which}")
        self.why, self.which = why, which


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the composer holds; `html` is None for plain words."""

    sender: tuple[str, str]
    to: Sequence[tuple[str, str]]
    cc: Sequence[tuple[str, str]] = ()
    subject: str = ""
    text: str = ""
    html: str | None = None
    attachments: Sequence[tuple[str, str, bytes]] = ()
    message_id: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the SMTP server made of a letter. `refused`: recipient ("" for the whole letter) → its answer."""

    sent: bool
    refused: Mapping[str, str] = field(default_factory=dict)
    away: str = ""


def people(text: str) -> list[tuple[str, str]]:
    """Names and addresses of a line like «Анна <ann@x.example>, b@x.example». Unwritten over what is no address."""
    found = []
    if ":" in re.sub(r'"[^"]*"', "", text):
        raise Unwritten("address", text.strip())  # a group, or a header of somebody's wish
    for name, address in getaddresses([re.sub(r"[;\n]", ",", text)]):
        if not name and not address:
            continue
        if not ADDRESS.fullmatch(address):
            raise Unwritten("address", address or name)
        found.append((words.clean(name), address))
    if text.strip(" ,;\n") and not found:
        raise Unwritten("address", text.strip())
    return found


def letter(body: Json, sender: tuple[str, str]) -> Letter:
    """The letter that the page sent as JSON. Unwritten when it cannot go anywhere."""
    to, cc = people(str(body.get("to", ""))), people(str(body.get("cc", "")))
    if not to and not cc:
        raise Unwritten("nobody")
    mail_id = str(body.get("message_id") or "")
    return Letter(
        sender=sender,
        to=to,
        cc=cc,
        subject=words.clean(" ".join(str(body.get("subject", "")).split()))[:2000],
        text=words.clean(str(body.get("text", "")), lines=True),
        html=words.clean(str(body["html"]), lines=True) if body.get("html") else None,
        attachments=[_file(one) for one in body.get("attachments", [])],
        message_id=mail_id if MESSAGE_ID.fullmatch(mail_id) else "",
        in_reply_to=str(body.get("in_reply_to") or ""),
        references=[str(one) for one in body.get("references", [])],
    )


def written(letter: Letter, now: datetime) -> tuple[bytes, str]:
    """The letter as bytes, and its Message-ID: the one that it was given, so that a second try is the same mail."""
    domain = letter.sender[1].rpartition("@")[2]
    mail_id = letter.message_id or f"<{secrets.token_hex(6)}.{now:%Y%m%d%H%M%S}@{domain}>"
    mail = EmailMessage()
    mail["From"] = formataddr(letter.sender, "utf-8")
    mail["To"] = ", ".join(formataddr(one, "utf-8") for one in letter.to) or "undisclosed-recipients:;"
    if letter.cc:
        mail["Cc"] = ", ".join(formataddr(one, "utf-8") for one in letter.cc)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = mail_id
    if MESSAGE_ID.fullmatch(letter.in_reply_to):
        mail["In-Reply-To"] = letter.in_reply_to
    if related := [one for one in letter.references if MESSAGE_ID.fullmatch(one)]:
        mail["References"] = " ".join(_within(related))
    mail["MIME-Version"] = "1.0"
    mail.set_content(letter.text + "\n")
    if letter.html is not None:
        mail.add_alternative(f"<!doctype html>\n<html><body>\n{letter.html}\n</body></html>\n", subtype="html")
    for name, mime, data in letter.attachments:
        main, _, sub = mime.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes(policy=email.policy.SMTP.clone(max_line_length=998)), mail_id


def sent(raw: bytes, *, port: int, login: tuple[str, str], sender: str, to: Sequence[str]) -> Outcome:
    """Hand bytes to the SMTP server, logged in; waits for its answer in the caller's thread."""
    try:
        with smtplib.SMTP(HOST, port, local_hostname="client.playground", timeout=PATIENCE) as line:
            line.login(*login)
            refused = line.sendmail(sender, list(to), raw)
    except smtplib.SMTPRecipientsRefused as error:
        return Outcome(sent=False, refused=_answers(error.recipients))
    except smtplib.SMTPResponseException as error:
        return Outcome(sent=False, refused={"": _answer(error.smtp_code, error.smtp_error)})
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(sent=False, away=str(error) or type(error).__name__)
    return Outcome(sent=True, refused=_answers(refused))


def raw_bytes(text: str, charset: str) -> bytes:
    """A mail typed by hand as the bytes of that charset, with the line ends that mail has. Unwritten over letters
    that the charset lacks."""
    try:
        return re.sub(rb"\r?\n", b"\r\n", text.encode(charset)).rstrip(b"\r\n") + b"\r\n"
    except LookupError:
        raise Unwritten("charset", charset) from None
    except UnicodeEncodeError as error:
        raise Unwritten("letters", error.object[error.start : error.end][:20]) from None


def _file(body: Json) -> tuple[str, str, bytes]:
    name = words.clean(re.split(r"[/\\]", str(body.get("name") or ""))[-1])[:150] or "file"
    mime = str(body.get("type") or "").partition(";")[0].strip().lower()
    # What claims to be a container cannot be attached as a plain file.
    known = re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", mime) and not mime.startswith(("multipart/", "message/"))
    return name, mime if known else "application/octet-stream", base64.b64decode(str(body.get("data") or ""))


def _within(related: list[str], limit: int = 950) -> list[str]:
    """The first id and as many of the last as fit into a line of mail."""
    kept: list[str] = []
    for one in reversed(related[1:]):
        if len(" ".join([related[0], *kept, one])) > limit:
            break
        kept.insert(0, one)
    return [related[0], *kept]


def _answers(refused: Mapping[str, tuple[int, bytes]]) -> dict[str, str]:
    return {who: _answer(*what) for who, what in refused.items()}


def _answer(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}".strip()
