"""Who is on duty: engineers say so themselves, and rules give new tickets to them in turn."""

from desk import staff
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, reply
from desk.people import Audit
from desk.ports import Unit
from desk.settings import Person
from desk.tickets import Status, Ticket

ON_DUTY = "on-duty"
_DUTY, _ID = "duty.", "telegram_id."
_OPEN = (Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY)


async def on_duty(desk: Desk, unit: Unit, order: Order) -> None:
    """`/onduty`."""
    person = await _who(desk, unit, order)
    await unit.remember(_key(person), desk.now().isoformat())
    await _audited(desk, unit, order, "on duty")
    await reply(desk, unit, order, desk.say("routing.on_duty", names=await _names(desk, unit)))
    await mark(desk, unit, order)


async def off_duty(desk: Desk, unit: Unit, order: Order) -> None:
    """`/offduty`."""
    person = await _who(desk, unit, order)
    if not await unit.recall(_key(person)):
        raise Refusal("routing.not_on_duty")
    await unit.remember(_key(person), "")
    await _audited(desk, unit, order, "off duty")
    names = await _names(desk, unit)
    said = desk.say("routing.off_duty", names=names) if names else desk.say("routing.nobody_on_duty")
    await reply(desk, unit, order, said)
    await mark(desk, unit, order)


async def present(desk: Desk, unit: Unit) -> list[Person]:
    """Everybody on duty, in the order of the configuration."""
    facts = await unit.recall_all(_DUTY)
    return [person for person in desk.settings.person if _key(person) in facts]


async def next_one(desk: Desk, unit: Unit, line: str) -> Person | None:
    """Who of a line takes the next ticket: of those on duty, else of all, whoever has the fewest open tickets."""
    people = staff.on_line(desk, line)
    there = await present(desk, unit)
    people = [person for person in people if person in there] or people
    loads = [(await _load(unit, person), index) for index, person in enumerate(people)]
    return people[min(loads)[1]] if loads else None


async def id_of(unit: Unit, person: Person) -> str:
    """The person's Telegram id; the @name while they have not said anything by which we would know it."""
    name = str(person.telegram)
    return (await unit.recall(_ID + name) or name) if name.startswith("@") else name


async def _load(unit: Unit, person: Person) -> int:
    ids = {str(person.telegram), await id_of(unit, person)}
    return await unit.count(Ticket, taken_id__in=sorted(ids), status__in=_OPEN)


async def _who(desk: Desk, unit: Unit, order: Order) -> Person:
    engineer = order.post.engineer
    person = staff.person(desk, engineer)
    if person is None:
        raise Refusal("routing.not_named", id=engineer.id)
    await unit.remember(_ID + str(person.telegram), engineer.id)
    return person


def _key(person: Person) -> str:
    return _DUTY + str(person.telegram)


async def _names(desk: Desk, unit: Unit) -> str:
    return ", ".join(person.name for person in await present(desk, unit))


async def _audited(desk: Desk, unit: Unit, order: Order, what: str) -> None:
    await unit.add(Audit(at=desk.now(), who=order.who, what=what, data={"telegram": order.post.engineer.id}))
