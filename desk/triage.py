"""What a request is and how urgent it is, as an engineer says, with all that follows from it."""

from dataclasses import replace

from desk import deadlines, on_call, outbox, quiet_hours, staff
from desk.checklists import fill as fill_checklists
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, ticket_of
from desk.parcels import Urgency
from desk.ports import Unit
from desk.series import begin
from desk.sorts import PRIORITIES, TYPES, named, priority_in_words, type_in_words
from desk.tickets import Priority, Status, Ticket, Type
from desk.work import audit


async def set_type(desk: Desk, unit: Unit, ticket: Ticket, kind: Type, who: str) -> Ticket:
    """An engineer says what it is; the topic hears it. Refusal when it is that already."""
    if ticket.type is kind:
        raise Refusal("triage.type_same", type=type_in_words(desk, kind))
    text = desk.say("triage.type_set", name=who, type=type_in_words(desk, kind))
    await outbox.to_topic(desk, unit, ticket, text, silent=True)
    return await changed(desk, unit, ticket, replace(ticket, type=kind), who)


async def set_priority(desk: Desk, unit: Unit, ticket: Ticket, priority: Priority, who: str) -> Ticket:
    """An engineer says how urgent it is; of a critical one the line's leads hear. Refusal when it is that already."""
    words = priority_in_words(desk, priority)
    if ticket.priority is priority:
        raise Refusal("triage.priority_same", priority=words)
    text = desk.say("triage.priority_set", name=who, before=priority_in_words(desk, ticket.priority), priority=words)
    alarming = priority is Priority.CRITICAL and ticket.status is not Status.CLOSED
    raised = replace(ticket, priority=priority)
    at_night = alarming and quiet_hours.wakes(desk, raised)  # who is on call is mentioned then, and a lead after them
    leads = staff.mention(staff.leads(desk, ticket.line)) if alarming and not at_night else ""
    await outbox.to_topic(desk, unit, ticket, text, mention=leads, silent=None if alarming else True)
    ticket = await changed(desk, unit, ticket, raised, who)
    await on_call.call(desk, unit, ticket)
    return ticket


async def changed(desk: Desk, unit: Unit, before: Ticket, after: Ticket, who: str) -> Ticket:
    """Save another type or priority, with all that follows from it."""
    ticket = await unit.save(after)
    if before.type is not after.type:
        was = before.type.value if before.type else ""
        await audit(desk, unit, ticket, who, "type set", before=was, type=after.type.value if after.type else "")
    if before.priority is not after.priority:
        if after.priority is Priority.CRITICAL:
            await outbox.hurry(unit, ticket, Urgency.BURNING)
        was = before.priority.value
        await audit(desk, unit, ticket, who, "priority set", before=was, priority=after.priority.value)
    await outbox.card(desk, unit, ticket)
    ticket = await deadlines.changed(desk, unit, before, ticket, who)
    if before.type is not after.type:
        await fill_checklists(desk, unit, ticket)
        await begin(desk, unit, ticket)
    return ticket


async def order_type(desk: Desk, unit: Unit, order: Order) -> None:
    """`/type error`."""
    kind = named(order.argument, TYPES)
    if kind is None:
        raise Refusal("triage.type_how")
    await set_type(desk, unit, ticket_of(order), kind, order.who)
    await mark(desk, unit, order)


async def order_priority(desk: Desk, unit: Unit, order: Order) -> None:
    """`/priority high`."""
    priority = named(order.argument, PRIORITIES)
    if priority is None:
        raise Refusal("triage.priority_how")
    await set_priority(desk, unit, ticket_of(order), priority, order.who)
    await mark(desk, unit, order)
