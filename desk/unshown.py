"""What could not be shown in an engineers' group is shown there in another way."""

from dataclasses import replace

from desk import edits_shown, old_topics, outbox
from desk.desk import Desk
from desk.errors import DeliveryRefused
from desk.parcels import Act, Parcel, Purpose
from desk.ports import Unit
from desk.tickets import Ticket
from desk.wire import unpack


async def mirror(desk: Desk, unit: Unit, parcel: Parcel, why: DeliveryRefused) -> None:
    """The client's words must reach the engineers: without their files when those are refused, else told in General."""
    if parcel.body.get("act") == Act.EDIT:
        await edits_shown.refused(desk, unit, parcel)
    elif parcel.body.get("act") == Act.DROP:
        await old_topics.refused(desk, unit, parcel, why.reason)
    if parcel.purpose not in (Purpose.MIRROR, Purpose.PARTNER) or parcel.ticket_id is None:
        return
    message = unpack(parcel.body, parcel.id)
    if message.files:
        names = ", ".join(file.name for file in message.files)
        text = f"{message.text}\n{desk.say('group.files_not_shown', names=names, why=why.reason[:200])}".strip()
        bare = replace(message, files=(), text=text)
        await outbox.send(desk, unit, bare, lane=parcel.lane, message_id=parcel.message_id)
    else:
        number = desk.number(parcel.ticket_id)
        said = desk.say("group.not_shown", number=number, why=why.reason[:200])
        await outbox.to_general(desk, unit, said, line=parcel.place)


async def reaction(desk: Desk, unit: Unit, parcel: Parcel) -> None:
    """Where reactions are switched off, a short line says what the reaction would have said."""
    if parcel.channel != "group":
        return
    reaction = unpack(parcel.body, parcel.id)
    usual = {"👀": "group.noted", "✍": "group.queued", "👌": "group.delivered"}.get(reaction.emoji)
    words = reaction.text or (desk.say(usual) if usual else "")
    ticket = await unit.get(Ticket, parcel.ticket_id) if parcel.ticket_id else None
    if ticket and words:
        await outbox.to_topic(desk, unit, ticket, words, reply_to=reaction.target, silent=True)
    elif words:
        at = reaction.thread_place
        await outbox.to_general(desk, unit, words, purpose=Purpose.REPLY, reply_to=reaction.target, silent=True, at=at)
