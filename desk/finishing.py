"""Closing a ticket by hand: the reason is read, chosen by a button or asked for, and so are the findings it needs."""

import json
from typing import Any

from desk import closing, numbers, outbox, prompting, staff, work
from desk.checklists import left as not_ticked
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Post, Press
from desk.lifecycle import Step, after
from desk.mass_presses import asks as asks_first
from desk.parcels import Act, Action, Alert, Button, Outgoing, Purpose
from desk.ports import Unit
from desk.tickets import NEEDS_FINDINGS, Closing, Thread, Ticket, Trace

ABOUT = "close"
"""What prompts of this module are about, see desk.prompting."""


async def begin(desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer, words: str, *, reply_to: str = "") -> bool:
    """Close it for the reason that the words begin with; without one the reasons are offered, and the words kept.

    Whether it is closed. Refusal when it cannot be.
    """
    after(ticket.status, Step.CLOSED)
    reason, rest = closing.read(desk, words)
    if len(rest) > closing.LONGEST:
        raise Refusal("closing.too_long", count=closing.LONGEST)
    if reason is None:
        await _offer(desk, unit, ticket, rest, reply_to=reply_to)
        return False
    return await _go_on(desk, unit, ticket, engineer, reason, rest, reply_to=reply_to)


async def _offer(desk: Desk, unit: Unit, ticket: Ticket, words: str, *, reply_to: str) -> None:
    buttons = [
        Button(label=closing.title(desk, reason), action=Action.CLOSE, ticket=ticket.id, arg=reason.value)
        for reason in closing.REASONS
    ]
    rows = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
    key = "closing.which_kept" if words else "closing.which"
    parcel = await outbox.to_topic(
        desk,
        unit,
        ticket,
        desk.say(key, number=desk.number(ticket.id)),
        purpose=Purpose.REPLY,
        quote=words,
        buttons=rows,
        reply_to=reply_to,
    )
    await unit.remember(_key(parcel.id), json.dumps({"text": words}))


def _key(parcel_id: int) -> str:
    return f"closing:{parcel_id}"


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """«Закрыть ▸» on the card, or a reason that was offered; the toast."""
    after(ticket.status, Step.CLOSED)
    if not press.arg:
        await _offer(desk, unit, ticket, "", reply_to="")
        return ""
    if press.arg not in closing.REASONS:
        raise Refusal("group.button_old")
    if said := await not_ticked(desk, unit, ticket):
        return Alert(said)
    reason = Closing(press.arg)
    trace = await unit.first(Trace, channel="group", place=press.place, external_id=press.external_id)
    parcel_id = trace.parcel_id if trace and trace.parcel_id else 0
    stored = await unit.recall(_key(parcel_id))
    if not stored:
        raise Refusal("closing.gone")
    closed = await _go_on(desk, unit, ticket, press.person, reason, str(json.loads(stored)["text"]), reply_to="")
    await unit.remember(_key(parcel_id), "")
    await _chosen(desk, unit, ticket, press, reason)
    return desk.say("closing.chosen_toast") if closed else desk.say("closing.answer_toast")


async def _chosen(desk: Desk, unit: Unit, ticket: Ticket, press: Press, reason: Closing) -> None:
    """The offer says what was chosen and has no buttons any more."""
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    order = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.REPLY,
        act=Act.EDIT,
        ticket=ticket.id,
        thread=thread.external_id if thread else "",
        thread_place=press.place,
        target=press.external_id,
        text=desk.say("closing.chosen", reason=closing.title(desk, reason)),
    )
    await outbox.send(desk, unit, order, lane=f"group:{ticket.id}:lines")


async def _go_on(  # noqa: PLR0917 - who closes what, and why
    desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer, reason: Closing, words: str, *, reply_to: str
) -> bool:
    """Close it, or ask for what the reason needs. Whether it is closed."""
    if reason is Closing.ABUSE and staff.leads(desk):
        staff.leads_only(desk, engineer)
    other = None
    if reason is Closing.DUPLICATE:
        number, _, rest = words.partition(" ")
        if numbers.looks_like(desk, number):
            other, words = await _repeated(desk, unit, ticket, number), rest.strip()
        else:
            await _ask(desk, unit, ticket, engineer, reason, words, reply_to=reply_to)
            return False
    if reason in NEEDS_FINDINGS and not words:
        await _ask(desk, unit, ticket, engineer, reason, words, reply_to=reply_to)
        return False
    await _close(desk, unit, ticket, engineer, reason, words, other)
    return True


async def _ask(  # noqa: PLR0917 - who is asked for what
    desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer, reason: Closing, words: str, *, reply_to: str
) -> None:
    if reason is Closing.DUPLICATE:
        text = desk.say("closing.ask_duplicate", example=desk.number(7))
    else:
        text = desk.say("closing.ask_findings", reason=closing.words(desk, reason)[0])
    kept = {"reason": reason.value, "words": words}
    await prompting.ask(desk, unit, ticket, engineer, text, reply_to=reply_to, about=ABOUT, **kept)


async def answered(desk: Desk, unit: Unit, ticket: Ticket, post: Post, kept: dict[str, Any]) -> None:
    """An engineer's reply to what `_ask` asked. Refusal, and they may reply again, when it will not do."""
    reason, words = Closing(kept["reason"]), str(kept["words"])
    if post.files:
        raise Refusal("group.command_files")
    text = post.text.strip()
    other = None
    if reason is Closing.DUPLICATE:
        number, _, rest = text.partition(" ")
        other, text = await _repeated(desk, unit, ticket, number), rest.strip()
    words = "\n".join(part for part in (words, text) if part)
    if len(words) > closing.LONGEST:
        raise Refusal("closing.too_long", count=closing.LONGEST)
    await _close(desk, unit, ticket, post.engineer, reason, words, other)
    done = desk.say("group.obeyed")
    await outbox.react(desk, unit, "group", post.place, post.external_id, "👌", ticket.id, words=done)


async def _repeated(desk: Desk, unit: Unit, ticket: Ticket, number: str) -> Ticket:
    other = await numbers.find(desk, unit, number.rstrip(".,:;"))
    if other is None:
        raise Refusal("closing.no_such", example=desk.number(7))
    if other.id == ticket.id:
        raise Refusal("closing.itself")
    return other


async def _close(  # noqa: PLR0917 - who closes what, and why
    desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer, reason: Closing, words: str, other: Ticket | None
) -> None:
    needs = reason in NEEDS_FINDINGS
    said, findings = ("", words) if needs else (words, "")
    if not other and await asks_first(
        desk, unit, ticket, what="close", text=said, reason=reason.value, findings=findings
    ):
        return
    event = desk.say("closing.closed_by_hand", name=engineer.name) if reason is Closing.NO_ANSWER else ""
    if other:
        told = desk.say("closing.duplicate_of", number=desk.number(other.id))
        event = f"{desk.say('group.closed_duplicate', name=engineer.name)} {told}"
    ticket = await work.close(
        desk, unit, ticket, engineer.name, reason, text=said, findings=findings, other=other, event=event
    )
    if other:
        text = desk.say("closing.has_duplicate", number=desk.number(ticket.id))
        await outbox.to_topic(desk, unit, other, text, silent=True)
