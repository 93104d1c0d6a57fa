"""Topics of tickets that were closed long ago are deleted, where the configuration asks for it.

Rule: only a view is deleted; the ticket and its conversation stay, and `/open` shows them in a new topic. Such a topic
is deleted again when the same time has passed.
"""

import json
from datetime import datetime, timedelta

from desk import outbox
from desk.desk import Desk
from desk.parcels import Act, Outgoing, Parcel, Purpose, Urgency
from desk.ports import Unit
from desk.tickets import Status, Thread, Ticket, TicketId

AT_ONCE = 20
"""Tickets looked at in one tick: deleting shares the group's pace."""

AGAIN = timedelta(days=1)
"""When deleting is tried again after Telegram refused it."""

_CURSOR, _BACK, _TOLD = "topics.dropped", "topics.back:", "topics.not_dropped"


async def tick(desk: Desk) -> None:
    """Order the deletion of topics whose time is over, the longest closed first."""
    keep = desk.settings.telegram.topic_retention
    if keep is None or keep.plain is None:
        return
    until = desk.now() - keep.plain
    async with desk.view() as view:
        closed = await _next(view, until)
        back = await view.recall_all(_BACK)
    due = [key for key, at in sorted(back.items(), key=lambda one: one[1]) if datetime.fromisoformat(at) <= until]
    if not closed and not due:
        return
    async with desk.store.unit() as unit:
        for ticket in closed:
            await _drop(desk, unit, ticket)
        for key in due[:AT_ONCE]:
            again = await unit.get(Ticket, TicketId(int(key.removeprefix(_BACK))))
            await unit.remember(key, "")
            if again:
                await _drop(desk, unit, again)
        if closed and (last := closed[-1]).closed_at:
            await unit.remember(_CURSOR, json.dumps([last.closed_at.isoformat(), last.id]))
        await unit.commit()


async def _next(view: Unit, until: datetime) -> list[Ticket]:
    """The next tickets in the order in which they were closed; several may have been closed at the same moment."""
    stored = await view.recall(_CURSOR)
    at, last = json.loads(stored) if stored else ("", 0)
    found: list[Ticket] = []
    if at:
        moment = datetime.fromisoformat(at)
        found = await view.find(Ticket, closed_at=moment, id__gt=last, order="id", limit=AT_ONCE)
    if len(found) < AT_ONCE:
        after = {"closed_at__gt": datetime.fromisoformat(at)} if at else {}
        found += await view.find(Ticket, closed_at__le=until, order="closed_at", limit=AT_ONCE - len(found), **after)
    return found


async def _drop(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    if ticket.status is not Status.CLOSED or thread is None or not thread.external_id:
        return
    order = Outgoing(channel="group", place=ticket.line, purpose=Purpose.TOPIC, act=Act.DROP, ticket=ticket.id)
    lane, key = f"group:{ticket.id}", f"drop:{ticket.id}"
    await outbox.send(desk, unit, order, lane=lane, coalesce=key, urgency=Urgency.DIGEST)


async def came_back(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """A closed ticket got a topic again: its time begins anew."""
    if desk.settings.telegram.topic_retention and ticket.status is Status.CLOSED:
        await unit.remember(f"{_BACK}{ticket.id}", desk.now().isoformat())


async def refused(desk: Desk, unit: Unit, parcel: Parcel, why: str) -> None:
    """Telegram did not delete a topic: tried again tomorrow, and told once a day."""
    keep = desk.settings.telegram.topic_retention
    if keep is None or keep.plain is None or parcel.ticket_id is None:
        return
    now = desk.now()
    await unit.remember(f"{_BACK}{parcel.ticket_id}", (now - keep.plain + AGAIN).isoformat())
    told = await unit.recall(_TOLD)
    if not told or datetime.fromisoformat(told) <= now - AGAIN:
        await unit.remember(_TOLD, now.isoformat())
        await outbox.to_general(desk, unit, desk.say("home.not_dropped", why=why[:200]), line=parcel.place, silent=True)
