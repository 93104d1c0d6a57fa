"""A ticket that depends on others: the client is told so, and again each period, until it is taken up again."""

from dataclasses import replace
from datetime import datetime

from desk import moving, outbox, prompting, unreachable, work
from desk.closing import CLOCK_ANEW, LONGEST
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Post
from desk.lifecycle import Step, after
from desk.parcels import Purpose
from desk.ports import Unit
from desk.promises import LATE
from desk.tickets import Status, Ticket

ABOUT = "third"
"""What prompts of this module are about, see desk.prompting."""


async def begin(desk: Desk, unit: Unit, ticket: Ticket, who: str, whom: str) -> Ticket:
    """Somebody else owes the next word: `whom`, and for what; the client is told. Refusal for a closed ticket."""
    whom = whom.strip()
    if len(whom) > LONGEST:
        raise Refusal("closing.too_long", count=LONGEST)
    if ticket.status is Status.THIRD_PARTY and ticket.third_party == whom:
        raise Refusal("closing.third_same")
    now = desk.now()
    await work.drop_reminders(unit, ticket)
    ticket = await moving.move(
        unit, ticket, Step.DEPENDS, at=now, third_party=whom, active_at=now, solved_at=None, **CLOCK_ANEW
    )
    await work.audit(desk, unit, ticket, who, "third party", whom=whom)
    alone = await unreachable.nobody(unit, ticket)
    said = desk.say("closing.third_alone" if alone else "closing.third", name=who)
    await outbox.to_topic(desk, unit, ticket, said, silent=True)
    await outbox.card(desk, unit, ticket)
    if alone:
        return ticket
    return await work.tell_and_wait(
        desk, unit, ticket, "closing.depends", Purpose.NOTICE, until=_next(desk, now), whom=whom
    )


async def prompt(desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer, *, reply_to: str = "") -> None:
    """Ask an engineer whom and what we wait for. Refusal at once for a closed ticket."""
    after(ticket.status, Step.DEPENDS)
    await prompting.ask(desk, unit, ticket, engineer, desk.say("closing.ask_third"), reply_to=reply_to, about=ABOUT)


async def answered(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> None:
    """An engineer's reply to that."""
    if post.files:
        raise Refusal("group.command_files")
    await begin(desk, unit, ticket, post.engineer.name, post.text)
    done = desk.say("group.obeyed")
    await outbox.react(desk, unit, "group", post.place, post.external_id, "👌", ticket.id, words=done)


async def tell_again(desk: Desk, unit: Unit, ticket: Ticket) -> Ticket:
    """A period has passed, or they could not be told before: the client hears that it still depends on others."""
    first = ticket.clock_from is None
    again = ticket.held_reason == LATE
    ticket = await unit.save(replace(ticket, held_reason=LATE if again else ""))
    key = "closing.depends" if first else "closing.still_depends"
    until = _next(desk, desk.now())
    ticket = await work.tell_and_wait(desk, unit, ticket, key, Purpose.REMINDER, until=until, whom=ticket.third_party)
    if not again:
        await outbox.to_topic(desk, unit, ticket, desk.say("closing.third_told"), silent=True)
    return ticket


def _next(desk: Desk, now: datetime) -> datetime:
    return desk.calendar.next_start(desk.calendar.add(now, desk.settings.reminders.every))
