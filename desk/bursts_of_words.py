"""One thought in several messages: within a minute they are one change of the card, and one word on where they went."""

from datetime import timedelta

from desk.desk import Desk
from desk.tickets import Ticket

WITHIN = timedelta(minutes=1)


def goes_on(desk: Desk, before: Ticket) -> bool:
    """Whether a message continues what its client began a moment ago; `before`: the ticket as it found it."""
    return desk.now() - before.client_wrote_at <= WITHIN


def rest(desk: Desk, before: Ticket, after: Ticket) -> timedelta:
    """How long the card may wait for the rest of the thought; zero: its usual time, for something changed at once."""
    same = (before.status, before.taken_id, before.priority) == (after.status, after.taken_id, after.priority)
    return WITHIN if same and goes_on(desk, before) else timedelta(0)
