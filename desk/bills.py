"""What of the time spent on a ticket is shown in its card and comes to a bill."""

from collections.abc import Sequence
from datetime import timedelta

from desk import plans, spending
from desk.accounts import Agreement, Estimate, Spent
from desk.desk import Desk
from desk.ports import Unit
from desk.tickets import Ticket


async def sums(desk: Desk, unit: Unit, ticket: Ticket, entries: Sequence[Spent]) -> str:
    """«Потрачено: 1 ч 25 мин, к оплате 1 ч 30 мин»; what is billed only where something is."""
    spent = length(desk, spending.in_all(entries))
    bill = await billed(desk, unit, ticket, entries)
    if bill:
        return desk.say("accounts.card_spent_billed", spent=spent, billed=length(desk, bill // timedelta(minutes=1)))
    return desk.say("accounts.card_spent", spent=spent)


async def billed(desk: Desk, unit: Unit, ticket: Ticket, entries: Sequence[Spent]) -> timedelta:
    """What of these entries is billed by the ticket's plan, on all days together."""
    agreed = await unit.find(Estimate, ticket_id=ticket.id, state=Agreement.AGREED)
    zone = plans.calendar(desk, ticket.plan).zone
    return sum(spending.billed(entries, plans.of(desk, ticket), zone, agreed).values(), timedelta())


async def card_rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """The card's rows on time spent and on the last estimate; none where there is none."""
    entries = await unit.find(Spent, ticket_id=ticket.id, withdrawn_at=None)
    rows = [await sums(desk, unit, ticket, entries)] if entries else []
    last = await unit.first(Estimate, ticket_id=ticket.id, state__ne=Agreement.WITHDRAWN, order="-id")
    return [*rows, desk.say("accounts.card_estimate", estimate=estimate_in_words(desk, last))] if last else rows


def length(desk: Desk, minutes: int, language: str = "") -> str:
    """«1 ч 30 мин»."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return desk.say("client.length_minutes", language, minutes=rest)
    if not rest:
        return desk.say("client.length_hours", language, hours=hours)
    return desk.say("client.length_both", language, hours=hours, minutes=rest)


def estimate_in_words(desk: Desk, estimate: Estimate) -> str:
    """«2 ч, согласовано: Анна»."""
    time, name = length(desk, estimate.minutes), estimate.answered_by
    return desk.say(f"accounts.estimate_state_{estimate.state.value}", time=time, name=name)
