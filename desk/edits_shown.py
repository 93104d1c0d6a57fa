"""A client's change of their words, shown in the topic: on the words themselves, and below them where it matters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import outbox
from desk.desk import Desk
from desk.keys import disarmed
from desk.parcels import Act, Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.tickets import TO_CLIENT, File, Message, Revision, Role, Ticket, Trace
from desk.wire import pack, unpack

READ = timedelta(minutes=1)
"""After so long the words will have been read: a change is told by a message of its own."""


async def show(  # noqa: PLR0917 - the message before and after, and what is new in it
    desk: Desk, unit: Unit, ticket: Ticket, before: Message, text: str, fresh: Sequence[File], *, matters: bool
) -> None:
    """`before`: the message as it was; `matters`: it changed more than words."""
    mirror = await unit.first(Parcel, message_id=before.id, purpose=Purpose.MIRROR)
    there = await _there(unit, ticket, before, mirror)
    if mirror and mirror.state is ParcelState.QUEUED and not fresh:
        words = unpack(mirror.body, mirror.id)
        await unit.save(replace(mirror, body=pack(replace(words, text=_changed(words.text, before.text, text)))))
        return
    if mirror and mirror.state is ParcelState.SENT and there:
        await _edit(desk, unit, ticket, before, text, mirror, there)
        if not matters and not fresh and not await _read(desk, unit, before, mirror):
            return
    await tell(desk, unit, ticket, before, text, fresh, reply_to=there[0].external_id if there else "")


async def _there(unit: Unit, ticket: Ticket, message: Message, mirror: Parcel | None) -> list[Trace]:
    if mirror is None:
        return []
    found = await unit.find(
        Trace, channel="group", message_id=message.id, ticket_id=ticket.id, role=Role.CLIENT, parcel_id=mirror.id
    )
    return [one for one in found if one.external_id.isdecimal()]


async def _edit(  # noqa: PLR0917 - the message before and after, and where it stands
    desk: Desk, unit: Unit, ticket: Ticket, before: Message, text: str, mirror: Parcel, there: Sequence[Trace]
) -> None:
    words = unpack(mirror.body, mirror.id)
    order = replace(
        words,
        act=Act.EDIT,
        purpose=Purpose.EVENT,
        thread_place=there[0].place,
        target=" ".join(one.external_id for one in there),
        before=words.text,
        text=_changed(words.text, before.text, text),
        quote=disarmed(desk.say("group.edited_before", text=before.text)),
        files=(),
        native="",
        reply_to="",
        picked="",
    )
    key = f"edit:{before.id}:{mirror.id}"
    await outbox.send(desk, unit, order, lane=f"group:{ticket.id}", message_id=before.id, coalesce=key)


def _changed(shown: str, before: str, after: str) -> str:
    """The words as shown, with the desk's own lines among them, after the client's changed."""
    was, now = disarmed(before), disarmed(after)
    if was and was in shown:
        return shown.replace(was, now, 1)
    return "\n".join(part for part in (now, shown) if part) if not was else now


async def _read(desk: Desk, unit: Unit, message: Message, mirror: Parcel) -> bool:
    """Whether an engineer may have read, or answered, what it said."""
    if mirror.sent_at is None or desk.now() - mirror.sent_at >= READ:
        return True
    return await unit.count(Message, ticket_id=message.ticket_id, channel="group", id__gt=message.id) > 0


async def tell(  # noqa: PLR0917 - the message before and after, and what is new in it
    desk: Desk, unit: Unit, ticket: Ticket, before: Message, text: str, fresh: Sequence[File], *, reply_to: str
) -> None:
    """Say below them what the words are now, and were."""
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        desk.say("group.edited", text=text),
        purpose=Purpose.MIRROR,
        message_id=before.id,
        title=before.author,
        quote=desk.say("group.edited_before", text=before.text),
        files=[file for file in fresh if file.key],
        reply_to=reply_to,
    )


async def refused(desk: Desk, unit: Unit, parcel: Parcel) -> None:
    """The words do not stand in the topic any more: what they are now is said anew, unless it was said below them."""
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    ticket = await unit.get(Ticket, message.ticket_id) if message else None
    if message is None or ticket is None or message.kind in TO_CLIENT:
        return
    if await unit.count(Parcel, message_id=message.id, purpose=Purpose.MIRROR, id__gt=parcel.id):
        return
    last = await unit.first(Revision, message_id=message.id, order="-id")
    before = replace(message, text=last.text if last else "")
    await tell(desk, unit, ticket, before, message.text, (), reply_to="")
