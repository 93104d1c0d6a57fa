"""`/queue` and `/mine`: what burns first, and what waits on whom, page by page.

Rule: only what is in somebody's hands is read; what is solved waits for nobody's work and is counted alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

from desk import asked, asked_words, burning, finding, pages
from desk.clocks import Reading
from desk.desk import Desk
from desk.moments import shortly
from desk.orders import Order
from desk.pages import Page
from desk.parcels import Action, Button
from desk.people import Client
from desk.ports import Unit
from desk.search import Sought
from desk.sorts import PRIORITIES, TYPES, priority_in_words
from desk.tickets import Priority, Status, Ticket, TicketId

SORT = "queue"
A_PAGE = 10
READ = 2_000
"""Tickets that are looked at, those whose clients wrote longest ago; nobody has more in their hands."""

_IN_HAND = (Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY)
_SUBJECT = 80


class Waits(Enum):
    """On whom a ticket waits, in the order in which they are shown."""

    US = "queue.us"
    CLIENT = "queue.client"
    OTHERS = "queue.others"
    LATER = "queue.later"
    NOBODY = "queue.nobody"


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/queue second`, `/queue mine status:waiting`. Refusal for a filter that is none."""
    await _post(desk, unit, given, mine=False)


async def order_mine(desk: Desk, unit: Unit, given: Order) -> None:
    """`/mine`."""
    await _post(desk, unit, given, mine=True)


async def _post(desk: Desk, unit: Unit, given: Order, *, mine: bool) -> None:
    what = {"words": given.argument, "engineer": given.post.engineer.id, "mine": mine}
    await pages.post(desk, unit, given, SORT, what, await page(desk, unit, what, 0))


async def page(desk: Desk, unit: Unit, what: Mapping[str, Any], number: int) -> Page:
    """One page of the queue as it is now."""
    words, engineer = str(what["words"]), str(what["engineer"])
    sought = understood(words, finding.asker(desk, engineer)) if words.strip() else Sought()
    if what["mine"]:
        sought = replace(sought, taken_id=engineer)
    tickets = await _read(unit, sought)
    due = await burning.readings(desk, unit, tickets)
    placed = sorted(((_place(desk, one, due.get(one.id)), one) for one in tickets), key=lambda pair: pair[0])
    listed = [(_ORDER[place[0]], ticket) for place, ticket in placed]
    rest = await _solved(desk, unit, sought)
    if not listed:
        words = words.strip()[:_SUBJECT]
        none = desk.say("queue.none_fits", words=words) if words else desk.say("group.queue_empty")
        return Page(text="\n".join(part for part in (none, rest) if part))
    count = -(-len(listed) // A_PAGE)
    number = max(0, min(number, count - 1))
    shown = listed[number * A_PAGE :][:A_PAGE]
    rows = await _rows(desk, unit, shown, listed, due)
    text = "\n".join([*rows, *([rest] if rest and number == count - 1 else [])])
    buttons = await _buttons(desk, unit, [ticket.id for _, ticket in shown])
    title = desk.say("group.queue_title", count=len(listed))
    return Page(title=title, text=text, buttons=buttons, number=number, count=count)


def understood(words: str, asker: asked.Asker) -> Sought:
    """The filters, where the name of a line, a status or «mine» may stand alone. Refusal as `asked.read` says."""
    lines = {name.casefold(): line.name for line in asker.lines for name in (line.name, line.title)}
    known = {
        "status": {word for said in (*asked_words.STATUSES.values(), asked_words.ACTIVE) for word in said},
        "priority": {word for said in PRIORITIES.values() for word in said},
        "type": {word for said in TYPES.values() for word in said},
    }

    def named(word: str) -> str:
        plain = word.casefold()
        if plain in lines:
            return f'line:"{lines[plain]}"'
        if plain in asked_words.ME:
            return "taken:me"
        return next((f"{name}:{word}" for name, said in known.items() if plain in said), word)

    if words.casefold().strip() in lines:  # a title of several words
        return Sought(lines=(lines[words.casefold().strip()],))
    return asked.read(" ".join(named(word) for word in words.split()), asker).sought


async def _read(unit: Unit, sought: Sought) -> list[Ticket]:
    """The tickets in somebody's hands that fit."""
    statuses = [one for one in sought.statuses or _IN_HAND if one not in sought.not_statuses]
    where: dict[str, Any] = {"status__in": statuses}
    if sought.lines:
        where["line__in"] = sought.lines
    if sought.taken_id is not None:
        where["taken_id"] = sought.taken_id
    if sought.terms:
        where["id__in"] = await unit.search(replace(sought, statuses=tuple(statuses)))
    found = await unit.find(Ticket, order="client_wrote_at", limit=READ, **where)
    return [ticket for ticket in found if _fits(ticket, sought)]


def _fits(ticket: Ticket, sought: Sought) -> bool:
    return (
        ticket.line not in sought.not_lines
        and (not sought.types or ticket.type in sought.types)
        and ticket.type not in sought.not_types
        and (not sought.priorities or ticket.priority in sought.priorities)
        and ticket.priority not in sought.not_priorities
        and (sought.after is None or ticket.created_at >= sought.after)
        and (sought.before is None or ticket.created_at < sought.before)
    )


_ORDER = list(Waits)
_BY_STATUS = {
    Status.WAITING: Waits.CLIENT,
    Status.THIRD_PARTY: Waits.OTHERS,
    Status.SOLVED: Waits.NOBODY,
    Status.CLOSED: Waits.NOBODY,
}


def waits_on(desk: Desk, ticket: Ticket) -> Waits:
    """Whose the next step is; what was put off rests until then."""
    if ticket.later_until and ticket.later_until > desk.now() and ticket.status is not Status.CLOSED:
        return Waits.LATER
    return _BY_STATUS.get(ticket.status, Waits.US)


def _place(desk: Desk, ticket: Ticket, due: Reading | None) -> tuple[Any, ...]:
    """Critical first, then what is due first, then who has waited longest; what was put off by when it comes back."""
    waits = waits_on(desk, ticket)
    since = ticket.later_until if waits is Waits.LATER and ticket.later_until else ticket.client_wrote_at
    critical = ticket.priority is not Priority.CRITICAL
    return (_ORDER.index(waits), critical, burning.ends(due) if due else burning.FAR, since, ticket.id)


async def _solved(desk: Desk, unit: Unit, sought: Sought) -> str:
    """How many are solved and wait for the client's word, when nothing narrower was asked."""
    if sought != replace(Sought(), lines=sought.lines, taken_id=sought.taken_id):
        return ""
    where: dict[str, Any] = {"status": Status.SOLVED}
    if sought.lines:
        where["line__in"] = sought.lines
    if sought.taken_id is not None:
        where["taken_id"] = sought.taken_id
    count = await unit.count(Ticket, **where)
    return desk.say("queue.solved", count=count) if count else ""


async def _rows(
    desk: Desk,
    unit: Unit,
    shown: Sequence[tuple[Waits, Ticket]],
    listed: Sequence[tuple[Waits, Ticket]],
    due: Mapping[TicketId, Reading],
) -> list[str]:
    """A heading wherever the next ones wait on somebody else, with how many do."""
    clients = await unit.find(Client, id__in=[ticket.client_id for _, ticket in shown])
    names = {client.id: client.name for client in clients}
    rows: list[str] = []
    last: Waits | None = None
    for waits, ticket in shown:
        if waits is not last:
            count = sum(one is waits for one, _ in listed)
            rows.append(("\n" if rows else "") + desk.say(waits.value, count=count))
            last = waits
        rows.append(_row(desk, ticket, names.get(ticket.client_id, "?"), due.get(ticket.id)))
    return rows


def _row(desk: Desk, ticket: Ticket, client: str, due: Reading | None) -> str:
    titles = {line.name: line.title or line.name for line in desk.settings.line}
    subject = ticket.subject if len(ticket.subject) <= _SUBJECT else f"{ticket.subject[: _SUBJECT - 1]}…"
    parts = [
        desk.number(ticket.id),
        *([priority_in_words(desk, ticket.priority)] if ticket.priority is Priority.CRITICAL else []),
        desk.say(f"group.status_{ticket.status.value}"),
        titles.get(ticket.line, ticket.line),
        client,
        subject,
    ]
    if due:
        parts.append(burning.with_left(desk, ticket, due))
    if ticket.third_party and ticket.status is Status.THIRD_PARTY:
        parts.append(ticket.third_party[:40])
    if ticket.later_until and ticket.later_until > desk.now():
        language, zone = desk.settings.desk.language, desk.settings.desk.timezone
        until = shortly(language, ticket.later_until, now=desk.now(), timezone=zone, named=False)
        parts.append(desk.say("queue.until", until=until))
    if ticket.taken_by:
        parts.append(ticket.taken_by)
    return " · ".join(parts)


async def _buttons(desk: Desk, unit: Unit, ids: Sequence[TicketId]) -> list[list[Button]]:
    where = await pages.links(unit, ids)
    found = [Button(label=desk.number(id_), action=Action.PAGE, url=where[id_]) for id_ in ids if id_ in where]
    return pages.in_rows(found, 5)
