"""A client's answer to a poll of ours: words of theirs in its ticket."""

from desk import intake, kinds
from desk.desk import Desk
from desk.incoming import Incoming, Sender
from desk.tickets import Message, Role, Trace

POLL = "poll:"
"""Begins the external id under which a poll's answers come."""


async def voted(desk: Desk, sender: Sender, poll: str, options: tuple[int, ...]) -> None:
    """Take an answer in, as a reply to the poll; what is not ours, or stands in another chat, is none."""
    async with desk.view() as view:
        trace = await view.first(Trace, channel="telegram", place=sender.address, external_id=f"{POLL}{poll}")
        message = await view.get(Message, trace.message_id) if trace and trace.message_id else None
        shown = None
        if message and trace:
            parcel = {"parcel_id": trace.parcel_id, "role": Role.OURS}
            shown = await view.first(Trace, channel="telegram", message_id=message.id, order="-id", **parcel)
            while shown and not shown.external_id.isdecimal():
                before = {**parcel, "id__lt": shown.id}
                shown = await view.first(Trace, channel="telegram", message_id=message.id, order="-id", **before)
    found = kinds.thing(message) if message else None
    if found is None or shown is None:
        return
    said = ", ".join(found["options"][index] for index in options if index < len(found["options"]))
    key = "bot.voted" if said else "bot.vote_taken_back"
    text = desk.say(key, question=found["question"], answer=said)
    to = shown.external_id
    await intake.receive(
        desk,
        Incoming(
            channel="telegram",
            place=sender.address,
            external_id=to,
            sender=sender,
            at=desk.now(),
            text=text,
            reply_to=to,
            described=True,
            data={kinds.TO: to},
        ),
    )
