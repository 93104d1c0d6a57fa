"""A client's mail shown whole to the engineers who ask for it: the words, what was folded, and the mail as it came."""

from desk import dropping, keys, outbox, revisions
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Post, Raw
from desk.masking import MASK
from desk.parcels import Purpose
from desk.ports import Unit
from desk.tickets import File, Kind, Message, Ticket, Trace

SORT, MIME = "document", "message/rfc822"


async def show(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> None:
    """Answer with the mail that the post replies to, else with the ticket's last one. Refusal when there is none."""
    if post.reply_to and (changed := await _versions(desk, unit, ticket, post)):
        await outbox.to_topic(
            desk, unit, ticket, changed, purpose=Purpose.REPLY, reply_to=post.external_id, silent=False
        )
        return
    message = await _meant(unit, ticket, post)
    text = "\n\n".join(part for part in (message.text, message.rest) if part)
    # In the mail itself a quoted personal link could be pressed, which makes whoever presses it the client.
    personal = keys.disarmed(text) != text or MASK in text
    original = None if personal else await _original(desk, unit, ticket, message)
    if personal:
        text = f"{text}\n\n{desk.say('group.full_personal')}"
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        text or desk.say("group.full_empty"),
        purpose=Purpose.REPLY,
        title=message.author or message.author_id,
        files=[original] if original else [],
        reply_to=post.external_id,
        silent=False,
    )


async def _versions(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> str:
    """All that the message replied to said, when it was changed; "" when not."""
    trace = await unit.first(Trace, channel="group", place=post.place, external_id=post.reply_to)
    message = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
    return await revisions.told(desk, unit, message) if message and message.ticket_id == ticket.id else ""


async def _meant(unit: Unit, ticket: Ticket, post: Post) -> Message:
    if post.reply_to:
        trace = await unit.first(Trace, channel="group", place=post.place, external_id=post.reply_to)
        message = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
        if message and message.channel == "mail" and message.ticket_id == ticket.id:
            return message
        # A reply to the card, and in a group without topics every command is one, means the ticket.
        if trace is None or trace.message_id:
            raise Refusal("group.full_no_mail")
    found = await unit.first(Message, ticket_id=ticket.id, channel="mail", kind=Kind.WORDS, order="-id")
    if found is None:
        raise Refusal("group.full_none")
    return found


async def _original(desk: Desk, unit: Unit, ticket: Ticket, message: Message) -> File | None:
    """The mail's bytes as a file to send; None when they are not kept."""
    raw = await unit.get(Raw, message.raw_id) if message.raw_id else None
    if raw is None or not (raw.key or raw.body):
        return None
    return File(
        message_id=message.id,
        sort=SORT,
        name=f"{desk.number(ticket.id)}-{message.id}.eml",
        mime=MIME,
        size=raw.size or len(raw.body),
        key=raw.key or await dropping.keep_for_now(desk, unit, raw.body),
    )
