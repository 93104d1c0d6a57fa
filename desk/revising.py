"""An engineer changes what they wrote in a topic: what waits goes as changed, what went is changed at the client's."""

from dataclasses import replace

from desk import answering, copies, corrections, doors, kinds, partners, posts, withdrawing
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Post
from desk.parcels import Parcel, Purpose
from desk.ports import Unit
from desk.tickets import Kind, Message, Revision, Role, Ticket, Trace
from desk.wire import pack, unpack


async def edited(desk: Desk, post: Post, *, command: str = "") -> None:
    """An engineer changed a post. `command`: what it begins with now; its text is then the words after it."""
    async with desk.unit() as unit:
        trace = await unit.first(
            Trace, channel="group", place=post.place, external_id=post.external_id, role=Role.COLLEAGUE
        )
        message = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
        known = _as_a_whole(message, post) if message else None
        if message and known and not post.engineer.anonymous:
            post = known
            inside = _stays_inside(message, post, command)
            if message.text != post.text or inside:
                try:
                    await _changed(desk, unit, message, post, inside=inside)
                except Refusal as refusal:
                    await _cannot_change(desk, unit, message, post, refusal)
        await unit.commit()


def _as_a_whole(message: Message, post: Post) -> Post | None:
    """The post with the words of all its album's pictures; None where it cannot be told what changed."""
    of_album = kinds.captions(post.data)
    if not of_album:
        return post
    found = kinds.recaptioned(message, post.external_id, post.text)
    if found is None:
        return post if post.text else None
    text, data = found
    return replace(post, text=text, data=data)


def _stays_inside(message: Message, post: Post, command: str) -> bool:
    """Whether a changed post must not go to a client: a note by now, or a command other than that for a question."""
    asks = command == "info" and message.kind is Kind.QUESTION
    return post.to_colleague or post.text.lstrip().startswith("/") or (command != "" and not asks)


async def _cannot_change(desk: Desk, unit: Unit, message: Message, post: Post, why: Refusal) -> None:
    ticket = await unit.get(Ticket, message.ticket_id)
    if ticket:
        await posts.fail(desk, unit, post, ticket, desk.say(why.key, **why.values))


async def _changed(desk: Desk, unit: Unit, message: Message, post: Post, *, inside: bool) -> None:
    to_client = message.kind in (Kind.ANSWER, Kind.QUESTION) and not message.withdrawn_at
    words = (Purpose.ANSWER, Purpose.QUESTION)
    parcel = await unit.first(Parcel, message_id=message.id, purpose__in=words, state__in=doors.WAITING)
    ticket = await unit.get(Ticket, message.ticket_id)
    if ticket and to_client and inside and parcel is None:
        # What the client has cannot become a note; the record goes on saying what they have.
        await posts.tell(desk, unit, post, ticket, desk.say("undo.became_note"))
        return
    before = message.text
    if message.text != post.text:
        await unit.add(Revision(message_id=message.id, text=message.text, at=post.at))
        data = post.data if kinds.captions(message.data) and kinds.captions(post.data) else message.data
        message = await unit.save(replace(message, text=post.text, data=data))
    if ticket and message.kind is Kind.TO_PARTNER:
        await partners.changed(desk, unit, ticket, message, inside=inside)
    if ticket is None or not to_client:
        return
    if parcel is None:
        await corrections.question(desk, unit, ticket, before, message)
        await corrections.changed(desk, unit, ticket, message)
    elif inside:
        # It became a note, or what must not go to a client, before it had gone.
        await withdrawing.take_back(desk, unit, message)
    elif message.kind is Kind.QUESTION:
        await answering.ask_again(desk, unit, ticket, parcel, message)
    else:
        changed = replace(unpack(parcel.body, parcel.id), text=post.text)
        await unit.save(replace(parcel, body=pack(changed)))
        await copies.change(unit, message.id, post.text)
        if who := await copies.gone(unit, message.id):
            await posts.tell(desk, unit, post, ticket, desk.say("group.edit_too_late_copies", who=who))
