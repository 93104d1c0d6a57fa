"""An engineer's words: noted for colleagues, or sent to the client after a moment in which they can be taken back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import (
    clients,
    conversation,
    copies,
    doors,
    early,
    held,
    keys,
    kinds,
    moving,
    outbox,
    participants,
    post_marks,
    seen,
    withdrawing,
)
from desk.blank import blank
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Post
from desk.lifecycle import Step, after
from desk.parcels import Button, Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import File, Kind, Message, Role, Status, Ticket, Trace
from desk.unreachable import refusal as unreachable
from desk.watchers import moved as watchers_hear
from desk.watchers import named as named_in

QUOTED = 2_000
"""Characters of the client's last words below an answer by mail."""


async def note(
    desk: Desk, unit: Unit, ticket: Ticket, post: Post, *, text: str | None = None, kind: Kind = Kind.NOTE
) -> Message:
    """Keep an engineer's words for colleagues (or, DONE, for the closing letter); 👀 says so."""
    message = await _store(unit, ticket, post, kind, post.text if text is None else text)
    await seen.by_engineer(desk, unit, ticket)
    words = desk.say("group.noted_done") if kind is Kind.DONE else ""
    await outbox.react(desk, unit, "group", post.place, post.external_id, "👀", ticket.id, words=words)
    await named_in(desk, unit, ticket, message.text, post.engineer, reply_to=post.external_id)
    return message


async def answer(desk: Desk, unit: Unit, ticket: Ticket, post: Post, *, to: Trace | None = None) -> Message:
    """Send an engineer's words to the client. Refusal for a closed ticket, for nothing, or when every door is shut."""
    after(ticket.status, Step.ANSWERED)
    if blank(post.text) and not post.files:
        raise Refusal("undo.empty")
    door = await door_for(unit, ticket)
    message = await _store(unit, ticket, post, Kind.ANSWER, post.text)
    if await early.taken_back(desk, unit, post):
        return await _withdrawn(desk, unit, message)
    ticket = await moving.move(unit, ticket, Step.ANSWERED, at=desk.now(), active_at=desk.now())
    picked = str(post.data.get(kinds.QUOTE, ""))
    reply_to = await _their_message(unit, door, to)
    await send(desk, unit, ticket, door, message, Purpose.ANSWER, reply_to=reply_to, picked=picked)
    if await held.crossed(desk, unit, ticket, post, to):
        await held.ask(desk, unit, ticket, message, post)
    else:
        await _on_its_way(desk, unit, ticket, post)
    await outbox.card(desk, unit, ticket)
    return message


async def ask(
    desk: Desk, unit: Unit, ticket: Ticket, post: Post, text: str, *, buttons: Sequence[Sequence[Button]] = ()
) -> Message:
    """Ask the client for something: WAITING from now, the weekly clock from the question's delivery.

    `buttons`: answers to choose from, in Telegram.
    """
    after(ticket.status, Step.ASKED)
    door = await door_for(unit, ticket)
    message = await _store(unit, ticket, post, Kind.QUESTION, text)
    if await early.taken_back(desk, unit, post):
        return await _withdrawn(desk, unit, message)
    ticket = await moving.move(
        unit,
        ticket,
        Step.ASKED,
        at=desk.now(),
        question=text,
        asked_at=desk.now(),
        active_at=desk.now(),
        clock_from=None,
        reminded=0,
        kept=0,
        snoozed_until=None,
        reminder_id=None,
        solved_at=None,
        held_reason="",
    )
    await send(desk, unit, ticket, door, message, Purpose.QUESTION, buttons=buttons)
    await watchers_hear(desk, unit, ticket, post.engineer.name, "asked")
    await _on_its_way(desk, unit, ticket, post)
    await outbox.card(desk, unit, ticket)
    return message


async def _withdrawn(desk: Desk, unit: Unit, message: Message) -> Message:
    """It was taken back before it was here: kept in the record, as if it had waited."""
    await post_marks.mark(desk, unit, message, "👀")
    return await unit.save(replace(message, withdrawn_at=desk.now()))


async def ask_again(desk: Desk, unit: Unit, ticket: Ticket, parcel: Parcel, message: Message) -> None:
    """The question was changed before it had gone: the new words go in its stead."""
    await unit.save(replace(parcel, state=ParcelState.WITHDRAWN))
    await copies.withdraw(unit, message.id)
    await withdrawing.no_estimate(unit, message)
    door = await door_for(unit, ticket)
    ticket = await unit.save(replace(ticket, question=message.text))
    await send(desk, unit, ticket, door, message, Purpose.QUESTION)
    await outbox.card(desk, unit, ticket)


async def _on_its_way(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> None:
    """✍ says that it will go; in shadow mode it will not, and then it is only noted."""
    emoji = "👀" if desk.settings.desk.quiet else "✍"
    await outbox.react(desk, unit, "group", post.place, post.external_id, emoji, ticket.id)


async def send(  # noqa: PLR0917 - the message and where it goes
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    door: Door,
    message: Message,
    purpose: Purpose,
    *,
    reply_to: str = "",
    picked: str = "",
    buttons: Sequence[Sequence[Button]] = (),
    bare: bool = False,
) -> None:
    """Queue a stored message for the client, held for a moment; `bare`: without its files."""
    client = await unit.get(Client, ticket.client_id)
    language = clients.language(desk, client, ticket)
    files = [] if bare else await unit.find(File, message_id=message.id)
    text, native = kinds.to_door(desk, message, door.channel, language)
    if purpose is Purpose.QUESTION:
        text = desk.say("client.question", language, question=text, number=desk.number(ticket.id))
    alive = await unit.count(Ticket, client_id=ticket.client_id, status__ne=Status.CLOSED)
    title = f"{desk.number(ticket.id)} · {ticket.subject}" if alive > 1 and door.channel == "telegram" else ""
    readers = await copies.people(desk, unit, ticket, door)
    last_words = await _last_words(unit, ticket)
    quote = keys.disarmed(last_words.text)[:QUOTED] if last_words and copies.may_read(last_words, readers) else ""
    heading = f"{desk.number(ticket.id)} · {client.name}" if client and client.name else desk.number(ticket.id)
    by_mail = door.channel == "mail"
    parcel = await outbox.to_door(
        desk,
        unit,
        door,
        purpose,
        text,
        ticket=ticket,
        message_id=message.id,
        title=heading if by_mail else title,
        quote=quote if by_mail else "",
        footer=await copies.way_on(desk, unit, ticket, client, door, alone=not readers) if by_mail and client else "",
        files=files,  # what is too large to be fetched goes by Telegram's own id; see desk.other_ways
        copies=[reader.address for reader in readers],
        reply_to=reply_to,
        picked=picked if reply_to else "",
        native=native,
        buttons=buttons,
        delay=hold(desk, door.channel),
    )
    await copies.send(desk, unit, ticket, parcel, readers, title=heading, quote=quote, delay=hold(desk, "mail"))
    last = await unit.get(Door, ticket.door_id)
    if last and last.shut_at and last.id != door.id:
        shut, other = desk.say(f"group.door_{last.channel}"), desk.say(f"group.door_{door.channel}")
        said = desk.say("group.other_door_now", shut=shut, open=other, why=last.shut_reason[:200])
        await outbox.to_topic(desk, unit, ticket, said, silent=True)


def hold(desk: Desk, channel: str) -> timedelta:
    """How long an answer waits for a change of heart: a mail cannot be called back at all, so it waits longer."""
    telegram = desk.settings.telegram
    return (telegram.hold_mail if channel == "mail" else telegram.hold).plain or timedelta(0)


async def _last_words(unit: Unit, ticket: Ticket) -> Message | None:
    """The last words of the client or of who takes part, quoted below an answer by mail."""
    own = await participants.speaking_doors(unit, ticket)  # not what a stranger put in
    return await unit.first(Message, ticket_id=ticket.id, kind=Kind.WORDS, door_id__in=own, order="-id")


async def door_for(unit: Unit, ticket: Ticket) -> Door:
    door = await doors.best(unit, ticket)
    if door is None:
        raise await unreachable(unit, ticket)
    return door


async def _their_message(unit: Unit, door: Door, to: Trace | None) -> str:
    """The client's own message, in their own chat, that the engineer replied to."""
    if to is None or to.message_id is None or door.channel != "telegram":
        return ""
    theirs = await unit.first(Trace, channel="telegram", place=door.address, message_id=to.message_id, role=Role.THEIRS)
    return theirs.external_id if theirs else ""


async def _store(unit: Unit, ticket: Ticket, post: Post, kind: Kind, text: str) -> Message:
    message = await unit.add(
        Message(
            ticket_id=ticket.id,
            kind=kind,
            author=post.engineer.name,
            author_id=post.engineer.id,
            channel="group",
            external_id=post.external_id,
            text=text,
            at=post.at,
            data=post.data,
        )
    )
    for file in post.files:
        await conversation.add_file(unit, message.id, file)
    for external_id in (post.external_id, *post.also):
        await conversation.add_trace(
            unit,
            Trace(
                channel="group",
                place=post.place,
                external_id=external_id,
                ticket_id=ticket.id,
                message_id=message.id,
                role=Role.COLLEAGUE,
                at=post.at,
            ),
        )
    return message
