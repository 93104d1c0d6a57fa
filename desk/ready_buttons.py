"""The buttons of a ticket's card behind which something ready-made is looked up: similar tickets, articles."""

from desk.desk import Desk
from desk.parcels import Action, Button
from desk.tickets import Ticket


def row(desk: Desk, ticket: Ticket) -> tuple[Button, ...]:
    """They cost nothing until somebody presses one."""
    similar = Button(label=desk.say("library.similar"), action=Action.SIMILAR, ticket=ticket.id)
    if not desk.library.articles:
        return (similar,)
    return (similar, Button(label=desk.say("library.articles"), action=Action.ARTICLES, ticket=ticket.id))
