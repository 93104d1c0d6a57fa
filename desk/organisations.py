"""Organisations that are served: their contract, by what their people are known, and who was found to be theirs."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from desk.people import Answered, ClientId, OrganisationId
from desk.tickets import TicketId

ContactId = NewType("ContactId", int)
_NEW = OrganisationId(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A company that we serve. `number` is the client id of the contract, "A-1042"; unique, compared without case."""

    id: OrganisationId = _NEW
    number: str
    name: str
    plan: str = ""  # the name of a [[plan]]; "" when the contract names none
    valid_from: date | None = None  # the first day of the contract
    valid_until: date | None = None  # its last day, on which it still holds
    product: str = ""
    licence: str = ""
    domains: list[str] = field(default_factory=list)  # as shown; `Domain` is where they are looked up
    created_at: datetime
    changed_at: datetime
    warned: str = ""  # what the lead was told last of the contract's end: "30", "7", "0", with the day it speaks of


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A mail domain of one organisation, in small letters; unique."""

    id: int = 0
    organisation_id: OrganisationId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person whom the contract names."""

    id: ContactId = ContactId(0)
    organisation_id: OrganisationId
    name: str
    role: str = ""
    news: str = ""  # whether they agreed to hear of releases and outages: "yes", "no", "" where the list does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One address of a contact: `channel` "mail", "telegram" (an id or @name) or "phone"; (channel, address) is unique.

    Addresses are kept as doors keep them (desk.people.Door); a Telegram name with its @, in small letters.
    """

    id: int = 0
    contact_id: ContactId
    organisation_id: OrganisationId
    channel: str
    address: str


class Sign(StrEnum):
    """By what somebody was taken for a member of an organisation."""

    DOMAIN = "domain"  # they write from its mail domain
    CONTACT = "contact"  # from an address that the contract names
    NUMBER = "number"  # they wrote its client id
    LICENCE = "licence"  # … or its licence number
    PHONE = "phone"  # a phone number that the contract names
    ENGINEER = "engineer"  # an engineer said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """That a client is, may be or is not of an organisation, and by what sign. OPEN: engineers are asked."""

    id: int = 0
    client_id: ClientId
    organisation_id: OrganisationId
    sign: Sign
    value: str  # the domain, address or number that was seen
    proven: bool
    state: Answered = Answered.OPEN
    by: str = ""
    ticket_id: TicketId | None = None
    at: datetime
