"""The language in which a client is spoken to."""

from typing import Any

from desk.desk import Desk
from desk.people import Client, ClientId
from desk.tickets import Ticket

NOBODY = ClientId(0)
"""Whose a chat is that has asked for nothing yet."""


def language(desk: Desk, client: Client | None, ticket: Ticket | None = None) -> str:
    """What they chose, else the language they write in, else the desk's."""
    chosen = client.language or client.spoken if client else ""
    return chosen or (ticket.language if ticket else "") or desk.settings.desk.language


def ban_of(client: Client) -> dict[str, Any]:
    """What a ban consists of: whoever is linked to somebody banned is the same person, and banned with them."""
    return {"banned_at": client.banned_at, "banned_by": client.banned_by, "ban_reason": client.ban_reason}


def say(desk: Desk, client: Client | None, key: str, /, **values: object) -> str:
    """A sentence in the client's language."""
    return desk.say(key, language(desk, client), **values)
