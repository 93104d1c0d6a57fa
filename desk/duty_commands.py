"""`/onduty`, `/offduty` and `/duty`: engineers say who is on duty, and ask."""

from desk import duty, staff
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, reply
from desk.people import Audit
from desk.ports import Unit
from desk.settings import Person


async def on_duty(desk: Desk, unit: Unit, order: Order) -> None:
    """`/onduty`: they are, and who else is and comes next, by line."""
    person = _who(desk, order)
    await duty.remember_id(unit, order.post.engineer, person)
    await duty.say(unit, person, there=True, until=duty.until(desk, person))
    await _audited(desk, unit, order, "on duty")
    names = desk.say("routing.on_duty", names=await _names(desk, unit))
    shown = await duty.overview(desk, unit) if duty.scheduled(desk) else ""
    await reply(desk, unit, order, f"{names}\n\n{shown}".strip())
    await mark(desk, unit, order)


async def show(desk: Desk, unit: Unit, order: Order) -> None:
    """`/duty`: who is on duty now and next; nothing changes."""
    await reply(desk, unit, order, await duty.overview(desk, unit) or desk.say("duty.nobody"))


async def off_duty(desk: Desk, unit: Unit, order: Order) -> None:
    """`/offduty`: until the end of the shift that they leave."""
    person = _who(desk, order)
    await duty.remember_id(unit, order.post.engineer, person)
    if person not in await duty.present(desk, unit):
        raise Refusal("routing.not_on_duty")
    ends = duty.shift_ends(desk, person)
    if ends:
        await duty.say(unit, person, there=False, until=ends)
    else:
        await duty.unsay(unit, person)
    await _audited(desk, unit, order, "off duty")
    names = await _names(desk, unit)
    nobody = "duty.nobody_left" if duty.scheduled(desk) else "routing.nobody_on_duty"
    said = desk.say("routing.off_duty", names=names) if names else desk.say(nobody)
    await reply(desk, unit, order, said)
    await mark(desk, unit, order)


def _who(desk: Desk, order: Order) -> Person:
    person = staff.person(desk, order.post.engineer)
    if person is None:
        raise Refusal("routing.not_named", id=order.post.engineer.id)
    return person


async def _names(desk: Desk, unit: Unit) -> str:
    return ", ".join(person.name for person in await duty.present(desk, unit))


async def _audited(desk: Desk, unit: Unit, order: Order, what: str) -> None:
    await unit.add(Audit(at=desk.now(), who=order.who, what=what, data={"telegram": order.post.engineer.id}))
