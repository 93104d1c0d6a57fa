"""Many of a client's messages shown in their request's topic as one post, every word and file of each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import keys, outbox
from desk.desk import Desk
from desk.parcels import Outgoing, Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.tickets import File, Message, Ticket
from desk.wire import unpack

FULL = 20_000
"""Characters of one post; the rest begins another. What is over Telegram's 4,096 goes along as a text file."""

FILES = 30


async def add(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    message: Message,
    *,
    title: str,
    key: str,
    delay: timedelta = timedelta(0),
) -> None:
    """Put a message's words and files into the post that waits under `key`, or begin one."""
    files = [outbox.enclosure(file) for file in await unit.find(File, message_id=message.id)]
    names = [f"[{file.name}]" for file in files if not file.key]
    words = " ".join([keys.disarmed("\n".join(part for part in (message.text, message.rest) if part)), *names]).strip()
    line = f"{message.at.astimezone(desk.settings.desk.zone):%H:%M:%S} {words}".rstrip()
    waiting = await unit.first(Parcel, state=ParcelState.QUEUED, coalesce=key)
    before = unpack(waiting.body, waiting.id) if waiting else None
    if waiting and before and (len(before.text) + len(line) > FULL or len(before.files) + len(files) > FILES):
        await unit.save(replace(waiting, coalesce=""))
        before = None
    post = before or Outgoing(
        channel="group", place=ticket.line, purpose=Purpose.MIRROR, ticket=ticket.id, number=desk.number(ticket.id),
        title=title, silent=True,
    )  # fmt: skip
    text = f"{post.text}\n{line}" if post.text else line
    shown = replace(post, text=text, files=(*post.files, *(file for file in files if file.key)))
    lane = f"group:{ticket.id}:gathered"
    await outbox.send(desk, unit, shown, lane=lane, message_id=message.id, delay=delay, coalesce=key)


async def show(desk: Desk, unit: Unit, ticket: Ticket, messages: Sequence[Message], *, title: str) -> None:
    """All of these at once."""
    for message in messages:
        await add(desk, unit, ticket, message, title=title, key=f"gathered:{ticket.id}:{messages[0].id}")
