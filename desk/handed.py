"""Who handed a ticket to the line that has it, from which one, with what words: for its card."""

import json

from desk import staff
from desk.desk import Desk
from desk.ports import Unit
from desk.tickets import Message, Ticket

_FACT = "handed:"
_SHOWN = 300
"""Characters of one row: a summary is read at a glance, the whole stands in the conversation."""


async def keep(unit: Unit, ticket: Ticket, *, who: str, before: str, note: Message | None) -> None:
    """Remember it until the ticket moves again; `note`: the words."""
    kept = {"who": who, "before": before, "note": note.id if note else 0}
    await unit.remember(f"{_FACT}{ticket.id}", json.dumps(kept))


async def card_rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """The card's row of it; none for a ticket that never moved."""
    known = await unit.recall(f"{_FACT}{ticket.id}")
    if not known:
        return []
    kept = json.loads(known)
    note = await unit.get(Message, kept["note"]) if kept["note"] else None
    before = title(desk, kept["before"])
    if note and note.text and not note.withdrawn_at:
        return [desk.say("handing.card", name=kept["who"], before=before, words=shortly(note.text))]
    return [desk.say("handing.card_bare", name=kept["who"], before=before)]


def title(desk: Desk, name: str) -> str:
    """A line as people see it, also one that the configuration no longer has."""
    line = staff.line(desk, name)
    return line.title if line else name


def shortly(text: str) -> str:
    """A text in one row."""
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
