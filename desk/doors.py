"""Finding a client's doors, and going through another one when one is shut."""

import json
from dataclasses import replace

from desk import outbox
from desk.desk import Desk
from desk.parcels import Button, Outgoing, Parcel, ParcelState, Purpose
from desk.people import Door
from desk.ports import Unit
from desk.tickets import File as Enclosed
from desk.tickets import Message, Ticket
from desk.wire import unpack

REACHABLE = ("telegram", "mail")

WAITING = (ParcelState.QUEUED, ParcelState.HELD)
"""What has not gone yet and may still be taken back."""

__all__ = ["REACHABLE", "Door", "all_at", "at", "best", "open_doors", "other_open", "send_again", "withdraw"]


async def at(unit: Unit, channel: str, address: str) -> Door | None:
    """The door of whom this address belongs to."""
    return await unit.first(Door, channel=channel, address=address, claimed=False)


async def all_at(unit: Unit, channel: str, address: str) -> list[Door]:
    """That door and the claimed one beside it: where one leads the other does."""
    return await unit.find(Door, channel=channel, address=address, order="claimed")


async def open_doors(unit: Unit, client_id: int) -> list[Door]:
    """Doors through which something can be sent, last used first."""
    found = await unit.find(Door, client_id=client_id, channel__in=REACHABLE, shut_at=None, order="-used_at")
    return list(found)


async def best(unit: Unit, ticket: Ticket) -> Door | None:
    """The door last used in the ticket if it is open and its client's, else the client's other open one."""
    last = await unit.get(Door, ticket.door_id)
    if last and last.client_id == ticket.client_id and last.shut_at is None and last.channel in REACHABLE:
        return last
    found = await open_doors(unit, ticket.client_id)
    return found[0] if found else None


async def other_open(unit: Unit, ticket: Ticket, failed: Door) -> Door | None:
    """Another open door of the ticket's client."""
    there = (failed.channel, failed.address)  # a claimed door of the same address leads nowhere else
    found = await open_doors(unit, ticket.client_id)
    return next((door for door in found if (door.channel, door.address) != there), None)


async def send_again(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, door: Door) -> Parcel:
    """The same words through another door, without what belongs to the first one (a reply, a subject)."""
    message = unpack(parcel.body, parcel.id)
    files = await unit.find(Enclosed, message_id=parcel.message_id) if parcel.message_id else []
    text, native = message.text, message.native
    if native and door.channel == "mail":
        text, native = text or str(json.loads(native)["words"]), ""
    return await outbox.to_door(
        desk,
        unit,
        door,
        parcel.purpose,
        text,
        ticket=ticket,
        message_id=parcel.message_id,
        title=message.title,
        quote=message.quote if door.channel == parcel.channel else "",  # a chat shows what was said before
        footer=message.footer if door.channel == parcel.channel else "",
        buttons=_for(door, message),
        files=files,
        native=native,
    )


def _for(door: Door, message: Outgoing) -> tuple[tuple[Button, ...], ...]:
    return message.buttons if door.channel == "telegram" else ()


async def withdraw(desk: Desk, unit: Unit, message: Message, *, purposes: tuple[Purpose, ...]) -> bool:
    """Take back what has not gone yet; whether there was something to take back."""
    parcels = await unit.find(Parcel, message_id=message.id, purpose__in=purposes, state__in=WAITING)
    if not parcels:
        return False
    for parcel in parcels:
        await unit.save(replace(parcel, state=ParcelState.WITHDRAWN))
    await unit.save(replace(message, withdrawn_at=desk.now()))
    return True
