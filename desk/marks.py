"""By what a mail names the tickets that it belongs to: signed tags, the ids of its thread, a number in its subject.

Rule: an empty id and a tag that we did not sign name nothing; a number proves nothing, as it can be guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from desk import merged, participants
from desk.desk import Desk
from desk.incoming import Incoming
from desk.parcels import Parcel
from desk.people import Door
from desk.ports import Unit
from desk.tickets import TAKES_PART, Role, Ticket, TicketId, Trace

IDS_LOOKED_AT = 50
"""A thread's newest ids; a hostile References header may carry thousands."""

LOOKED_AT = 5
"""Tags and numbers looked up per mail."""

_LONGEST_NUMBER = 9

_SAYS_SOMETHING = re.compile(r"[^\W_]")
"""An id without a letter or digit is as good as empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One ticket that a mail names, and what that tells of its sender.

    `proves`: whoever wrote it reads what we send to the sender's address: they have our signed tag of a ticket in
    which that address takes part, or, `answers`, the id of a mail that we sent to that very address. Neither for a
    mail that our own server refutes: tags and ids are known also to who once had a copy.
    """

    ticket: Ticket
    proves: bool = False
    answers: bool = False


async def of(desk: Desk, unit: Unit, incoming: Incoming) -> list[Mark]:
    """The tickets that a mail's tags and thread name, the surest first; each once."""
    found: dict[TicketId, Mark] = {}
    believed = not incoming.refuted
    for mark in [*await _by_tags(desk, unit, incoming), *await _by_ids(unit, incoming)]:
        ticket = await merged.follow(unit, mark.ticket)
        known = found.get(ticket.id, mark)
        found[ticket.id] = Mark(
            ticket=ticket,
            proves=believed and (known.proves or mark.proves),
            answers=believed and (known.answers or mark.answers),
        )
    return list(found.values())


async def _by_tags(desk: Desk, unit: Unit, incoming: Incoming) -> list[Mark]:
    """By the address that was written to: some programs answer to it and drop the thread."""
    letters = "".join(one for one in desk.settings.desk.prefix.lower() if one.isascii() and one.isalnum())
    numbers = [tag.removeprefix(letters) for tag in incoming.tags[:LOOKED_AT]]
    found = []
    for ticket in await _tickets(unit, numbers):
        found.append(Mark(ticket=ticket, proves=await _has_part(unit, ticket, incoming.sender.address)))
    return found


async def _has_part(unit: Unit, ticket: Ticket, address: str) -> bool:
    if await unit.count(Door, client_id=ticket.client_id, channel="mail", address=address):
        return True
    person = await participants.of(unit, ticket, address)
    return person is not None and person.standing in TAKES_PART


async def _by_ids(unit: Unit, incoming: Incoming) -> list[Mark]:
    """In-Reply-To before References; in each our own ids before those of other people, the newest first."""
    older = [one for one in reversed(incoming.references) if one != incoming.reply_to]
    ids = [one for one in (incoming.reply_to, *older) if _SAYS_SOMETHING.search(one)][:IDS_LOOKED_AT]
    if not ids:
        return []
    traces = await unit.find(Trace, channel="mail", external_id__in=ids)
    # The same id may stand in two mailboxes and mean two mails; ours are signed, so there is one of each.
    traces = [one for one in traces if one.role is Role.OURS or one.place == incoming.place]
    traces.sort(
        key=lambda one: (one.external_id != incoming.reply_to, one.role is not Role.OURS, ids.index(one.external_id))
    )
    found = []
    for trace in traces:
        ticket = await unit.get(Ticket, trace.ticket_id) if trace.ticket_id else None
        if ticket:
            sent_there = trace.role is Role.OURS and await _went_to(unit, trace, incoming.sender.address)
            found.append(Mark(ticket=ticket, proves=sent_there, answers=sent_there))
    return found


async def _went_to(unit: Unit, trace: Trace, address: str) -> bool:
    """Whether the mail of ours behind this id was sent to that address; copies of one go under one id."""
    parcel = await unit.get(Parcel, trace.parcel_id) if trace.parcel_id else None
    if parcel is None:
        return False
    return address in (parcel.place, parcel.body.get("to", ""), *parcel.body.get("copies", ()))


async def by_number(desk: Desk, unit: Unit, subject: str) -> list[Ticket]:
    """The tickets whose numbers a subject holds («SD-7», "[sd-7]"), in its order."""
    prefix = re.escape(desk.settings.desk.prefix)
    pattern = rf"(?<![^\W_])(?<!-){prefix}-(\d{{1,{_LONGEST_NUMBER}}})(?!\w)"
    found = await _tickets(unit, re.findall(pattern, subject, re.IGNORECASE)[:LOOKED_AT])
    return [await merged.follow(unit, ticket) for ticket in found]


async def _tickets(unit: Unit, numbers: Iterable[str]) -> list[Ticket]:
    """The tickets of these numbers that there are, in the same order."""
    ids = [int(one) for one in dict.fromkeys(numbers) if one.isdecimal() and len(one) <= _LONGEST_NUMBER]
    there = {ticket.id: ticket for ticket in await unit.find(Ticket, id__in=ids)} if ids else {}
    return [there[TicketId(one)] for one in ids if one in there]
