"""The tables: one for each value class of the desk, with the same names, and two of the store's own.

Rule: a row says what its dataclass says and nothing more; defaults live there, meanings are explained there. Longer
than most modules, because one page that shows the whole schema is worth more than five short ones.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from desk import accounts, incoming, organisations, parcels, people, tickets, workbench
from store.columns import NUMBER, Bytes, Choice, Day, Flag, Instant, Name, Tree, Whole, Words

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can speak of it on both engines."""

# Conditions of partial indexes. SQLite uses such an index only for a query that says the same in so many words.
RAW_UNDONE = "state IN ('new', 'working')"
PARCEL_UNDONE = "state IN ('queued', 'sending')"
PARCEL_QUEUED = "state = 'queued'"
PARCEL_MAILED = "mailing_id IS NOT NULL"
TICKET_PARENT = "parent_id IS NOT NULL"
TICKET_MERGED = "merged_into IS NOT NULL"
APPOINTMENT_OPEN = "done_at IS NULL"

Id = Annotated[int | None, Field(sa_type=NUMBER, primary_key=True)]
Int = Annotated[int, Field(sa_type=Whole)]
IntOrNone = Annotated[int | None, Field(sa_type=Whole)]
Str = Annotated[str, Field(sa_type=Words)]
Indexed = Annotated[str, Field(sa_type=Name)]
At = Annotated[datetime, Field(sa_type=Instant)]
AtOrNone = Annotated[datetime | None, Field(sa_type=Instant)]
DayOrNone = Annotated[date | None, Field(sa_type=Day)]
Bool = Annotated[bool, Field(sa_type=Flag)]
Json = Annotated[Any, Field(sa_type=Tree, nullable=False)]
Blob = Annotated[bytes, Field(sa_type=Bytes)]


def to(table: str, *, optional: bool = False) -> Any:
    """A column that points to a row of that table."""
    return Field(sa_column=Column(NUMBER, ForeignKey(f"{table}.id"), nullable=optional))


def one_of(choice: Any, *, optional: bool = False) -> Any:
    """A column that holds a member of that enumeration."""
    return Field(sa_column=Column(Choice(choice), nullable=optional))


def some(name: str, condition: str, *columns: str) -> Index:
    """An index over the rows for which the condition holds: small, however long the history grows."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


NEVER_AGAIN = {"sqlite_autoincrement": True}
"""SQLite must not give a removed row's id to another one: Message-IDs are made from parcels' ids."""


class Row(SQLModel):
    """What all tables share."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class ClientRow(Row, table=True):
    __tablename__ = "client"
    __table_args__ = (Index(None, "organisation_id"), NEVER_AGAIN)
    id: Id = None
    name: Str
    language: Str
    spoken: Str
    joined_to: IntOrNone
    organisation_id: int | None = to("organisation", optional=True)
    created_at: At
    banned_at: AtOrNone
    banned_by: Str
    ban_reason: Str
    news_at: AtOrNone
    no_news_at: AtOrNone
    forgotten_at: AtOrNone


class DoorRow(Row, table=True):
    __tablename__ = "door"
    __table_args__ = (UniqueConstraint("channel", "address", "claimed"), Index(None, "client_id"), NEVER_AGAIN)
    id: Id = None
    client_id: int = to("client")
    channel: Indexed
    address: Indexed
    name: Str
    username: Str
    place: Str
    proof: str = one_of(people.Proof)
    created_at: At
    used_at: At
    shut_at: AtOrNone
    shut_reason: Str
    claimed: Bool
    vouched_at: AtOrNone


class LinkRow(Row, table=True):
    __tablename__ = "link"
    __table_args__ = (Index(None, "kept_id"), Index(None, "joined_id"), NEVER_AGAIN)
    id: Id = None
    kept_id: int = to("client")
    joined_id: int = to("client")
    proof: str = one_of(people.Proof)
    by: Str
    at: At
    doors: Json
    tickets: Json
    undone_at: AtOrNone


class SuggestionRow(Row, table=True):
    __tablename__ = "suggestion"
    __table_args__ = (Index(None, "client_id", "other_id"), Index(None, "ticket_id"), NEVER_AGAIN)
    id: Id = None
    client_id: int = to("client")
    other_id: int = to("client")
    ticket_id: Int
    reason: Str
    value: Str
    state: str = one_of(people.Answered)
    by: Str
    at: At


class KeyRow(Row, table=True):
    __tablename__ = "key"
    __table_args__ = (Index(None, "secret"), Index(None, "channel", "address"), Index(None, "client_id"), NEVER_AGAIN)
    id: Id = None
    sort: Str
    secret: Indexed
    client_id: Int
    channel: Indexed
    address: Indexed
    tries: Int
    created_at: At
    expires_at: At
    used_at: AtOrNone


class AuditRow(Row, table=True):
    __tablename__ = "audit"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "client_id"), NEVER_AGAIN)
    id: Id = None
    at: At
    who: Str
    what: Str
    ticket_id: IntOrNone
    client_id: IntOrNone
    data: Json


class TicketRow(Row, table=True):
    __tablename__ = "ticket"
    __table_args__ = (
        Index(None, "client_id", "status"),
        Index(None, "status"),
        Index(None, "reminder_id"),
        Index(None, "organisation_id"),
        Index(None, "created_at"),
        Index(None, "closed_at"),
        some("ix_ticket_parent", TICKET_PARENT, "parent_id"),
        some("ix_ticket_merged", TICKET_MERGED, "merged_into"),
    )
    # The number comes from the counter, without gaps.
    id: int = Field(sa_column=Column(NUMBER, primary_key=True, autoincrement=False))
    client_id: int = to("client")
    opened_door_id: int = to("door")
    door_id: int = to("door")
    line: Indexed
    status: str = one_of(tickets.Status)
    subject: Str
    language: Str
    verdict: Json
    taken_by: Str
    taken_id: Str
    related_id: IntOrNone
    created_at: At
    active_at: At
    client_wrote_at: At
    solved_at: AtOrNone
    closed_at: AtOrNone
    closing: str | None = one_of(tickets.Closing, optional=True)
    question: Str
    asked_at: AtOrNone
    clock_from: AtOrNone
    reminded: Int
    kept: Int
    snoozed_until: AtOrNone
    reminder_id: IntOrNone
    held_reason: Str
    spared_until: AtOrNone
    organisation_id: int | None = to("organisation", optional=True)
    type: str | None = one_of(tickets.Type, optional=True)
    priority: str = one_of(tickets.Priority)
    wished: str | None = one_of(tickets.Priority, optional=True)
    tags: Json
    plan: Str
    plan_by: Str
    third_party: Str
    findings: Str
    merged_into: IntOrNone
    parent_id: IntOrNone
    incident: Bool
    later_until: AtOrNone
    answer_from: AtOrNone
    answered_at: AtOrNone
    answer_took: IntOrNone
    answer_limit: IntOrNone
    solve_from: AtOrNone
    solve_took: IntOrNone
    solve_limit: IntOrNone
    warned: Json


class MessageRow(Row, table=True):
    __tablename__ = "message"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "external_id"), Index(None, "door_id", "at"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    kind: str = one_of(tickets.Kind)
    author: Str
    author_id: Str
    channel: Str
    door_id: int | None = to("door", optional=True)
    external_id: Indexed
    text: Str
    rest: Str
    at: At
    withdrawn_at: AtOrNone
    raw_id: IntOrNone
    data: Json


class RevisionRow(Row, table=True):
    __tablename__ = "revision"
    __table_args__ = (Index(None, "message_id"), NEVER_AGAIN)
    id: Id = None
    message_id: int = to("message")
    text: Str
    at: At


class FileRow(Row, table=True):
    __tablename__ = "file"
    __table_args__ = (Index(None, "message_id"), Index(None, "key"), NEVER_AGAIN)
    id: Id = None
    message_id: int = to("message")
    sort: Str
    name: Str
    mime: Str
    size: Int
    key: Str
    remote_id: Str
    inline: Bool


class TraceRow(Row, table=True):
    __tablename__ = "trace"
    __table_args__ = (
        UniqueConstraint("channel", "place", "external_id"),
        Index(None, "external_id"),  # a mail's ancestors, in whichever mailbox they lie
        Index(None, "ticket_id"),
        Index(None, "message_id"),
        Index(None, "parcel_id"),
        NEVER_AGAIN,
    )
    id: Id = None
    channel: Indexed
    place: Indexed
    external_id: Indexed
    ticket_id: int | None = to("ticket", optional=True)
    message_id: int | None = to("message", optional=True)
    role: str = one_of(tickets.Role)
    parcel_id: IntOrNone
    at: At


class ThreadRow(Row, table=True):
    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("ticket_id", "channel"),
        Index(None, "channel", "place", "external_id"),
        NEVER_AGAIN,
    )
    id: Id = None
    ticket_id: int = to("ticket")
    channel: Indexed
    place: Indexed
    external_id: Indexed
    card_id: Str
    title: Str
    closed: Bool
    replayed: Bool


class ParticipantRow(Row, table=True):
    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("ticket_id", "address"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    address: Indexed
    name: Str
    standing: str = one_of(tickets.Standing)
    by: Str
    at: At


class OrganisationRow(Row, table=True):
    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("number"), Index(None, "licence"), NEVER_AGAIN)
    id: Id = None
    number: Indexed
    name: Str
    plan: Str
    valid_from: DayOrNone
    valid_until: DayOrNone
    product: Str
    licence: Indexed
    domains: Json
    created_at: At
    changed_at: At
    warned: Str


class DomainRow(Row, table=True):
    __tablename__ = "domain"
    __table_args__ = (UniqueConstraint("name"), Index(None, "organisation_id"), NEVER_AGAIN)
    id: Id = None
    organisation_id: int = to("organisation")
    name: Indexed


class ContactRow(Row, table=True):
    __tablename__ = "contact"
    __table_args__ = (Index(None, "organisation_id"), NEVER_AGAIN)
    id: Id = None
    organisation_id: int = to("organisation")
    name: Str
    role: Str
    news: Str


class ReachRow(Row, table=True):
    __tablename__ = "reach"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        Index(None, "contact_id"),
        Index(None, "organisation_id"),
        NEVER_AGAIN,
    )
    id: Id = None
    contact_id: int = to("contact")
    organisation_id: int = to("organisation")
    channel: Indexed
    address: Indexed


class BelongingRow(Row, table=True):
    __tablename__ = "belonging"
    __table_args__ = (Index(None, "client_id", "organisation_id"), Index(None, "organisation_id"), NEVER_AGAIN)
    id: Id = None
    client_id: int = to("client")
    organisation_id: int = to("organisation")
    sign: str = one_of(organisations.Sign)
    value: Str
    proven: Bool
    state: str = one_of(people.Answered)
    by: Str
    ticket_id: IntOrNone
    at: At


class DetailRow(Row, table=True):
    __tablename__ = "detail"
    __table_args__ = (UniqueConstraint("ticket_id", "name"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    name: Indexed
    value: Str
    source: str = one_of(accounts.Source)
    by: Str
    secret: Bool
    waived: Bool
    skipped: Bool
    at: At


class PauseRow(Row, table=True):
    __tablename__ = "pause"
    __table_args__ = (Index(None, "ticket_id"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    why: str = one_of(tickets.Status)
    since: At
    until: AtOrNone


class EstimateRow(Row, table=True):
    __tablename__ = "estimate"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "message_id"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    minutes: Int
    text: Str
    by: Str
    by_id: Str
    state: str = one_of(accounts.Agreement)
    at: At
    message_id: int | None = to("message", optional=True)
    answered_at: AtOrNone
    answered_by: Str
    answered_through: Str
    door_id: IntOrNone


class SpentRow(Row, table=True):
    __tablename__ = "spent"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "at"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    minutes: Int
    comment: Str
    by: Str
    by_id: Str
    at: At
    estimate_id: int | None = to("estimate", optional=True)
    withdrawn_at: AtOrNone


class RatingRow(Row, table=True):
    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("ticket_id"),
        Index(None, "client_id", "asked_at"),
        Index(None, "given_at"),
        NEVER_AGAIN,
    )
    id: Id = None
    ticket_id: int = to("ticket")
    client_id: int = to("client")
    engineer: Str
    asked_at: At
    stars: IntOrNone
    words: Str
    given_at: AtOrNone


class ParcelRow(Row, table=True):
    __tablename__ = "parcel"
    __table_args__ = (
        # All that store/due.py asks: thousands that wait are looked through without reading what they say.
        some("ix_parcel_undone", PARCEL_UNDONE, "lane", "id", "state", "not_before", "urgency"),
        some("ix_parcel_queued", PARCEL_QUEUED, "not_before"),
        Index(None, "state"),
        Index(None, "coalesce", "state"),
        Index(None, "lane", "created_at"),
        some("ix_parcel_mailing", PARCEL_MAILED, "mailing_id", "state"),
        Index(None, "ticket_id"),
        Index(None, "message_id"),
        NEVER_AGAIN,
    )
    id: Id = None
    channel: Str
    place: Str
    lane: Indexed
    purpose: str = one_of(parcels.Purpose)
    urgency: Int
    ticket_id: int | None = to("ticket", optional=True)
    message_id: int | None = to("message", optional=True)
    body: Json
    state: str = one_of(parcels.ParcelState)
    not_before: At
    attempts: Int
    created_at: At
    sent_at: AtOrNone
    external_id: Str
    error: Str
    mailing_id: IntOrNone
    coalesce: Indexed


class AppointmentRow(Row, table=True):
    __tablename__ = "appointment"
    __table_args__ = (
        some("ix_appointment_open", APPOINTMENT_OPEN, "at"),
        Index(None, "ticket_id"),
        NEVER_AGAIN,
    )
    id: Id = None
    ticket_id: int = to("ticket")
    why: str = one_of(workbench.Why)
    at: At
    words: Str
    by: Str
    by_id: Str
    data: Json
    made_at: At
    done_at: AtOrNone


class ItemRow(Row, table=True):
    __tablename__ = "item"
    __table_args__ = (Index(None, "ticket_id"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    checklist: Str
    place: Int
    text: Str
    by: Str
    done_at: AtOrNone


class WatcherRow(Row, table=True):
    __tablename__ = "watcher"
    __table_args__ = (UniqueConstraint("ticket_id", "telegram"), NEVER_AGAIN)
    id: Id = None
    ticket_id: int = to("ticket")
    telegram: Indexed
    name: Str
    at: At


class UseRow(Row, table=True):
    __tablename__ = "use"
    __table_args__ = (Index(None, "sort", "name", "what"), Index(None, "ticket_id"), NEVER_AGAIN)
    id: Id = None
    sort: str = one_of(workbench.Sort)
    name: Indexed
    ticket_id: int | None = to("ticket", optional=True)
    by: Str
    what: Indexed
    at: At


class MailingRow(Row, table=True):
    __tablename__ = "mailing"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "ended_at"), NEVER_AGAIN)
    id: Id = None
    sort: str = one_of(workbench.MailingSort)
    ticket_id: int | None = to("ticket", optional=True)
    product: Str
    text: Str
    by: Str
    by_id: Str
    at: At
    total: Int
    told: Str
    data: Json
    ended_at: AtOrNone


class ErasureRow(Row, table=True):
    __tablename__ = "erasure"
    __table_args__ = (Index(None, "client_id"), Index(None, "due_at"), NEVER_AGAIN)
    id: Id = None
    client_id: int = to("client")
    reason: Str
    by: Str
    by_id: Str
    asked_at: At
    due_at: At
    stopped_at: AtOrNone
    stopped_by: Str
    done_at: AtOrNone
    data: Json


class RawRow(Row, table=True):
    __tablename__ = "raw"
    __table_args__ = (
        UniqueConstraint("channel", "place", "external_id"),
        some("ix_raw_undone", RAW_UNDONE, "lane", "id", "state", "not_before", "interrupted", "channel"),
        Index(None, "state", "not_before"),
        Index(None, "album"),
        Index(None, "digest"),
        NEVER_AGAIN,
    )
    id: Id = None
    channel: Indexed
    place: Indexed
    external_id: Indexed
    lane: Indexed
    body: Blob
    key: Str
    size: Int
    album: Indexed
    digest: Indexed
    whole: Int
    at: At
    state: str = one_of(incoming.RawState)
    attempts: Int
    interrupted: Int
    not_before: At
    error: Str


class FactRow(Row, table=True):
    """A small thing remembered under a name."""

    __tablename__ = "fact"
    key: Annotated[str, Field(sa_type=Name, primary_key=True)]
    value: Str


class CounterRow(Row, table=True):
    """The last number given; its row is part of the transaction, so a number that was not used comes again."""

    __tablename__ = "counter"
    name: Annotated[str, Field(sa_type=Name, primary_key=True)]
    last: Int


def table(row: type[Row]) -> Table:
    """The SQL table of a row class."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


TABLES: Mapping[type, Table] = {
    people.Client: table(ClientRow),
    people.Door: table(DoorRow),
    people.Link: table(LinkRow),
    people.Suggestion: table(SuggestionRow),
    people.Key: table(KeyRow),
    people.Audit: table(AuditRow),
    tickets.Ticket: table(TicketRow),
    tickets.Message: table(MessageRow),
    tickets.Revision: table(RevisionRow),
    tickets.File: table(FileRow),
    tickets.Trace: table(TraceRow),
    tickets.Thread: table(ThreadRow),
    tickets.Participant: table(ParticipantRow),
    organisations.Organisation: table(OrganisationRow),
    organisations.Domain: table(DomainRow),
    organisations.Contact: table(ContactRow),
    organisations.Reach: table(ReachRow),
    organisations.Belonging: table(BelongingRow),
    accounts.Detail: table(DetailRow),
    accounts.Pause: table(PauseRow),
    accounts.Estimate: table(EstimateRow),
    accounts.Spent: table(SpentRow),
    accounts.Rating: table(RatingRow),
    workbench.Appointment: table(AppointmentRow),
    workbench.Item: table(ItemRow),
    workbench.Watcher: table(WatcherRow),
    workbench.Use: table(UseRow),
    workbench.Mailing: table(MailingRow),
    workbench.Erasure: table(ErasureRow),
    parcels.Parcel: table(ParcelRow),
    incoming.Raw: table(RawRow),
}
"""Which table keeps which value class of the desk."""

FACT = table(FactRow)
COUNTER = table(CounterRow)
METADATA = Row.metadata
