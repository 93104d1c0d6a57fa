"""A mail's bytes become one message in the desk's own words, with the contents of its files. Pure.

Rule: no bytes whatever make it raise, and none make it slow.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

from desk.errors import Unreadable
from desk.incoming import Incoming, Sender, Sort
from mail import bodies, failures, kinds, quotes
from mail.attachments import Attachment, as_incoming
from mail.headers import Headers, Person, message_ids, read_headers
from mail.mime import HEADER_LIMIT, Part, take_apart

THREAD_LIMIT = 50  # ids of a thread that are looked at, the newest ones
CHANNEL = "mail"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """A mail in the desk's words, and its files with their contents, in the same order as `incoming.files`.

    `unreadable`: why nobody should work on it as it is: it is beyond the limits (then only its header was read), or it
    names no sender.
    """

    incoming: Incoming
    files: tuple[Attachment, ...]
    unreadable: Unreadable | None = None


def _nobodys(message_id: str) -> bool:  # noqa: ARG001 - the form of every such question
    return False


def parse(
    raw: bytes,
    *,
    mailbox: str = "",
    own_address: str = "",
    received: datetime | None = None,
    is_own_id: Callable[[str], bool] = _nobodys,
    zone: tzinfo = UTC,
    markers: frozenset[str] = frozenset(),
) -> ParsedMail:
    """Return what a mail says. `received`: when it came, aware; else what the mail itself says of that.

    `zone`: in which the times of invitations are shown. `markers`: the lines to answer above in our own mails, besides
    the usual ones.
    """
    mail, unreadable = _taken_apart(raw)
    headers = mail.headers
    sort = kinds.sort_of(mail, own_address=own_address, is_own_id=is_own_id)
    sender = sender_of(headers)
    if not sender.address and sort is Sort.BOUNCE:
        sender = Person("", "mailer-daemon")
    if not sender.address:
        unreadable = unreadable or Unreadable("mail.unreadable_sender")
    stamped = _stamped(headers)
    subject = headers.text("subject")
    body = bodies.body_of(mail, zone=zone)
    folded = quotes.apart(body.text, subject, markers) if sort is not Sort.BOUNCE else quotes.Folded(said=body.text)
    replied = message_ids(headers.raw("in-reply-to"))
    incoming = Incoming(
        channel=CHANNEL,
        place=mailbox,
        external_id=next(iter(message_ids(headers.raw("message-id"))), ""),
        sender=Sender(channel=CHANNEL, address=sender.address, name=sender.name),
        at=received or stamped or LONG_AGO,
        subject=subject,
        text="\n\n".join(words for words in (folded.said, body.invitation) if words),
        rest=folded.rest,
        files=tuple(as_incoming(file) for file in body.files),
        signature=folded.signature,
        reply_to=replied[0] if replied else "",
        references=_thread(message_ids(headers.raw("references")), replied),
        tags=_tags(headers, own_address),
        others=_others(headers, own_address, sender.address),
        sort=sort,
        stamped=stamped,
    )
    return ParsedMail(incoming=_with_report(incoming, mail, is_own_id), files=body.files, unreadable=unreadable)


def sender_of(headers: Headers) -> Person:
    """Return who wrote, from the first header that names an address; an empty Person when none does."""
    everybody = headers.people("from", "sender", "reply-to", "return-path", "x-envelope-from")
    return next((person for person in everybody if person.address), Person("", ""))


def _taken_apart(raw: bytes) -> tuple[Part, Unreadable | None]:
    """The mail's parts; of one beyond the limits the header alone, and why."""
    try:
        return take_apart(raw), None
    except Unreadable as beyond:
        headers, _ = read_headers(raw[:HEADER_LIMIT].lstrip(b"\r\n"))
        return Part(headers=headers, body=b"", type="text/plain", parameters={}), beyond


def _thread(references: Sequence[str], replied: Sequence[str]) -> tuple[str, ...]:
    """The thread's ids, the newest last; In-Reply-To is the newest of all."""
    ids = [id_ for id_ in references if id_ not in replied[:1]] + list(replied[:1])
    return tuple(dict.fromkeys(ids[-THREAD_LIMIT:]))


def _recipients(headers: Headers, names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(person.address for person in headers.people(*names) if person.address))


def _tags(headers: Headers, own_address: str) -> tuple[str, ...]:
    local, _, domain = own_address.lower().rpartition("@")
    addresses = _recipients(headers, ("to", "cc", "delivered-to", "x-original-to", "envelope-to"))
    halves = (address.rpartition("@") for address in addresses)
    tags = [left.partition("+")[2] for left, _, right in halves if right == domain and left.startswith(f"{local}+")]
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _others(headers: Headers, own_address: str, sender: str) -> tuple[Sender, ...]:
    local, _, domain = own_address.lower().rpartition("@")

    def ours(address: str) -> bool:
        left, _, right = address.rpartition("@")
        return right == domain and left.partition("+")[0] == local

    named = {
        person.address: person.name
        for person in headers.people("to", "cc")
        if person.address and not ours(person.address) and person.address != sender
    }
    return tuple(Sender(channel=CHANNEL, address=address, name=name) for address, name in named.items())


def _with_report(incoming: Incoming, mail: Part, is_own_id: Callable[[str], bool]) -> Incoming:
    """Add which mail of ours a report speaks of: a bounce what became of it, a read receipt what was read."""
    if incoming.sort is Sort.BOUNCE:
        report = failures.read_report(mail, is_own_id=is_own_id)
        known = [id_ for id_ in (incoming.reply_to, *reversed(incoming.references)) if is_own_id(id_)]
        failed = report.message_id if is_own_id(report.message_id) else next(iter(known), report.message_id)
        return replace(incoming, failed=failed, failures=report.failures)
    if mail.type == "multipart/report" and not incoming.reply_to:
        return replace(incoming, reply_to=failures.inner_id(mail, is_own_id=is_own_id))
    return incoming


def _stamped(headers: Headers) -> datetime | None:
    """When the last server took it (its line stands on top), else what the mail says; None when neither can be read."""
    for value in (headers.raw("received").rpartition(b";")[2], headers.raw("date")):
        try:
            said = parsedate_to_datetime(value[-100:].decode("ascii", "replace")) if value else None
        except (ValueError, IndexError, OverflowError, TypeError):
            continue
        if said:
            return said if said.tzinfo else said.replace(tzinfo=UTC)
    return None
