"""Whose door a message comes through.

Rule: a mail that nothing proves to come from its sender's address never comes through the door of a client who has
anything to protect; it comes through a *claimed* door beside it, whose client is somebody else until an engineer says
that they are one.
"""

from collections.abc import Sequence
from dataclasses import replace

from desk import choosing, other_ways
from desk.desk import Desk
from desk.incoming import Incoming
from desk.marks import Mark
from desk.people import Client, Door
from desk.ports import Unit


async def door_for(desk: Desk, unit: Unit, incoming: Incoming, marks: Sequence[Mark] = ()) -> tuple[Door, Client, bool]:
    """The sender's door and client, made when new; whether they were known. Coming through a shut door opens it.

    `marks`: the tickets that a mail's thread names.
    """
    sender = incoming.sender
    found = await unit.find(Door, channel=sender.channel, address=sender.address)
    door, claimed = await _which(desk, unit, incoming, found, marks)
    if door is None:
        return await _new(desk, unit, incoming, claimed=claimed)
    client = await unit.get(Client, door.client_id)
    if client is None:
        raise LookupError(f"door {door.id} has no client")
    if vouched(incoming) and door.claimed:  # the address itself is proven, whatever ticket goes on
        await unit.change(Door, {"vouched_at": desk.now()}, channel="mail", address=door.address, claimed=False)
    fresh = replace(
        door,
        used_at=desk.now(),
        shut_at=None,
        shut_reason="",
        username=sender.username,
        place=_mailbox(incoming),
        name=incoming.group or sender.name or door.name,
        vouched_at=desk.now() if vouched(incoming) and not door.claimed else door.vouched_at,
    )
    opened = await unit.save(fresh)
    if door.shut_at and door.channel == "telegram":
        await other_ways.hand_over(desk, unit, client)
    return opened, client, True


def vouched(incoming: Incoming) -> bool:
    """Whether the message's sender is proven by its server or by an operator's word."""
    return incoming.vouched and not incoming.claimed


async def _which(
    desk: Desk, unit: Unit, incoming: Incoming, found: Sequence[Door], marks: Sequence[Mark]
) -> tuple[Door | None, bool]:
    """The door among those of this address, None for a new one; whether it is, or is to be, a claimed one."""
    proper = next((door for door in found if not door.claimed), None)
    beside = next((door for door in found if door.claimed), None)
    if incoming.channel != "mail" or not found:
        return proper, incoming.claimed
    proven = [] if incoming.claimed else [mark for mark in marks if incoming.vouched or mark.proves]
    if proven or vouched(incoming):
        # A claimed client's ticket goes on for whoever reads the mail of that address, and only that ticket does.
        owners = [mark.ticket.client_id for mark in proven if choosing.goes_on(desk, mark.ticket)]
        theirs = [door for owner in owners for door in (proper, *found) if door and door.client_id == owner]
        door = theirs[0] if theirs else proper
        return door, door is not None and door.claimed
    if incoming.claimed:
        return beside, True
    if proper is None or await _nothing_to_protect(unit, proper):
        return proper, False
    return beside, True


async def _nothing_to_protect(unit: Unit, door: Door) -> bool:
    """Whether all that is known of the client came from mails that nothing proved either."""
    if door.vouched_at is not None:
        return False
    theirs = await unit.find(Door, client_id=door.client_id)
    return all((one.channel, one.address) == (door.channel, door.address) for one in theirs)


async def _new(desk: Desk, unit: Unit, incoming: Incoming, *, claimed: bool) -> tuple[Door, Client, bool]:
    sender, now = incoming.sender, desk.now()
    # What was chosen by /lang before there was a client.
    chosen = await unit.recall(f"lang:{sender.channel}:{sender.address}")
    client = await unit.add(Client(name=sender.name or sender.address, language=chosen, created_at=now))
    door = await unit.add(
        Door(
            client_id=client.id,
            channel=sender.channel,
            address=sender.address,
            name=sender.name,
            username=sender.username,
            place=_mailbox(incoming),
            created_at=now,
            used_at=now,
            claimed=claimed,
            vouched_at=now if vouched(incoming) and not claimed else None,
        )
    )
    return door, client, False


def _mailbox(incoming: Incoming) -> str:
    return incoming.place if incoming.channel == "mail" else ""
