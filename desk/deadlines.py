"""What is promised for a ticket and what became of it: read, recomputed when it changes, written down when it ends.

Rule: an answer counts only when a person sent it and it was delivered; a delivery that proves to be none is none.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from desk import left, organisations, outbox, plans
from desk.accounts import Pause
from desk.clocks import Clock, Reading, reading
from desk.desk import Desk
from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Audit
from desk.ports import Unit
from desk.tickets import Message, Priority, Ticket

WORDS = frozenset({Purpose.ANSWER, Purpose.QUESTION, Purpose.NOTICE, Purpose.CLOSING})
"""What may bring the client a person's words."""

LOOKED_AT = 200
"""First deliveries of a ticket that are looked through for a person's words."""

_BY_URGENCY = list(Priority)


def read(desk: Desk, ticket: Ticket, pauses: list[Pause], now: datetime) -> dict[Clock, Reading]:
    """What both clocks show at a moment."""
    plan = plans.of(desk, ticket)
    terms = plans.terms(plan, ticket.priority, ticket.type) if plan else (None, None)
    calendar = plans.calendar(desk, ticket.plan)
    return {
        clock: reading(ticket, clock, term, calendar, pauses, now)
        for clock, term in zip((Clock.ANSWER, Clock.SOLVE), terms, strict=True)
    }


async def of(desk: Desk, unit: Unit, ticket: Ticket) -> dict[Clock, Reading]:
    """What both clocks show now."""
    return read(desk, ticket, await unit.find(Pause, ticket_id=ticket.id), desk.now())


async def card_rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """What the card says of the promises; nothing without a plan."""
    return left.rows(desk, ticket, await of(desk, unit, ticket)) if plans.of(desk, ticket) else []


# --- what changes what is promised --------------------------------------------------------------------------------


async def changed(desk: Desk, unit: Unit, before: Ticket, after: Ticket, who: str) -> Ticket:
    """Recompute what is promised after line, plan, priority, type or organisation changed; `after` is saved already.

    The ticket as it is saved now comes back. A plan that nobody chose for this ticket follows contract and line. The
    topic is told what changed and the new terms. `who`: the name of who did it, "desk" when nobody.
    """
    if not after.plan_by and (plan := await _usual_plan(desk, unit, before, after)) != after.plan:
        data = {"before": after.plan, "plan": plan}
        about = {"ticket_id": after.id, "client_id": after.client_id}
        await unit.add(Audit(at=desk.now(), who=who, what="plan set", data=data, **about))
        after = replace(after, plan=plan)
    pauses = await unit.find(Pause, ticket_id=after.id)
    now = desk.now()
    old = read(desk, before, pauses, now)
    after = replace(after, **_starts(desk, before, after, old, now))
    new = read(desk, after, pauses, now)
    after = await unit.save(replace(after, warned=_still_true(after, new)))
    said = left.recomputed(desk, before, after, old, new, who)
    if said:
        await outbox.to_topic(desk, unit, after, said)
        await outbox.card(desk, unit, after)
    return after


async def _usual_plan(desk: Desk, unit: Unit, before: Ticket, after: Ticket) -> str:
    """The plan that follows from contract and line; what else changed leaves the plan that was promised alone."""
    known = plans.of(desk, after) is not None
    moved = (before.line, before.organisation_id, before.plan_by) != (after.line, after.organisation_id, after.plan_by)
    if not moved and (known or not after.plan):  # nothing was promised, and that stays so: it may be years old
        return after.plan
    company = (
        await unit.get(organisations.Organisation, after.organisation_id) if after.organisation_id is not None else None
    )
    today = desk.now().astimezone(desk.settings.desk.zone).date()
    return plans.usual(desk, company, after.line, today)


def _starts(desk: Desk, before: Ticket, after: Ticket, old: dict[Clock, Reading], now: datetime) -> dict[str, Any]:
    """From when each clock counts: a raised priority counts from the raise, all else from the start of the ticket."""
    plan = plans.of(desk, after)
    first = after.client_wrote_at if plan and plan.restart_on_client_message else None
    start = {Clock.ANSWER: first, Clock.SOLVE: None}
    new = plans.terms(plan, after.priority, after.type) if plan else (None, None)
    was = plans.of(desk, before)
    former = plans.terms(was, before.priority, before.type) if was else (None, None)
    raised = _BY_URGENCY.index(after.priority) - _BY_URGENCY.index(before.priority)
    same = (before.line, before.plan, before.priority) == (after.line, after.plan, after.priority)
    found: dict[str, Any] = {}
    for clock, term, past in zip((Clock.ANSWER, Clock.SOLVE), new, former, strict=True):
        name = f"{clock.value}_from"
        own = getattr(after, name)
        if old[clock].ended or same:
            found[name] = own
        elif raised < 0:
            # With the same term there is nothing to count anew: a raise must not put a promise off.
            found[name] = own if plan and term == past else now
        elif raised > 0:
            found[name] = start[clock]
        else:
            # The priority was raised at some time and still holds; a start that was the client's word follows the plan.
            found[name] = start[clock] if own == after.client_wrote_at else own or start[clock]
    return found


def _still_true(ticket: Ticket, new: dict[Clock, Reading]) -> list[str]:
    """What was told and holds by the new reckoning too; the rest may be told again."""
    shares = {clock.value: one.share for clock, one in new.items()}
    told = (mark.partition(":") for mark in ticket.warned)
    return [f"{clock}:{part}" for clock, _, part in told if shares.get(clock, 0.0) >= int(part) / 100]


async def client_wrote(desk: Desk, unit: Unit, ticket: Ticket) -> Ticket:
    """A word of the client; where the plan says so the first-answer clock starts anew with it."""
    plan = plans.of(desk, ticket)
    if plan is None or not plan.restart_on_client_message:
        return ticket
    warned = [mark for mark in ticket.warned if not mark.startswith(Clock.ANSWER.value)]
    return await unit.save(
        replace(
            ticket,
            answer_from=desk.now(),
            answered_at=None,
            answer_took=None,
            answer_limit=None,
            warned=warned,
        )
    )


# --- what became of it ---------------------------------------------------------------------------------------------


async def at_end(desk: Desk, unit: Unit, ticket: Ticket) -> dict[str, Any]:
    """What to write down when a ticket is solved, or closed unsolved: changes for `moving.move`."""
    if ticket.solve_took is not None:
        return {}
    shown = (await of(desk, unit, ticket))[Clock.SOLVE]
    limit = None if shown.limit is None else int(shown.limit.total_seconds())
    return {"solve_took": int(shown.used.total_seconds()), "solve_limit": limit}


def by_person(message: Message) -> bool:
    """Whether the client read a person's words in it: the desk's own are written nowhere."""
    return message.channel == "group"


async def delivered(desk: Desk, unit: Unit, ticket: Ticket, parcel: Parcel) -> Ticket:
    """Something reached the client; the first words of a person stop the first clock."""
    if parcel.channel == "group" or parcel.purpose not in WORDS or ticket.answered_at is not None:
        return ticket
    return await _answered(desk, unit, ticket)


async def not_delivered(desk: Desk, unit: Unit, ticket: Ticket, parcel: Parcel) -> Ticket:
    """What was counted as delivered came back: the next words that arrived count, or none yet."""
    if parcel.purpose not in WORDS or parcel.sent_at is None or parcel.sent_at != ticket.answered_at:
        return ticket
    ticket = await unit.save(replace(ticket, answered_at=None, answer_took=None, answer_limit=None))
    return await _answered(desk, unit, ticket)


async def _answered(desk: Desk, unit: Unit, ticket: Ticket) -> Ticket:
    at = await _first_answer(unit, ticket)
    if at is None:
        return ticket
    pauses = await unit.find(Pause, ticket_id=ticket.id)
    shown = read(desk, ticket, pauses, at)[Clock.ANSWER]
    limit = None if shown.limit is None else int(shown.limit.total_seconds())
    took = int(shown.used.total_seconds())
    ticket = await unit.save(replace(ticket, answered_at=at, answer_took=took, answer_limit=limit))
    await outbox.card(desk, unit, ticket)
    return ticket


async def _first_answer(unit: Unit, ticket: Ticket) -> datetime | None:
    """When the first words of a person since the clock's start were delivered."""
    sent = await unit.find(
        Parcel,
        ticket_id=ticket.id,
        state=ParcelState.SENT,
        purpose__in=WORDS,
        channel__ne="group",
        sent_at__ge=ticket.answer_from or ticket.created_at,
        order="sent_at",
        limit=LOOKED_AT,
    )
    messages = await unit.find(Message, id__in=[one.message_id for one in sent if one.message_id])
    persons = {message.id for message in messages if by_person(message)}
    return next((one.sent_at for one in sent if one.message_id in persons), None)
