"""Which of the open tickets has the next deadline, for the list in General."""

from collections.abc import Sequence
from datetime import UTC, datetime

from desk import deadlines, left
from desk.accounts import Pause
from desk.clocks import Clock, Reading
from desk.desk import Desk
from desk.lifecycle import owed_by_us
from desk.moments import length_in_words
from desk.ports import Unit
from desk.tickets import Ticket, TicketId

AT_MOST = 500
"""Tickets that are reckoned for one look; a list of more is read by nobody."""

Deadline = tuple[datetime, Clock]

FAR = datetime.max.replace(tzinfo=UTC)

_DUE = {Clock.ANSWER: "clock.queue_answer", Clock.SOLVE: "clock.queue_solve"}
_OVER = {Clock.ANSWER: "clock.queue_over_answer", Clock.SOLVE: "clock.queue_over_solve"}


async def soonest(desk: Desk, unit: Unit, tickets: Sequence[Ticket]) -> dict[TicketId, Deadline]:
    """The next deadline of each of the first tickets that we owe a word and promised something for."""
    read = await readings(desk, unit, tickets)
    return {id_: (ends(reading), reading.clock) for id_, reading in read.items()}


async def readings(desk: Desk, unit: Unit, tickets: Sequence[Ticket]) -> dict[TicketId, Reading]:
    """The same with what its clock shows."""
    ours = [ticket for ticket in tickets if owed_by_us(ticket.status) and ticket.plan][:AT_MOST]
    pauses: dict[TicketId, list[Pause]] = {}
    for pause in await unit.find(Pause, ticket_id__in=[ticket.id for ticket in ours]) if ours else []:
        pauses.setdefault(pause.ticket_id, []).append(pause)
    found: dict[TicketId, Reading] = {}
    for ticket in ours:
        shown = deadlines.read(desk, ticket, pauses.get(ticket.id, []), desk.now())
        running = [one for one in shown.values() if one.due and not one.ended]
        if running:
            found[ticket.id] = min(running, key=ends)
    return found


def ends(reading: Reading) -> datetime:
    """When it is over; far away when it does not run."""
    return reading.due or FAR


def in_words(desk: Desk, ticket: Ticket, deadline: Deadline) -> str:
    """«ответ до пт 15:40»."""
    at, clock = deadline
    key = _OVER[clock] if at < desk.now() else _DUE[clock]
    return desk.say(key, due=left.moment(desk, ticket, at))


def with_left(desk: Desk, ticket: Ticket, reading: Reading) -> str:
    """«ответ до пт 15:40, осталось 2 ч 10 мин»."""
    at = ends(reading)
    late = at < desk.now()
    length = length_in_words(desk.settings.desk.language, desk.now() - at if late else reading.left)
    key = "clock.queue_ago" if late else "clock.queue_left"
    return f"{in_words(desk, ticket, (at, reading.clock))}, {desk.say(key, length=length)}"
