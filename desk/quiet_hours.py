"""Whether what is said in the engineers' group now makes a sound. Pure.

Rule: outside working hours nothing does, but for critical tickets whose plan works then: those clients are served round
the clock.
"""

from desk import plans
from desk.desk import Desk
from desk.tickets import Priority, Ticket


def keeps_silent(desk: Desk, ticket: Ticket | None = None) -> bool:
    """Whether it is without sound: of a ticket by its plan's working time too, of all else by the desk's."""
    at_work = desk.calendar.is_working(desk.now())
    if ticket is None:
        return not at_work
    if not plans.calendar(desk, ticket.plan).is_working(desk.now()):
        return True
    return not at_work and ticket.priority is not Priority.CRITICAL


def wakes(desk: Desk, ticket: Ticket) -> bool:
    """Whether somebody is to be called now, outside the desk's working hours, because of this ticket."""
    return not desk.calendar.is_working(desk.now()) and not keeps_silent(desk, ticket)
