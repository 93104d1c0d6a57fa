"""The reaction on an engineer's post that shows what became of it.

Rule: a bot has one reaction on a message. The client's own stands there instead of 👌, which it implies, and 👌 comes
back when they take it away.
"""

from desk import outbox
from desk.desk import Desk
from desk.ports import Unit
from desk.tickets import Message, Role, Trace

DELIVERED = "👌"
WITHDRAWN = "🙈"
"""The client cannot see it any more."""

SIGNALS = frozenset({"👀", "✍", DELIVERED, "👎", WITHDRAWN})
"""What reactions in the group say between engineers and desk; as a client's they would be misread."""

CLIENTS = "client_reacted"
"""In Message.data of an answer: the client's reaction to it."""


async def post_of(unit: Unit, message: Message) -> Trace | None:
    """Where the post stands in the group."""
    return await unit.first(Trace, channel="group", message_id=message.id, role=Role.COLLEAGUE)


async def mark(desk: Desk, unit: Unit, message: Message, emoji: str, *, words: str = "") -> None:
    """Show an engineer, by a reaction on their post, what became of it."""
    trace = await post_of(unit, message)
    if trace:
        theirs = str(message.data.get(CLIENTS, "")) if emoji == DELIVERED else ""
        emoji = theirs or emoji
        await outbox.react(desk, unit, "group", trace.place, trace.external_id, emoji, message.ticket_id, words=words)
