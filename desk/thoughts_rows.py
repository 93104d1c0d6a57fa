"""Rows of what the desk thinks that several pictures of it share: tickets in short, parcels of the outbox."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from desk import deadlines, keys, promises, sorts
from desk.accounts import Pause
from desk.clocks import Clock, Reading
from desk.desk import Desk
from desk.parcels import Act, Parcel, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Status, Ticket

Json = dict[str, Any]

MINUTE: Final = timedelta(minutes=1)

_SHOWN: Final = 90
"""Characters of a parcel's words."""

_ENGINEERS_SEE: Final = frozenset(
    {
        Purpose.RECEIPT, Purpose.ANSWER, Purpose.QUESTION, Purpose.COPY, Purpose.REMINDER, Purpose.CLOSING,
        Purpose.NOTICE, Purpose.MIRROR, Purpose.EVENT, Purpose.ALARM, Purpose.PARTNER, Purpose.NEWS,
    }
)  # fmt: skip
"""Purposes whose words stand in a topic or in General anyway. A code, or an answer to a command, is for one alone."""


def ticket_head(desk: Desk, ticket: Ticket, client: Client | None) -> Json:
    """What every picture says of a ticket first."""
    titles = {line.name: line.title for line in desk.settings.line}
    return {
        "id": ticket.id,
        "number": desk.number(ticket.id),
        "subject": ticket.subject,
        "client": client.name if client else "",
        "line": titles.get(ticket.line, ticket.line),
        "status": ticket.status.value,
        "status_word": desk.say(f"group.status_{ticket.status.value}"),
        "priority": ticket.priority.value,
        "priority_word": sorts.priority_in_words(desk, ticket.priority),
        "taken_by": ticket.taken_by,
    }


async def tickets_in_short(desk: Desk, view: Unit, tickets: Sequence[Ticket]) -> list[Json]:
    """Each ticket with its client's name and what is due next."""
    clients = {one.id: one for one in await view.find(Client, id__in={ticket.client_id for ticket in tickets})}
    pauses: dict[int, list[Pause]] = {}
    for pause in await view.find(Pause, ticket_id__in={ticket.id for ticket in tickets}):
        pauses.setdefault(pause.ticket_id, []).append(pause)
    now = desk.now()
    return [
        ticket_head(desk, one, clients.get(one.client_id)) | {"next": next_due(desk, one, pauses.get(one.id, []), now)}
        for one in tickets
    ]


def next_due(desk: Desk, ticket: Ticket, pauses: list[Pause], now: datetime) -> Json | None:
    """The nearest of what falls due by itself: a promise, a reminder, the closing."""
    if ticket.status is Status.CLOSED:
        return None
    shown = deadlines.read(desk, ticket, pauses, now)
    found = [
        (reading.due, {"what": clock.value, "word": desk.say(_DUE[clock])})
        for clock, reading in shown.items()
        if reading.due and not reading.ended
    ]
    promise = promises.next_step(ticket, desk.settings.reminders, desk.calendar)
    if promise:
        name = promise.step.value
        found.append((promise.due, {"what": name, "word": desk.say(f"thoughts.next_{name}")}))
    if not found:
        return None
    due, said = min(found, key=lambda one: one[0])
    return {**said, "due": due.isoformat(), "over": due < now}


_DUE: Final = {Clock.ANSWER: "thoughts.due_answer", Clock.SOLVE: "thoughts.due_solve"}


def clock_of(desk: Desk, shown: Reading, said: str) -> Json:
    """A promise's clock; lengths are seconds of the plan's own time, in whole minutes: what is shown rests between."""
    return {
        "clock": shown.clock.value,
        "word": desk.say(_DUE[shown.clock]),
        "limit": None if shown.limit is None else shown.limit.total_seconds(),
        "used": shown.used // MINUTE * 60,
        "left": shown.left // MINUTE * 60,
        "due": shown.due.isoformat() if shown.due else None,
        "running": shown.running,
        "ended": shown.ended,
        "broken": shown.broken,
        "said": said,
    }


async def parcels(desk: Desk, view: Unit, found: Iterable[Parcel]) -> list[Json]:
    """Parcels of the outbox, each with whom it goes to."""
    rows = list(found)
    wanted = {row.place for row in rows if row.channel != "group"}
    doors = await view.find(Door, address__in=wanted, claimed=False) if wanted else []
    names = {(door.channel, door.address): door.name for door in doors}
    return [_parcel(desk, row, names.get((row.channel, row.place), "")) for row in rows]


def _parcel(desk: Desk, parcel: Parcel, name: str) -> Json:
    act = Act(parcel.body.get("act", Act.SAY))
    about = f"act_{act.value}" if act is not Act.SAY and parcel.purpose.value != act.value else ""
    return {
        "id": parcel.id,
        "ticket": parcel.ticket_id,
        "number": desk.number(parcel.ticket_id) if parcel.ticket_id else "",
        "channel": parcel.channel,
        "whom": _whom(desk, parcel, name),
        "purpose": parcel.purpose.value,
        "what": desk.say(f"thoughts.purpose_{parcel.purpose.value}"),
        "act": desk.say(f"thoughts.{about}") if about else "",
        "words": _words(parcel),
        "state": parcel.state.value,
        "state_word": desk.say(f"thoughts.state_{parcel.state.value}"),
        "due": parcel.not_before.isoformat(),
        "created": parcel.created_at.isoformat(),
        "sent": parcel.sent_at.isoformat() if parcel.sent_at else None,
        "attempts": parcel.attempts,
        "error": parcel.error[:500],
    }


def _whom(desk: Desk, parcel: Parcel, name: str) -> str:
    if parcel.channel == "group":
        return desk.say("thoughts.to_topic") if parcel.ticket_id else desk.say("thoughts.to_general")
    channel = desk.say(f"group.door_{parcel.channel}") if parcel.channel in ("telegram", "mail") else parcel.channel
    whom = parcel.place if parcel.channel == "mail" else name or parcel.place
    return f"{channel} · {whom}"


def _words(parcel: Parcel) -> str:
    if parcel.purpose not in _ENGINEERS_SEE:
        return ""
    said = keys.disarmed(" ".join(str(parcel.body.get("text") or parcel.body.get("title") or "").split()))
    return said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"
