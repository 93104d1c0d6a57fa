"""Which support plan a ticket is served by, and what it promises.

Rule: no hour is promised without a plan. A plan that somebody chose for this ticket (a rule, an engineer) comes first,
then that of a contract that holds, then the line's, then the base plan.
"""

from datetime import date

from desk.calendar import WorkingTime
from desk.desk import Desk
from desk.durations import Span
from desk.organisations import Organisation
from desk.settings import Plan
from desk.tickets import Priority, Ticket, Type


def named(desk: Desk, name: str) -> Plan | None:
    """The plan of that name; None when the configuration has none (any more)."""
    return next((plan for plan in desk.settings.plan if plan.name == name), None)


def holds(organisation: Organisation, day: date) -> bool:
    """Whether the organisation's contract is in force on a day; its first and last day belong to it."""
    begun = organisation.valid_from is None or organisation.valid_from <= day
    return begun and (organisation.valid_until is None or day <= organisation.valid_until)


def usual(desk: Desk, organisation: Organisation | None, line: str, day: date) -> str:
    """The name of the plan that follows from contract and line; "" promises nothing."""
    if organisation and holds(organisation, day) and named(desk, organisation.plan):
        return organisation.plan
    own = next((one.plan for one in desk.settings.line if one.name == line), "")
    return own or next((plan.name for plan in desk.settings.plan if plan.base), "")


def calendar(desk: Desk, plan: str) -> WorkingTime:
    """The working time that a plan's hours are counted in."""
    return desk.current.setup.calendars.get(plan, desk.calendar)


def terms(plan: Plan, priority: Priority, type_: Type | None) -> tuple[Span | None, Span | None]:
    """What the plan promises such a ticket: first answer, solution. None: nothing. By priority, else by type."""
    own = plan.terms.get(priority.value) or (plan.terms.get(type_.value) if type_ else None)
    if own is None:
        return plan.first_answer, plan.solve
    return own.first_answer or plan.first_answer, own.solve or plan.solve


def of(desk: Desk, ticket: Ticket) -> Plan | None:
    """The plan in force for a ticket."""
    return named(desk, ticket.plan) if ticket.plan else None
