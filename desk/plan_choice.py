"""Engineers look at the plan of a ticket and choose another one: `/plan`, `/plan name`, `/plan auto`."""

from dataclasses import replace

from desk import deadlines, outbox, plans, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, reply, ticket_of
from desk.ports import Unit
from desk.tickets import Ticket

AUTO = frozenset({"auto", "авто"})
BY_RULE = "rule"


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """Carry out `/plan`; without a word it says which plan is in force and which there are."""
    ticket = ticket_of(order)
    names = ", ".join(plan.name for plan in desk.settings.plan)
    if not names:
        raise Refusal("clock.plan_none")
    if not order.argument:
        await reply(desk, unit, order, _now(desk, ticket, names))
        return
    name = _chosen(desk, order.argument)
    if name is None:
        raise Refusal("clock.plan_unknown", names=names)
    after = await unit.save(replace(ticket, plan=name or ticket.plan, plan_by=order.who if name else ""))
    after = await deadlines.changed(desk, unit, ticket, after, order.who)
    await work.audit(desk, unit, after, order.who, "plan", before=ticket.plan, plan=after.plan, by=after.plan_by)
    await outbox.card(desk, unit, after)
    await mark(desk, unit, order)


def _chosen(desk: Desk, words: str) -> str | None:
    """The name of the plan that the words name, whole and in whatever case; "" for that of contract and line."""
    wanted = words.strip().casefold()
    if wanted in AUTO:
        return ""
    found = [plan.name for plan in desk.settings.plan if wanted in (plan.name.casefold(), plan.title.casefold())]
    return found[0] if found else None


def _now(desk: Desk, ticket: Ticket, names: str) -> str:
    plan = plans.of(desk, ticket)
    title = plan.title if plan else desk.say("clock.no_plan")
    why = desk.say("clock.plan_usual")
    if ticket.plan_by == BY_RULE:
        why = desk.say("clock.plan_by_rule")
    elif ticket.plan_by:
        why = desk.say("clock.plan_by_person", name=ticket.plan_by)
    return desk.say("clock.plan_now", title=title, why=why, names=names)
