"""Taking back what was said to a client: before it has gone by 👎, afterwards by `/undo`, as far as that goes.

Rule: the record keeps what was withdrawn, marked as such. What cannot be called back is said to stay.
"""

from dataclasses import replace
from datetime import timedelta

from desk import conversation, copies, deadlines, outbox, post_marks, staff, withdrawing, work
from desk.desk import Desk
from desk.errors import DeliveryRefused, Refusal
from desk.incoming import Post
from desk.orders import Order, ticket_of
from desk.parcels import Act, Outgoing, Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.tickets import Kind, Message, Role, Status, Ticket, Trace

DELETABLE = timedelta(hours=48)
"""Bot API, deleteMessage: what a bot sent to a private chat it may delete for so long."""

BY_ENGINEERS = (Kind.ANSWER, Kind.QUESTION)
_WORDS = (Purpose.ANSWER, Purpose.QUESTION)


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/undo`: as a reply to a post that one, alone the author's own last words to the client in this ticket."""
    ticket = ticket_of(given)
    message = await _meant(unit, ticket, given.post)
    if message.author_id != given.post.engineer.id and not staff.is_lead(desk, given.post.engineer):
        raise Refusal("undo.not_yours")
    await undo(desk, unit, message, given.post)


async def _meant(unit: Unit, ticket: Ticket, post: Post) -> Message:
    if post.reply_to:
        trace = await unit.first(Trace, channel="group", place=post.place, external_id=post.reply_to)
        message = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
        if message and message.kind in BY_ENGINEERS:
            if message.withdrawn_at:
                raise Refusal("undo.already")
            return message
        # A reply to the card, and in a group without topics every command is one, means the ticket.
        if trace is None or trace.role is not Role.CARD:
            raise Refusal("undo.not_an_answer")
    mine = post.engineer.id
    joined = await unit.find(Ticket, merged_into=ticket.id)  # their topics are closed: here is where it is said
    last = await unit.first(
        Message,
        ticket_id__in=[ticket.id, *[one.id for one in joined]],
        author_id=mine,
        kind__in=BY_ENGINEERS,
        withdrawn_at=None,
        order="-id",
    )
    if last is None:
        raise Refusal("undo.nothing")
    return last


async def undo(desk: Desk, unit: Unit, message: Message, post: Post) -> None:
    """Take a message back, however far it has got. Refusal where it stays with the client."""
    ticket = await unit.get(Ticket, message.ticket_id)
    if ticket is None:
        raise Refusal("undo.nothing")
    found = await unit.find(Parcel, message_id=message.id, channel__ne="group")
    words = [one for one in found if one.purpose in _WORDS and one.body.get("act") == Act.SAY]
    if any(one.state in (ParcelState.QUEUED, ParcelState.HELD) for one in words):
        await withdrawing.take_back(desk, unit, message)
        await work.audit(desk, unit, ticket, post.engineer.name, "answer taken back", message=message.id)
        return
    if any(one.state is ParcelState.SENDING for one in words):
        raise Refusal("undo.on_its_way")
    arrived = [one for one in words if one.state is ParcelState.SENT]
    if not arrived:
        raise Refusal("undo.never_went")
    if not any(one.channel == "telegram" for one in arrived):
        raise Refusal("undo.mail")
    await _delete(desk, unit, ticket, message, post)


async def _delete(desk: Desk, unit: Unit, ticket: Ticket, message: Message, post: Post) -> None:
    """Have it deleted in the client's chat, with all its parts and files."""
    if desk.settings.desk.quiet:
        raise Refusal("undo.quiet")
    there = await unit.find(Trace, channel="telegram", message_id=message.id, role=Role.OURS)
    there = [one for one in there if one.external_id.isdecimal()]
    if not there or min(one.at for one in there) <= desk.now() - DELETABLE:
        raise Refusal("undo.too_old")
    # A change of it that has not gone yet has nothing to change any more.
    late: dict[str, object] = {"state": ParcelState.WITHDRAWN}
    await unit.change(Parcel, late, message_id=message.id, state=ParcelState.QUEUED, purpose=Purpose.REPLY)
    for place in dict.fromkeys(one.place for one in there):
        ids = [one.external_id for one in there if one.place == place]
        deletion = Outgoing(
            channel="telegram",
            place=place,
            purpose=Purpose.REPLY,
            act=Act.DELETE,
            ticket=ticket.id,
            target=" ".join(ids),
        )
        lane, key = f"telegram:{place}", f"undo:{message.id}:{place}"
        await outbox.send(desk, unit, deletion, lane=lane, message_id=message.id, coalesce=key)
    await unit.remember(_asked(message), post.external_id)
    await work.audit(desk, unit, ticket, post.engineer.name, "answer undone", message=message.id)


def _asked(message: Message) -> str:
    return f"undo:{message.id}"


async def deleted(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket) -> None:
    """The client's chat does not have it any more: marked in the record and on the post, and it counts for nothing."""
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    if message is None or message.withdrawn_at or message.kind not in BY_ENGINEERS:
        return
    ticket = await unit.get(Ticket, message.ticket_id) or ticket  # it may have gone on in another one meanwhile
    await unit.remember(_asked(message), "")
    message = await unit.save(replace(message, withdrawn_at=desk.now()))
    sent = await unit.find(Parcel, message_id=message.id, state=ParcelState.SENT, purpose__in=_WORDS)
    for one in sent:
        if one.channel == "telegram":
            await unit.save(replace(one, state=ParcelState.WITHDRAWN))
            ticket = await deadlines.not_delivered(desk, unit, ticket, one)
    await copies.withdraw(unit, message.id)
    await withdrawing.no_estimate(unit, message)
    if message.kind is Kind.QUESTION and ticket.status is Status.WAITING and not await _asked_since(unit, message):
        ticket = await conversation.needs_nothing(unit, ticket, at=desk.now())
    await outbox.card(desk, unit, ticket)
    await post_marks.mark(desk, unit, message, post_marks.WITHDRAWN, words=desk.say("undo.done"))
    await withdrawing.tell_elsewhere(desk, unit, ticket, message, "undo.done_elsewhere")
    mailed = [one.place for one in sent if one.channel == "mail"]
    mailed += (await copies.gone(unit, message.id)).split(", ")
    if who := ", ".join(one for one in mailed if one):
        await withdrawing.tell(desk, unit, ticket, message, desk.say("undo.copies_stay", who=who))


async def _asked_since(unit: Unit, message: Message) -> bool:
    """Whether another question stands: the client still owes its answer."""
    asked = await unit.first(Message, ticket_id=message.ticket_id, kind=Kind.QUESTION, withdrawn_at=None)
    return asked is not None


async def stays(desk: Desk, unit: Unit, parcel: Parcel, ticket: Ticket, why: DeliveryRefused) -> None:
    """Telegram did not delete it: said in so many words."""
    message = await unit.get(Message, parcel.message_id) if parcel.message_id else None
    if message:
        await unit.remember(_asked(message), "")
        await withdrawing.tell(desk, unit, ticket, message, desk.say("undo.stays", why=why.reason[:200]))
