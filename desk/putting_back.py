"""Undoing what a message did to a ticket that it did not belong to.

Rule: what happened to the ticket since by other people is never undone.
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk import deadlines, moving, outbox
from desk.desk import Desk
from desk.lifecycle import Step
from desk.people import Audit
from desk.ports import Unit
from desk.tickets import Closing, Kind, Message, MessageId, Status, Ticket

_BACK = {
    Status.NEW: Step.MOVED_AWAY,
    Status.WAITING: Step.ASKED,
    Status.THIRD_PARTY: Step.DEPENDS,
    Status.SOLVED: Step.SOLVED,
    Status.CLOSED: Step.CLOSED,
}
_CLOCKS = ("answer_took", "answer_limit", "solve_took", "solve_limit")  # a client's word may start a clock anew
_TIMES = (
    *("active_at", "client_wrote_at", "solved_at", "closed_at", "clock_from", "snoozed_until", "spared_until"),
    *("answer_from", "answered_at"),
)
_PLAIN = ("door_id", "reminded", "kept", "held_reason", "third_party", *_CLOCKS)
_OURS = (Kind.ANSWER, Kind.QUESTION)
_WORK = ("solved", "closed", "reopened", "third party")


def _key(message_id: MessageId) -> str:
    return f"before:{message_id}"


async def keep(unit: Unit, before: Ticket, message: Message) -> None:
    """Keep what the ticket was before this message reached it."""
    await unit.remember(_key(message.id), json.dumps(was(before)))


def was(ticket: Ticket) -> dict[str, Any]:
    """What a word can change about a ticket, as JSON."""
    times = {name: at.isoformat() if (at := getattr(ticket, name)) else "" for name in _TIMES}
    plain = {name: getattr(ticket, name) for name in _PLAIN}
    closing = ticket.closing.value if ticket.closing else ""
    return {"status": ticket.status.value, "closing": closing, **times, **plain}


async def restore(desk: Desk, unit: Unit, ticket: Ticket, message: Message) -> None:
    """Put the ticket back to what it was before the message, unless something else happened to it since."""
    stored = await unit.recall(_key(message.id))
    await unit.remember(_key(message.id), "")
    if not stored:
        return
    following = await unit.first(Message, ticket_id=ticket.id, kind=Kind.WORDS, id__gt=message.id)
    if following:
        # The client's next word keeps the ticket open. Should that move away too, this is where the ticket began.
        if await unit.recall(_key(following.id)):
            await unit.remember(_key(following.id), stored)
        return
    before: dict[str, Any] = json.loads(stored)
    former = Status(before["status"])
    if ticket.status not in (Status.OPEN, former) or await _worked_on(unit, ticket, message):
        return
    ticket = await back(desk, unit, ticket, before)
    await outbox.card(desk, unit, ticket)
    if ticket.status is Status.CLOSED:
        await outbox.topic(desk, unit, ticket)


async def back(desk: Desk, unit: Unit, ticket: Ticket, before: dict[str, Any]) -> Ticket:
    """Put an open ticket, or one whose status is the same, back to what `was` said of it."""
    former = Status(before["status"])
    if former is not ticket.status:
        over = former in (Status.SOLVED, Status.CLOSED)
        ended = await deadlines.at_end(desk, unit, ticket) if over else {}
        ticket = await moving.move(unit, ticket, _BACK[former], at=desk.now(), **ended)
        if ticket.status is Status.WAITING:
            await moving.stand_still(unit, ticket, at=desk.now())
    # What was kept by an older version may lack a field: that one stays as it is.
    kept = [name for name in _TIMES if name in before]
    times: dict[str, Any] = {name: datetime.fromisoformat(before[name]) if before[name] else None for name in kept}
    plain: dict[str, Any] = {name: before[name] for name in _PLAIN if name in before}
    closing = Closing(before["closing"]) if before["closing"] else None
    return await unit.save(replace(ticket, closing=closing, **times, **plain))


async def _worked_on(unit: Unit, ticket: Ticket, message: Message) -> bool:
    """Whether an engineer spoke to the client or moved the ticket on after the message."""
    return bool(
        await unit.count(Message, ticket_id=ticket.id, kind__in=_OURS, id__gt=message.id, withdrawn_at=None)
        or await unit.count(Audit, ticket_id=ticket.id, what__in=_WORK, at__gt=message.at)
    )
