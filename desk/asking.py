"""What the client of a waiting ticket is asked for now: the words of every reminder."""

from desk import clients, details, lists, progress
from desk.desk import Desk
from desk.people import Client
from desk.ports import Unit
from desk.tickets import Ticket


async def asked_now(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """The question as it stands, of a list what is still open; "" when nothing is and no reminder is to go."""
    now = await progress.load(unit, ticket)
    if not await lists.is_the_question(unit, ticket, now):
        return ticket.question
    left = await details.still_open(desk, unit, ticket, now.listed)
    client = await unit.get(Client, ticket.client_id)
    return lists.numbered(left, clients.language(desk, client, ticket), now.listed)
