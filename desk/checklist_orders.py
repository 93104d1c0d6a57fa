"""`/checklist`: shows a ticket's checklist, adds one of the configuration or a line of one's own."""

from desk import checklists, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, ticket_of
from desk.parcels import Purpose
from desk.ports import Unit
from desk.tickets import Status, Ticket
from desk.work import audit
from desk.workbench import Item


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/checklist`, `/checklist name`, `/checklist + text`; all of them show what there is then."""
    ticket = ticket_of(given)
    if given.argument:
        if ticket.status is Status.CLOSED:
            raise Refusal("shaping.checklist_closed")
        await _add(desk, unit, given, ticket)
        await outbox.card(desk, unit, ticket)
    text, buttons = await checklists.shown(desk, unit, ticket)
    await outbox.to_topic(
        desk, unit, ticket, text, purpose=Purpose.REPLY, buttons=buttons, reply_to=given.post.external_id
    )


async def _add(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    if given.argument.startswith("+"):
        text = given.argument[1:].strip()
        if not text:
            raise Refusal("shaping.checklist_none")
        await checklists.add_line(unit, ticket, text)
        await audit(desk, unit, ticket, given.who, "checklist line added", item=text)
        return
    wanted = given.argument.casefold()
    known = next((one for one in desk.settings.checklist if one.name.casefold() == wanted), None)
    if known is None:
        names = ", ".join(one.name for one in desk.settings.checklist)
        raise Refusal("shaping.checklist_unknown", name=given.argument[:40], names=names or "—")
    if await unit.count(Item, ticket_id=ticket.id, checklist=known.name):
        return
    await checklists.add(desk, unit, ticket, known)
    await audit(desk, unit, ticket, given.who, "checklist added", checklist=known.name)
