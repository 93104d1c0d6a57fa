"""Where a ticket is shown while it has no topic, and what is left behind in a place that it leaves.

A ticket for which no topic can be made lodges in General: its card stands there, its words reply to the card, and
answers are understood by what they reply to. Its Thread has a card and no external_id.

Rule: words written in a place that a ticket left never reach the client; they are kept as a note, and their author is
told where the ticket is.
"""

from dataclasses import replace

from desk import answering, group, outbox
from desk.desk import Desk
from desk.incoming import Post
from desk.parcels import Act, Action, Button, Outgoing, Purpose
from desk.ports import Unit
from desk.tickets import File, Thread, Ticket, Trace

_LODGES = "lodges:"
AT_ONCE = 20
"""Lodging tickets for which a topic is tried in one look."""


def lodges(thread: Thread | None, place: str) -> bool:
    """Whether the ticket's card stands in that group's General for want of a topic."""
    return thread is not None and not thread.external_id and bool(thread.card_id) and thread.place == place


async def lodge(desk: Desk, unit: Unit, ticket: Ticket, thread: Thread, left: Thread | None) -> Thread:
    """Record that the card stands in General now, and leave the place that the ticket had before."""
    current = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    thread = await unit.save(replace(thread, id=current.id)) if current else await unit.add(thread)
    await unit.remember(f"{_LODGES}{ticket.id}", thread.place)
    if left:
        await leave(desk, unit, ticket, left, thread)
    return thread


async def made(desk: Desk, unit: Unit, ticket: Ticket) -> None:  # noqa: ARG001 - one shape for all
    """It has a topic again."""
    if await unit.recall(f"{_LODGES}{ticket.id}"):
        await unit.remember(f"{_LODGES}{ticket.id}", "")


async def tick(desk: Desk) -> None:
    """Try to make the topics of those that lodge in General; at most once a minute Telegram is really asked."""
    async with desk.view() as view:
        waiting = await view.recall_all(_LODGES)
    if not waiting:
        return
    async with desk.store.unit() as unit:
        for key in sorted(waiting, key=lambda one: int(one.removeprefix(_LODGES)))[:AT_ONCE]:
            ticket = await unit.get(Ticket, int(key.removeprefix(_LODGES)))
            if ticket:
                await outbox.topic(desk, unit, ticket)
        await unit.commit()


async def leave(desk: Desk, unit: Unit, ticket: Ticket, old: Thread, new: Thread) -> None:
    """Say in the place that the ticket left where it is now, and close it; what is written there is still understood.

    Nothing is said in a topic that is gone, or in a group that is no longer ours.
    """
    here = await group.ours(desk, unit, old.place)
    if old.external_id and (old.place, old.external_id) != (new.place, new.external_id):
        await unit.remember(f"{group.LEFT}{old.place}:{old.external_id}", str(ticket.id))
        if here:
            await _farewell(desk, unit, ticket, old, new)
    if old.card_id and here:
        text = _where(desk, ticket)
        gone = Outgoing(
            channel="group", place="", purpose=Purpose.CARD, act=Act.EDIT, target=old.card_id, thread_place=old.place,
            title=f"{desk.number(ticket.id)} · {ticket.subject}", text=text, buttons=_buttons(desk, ticket, new),
        )  # fmt: skip
        await outbox.send(desk, unit, gone, lane=f"group:left:{old.place}:{old.card_id}")


async def lost(unit: Unit, thread: Thread) -> None:
    """Its topic is gone for us; where people still see it, past a million messages, they may write there."""
    if thread.external_id != thread.card_id:
        await unit.remember(f"{group.LEFT}{thread.place}:{thread.external_id}", str(thread.ticket_id))


async def _farewell(desk: Desk, unit: Unit, ticket: Ticket, old: Thread, new: Thread) -> None:
    lane = f"group:left:{old.place}:{old.external_id}"
    word = Outgoing(
        channel="group", place="", purpose=Purpose.EVENT, thread=old.external_id, thread_place=old.place,
        text=_where(desk, ticket), buttons=_buttons(desk, ticket, new), silent=True,
    )  # fmt: skip
    await outbox.send(desk, unit, word, lane=lane)
    close = Outgoing(
        channel="group", place="", purpose=Purpose.TOPIC, act=Act.TOPIC, thread=old.external_id,
        thread_place=old.place, closed=True,
    )  # fmt: skip
    await outbox.send(desk, unit, close, lane=lane)


def _where(desk: Desk, ticket: Ticket) -> str:
    titles = {line.name: line.title or line.name for line in desk.settings.line}
    line = titles.get(ticket.line, ticket.line)
    return desk.say("home.is_now_at", number=desk.number(ticket.id), line=line)


def _buttons(desk: Desk, ticket: Ticket, thread: Thread) -> tuple[tuple[Button, ...], ...]:
    url = group.link(thread.place, thread.external_id or thread.card_id)
    return ((Button(label=desk.number(ticket.id), action=Action.LINES, url=url),),) if url else ()


async def reply_there(view: Unit, ticket: Ticket, thread: Thread | None, message: Outgoing) -> Outgoing:
    """Without the message that it replies to when that one stood in a chat which the ticket left."""
    if not message.reply_to:
        return message
    there = await view.find(Trace, ticket_id=ticket.id, channel="group", external_id=message.reply_to)
    stayed = bool(there) and (thread is None or all(trace.place != thread.place for trace in there))
    return replace(message, reply_to="") if stayed else message


async def left_by(unit: Unit, post: Post, trace: Trace | None) -> Ticket | None:
    """The ticket that had its place where a post stands, and left it."""
    if post.thread:
        stored = await unit.recall(f"{group.LEFT}{post.place}:{post.thread}")
        return await unit.get(Ticket, int(stored)) if stored else None
    if trace is None or not trace.ticket_id:
        return None
    thread = await unit.first(Thread, ticket_id=trace.ticket_id, channel="group")
    return await unit.get(Ticket, trace.ticket_id) if thread and thread.place != post.place else None


async def kept(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> None:
    """Keep what was written in a place that the ticket left, as a note in its topic, and say where the ticket is."""
    if not post.engineer.anonymous:
        message = await answering.note(desk, unit, ticket, post)
        title = desk.say("home.written_elsewhere", name=post.engineer.name)
        files = [file for file in await unit.find(File, message_id=message.id) if file.key]
        thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
        if thread is None or thread.replayed:  # else a new topic tells the whole conversation anyway
            await outbox.to_topic(
                desk, unit, ticket, message.text, title=title, message_id=message.id, files=files, silent=True
            )
    await told_where(desk, unit, ticket, post, desk.say("home.kept_as_note"))


async def told_where(desk: Desk, unit: Unit, ticket: Ticket, post: Post, more: str = "") -> None:
    """Answer there, where the ticket is now; where nobody can answer any more, in the ticket's own topic."""
    if post.place in await group.former(unit):
        said = desk.say("home.before_the_move", name=post.engineer.name)
        await outbox.to_topic(desk, unit, ticket, said if more else f"{said}\n\n{post.text}")
        return
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    text = desk.say("home.moved_away", number=desk.number(ticket.id))
    await outbox.to_general(
        desk,
        unit,
        f"{text} {more}".strip(),
        purpose=Purpose.REPLY,
        reply_to=post.external_id,
        thread=post.thread,
        at=post.place,
        buttons=_buttons(desk, ticket, thread) if thread else (),
    )
