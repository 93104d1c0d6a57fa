"""The desk as a whole as it thinks of itself: tickets, what came in and goes out, what it hears, by which rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from desk import health
from desk.desk import Desk
from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState
from desk.plans import named
from desk.ports import Unit
from desk.thoughts_rows import parcels, tickets_in_short
from desk.tickets import Status, Ticket

Json = dict[str, Any]

TICKETS: Final = 40
"""Tickets of one page."""

PARCELS: Final = 60
"""Parcels that are not sent."""

RAWS: Final = 10
"""Messages in quarantine."""

UNDONE: Final = tuple(one for one in Status if one not in (Status.SOLVED, Status.CLOSED))

_UNSENT: Final = (ParcelState.FAILED, ParcelState.HELD, ParcelState.SENDING, ParcelState.QUEUED)


async def of(
    desk: Desk, view: Unit, rules: Sequence[tuple[str, str, str]], *, before: int = 0, undone: bool = False
) -> Json:
    """All of it; `before`: the tickets older than that number."""
    return {
        "now": desk.now().isoformat(),
        "tickets": await _tickets(desk, view, before, undone=undone),
        "counts": await _counts(desk, view),
        "outbox": await _outbox(desk, view),
        "quarantine": await _quarantine(view),
        "heard": await _heard(desk, view),
        "lines": [_line(desk, line) for line in desk.settings.line],
        "rules": [{"rule": name, "when": when, "does": does} for name, when, does in rules],
    }


async def _tickets(desk: Desk, view: Unit, before: int, *, undone: bool) -> Json:
    where: dict[str, Any] = {"id__lt": before} if before > 0 else {}
    if undone:
        where["status__in"] = UNDONE
    found = await view.find(Ticket, order="-id", limit=TICKETS + 1, **where)
    return {"rows": await tickets_in_short(desk, view, found[:TICKETS]), "older": len(found) > TICKETS}


async def _counts(desk: Desk, view: Unit) -> Json:
    return {
        "tickets": [
            {
                "status": one.value,
                "word": desk.say(f"group.status_{one.value}"),
                "count": await view.count(Ticket, status=one),
            }
            for one in Status
        ],
        "raws": [
            {
                "state": one.value,
                "word": desk.say(f"thoughts.raw_{one.value}"),
                "count": await view.count(Raw, state=one),
            }
            for one in RawState
        ],
        "outbox": [
            {
                "state": one.value,
                "word": desk.say(f"thoughts.state_{one.value}"),
                "count": await view.count(Parcel, state=one),
            }
            for one in ParcelState
        ],
    }


async def _outbox(desk: Desk, view: Unit) -> Json:
    """What is not sent: what waits and what failed, the newest first."""
    found = await view.find(Parcel, state__in=_UNSENT, order="-id", limit=PARCELS)
    return {"rows": await parcels(desk, view, found), "count": await view.count(Parcel, state__in=_UNSENT)}


async def _quarantine(view: Unit) -> list[Json]:
    found = await view.find(Raw, state=RawState.QUARANTINED, order="-id", limit=RAWS)
    return [
        {"id": one.id, "channel": one.channel, "place": one.place, "at": one.at.isoformat(), "error": one.error[:300]}
        for one in found
    ]


async def _heard(desk: Desk, view: Unit) -> list[Json]:
    """When each source was last read, and since when it is not."""
    heard, failing = await view.recall_all("heard."), await view.recall_all("failing.")
    why = await view.recall_all("why.")
    sources = [health.TELEGRAM, *(f"mail.{box.name}" for box in desk.settings.mailbox)]
    return [
        {
            "source": one,
            "word": health.named(desk, one),
            "at": _moment(heard.get(f"heard.{one}", "")),
            "failing": _moment(failing.get(f"failing.{one}", "")),
            "why": why.get(f"why.{one}", "") if failing.get(f"failing.{one}") else "",
        }
        for one in sources
    ]


def _moment(stored: str) -> str | None:
    return datetime.fromisoformat(stored).isoformat() if stored else None


def _line(desk: Desk, line: Any) -> Json:
    plan = named(desk, line.plan) if line.plan else None
    return {"name": line.name, "title": line.title, "plan": plan.title if plan else ""}
