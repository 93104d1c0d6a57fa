"""An engineer changes an answer that has gone: the client's copy is changed too, as far as that goes.

Rule: what the client has is changed only in a chat of the ticket's own client, and never into a note.
"""

from dataclasses import replace

from desk import answering, clients, copies, doors, outbox, post_marks, withdrawing, work
from desk.desk import Desk
from desk.errors import DeliveryRefused
from desk.parcels import Act, Action, Button, Outgoing, Parcel, ParcelState, Purpose, Receipt
from desk.people import Client
from desk.ports import Unit
from desk.tickets import Kind, Message, Role, Ticket, Trace
from desk.wire import pack, unpack

_WORDS = (Purpose.ANSWER, Purpose.QUESTION)


async def changed(desk: Desk, unit: Unit, ticket: Ticket, message: Message) -> None:
    """The words of a message that left already are others now; `message` has the new ones."""
    found = await unit.find(Parcel, message_id=message.id, purpose__in=_WORDS, channel__ne="group")
    found = [one for one in found if one.body.get("act") == Act.SAY]
    if any(one.state is ParcelState.SENDING for one in found):
        return  # it is compared with the record when it has arrived
    gone = [one for one in found if one.state is ParcelState.SENT]
    mails = [one for one in gone if one.channel == "mail"]
    for parcel in gone:
        if parcel not in mails[:-1]:  # one question for a mail and its corrections
            await _change(desk, unit, ticket, message, parcel)
    if who := await copies.gone(unit, message.id):
        await withdrawing.tell(desk, unit, ticket, message, desk.say("group.edit_too_late_copies", who=who))
    if found and all(one.state is ParcelState.QUIET for one in found):
        await withdrawing.tell(desk, unit, ticket, message, desk.say("undo.edit_kept_quiet"))


async def arrived_as_before(desk: Desk, unit: Unit, ticket: Ticket, message: Message, parcel: Parcel) -> None:
    """An answer arrived; where it was changed while it was on its way, the client's copy follows."""
    if message.kind is not Kind.ANSWER or message.withdrawn_at:
        return
    if _said(parcel) not in (message.text, await _correction(desk, unit, ticket, message)):
        await _change(desk, unit, ticket, message, replace(parcel, state=ParcelState.SENT))


def _said(parcel: Parcel) -> str:
    words = unpack(parcel.body, parcel.id)
    return words.text


async def _change(desk: Desk, unit: Unit, ticket: Ticket, message: Message, parcel: Parcel) -> None:
    words = unpack(parcel.body, parcel.id)
    if words.native or not message.text.strip():
        return
    if parcel.channel == "mail":
        button = Button(
            label=desk.say("undo.button_correct"), action=Action.CORRECT, ticket=ticket.id, arg=str(message.id)
        )
        await withdrawing.tell(desk, unit, ticket, message, desk.say("undo.edit_mail"), buttons=((button,),))
        return
    there = await unit.find(Trace, channel="telegram", message_id=message.id, parcel_id=parcel.id, role=Role.OURS)
    ids = [one.external_id for one in there if one.external_id.isdecimal()]
    owners = [door.client_id for door in await doors.all_at(unit, parcel.channel, parcel.place)]
    if not ids or (owners and ticket.client_id not in owners):
        await withdrawing.tell(desk, unit, ticket, message, desk.say("group.edit_too_late"))
        return
    text = message.text
    if message.kind is Kind.QUESTION:
        client = await unit.get(Client, ticket.client_id)
        language = clients.language(desk, client, ticket)
        text = desk.say("client.question", language, question=text, number=desk.number(ticket.id))
    order = replace(
        words, act=Act.EDIT, purpose=Purpose.REPLY, target=" ".join(ids), before=words.text, text=text,
        files=(), quote="", reply_to="", picked="",
    )  # fmt: skip
    key = f"edit:{message.id}:{parcel.id}"
    await outbox.send(desk, unit, order, lane=parcel.lane, message_id=message.id, coalesce=key)
    await post_marks.mark(desk, unit, message, "✍")


async def question(desk: Desk, unit: Unit, ticket: Ticket, before: str, message: Message) -> None:
    """A question is another one now: the card and the reminders say the new words."""
    if message.kind is Kind.QUESTION and ticket.question == before:
        ticket = await unit.save(replace(ticket, question=message.text))
        await outbox.card(desk, unit, ticket)


async def arrived(desk: Desk, unit: Unit, parcel: Parcel, order: Outgoing, receipt: Receipt) -> None:
    """The client reads the new words: the record of what stands there follows."""
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    if message is None or not order.before:
        return
    trace = await unit.first(Trace, channel="telegram", place=parcel.place, external_id=order.target.partition(" ")[0])
    first = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None
    if first:
        await unit.save(replace(first, body=pack(replace(unpack(first.body), text=order.text))))
    known = set(order.target.split())
    for external_id in receipt.external_ids:
        if external_id not in known and trace:
            await unit.add(replace(trace, id=0, external_id=external_id, at=desk.now()))
    await post_marks.mark(desk, unit, message, post_marks.DELIVERED)


async def refused(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, why: DeliveryRefused) -> None:
    """The client's copy stayed as it was."""
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    if message and parcel.body.get("before"):
        await withdrawing.tell(desk, unit, ticket, message, desk.say("undo.edit_refused", why=why.reason[:200]))
        await post_marks.mark(desk, unit, message, post_marks.DELIVERED)


async def correct(desk: Desk, unit: Unit, ticket: Ticket, message: Message, by: str) -> None:
    """The changed words go to the client once more, as a correction of those that went by mail."""
    await work.audit(desk, unit, ticket, by, "correction sent", message=message.id)
    door = await answering.door_for(unit, ticket)
    said = replace(message, text=await _correction(desk, unit, ticket, message))
    await answering.send(desk, unit, ticket, door, said, Purpose.ANSWER, bare=True)


async def _correction(desk: Desk, unit: Unit, ticket: Ticket, message: Message) -> str:
    language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
    return desk.say("client.correction", language, text=message.text)
