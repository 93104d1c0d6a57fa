"""On whom open tickets wait, since when, the oldest first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.accounts import Pause
from desk.tickets import Status, Ticket


class Whom(StrEnum):
    US = "us"
    CLIENT = "client"
    OTHERS = "others"  # a third party


_OWES = {
    Status.NEW: Whom.US, Status.OPEN: Whom.US, Status.WAITING: Whom.CLIENT, Status.THIRD_PARTY: Whom.OTHERS,
    Status.SOLVED: Whom.CLIENT,
}  # fmt: skip
"""Who is to say the next word; a solved ticket waits for its client to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    ticket: Ticket
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """All tickets that wait on one side."""

    whom: Whom
    waits: tuple[Wait, ...]


def waiting(tickets: Iterable[tuple[Ticket, Sequence[Pause]]]) -> tuple[Waits, ...]:
    """As they stand: us, the client, third parties, each with the ticket that waits longest first."""
    found: dict[Whom, list[Wait]] = {whom: [] for whom in Whom}
    for ticket, pauses in tickets:
        if whom := _OWES.get(ticket.status):
            found[whom].append(Wait(ticket=ticket, since=_since(ticket, pauses)))
    return tuple(
        Waits(whom=whom, waits=tuple(sorted(waits, key=lambda one: (one.since, one.ticket.id))))
        for whom, waits in found.items()
    )


def _since(ticket: Ticket, pauses: Sequence[Pause]) -> datetime:
    """Since when the next word is owed: by us since the client's last one, by others since the clocks stood still."""
    if _OWES[ticket.status] is Whom.US:
        return ticket.client_wrote_at
    standing = next((pause.since for pause in pauses if pause.until is None), None)
    return standing or ticket.asked_at or ticket.active_at
