"""The whole trail of a ticket: who did what and when, a person or the machine, read from all that is kept of it.

Rule: nothing is written twice for it. The audit has what people and the desk decided, messages and their revisions have
what was said, parcels have what became of it on its way, pauses have when the clocks stood.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.accounts import Pause
from desk.desk import Desk
from desk.parcels import Act, Parcel, Purpose
from desk.people import Audit
from desk.ports import Unit
from desk.search import MOST
from desk.tickets import Kind, Message, Revision, Ticket
from desk.trail_words import AUDITED, DELIVERED, DETAILS, SAID, TICKETS

MACHINE = frozenset({"desk", "", "rule"})
"""Names in the audit that are nobody's."""

_TOLD = (
    Purpose.RECEIPT, Purpose.ANSWER, Purpose.QUESTION, Purpose.COPY, Purpose.FILES, Purpose.REMINDER, Purpose.CLOSING,
    Purpose.NOTICE, Purpose.PARTNER, Purpose.NEWS,
)  # fmt: skip
"""What leaves the desk for somebody outside."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d|Z)")
"""A moment as the audit keeps it."""

_LONGEST = 5_000
"""Characters of one entry's words in a file; a cell of Excel's takes 32,767."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `who`: a name; "" is the desk itself."""

    at: datetime
    who: str
    what: str
    more: str = ""
    ticket_id: int | None = None

    @property
    def by_person(self) -> bool:
        return bool(self.who)


async def of(desk: Desk, unit: Unit, ticket: Ticket) -> list[Entry]:
    """Everything that happened to a ticket, the oldest first."""
    messages = await unit.find(Message, ticket_id=ticket.id)
    ids = [message.id for message in messages]
    revisions: list[Revision] = []
    for start in range(0, len(ids), MOST):
        revisions += await unit.find(Revision, message_id__in=ids[start : start + MOST])
    by_id = {message.id: message for message in messages}
    audits = await unit.find(Audit, ticket_id=ticket.id)
    audits += await unit.find(Audit, client_id=ticket.client_id, ticket_id=None)
    entries = [_audited(desk, one, ticket.id) for one in audits]
    entries += [entry for message in messages for entry in _said(desk, message)]
    entries += [_revised(desk, one, by_id[one.message_id]) for one in revisions]
    parcels = await unit.find(Parcel, ticket_id=ticket.id, channel__ne="group", purpose__in=_TOLD)
    entries += [entry for parcel in parcels for entry in _sent(desk, parcel)]
    for pause in await unit.find(Pause, ticket_id=ticket.id):
        entries += _stood(desk, pause)
    return sorted(entries, key=lambda entry: entry.at)


async def elsewhere(desk: Desk, unit: Unit, since: datetime) -> list[Entry]:
    """What happened to no ticket and no client: duty, notices, reloads."""
    audits = await unit.find(Audit, at__ge=since, ticket_id=None, client_id=None)
    return [_audited(desk, one, None) for one in audits]


def _audited(desk: Desk, audit: Audit, ticket_id: int | None) -> Entry:
    key = AUDITED.get(audit.what)
    what = desk.say(key) if key else audit.what
    who = "" if audit.who in MACHINE else audit.who
    return Entry(at=audit.at, who=who, what=what, more=_data(desk, audit.data), ticket_id=ticket_id)


def _data(desk: Desk, data: dict[str, Any]) -> str:
    """What an entry keeps, in the group's words: times by the clock on the wall, tickets by their number."""
    parts = []
    for name, value in data.items():
        if value in ("", None, [], {}):
            continue
        shown = desk.number(value) if name in TICKETS and isinstance(value, int) else _plainly(desk, value)
        parts.append(f"{desk.say(DETAILS[name]) if name in DETAILS else name}: {shown}")
    return "; ".join(parts)[:_LONGEST]


def _plainly(desk: Desk, value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return f"{datetime.fromisoformat(value).astimezone(desk.settings.desk.zone):%d.%m.%Y %H:%M}"
    return str(value)


def _said(desk: Desk, message: Message) -> Sequence[Entry]:
    key = SAID.get(message.kind)
    if key is None:
        return ()
    who = "" if message.channel == "desk" else message.author
    more = message.text[:_LONGEST]
    told = [Entry(at=message.at, who=who, what=desk.say(key), more=more, ticket_id=message.ticket_id)]
    if message.withdrawn_at:
        back = desk.say("trail.taken_back")
        told.append(Entry(at=message.withdrawn_at, who=who, what=back, more=more, ticket_id=message.ticket_id))
    return told


def _revised(desk: Desk, revision: Revision, message: Message) -> Entry:
    more = desk.say("trail.said_before", text=revision.text[:_LONGEST])
    who = "" if message.kind is Kind.NOTICE and message.channel == "desk" else message.author
    return Entry(at=revision.at, who=who, what=desk.say("trail.changed"), more=more, ticket_id=message.ticket_id)


def _sent(desk: Desk, parcel: Parcel) -> Sequence[Entry]:
    if parcel.body.get("act", Act.SAY) != Act.SAY:
        return ()
    what = desk.say(f"trail.purpose_{parcel.purpose.value}")
    where = f"{desk.say(f'group.door_{parcel.channel}')} {parcel.place if parcel.channel == 'mail' else ''}".strip()
    found = []
    if parcel.sent_at:
        said = desk.say("trail.delivered", what=what, where=where)
        found.append(Entry(at=parcel.sent_at, who="", what=said, ticket_id=parcel.ticket_id))
    key = DELIVERED.get(parcel.state)
    if key:
        at = max(parcel.sent_at or parcel.created_at, parcel.created_at)
        said = desk.say(key, what=what, where=where)
        found.append(Entry(at=at, who="", what=said, more=parcel.error, ticket_id=parcel.ticket_id))
    return found


def _stood(desk: Desk, pause: Pause) -> Sequence[Entry]:
    why = desk.say(f"group.status_{pause.why.value}")
    found = [Entry(at=pause.since, who="", what=desk.say("trail.stood", why=why), ticket_id=pause.ticket_id)]
    if pause.until:
        found.append(Entry(at=pause.until, who="", what=desk.say("trail.went_on"), ticket_id=pause.ticket_id))
    return found
