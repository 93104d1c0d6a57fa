"""`/spent`: the time that engineers worked on a ticket, kept whole, summed and shown.

Rule: an entry is never changed; what was wrong is withdrawn by its author and stays in the history.
"""

from dataclasses import replace
from datetime import datetime

from desk import outbox, spending, work
from desk.accounts import Agreement, Estimate, Spent
from desk.bills import length, sums
from desk.desk import Desk
from desk.errors import Refusal
from desk.moments import day_in_words
from desk.orders import Order, mark, reply, ticket_of, without_files
from desk.ports import Unit
from desk.tickets import Ticket

COMMENT = 500
"""Characters of a comment that are kept."""

SHOWN = 30
"""Entries that `/spent` alone lists, the newest; the sum is of all."""

SHOWN_COMMENT = 80

_UNDO = frozenset({"undo", "отмена", "отменить"})
_ESTIMATED = frozenset({"est", "estimate", "оценка", "смета"})


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/spent 25m comment`, `/spent est 25m comment`, `/spent undo`, and `/spent` alone for the history."""
    ticket = ticket_of(given)
    first, _, rest = given.argument.partition(" ")
    word = first.casefold()
    without_files(given)
    if not given.argument:
        await reply(desk, unit, given, await history(desk, unit, ticket))
    elif word in _UNDO and not rest.strip():
        await _undo(desk, unit, given, ticket)
    elif word in _ESTIMATED:
        await _book(desk, unit, given, rest, await _agreed(unit, ticket))
    else:
        await _book(desk, unit, given, given.argument, None)


async def _agreed(unit: Unit, ticket: Ticket) -> Estimate:
    """The estimate that work outside the plan is booked on: the last one that the client agreed to."""
    found = await unit.first(Estimate, ticket_id=ticket.id, state=Agreement.AGREED, order="-id")
    if found is None:
        raise Refusal("accounts.nothing_agreed")
    return found


async def _book(desk: Desk, unit: Unit, given: Order, text: str, estimate: Estimate | None) -> None:
    ticket, read = ticket_of(given), spending.read(text)
    if read is None:
        raise Refusal("accounts.spent_how")
    if not 0 < read.minutes <= spending.LONGEST:
        raise Refusal("accounts.spent_limits")
    engineer = given.post.engineer
    before = await _spent_today(desk, unit, engineer.id)
    if before + read.minutes > spending.LONGEST:
        raise Refusal("accounts.spent_whole_day", before=length(desk, before))
    entry = await unit.add(
        Spent(
            ticket_id=ticket.id,
            minutes=read.minutes,
            comment=read.words[:COMMENT],
            by=engineer.name,
            by_id=engineer.id,
            at=desk.now(),
            estimate_id=estimate.id if estimate else None,
        )
    )
    kept = {"entry": entry.id, "minutes": entry.minutes, "comment": entry.comment, "estimate": entry.estimate_id}
    await work.audit(desk, unit, ticket, engineer.name, "time spent", **kept)
    await outbox.card(desk, unit, ticket)
    await mark(desk, unit, given)
    if estimate:
        await _tell_beyond(desk, unit, given, estimate)


async def _tell_beyond(desk: Desk, unit: Unit, given: Order, estimate: Estimate) -> None:
    """Time beyond what the client agreed to is kept, but the engineer should know that nobody pays for it."""
    booked = spending.in_all(await unit.find(Spent, ticket_id=estimate.ticket_id, estimate_id=estimate.id))
    if booked > estimate.minutes:
        agreed, beyond = length(desk, estimate.minutes), length(desk, booked - estimate.minutes)
        await reply(desk, unit, given, desk.say("accounts.spent_beyond", agreed=agreed, beyond=beyond))


async def _spent_today(desk: Desk, unit: Unit, engineer_id: str) -> int:
    """Minutes that somebody booked today, on whatever ticket."""
    zone = desk.settings.desk.zone
    midnight = datetime.combine(desk.now().astimezone(zone).date(), datetime.min.time(), tzinfo=zone)
    return spending.in_all(await unit.find(Spent, at__ge=midnight, by_id=engineer_id))


async def _undo(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    engineer = given.post.engineer
    last = await unit.first(Spent, ticket_id=ticket.id, by_id=engineer.id, withdrawn_at=None, order="-id")
    if last is None:
        raise Refusal("accounts.nothing_to_undo")
    await unit.save(replace(last, withdrawn_at=desk.now()))
    await work.audit(desk, unit, ticket, engineer.name, "time withdrawn", entry=last.id, minutes=last.minutes)
    await outbox.card(desk, unit, ticket)
    said = desk.say("accounts.spent_undone", time=length(desk, last.minutes), comment=_comment(last.comment))
    await reply(desk, unit, given, said)


async def history(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """Every entry of a ticket with its author, withdrawn ones marked, and the sum."""
    entries = await unit.find(Spent, ticket_id=ticket.id)
    if not entries:
        return desk.say("accounts.spent_none")
    left_out = len(entries) - SHOWN
    rows = [desk.say("accounts.spent_more", count=left_out)] if left_out > 0 else []
    rows += [_row(desk, entry) for entry in entries[-SHOWN:]]
    return "\n".join([*rows, "", await sums(desk, unit, ticket, entries)])


def _row(desk: Desk, entry: Spent) -> str:
    day = day_in_words(desk.settings.desk.language, entry.at, timezone=desk.settings.desk.timezone)
    marks = [desk.say("accounts.by_estimate")] if entry.estimate_id else []
    marks += [desk.say("accounts.withdrawn")] if entry.withdrawn_at else []
    said = f"• {day}, {entry.by}: {length(desk, entry.minutes)}{_comment(entry.comment)}"
    return f"{said} ({', '.join(marks)})" if marks else said


def _comment(comment: str) -> str:
    words = " ".join(comment.split())
    cut = words if len(words) <= SHOWN_COMMENT else f"{words[:SHOWN_COMMENT]}…"
    return f" · {cut}" if cut else ""
