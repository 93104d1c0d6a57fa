"""Joining two clients into one.

Rule: clients are joined only on a proof (a link, a code, a contact that Telegram vouches for, an engineer's yes), and
every joining can be undone.
"""

import re
from dataclasses import replace
from datetime import datetime

from desk import clients, conversation, membership, other_ways, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import SharedContact
from desk.people import Audit, Client, ClientId, Door, Link, Proof
from desk.ports import Unit
from desk.tickets import Kind, Message, Status, Ticket

_DIGITS = re.compile(r"\D+")
_RUSSIAN = 11
_SHORTEST, _LONGEST = 10, 15
"""Digits of a phone number with its country code (ITU-T E.164)."""


async def root(unit: Unit, client_id: ClientId) -> ClientId:
    """The client that this one is part of by now, itself when it was joined to none."""
    while (client := await unit.get(Client, client_id)) and client.joined_to:
        client_id = client.joined_to
    return client_id


async def join(desk: Desk, unit: Unit, one: ClientId, other: ClientId, *, proof: Proof, by: str) -> Client:
    """Make two clients one; history and tickets come together under the older. Joining one with itself is nothing."""
    one, other = await root(unit, one), await root(unit, other)
    kept_id, joined_id = min(one, other), max(one, other)
    kept, joined = await unit.get(Client, kept_id), await unit.get(Client, joined_id)
    if kept is None or joined is None:
        raise LookupError(f"client {kept_id} or {joined_id} is not there")
    if kept_id == joined_id:
        return kept
    now = desk.now()
    doors = await unit.find(Door, client_id=joined_id)
    tickets = await unit.find(Ticket, client_id=joined_id)
    await unit.change(Door, {"client_id": kept_id}, client_id=joined_id)
    await unit.change(Ticket, {"client_id": kept_id}, client_id=joined_id)
    await unit.save(replace(joined, joined_to=kept_id))
    await _words_of_their_own(unit, kept_id, at=now)
    link = await unit.add(
        Link(
            kept_id=kept_id,
            joined_id=joined_id,
            proof=proof,
            by=by,
            at=now,
            doors=[door.id for door in doors],
            tickets=[ticket.id for ticket in tickets],
        )
    )
    data = {"link": link.id, "joined": joined_id, "proof": proof.value}
    await unit.add(Audit(at=now, who=by, what="clients linked", client_id=kept_id, data=data))
    kept = await unit.save(
        replace(
            kept,
            language=kept.language or joined.language,
            spoken=kept.spoken or joined.spoken,
            news_at=kept.news_at or joined.news_at,
            no_news_at=kept.no_news_at or joined.no_news_at,  # a no of either is the person's
            **({} if kept.banned_at else clients.ban_of(joined)),
        )
    )
    text = desk.say("group.linked", name=joined.name, other=kept.name, proof=desk.say(f"group.proof_{proof.value}"))
    await _tell(desk, unit, kept_id, text)
    kept = await membership.joined(desk, unit, kept, joined, link.id)
    await other_ways.hand_over(desk, unit, kept)
    return kept


async def _words_of_their_own(unit: Unit, client_id: ClientId, *, at: datetime) -> None:
    """What a stranger wrote into a thread is the client's word once they turn out to be the client."""
    doors = [door.id for door in await unit.find(Door, client_id=client_id)]
    for message in await unit.find(Message, kind=Kind.STRANGER, door_id__in=doors):
        ticket = await unit.get(Ticket, message.ticket_id)
        if ticket and ticket.client_id == client_id:
            await conversation.let_in(unit, ticket, [message], at=at)


async def unlink(desk: Desk, unit: Unit, client_id: ClientId, *, by: str) -> Link:
    """Undo the client's last joining. Refusal when there is none.

    Tickets go back to their owner before it; later ones stay with the door that opened them. An address proven since
    from a door that goes back goes with it.
    """
    link = await unit.first(Link, kept_id=client_id, undone_at=None, order="-id")
    if link is None:
        raise Refusal("group.not_linked")
    joined = await unit.get(Client, link.joined_id)
    if joined is None:
        raise LookupError(f"client {link.joined_id} is not there")
    doors = {door.id for door in await _doors_of(unit, link)}
    await unit.change(Door, {"client_id": link.joined_id}, id__in=doors)
    for ticket in await unit.find(Ticket, client_id=client_id):
        before = ticket.id in link.tickets
        later = ticket.created_at >= link.at and ticket.opened_door_id in doors
        if before or later:
            ticket = await unit.save(replace(ticket, client_id=link.joined_id))  # noqa: PLW2901
        # An answer must not go through a door that is somebody else's again.
        if (ticket.door_id in doors) != (ticket.client_id == link.joined_id):
            await unit.save(replace(ticket, door_id=ticket.opened_door_id))
    await unit.save(replace(joined, joined_to=None))
    await unit.save(replace(link, undone_at=desk.now()))
    await membership.parted(desk, unit, client_id, link.joined_id, link.id)
    data = {"link": link.id, "joined": link.joined_id}
    await unit.add(Audit(at=desk.now(), who=by, what="clients unlinked", client_id=client_id, data=data))
    for owner in (client_id, link.joined_id):
        await _tell(desk, unit, owner, desk.say("group.unlinked", name=joined.name))
    return link


async def _doors_of(unit: Unit, link: Link) -> list[Door]:
    """What goes back with the joined client: the doors that came with it and those proven since through them."""
    theirs = {door.id: door for door in await unit.find(Door, id__in=link.doors, client_id=link.kept_id)}
    for door in await unit.find(Door, client_id=link.kept_id, id__gt=max(link.doors, default=0)):
        by = await unit.recall(f"door.by:{door.id}")
        if by and int(by) in theirs:
            theirs[door.id] = door
    return list(theirs.values())


async def _tell(desk: Desk, unit: Unit, client_id: ClientId, text: str) -> None:
    for ticket in await unit.find(Ticket, client_id=client_id, status__ne=Status.CLOSED):
        await outbox.to_topic(desk, unit, ticket, text)
        await outbox.card(desk, unit, ticket)
        await outbox.topic(desk, unit, ticket)


def phone_number(text: str) -> str:
    """Digits with a plus; a Russian 8 becomes +7. "" when it is no phone number."""
    digits = _DIGITS.sub("", text)
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return ""
    if len(digits) == _RUSSIAN and digits[0] == "8":
        digits = f"7{digits[1:]}"
    return f"+{digits}"


async def own_phone(desk: Desk, unit: Unit, client: Client, by: Door, contact: SharedContact) -> None:
    """A phone that Telegram says is the sender's own: a proof. `by`: their door, through which it came."""
    number = phone_number(contact.phone)
    if not number:
        return
    door = await unit.first(Door, channel="phone", address=number)
    if door and door.client_id != client.id:
        await join(desk, unit, client.id, door.client_id, proof=Proof.CONTACT, by="desk")
    elif not door:
        await add_door(desk, unit, client, by, "phone", number, proof=Proof.CONTACT)


async def add_door(  # noqa: PLR0917 - whose, by which door, and the address's two halves
    desk: Desk, unit: Unit, client: Client, by: Door, channel: str, address: str, *, proof: Proof
) -> Door:
    """Give a client one more address, proven by who wrote through the door `by`."""
    now = desk.now()
    door = await unit.add(
        Door(
            client_id=client.id,
            channel=channel,
            address=address,
            name=client.name,
            proof=proof,
            created_at=now,
            used_at=now,
        )
    )
    await unit.remember(f"door.by:{door.id}", str(by.id))
    data = {"door": door.id, "channel": channel, "proof": proof.value, "by": by.id}
    await unit.add(Audit(at=now, who="desk", what="door added", client_id=client.id, data=data))
    return door
