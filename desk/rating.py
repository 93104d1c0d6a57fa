"""After a ticket is closed its client is asked once what they think of our work: when, and who is not asked.

Rule: each closed ticket is looked at once. Who is asked is asked in working hours, at most once in so long, and only
about work: after a person of ours spoke to a person who wanted it, and not after «no answer».
"""

import logging
from datetime import datetime, timedelta

from desk import clients, copies, doors, loops, outbox, ratings, second_hand, work
from desk.accounts import Rating
from desk.desk import Desk
from desk.durations import Span
from desk.parcels import Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Closing, Kind, Message, Status, Ticket

log = logging.getLogger(__name__)

LOOK = timedelta(minutes=5)
"""How often to look."""

FRESH = Span(working_days=3)
"""After that nobody remembers well: a desk that was away for long does not ask any more."""

REST = timedelta(minutes=1)
"""A ticket is looked at so long after its closing: units that close others at that moment have ended by then."""

AT_ONCE = 50

_ASKED_AFTER = frozenset({
    Closing.SOLVED, Closing.NOT_REPRODUCED, Closing.SOFTWARE, Closing.EQUIPMENT, Closing.DEVELOPMENT, Closing.ENGINEER,
})  # fmt: skip
"""Not after silence, a double or a withdrawal, where no work was done, nor after a refusal."""

_OURS = (Kind.ANSWER, Kind.QUESTION)
_LOOKED = "ratings.looked"
"""The fact that says up to which closing every ticket was looked at; none before the first look."""


async def tick(desk: Desk) -> None:
    """Ask about what was closed since the last look; what was closed before the first one is never asked about."""
    now = desk.now()
    async with desk.view() as view:
        looked = await view.recall(_LOOKED)
        off = desk.settings.desk.quiet or not desk.settings.marks.ask
        found = await _closed(view, datetime.fromisoformat(looked), now - REST) if looked and not off else []
    if off:
        if looked:
            await _remember(desk, "")
    elif not looked:
        await _remember(desk, now.isoformat())
    elif found and desk.calendar.is_working(now):
        for ticket in found:
            try:
                await _consider(desk, ticket)
            except Exception:  # the guard: one ticket must not keep the others from being looked at
                log.exception("rating.failed ticket=%s", ticket.id)
        await _remember(desk, str(found[-1].closed_at))


async def _remember(desk: Desk, looked: str) -> None:
    async with desk.store.unit() as unit:
        await unit.remember(_LOOKED, looked)
        await unit.commit()


async def _closed(view: Unit, since: datetime, until: datetime) -> list[Ticket]:
    """The next tickets in order of their closing, all of one instant together."""
    found = await view.find(Ticket, closed_at__gt=since, closed_at__le=until, order="closed_at", limit=AT_ONCE)
    if len(found) < AT_ONCE:
        return found
    last = found[-1].closed_at
    return [one for one in found if one.closed_at != last] + await view.find(Ticket, closed_at=last)


async def _consider(desk: Desk, seen: Ticket) -> None:
    async with desk.store.unit() as unit:
        ticket = await unit.get(Ticket, seen.id)
        door = await _whom_to_ask(desk, unit, ticket) if ticket else None
        if ticket and door:
            await _ask(desk, unit, ticket, door)
            await unit.commit()


async def _whom_to_ask(desk: Desk, unit: Unit, ticket: Ticket) -> Door | None:
    """The door through which the client is to be asked; None when they are not."""
    at = ticket.closed_at
    if ticket.status is not Status.CLOSED or at is None or ticket.closing not in _ASKED_AFTER:
        return None
    if desk.calendar.add(at, FRESH) < desk.now() or await unit.count(Rating, ticket_id=ticket.id):
        return None
    if await loops.by_machine(unit, ticket.id) or not await _spoken_to(unit, ticket):
        return None
    door = await doors.best(unit, ticket)
    if door is None or second_hand.is_form(desk, door.address) or await _asked_lately(desk, unit, ticket):
        return None
    return door


async def _spoken_to(unit: Unit, ticket: Ticket) -> bool:
    """Whether a person of ours ever answered."""
    if ticket.answered_at is not None:
        return True
    return await unit.count(Message, ticket_id=ticket.id, kind__in=_OURS, withdrawn_at=None) > 0


async def _asked_lately(desk: Desk, unit: Unit, ticket: Ticket) -> bool:
    """Whether this person was: as this client, or at any of their addresses before they were known to be one."""
    last = await unit.first(Rating, client_id=ticket.client_id, order="-asked_at")
    theirs = await unit.find(Door, client_id=ticket.client_id)
    told = [await unit.recall(_asked_at(door)) for door in theirs]
    times = [datetime.fromisoformat(one) for one in told if one] + ([last.asked_at] if last else [])
    every = desk.settings.marks.every
    return any(desk.calendar.add(at, every) > desk.now() for at in times)


def _asked_at(door: Door) -> str:
    return f"rated:{door.channel}:{door.address}"


async def _ask(desk: Desk, unit: Unit, ticket: Ticket, door: Door) -> None:
    client = await unit.get(Client, ticket.client_id)
    if client is None:
        raise LookupError(f"ticket {ticket.id} has no client")
    number = desk.number(ticket.id)
    if door.channel == "telegram":
        text = clients.say(desk, client, "client.rate_telegram", number=number, subject=ticket.subject)
    else:
        text = clients.say(desk, client, "client.rate_mail", number=number)
    engineer = ticket.taken_by or await _last_to_speak(unit, ticket)
    now = desk.now()
    rating = await unit.add(Rating(ticket_id=ticket.id, client_id=client.id, engineer=engineer, asked_at=now))
    message = await work.keep_notice(desk, unit, ticket, text)
    await ratings.keep(unit, rating, ratings.Notes(asked=message.id))
    await unit.remember(_asked_at(door), now.isoformat())
    by_mail = door.channel == "mail"
    footer = await copies.way_on(desk, unit, ticket, client, door, alone=True) if by_mail else ""
    buttons = ratings.buttons(ticket)
    await outbox.to_door(
        desk,
        unit,
        door,
        Purpose.NOTICE,
        text,
        ticket=ticket,
        message_id=message.id,
        buttons=buttons,
        footer=footer,
    )


async def _last_to_speak(unit: Unit, ticket: Ticket) -> str:
    last = await unit.first(Message, ticket_id=ticket.id, kind__in=_OURS, withdrawn_at=None, order="-id")
    return last.author if last else ""
