"""Takes back what has not gone to a client yet; says under a post what became of it."""

from collections.abc import Sequence

from desk import copies, doors, held, merged, moving, outbox, post_marks
from desk.accounts import Agreement, Estimate
from desk.desk import Desk
from desk.lifecycle import Step
from desk.parcels import Button, Purpose
from desk.ports import Unit
from desk.tickets import TO_CLIENT, Kind, Message, Status, Thread, Ticket

_QUOTED = 200
"""Characters of what was taken back, so that it is known which answer that is."""


async def take_back(desk: Desk, unit: Unit, message: Message) -> None:
    """👎 by the author: what has not gone yet stays here; the record keeps it, marked as withdrawn."""
    ticket = await unit.get(Ticket, message.ticket_id)
    if ticket is None or message.kind not in TO_CLIENT or message.withdrawn_at:
        return
    if not await doors.withdraw(desk, unit, message, purposes=(Purpose.ANSWER, Purpose.QUESTION)):
        await tell(desk, unit, ticket, message, desk.say("group.too_late"))
        return
    await copies.withdraw(unit, message.id)
    await no_estimate(unit, message)
    if who := await copies.gone(unit, message.id):
        await tell(desk, unit, ticket, message, desk.say("group.too_late_copies", who=who))
    if message.kind is Kind.QUESTION and ticket.status is Status.WAITING and ticket.clock_from is None:
        ticket = await moving.move(unit, ticket, Step.TAKEN_BACK, at=desk.now(), question="")
        await outbox.card(desk, unit, ticket)
    await held.over(desk, unit, ticket, message)
    await post_marks.mark(desk, unit, message, "👀")
    await tell_elsewhere(desk, unit, ticket, message, "undo.kept_elsewhere")


async def tell_elsewhere(desk: Desk, unit: Unit, ticket: Ticket, message: Message, key: str) -> None:
    """Where no mark on the post is seen: an answer to all has none, or it stands in another group or another topic."""
    trace = await post_marks.post_of(unit, message)
    here = await merged.follow(unit, ticket)
    there = await unit.first(Thread, ticket_id=here.id, channel="group")
    if trace is None or here.id != ticket.id or (there and there.place != trace.place):
        said = desk.say(key, name=message.author, text=message.text[:_QUOTED])
        await outbox.to_topic(desk, unit, here, said, silent=True)


async def no_estimate(unit: Unit, message: Message) -> None:
    """A question that never went as it was, or at all, is an estimate's no more."""
    gone: dict[str, object] = {"state": Agreement.WITHDRAWN}
    await unit.change(Estimate, gone, message_id=message.id, state=Agreement.ASKED)


async def tell(
    desk: Desk, unit: Unit, ticket: Ticket, message: Message, text: str, *, buttons: Sequence[Sequence[Button]] = ()
) -> None:
    """Say something under an engineer's post."""
    trace = await post_marks.post_of(unit, message)
    reply_to = trace.external_id if trace else ""
    await outbox.to_topic(desk, unit, ticket, text, purpose=Purpose.REPLY, reply_to=reply_to, buttons=buttons)
