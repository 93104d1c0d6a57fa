"""Every working morning each line reads how it stands: open, new, on whom it waits, late, due today, who is on duty.

Rule: once a day per line, remembered with the message; nothing where a line has nothing open.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from desk import burning, duty, outbox, promises
from desk.clocks import Reading
from desk.desk import Desk
from desk.ports import Unit
from desk.settings import Line
from desk.tickets import Status, Ticket

TOLD = "digest.told."
LISTED = 10
"""Tickets named in each of the two lists; the rest are counted."""

LATEST = timedelta(hours=1)
"""After so much of the working day nobody needs to be told how it began."""

_SUBJECT = 50
_OPEN = (Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY)
_LOOKED_BACK = 14
"""Days in which the end of the last working day is looked for."""


async def tick(desk: Desk) -> None:
    """Tell each line once when the working day has begun; in shadow mode too: it is for the engineers."""
    now = desk.now()
    begins = promises.morning(now, desk.calendar)
    if not desk.settings.reminders.digest or begins is None or not begins <= now < begins + LATEST:
        return
    today = begins.date()
    async with desk.view() as view:
        told = await view.recall_all(TOLD)
    for line in desk.settings.line:
        if told.get(f"{TOLD}{line.name}", "") < today.isoformat():
            await _tell(desk, line, today)


async def _tell(desk: Desk, line: Line, today: date) -> None:
    async with desk.store.unit() as unit:
        key = f"{TOLD}{line.name}"
        if await unit.recall(key) < today.isoformat():
            await unit.remember(key, today.isoformat())
            if text := await _in_words(desk, unit, line, today):
                title = desk.say("digest.title", line=line.title)
                await outbox.to_general(desk, unit, text, title=title, line=line.name)
            await unit.commit()


async def _in_words(desk: Desk, unit: Unit, line: Line, today: date) -> str:
    """The message; "" where nothing is open."""
    counts = {status: await unit.count(Ticket, line=line.name, status=status) for status in _OPEN}
    if not any(counts.values()):
        return ""
    fresh = await unit.count(Ticket, line=line.name, created_at__ge=_since(desk, today), status__in=_OPEN)
    rows = [
        desk.say("digest.open", count=sum(counts.values()), fresh=fresh),
        desk.say(
            "digest.waits",
            us=counts[Status.NEW] + counts[Status.OPEN],
            client=counts[Status.WAITING],
            others=counts[Status.THIRD_PARTY],
        ),
        *await _due(desk, unit, line, today),
    ]
    if line.address is None and (there := duty.row(desk, await duty.words_of(desk, unit), line)):
        rows.append(desk.say("digest.duty", names=there))
    return "\n".join(rows)


async def _due(desk: Desk, unit: Unit, line: Line, today: date) -> list[str]:
    """What is late already, and what is due until midnight, the most urgent first."""
    ours = await unit.find(
        Ticket, line=line.name, status__in=(Status.NEW, Status.OPEN), plan__ne="", limit=burning.AT_MOST
    )
    due = await burning.readings(desk, unit, ours)
    found = [(burning.ends(due[one.id]), due[one.id], one) for one in ours if one.id in due]
    found.sort(key=lambda each: (each[0], each[2].id))
    zone = desk.settings.desk.zone
    late = [(shown, one) for at, shown, one in found if at < desk.now()]
    soon = [(shown, one) for at, shown, one in found if at >= desk.now() and at.astimezone(zone).date() <= today]
    return [*_list(desk, "digest.late", late), *_list(desk, "digest.today", soon)]


def _list(desk: Desk, key: str, found: Sequence[tuple[Reading, Ticket]]) -> list[str]:
    if not found:
        return []
    rows = [
        f"• {desk.number(ticket.id)} {' '.join(ticket.subject.split())[:_SUBJECT]}: "
        f"{burning.with_left(desk, ticket, shown)}" + (f" · {ticket.taken_by}" if ticket.taken_by else "")
        for shown, ticket in found[:LISTED]
    ]
    more = [desk.say("digest.more", count=len(found) - LISTED)] if len(found) > LISTED else []
    return [desk.say(key, count=len(found)), *rows, *more]


def _since(desk: Desk, today: date) -> datetime:
    """When the last working day ended; what came from then on came overnight."""
    calendar = desk.calendar
    for back in range(1, _LOOKED_BACK):
        day = today - timedelta(days=back)
        if shifts := calendar.minutes_of(day):
            return datetime(day.year, day.month, day.day, tzinfo=calendar.zone) + timedelta(minutes=shifts[-1][1])
    return desk.now() - timedelta(days=_LOOKED_BACK)
