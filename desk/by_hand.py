"""What people do to a ticket's topic by hand: they close it, or open it again.

Rule: a topic's state follows its ticket, never the reverse: closing a topic tells no client that a ticket is closed.
A closed topic opens with the client's next word; a name given by hand stays until the desk's own name changes.
"""

from dataclasses import replace

from desk import outbox, work
from desk.desk import Desk
from desk.tickets import Status, Thread, Ticket


async def toggled(desk: Desk, place: str, topic: str, who: str, *, closed: bool) -> None:
    """Somebody closed or opened a topic: take note, and say what it does not do."""
    async with desk.unit() as unit:
        thread = await unit.first(Thread, channel="group", place=place, external_id=topic)
        ticket = await unit.get(Ticket, thread.ticket_id) if thread else None
        if thread and ticket:
            await unit.save(replace(thread, closed=closed))
            what = "topic closed by hand" if closed else "topic opened by hand"
            await work.audit(desk, unit, ticket, who, what)
            if closed is not (ticket.status is Status.CLOSED):
                said = desk.say("home.closed_by_hand") if closed else desk.say("home.opened_by_hand")
                await outbox.to_topic(desk, unit, ticket, said, silent=True)
        await unit.commit()
