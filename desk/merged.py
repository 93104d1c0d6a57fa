"""Where a ticket goes on that was merged into another one.

Rule: it is followed only while both are the same client's, so that a linking that was undone leads nobody into
somebody else's conversation.
"""

from desk.ports import Unit
from desk.tickets import Ticket

FARTHEST = 20
"""Mergings in a row; more than that is a circle."""


async def follow(unit: Unit, ticket: Ticket) -> Ticket:
    """The ticket in which this one goes on by now; itself when it was merged into none."""
    for _ in range(FARTHEST):
        following = await unit.get(Ticket, ticket.merged_into) if ticket.merged_into else None
        if following is None or following.client_id != ticket.client_id:
            break
        ticket = following
    return ticket
