"""`/file 2` and the buttons of files: a file of a ticket is sent into its topic on request; the trail says whose."""

from collections.abc import Sequence

from desk import mirroring, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order, mark, reply, ticket_of
from desk.parcels import Outgoing, Purpose
from desk.ports import Unit
from desk.tickets import File, Message, Ticket, Trace
from desk.work import audit

AT_ONCE = 10
"""Files that one command sends: an album of Telegram's."""

SHOWN = 50
"""Files that the list names."""


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """`/file 2`, `/file` in reply to a message, or `/file` alone: what there is."""
    ticket = ticket_of(order)
    files = await mirroring.listed(unit, ticket.id)
    wanted = await _wanted(unit, order, files)
    if wanted is None:
        await reply(desk, unit, order, await _list(desk, unit, files))
        return
    await _send(desk, unit, ticket, wanted, who=order.who, reply_to=order.post.external_id)
    await mark(desk, unit, order)


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """The button under a message: that file. Refusal when it is another ticket's, or gone."""
    file = await unit.get(File, int(press.arg)) if press.arg.isascii() and press.arg.isdecimal() else None
    message = await unit.get(Message, file.message_id) if file else None
    if file is None or message is None or message.ticket_id != ticket.id:
        raise Refusal("group.button_old")
    await _send(desk, unit, ticket, [file], who=press.person.name, reply_to=press.external_id)
    return desk.say("personal.file_coming")


async def _wanted(unit: Unit, order: Order, files: Sequence[File]) -> list[File] | None:
    """The files that a command names; None when it names none."""
    words = order.argument.replace(",", " ").split()
    if not words:
        return await _replied_to(unit, order, files)
    numbers = [int(word) if word.isascii() and word.isdecimal() and len(word) < SHOWN else 0 for word in words]
    if not files:
        raise Refusal("personal.file_none")
    if not all(1 <= number <= len(files) for number in numbers):
        raise Refusal("personal.file_unknown", count=len(files))
    return [files[number - 1] for number in dict.fromkeys(numbers)][:AT_ONCE]


async def _replied_to(unit: Unit, order: Order, files: Sequence[File]) -> list[File] | None:
    post = order.post
    trace = None
    if post.reply_to:
        trace = await unit.first(Trace, channel="group", place=post.place, external_id=post.reply_to)
    found = [file for file in files if trace and file.message_id == trace.message_id]
    return found[:AT_ONCE] or None


async def _list(desk: Desk, unit: Unit, files: Sequence[File]) -> str:
    if not files:
        return desk.say("personal.file_none")
    messages = {one.id: one for one in await unit.find(Message, id__in={file.message_id for file in files})}
    rows = []
    for number, file in list(enumerate(files, 1))[-SHOWN:]:
        lost = not file.key and mirroring.gone(messages[file.message_id])
        rows.append(mirroring.row(desk, number, file) + (f" — {desk.say('personal.file_gone')}" if lost else ""))
    return "\n".join([desk.say("personal.file_which"), *rows])


async def _send(desk: Desk, unit: Unit, ticket: Ticket, files: Sequence[File], *, who: str, reply_to: str) -> None:
    there = [file for file in files if file.key or file.remote_id]
    if not there:
        message = await unit.get(Message, files[0].message_id)
        lost = message is not None and mirroring.gone(message)
        raise Refusal("personal.file_is_gone" if lost else "personal.file_not_here", name=files[0].name)
    for file in there:
        await audit(desk, unit, ticket, who, "file shown", file=file.id)
    names = ", ".join(file.name for file in there)
    message_out = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.FILE,
        ticket=ticket.id,
        number=desk.number(ticket.id),
        text=desk.say("personal.file_sent", name=who, files=names),
        files=tuple(outbox.enclosure(file) for file in there),
        reply_to=reply_to,
        silent=True,
    )
    await outbox.send(desk, unit, message_out, lane=f"group:{ticket.id}")
