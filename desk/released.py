"""What engineers press under the desk's questions about an answer: send it, keep it here, send the correction."""

from desk import corrections, held, merged, post_marks, staff, withdrawing, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.lifecycle import Step, after
from desk.parcels import Parcel, ParcelState
from desk.ports import Unit
from desk.tickets import Message, Revision, Ticket


async def send(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """The answer that crossed the client's words is to go as it is."""
    message, ticket = await _message(desk, unit, ticket, press)
    after(ticket.status, Step.ANSWERED)
    free: dict[str, object] = {"state": ParcelState.QUEUED, "not_before": desk.now()}
    if not await unit.change(Parcel, free, message_id=message.id, state=ParcelState.HELD):
        raise Refusal("group.button_old")
    await held.over(desk, unit, ticket, message)
    await post_marks.mark(desk, unit, message, "✍")
    await work.audit(desk, unit, ticket, press.person.name, "answer sent on", message=message.id)
    return desk.say("undo.sent_toast")


async def keep(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """It stays here, as a note."""
    message, ticket = await _message(desk, unit, ticket, press)
    if not await unit.count(Parcel, message_id=message.id, state=ParcelState.HELD):
        raise Refusal("group.button_old")
    await withdrawing.take_back(desk, unit, message)
    await work.audit(desk, unit, ticket, press.person.name, "answer taken back", message=message.id)
    return desk.say("undo.kept_toast")


async def correct(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """The changed words of an answer that went by mail go once more."""
    message, ticket = await _message(desk, unit, ticket, press)
    key = f"corrected:{message.id}"
    version = str(await unit.count(Revision, message_id=message.id))
    if message.withdrawn_at or await unit.recall(key) == version:
        raise Refusal("group.button_old")
    await unit.remember(key, version)
    await corrections.correct(desk, unit, ticket, message, press.person.name)
    return desk.say("undo.sent_toast")


async def _message(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> tuple[Message, Ticket]:
    """The answer meant, and the ticket that it belongs to by now; Refusal for anybody but its author and the leads."""
    known = press.arg.isascii() and press.arg.isdecimal()
    message = await unit.get(Message, int(press.arg)) if known else None
    ticket = await merged.follow(unit, ticket)
    if message is None or message.ticket_id != ticket.id:
        raise Refusal("group.button_old")
    if message.author_id != press.person.id and not staff.is_lead(desk, press.person):
        raise Refusal("undo.not_your_press")
    return message, ticket
