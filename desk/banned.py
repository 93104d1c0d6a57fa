"""What becomes of the words of a client who is banned: kept in the record, counted on the card, shown to nobody."""

from collections.abc import Sequence
from dataclasses import replace

from desk import conversation, doors, outbox
from desk.desk import Desk
from desk.incoming import Edited, Incoming, IncomingFile
from desk.moments import day_in_words
from desk.people import Audit, Client, Door
from desk.ports import Unit
from desk.tickets import Kind, Message, Revision, Status, Ticket


async def heard(desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming) -> bool:
    """Whether the sender is banned; the message is then kept with what they asked last, and that is all."""
    client = await _whose(unit, door, client)
    if client.banned_at is None:
        return False
    number = int(await unit.recall(count_key(client)) or 0) + 1
    await unit.remember(count_key(client), str(number))
    ticket = await unit.first(Ticket, client_id=client.id, status__ne=Status.CLOSED, order="-active_at")
    ticket = ticket or await unit.first(Ticket, client_id=client.id, order="-active_at")
    if ticket is None:
        data = {"text": incoming.text, "files": [file.key for file in incoming.files], "door": door.id}
        await unit.add(Audit(at=desk.now(), who=client.name, what="banned wrote", client_id=client.id, data=data))
        return True
    message = await conversation.add_message(unit, ticket, door, incoming, kind=Kind.WORDS)
    await unit.save(replace(message, data={**message.data, "banned": True}))
    today = f"{desk.now().astimezone(desk.settings.desk.zone).date()}"
    if await unit.recall(_told(client)) != today:  # the count on the card, once a day
        await unit.remember(_told(client), today)
        await outbox.card(desk, unit, ticket)
    return True


async def _whose(unit: Unit, door: Door, client: Client) -> Client:
    """Who is taken for the sender: an unproven mail from the address of somebody banned is theirs for this purpose."""
    proper = await doors.at(unit, door.channel, door.address) if door.claimed else None
    return (await unit.get(Client, proper.client_id) if proper else None) or client


async def silent(unit: Unit, message: Message) -> bool:
    """Whether a change of this message is to be kept without a word to anybody."""
    door = await unit.get(Door, message.door_id) if message.door_id else None
    client = await unit.get(Client, door.client_id) if door else None
    return client is not None and client.banned_at is not None


async def changed(unit: Unit, message: Message, change: Edited, files: Sequence[IncomingFile]) -> None:
    """Keep what it says now beside what it said before."""
    await unit.add(Revision(message_id=message.id, text=message.text, at=change.at))
    await unit.save(replace(message, text=change.text))
    for file in files:
        await conversation.add_file(unit, message.id, file)


async def card_rows(desk: Desk, unit: Unit, client: Client | None) -> list[str]:
    """The card says that its client is banned, why, and how much they wrote since."""
    if client is None or client.banned_at is None:
        return []
    zone, language = desk.settings.desk.timezone, desk.settings.desk.language
    day = day_in_words(language, client.banned_at, timezone=zone)
    count = int(await unit.recall(count_key(client)) or 0)
    return [desk.say("banning.card", name=client.banned_by, day=day, reason=client.ban_reason, count=count)]


def count_key(client: Client) -> str:
    """The fact how many messages came since."""
    return f"banned:{client.id}"


def _told(client: Client) -> str:
    return f"banned.day:{client.id}"
