"""Which of the open tickets has the next deadline, for the list in General."""

from collections.abc import Sequence
from datetime import datetime

from desk import deadlines, left
from desk.accounts import Pause
from desk.clocks import Clock
from desk.desk import Desk
from desk.lifecycle import owed_by_us
from desk.ports import Unit
from desk.tickets import Ticket, TicketId

AT_MOST = 500
"""Tickets that are reckoned for one look; a list of more is read by nobody."""

Deadline = tuple[datetime, Clock]

_DUE = {Clock.ANSWER: "clock.queue_answer", Clock.SOLVE: "clock.queue_solve"}
_OVER = {Clock.ANSWER: "clock.queue_over_answer", Clock.SOLVE: "clock.queue_over_solve"}


async def soonest(desk: Desk, unit: Unit, tickets: Sequence[Ticket]) -> dict[TicketId, Deadline]:
    """The next deadline of each of the first tickets that we owe a word and promised something for."""
    ours = [ticket for ticket in tickets if owed_by_us(ticket.status) and ticket.plan][:AT_MOST]
    pauses: dict[TicketId, list[Pause]] = {}
    for pause in await unit.find(Pause, ticket_id__in=[ticket.id for ticket in ours]):
        pauses.setdefault(pause.ticket_id, []).append(pause)
    found: dict[TicketId, Deadline] = {}
    for ticket in ours:
        shown = deadlines.read(desk, ticket, pauses.get(ticket.id, []), desk.now())
        due = [(one.due, clock) for clock, one in shown.items() if one.due and not one.ended]
        if due:
            found[ticket.id] = min(due)
    return found


def in_words(desk: Desk, ticket: Ticket, deadline: Deadline) -> str:
    """«ответ до пт 15:40»."""
    at, clock = deadline
    key = _OVER[clock] if at < desk.now() else _DUE[clock]
    return desk.say(key, due=left.moment(desk, ticket, at))
