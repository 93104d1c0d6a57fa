"""A partner's words are sent on to the client: first shown as they will go, then sent as an answer of who pressed."""

from dataclasses import replace

from desk import answering, doors, outbox, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import IncomingFile, Post, Press
from desk.lifecycle import Step, after
from desk.parcels import Act, Action, Button, Outgoing, Purpose
from desk.ports import Unit
from desk.tickets import File, Kind, Message, MessageId, Role, Ticket, Trace

_SENT = "forwarded"
"""In a partner's message: the answer that it became."""


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """«Переслать клиенту ▸» under a partner's message, and the two buttons under what it then shows."""
    number, _, word = press.arg.partition(":")
    message = await unit.get(Message, int(number)) if number.isdecimal() else None
    if message is None or message.ticket_id != ticket.id or message.kind is not Kind.PARTNER:
        raise Refusal("group.button_old")
    if word == "no":
        await _close(desk, unit, ticket, press, message, desk.say("partner.not_sent"))
        return desk.say("partner.not_sent")
    if message.data.get(_SENT):
        raise Refusal("partner.sent_already")
    after(ticket.status, Step.ANSWERED)
    if await doors.best(unit, ticket) is None:
        raise Refusal("group.no_open_door")
    if word == "yes":
        return await _send(desk, unit, ticket, press, message)
    await _show(desk, unit, ticket, press, message)
    return ""


async def _show(desk: Desk, unit: Unit, ticket: Ticket, press: Press, message: Message) -> None:
    """What will be sent: the words without the quotation below them, and the files by name."""
    row = [
        Button(label=desk.say(key), action=Action.FORWARD, ticket=ticket.id, arg=f"{message.id}:{word}")
        for key, word in (("partner.button_send", "yes"), ("partner.button_keep", "no"))
    ]
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        desk.say("partner.preview"),
        purpose=Purpose.REPLY,
        quote=await _as_shown(unit, message),
        buttons=[row],
        reply_to=press.external_id,
        silent=True,
    )


async def _as_shown(unit: Unit, message: Message) -> str:
    files = await unit.find(File, message_id=message.id)
    return "\n".join([*([message.text] if message.text else []), *(f"[{file.name}]" for file in files)])


async def _send(desk: Desk, unit: Unit, ticket: Ticket, press: Press, message: Message) -> str:
    files = await unit.find(File, message_id=message.id)
    if not message.text.strip() and not files:
        raise Refusal("partner.nothing_to_send")
    post = Post(
        engineer=press.person,
        place=press.place,
        thread=press.thread,
        external_id="",
        text=message.text,
        files=tuple(
            IncomingFile(sort=one.sort, name=one.name, mime=one.mime, size=one.size, key=one.key) for one in files
        ),
        at=desk.now(),
    )
    sent = await answering.answer(desk, unit, ticket, post)
    await unit.save(replace(message, data={**message.data, _SENT: sent.id}))
    await work.audit(desk, unit, ticket, press.person.name, "partner's words sent on", message=message.id)
    await _stands_for(unit, press, sent.id)
    said = desk.say("partner.sending", name=press.person.name)
    await _close(desk, unit, ticket, press, message, said)
    return desk.say("partner.sending_toast")


async def _stands_for(unit: Unit, press: Press, answer: MessageId) -> None:
    """What was shown is the engineer's post from now on: 👌 stands there, and 👎 takes it back."""
    await unit.change(
        Trace,
        {"role": Role.COLLEAGUE, "message_id": answer},
        channel="group",
        place=press.place,
        external_id=press.external_id,
        role=Role.DESK,
    )


async def _close(  # noqa: PLR0917 - what was pressed, and what is said of it
    desk: Desk, unit: Unit, ticket: Ticket, press: Press, message: Message, said: str
) -> None:
    """Take the buttons away and say what was done."""
    order = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.REPLY,
        act=Act.EDIT,
        ticket=ticket.id,
        number=desk.number(ticket.id),
        text=said,
        quote=await _as_shown(unit, message),
        target=press.external_id,
        thread=press.thread,
        thread_place=press.place,
    )
    await outbox.send(desk, unit, order, lane=f"group:{ticket.id}")
