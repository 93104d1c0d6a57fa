"""What engineers and leads keep beside a ticket: appointments, checklists, watchers, mailings, erasures."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from desk.people import ClientId
from desk.tickets import TicketId

MailingId = NewType("MailingId", int)


class Why(StrEnum):
    """Why the desk looks again at an agreed time."""

    LATER = "later"  # an engineer put the ticket off
    CALL = "call"  # a call was agreed
    ON_CALL = "on call"  # who is on call was mentioned and nobody took the ticket yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A moment at which the desk looks at a ticket again; told once, then `done_at` is set."""

    id: int = 0
    ticket_id: TicketId
    why: Why
    at: datetime
    words: str = ""
    by: str = ""
    by_id: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    made_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a ticket's checklist."""

    id: int = 0
    ticket_id: TicketId
    checklist: str  # the name of the [[checklist]], or "" for a line that an engineer added
    place: int  # its order in the list
    text: str
    by: str = ""  # who ticked it off
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """An engineer who wants to hear of what happens in a ticket; (ticket_id, telegram) is unique."""

    id: int = 0
    ticket_id: TicketId
    telegram: str  # their id in Telegram
    name: str
    at: datetime


class Sort(StrEnum):
    ANSWER = "answer"  # of answers/
    ARTICLE = "article"  # of the knowledge base


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A canned answer or an article was used once."""

    id: int = 0
    sort: Sort
    name: str
    ticket_id: TicketId | None = None
    by: str  # the engineer, or "client"
    what: str  # "sent", "suggested", "shown", "helped", "not helped"
    at: datetime


class MailingSort(StrEnum):
    NEWS = "news"  # /announce
    INCIDENT = "incident"  # one answer to everybody whom an incident concerns


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """The same words to many; their parcels bear its id, and how far it got is counted in them."""

    id: MailingId = MailingId(0)
    sort: MailingSort
    ticket_id: TicketId | None = None  # the incident
    product: str = ""
    text: str
    by: str
    by_id: str = ""
    at: datetime
    total: int = 0
    told: str = ""  # the message in the group that shows how far it got, "<chat id>:<message id>"
    data: dict[str, Any] = field(default_factory=dict)
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Somebody's data is to be forgotten when the grace is over."""

    id: int = 0
    client_id: ClientId
    reason: str = ""
    by: str
    by_id: str = ""
    asked_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    stopped_by: str = ""
    done_at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)  # how much of what was forgotten
