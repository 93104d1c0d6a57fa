"""What a stretch of time did to one ticket: taken, solved, closed, opened again, promises kept or broken. Pure.

Rule: it is read from the pauses of the ticket's clocks, which are kept for ever, so what happens later to a ticket
does not change what is said of a past month.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.accounts import Pause, Rating, Spent
from desk.clocks import Clock, Reading
from desk.tickets import Closing, Status, Ticket

NOTHING = timedelta()

_DONE = (Status.SOLVED, Status.CLOSED)
_SOLVED = frozenset({Closing.SOLVED, Closing.ENGINEER})

Read = Callable[[Ticket, list[Pause], datetime], Mapping[Clock, Reading]]
"""What the clocks of a ticket show at a moment (desk.deadlines.read)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A ticket with all that a report asks about it."""

    ticket: Ticket
    client: str  # the organisation's name, or the person's where there is none
    client_key: str  # tells clients of one name apart
    pauses: tuple[Pause, ...] = ()
    mark: Rating | None = None  # given within the period
    low: bool = False  # the mark is one that leads hear of
    spent: tuple[Spent, ...] = ()  # booked within the period and not withdrawn
    billed: timedelta = NOTHING  # of the period's days


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A stretch in which a ticket was solved or closed; `until` None: it still is."""

    since: datetime
    until: datetime | None
    solved: bool  # rather than closed for another reason

    def held(self, at: datetime) -> bool:
        """Whether it was so just before that moment."""
        return self.since < at and (self.until is None or self.until >= at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How a promise went: the time used of its limit, in the plan's own hours."""

    used: timedelta | None  # None: it had not ended
    limit: timedelta | None  # None: nothing was promised
    broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What the period did to a ticket."""

    case: Case
    taken: bool
    was_open: bool  # when the period began
    came_back: bool  # was done when it began, and was opened again in it
    reopened: bool
    done: Done | None  # became solved or closed in it, and was so at its end
    open: bool  # at its end
    answer: Took | None = None  # of tickets that were taken in it
    solve: Took | None = None  # of tickets that were done in it or open at its end


def stretches(ticket: Ticket, pauses: Sequence[Pause]) -> list[Done]:
    """When the ticket was solved or closed, in order; solved and then closed is one stretch."""
    found: list[Done] = []
    for pause in sorted((one for one in pauses if one.why in _DONE), key=lambda one: (one.since, one.id)):
        if found and found[-1].until is not None and pause.since <= found[-1].until:
            found[-1] = replace(found[-1], until=pause.until)
        else:
            found.append(Done(since=pause.since, until=pause.until, solved=True))
            if pause.why is Status.CLOSED and pause.until is None:
                # Why an earlier closing was is not known once it was taken back.
                found[-1] = replace(found[-1], solved=ticket.closing in _SOLVED)
    return found


def fate(case: Case, start: datetime, until: datetime, now: datetime, read: Read) -> Fate:
    """What happened to the ticket from `start` to before `until`."""
    ticket, pauses = case.ticket, list(case.pauses)
    dones = stretches(ticket, pauses)
    at_start = next((one for one in dones if one.held(start)), None)
    at_end = next((one for one in dones if one.held(until)), None)
    existed, exists = ticket.created_at < start, ticket.created_at < until
    taken = start <= ticket.created_at < until
    reopened = any(one.until is not None and start <= one.until < until for one in dones)
    done = at_end if at_end and at_end.since >= start else None
    open_ = exists and at_end is None
    return Fate(
        case=case,
        taken=taken,
        was_open=existed and at_start is None,
        came_back=at_start is not None and reopened,
        reopened=reopened,
        done=done,
        open=open_,
        # What became of a promise is said as soon as it is known, after the period too.
        answer=_took(read(ticket, pauses, now)[Clock.ANSWER]) if taken else None,
        solve=_solution(ticket, pauses, done, until, read) if done or open_ else None,
    )


def _solution(ticket: Ticket, pauses: list[Pause], done: Done | None, until: datetime, read: Read) -> Took:
    """Of the solution that the period brought, or of the one that was still owed at its end."""
    if done and done.until is None and ticket.solve_took is not None:
        return _took(read(ticket, pauses, until)[Clock.SOLVE])
    # What was written down belongs to a later end, or was taken back: reckoned as it was then.
    as_it_was = replace(ticket, solve_took=None, solve_limit=None)
    shown = read(as_it_was, pauses, done.since if done else until)[Clock.SOLVE]
    return Took(used=shown.used if done else None, limit=shown.limit, broken=shown.broken)


def _took(shown: Reading) -> Took:
    return Took(used=shown.used if shown.ended else None, limit=shown.limit, broken=shown.broken)
