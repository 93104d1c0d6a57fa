"""Files that do not go with the words of a mail: in mails of their own, through Telegram, or later.

Rule: no file is dropped in silence. The client reads in the mail where each one is, the engineers in the topic.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from desk import clients, copies, doors, keys, outbox, wording
from desk.desk import Desk
from desk.errors import DeliveryRefused, FilesTooLarge
from desk.parcels import Enclosure, Outgoing, Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Message, MessageId, Role, Ticket, Trace
from desk.wire import pack, unpack

_KEPT = "files.waiting:"
_OTHERS = frozenset({Purpose.COPY, Purpose.PARTNER})
"""What goes to others than the client: none of it may take a way that leads to the client."""


async def split(desk: Desk, unit: Unit, parcel: Parcel, why: FilesTooLarge) -> None:
    """Nothing of this parcel was sent. It goes again with the files that fit; the others go as they can."""
    message = unpack(parcel.body, parcel.id)
    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
    large = [file for file in message.files if _too_large(file, why.room, alone=len(message.files) == 1)]
    packs = _packs([file for file in message.files if file not in large], why.room)
    client = await unit.get(Client, ticket.client_id) if ticket else None
    language = clients.language(desk, client, ticket)
    notes = list(message.notes)
    if len(packs) > 1:
        notes.append(desk.say("client.files_in_mails", language, count=len(packs)))
    if large:
        notes.append(await _elsewhere(desk, unit, parcel, message, ticket, client, large))
    first = replace(message, files=packs[0] if packs else (), notes=tuple(notes))
    await unit.save(replace(parcel, state=ParcelState.QUEUED, not_before=desk.now(), body=pack(first)))
    for index, files in enumerate(packs[1:], start=2):
        text = desk.say("client.files_more", language, index=index, count=len(packs), names=_names(desk, files))
        more = replace(
            message, purpose=parcel.purpose if parcel.purpose in _OTHERS else Purpose.FILES, text=text, files=files,
            quote="", footer="", code="", notes=(), buttons=(), same_as=0, dated="",
        )  # fmt: skip
        await outbox.send(desk, unit, more, lane=parcel.lane, message_id=parcel.message_id)
    if len(packs) > 1 and ticket and parcel.purpose is not Purpose.COPY:
        said = desk.say("group.files_in_mails", count=len(packs), address=parcel.place)
        await outbox.to_topic(desk, unit, ticket, said, silent=True)


def _too_large(file: Enclosure, room: int, *, alone: bool) -> bool:
    if not file.key and file.remote_id:
        return True  # Telegram did not hand it out: it can only go by Telegram's own name for it
    return file.size > room if room else alone


def _packs(files: Sequence[Enclosure], room: int) -> list[tuple[Enclosure, ...]]:
    """The files in order, as many to a mail as fit; one to a mail when nobody said what fits."""
    packs: list[list[Enclosure]] = []
    for file in files:
        if packs and room and sum(one.size for one in packs[-1]) + file.size <= room:
            packs[-1].append(file)
        else:
            packs.append([file])
    return [tuple(one) for one in packs]


async def _elsewhere(  # noqa: PLR0917 - the mail and its client
    desk: Desk,
    unit: Unit,
    parcel: Parcel,
    message: Outgoing,
    ticket: Ticket | None,
    client: Client | None,
    files: Sequence[Enclosure],
) -> str:
    """Find another way for files too large for any mail; the line in the mail that says which."""
    language = clients.language(desk, client, ticket)
    names = _names(desk, files)
    if ticket is None or client is None or parcel.purpose in _OTHERS:
        if ticket:
            said = desk.say("group.files_not_copied", names=names, address=parcel.place)
            await outbox.to_topic(desk, unit, ticket, said)
        return desk.say("client.files_not_sent", language, names=names)
    chat = next((one for one in await doors.open_doors(unit, client.id) if one.channel == "telegram"), None)
    if chat:
        await _to_chat(desk, unit, ticket, client, chat, files, parcel.message_id)
        await outbox.to_topic(desk, unit, ticket, desk.say("group.files_by_telegram", names=names))
        return desk.say("client.files_by_telegram", language, names=names)
    await _keep(unit, ticket, parcel.message_id, files)
    link = await _link(desk, unit, parcel, message, ticket, client)
    if not link:
        await outbox.to_topic(desk, unit, ticket, desk.say("group.files_not_sent", names=names))
        return desk.say("client.files_not_sent", language, names=names)
    await outbox.to_topic(desk, unit, ticket, desk.say("group.files_by_link", names=names))
    return desk.say("client.files_by_link", language, names=names, link=link)


async def _link(  # noqa: PLR0917 - the mail and its client
    desk: Desk, unit: Unit, parcel: Parcel, message: Outgoing, ticket: Ticket, client: Client
) -> str:
    """The way into Telegram for this client alone; "" when somebody else reads the mail or there is no bot."""
    door = await unit.first(Door, channel="mail", address=parcel.place, client_id=client.id)
    if door is None or message.copies or not await copies.written_alone(unit, ticket):
        return ""
    return await keys.telegram_link(desk, unit, client, door, ticket)


async def _to_chat(  # noqa: PLR0917 - the files and where they go
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    client: Client,
    chat: Door,
    files: Sequence[Enclosure],
    message_id: MessageId | None,
) -> None:
    language = clients.language(desk, client, ticket)
    text = desk.say("client.files_here", language, number=desk.number(ticket.id))
    await outbox.to_door(desk, unit, chat, Purpose.FILES, text, ticket=ticket, message_id=message_id, files=files)


async def _keep(unit: Unit, ticket: Ticket, message_id: MessageId | None, files: Sequence[Enclosure]) -> None:
    key = f"{_KEPT}{ticket.id}:{message_id or 0}"
    kept = json.loads(await unit.recall(key) or "[]")
    await unit.remember(key, json.dumps([*kept, *(asdict(file) for file in files)]))


async def hand_over(desk: Desk, unit: Unit, client: Client) -> None:
    """The client came to Telegram: what was kept for that goes there now."""
    chat = next((one for one in await doors.open_doors(unit, client.id) if one.channel == "telegram"), None)
    if chat is None:
        return
    for key, value in (await unit.recall_all(_KEPT)).items():
        number, _, message_id = key.removeprefix(_KEPT).partition(":")
        ticket = await unit.get(Ticket, int(number))
        if ticket is None or ticket.client_id != client.id:
            continue
        files = [Enclosure(**one) for one in json.loads(value)]
        of = MessageId(int(message_id)) if message_id != "0" else None
        await _to_chat(desk, unit, ticket, client, chat, files, of)
        said = desk.say("group.files_handed_over", names=_names(desk, files))
        await outbox.to_topic(desk, unit, ticket, said, silent=True)
        await unit.remember(key, "")


async def refused(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, why: DeliveryRefused) -> None:
    """A copy or files of their own did not arrive: the engineers are told; the words themselves are another parcel."""
    if parcel.purpose is Purpose.COPY:
        said = desk.say("group.copy_not_delivered", address=parcel.place, why=why.reason[:200])
    else:
        names = _names(desk, unpack(parcel.body, parcel.id).files)
        said = desk.say("group.files_not_delivered", names=names, why=why.reason[:200])
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    trace = await unit.first(Trace, channel="group", message_id=parcel.message_id, role=Role.COLLEAGUE)
    mention = f"{message.author_id}:{message.author}" if message else ""
    to = trace.external_id if trace else ""
    await outbox.to_topic(desk, unit, ticket, said, mention=mention, reply_to=to)


def _names(desk: Desk, files: Sequence[Enclosure]) -> str:
    return ", ".join(f"«{file.name}» ({wording.size(desk, file.size)})" for file in files)
