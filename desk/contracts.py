"""Contracts: their rows on a ticket's card, and the word to the leads before one ends.

Rule: of an end the leads are told 30 days before, 7 days before and on the day after, each once; what was said stands
in the organisation itself with the day that it spoke of, so a restart says nothing twice and a renewal begins anew.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from desk import outbox, plans, staff
from desk.desk import Desk
from desk.organisations import Organisation
from desk.ports import Unit
from desk.tickets import Ticket

STAGES = (("0", -1), ("7", 7), ("30", 30))
"""What is said when so many days of the contract are left, its last day counting as 0; the most pressing first."""

CAUGHT_UP = timedelta(days=31)
"""So long after its end a contract is still told of when the desk was off; an older one was known to be over."""

SHOWN = 30
LOOKED = "contracts.looked"


def today(desk: Desk) -> date:
    return desk.now().astimezone(desk.settings.desk.zone).date()


def day_in_words(desk: Desk, day: date) -> str:
    """A date as engineers of the desk's language write it."""
    return f"{day:%d.%m.%Y}" if desk.settings.desk.language == "ru" else day.isoformat()


async def rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """What the card says of the ticket's organisation and its contract; nothing without one."""
    company = await unit.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    if company is None:
        return []
    return [desk.say("org.card", name=company.name, number=company.number), *in_words(desk, company, ticket.plan)]


def in_words(desk: Desk, company: Organisation, served_by: str) -> list[str]:
    """The contract in a line, and plainly below it when it does not hold today. `served_by`: the plan in force."""
    plan = plans.named(desk, company.plan)
    parts = [plan.title if plan else company.plan]
    if company.valid_until:
        parts.append(desk.say("org.until", day=day_in_words(desk, company.valid_until)))
    parts += [desk.say("org.product", name=company.product)] if company.product else []
    parts += [desk.say("org.licence", number=company.licence)] if company.licence else []
    said = [desk.say("org.contract", what=", ".join(part for part in parts if part))] if any(parts) else []
    warning = _out_of_force(desk, company)
    if not warning:
        return said
    serving = plans.named(desk, served_by)
    by = desk.say("org.served_by", plan=serving.title) if serving else desk.say("org.served_by_none")
    return [*said, f"⚠ {warning} {by}"]


def _out_of_force(desk: Desk, company: Organisation) -> str:
    """Why the contract promises nothing today; "" when it does."""
    day = today(desk)
    if company.valid_until and company.valid_until < day:
        return desk.say("org.ended", day=day_in_words(desk, company.valid_until))
    if company.valid_from and company.valid_from > day:
        return desk.say("org.not_begun", day=day_in_words(desk, company.valid_from))
    if company.plan and plans.named(desk, company.plan) is None:
        return desk.say("org.no_such_plan", plan=company.plan)
    return ""


def due(company: Organisation, day: date) -> str:
    """What is to be said of its end that was not said yet: "30", "7", "0", or "" for nothing."""
    if company.valid_until is None:
        return ""
    left = (company.valid_until - day).days
    stage = next((name for name, least in STAGES if left <= least), "")
    said, _, of = company.warned.partition(" ")
    order = [name for name, _ in STAGES]
    if not stage or (of == company.valid_until.isoformat() and order.index(said) <= order.index(stage)):
        return ""
    return stage


async def look_again(unit: Unit) -> None:
    """The list has changed: look once more today."""
    await unit.remember(LOOKED, "")


async def tick(desk: Desk) -> None:
    """Once a day, in working hours, tell the leads which contracts end; a doubled tick finds nothing to tell."""
    if not desk.calendar.is_working(desk.now()):
        return
    day = today(desk)
    async with desk.view() as view:
        if await view.recall(LOOKED) == day.isoformat():
            return
    async with desk.store.unit() as unit:
        first, last = day - CAUGHT_UP, day + timedelta(days=30)
        near = await unit.find(Organisation, order="valid_until", valid_until__ge=first, valid_until__le=last)
        found = [one for one in near if due(one, day)]
        for one in found:
            until = one.valid_until.isoformat() if one.valid_until else ""
            await unit.save(replace(one, warned=f"{due(one, day)} {until}"))
        if found:
            await _tell(desk, unit, found, day)
        await unit.remember(LOOKED, day.isoformat())
        await unit.commit()


async def _tell(desk: Desk, unit: Unit, found: Sequence[Organisation], day: date) -> None:
    lines = [_line(desk, one, day) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(desk.say("org.ending_more", count=len(found) - SHOWN))
    mention = staff.mention(staff.leads(desk))
    head = desk.say("org.ending")
    if mention:
        head = f"{head[:1].lower()}{head[1:]}"  # it goes on after the names
    text = "\n".join([head, *lines, desk.say("org.ending_hint")])
    await outbox.to_general(desk, unit, text, mention=mention)


def _line(desk: Desk, company: Organisation, day: date) -> str:
    until = company.valid_until or day
    left = (until - day).days
    plan = plans.named(desk, company.plan)
    values = {
        "number": company.number,
        "name": company.name,
        "day": day_in_words(desk, until),
        "plan": plan.title if plan else company.plan or "—",
    }
    if left < 0:
        return desk.say("org.ending_over", **values)
    return desk.say("org.ending_in", **values, left=left) if left else desk.say("org.ending_today", **values)
