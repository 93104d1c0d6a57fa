"""What the desk offers ready-made under a new request's first words: canned answers, and articles that fit.

It costs no post: buttons under a message that goes to the topic anyway.
"""

from desk import articles, canned
from desk.desk import Desk
from desk.incoming import Incoming
from desk.parcels import Action, Button
from desk.ports import Unit
from desk.tickets import Ticket
from desk.workbench import Sort, Use


async def under_first_words(desk: Desk, unit: Unit, ticket: Ticket, incoming: Incoming) -> list[list[Button]]:
    """The buttons; what is suggested is counted."""
    if incoming.described or incoming.whole:
        return []
    answers = canned.suggested(desk, ticket, incoming.text)
    for one in answers:
        use = Use(sort=Sort.ANSWER, name=one.name, ticket_id=ticket.id, by="desk", what="suggested", at=desk.now())
        await unit.add(use)
    return [*canned.buttons(ticket, answers), *_articles(desk, ticket, incoming.text)]


def _articles(desk: Desk, ticket: Ticket, text: str) -> list[list[Button]]:
    """One quiet button with how many fit; which they are is looked up when it is pressed."""
    count = len(articles.fitting(desk, f"{ticket.subject}\n{text}", language=ticket.language))
    said = desk.say("library.articles_count", count=count)
    return [[Button(label=said, action=Action.ARTICLES, ticket=ticket.id)]] if count else []
