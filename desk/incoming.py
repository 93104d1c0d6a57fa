"""What comes in, in the desk's own words: translated by an edge, handed to a use-case."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

RawId = NewType("RawId", int)


class RawState(StrEnum):
    NEW = "new"
    WORKING = "working"  # found so at start: work was interrupted
    DONE = "done"
    QUARANTINED = "quarantined"
    DROPPED = "dropped"  # an operator said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An outside message as it arrived, stored before it is worked on; (channel, place, external_id) is unique."""

    id: RawId = RawId(0)
    channel: str  # "telegram" | "mail"
    place: str  # the bot's id, or the mailbox's name
    external_id: str  # update_id, or "<uidvalidity>:<uid>"
    lane: str  # messages of one lane are worked on in order: a chat, a mail sender
    body: bytes = b""  # the update's JSON; empty for a mail
    key: str = ""  # where desk.ports.Files keeps a mail's bytes
    size: int = 0
    album: str = ""  # Telegram's media_group_id: rows that belong together
    digest: str = ""  # sha256 of a mail's Message-ID and content: the same mail under another uid
    whole: int = 0  # bytes that lie on the server when only a mail's header was fetched
    at: datetime
    state: RawState = RawState.NEW
    attempts: int = 0
    interrupted: int = 0
    not_before: datetime
    error: str = ""


class Sort(StrEnum):
    """What kind of sender wrote."""

    HUMAN = "human"
    ROBOT = "robot"  # a program that has something to say: monitoring, a delivery service, a scheduled job
    AUTOMATIC = "automatic"  # an answer that nobody wrote: out of office, a read receipt
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"  # our own mail come back


class Fate(StrEnum):
    """What a bounce says became of a mail at one address."""

    GONE = "gone"  # not delivered, and the address takes no mail any more
    REFUSED = "refused"  # not delivered for another reason; nobody tries any more
    DELAYED = "delayed"  # still being tried
    ARRIVED = "arrived"  # it was delivered or handed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """One address of a bounce. `reason`: the end of a key `group.why_…`, "" where nobody can tell."""

    address: str  # where it was to go in the end, in lower case; "" when the bounce does not say
    original: str = ""  # the address that it was sent to first, when the bounce says so
    fate: Fate
    reason: str = ""
    words: str = ""  # the server's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    channel: str
    address: str
    name: str
    username: str = ""
    app_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFile:
    """A file that came with a message; `key` is empty when it was too large to be fetched."""

    sort: str
    name: str
    mime: str
    size: int
    key: str = ""
    remote_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedContact:
    phone: str
    name: str
    own: bool  # Telegram vouches that the number is the sender's


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The letter inside of a forwarded one: who wrote it, and what; `comment`: the forwarder's own words about it."""

    sender: Sender
    subject: str = ""
    text: str = ""
    rest: str = ""
    signature: str = ""  # those lines of the rest that are the writer's own
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A client's message. `text` is what they wrote; `rest` the quoted remainder of a mail, never lost."""

    channel: str
    place: str  # "telegram": the client's chat id; "mail": the mailbox's name
    external_id: str  # message id, or Message-ID (may be empty)
    sender: Sender
    at: datetime
    subject: str = ""
    text: str = ""
    rest: str = ""
    signature: str = ""  # mail: those lines of the rest that are the sender's own
    files: tuple[IncomingFile, ...] = ()
    also: tuple[str, ...] = ()  # further external ids of the same message (an album)
    reply_to: str = ""  # the external id of the message it answers
    references: tuple[str, ...] = ()  # mail: further ids of the thread, newest last
    tags: tuple[str, ...] = ()  # mail: plus tags of our own address found among the recipients
    others: tuple[Sender, ...] = ()  # mail: other recipients, To and Cc, none of them our own addresses
    vouched: bool = False  # mail: proven to come from its sender's address, or the mailbox trusts all of them
    refuted: bool = False  # mail: our own server says that it does not come from its sender's domain
    claimed: bool = False  # mail: the sender is only what a form says
    original: Original | None = None  # mail: the letter that it forwards
    whole: int = 0  # mail: its bytes when it is too large and only its header was fetched
    raw_id: int | None = None  # the raw message that it came as
    sort: Sort = Sort.HUMAN
    flood: bool = False  # one of too many for a minute
    thread: str = ""  # Telegram: the topic of the client's chat in which it was said
    group: str = ""  # Telegram: the title of the client's own group in which it was said
    described: bool = False  # the words are not the sender's own: a place or a sticker in words, something forwarded
    contact: SharedContact | None = None
    failed: str = ""  # BOUNCE: the Message-ID of the mail that failed
    failed_parcel: int = 0  # mail: the parcel that a signed tag among its recipients names; bounces come to such a one
    failures: tuple[Failed, ...] = ()  # BOUNCE: what became of it at which address
    secrets: tuple[tuple[str, str], ...] = ()  # what is covered in its words: a [[field]]'s name and the value
    data: dict[str, Any] = field(default_factory=dict)  # what it is besides words, as desk.kinds has it
    stamped: datetime | None = None  # mail: when our server took it, or as its date says; None when neither tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A client changed a message that they had sent."""

    channel: str
    place: str
    external_id: str
    text: str
    files: tuple[IncomingFile, ...] = ()  # empty also where they were not looked at
    at: datetime
    of_album: bool = False  # the words are those under one picture of several


@dataclass(frozen=True, slots=True, kw_only=True)
class Engineer:
    """A member of an engineers' group. `anonymous`: an admin hidden behind the group's name."""

    id: str
    name: str
    username: str = ""
    anonymous: bool = False
    admin: bool = False  # an administrator of the group
    app_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An engineer's message in the group. `reply_to` is empty for Telegram's implicit reply to a topic's start."""

    engineer: Engineer
    place: str  # the group's chat id
    thread: str  # the topic's id; "" in General or a group without topics
    external_id: str
    text: str = ""
    files: tuple[IncomingFile, ...] = ()
    also: tuple[str, ...] = ()
    reply_to: str = ""
    to_bot: bool = False  # what it replies to was posted by the bot
    data: dict[str, Any] = field(default_factory=dict)  # what it is besides words, as desk.kinds has it
    to_colleague: bool = False  # starts with `//` or with an @mention of somebody
    at: datetime
    chosen: bool = False  # one of our own answers, chosen in inline mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button was pressed, by a client (private chat) or an engineer (group)."""

    person: Engineer
    private: bool
    place: str
    thread: str
    external_id: str  # the message that carries the button
    action: str  # desk.parcels.Action
    ticket: int
    arg: str
    at: datetime
