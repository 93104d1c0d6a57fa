"""What the desk thinks, for a page that shows it: tickets with their reasons, states, outbox and trail. Read only."""

from datetime import datetime
from typing import Any

from desk.desk import Desk
from desk.proof import Proof
from desk.tickets import Ticket

Json = dict[str, Any]


class Thoughts(Proof):
    """Reads a desk's database and never writes it; every answer is plain JSON."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk

    async def version(self) -> int:
        """A number that changes whenever the database did."""
        return 0

    async def overview(self) -> Json:
        """The tickets, newest first."""
        async with self._desk.view() as view:
            tickets = await view.find(Ticket)
        return {"tickets": [{"id": ticket.id, "status": ticket.status.value} for ticket in reversed(tickets)]}

    async def ticket(self, number: int) -> Json:
        """One ticket; LookupError when there is none of that number."""
        raise LookupError(f"ticket {number}")

    def next_working(self, at: datetime) -> datetime:
        """The first working moment at or after `at`; the start of the next day's work when `at` is within one."""
        return at
