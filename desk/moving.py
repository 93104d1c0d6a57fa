"""Moves a ticket from one status to another, with what that does to its clocks.

Rule: a status is only ever saved here, so that no stretch in which somebody else owed the next word goes uncounted.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from desk.accounts import Pause
from desk.lifecycle import Step, after
from desk.ports import Unit
from desk.tickets import Status, Ticket

_ENDED = frozenset({Status.SOLVED, Status.CLOSED})
_STILL = frozenset({Status.WAITING, Status.THIRD_PARTY, Status.SOLVED, Status.CLOSED})


async def move(unit: Unit, ticket: Ticket, step: Step, *, at: datetime, **changes: Any) -> Ticket:
    """Save the ticket after a step, with further fields changed. Refusal when there is no such move.

    WAITING stops the clocks when its question is delivered (`stand_still`), all others at once.
    """
    moved = replace(ticket, status=after(ticket.status, step), **changes)
    if ticket.status in _ENDED and moved.status not in _ENDED:
        # Opened again: the solution's clock goes on, with a pause for the time in between.
        moved = replace(moved, solve_took=None, solve_limit=None)
    if moved.status is not ticket.status:
        await unit.change(Pause, {"until": at}, ticket_id=ticket.id, until=None)
        if moved.status in _STILL and moved.status is not Status.WAITING:
            await stand_still(unit, moved, at=at)
    return await unit.save(moved)


async def stand_still(unit: Unit, ticket: Ticket, *, at: datetime) -> None:
    """The clocks stop because of the status that the ticket has; nothing happens while they stand already."""
    if ticket.status in _STILL and not await unit.count(Pause, ticket_id=ticket.id, until=None):
        await unit.add(Pause(ticket_id=ticket.id, why=ticket.status, since=at))


async def never_stood(unit: Unit, ticket: Ticket) -> None:
    """The question never arrived: the client owed nothing, so the pause that it began did not happen."""
    await unit.remove(Pause, ticket_id=ticket.id, until=None, why=Status.WAITING)
