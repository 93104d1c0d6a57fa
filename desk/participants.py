"""Who else takes part in a ticket: people whom the client copied or an engineer let in.

Rule: a participant gets answers from the moment of their standing on and nothing else: no receipt, no reminder, no
closing letter, no list of requests.
"""

import re
from dataclasses import replace
from datetime import datetime

from desk.desk import Desk
from desk.incoming import Incoming, Sender, Sort
from desk.people import Door, DoorId
from desk.ports import Unit
from desk.tickets import TAKES_PART, Participant, Standing, Ticket

AT_MOST = 20
"""Participants of one ticket that its client can bring in; a mail to a whole company is not meant to go on so."""

SHOWN = 10
"""Names of people in copy that the engineers are shown."""

LONGEST = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, without its angle brackets)."""

_ROBOT = re.compile(r"(?:no|do[._-]?not)[._-]?reply|mailer-daemon|postmaster|bounces?\b", re.IGNORECASE)


async def of(unit: Unit, ticket: Ticket, address: str) -> Participant | None:
    """What this mail address is to the ticket, as far as it is anything."""
    return await unit.first(Participant, ticket_id=ticket.id, address=address)


async def taking_part(unit: Unit, ticket: Ticket) -> list[Participant]:
    """Everybody besides the client, in the order in which they came."""
    return await unit.find(Participant, ticket_id=ticket.id, standing__in=TAKES_PART)


async def alone(unit: Unit, ticket: Ticket) -> bool:
    """Whether nobody but the client was ever let in: a copy has the client's Message-ID, so its reader can name it."""
    return not await unit.count(Participant, ticket_id=ticket.id, standing__in=TAKES_PART | {Standing.REMOVED})


async def copies(unit: Unit, ticket: Ticket) -> list[Participant]:
    """Who receives the ticket's answers by mail besides the client.

    Left out: who became the client by a linking since, and addresses that are gone.
    """
    people = await taking_part(unit, ticket)
    doors = await unit.find(Door, channel="mail", address__in=[one.address for one in people])
    gone = {door.address for door in doors if door.client_id == ticket.client_id or door.shut_at is not None}
    return [one for one in people if one.address not in gone]


async def speaking_doors(unit: Unit, ticket: Ticket) -> list[DoorId]:
    """The doors whose words are words in the ticket: the client's and the participants'."""
    people = await taking_part(unit, ticket)
    theirs = await unit.find(Door, client_id=ticket.client_id)
    others = await unit.find(Door, channel="mail", address__in=[one.address for one in people])
    return [door.id for door in (*theirs, *others)]


async def named_in_copy(
    desk: Desk, unit: Unit, ticket: Ticket, incoming: Incoming, *, by_client: bool, proven: bool
) -> str:
    """Note whom a mail names besides us; the line for the engineers, "" when there is nobody.

    Those whom the proven client names take part from now on; whom an engineer let out stays out.
    """
    if incoming.sort is not Sort.HUMAN or not incoming.others:
        return ""
    known = {one.address: one for one in await unit.find(Participant, ticket_id=ticket.id)}
    own = {door.address for door in await unit.find(Door, client_id=ticket.client_id, channel="mail")}
    left_out = {address for address, one in known.items() if one.standing is not Standing.STRANGER} | own
    fresh = [one for one in incoming.others if one.address not in left_out and _may_take_part(desk, one.address)]
    if not fresh:
        return ""
    if not (by_client and proven):
        return desk.say("group.in_copy_unproven", names=_in_words(fresh))
    free = AT_MOST - sum(one.standing in TAKES_PART for one in known.values())
    added = fresh[: max(free, 0)]
    for each in added:
        # Since that mail came, which they have as well: the answer to it may quote it.
        await put(desk, unit, ticket, each, Standing.COPIED, by=incoming.sender.address, since=incoming.at)
    if not added:
        return desk.say("group.in_copy_too_many", names=_in_words(fresh), count=AT_MOST)
    return desk.say("group.in_copy", names=_in_words(added))


async def put(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    who: Sender,
    standing: Standing,
    *,
    by: str,
    since: datetime | None = None,
) -> Participant:
    """Give an address a standing in the ticket, from now on or `since` a moment ago."""
    known, at = await of(unit, ticket, who.address), since or desk.now()
    if known:
        return await unit.save(replace(known, name=who.name or known.name, standing=standing, by=by, at=at))
    made = Participant(ticket_id=ticket.id, address=who.address, name=who.name, standing=standing, by=by, at=at)
    return await unit.add(made)


def is_ours(desk: Desk, address: str) -> bool:
    """Whether a mail there comes back to us, with a plus tag or without."""
    local, _, domain = address.casefold().rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}"
    return any(box.address.casefold() in (address.casefold(), bare) for box in desk.settings.mailbox)


def _may_take_part(desk: Desk, address: str) -> bool:
    return len(address) <= LONGEST and not is_ours(desk, address) and not _ROBOT.match(address)


def _in_words(people: list[Sender]) -> str:
    words = [in_words(one.name, one.address) for one in people[:SHOWN]]
    return ", ".join(words) + (" …" if len(people) > SHOWN else "")


def in_words(name: str, address: str) -> str:
    """«Борис <boris@client.example>»; the address alone when there is no other name."""
    if not name or name.casefold() == address.casefold():
        return address
    return f'"{name}" <{address}>' if "," in name else f"{name} <{address}>"  # a comma ends a name in a list
