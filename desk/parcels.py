"""What the desk sends: the outbox's rows and what a channel is handed.

Rule: whatever leaves the desk leaves through a parcel that was committed with the fact it speaks of; the two
exceptions, both losing nothing, are answers to button presses and the word that the disk is full. A little longer than
most modules: one page of values.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NewType

from desk.tickets import MessageId, TicketId

ParcelId = NewType("ParcelId", int)


class Purpose(StrEnum):
    """Why a parcel is sent; `desk.delivered` knows what follows from its delivery or failure."""

    RECEIPT = "receipt"
    ANSWER = "answer"
    QUESTION = "question"
    COPY = "copy"  # an answer or question by mail to somebody else who takes part in the ticket
    FILES = "files"  # files of an answer that went apart from its words
    REMINDER = "reminder"
    CLOSING = "closing"  # the last word on a ticket to the client
    NOTICE = "notice"  # other words of the desk to the client
    REPLY = "reply"  # to a client's or an engineer's command
    CODE = "code"
    MIRROR = "mirror"  # the client's words, shown in the topic
    EVENT = "event"  # the desk's line in a topic
    CARD = "card"
    TOPIC = "topic"
    REACTION = "reaction"
    ALARM = "alarm"  # a word in General
    PARTNER = "partner"  # to a partner whom a ticket was handed to
    NEWS = "news"  # an announcement
    ARTICLE = "article"  # of the knowledge base; its text is Markdown
    FILE = "file"  # a file that an engineer asked for
    EXPORT = "export"  # somebody's data, to themselves or to a lead
    LEAVE = "leave"


class Act(StrEnum):
    """What the channel is to do with it."""

    SAY = "say"
    EDIT = "edit"  # change the text and buttons of `target`
    REACT = "react"  # put `emoji` on `target`; "" takes it away
    CARD = "card"  # bring the ticket's card up to date; `target` is its message id
    TOPIC = "topic"  # bring the topic's name and open/closed state in line: `title`, `closed`
    OPEN = "open"  # make the place for a ticket's conversation
    LEAVE = "leave"  # leave the chat `place`
    DELETE = "delete"  # delete the message `target`
    DROP = "drop"  # delete the ticket's topic


class Urgency(IntEnum):
    """Smaller goes first."""

    ANSWER = 0  # what a person waits for: receipts, answers, replies to commands
    BURNING = 5  # words in critical tickets …
    BURNING_EVENT = 7  # … and what happens to them
    HIGH = 8  # the same for those of high priority …
    HIGH_EVENT = 9
    MIRROR = 10
    LOW = 12  # … and of low priority
    EVENT = 15
    LOW_EVENT = 17
    REMINDER = 20
    CARD = 30
    DIGEST = 40


class ParcelState(StrEnum):
    QUEUED = "queued"
    HELD = "held"  # waits for its author's word; others go past it
    SENDING = "sending"  # handed to the channel; found so at start it is sent again
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    QUIET = "quiet"  # kept back by shadow mode


class Action(StrEnum):
    """What a button asks for."""

    TAKE = "take"
    INFO = "info"
    SOLVED = "solved"  # an engineer's
    LINES = "lines"  # show the lines to choose from
    LINE = "line"  # arg: the line's name
    REOPEN = "reopen"
    SAME = "same"  # the same client? arg: "<suggestion id>:yes" or ":no"
    BELONGS = "org"  # of that organisation? arg: "<belonging id>:yes" or ":no"
    OTHER = "other"  # a client: this was another question; arg: the message's id
    KEEP = "keep"  # a client: still needed
    SOLVED_BY_CLIENT = "fixed"
    SNOOZE = "snooze"  # a client: give me two weeks
    LANG = "lang"  # arg: ru | en
    CLOSE_BY_CLIENT = "drop"  # a client closes a ticket of their own
    AGREE = "agree"  # a client consents to an estimate; arg: its id
    DECLINE = "decline"
    RATE = "rate"  # a client's mark of a closed ticket; arg: the stars
    RETRY = "retry"  # quarantine: try again; arg: raw id
    TYPES = "types"  # show the types to choose from; arg "back": the usual buttons
    TYPE = "type"  # arg: desk.tickets.Type
    PRIORITIES = "prios"
    PRIORITY = "prio"  # arg: desk.tickets.Priority
    CALL = "call"  # a client says what it is; arg: desk.tickets.Type
    WISH = "wish"  # a client wishes it to be urgent; arg: on | off
    CLOSE = "close"  # show the reasons to choose from; arg: desk.tickets.Closing
    THIRD_PARTY = "third"  # it depends on others: whom, the desk asks
    SPARE = "spare"  # a lead: do not close
    CONFIRM = "yes"  # a client: it is solved
    NOT_SOLVED = "no"
    FINE = "fine"  # a lead: what was marked as abuse is none
    REFUSE = "refuse"  # a lead: closed for abuse
    SEND = "send"  # an answer that crossed the client's words is to go; arg: the message's id
    KEEP_BACK = "back"  # or not to go
    CORRECT = "correct"  # changed words go to the client once more, by mail; arg: the message's id
    MERGE = "merge"  # this ticket goes on in another one; arg: its number, or "no"
    CHECK = "check"  # a line of the checklist is done, or not; arg: its id
    JOIN = "join"  # this ticket becomes part of an incident; arg: the incident's number
    MASS = "mass"  # an answer to all of an incident, or its end; arg: all | rest | alone | no | stop
    CALLER = "caller"  # whom a phone call is from; arg: "c<client id>", "k<contact id>" or "no"
    MINE = "mine"  # a client looks at their requests; arg: the page that takes the place of this one
    LOOK_AT = "lookat"  # a client looks at one of them, and goes on there
    FRESH = "fresh"  # a client: the next message is a new request
    LANGS = "langs"  # a client wants to choose the language
    CANCEL = "cancel"  # a client: never mind what I was asked for; arg: "new" or "email"
    CONTACT = "contact"  # a client shares their phone number; arg "off" takes that button away
    FIELD = "field"  # a client answers a question for a field; arg: the choice's place, "skip", or "each": one by one
    CALL_FITS = "callfits"  # a client: the time of a call suits; arg: the appointment's id
    CALL_OTHER = "callother"
    TRAIL = "trail"  # an engineer has the whole trail as a file
    PAGE = "page"  # an engineer turns a list's page; arg: its number, from 0
    LOOK = "look"  # an engineer looks at a secret; arg: the detail's id
    FILE = "file"  # an engineer wants a file that was not copied into Telegram; arg: its id
    FORGET = "forget"  # a lead: forget somebody; arg: "<client id>:yes" or ":no"
    EXPORT = "export"  # a lead: somebody's data into the topic all the same; arg: the client's id
    MAILING = "mail"  # a lead: an announcement; arg: "<mailing id>:go" | "drop" | "stop"
    NEWS = "news"  # a client: hear of releases and outages; arg: on | off
    CANNED = "canned"  # a canned answer: its key; what is pressed under its preview begins with "="
    ARTICLES = "kb"  # articles that fit a request: show them
    ARTICLE = "article"  # one of them; arg: its key, with a letter before it for what to do
    HELPED = "helped"  # a client: an article solved it; arg: its key
    PERSON = "person"  # a client: no article helps, a person is wanted
    SIMILAR = "similar"  # solved tickets like this one
    FORWARD = "forward"  # a partner's words to the client; arg: the message's id, then ":yes" or ":no" once shown
    OPEN_TOPIC = "topic"  # a ticket's topic, made anew where it is gone
    ADMIT = "admit"  # a stranger in a thread becomes a participant; arg: their id; "<id>:out" undoes it


class Alert(str):
    """What is said to who pressed a button in a window that they close themselves."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    label: str
    action: Action
    ticket: int = 0
    arg: str = ""
    url: str = ""  # a link instead of an action


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file to send: where its content lies and how it should look."""

    sort: str
    name: str
    mime: str
    size: int
    key: str
    remote_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What a channel is asked to do. All texts are plain: the channel escapes them for its own markup."""

    id: ParcelId = ParcelId(0)
    channel: str
    place: str  # "telegram": chat id; "mail": address; "group": the line's name, "" for General, or a chat id for LEAVE
    purpose: Purpose
    act: Act = Act.SAY
    ticket: TicketId | None = None
    number: str = ""  # the ticket's number as people see it, "SD-7"
    thread: str = ""  # filled in on delivery: topic id, or for mail the root Message-ID
    thread_place: str = ""  # filled in on delivery: the chat id or mailbox of the thread
    title: str = ""  # a first line in bold; for TOPIC and OPEN the topic's name
    text: str = ""
    quote: str = ""  # shown below as a quotation
    code: str = ""  # something to copy, in monospace
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[Enclosure, ...] = ()
    reply_to: str = ""  # external id in the same chat
    picked: str = ""  # the words of the message replied to that are quoted
    target: str = ""  # external id of the message to edit or react to; EDIT and DELETE: of all its parts, with blanks
    before: str = ""  # EDIT: the text that stands there
    native: str = ""  # a place, a contact or a poll as desk.kinds writes it: sent as what it is
    emoji: str = ""
    # Telegram users to mention first, a line each: "id:name", or ":@name" without an id. After an empty line they stand
    # last, behind the footer's words.
    mention: str = ""
    silent: bool = False
    closed: bool = False
    # mail only
    subject: str = ""
    to_name: str = ""
    copies: tuple[str, ...] = ()  # further recipients, named in Cc
    mailbox: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    to: str = ""  # whom To names when the mail is not addressed to `place`, who has a copy of it
    same_as: int = 0  # the parcel whose mail this is once more, for another recipient
    dated: str = ""  # when it was written, as ISO 8601: a retry bears the date of the first attempt
    notes: tuple[str, ...] = ()  # the desk's own lines below the words
    automatic: bool = False
    unsubscribe: str = ""  # the subject of a mail that ends the subscription by which this one comes
    footer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the channel says after a delivery: the ids under which it stands there, and its thread if it made one."""

    external_ids: tuple[str, ...] = ()
    thread: str = ""
    thread_place: str = ""  # the chat id or mailbox name in which external_ids are unique
    note: str = ""  # something the engineers should know (a file that was too large and went another way)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A row of the outbox. Order is kept per `lane`; `body` is the Outgoing as JSON."""

    id: ParcelId = ParcelId(0)
    channel: str
    place: str
    lane: str
    purpose: Purpose
    urgency: int
    ticket_id: TicketId | None = None
    message_id: MessageId | None = None
    body: dict[str, Any]
    state: ParcelState = ParcelState.QUEUED
    not_before: datetime
    attempts: int = 0
    created_at: datetime
    sent_at: datetime | None = None
    external_id: str = ""
    error: str = ""
    mailing_id: int | None = None
    coalesce: str = ""  # a queued parcel with the same key is replaced instead of joined by another
