"""What engineers write in the group: a note, an answer, or the text of a question they were asked for."""

from desk import (
    answering,
    canned,
    chosen,
    early,
    finishing,
    lodging,
    outbox,
    participants,
    partners,
    prompting,
    reactions,
    third_party,
    withdrawing,
)
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Post
from desk.lifecycle import Step, after
from desk.parcels import Purpose
from desk.ports import Unit
from desk.tickets import Kind, Message, Role, Thread, Ticket, Trace

_OURS = (Role.COLLEAGUE, Role.PARTNER)
"""What stands in a topic for an engineer's words: their post, or the letter to a partner that shows there."""


async def posted(desk: Desk, post: Post) -> None:
    """Take an engineer's message in. What is said in no ticket's place is none of the desk's business."""
    async with desk.unit() as unit:
        ticket, trace = await place_of(unit, post)
        if ticket:
            try:
                await _posted(desk, unit, ticket, trace, post)
            except Refusal as refusal:
                await fail(desk, unit, post, ticket, desk.say(refusal.key, **refusal.values))
        elif gone := await lodging.left_by(unit, post, trace):
            await lodging.kept(desk, unit, gone, post)
        await unit.commit()


async def in_a_ticket(desk: Desk, post: Post) -> bool:
    """Whether a post stands in a ticket's place, or in one that a ticket left."""
    async with desk.view() as view:
        ticket, trace = await place_of(view, post)
        return ticket is not None or await lodging.left_by(view, post, trace) is not None


async def place_of(unit: Unit, post: Post) -> tuple[Ticket | None, Trace | None]:
    """The ticket in whose topic (or, without topics, in reply to whose messages) a post stands; what it replies to."""
    trace = None
    if post.reply_to:
        trace = await unit.first(Trace, channel="group", place=post.place, external_id=post.reply_to)
    if post.thread:
        thread = await unit.first(Thread, channel="group", place=post.place, external_id=post.thread)
        return (await unit.get(Ticket, thread.ticket_id) if thread else None), trace
    if trace is None or not trace.ticket_id or await lodging.left_by(unit, post, trace):
        return None, trace
    return await unit.get(Ticket, trace.ticket_id), trace


async def _posted(desk: Desk, unit: Unit, ticket: Ticket, trace: Trace | None, post: Post) -> None:
    if post.engineer.anonymous:
        raise Refusal("group.anonymous")
    if post.chosen or chosen.unfinished(desk, post.text):
        was = post
        post, answer = await chosen.filled(desk, unit, ticket, post)
        await _said(desk, unit, ticket, trace, post)
        await chosen.went(desk, unit, ticket, post, was, answer)
    else:
        await _said(desk, unit, ticket, trace, post)


async def _said(desk: Desk, unit: Unit, ticket: Ticket, trace: Trace | None, post: Post) -> None:
    """An answer, a note, or what somebody was asked for."""
    if trace and trace.parcel_id and await _asked_here(desk, unit, ticket, trace.parcel_id, post):
        return
    if trace and await partners.answered(desk, unit, ticket, trace, post):
        return
    if is_note(desk, trace, post):
        await answering.note(desk, unit, ticket, post)
        if trace is None and post.to_bot and not post.to_colleague:
            raise Refusal("group.reply_unknown")  # a copy shown just before a crash: it may have been the client's word
    elif post.text.lstrip().startswith("/"):
        raise Refusal("group.slash")  # a line that starts with / never reaches a client
    elif trace and await _of_somebody_else(unit, ticket, trace):
        await answering.note(desk, unit, ticket, post)
        raise Refusal("group.not_the_client")
    else:
        await answering.answer(desk, unit, ticket, post, to=trace)


async def _of_somebody_else(unit: Unit, ticket: Ticket, trace: Trace) -> bool:
    """Whether the words replied to are a stranger's in the thread, or of a client who was unlinked from this one."""
    message = await unit.get(Message, trace.message_id) if trace.message_id else None
    if message is None or not message.door_id:
        return False
    return message.kind is Kind.STRANGER or message.door_id not in await participants.speaking_doors(unit, ticket)


def is_note(desk: Desk, trace: Trace | None, post: Post) -> bool:
    """A reply to the client's message or to the card goes to the client; everything else as `plain_text` says.

    A reply to a colleague, to the desk's own lines or to something unknown is a note: when unsure, keep it inside.
    """
    if post.to_colleague:
        return True
    if post.reply_to:
        return trace is None or trace.role not in (Role.CLIENT, Role.CARD)
    return desk.settings.telegram.plain_text == "note"


async def _asked_here(desk: Desk, unit: Unit, ticket: Ticket, parcel_id: int, post: Post) -> bool:
    """Whether this replies to a question of ours to an engineer («what shall I ask?»); then it is the answer."""
    try:
        asked = await prompting.answered(desk, unit, ticket, parcel_id, post)
    except Refusal as refusal:
        if refusal.key == "group.ask_forgotten":
            await answering.note(desk, unit, ticket, post)
        raise
    if asked is None:
        return False
    match asked.get("about"):
        case canned.ABOUT:
            await canned.answered(desk, unit, ticket, post, asked["kept"]["name"])
        case finishing.ABOUT:
            await finishing.answered(desk, unit, ticket, post, asked["kept"])
        case third_party.ABOUT:
            await third_party.answered(desk, unit, ticket, post)
        case partners.ABOUT:
            await partners.asked(desk, unit, ticket, post, asked["kept"]["line"])
        case _:
            await answering.ask(desk, unit, ticket, post, post.text)
    await prompting.forget(unit, parcel_id)
    return True


async def prompt(desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer, *, reply_to: str = "") -> None:
    """Ask an engineer what the client should be asked; their reply to it within 10 minutes is the question.

    Refusal at once when the ticket cannot ask anything.
    """
    after(ticket.status, Step.ASKED)
    await prompting.ask(desk, unit, ticket, engineer, desk.say("group.ask_what"), reply_to=reply_to)


async def fail(desk: Desk, unit: Unit, post: Post, ticket: Ticket, text: str) -> None:
    """What was written did not go where it was meant to: a message that mentions its author."""
    who = post.engineer
    mention = "" if who.anonymous else f"{who.id}:{who.name}"
    if mention:
        text = f"{text[:1].lower()}{text[1:]}"  # it goes on after the name
    to = post.external_id
    await outbox.to_topic(desk, unit, ticket, text, purpose=Purpose.REPLY, reply_to=to, mention=mention, silent=False)


async def tell(desk: Desk, unit: Unit, post: Post, ticket: Ticket | None, text: str) -> None:
    """Answer an engineer where they wrote."""
    if ticket:
        await outbox.to_topic(desk, unit, ticket, text, purpose=Purpose.REPLY, reply_to=post.external_id)
    else:
        to = post.external_id
        at = post.place
        await outbox.to_general(desk, unit, text, purpose=Purpose.REPLY, reply_to=to, thread=post.thread, at=at)


async def reacted(desk: Desk, engineer: Engineer, place: str, external_id: str, emojis: tuple[str, ...]) -> None:
    """👎 by its author takes an answer back while it waits, also when the answer itself is not here yet."""
    async with desk.unit() as unit:
        trace = await unit.first(Trace, channel="group", place=place, external_id=external_id)
        message = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
        if trace is None and not engineer.anonymous:
            await early.remember(desk, unit, engineer, place, external_id, down="👎" in emojis)
        elif trace is None or engineer.anonymous:
            pass
        elif trace.role is Role.CLIENT and message:
            await reactions.by_engineer(desk, unit, engineer, message, emojis)
        elif trace.role in _OURS and "👎" in emojis and message and message.author_id == engineer.id:
            to_partner = message.kind is Kind.TO_PARTNER
            await (partners.take_back if to_partner else withdrawing.take_back)(desk, unit, message)
        await unit.commit()
