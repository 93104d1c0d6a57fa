"""How far the asking for a ticket's missing information has come, kept as a fact under the ticket's id."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from desk.incoming import Incoming
from desk.parcels import Parcel, ParcelState
from desk.ports import Unit
from desk.settings import InfoField
from desk.tickets import Message, Ticket, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The question that waits for an answer, those before it, and the last list."""

    name: str = ""  # the field whose question waits for an answer
    parcel: int = 0
    message: int = 0
    row: int = 0  # questions asked in a row
    again: bool = False  # it was said that the answer does not fit
    taken: bool = False  # a person took the ticket; a rule that gives it to somebody is no person
    pulled: bool = False  # the client asked for the questions
    past: Mapping[str, str] = field(default_factory=dict)  # earlier questions: parcel to field
    listed: tuple[str, ...] = ()  # the last numbered list
    list_parcel: int = 0
    question: int = 0  # the message of the list when an engineer asked for it


async def load(unit: Unit, ticket: Ticket) -> Series:
    stored = json.loads(await unit.recall(_key(ticket)) or "{}")
    return Series(**{**stored, "listed": tuple(stored.get("listed", ()))})


async def save(unit: Unit, ticket: Ticket, series: Series) -> None:
    await unit.remember(_key(ticket), json.dumps(asdict(series)))


def _key(ticket: Ticket) -> str:
    return f"asking:{ticket.id}"


def asked(series: Series, about: InfoField, parcel: Parcel, message: Message, *, row: int) -> Series:
    """The series with a question on its way."""
    past = {**series.past, **({str(series.parcel): series.name} if series.name else {})}
    return replace(series, name=about.name, parcel=parcel.id, message=message.id, row=row, again=False, past=past)


async def replied_to(unit: Unit, ticket: Ticket, incoming: Incoming) -> Parcel | None:
    """The message of ours in this ticket that a client's message replies to."""
    trace = await unit.first(
        Trace, channel="telegram", place=incoming.place, external_id=incoming.reply_to, ticket_id=ticket.id
    )
    return await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None


async def came_after(unit: Unit, parcel_id: int, incoming: Incoming) -> bool:
    """Whether a message stands below ours in the chat: numbers there only grow."""
    parcel = await unit.get(Parcel, parcel_id) if parcel_id else None
    if parcel is None or parcel.state is not ParcelState.SENT:
        return False
    theirs, ours = incoming.external_id, parcel.external_id
    return theirs.isdecimal() and ours.isdecimal() and int(theirs) > int(ours)
