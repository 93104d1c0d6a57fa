"""`/a`: a canned answer by name or words, or the most used ones to choose from."""

from collections.abc import Sequence

from desk import canned, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Post
from desk.library import Answer
from desk.lifecycle import Step, after
from desk.orders import Order, ticket_of
from desk.parcels import Purpose
from desk.ports import Unit
from desk.tickets import Ticket


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """`/a name`, `/a words`; `/a` alone lists the most used."""
    ticket = ticket_of(order)
    if not desk.library.answers:
        raise Refusal("library.no_answers")
    after(ticket.status, Step.ANSWERED)
    if not order.argument:
        await _list(desk, unit, ticket, order)
        return
    found = canned.meant(desk, order.argument)
    if not found:
        raise Refusal("library.no_such_answer")
    if len(found) == 1:
        await canned.preview(desk, unit, ticket, order.post.engineer, found[0], reply_to=order.post.external_id)
    else:
        await _offer(desk, unit, ticket, found[: canned.OFFERED], desk.say("library.which"), order.post)


async def _list(desk: Desk, unit: Unit, ticket: Ticket, order: Order) -> None:
    used = (await canned.most_used(desk, unit))[: canned.OFFERED]
    rows = [
        desk.say("library.used_row", name=one.name, title=one.title, count=count)
        if count
        else desk.say("library.unused_row", name=one.name, title=one.title)
        for one, count in used
    ]
    if (more := len(desk.library.answers) - len(used)) > 0:
        rows.append(desk.say("library.more_answers", count=more))
    rows.append(await _inline(desk, unit))
    await _offer(desk, unit, ticket, [one for one, _ in used], "\n".join(rows), order.post)


async def _inline(desk: Desk, unit: Unit) -> str:
    """The quickest way, and how to switch it on where it is off."""
    bot = await unit.recall("telegram.username") or "bot"
    return desk.say("library.inline_how" if await unit.recall("telegram.inline") else "library.inline_off", bot=bot)


async def _offer(  # noqa: PLR0917 - what is offered where
    desk: Desk, unit: Unit, ticket: Ticket, answers: Sequence[Answer], text: str, post: Post
) -> None:
    rows = canned.buttons(ticket, answers, offered=True)
    to = post.external_id
    await outbox.to_topic(desk, unit, ticket, text, purpose=Purpose.REPLY, buttons=rows, reply_to=to)
