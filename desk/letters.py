"""A message to a client as a mail of its ticket's thread: from which mailbox, which subject, after which mails."""

import re
from dataclasses import replace

from desk.desk import Desk
from desk.parcels import Outgoing, Purpose
from desk.ports import Unit
from desk.tickets import Role, Ticket, Trace

REFERENCES = 20
"""Ids carried in a mail's References; the mail room cuts further to 998 bytes (RFC 5322, 2.1.1)."""

_WRITTEN_BY_PEOPLE = frozenset({Purpose.ANSWER, Purpose.QUESTION, Purpose.COPY, Purpose.FILES})

_AGAIN = re.compile(
    r"\s*(?:(?:re|fwd?|aw|wg|отв|пересл|ответ)(?:\[\d{1,3}\])?\s*:|\[[A-Z]{1,20}-\d{1,19}\])", re.IGNORECASE
)
"""What mail programs and help desks put before a subject each time that it goes round."""


async def as_mail(
    desk: Desk, unit: Unit, ticket: Ticket | None, message: Outgoing, *, mailbox: str, name: str
) -> Outgoing:
    """The message as a mail of the ticket's thread: from which mailbox, under which subject, after which mails."""
    boxes = [box.name for box in desk.settings.mailbox]
    ids: list[str] = []
    if ticket:
        ours = (Role.THEIRS, Role.OURS)
        traces = await unit.find(
            Trace, channel="mail", ticket_id=ticket.id, role__in=ours, order="-id", limit=REFERENCES
        )
        root = await unit.first(Trace, channel="mail", ticket_id=ticket.id, role__in=ours)
        theirs = [trace.external_id for trace in traces if trace.role is Role.THEIRS]
        # The first mail names the thread; the client's last one is what we answer, with all that came before it.
        found = [*([root.external_id] if root else []), *(trace.external_id for trace in reversed(traces))]
        ids = list(dict.fromkeys(found))
        ids = ids[: ids.index(theirs[0]) + 1] if theirs else ids
        mailbox = mailbox or (traces[0].place if traces else "")
    return replace(
        message,
        subject=message.subject or (subject_of(desk, ticket, again=bool(ids)) if ticket else ""),
        to_name=name,
        mailbox=mailbox if mailbox in boxes else next(iter(boxes), ""),
        in_reply_to=ids[-1] if ids else "",
        references=tuple(ids),
        automatic=message.purpose not in _WRITTEN_BY_PEOPLE,
    )


def subject_of(desk: Desk, ticket: Ticket, *, again: bool) -> str:
    """The one subject of all mails of a ticket; `again`: after another one, with a single "Re:".

    The number stands in front in brackets, as lists do it: what compares subjects leaves that out (RFC 5256, 2.1).
    """
    subject = ticket.subject
    while begun := _AGAIN.match(subject):
        subject = subject[begun.end() :]
    return f"{'Re: ' if again else ''}[{desk.number(ticket.id)}] {subject.strip()}".strip()
