"""What is agreed about a call, as the card and the desk's own words say it."""

from datetime import datetime

from desk.desk import Desk
from desk.moments import in_words
from desk.ports import Unit
from desk.tickets import Status, Ticket
from desk.workbench import Appointment, Why


async def current(unit: Unit, ticket: Ticket) -> Appointment | None:
    """The call that is agreed, or asked for; None when there is none."""
    return await unit.first(Appointment, ticket_id=ticket.id, why=Why.CALL, done_at=None, order="-id")


def time_of(call: Appointment) -> datetime:
    return datetime.fromisoformat(str(call.data["time"]))


def in_client_words(desk: Desk, at: datetime, language: str) -> str:
    """«завтра в 15:00 (МСК)»."""
    return in_words(language, at, now=desk.now(), timezone=desk.settings.desk.timezone, texts=desk.texts)


def row(desk: Desk, call: Appointment) -> str:
    answer = desk.say(f"calls.answer_{call.data.get('answer') or 'none'}")
    when = in_client_words(desk, time_of(call), desk.settings.desk.language)
    return desk.say("calls.card", when=when, answer=answer)


async def card_rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """The card's row while a call is agreed."""
    call = await current(unit, ticket) if ticket.status is not Status.CLOSED else None
    return [row(desk, call)] if call else []
