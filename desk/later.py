"""A ticket put off: it rests until a time that an engineer named, or until the client's next word."""

import logging
from dataclasses import replace
from datetime import datetime

from desk import deadlines, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.left import moment
from desk.moments import in_words
from desk.moments_ahead import read
from desk.orders import Order, mark, reply, ticket_of, without_files
from desk.ports import Unit
from desk.tickets import Status, Ticket
from desk.work import audit
from desk.workbench import Appointment, Why

log = logging.getLogger(__name__)

OFF = frozenset({"off", "выкл", "снять", "отменить", "убрать", "нет"})
AT_ONCE = 50
"""Tickets woken in one look; the next look follows soon."""

LONGEST = 500
"""Characters of an engineer's reminder to themselves."""

_OVER = frozenset({Status.SOLVED, Status.CLOSED})


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/later 2d words`, `/later off`; alone it says until when the ticket rests."""
    without_files(given)
    ticket = ticket_of(given)
    if not given.argument:
        if ticket.later_until is None:
            raise Refusal("shaping.later_how")
        await reply(desk, unit, given, desk.say("shaping.later_rests", until=_words(desk, ticket.later_until)))
        return
    if given.argument.casefold() in OFF:
        await _off(desk, unit, given, ticket)
        return
    if ticket.status in _OVER:
        raise Refusal("shaping.later_over")
    at, words = read(given.argument, now=desk.now(), calendar=desk.calendar)
    if len(words) > LONGEST:
        raise Refusal("closing.too_long", count=LONGEST)
    await _put_off(desk, unit, given, ticket, at, words)


async def _put_off(  # noqa: PLR0917 - who puts off what, until when and why
    desk: Desk, unit: Unit, given: Order, ticket: Ticket, at: datetime, words: str
) -> None:
    now, who = desk.now(), given.post.engineer
    await _forget(desk, unit, ticket)
    await unit.add(
        Appointment(ticket_id=ticket.id, why=Why.LATER, at=at, words=words, by=who.name, by_id=who.id, made_at=now)
    )
    ticket = await unit.save(replace(ticket, later_until=at))
    await audit(desk, unit, ticket, who.name, "put off", until=at.isoformat(), words=words)
    said = [desk.say("shaping.later_set", until=_words(desk, at))]
    shown = await deadlines.of(desk, unit, ticket)
    due = [one.due for one in shown.values() if one.due and one.running and not one.ended and one.due < at]
    if due:
        said.append(desk.say("shaping.later_promise", due=moment(desk, ticket, min(due))))
    await reply(desk, unit, given, "\n".join(said))
    await outbox.card(desk, unit, ticket)


async def _off(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    if ticket.later_until is None:
        raise Refusal("shaping.later_none")
    await _forget(desk, unit, ticket)
    ticket = await unit.save(replace(ticket, later_until=None))
    await audit(desk, unit, ticket, given.who, "put off no more")
    await outbox.card(desk, unit, ticket)
    await mark(desk, unit, given)


async def _forget(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """One ticket has one time to come back to."""
    await unit.change(Appointment, {"done_at": desk.now()}, ticket_id=ticket.id, why=Why.LATER, done_at=None)


def _words(desk: Desk, at: datetime) -> str:
    language, timezone = desk.settings.desk.language, desk.settings.desk.timezone
    return in_words(language, at, now=desk.now(), timezone=timezone)


async def tick(desk: Desk) -> None:
    """Wake what is due: one ticket, one unit; a doubled tick finds it done."""
    async with desk.view() as view:
        due = await view.find(Appointment, why=Why.LATER, done_at=None, at__le=desk.now(), order="at", limit=AT_ONCE)
    for one in due:
        try:
            await _wake(desk, one.id)
        except Exception:  # the guard: one ticket must not keep the others asleep
            log.exception("later.failed appointment=%s", one.id)


async def _wake(desk: Desk, appointment_id: int) -> None:
    async with desk.unit() as unit:
        one = await unit.get(Appointment, appointment_id)
        if one is None or one.done_at:
            return
        await unit.save(replace(one, done_at=desk.now()))
        ticket = await unit.get(Ticket, one.ticket_id)
        if ticket and ticket.later_until == one.at:  # otherwise the client's word woke it before
            ticket = await unit.save(replace(ticket, later_until=None))
            await outbox.card(desk, unit, ticket)
            if ticket.status not in _OVER:
                await audit(desk, unit, ticket, "desk", "woken")
                said = (
                    desk.say("shaping.later_due", words=one.words) if one.words else desk.say("shaping.later_due_bare")
                )
                who = f"{one.by_id}:{one.by}"
                await outbox.to_topic(desk, unit, ticket, said, mention=who, silent=False)
        await unit.commit()
