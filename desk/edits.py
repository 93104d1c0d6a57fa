"""A client changes a message that they had sent: the former words are kept, the engineers see both."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desk import banned, conduct, conversation, deadlines, edits_shown, info, kinds, outbox, secret_fields
from desk.desk import Desk
from desk.incoming import Edited, IncomingFile
from desk.merged import follow
from desk.people import Door
from desk.ports import Unit
from desk.tickets import File, Message, Revision, Role, Status, Ticket, Trace


async def edited(desk: Desk, change: Edited) -> bool:
    """A client changed a message: the former words are kept and the engineers see both.

    False, with nothing done, for a message that is not known here: what it says now is then to be taken in.
    """
    async with desk.unit() as unit:
        message = await _changing(unit, change)
        ticket = await unit.get(Ticket, message.ticket_id) if message else None
        ticket = await follow(unit, ticket) if ticket else None
        if message is None or ticket is None:
            return False
        whole = _as_a_whole(message, change)
        if whole is None:
            return True
        change, data = whole
        change = await secret_fields.changed(desk, unit, ticket, message, change)
        fresh = await _other_files(desk, unit, message, change.files)
        differs = message.text != change.text or bool(fresh)
        if differs and await banned.silent(unit, message):
            await banned.changed(unit, message, change, fresh)
        elif differs:
            await _changed(desk, unit, ticket, replace(message, data=data), change, fresh)
        await unit.commit()
    return True


def _as_a_whole(message: Message, change: Edited) -> tuple[Edited, dict[str, Any]] | None:
    """The change with the words of all its album's pictures; None where nothing can be told to have changed."""
    if not change.of_album:
        return change, message.data
    found = kinds.recaptioned(message, change.external_id, change.text)
    if found is None:
        return (change, message.data) if change.text else None
    text, data = found
    return replace(change, text=text), data


async def files_known(desk: Desk, change: Edited, remote_ids: Sequence[str]) -> bool:
    """Whether a message that was changed still has the files that it had, as far as their names tell."""
    async with desk.view() as view:
        message = await _changing(view, change)
        had = await view.find(File, message_id=message.id) if message else []
    return set(remote_ids) <= {file.remote_id for file in had}


async def _changing(unit: Unit, change: Edited) -> Message | None:
    trace = await unit.first(
        Trace, channel=change.channel, place=change.place, external_id=change.external_id, role=Role.THEIRS
    )
    return await unit.get(Message, trace.message_id) if trace and trace.message_id else None


async def _other_files(desk: Desk, unit: Unit, message: Message, files: Sequence[IncomingFile]) -> list[IncomingFile]:
    """Those that the message did not have: Telegram may name the same file anew, its content tells."""
    had = await unit.find(File, message_id=message.id)
    known = {(file.size, await desk.files.read(file.key) if file.key else file.name.encode()) for file in had}
    return [
        file
        for file in files
        if (file.size, await desk.files.read(file.key) if file.key else file.name.encode()) not in known
    ]


async def _changed(  # noqa: PLR0917 - the change and what it concerns
    desk: Desk, unit: Unit, ticket: Ticket, message: Message, change: Edited, fresh: Sequence[IncomingFile]
) -> None:
    await unit.add(Revision(message_id=message.id, text=message.text, at=change.at))
    await unit.save(replace(message, text=change.text))
    files = [await conversation.add_file(unit, message.id, file) for file in fresh]
    await info.edited(desk, unit, ticket, replace(message, text=change.text))
    door = await unit.get(Door, message.door_id or 0)
    theirs = door is not None and door.client_id == ticket.client_id  # not of somebody who was unlinked since
    matters = ticket.status is Status.WAITING and theirs
    if matters:
        ticket = await conversation.client_wrote(unit, ticket, at=desk.now())
        ticket = await unit.save(replace(ticket, client_wrote_at=desk.now(), active_at=desk.now()))
        ticket = await deadlines.client_wrote(desk, unit, ticket)
        await outbox.card(desk, unit, ticket)
    await edits_shown.show(desk, unit, ticket, message, change.text, files, matters=matters)
    await conduct.look(desk, unit, ticket, door, change.text)
