"""A mail's bytes become one message in the desk's own words, with the contents of its files. Pure.

Rule: no bytes whatever make it raise anything but Unreadable with a plain reason, and none make it slow.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from desk.errors import Unreadable
from desk.incoming import Incoming, Sender, Sort
from mail import bodies, failures, kinds, quotes
from mail.bodies import Attachment
from mail.headers import Headers, Person, message_ids
from mail.mime import Part, take_apart

THREAD_LIMIT = 50  # ids of a thread that are looked at, the newest ones
CHANNEL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """`incoming` without its files, and the files with their contents."""

    incoming: Incoming
    files: tuple[Attachment, ...]


def parse(
    raw: bytes, *, mailbox: str, own_address: str, received: datetime, is_own_id: Callable[[str], bool]
) -> ParsedMail:
    """Return what a mail says; Unreadable when it is beyond the limits or names no sender at all."""
    mail = take_apart(raw)
    headers = mail.headers
    sort = kinds.sort_of(mail, own_address=own_address, is_own_id=is_own_id)
    sender = _sender(headers, sort)
    subject = headers.text("subject")
    body = bodies.body_of(mail)
    folded = quotes.apart(body.text, subject) if sort is not Sort.BOUNCE else quotes.Folded(said=body.text)
    replied = message_ids(headers.raw("in-reply-to"))
    incoming = Incoming(
        channel=CHANNEL,
        place=mailbox,
        external_id=next(iter(message_ids(headers.raw("message-id"))), ""),
        sender=Sender(channel=CHANNEL, address=sender.address, name=sender.name),
        at=received,
        subject=subject,
        text="\n\n".join(words for words in (folded.said, body.invitation) if words),
        rest=folded.rest,
        signature=folded.signature,
        reply_to=replied[0] if replied else "",
        references=_thread(message_ids(headers.raw("references")), replied),
        tags=_tags(headers, own_address),
        others=_others(headers, own_address, sender.address),
        sort=sort,
        stamped=_stamped(headers),
    )
    return ParsedMail(incoming=_with_report(incoming, mail, is_own_id), files=body.files)


def sender_of(headers: Headers) -> Person:
    """Return who wrote, from the first header that names an address; an empty Person when none does."""
    everybody = headers.people("from", "sender", "reply-to", "return-path", "x-envelope-from")
    return next((person for person in everybody if person.address), Person("", ""))


def _sender(headers: Headers, sort: Sort) -> Person:
    sender = sender_of(headers)
    if sender.address:
        return sender
    if sort is Sort.BOUNCE:
        return Person("", "mailer-daemon")
    raise Unreadable("mail.unreadable_sender")


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
