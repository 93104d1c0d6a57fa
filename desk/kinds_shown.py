"""A client's message as it is shown in the topic beside its words: as what it is, under what it answers."""

from dataclasses import dataclass

from desk import kinds
from desk.people import Door
from desk.ports import Unit
from desk.tickets import Message, Role, Thread, Ticket, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What goes with the words: see desk.parcels.Outgoing."""

    text: str
    native: str = ""
    reply_to: str = ""
    picked: str = ""


async def beside(unit: Unit, ticket: Ticket, door: Door, message: Message, text: str) -> Beside:
    """How to show a message; `text` comes back without the quotation where Telegram shows that itself."""
    found = kinds.thing(message)
    native = kinds.native(found, message.text) if found else ""
    answered = await _answered(unit, ticket, door, message)
    picked = str(message.data.get(kinds.QUOTE, "")) if answered else ""
    lines = "\n".join(f"> {line}" for line in picked.splitlines())
    if picked and text.startswith(lines):
        text = text[len(lines) :].lstrip("\n")
    else:
        picked = ""
    return Beside(text=text, native=native, reply_to=answered, picked=picked)


async def _answered(unit: Unit, ticket: Ticket, door: Door, message: Message) -> str:
    """The message in the ticket's topic that stands for the one that the client replied to; "" when none does."""
    to = str(message.data.get(kinds.TO, ""))
    if not to or door.channel != "telegram":
        return ""
    theirs = await unit.first(Trace, channel="telegram", place=door.address, external_id=to)
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group") if theirs and theirs.message_id else None
    if theirs is None or thread is None:
        return ""
    shown = await unit.first(
        Trace,
        channel="group",
        place=thread.place,
        message_id=theirs.message_id,
        ticket_id=ticket.id,
        role__in=(Role.COLLEAGUE, Role.CLIENT),
    )
    return shown.external_id if shown else ""
