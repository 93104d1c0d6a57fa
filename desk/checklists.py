"""Checklists: what a ticket of a type goes through, ticked off by engineers under one message.

An open line is no wall: whoever solves or closes is told once, and the same again goes through.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import outbox, rarely, settled, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.moments import shortly
from desk.parcels import Action, Button
from desk.ports import Unit
from desk.settings import Checklist
from desk.tickets import Ticket
from desk.workbench import Item

AT_MOST = 50
"""Lines of one ticket; each is a button."""

LONGEST = 200
"""Characters of a line that an engineer adds."""

LABEL = 45
"""Characters of a line on its button."""

ASKED_AGAIN = timedelta(minutes=10)


async def fill(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Add the lists of the ticket's type; those of another type that nobody has touched go."""
    if not desk.settings.checklist:
        return
    items = await unit.find(Item, ticket_id=ticket.id)
    begun = {one.checklist for one in items if one.done_at}
    there = {one.checklist for one in items}
    kind = ticket.type.value if ticket.type else None
    for known in desk.settings.checklist:
        if known.type and known.type != kind and known.name in there - begun:
            await unit.remove(Item, ticket_id=ticket.id, checklist=known.name)
        elif known.type and known.type == kind and known.name not in there:
            await add(desk, unit, ticket, known)


async def add(desk: Desk, unit: Unit, ticket: Ticket, known: Checklist) -> None:
    """Add a list's lines below those that there are. Refusal when that makes too many."""
    lines = known.lines(desk.settings.desk.language)
    await _append(unit, ticket, known.name, lines)


async def add_line(unit: Unit, ticket: Ticket, text: str) -> None:
    """Add a line of one's own."""
    if len(text) > LONGEST:
        raise Refusal("closing.too_long", count=LONGEST)
    await _append(unit, ticket, "", [" ".join(text.split())])


async def _append(unit: Unit, ticket: Ticket, checklist: str, lines: Sequence[str]) -> None:
    items = await unit.find(Item, ticket_id=ticket.id)
    if len(items) + len(lines) > AT_MOST:
        raise Refusal("shaping.checklist_long", count=AT_MOST)
    last = max((one.place for one in items), default=0)
    for place, text in enumerate(lines, start=last + 1):
        await unit.add(Item(ticket_id=ticket.id, checklist=checklist, place=place, text=text))


async def shown(desk: Desk, unit: Unit, ticket: Ticket) -> tuple[str, list[list[Button]]]:
    """All lines with who ticked them off and when, and a button for each. Refusal when there are none."""
    items = await unit.find(Item, ticket_id=ticket.id, order="place")
    if not items:
        names = ", ".join(one.name for one in desk.settings.checklist)
        raise Refusal("shaping.checklist_none_named", names=names) if names else Refusal("shaping.checklist_none")
    done = sum(one.done_at is not None for one in items)
    rows = [desk.say("shaping.checklist_title", done=done, count=len(items))]
    buttons = []
    for number, one in enumerate(items, start=1):
        line = f"{_box(one)} {number}. {one.text}"
        rows.append(f"{line} — {one.by}, {_when(desk, one)}" if one.done_at else line)
        label = line if len(line) <= LABEL else f"{line[: LABEL - 1]}…"
        buttons.append([Button(label=label, action=Action.CHECK, ticket=ticket.id, arg=str(one.id))])
    return "\n".join(rows), buttons


def _box(item: Item) -> str:
    return "☑" if item.done_at else "☐"


def _when(desk: Desk, item: Item) -> str:
    language, timezone = desk.settings.desk.language, desk.settings.desk.timezone
    at = item.done_at or desk.now()
    return shortly(language, at, now=desk.now(), timezone=timezone, named=False)


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """Tick a line off, or take that back; the message shows it, and the toast says what it is now."""
    item = await unit.get(Item, int(press.arg)) if press.arg.isdecimal() else None
    if item is None or item.ticket_id != ticket.id:
        raise Refusal("group.button_old")
    done = item.done_at is None
    item = await unit.save(replace(item, by=press.person.name if done else "", done_at=desk.now() if done else None))
    what = "checked" if done else "unchecked"
    await work.audit(desk, unit, ticket, press.person.name, what, item=item.text)
    text, buttons = await shown(desk, unit, ticket)
    await settled.write(desk, unit, ticket, press, text, buttons=buttons)
    await outbox.card(desk, unit, ticket)
    return f"{_box(item)} {item.text}"


async def left(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """What to say before a ticket is ended with open lines, once in ten minutes; "" when it may be ended."""
    items = await unit.find(Item, ticket_id=ticket.id, done_at=None, order="place")
    if not items or not await rarely.may(desk, unit, f"checklist:{ticket.id}", ASKED_AGAIN):
        return ""
    names = "; ".join(one.text for one in items[:3])
    return desk.say("shaping.checklist_left", count=len(items), names=names[:LONGEST])
