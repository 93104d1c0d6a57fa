"""What a ticket's record holds beside its conversation: details, pauses of its clocks, time spent, estimates, marks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.people import ClientId, DoorId
from desk.tickets import MessageId, Status, TicketId


class Source(StrEnum):
    """Where a detail's value comes from."""

    FOUND = "found"  # read out of the client's own words or files
    KNOWN = "known"  # the linked client, their organisation, a rule
    CLIENT = "client"  # the client's answer to our question
    ENGINEER = "engineer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One piece of information that a ticket of its type needs ([[field]]); (ticket_id, name) is unique.

    `value` "" with `waived`: an engineer does without it; "" with `skipped`: the client did not want to say.
    """

    id: int = 0
    ticket_id: TicketId
    name: str  # the field's name
    value: str = ""
    source: Source
    by: str = ""
    secret: bool = False  # shown masked, erased when the ticket is closed
    waived: bool = False
    skipped: bool = False
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch of time in which a ticket's clocks stood still: somebody else owed the next word.

    `why`: WAITING and THIRD_PARTY stop both clocks; SOLVED and CLOSED too, until the ticket is opened again.
    """

    id: int = 0
    ticket_id: TicketId
    why: Status
    since: datetime
    until: datetime | None = None  # None: it still stands


class Agreement(StrEnum):
    """What became of an estimate."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Work outside the plan, with the time it is thought to take; billed only when the client agreed to it."""

    id: int = 0
    ticket_id: TicketId
    minutes: int
    text: str
    by: str
    by_id: str
    state: Agreement = Agreement.ASKED
    at: datetime
    message_id: MessageId | None = None  # the question to the client
    answered_at: datetime | None = None
    answered_by: str = ""  # the name of whom the consent or refusal is from
    answered_through: str = ""  # their door: "telegram 12345", "mail ann@client.example"
    door_id: DoorId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Time that an engineer worked on a ticket. Never changed: what was wrong is withdrawn and written anew."""

    id: int = 0
    ticket_id: TicketId
    minutes: int
    comment: str = ""
    by: str
    by_id: str
    at: datetime
    estimate_id: int | None = None  # the agreed work outside the plan that it belongs to
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """That a client was asked what they think of our work on a ticket, and their mark; one per ticket."""

    id: int = 0
    ticket_id: TicketId
    client_id: ClientId
    engineer: str = ""
    asked_at: datetime
    stars: int | None = None  # 1 to 5
    words: str = ""
    given_at: datetime | None = None
