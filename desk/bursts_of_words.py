"""One thought in several messages: within a minute they are one change of the card, and one word on where they went."""

from dataclasses import replace
from datetime import datetime, timedelta

from desk import keys, outbox, wording
from desk.desk import Desk
from desk.ports import Unit
from desk.tickets import Ticket

WITHIN = timedelta(minutes=1)


def goes_on(desk: Desk, before: Ticket) -> bool:
    """Whether a message continues what its client began a moment ago; `before`: the ticket as it found it."""
    return desk.now() - before.client_wrote_at <= WITHIN


async def told_lately(desk: Desk, unit: Unit, place: str, ticket: Ticket) -> bool:
    """Whether this chat was told a moment ago that its words go to that ticket; from now on it was."""
    key, now = f"where:telegram:{place}", desk.now()
    number, _, at = (await unit.recall(key)).partition(" ")
    await unit.remember(key, f"{ticket.id} {now.isoformat()}")
    return number == str(ticket.id) and now - datetime.fromisoformat(at) <= WITHIN


async def named(desk: Desk, unit: Unit, before: Ticket, ticket: Ticket, text: str) -> Ticket:
    """Who begins with «Добрый день!» says in the next message what it is about: the request is called by that."""
    if not goes_on(desk, before) or not wording.greeting_alone(ticket.subject) or wording.greeting_alone(text):
        return ticket
    subject = keys.disarmed(wording.subject_of(desk, text)) if text.strip() else ""
    if not subject:
        return ticket
    ticket = await unit.save(replace(ticket, subject=subject))
    await outbox.topic(desk, unit, ticket)
    return ticket


def rest(desk: Desk, before: Ticket, after: Ticket) -> timedelta:
    """How long the card may wait for the rest of the thought; zero: its usual time, for something changed at once."""
    shown = [(one.status, one.taken_id, one.priority, one.subject) for one in (before, after)]
    same = shown[0] == shown[1]
    return WITHIN if same and goes_on(desk, before) else timedelta(0)
