"""Shows a client, by the reaction on their own last message, how far it is: an engineer has it, it was answered.

Rule: only what the desk knows is shown. 👀 says that a message was accepted; ✍ that an engineer took the request or
noted something in it; 👌 that an answer was delivered. An engineer's own reaction says more and stays.
"""

from dataclasses import replace

from desk import outbox
from desk.desk import Desk
from desk.ports import Unit
from desk.tickets import Kind, Message, Role, Ticket, Trace

BY_ENGINEER, ANSWERED = "✍", "👌"
_STEPS = ("", BY_ENGINEER, ANSWERED)
ENGINEERS = "engineer_reacted"
"""In Message.data of a client's words: an engineer's own reaction (desk.reactions)."""

_SHOWN = "seen"
"""In Message.data of a client's words: how far they are, as was shown."""


async def by_engineer(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """An engineer has read the request: they took it, or wrote something about it."""
    await _show(desk, unit, ticket, BY_ENGINEER)


async def answered(desk: Desk, unit: Unit, ticket: Ticket, answer: Message) -> None:
    """This answer was delivered; what the client wrote after it was written is not answered yet."""
    await _show(desk, unit, ticket, ANSWERED, id__lt=answer.id)


async def _show(desk: Desk, unit: Unit, ticket: Ticket, emoji: str, **older: object) -> None:
    last = await unit.first(Message, ticket_id=ticket.id, kind=Kind.WORDS, channel="telegram", order="-id", **older)
    if last is None or last.data.get("banned") or last.data.get(ENGINEERS):
        return
    if _STEPS.index(str(last.data.get(_SHOWN, ""))) >= _STEPS.index(emoji):
        return
    theirs = await unit.first(Trace, channel="telegram", message_id=last.id, role=Role.THEIRS)
    if theirs and theirs.external_id.isdecimal():
        await unit.save(replace(last, data={**last.data, _SHOWN: emoji}))
        await outbox.react(desk, unit, "telegram", theirs.place, theirs.external_id, emoji, ticket.id)
