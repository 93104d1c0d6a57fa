"""An answer that crossed newer words of the client: it waits for its author's word.

Rule: it never goes by itself and is never lost: it waits until its author or a lead says what becomes of it, and they
are told once that it still does.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from desk import outbox, staff
from desk.desk import Desk
from desk.incoming import Post
from desk.parcels import Act, Action, Button, Outgoing, Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.tickets import Message, Role, Ticket, Trace

REMIND = timedelta(minutes=10)
"""After so long without a word the author and the leads are told that the answer still waits."""

WHOLE = timedelta(seconds=1)
"""Telegram gives the time of a post in whole seconds, rounded down."""

_KEY = "held:"


async def crossed(desk: Desk, unit: Unit, ticket: Ticket, post: Post, to: Trace | None) -> bool:
    """Whether newer words of the client than those replied to came into the topic just before the post was written."""
    span = desk.settings.telegram.just_wrote.plain
    if not span or desk.settings.desk.quiet:
        return False
    last = await unit.first(Trace, channel="group", ticket_id=ticket.id, role=Role.CLIENT, order="-id")
    if last is None or not -WHOLE < post.at - last.at <= span:
        return False
    if to and to.role is Role.CLIENT:
        return last.message_id != to.message_id and last.id > to.id
    # The card stands above the words that opened the ticket: whoever replies to it has seen those.
    first = await unit.first(Trace, channel="group", ticket_id=ticket.id, role=Role.CLIENT)
    return first is not None and first.message_id != last.message_id


async def ask(desk: Desk, unit: Unit, ticket: Ticket, message: Message, post: Post) -> None:
    """Keep an answer that was just queued and ask its author whether it is to go."""
    waiting: dict[str, object] = {"state": ParcelState.HELD}
    await unit.change(Parcel, waiting, message_id=message.id, state=ParcelState.QUEUED, channel__ne="group")
    asked = await outbox.to_topic(
        desk,
        unit,
        ticket,
        desk.say("undo.just_wrote"),
        purpose=Purpose.REPLY,
        mention=f"{post.engineer.id}:{post.engineer.name}",
        reply_to=post.external_id,
        buttons=_choice(desk, ticket, message),
        silent=False,
    )
    await unit.remember(_key(message), json.dumps({"at": desk.now().isoformat(), "asked": asked.id, "told": False}))


def _choice(desk: Desk, ticket: Ticket, message: Message) -> tuple[tuple[Button, ...], ...]:
    send = Button(label=desk.say("undo.button_send"), action=Action.SEND, ticket=ticket.id, arg=str(message.id))
    keep = Button(label=desk.say("undo.button_keep"), action=Action.KEEP_BACK, ticket=ticket.id, arg=str(message.id))
    return ((send, keep),)


async def over(desk: Desk, unit: Unit, ticket: Ticket, message: Message) -> None:
    """It is decided: the questions go out of the topic, where they can only be pressed by mistake."""
    stored = await unit.recall(_key(message))
    if not stored:
        return
    await unit.remember(_key(message), "")
    kept = json.loads(stored)
    for asked in (kept["asked"], kept.get("again")):
        if parcel := await unit.get(Parcel, asked) if asked else None:
            await _taken_away(desk, unit, ticket, parcel)


async def _taken_away(desk: Desk, unit: Unit, ticket: Ticket, asked: Parcel) -> None:
    if asked.state is ParcelState.QUEUED:
        await unit.save(replace(asked, state=ParcelState.WITHDRAWN))
        return
    trace = await unit.first(Trace, parcel_id=asked.id, channel="group")
    if trace:
        gone = Outgoing(
            channel="group",
            place=ticket.line,
            purpose=Purpose.REPLY,
            act=Act.DELETE,
            ticket=ticket.id,
            target=trace.external_id,
            thread_place=trace.place,
        )
        await outbox.send(desk, unit, gone, lane=f"group:{ticket.id}")


async def tick(desk: Desk) -> None:
    """Tell, once each, of answers that have waited for long."""
    async with desk.view() as view:
        waiting = await view.recall_all(_KEY)
    due = [key for key, stored in waiting.items() if _is_due(desk.now(), stored)]
    for key in due:
        async with desk.unit() as unit:
            await _tell(desk, unit, key)
            await unit.commit()


def _is_due(now: datetime, stored: str) -> bool:
    kept = json.loads(stored)
    return not kept["told"] and now - datetime.fromisoformat(kept["at"]) >= REMIND


async def _tell(desk: Desk, unit: Unit, key: str) -> None:
    stored = await unit.recall(key)
    message = await unit.get(Message, int(key.removeprefix(_KEY)))
    ticket = await unit.get(Ticket, message.ticket_id) if message else None
    if not stored or message is None or ticket is None:
        await unit.remember(key, "")
        return
    if not await unit.count(Parcel, message_id=message.id, state=ParcelState.HELD):
        await unit.remember(key, "")
        return
    post = await unit.first(Trace, channel="group", message_id=message.id, role=Role.COLLEAGUE)
    others = [one for one in staff.leads(desk, ticket.line) if str(one.telegram) != str(message.author_id)]
    mention = "\n".join(part for part in (f"{message.author_id}:{message.author}", staff.mention(others)) if part)
    to = post.external_id if post else ""
    said = desk.say("undo.still_held")
    again = await outbox.to_topic(
        desk, unit, ticket, said, purpose=Purpose.REPLY, mention=mention, reply_to=to, silent=False,
        buttons=_choice(desk, ticket, message),  # those of the question may be gone with its topic
    )  # fmt: skip
    await unit.remember(key, json.dumps({**json.loads(stored), "told": True, "again": again.id}))


def _key(message: Message) -> str:
    return f"{_KEY}{message.id}"
