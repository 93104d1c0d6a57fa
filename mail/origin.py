"""Whose a letter is when it is not simply its sender's: a web form's client, the writer of a forwarded letter. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, tzinfo

from desk.incoming import Sort
from desk.settings import Mailbox
from mail import forms, forwards
from mail.headers import read_headers
from mail.mime import HEADER_LIMIT
from mail.parse import ParsedMail


def settle(
    content: bytes,
    parsed: ParsedMail,
    mailbox: Mailbox,
    *,
    ours: Collection[str],
    staff: Collection[str],
    zone: tzinfo = UTC,
) -> ParsedMail:
    """The mail as its client's. `ours`: addresses of mailboxes and forms; `staff`: our people's mail domains."""
    incoming = parsed.incoming
    sender = incoming.sender.address
    if incoming.sort in (Sort.OWN, Sort.BOUNCE):
        return parsed
    if any(form.sender.lower() == sender for form in mailbox.form):
        headers, _ = read_headers(content[:HEADER_LIMIT].lstrip(b"\r\n"))
        return replace(parsed, incoming=forms.as_client(incoming, headers.all("reply-to"), ours))
    if incoming.sort is not Sort.HUMAN or sender.rpartition("@")[2] not in staff:
        return parsed
    whole = "\n".join(part for part in (incoming.text, incoming.rest) if part)
    found = forwards.find(whole, incoming.subject, parsed.files, incoming.at, zone)
    if found is None:
        return parsed
    return replace(parsed, incoming=replace(incoming, original=found.original), files=(*parsed.files, *found.files))
