"""Clients and the doors through which they are reached."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

ClientId = NewType("ClientId", int)
DoorId = NewType("DoorId", int)
OrganisationId = NewType("OrganisationId", int)


class Proof(StrEnum):
    """Why a door is known to be its client's."""

    FIRST = "first"  # the client came through it
    LINK = "link"  # they opened the signed link that we mailed there
    CODE = "code"  # they typed the code that we mailed there
    CONTACT = "contact"  # Telegram vouches for the shared phone number
    ENGINEER = "engineer"  # an engineer said yes to a suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A person who asks for help. `joined_to` names the client that this one was linked into."""

    id: ClientId = ClientId(0)
    name: str
    language: str = ""  # chosen by /lang; empty: not chosen
    spoken: str = ""  # the language they write in, as far as seen
    joined_to: ClientId | None = None
    organisation_id: OrganisationId | None = None
    created_at: datetime
    banned_at: datetime | None = None
    banned_by: str = ""
    ban_reason: str = ""
    news_at: datetime | None = None  # when they agreed to hear of releases and outages
    no_news_at: datetime | None = None  # when they said that they do not want to; outweighs all else
    forgotten_at: datetime | None = None  # their data was erased; the row stays, without a name, for the figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One address of one client: `channel` is "telegram", "mail" or "phone"; (channel, address, claimed) is unique.

    `claimed`: made for mails that only say that they come from there, beside the door of whom the address belongs to.
    Its client is somebody else until an engineer says that they are one.
    """

    id: DoorId = DoorId(0)
    client_id: ClientId
    channel: str
    address: str  # chat id; mail address in lower case; phone as digits with a plus
    name: str = ""
    username: str = ""
    place: str = ""  # the mailbox through which a mail address last wrote
    proof: Proof = Proof.FIRST
    created_at: datetime
    used_at: datetime
    shut_at: datetime | None = None
    shut_reason: str = ""
    claimed: bool = False
    vouched_at: datetime | None = None  # when a mail was last proven to come from this address


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One joining of two clients, with what moved, so that it can be undone."""

    id: int = 0
    kept_id: ClientId
    joined_id: ClientId
    proof: Proof
    by: str
    at: datetime
    doors: list[int]
    tickets: list[int]
    undone_at: datetime | None = None


class Answered(StrEnum):
    OPEN = "open"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A claim, not a proof, that an address belongs to a client: engineers decide."""

    id: int = 0
    client_id: ClientId
    other_id: ClientId
    ticket_id: int
    reason: str  # what was seen, as a sentence's key in the texts
    value: str  # the address or number that was claimed
    state: Answered = Answered.OPEN
    by: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A single-use proof on its way: a signed link (`link`) or a six-digit code (`code`)."""

    id: int = 0
    sort: str  # "link" | "code"
    secret: str  # a hash; the clear text is never stored
    client_id: ClientId
    channel: str
    address: str
    tries: int = 0
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Who did what and when; never changed afterwards."""

    id: int = 0
    at: datetime
    who: str
    what: str
    ticket_id: int | None = None
    client_id: int | None = None
    data: dict[str, Any]
