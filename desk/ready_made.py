"""What the desk offers ready-made under a new request's first words: canned answers, and articles that fit.

It costs no post: buttons under a message that goes to the topic anyway.
"""

from desk import canned
from desk.desk import Desk
from desk.incoming import Incoming
from desk.parcels import Button
from desk.ports import Unit
from desk.tickets import Ticket
from desk.workbench import Sort, Use


async def under_first_words(desk: Desk, unit: Unit, ticket: Ticket, incoming: Incoming) -> list[list[Button]]:
    """The buttons; what is suggested is counted."""
    if not desk.library.answers or incoming.described or incoming.whole:
        return []
    answers = canned.suggested(desk, ticket, incoming.text)
    for one in answers:
        use = Use(sort=Sort.ANSWER, name=one.name, ticket_id=ticket.id, by="desk", what="suggested", at=desk.now())
        await unit.add(use)
    return canned.buttons(ticket, answers)
