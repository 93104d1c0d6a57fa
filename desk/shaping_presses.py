"""The buttons by which engineers shape their work: one table, which that of all buttons takes over."""

from collections.abc import Awaitable, Callable

from desk import checklists, incident_orders, mass_presses, merging
from desk.desk import Desk
from desk.incoming import Press
from desk.parcels import Action
from desk.ports import Unit
from desk.tickets import Ticket

PRESSES: dict[Action, Callable[[Desk, Unit, Ticket, Press], Awaitable[str]]] = {
    Action.MERGE: merging.pressed,
    Action.CHECK: checklists.pressed,
    Action.JOIN: incident_orders.joined,
    Action.MASS: mass_presses.pressed,
}
