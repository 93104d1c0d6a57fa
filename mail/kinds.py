"""What kind of sender wrote a mail: a person, a machine, a mail server that could not deliver, a list, or we. Pure.

Only headers and structure are asked, as a person's text may say anything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from desk.incoming import Sort
from mail.headers import Headers, message_ids, one_line, people, read_headers
from mail.mime import Part

_ROBOTS = re.compile(r"^(?:mailer-daemon|mail-daemon|postmaster|mdaemon)\b", re.IGNORECASE)
_NO_REPLY = re.compile(r"^(?:no[._-]?reply|do[._-]?not[._-]?reply|noreply)", re.IGNORECASE)
_FAILED_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|has failed|failure)|mail delivery|returned mail|failure notice|"
    r"не доставлено|недоставлен|сообщение не может быть доставлено|не удалось доставить",
    re.IGNORECASE,
)
_DELAYED = re.compile(r"delay|warning: could not send|задерж|отложен", re.IGNORECASE)
_HARD_CODE = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|\b55[0-4]\b")
_SOFT_CODE = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b|\b4[25][0-2]\b")
# A full mailbox or a refusal by policy says nothing against the address itself (RFC 3463: x.1.x is the address).
_PASSING_CODE = re.compile(r"\b5\.[2-7]\.\d{1,3}\b")
_ADDRESS_GONE = re.compile(
    r"\b5\.1\.\d{1,2}\b|user unknown|no such user|does not exist|unknown user|invalid recipient|mailbox unavailable|"
    r"recipient rejected|address rejected|account.{0,20}disabled|not found|не существует|не найден",
    re.IGNORECASE,
)
LINE = 1_000  # characters; a server's reason is no longer
_HEAD = 65_536  # bytes of a bounce in which the failed mail's headers are looked for
_INNER_ID = re.compile(rb"^[> \t]*message-id:\s*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE)
_INNER_TO = re.compile(
    rb"(?:(?:final|original)-recipient:\s*rfc822;\s*|x-failed-recipients:\s*)<?([^\s<>;,]{1,200}@[^\s<>;,]{1,200}?)>?\s*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a bounce says of the mail that failed."""

    message_id: str = ""
    to: str = ""
    final: bool = False  # nobody tries any more
    hard: bool = False  # and the address is gone
    why: str = ""


def sort_of(mail: Part, *, own_address: str, is_own_id: Callable[[str], bool]) -> Sort:
    """Return the kind of sender."""
    headers = mail.headers
    sender = next((person.address for person in people(headers.all("from"))), "")
    report = mail.type == "multipart/report"
    if any(is_own_id(id_) for id_ in message_ids(headers.raw("message-id"))):
        return Sort.OWN
    if is_bounce(mail, sender):
        return Sort.BOUNCE
    if report or _is_automatic(headers, sender):
        return Sort.AUTOMATIC
    if _is_listed(headers) or headers.plain("precedence") == "list":
        return Sort.LIST
    if sender == own_address.lower() and _by_machine(headers):
        return Sort.OWN
    return Sort.HUMAN


def is_bounce(mail: Part, sender: str) -> bool:
    """Return whether a mail server tells that a mail could not be delivered, or not yet."""
    if mail.type == "multipart/report":
        kind = mail.parameter("report-type").lower()
        return kind in ("delivery-status", "") and any(p.type == "message/delivery-status" for p in mail.walk())
    headers = mail.headers
    if "x-failed-recipients" in headers:
        return True
    null_sender = headers.raw("return-path").strip() == b"<>"
    told = _FAILED_SUBJECT.search(headers.text("subject")) is not None
    return told and (null_sender or _ROBOTS.match(sender) is not None)


def _is_automatic(headers: Headers, sender: str) -> bool:
    submitted = headers.plain("auto-submitted").partition(";")[0].strip()
    if submitted:
        return submitted != "no"
    # X-Auto-Response-Suppress alone is no sign: Exchange adds it to what people write.
    if any(name in headers for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-fc-machinegenerated")):
        return True
    if "x-loop" in headers or headers.plain("precedence") in ("auto_reply", "junk"):
        return True
    # Old vacation programs say no more than this, and their word must not count as a client's.
    if headers.plain("precedence") == "bulk" and not _is_listed(headers):
        return True
    if headers.raw("return-path").strip() == b"<>" or _ROBOTS.match(sender):
        return True
    return _NO_REPLY.match(sender) is not None and not _is_listed(headers)


def _is_listed(headers: Headers) -> bool:
    return "list-id" in headers or "list-unsubscribe" in headers


def _by_machine(headers: Headers) -> bool:
    return headers.plain("x-auto-response-suppress") == "all"


def failure(mail: Part, *, is_own_id: Callable[[str], bool]) -> Failure:
    """Return which mail failed, for whom and why, from a bounce of any shape."""
    status = next((part for part in mail.walk() if part.type == "message/delivery-status"), None)
    fields: dict[str, str] = {}
    if status is not None:
        for block in re.split(rb"\r?\n[ \t]*\r?\n", status.content()[:_HEAD]):
            found, _ = read_headers(block.strip() + b"\n\n")
            for name, _value in found.fields:
                fields.setdefault(name, found.text(name))
    everything = _everything(mail)
    recipient = fields.get("final-recipient") or fields.get("original-recipient") or ""
    recipient = recipient.partition(";")[2].strip() or mail.headers.text("x-failed-recipients")
    if not recipient and (found_to := _INNER_TO.search(everything)):
        recipient = found_to[1].decode(errors="replace")
    why = one_line(fields.get("diagnostic-code", "").partition(";")[2] or fields.get("diagnostic-code", ""))
    why = why or _reason(everything)
    said = " ".join((fields.get("status", ""), why))
    final = _is_final(fields.get("action", ""), said, mail.headers.text("subject"))
    return Failure(
        message_id=_failed_id(everything, is_own_id),
        to=recipient.split(",")[0].strip("<> ").lower(),
        final=final,
        hard=final and _is_hard(said),
        why=why[:500] or fields.get("status", "")[:500],
    )


def _everything(mail: Part) -> bytes:
    """Return the head of what the bounce carries, encodings undone."""
    pieces = [part.content()[:_HEAD] for part in mail.walk() if not part.parts]
    return b"\n".join(pieces)[: 4 * _HEAD]


def _failed_id(everything: bytes, is_own_id: Callable[[str], bool]) -> str:
    found = [id_.decode(errors="replace") for id_ in _INNER_ID.findall(everything)]
    found += [id_.decode(errors="replace") for id_ in re.findall(rb"<otvet\.[^<>\s]{1,300}>", everything)]
    return next((id_ for id_ in found if is_own_id(id_)), found[0] if found else "")


def _is_final(action: str, said: str, subject: str) -> bool:
    """Whether the mail will not come any more; "delayed" means that it is still being tried (RFC 3464, 2.3.3)."""
    action = action.strip().lower()
    if action in ("delayed", "relayed", "delivered", "expanded") or _DELAYED.search(subject):
        return False
    return action == "failed" or not _SOFT_CODE.search(said) or _HARD_CODE.search(said) is not None


def _is_hard(said: str) -> bool:
    """Whether the address is gone; a full mailbox or a policy may pass."""
    if _SOFT_CODE.search(said) and not _HARD_CODE.search(said):
        return False
    if _ADDRESS_GONE.search(said):
        return True
    return _HARD_CODE.search(said) is not None and _PASSING_CODE.search(said) is None


def _reason(everything: bytes) -> str:
    """Return the line in which a server says why, from a bounce that is only text."""
    for line in everything.decode(errors="replace").splitlines()[:200]:
        if len(line) < LINE and (_HARD_CODE.search(line) or _SOFT_CODE.search(line) or _ADDRESS_GONE.search(line)):
            return one_line(line)
    return ""
