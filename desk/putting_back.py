"""Undoing what a message did to a ticket that it did not belong to."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk import outbox
from desk.desk import Desk
from desk.lifecycle import Step, after
from desk.ports import Unit
from desk.tickets import Closing, Kind, Message, Status, Ticket

_BACK = {Status.WAITING: Step.ASKED, Status.SOLVED: Step.SOLVED, Status.CLOSED: Step.CLOSED}


async def restore(desk: Desk, unit: Unit, ticket: Ticket, message: Message) -> None:
    """Put the ticket back to what it was before the message, unless something else happened to it since."""
    stored = await unit.recall(f"before:{message.id}")
    await unit.remember(f"before:{message.id}", "")
    later = await unit.count(Message, ticket_id=ticket.id, kind=Kind.WORDS, id__gt=message.id)
    if not stored or later or ticket.status is not Status.OPEN:
        return
    was: dict[str, Any] = json.loads(stored)
    step = _BACK.get(Status(was["status"]))
    if step is None:
        return

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(was[name]) if was[name] else None

    ticket = await unit.save(
        replace(
            ticket,
            status=after(ticket.status, step),
            closed_at=moment("closed_at"),
            clock_from=moment("clock_from"),
            solved_at=moment("solved_at"),
            snoozed_until=moment("snoozed_until"),
            closing=Closing(was["closing"]) if was["closing"] else None,
            reminded=int(was["reminded"]),
            kept=int(was["kept"]),
        )
    )
    await outbox.card(desk, unit, ticket)
    if ticket.status is Status.CLOSED:
        await outbox.topic(desk, unit, ticket)
