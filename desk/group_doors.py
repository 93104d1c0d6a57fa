"""Doors that lead to a client's group instead of one person's chat."""

from datetime import timedelta

from desk.incoming import Incoming
from desk.people import Client
from desk.ports import Unit
from desk.tickets import Kind, Message, Role, Status, Ticket, Trace

GOES_ON = timedelta(minutes=10)
"""So long after their last word a person who mentions the bot again goes on in the ticket that they opened."""


def is_group(channel: str, address: str) -> bool:
    """Whether a door leads to a group. Telegram gives people positive ids and groups negative ones."""
    return channel == "telegram" and address.startswith("-")


async def goes_on(unit: Unit, client: Client, incoming: Incoming) -> Ticket | None:
    """The ticket that the same person opened and spoke in a moment ago, for who mentions the bot without a reply."""
    since = incoming.at - GOES_ON
    for ticket in await unit.find(Ticket, client_id=client.id, status__ne=Status.CLOSED, active_at__ge=since):
        first = await unit.first(Message, ticket_id=ticket.id, kind=Kind.WORDS)
        theirs = {"kind": Kind.WORDS, "author": incoming.sender.name, "at__ge": since}
        if first and first.author == incoming.sender.name and await unit.count(Message, ticket_id=ticket.id, **theirs):
            return ticket
    return None


async def last_word(unit: Unit, ticket: Ticket, place: str) -> str:
    """The message of the group that the desk's next word in the ticket answers."""
    trace = await unit.first(Trace, channel="telegram", place=place, ticket_id=ticket.id, role=Role.THEIRS, order="-id")
    return trace.external_id if trace else ""
