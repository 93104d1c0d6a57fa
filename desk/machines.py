"""Automatic answers: out of office, read receipts, «Принято» of a calendar. Nobody's word, and nobody's request.

Rule: none of them makes a ticket, moves one, stops a clock or is answered; each can be seen.
"""

from collections.abc import Sequence
from dataclasses import replace

from desk import conversation, keys, loops, outbox, participants
from desk.choosing import Choice, How
from desk.desk import Desk
from desk.incoming import Incoming, Sort
from desk.parcels import Parcel, Purpose
from desk.people import Door
from desk.ports import Unit
from desk.tickets import File, Kind, Role, Status, Ticket

_ALIVE = tuple(status for status in Status if status is not Status.CLOSED)
_SHOWN = 3500
"""Characters shown in the group; the whole of it is kept."""

_IN_GENERAL = 500


async def answered(desk: Desk, unit: Unit, incoming: Incoming, named: Sequence[Ticket]) -> None:
    """Add it to the ticket that it answers (`named`: those of its thread), else to its sender's newest open one.

    Of somebody who has none it is a silent line in General.
    """
    doors = await unit.find(Door, channel="mail", address=incoming.sender.address, order="claimed")
    ticket = await _ticket(unit, incoming, named, doors)
    if ticket is None:
        await _in_general(desk, unit, incoming)
        return
    door = next((one for one in doors if one.client_id == ticket.client_id), doors[0] if doors else None)
    if await loops.too_often(desk, unit, ticket):
        await loops.fold(desk, unit, ticket, door, incoming, Kind.MACHINE)
        return
    ours = door is not None and door.id in await participants.speaking_doors(unit, ticket)
    role = Role.THEIRS if ours else Role.STRANGER  # the client's mails must not name what a stranger sent
    message = await conversation.add_message(unit, ticket, door, incoming, kind=Kind.MACHINE, role=role)
    files = await unit.find(File, message_id=message.id, key__ne="")
    who = incoming.sender
    author = participants.in_words(who.name, who.address)
    if not ours:
        author = desk.say("group.stranger", who=author)
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        desk.say("group.machine"),
        purpose=Purpose.MIRROR,
        message_id=message.id,
        title=f"{author} · {desk.say('group.door_mail')}",
        quote=f"{incoming.subject}\n\n{incoming.text}\n{incoming.rest}".strip()[:_SHOWN],
        files=files,
        silent=True,
    )


async def _ticket(unit: Unit, incoming: Incoming, named: Sequence[Ticket], doors: Sequence[Door]) -> Ticket | None:
    parcel = await unit.get(Parcel, incoming.failed_parcel) if incoming.failed_parcel else None
    if parcel and parcel.ticket_id:  # it came to the envelope of that very mail
        return await unit.get(Ticket, parcel.ticket_id)
    if named:
        return named[0]
    clients = [door.client_id for door in doors]
    if not clients:
        return None
    return await unit.first(Ticket, client_id__in=clients, status__in=_ALIVE, order="-active_at")


async def _in_general(desk: Desk, unit: Unit, incoming: Incoming) -> None:
    who = incoming.sender
    words = keys.disarmed(f"{incoming.subject}\n{incoming.text}".strip())[:_IN_GENERAL]
    text = desk.say("group.machine_general", who=participants.in_words(who.name, who.address), text=words)
    await outbox.to_general(desk, unit, text, silent=True, coalesce=f"machine:{who.address}")


def of_its_own(incoming: Incoming, choice: Choice) -> Choice:
    """A robot that goes on in a thread of a closed ticket has something new to say, which must not lie there unseen."""
    if incoming.sort is Sort.ROBOT and choice.ticket and choice.ticket.status is Status.CLOSED:
        return replace(choice, how=How.NEW, ticket=None, related=choice.ticket.id)
    return choice
