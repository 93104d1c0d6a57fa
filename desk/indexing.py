"""Keeps the words of tickets for searching, a moment after they were said and in small pieces.

Rule: what an engineer may not read in the topic is not kept: secrets are covered before a message is stored, and a
covered detail has no words here. A ticket is read whole each time, so an edit, a link or an erasure needs no care.
"""

import re
import time
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain

from desk.accounts import Detail
from desk.desk import Desk
from desk.linking import phone_number
from desk.organisations import Organisation
from desk.people import Client, Door
from desk.ports import Unit
from desk.search import APART, EVERY, FILE, TAG, TAKEN, Document, roots
from desk.tickets import File, Kind, Message, Participant, Ticket, TicketId

LOOK = timedelta(seconds=2)
"""How often it is looked for what is due."""
PIECE = 20
"""Tickets that are read at once …"""
MOMENT = 0.02
"""… for so many seconds at most, since nobody else can write meanwhile."""
BUDGET = 2.0
"""Seconds of one look; a database that was never indexed takes many looks."""

READ = 20_000
"""Characters of one message; beyond are logs."""
STEMS = 60_000
"""Of one ticket, the newest first; nobody looks for what was said before those."""

TIDY = "search.tidy"
"""The fact that what was taken out of the index is to be overwritten."""

_PHONE = re.compile(r"(?<![\w+])\+?\d[\d\s()\-.]{8,20}\d(?!\w)")
_LOCAL = re.compile(r"7\d{10}|[3489]\d{9}")
_DIGITS = 10
"""Of a Russian number without its country."""


def phones(text: str) -> list[str]:
    """The telephone numbers of a text as digits; a Russian one without its country too."""
    found = []
    for match in _PHONE.finditer(text):
        number = phone_number(match[0]).removeprefix("+")
        if not number or not (match[0].startswith("+") or _LOCAL.fullmatch(number)):
            continue  # a date with an hour has as many digits
        found.append(number)
        if len(number) > _DIGITS and number.startswith("7"):
            found.append(number[1:])
    return found


async def document(desk: Desk, unit: Unit, ticket: Ticket) -> Document:
    """Everything of a ticket that can be found."""
    messages = await unit.find(Message, ticket_id=ticket.id, order="-id", limit=5_000)
    told = [one for one in messages if one.kind is not Kind.EVENT]
    files = await unit.find(File, message_id__in=[one.id for one in told]) if told else []
    details = [one for one in await unit.find(Detail, ticket_id=ticket.id) if not one.secret]
    client = await unit.get(Client, ticket.client_id)
    company = await unit.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    doors = await unit.find(Door, client_id=ticket.client_id)
    people = await unit.find(Participant, ticket_id=ticket.id)
    names = [client.name if client else "", *([company.name, company.number] if company else ())]
    names += [part for door in doors for part in (door.name, door.username, door.address)]
    names += [part for person in people for part in (person.name, person.address)]
    names += [ticket.taken_by, ticket.third_party, *(one.author for one in told)]
    said: list[str] = []
    for text in chain(
        (name for file in files for name in (file.name,)),
        (detail.value for detail in details),
        (f"{one.text}\n{one.rest}" for one in told),
    ):
        if len(said) > STEMS:
            break
        said += [*roots(desk.stems, text[:READ]), APART]
    numbers = list(chain.from_iterable(phones(one.text[:READ]) for one in told))
    numbers += phones("\n".join(door.address for door in doors if door.channel == "phone"))
    marks = [
        EVERY,
        *([FILE] if files else ()),
        *_marked(desk, TAG, ticket.tags),
        *_marked(desk, TAKEN, [ticket.taken_by]),
    ]
    return Document(
        ticket_id=ticket.id,
        subject=roots(desk.stems, f"{desk.number(ticket.id)} {ticket.subject}"),
        who=tuple(_apart(desk, dict.fromkeys(names))),
        said=tuple(said),
        marks=(*marks, *dict.fromkeys(numbers)),
    )


def _apart(desk: Desk, texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        if text:
            yield from (*roots(desk.stems, text), APART)


def _marked(desk: Desk, mark: str, values: Iterable[str]) -> list[str]:
    return [stem for value in values if value for stem in (mark, *roots(desk.stems, value), APART)]


async def tick(desk: Desk) -> None:
    """Keep what is due until nothing is or the look has lasted long enough; others write in between."""
    began = time.perf_counter()
    while time.perf_counter() - began < BUDGET:
        async with desk.view() as view:
            due = await view.search_due(PIECE)
            tidy = not due and bool(await view.recall(TIDY))
        if not due:
            if tidy:
                await _tidy(desk)
            return
        await _keep(desk, due)


async def _keep(desk: Desk, due: list[tuple[TicketId, int]]) -> None:
    """Read outside the writer's turn, write within it: the words are many, the writing is short."""
    async with desk.view() as view:
        read = []
        began = time.perf_counter()
        for ticket_id, times in due:
            ticket = await view.get(Ticket, ticket_id)
            read.append((ticket_id, times, await document(desk, view, ticket) if ticket else None))
            if time.perf_counter() - began > MOMENT:
                break
    async with desk.store.unit() as unit:
        for ticket_id, times, found in read:
            if found is None:
                await unit.search_forget(ticket_id, times)
            else:
                await unit.search_keep(found, times)
        await unit.commit()


async def forget(unit: Unit, ticket_id: TicketId) -> None:
    """Take a ticket out of the index at once; what was there is overwritten on the disk by and by.

    For erasure. What is left of the ticket in the tables is kept again with the next change of it.
    """
    await unit.search_forget(ticket_id)
    await unit.remember(TIDY, "begin")


async def _tidy(desk: Desk) -> None:
    async with desk.store.unit() as unit:
        first = await unit.recall(TIDY) == "begin"
        more = await unit.search_tidy(first=first)
        await unit.remember(TIDY, "going on" if more else "")
        await unit.commit()
