"""Partners and vendors: a ticket is handed to them by mail, and engineers write to them by replies in its topic.

Rule: what we write to a partner goes to them alone, in a thread of their own; the client is told that it depends on
others, and nothing else. What they answer: desk.partner_answers.
"""

import json
from dataclasses import replace

from desk import (
    answering,
    outbox,
    participants,
    partner_letters,
    post_marks,
    prompting,
    staff,
    third_party,
    work,
)
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Post, Sender
from desk.lifecycle import Step, after
from desk.parcels import Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.settings import Line
from desk.tickets import File, Kind, Message, Role, Standing, Status, Ticket, Trace

ABOUT = "partner"
"""What prompts of this module are about, see desk.prompting."""

_FACT = "partner:"


async def hand_over(  # noqa: PLR0917 - the ticket, its new line, and by whom
    desk: Desk, unit: Unit, ticket: Ticket, line: Line, engineer: Engineer, note: Message | None
) -> bool:
    """Write to the partner; the ticket depends on them from now on, and the client is told so.

    False: without words the engineer is asked for them first. Refusal for a closed ticket.
    """
    after(ticket.status, Step.DEPENDS)
    if note is None or not note.text.strip():
        said = desk.say("partner.ask_words", line=line.title)
        await prompting.ask(desk, unit, ticket, engineer, said, about=ABOUT, line=line.name)
        return False
    before = ticket.line
    letter, files = await partner_letters.first_letter(desk, unit, ticket, line, note.text)
    files += await unit.find(File, message_id=note.id)
    ticket = await work.move(desk, unit, ticket, line.name, engineer.name, told=False)
    await unit.remember(f"{_FACT}{ticket.id}", json.dumps({"before": before}))
    who = Sender(channel="mail", address=address(line), name=line.title)
    partner = await participants.put(desk, unit, ticket, who, Standing.PARTNER, by=engineer.name)
    message = await unit.add(
        Message(
            ticket_id=ticket.id,
            kind=Kind.TO_PARTNER,
            author=engineer.name,
            author_id=engineer.id,
            channel="group",
            text=letter,
            at=desk.now(),
            data={"partner": partner.address},
        )
    )
    await partner_letters.send(
        desk,
        unit,
        ticket,
        partner,
        message,
        letter,
        share_client=line.share_client,
        files=files,
        delay=answering.hold(desk, "mail"),
    )
    names = [f"[{file.name}]" for file in files]
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        desk.say("partner.how"),
        purpose=Purpose.PARTNER,
        message_id=message.id,
        title=desk.say("partner.handed", name=engineer.name, who=participants.in_words(line.title, partner.address)),
        quote="\n".join([letter, *names]),
        silent=True,
    )
    if (ticket.status, ticket.third_party) != (Status.THIRD_PARTY, line.title):
        await third_party.begin(desk, unit, ticket, engineer.name, line.title)
    return True


def address(line: Line) -> str:
    """Where a partner's line is written to."""
    return (line.address or "").casefold()


async def asked(desk: Desk, unit: Unit, ticket: Ticket, post: Post, name: str) -> None:
    """An engineer's reply to the question for the words."""
    line = staff.line(desk, name)
    if line is None or not line.address or ticket.line == line.name:
        raise Refusal("group.button_old")
    after(ticket.status, Step.DEPENDS)
    note = await answering.note(desk, unit, ticket, post)
    await hand_over(desk, unit, await unit.get(Ticket, ticket.id) or ticket, line, post.engineer, note)


async def line_before(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """From which line a ticket came to its partner; "" where it is with none, or that line is no more."""
    line = staff.line(desk, ticket.line)
    kept = await unit.recall(f"{_FACT}{ticket.id}") if line and line.address else ""
    before = staff.line(desk, json.loads(kept)["before"]) if kept else None
    return before.name if before else ""


async def answered(desk: Desk, unit: Unit, ticket: Ticket, trace: Trace, post: Post) -> bool:
    """Whether a reply was one to a partner's message, or to ours to them; it goes to them alone."""
    if trace.role is not Role.PARTNER or post.to_colleague:
        return False
    if post.text.lstrip().startswith("/"):
        raise Refusal("group.slash")
    replied = await unit.get(Message, trace.message_id) if trace.message_id else None
    their = str(replied.data.get("partner", "")) if replied else ""
    partner = await participants.of(unit, ticket, their) if their else None
    if partner is None or partner.standing is not Standing.PARTNER or not desk.settings.mailbox:
        await answering.note(desk, unit, ticket, post)
        raise Refusal("partner.no_more")
    message = await answering.note(desk, unit, ticket, post, kind=Kind.TO_PARTNER)
    message = await unit.save(replace(message, data={**message.data, "partner": their}))
    files = await unit.find(File, message_id=message.id)
    await partner_letters.send(
        desk, unit, ticket, partner, message, message.text, share_client=_shares(desk, their), files=files,
        delay=answering.hold(desk, "mail"),
    )  # fmt: skip
    await work.audit(desk, unit, ticket, post.engineer.name, "wrote to partner", message=message.id)
    if not desk.settings.desk.quiet:
        await post_marks.mark(desk, unit, message, "✍")
    return True


def _shares(desk: Desk, their: str) -> bool:
    return any(line.share_client for line in desk.settings.line if address(line) == their)


async def changed(desk: Desk, unit: Unit, ticket: Ticket, message: Message, *, inside: bool) -> None:
    """An engineer edited a word to a partner: it goes as changed, or not at all (`inside`), while it waits."""
    parcel = await _waiting(unit, message)
    if inside:
        await take_back(desk, unit, message)
    elif parcel:
        await partner_letters.change(unit, parcel, message.text)
    else:
        await _told(desk, unit, ticket, message, "partner.edit_too_late")


async def take_back(desk: Desk, unit: Unit, message: Message) -> None:
    """👎 on a word to a partner: what has not gone yet stays here."""
    parcel, ticket = await _waiting(unit, message), await unit.get(Ticket, message.ticket_id)
    if message.withdrawn_at or ticket is None:
        return
    if parcel is None:
        await _told(desk, unit, ticket, message, "partner.too_late")
        return
    await unit.save(replace(parcel, state=ParcelState.WITHDRAWN))
    await unit.save(replace(message, withdrawn_at=desk.now()))
    if await post_marks.post_of(unit, message):
        await post_marks.mark(desk, unit, message, "👀")
    else:  # the letter that handed the ticket over, which depends on them no more
        await _told(desk, unit, ticket, message, "partner.letter_taken_back")


async def _told(desk: Desk, unit: Unit, ticket: Ticket, message: Message, key: str) -> None:
    post = await post_marks.post_of(unit, message)
    to = post.external_id if post else ""
    await outbox.to_topic(desk, unit, ticket, desk.say(key), purpose=Purpose.REPLY, reply_to=to)


async def _waiting(unit: Unit, message: Message) -> Parcel | None:
    return await unit.first(
        Parcel, message_id=message.id, purpose=Purpose.PARTNER, channel="mail", state=ParcelState.QUEUED
    )
