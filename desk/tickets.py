"""Tickets, what was said in them, and where it can be seen. A little longer than most: one page of values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from desk.people import ClientId, DoorId, OrganisationId

TicketId = NewType("TicketId", int)
MessageId = NewType("MessageId", int)


class Status(StrEnum):
    """Who owes the next word."""

    NEW = "new"  # we do; nobody has answered yet
    OPEN = "open"  # we do
    WAITING = "waiting"  # the client does: they were asked for something
    THIRD_PARTY = "third_party"  # somebody else does: a vendor, a provider; the client was told
    SOLVED = "solved"  # nobody: we think that it is done; the client may confirm it
    CLOSED = "closed"


class Type(StrEnum):
    """What a request is."""

    ERROR = "error"  # something does not work as it should
    REQUEST = "request"  # a question: information is asked for
    SUGGESTION = "suggestion"  # something should be otherwise


class Priority(StrEnum):
    """How urgent a ticket is, the most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Closing(StrEnum):
    """Why a ticket was closed; a closed list, as support regulations have it."""

    SOLVED = "solved"
    NO_ANSWER = "no_answer"  # the client did not answer
    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out_of_scope"
    ABUSE = "abuse"  # refused for abuse
    WITHDRAWN = "withdrawn"  # by the client
    NOT_REPRODUCED = "not_reproduced"
    SOFTWARE = "software"  # a third party's software
    EQUIPMENT = "equipment"  # a third party's equipment or lines
    DEVELOPMENT = "development"  # accepted to the development plan
    ARTICLE = "article"  # solved by an article of the knowledge base
    ENGINEER = "engineer"  # by an engineer without a reason: only before revision 0003 of the tables


NEEDS_FINDINGS = frozenset({Closing.NOT_REPRODUCED, Closing.SOFTWARE, Closing.EQUIPMENT, Closing.DEVELOPMENT})
"""Reasons that a ticket may only be closed for with findings, which the client is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One problem of one client. `id` is the number that people see, without the prefix."""

    id: TicketId = TicketId(0)
    client_id: ClientId
    opened_door_id: DoorId
    door_id: DoorId  # the door last used by the client in this ticket
    line: str
    status: Status = Status.NEW
    subject: str
    language: str = ""
    verdict: dict[str, Any]  # desk.facts.Verdict as JSON: the rules asked and the one that decided
    taken_by: str = ""  # the engineer's name as shown
    taken_id: str = ""
    related_id: TicketId | None = None
    created_at: datetime
    active_at: datetime  # the client's or our last word
    client_wrote_at: datetime
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    closing: Closing | None = None
    # The weekly clock; only meaningful in WAITING.
    question: str = ""
    asked_at: datetime | None = None
    clock_from: datetime | None = None  # delivery of the question or of the last reminder; None: not delivered yet
    reminded: int = 0  # reminders delivered since the clock was last started anew
    kept: int = 0  # how often the client said "still needed"
    snoozed_until: datetime | None = None
    reminder_id: int | None = None  # the reminder's parcel while it is on its way
    held_reason: str = ""  # why it was not closed when it was due; told to the engineers once
    spared_until: datetime | None = None  # a lead said "do not close": nothing is closed by itself before
    # What it is, and by which contract it is served.
    organisation_id: OrganisationId | None = None
    type: Type | None = None
    priority: Priority = Priority.NORMAL
    wished: Priority | None = None  # the priority that the client would like
    tags: list[str] = field(default_factory=list)
    plan: str = ""  # the name of the [[plan]] that its promises are made by; "" promises nothing
    plan_by: str = ""  # who chose that plan for this ticket ("rule" or a name); "" follows contract and line
    third_party: str = ""  # whom it depends on while THIRD_PARTY
    findings: str = ""  # what was found out, told to the client with the reason for closing
    # What it has to do with other tickets.
    merged_into: TicketId | None = None  # it was one with that ticket, which goes on
    parent_id: TicketId | None = None  # the incident that it is part of
    incident: bool = False  # others are part of it
    later_until: datetime | None = None  # put off by an engineer until then
    # The two clocks (desk.clocks). None in `*_from`: from `created_at`. Lengths are seconds of the plan's own time.
    answer_from: datetime | None = None
    answered_at: datetime | None = None  # the first word of a person that reached the client
    answer_took: int | None = None
    answer_limit: int | None = None  # what was promised when it was kept or broken
    solve_from: datetime | None = None
    solve_took: int | None = None  # until it was solved, or closed unsolved; None again when reopened
    solve_limit: int | None = None
    warned: list[str] = field(
        default_factory=list
    )  # "answer:75", "answer:100", "solve:75", "solve:100": each told once


class Kind(StrEnum):
    """What a message in a ticket is."""

    WORDS = "words"  # the client's
    ANSWER = "answer"  # an engineer's, to the client
    QUESTION = "question"  # an engineer asks the client for something
    NOTE = "note"  # an engineer's, for colleagues only
    DONE = "done"  # a line of work done, told to the client when the ticket closes
    NOTICE = "notice"  # the desk's own word to the client
    MACHINE = "machine"  # an automatic mail from the client's side
    STRANGER = "stranger"  # of somebody who takes no part in the ticket; for engineers only
    PARTNER = "partner"  # of a partner whom the ticket was handed to; for engineers only
    TO_PARTNER = "to partner"  # an engineer's, or the desk's, to the partner
    EVENT = "event"  # what happened to the ticket; shown in its topic only


TO_CLIENT = frozenset({Kind.ANSWER, Kind.QUESTION, Kind.NOTICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of a ticket's conversation."""

    id: MessageId = MessageId(0)
    ticket_id: TicketId
    kind: Kind
    author: str  # the name as shown
    author_id: str = ""  # a door's address or an engineer's Telegram id
    channel: str  # where it was written: "telegram" | "mail" | "group" | "desk"
    door_id: DoorId | None = None
    external_id: str = ""  # Telegram message id or Message-ID
    text: str
    rest: str = ""  # the quoted remainder of a mail, kept apart
    at: datetime
    withdrawn_at: datetime | None = None
    raw_id: int | None = None  # the raw mail that it came as
    data: dict[str, Any] = field(default_factory=dict)  # what it is besides words: a place, a poll, a forward, a quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a message said before it was edited."""

    id: int = 0
    message_id: MessageId
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a message. `key` is empty when it was too large to fetch; then only name and size are known."""

    id: int = 0
    message_id: MessageId
    sort: str  # photo document video video_note voice audio animation sticker
    name: str
    mime: str
    size: int  # bytes
    key: str = ""  # where desk.ports.Files keeps it
    remote_id: str = ""  # Telegram's file_id
    inline: bool = False


class Role(StrEnum):
    """What a message seen in some chat is; decides what a reply to it means."""

    CARD = "card"
    CLIENT = "client"  # a mirrored message of the client
    COLLEAGUE = "colleague"  # an engineer's post
    DESK = "desk"  # the desk's own line
    OURS = "ours"  # what the client got from us
    THEIRS = "theirs"  # what the client wrote, in their own chat or mailbox
    STRANGER = "stranger"  # what somebody wrote who takes no part in the ticket, in their mailbox
    PARTNER = "partner"  # what a partner wrote, in the topic or in their mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A message as it stands in a chat or a mailbox; (channel, place, external_id) is unique.

    channel "telegram": place is the client's chat id; "group": the group's chat id; "mail": the mailbox's name and
    external_id the Message-ID.
    """

    id: int = 0
    channel: str
    place: str
    external_id: str
    ticket_id: TicketId | None
    message_id: MessageId | None = None
    role: Role
    parcel_id: int | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The place in a channel where a ticket's conversation goes on; one per (ticket, channel).

    channel "group": place is the chat id, external_id the topic (in a group without topics the card's message id).
    channel "mail": place is the mailbox's name, external_id the root Message-ID.
    """

    id: int = 0
    ticket_id: TicketId
    channel: str
    place: str
    external_id: str
    card_id: str = ""  # the card's message id; empty: not posted yet
    title: str = ""  # the topic's name as last set
    closed: bool = False
    replayed: bool = True  # False: rebuilt, and the conversation so far is not yet told again


class Standing(StrEnum):
    """What somebody who is not the ticket's client is to it."""

    STRANGER = "stranger"  # wrote into its thread; receives nothing
    COPIED = "copied"  # the client named them in Cc; receives answers from then on
    ADMITTED = "admitted"  # an engineer let them in; receives answers from then on
    REMOVED = "removed"  # an engineer let them out again
    PARTNER = "partner"  # the ticket was handed to them; they write to the engineers, never to the client


TAKES_PART = frozenset({Standing.COPIED, Standing.ADMITTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A further mail address in a ticket's thread; (ticket_id, address) is unique."""

    id: int = 0
    ticket_id: TicketId
    address: str
    name: str = ""
    standing: Standing
    by: str = ""  # who let them in
    at: datetime  # since when they are what they are
