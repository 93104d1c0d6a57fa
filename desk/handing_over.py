"""A ticket moves to another line, or to a partner: with the words of whoever hands it over and what was done so far.

Rule: the new line reads it once. Who asked what, what the client was told, what is missing, what is promised and what
it took stand in one message; the words stay in the card until the ticket moves again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desk import answering, bills, cards, deadlines, details, duty, handed, outbox, partners, routing, staff, work
from desk.accounts import Spent
from desk.checks import closest
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Press
from desk.moments import day_in_words
from desk.orders import Order, mark, ticket_of
from desk.organisations import Organisation
from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Client
from desk.ports import Unit
from desk.settings import Line, Person
from desk.tickets import Kind, Message, Status, Ticket

_ANSWERS = (Purpose.ANSWER, Purpose.QUESTION)
_WAITS = (ParcelState.QUEUED, ParcelState.HELD)

_AFTER_NAME = " \t\n:,.;—–-"


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/line name words`."""
    ticket = ticket_of(given)
    line, words = _read(desk, given.argument)
    _elsewhere(ticket, line)
    note = None
    if words or given.post.files:
        note = await answering.note(desk, unit, ticket, given.post, text=words)
        ticket = await unit.get(Ticket, ticket.id) or ticket
    if await _move(desk, unit, ticket, line, given.post.engineer, note):
        await mark(desk, unit, given)


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """The button of a line."""
    line = staff.line(desk, cards.line_named(desk, press.arg))
    if line is None:
        raise Refusal("group.button_old")
    _elsewhere(ticket, line)
    moved = await _move(desk, unit, ticket, line, press.person, None)
    return desk.say("group.moved_toast" if moved else "group.ask_toast")


async def reopen(desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer) -> Ticket:
    """Take it up again; what a partner has goes back to the line that it came from."""
    ticket = await work.reopen(desk, unit, ticket, engineer.name)
    before = await partners.line_before(desk, unit, ticket)
    return await work.move(desk, unit, ticket, before, engineer.name) if before else ticket


def _elsewhere(ticket: Ticket, line: Line) -> None:
    if ticket.line == line.name:
        raise Refusal("group.line_same")


def _read(desk: Desk, text: str) -> tuple[Line, str]:
    """The line that the first words name, by name or title, and the words after it. Refusal with the nearest name."""
    names = {name.casefold(): line for line in desk.settings.line for name in (line.name, line.title)}
    begun = text.strip().casefold()
    for name in sorted(names, key=len, reverse=True):
        if begun == name or (begun.startswith(name) and begun[len(name)] in _AFTER_NAME):
            return names[name], text.strip()[len(name) :].strip(_AFTER_NAME)
    known = ", ".join(line.name for line in desk.settings.line)
    wanted = text.strip().split(maxsplit=1)[0] if text.strip() else ""
    if not wanted:
        raise Refusal("handing.line_which", names=known, example=desk.settings.line[-1].name)
    if meant := closest(wanted, names):
        raise Refusal("handing.line_meant", name=wanted[:40], meant=names[meant.casefold()].name, names=known)
    raise Refusal("group.line_unknown", names=known)


async def _move(  # noqa: PLR0917 - the ticket, its new line, and by whom
    desk: Desk, unit: Unit, ticket: Ticket, line: Line, engineer: Engineer, note: Message | None
) -> bool:
    """Move it; False when somebody is asked for words first."""
    before = ticket.line
    if line.address:
        return await partners.hand_over(desk, unit, ticket, line, engineer, note)
    if ticket.status is Status.THIRD_PARTY and await partners.line_before(desk, unit, ticket):
        ticket = await work.reopen(desk, unit, ticket, engineer.name)
    ticket, called = await _whose(desk, unit, ticket, line)
    ticket = await work.move(desk, unit, ticket, line.name, engineer.name, told=False)
    await handed.keep(unit, ticket, who=engineer.name, before=before, note=note)
    rows = await _summary(desk, unit, ticket)
    said = desk.say("group.moved", name=engineer.name, before=handed.title(desk, before), line=line.title)
    said = f"{said}\n{note.text}" if note and note.text else said
    await outbox.to_topic(desk, unit, ticket, "\n\n".join([said, "\n".join(rows)]), mention=staff.mention(called))
    return True


async def _whose(desk: Desk, unit: Unit, ticket: Ticket, line: Line) -> tuple[Ticket, Sequence[Person]]:
    """The ticket with its taker, who goes on only if they work on that line too, and whom the new line calls."""
    if not _works_there(desk, ticket, line):
        ticket = replace(ticket, taken_by="", taken_id="")
    there = await duty.of_line(desk, unit, line.name)
    if ticket.taken_id or line.assign != routing.IN_TURN:
        return ticket, there
    turn = await duty.next_one(desk, unit, line.name)
    if turn.person is None:
        return ticket, there
    mine = replace(ticket, taken_by=turn.person.name, taken_id=await duty.id_of(unit, turn.person))
    return mine, [turn.person]


def _works_there(desk: Desk, ticket: Ticket, line: Line) -> bool:
    """Whether whoever has the ticket works on that line as well; where nobody is named, everybody does."""
    if not ticket.taken_id or not desk.settings.person:
        return True
    name = ticket.taken_id.removeprefix("@") if ticket.taken_id.startswith("@") else ""
    person = staff.person(desk, Engineer(id=ticket.taken_id, name=ticket.taken_by, username=name))
    return person in staff.on_line(desk, line.name)


# --- what was done so far -------------------------------------------------------------------------------------------


async def _summary(desk: Desk, unit: Unit, ticket: Ticket) -> list[str]:
    client = await unit.get(Client, ticket.client_id)
    company = await unit.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    who = ", ".join([*([client.name] if client else []), *([company.name] if company else [])])
    rows = await _said(desk, unit, ticket, who)
    if missing := await details.missing(desk, unit, ticket):
        titles = [getattr(one.title, desk.settings.desk.language) for one in missing]
        rows.append(desk.say("handing.missing", names=", ".join(titles)))
    if ticket.status is Status.WAITING and ticket.question:
        rows.append(desk.say("handing.waits", question=handed.shortly(ticket.question)))
    rows += await deadlines.card_rows(desk, unit, ticket)
    spent = await unit.find(Spent, ticket_id=ticket.id, withdrawn_at=None)
    return [*rows, await bills.sums(desk, unit, ticket, spent)] if spent else rows


async def _said(desk: Desk, unit: Unit, ticket: Ticket, who: str) -> list[str]:
    """What the client asked and said last, and what we told them last."""
    theirs: dict[str, Any] = {"ticket_id": ticket.id, "kind": Kind.WORDS}
    first, last = await unit.first(Message, **theirs), await unit.first(Message, order="-id", **theirs)
    ours = await unit.first(
        Message, ticket_id=ticket.id, kind__in=(Kind.ANSWER, Kind.QUESTION), withdrawn_at=None, order="-id"
    )
    rows = [desk.say("handing.asked", who=who, text=handed.shortly(first.text) or ticket.subject)] if first else []
    if first and last and last.id != first.id:
        rows.append(desk.say("handing.last", day=_day(desk, last), text=handed.shortly(last.text)))
    if ours and await unit.count(Parcel, message_id=ours.id, purpose__in=_ANSWERS, state__in=_WAITS):
        rows.append(desk.say("handing.told_soon", name=ours.author, text=handed.shortly(ours.text)))
    elif ours:
        rows.append(desk.say("handing.told", name=ours.author, day=_day(desk, ours), text=handed.shortly(ours.text)))
    else:
        rows.append(desk.say("handing.told_nothing"))
    return rows


def _day(desk: Desk, message: Message) -> str:
    return day_in_words(desk.settings.desk.language, message.at, timezone=desk.settings.desk.timezone)
