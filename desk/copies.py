"""Answers and questions for everybody else who takes part in a ticket: by mail, each in a parcel of their own.

Rule: to its readers it is one mail, under one Message-ID, with the same To and Cc. But it goes, waits and fails for
each of them by itself, so that nobody gets it twice because somebody else's server was busy. Nobody reads in it what
was said before they came, nor a link that makes its reader the client.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import clients, conversation, keys, letters, outbox, participants
from desk.desk import Desk
from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Message, MessageId, Participant, Ticket
from desk.wire import pack, unpack


async def people(desk: Desk, unit: Unit, ticket: Ticket, door: Door) -> list[Participant]:
    """Who gets a copy of what goes to the client through this door."""
    ours = {box.address.casefold() for box in desk.settings.mailbox}
    if not ours:
        return []
    found = await participants.copies(unit, ticket)
    return [one for one in found if one.address not in ours and one.address != door.address]


def may_read(words: Message | None, readers: Sequence[Participant]) -> bool:
    """Whether an earlier message may be quoted to all of them."""
    return words is not None and all(words.at >= one.at for one in readers)


async def send(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    first: Parcel,
    readers: Sequence[Participant],
    *,
    title: str,
    quote: str,
    delay: timedelta,
) -> None:
    """Queue the copies of the client's parcel; `title` and `quote` are for mails of a client who reads in Telegram."""
    if not readers:
        return
    message = unpack(first.body)
    if first.channel == "mail":
        message = replace(message, to=first.place, same_as=int(first.id))
    else:
        message = replace(
            message, channel="mail", place=readers[0].address, purpose=Purpose.COPY, title=title, quote=quote,
            buttons=(), footer="", reply_to="", silent=False,
            copies=tuple(one.address for one in readers[1:]),
        )  # fmt: skip
        message = await letters.as_mail(desk, unit, ticket, message, mailbox="", name=readers[0].name)
    for reader in readers:
        parcel = await outbox.send(
            desk,
            unit,
            replace(message, place=reader.address, purpose=Purpose.COPY),
            lane=f"mail:{reader.address}",
            message_id=first.message_id,
            delay=delay,
        )
        if not message.same_as:
            message = replace(unpack(parcel.body), to=reader.address, same_as=int(parcel.id))


async def change(unit: Unit, message_id: MessageId, text: str) -> None:
    """The words were changed before they had gone."""
    for parcel in await _waiting(unit, message_id, Purpose.COPY):
        await unit.save(replace(parcel, body=pack(replace(unpack(parcel.body, parcel.id), text=text))))


async def withdraw(unit: Unit, message_id: MessageId) -> None:
    """The words were taken back before they had gone: neither copies of them go, nor files that did not fit in."""
    for parcel in await _waiting(unit, message_id, Purpose.COPY, Purpose.FILES):
        await unit.save(replace(parcel, state=ParcelState.WITHDRAWN))


async def _waiting(unit: Unit, message_id: MessageId, *purposes: Purpose) -> list[Parcel]:
    waiting = (ParcelState.QUEUED, ParcelState.HELD)
    return await unit.find(Parcel, message_id=message_id, purpose__in=purposes, state__in=waiting)


async def gone(unit: Unit, message_id: MessageId) -> str:
    """The addresses to which a copy has gone, or is going, while the client's own waits; "" when there are none."""
    states = (ParcelState.SENDING, ParcelState.SENT)
    found = await unit.find(Parcel, message_id=message_id, purpose=Purpose.COPY, state__in=states)
    return ", ".join(dict.fromkeys(parcel.place for parcel in found))


async def way_on(desk: Desk, unit: Unit, ticket: Ticket, client: Client, door: Door, *, alone: bool) -> str:
    """How to go on in Telegram, as the last lines of a mail to a client who is not there yet; "" when there is no way.

    The signed link makes whoever opens it the client: it stands only in a mail of a ticket in which nobody else was
    ever written to, for who answers to all quotes our words.
    """
    if await unit.count(Door, client_id=client.id, channel="telegram"):
        return ""
    language = clients.language(desk, client, ticket)
    if alone and await written_alone(unit, ticket):
        link = await keys.telegram_link(desk, unit, client, door, ticket)
        return desk.say("client.receipt_link", language, link=link) if link else ""
    bot = await unit.recall("telegram.username")
    return desk.say("client.continue_by_code", language, bot=bot) if bot else ""


async def written_alone(unit: Unit, ticket: Ticket) -> bool:
    """Whether the client never wrote to anybody besides us in this ticket."""
    others = await unit.recall(conversation.others_key(ticket))
    return not others and not await unit.count(Participant, ticket_id=ticket.id)
