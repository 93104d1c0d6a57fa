"""Engineers say that they want to hear of what happens in a ticket."""

from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, ticket_of
from desk.ports import Unit
from desk.work import audit
from desk.workbench import Watcher

AT_MOST = 20
"""Watchers of one ticket: each is a name in a message."""


async def watch(desk: Desk, unit: Unit, given: Order) -> None:
    """`/watch`."""
    ticket, who = ticket_of(given), given.post.engineer
    if await unit.count(Watcher, ticket_id=ticket.id, telegram=who.id):
        raise Refusal("shaping.watches_already")
    if await unit.count(Watcher, ticket_id=ticket.id) >= AT_MOST:
        raise Refusal("shaping.watchers_many", count=AT_MOST)
    await unit.add(Watcher(ticket_id=ticket.id, telegram=who.id, name=who.name, at=desk.now()))
    await audit(desk, unit, ticket, who.name, "watched")
    await mark(desk, unit, given)


async def unwatch(desk: Desk, unit: Unit, given: Order) -> None:
    """`/unwatch`."""
    ticket, who = ticket_of(given), given.post.engineer
    if not await unit.remove(Watcher, ticket_id=ticket.id, telegram=who.id):
        raise Refusal("shaping.watches_not")
    await audit(desk, unit, ticket, who.name, "unwatched")
    await mark(desk, unit, given)
