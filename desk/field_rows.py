"""What the card shows of the information that a ticket needs: a line with what is known, one with what is missing."""

from desk import details, fields
from desk.accounts import Detail
from desk.desk import Desk
from desk.masking import MASK
from desk.ports import Unit
from desk.tickets import Status, Ticket

_IN_CARD = 60
"""Characters of a value that the card shows."""


def shown(detail: Detail) -> str:
    """A value as people and reports may see it."""
    return MASK if detail.secret and detail.value else detail.value


async def rows(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    """The card's lines: what is known, what is missing."""
    if not desk.settings.field:
        return []
    have = await details.record(desk, unit, ticket)
    titles = [(field, fields.title(field, desk.settings.desk.language)) for field in desk.settings.field]
    known = [
        f"{name} — {_cut(shown(have[field.name]))}"
        for field, name in titles
        if field.name in have and have[field.name].value
    ]
    said = [desk.say("fields.card_known", fields="; ".join(known))] if known else []
    left = await details.missing(desk, unit, ticket) if ticket.status is not Status.CLOSED else []
    if left:
        names = ", ".join(fields.title(field, desk.settings.desk.language).lower() for field in left)
        said.append(desk.say("fields.card_missing", fields=names))
    return said


def _cut(value: str) -> str:
    return value if len(value) <= _IN_CARD else f"{value[: _IN_CARD - 1].rstrip()}…"
