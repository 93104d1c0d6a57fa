"""Engineers say that tickets have to do with each other, or that they do not."""

from dataclasses import replace

from desk import outbox, relations
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, numbered, reply, ticket_of
from desk.ports import Unit
from desk.tickets import Ticket
from desk.work import audit


async def relate(desk: Desk, unit: Unit, given: Order) -> None:
    """`/relate SD-9`; alone it says which there are."""
    ticket = ticket_of(given)
    if not given.argument:
        known = await relations.of(unit, ticket)
        names = ", ".join(desk.number(one) for one in known)
        text = desk.say("shaping.related", numbers=names) if known else desk.say("shaping.related_none")
        await reply(desk, unit, given, text)
        return
    for other in await _named(desk, unit, given, ticket):
        if len(await relations.of(unit, ticket)) >= relations.AT_MOST:
            raise Refusal("shaping.related_many", count=relations.AT_MOST)
        if await relations.put(unit, ticket.id, other.id, related=True):
            await _told(desk, unit, given, ticket, other, "related")
    await mark(desk, unit, given)


async def unrelate(desk: Desk, unit: Unit, given: Order) -> None:
    """`/unrelate SD-9`."""
    ticket = ticket_of(given)
    for other in await _named(desk, unit, given, ticket):
        known = await relations.put(unit, ticket.id, other.id, related=False)
        for one, there in ((ticket, other), (other, ticket)):
            current = await unit.get(Ticket, one.id)
            if current and current.related_id == there.id:
                known = True
                await unit.save(replace(current, related_id=None))
        if not known:
            raise Refusal("shaping.not_related", number=desk.number(other.id))
        await _told(desk, unit, given, ticket, other, "not related")
    await mark(desk, unit, given)


async def _named(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> list[Ticket]:
    words = given.argument.replace(",", " ").split()[:10]
    if not words:
        raise Refusal("shaping.relate_how", example=desk.number(7))
    found = [await numbered(desk, unit, word) for word in words]
    if any(one.id == ticket.id for one in found):
        raise Refusal("shaping.itself")
    return found


async def _told(  # noqa: PLR0917 - both tickets and what was said of them
    desk: Desk, unit: Unit, given: Order, ticket: Ticket, other: Ticket, what: str
) -> None:
    for one, there in ((ticket, other), (other, ticket)):
        await audit(desk, unit, one, given.who, what, other=there.id)
        await outbox.card(desk, unit, one)
