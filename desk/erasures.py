"""What is asked for of somebody's data and not done yet, as cards say it."""

from collections.abc import Sequence
from datetime import datetime

from desk.desk import Desk
from desk.moments import day_in_words
from desk.people import ClientId
from desk.ports import Unit
from desk.tickets import Ticket
from desk.workbench import Erasure


async def open_one(unit: Unit, client_ids: Sequence[ClientId]) -> Erasure | None:
    """What is asked for, and neither stopped nor done."""
    return await unit.first(Erasure, client_id__in=list(client_ids), stopped_at=None, done_at=None)


async def card_rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """«Данные клиента будут удалены 22 декабря», while that is so."""
    erasure = await open_one(unit, [ticket.client_id])
    return [desk.say("personal.card_forget", date=day(desk, erasure.due_at))] if erasure else []


def day(desk: Desk, at: datetime) -> str:
    """A date in the desk's own language."""
    return day_in_words(desk.settings.desk.language, at, timezone=desk.settings.desk.timezone, texts=desk.texts)
