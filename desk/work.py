"""What is done with a ticket: taken, solved, closed, reopened, moved to another line. By people, in one unit each.

Longer than most modules: each of these is told to the client and in the topic.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from desk import cards, clients, closing, deadlines, doors, loops, moving, on_call, outbox, seen, unreachable
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer
from desk.lifecycle import Step
from desk.moments import day_in_words
from desk.parcels import Action, Button, Parcel, ParcelState, Purpose
from desk.people import Audit, Client
from desk.ports import Unit
from desk.secret_fields import erase, with_farewell
from desk.tickets import Closing, Kind, Message, Status, Ticket
from desk.watchers import moved as watchers_hear

_ASKS = {"yes": Action.CONFIRM, "no": Action.NOT_SOLVED}


async def audit(desk: Desk, unit: Unit, ticket: Ticket, who: str, what: str, **data: object) -> None:
    """A line in the trail."""
    entry = Audit(at=desk.now(), who=who, what=what, ticket_id=ticket.id, client_id=ticket.client_id, data=dict(data))
    await unit.add(entry)
    await watchers_hear(desk, unit, ticket, who, what)


async def take(desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer) -> str:
    """Say who has it; it informs and never blocks. The toast comes back."""
    await on_call.taken(desk, unit, ticket)
    if ticket.taken_id == engineer.id:
        return desk.say("group.taken_already")
    before = ticket.taken_by
    ticket = await unit.save(replace(ticket, taken_by=engineer.name, taken_id=engineer.id))
    await audit(desk, unit, ticket, engineer.name, "taken", before=before)
    await seen.by_engineer(desk, unit, ticket)
    await outbox.card(desk, unit, ticket)
    if before:
        text = desk.say("group.taken_over", before=before, name=engineer.name)
        await outbox.to_topic(desk, unit, ticket, text, silent=True)
    return desk.say("group.taken")


async def solve(desk: Desk, unit: Unit, ticket: Ticket, who: str, *, text: str = "", tell: bool = True) -> Ticket:
    """Think it done and tell the client; it stays SOLVED until they answer or it is closed."""
    if ticket.status is Status.SOLVED:
        raise Refusal("group.solved_already")
    now = desk.now()
    ended = {"solved_at": now, "active_at": now, **closing.CLOCK_ANEW, **await deadlines.at_end(desk, unit, ticket)}
    ticket = await moving.move(unit, ticket, Step.SOLVED, at=now, third_party="", **ended)
    await drop_reminders(unit, ticket)
    await audit(desk, unit, ticket, who, "solved")
    await outbox.card(desk, unit, ticket)
    if tell:
        until = desk.calendar.next_start(desk.calendar.add(now, desk.settings.reminders.confirm_within))
        ask = ("yes", "no")
        ticket = await tell_and_wait(
            desk,
            unit,
            ticket,
            "closing.solved_telegram",
            Purpose.NOTICE,
            until=until,
            text=text,
            ask=ask,
            by_mail="closing.solved_mail",
        )
    return ticket


async def close(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    who: str,
    reason: Closing,
    *,
    step: Step = Step.CLOSED,
    key: str = "",
    text: str = "",
    findings: str = "",
    other: Ticket | None = None,
    event: str = "",
    listing: bool = True,
) -> Ticket:
    """Close it, tell the client why and with what was done, close its topic.

    `text`: an engineer's words above the wording of the reason. `findings`: what was found out, which some reasons
    need. `other`: what a duplicate repeats. `key` and `event`: another sentence for the client, and for the topic.
    `listing`: whether the client reads what was done.
    """
    now = desk.now()
    ended = {"closed_at": now, "closing": reason, "findings": findings, **await deadlines.at_end(desk, unit, ticket)}
    if other:
        ended["related_id"] = other.id
    waited = ticket.status is Status.WAITING
    ticket = await moving.move(
        unit, ticket, step, at=now, active_at=now, reminder_id=None, held_reason="", spared_until=None, **ended
    )
    await drop_reminders(unit, ticket)
    more = {name: value for name, value in (("findings", findings), ("other", other and other.id)) if value}
    await audit(desk, unit, ticket, who, "closed", closing=reason.value, **more)
    said = closing.wording(desk, ticket, reason, other, waited=waited)
    done = await what_was_done(unit, ticket) if listing else ""
    await tell_client(
        desk, unit, ticket, key or said.key, Purpose.CLOSING, text=text, done=done, above=not key, **said.values
    )
    await erase(desk, unit, ticket)
    await outbox.to_topic(desk, unit, ticket, event or desk.say(f"group.closed_{reason.value}", name=who), silent=True)
    await outbox.card(desk, unit, ticket)
    await outbox.topic(desk, unit, ticket)
    return ticket


async def confirmed(desk: Desk, unit: Unit, ticket: Ticket, who: str) -> Ticket:
    """The client says that it is solved: closed as such. Refusal unless it was called so."""
    key, event = "closing.for_solved_confirmed", desk.say("closing.confirmed", name=who)
    return await close(desk, unit, ticket, who, Closing.SOLVED, step=Step.CONFIRMED, key=key, event=event)


async def reopen(desk: Desk, unit: Unit, ticket: Ticket, who: str) -> Ticket:
    """Take it up again; its topic opens. Refusal when it is in our hands already."""
    if ticket.merged_into:
        raise Refusal("shaping.merged_reopen", number=desk.number(ticket.id), other=desk.number(ticket.merged_into))
    waiting = ticket.reminder_id
    anew = {"closed_at": None, "closing": None, "solved_at": None, "third_party": "", **closing.CLOCK_ANEW}
    ticket = await moving.move(unit, ticket, Step.REOPENED, at=desk.now(), **anew)
    await drop_reminders(unit, ticket)
    if waiting:  # that it is solved, or depends on others, is not true any more
        await unit.change(Parcel, {"state": ParcelState.WITHDRAWN}, id=waiting, state=ParcelState.QUEUED)
    await audit(desk, unit, ticket, who, "reopened")
    await outbox.topic(desk, unit, ticket)
    await outbox.card(desk, unit, ticket)
    return ticket


async def move(desk: Desk, unit: Unit, ticket: Ticket, wanted: str, who: str, *, told: bool = True) -> Ticket:
    """Give it to another line. Refusal naming the lines for an unknown one.

    `told`: the topic hears of it here; desk.handing_over says more there itself.
    """
    name = cards.line_named(desk, wanted)
    names = ", ".join(line.name for line in desk.settings.line)
    if not name:
        raise Refusal("group.line_unknown", names=names)
    if name == ticket.line:
        raise Refusal("group.line_same")
    titles = {line.name: line.title or line.name for line in desk.settings.line}
    former, before = ticket, ticket.line
    ticket = await unit.save(replace(ticket, line=name))
    await audit(desk, unit, ticket, who, "moved", before=before, line=name)
    if told:
        text = desk.say("group.moved", name=who, before=titles.get(before, before), line=titles[name])
        await outbox.to_topic(desk, unit, ticket, text)
    ticket = await deadlines.changed(desk, unit, former, ticket, who)
    await outbox.card(desk, unit, ticket)
    return ticket


async def drop_reminders(unit: Unit, ticket: Ticket) -> None:
    """No reminder may leave for a ticket that no longer waits."""
    await unit.change(
        Parcel,
        {"state": ParcelState.WITHDRAWN},
        ticket_id=ticket.id,
        purpose=Purpose.REMINDER,
        state=ParcelState.QUEUED,
    )


async def tell_client(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    key: str,
    purpose: Purpose,
    *,
    text: str = "",
    done: str = "",
    above: bool = False,
    **values: object,
) -> None:
    """A word of the desk to the client through the ticket's best door; the topic says so when there is none.

    `above`: the text stands above the sentence, which has no place for it.
    """
    by_person = bool(text or values.get("findings"))
    door = await _door(desk, unit, ticket, by_person=by_person)
    if door is None:
        return
    language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
    said = desk.say(key, language, number=desk.number(ticket.id), question=ticket.question, text=text, **values)
    if above and text:
        said = f"{text}\n\n{said}"
    if done:
        said = f"{said}\n\n{desk.say('client.done', language)}\n{done}"
    said = await with_farewell(desk, unit, ticket, said, language)
    message = await keep_notice(desk, unit, ticket, said, by_person=by_person)
    await outbox.to_door(desk, unit, door, purpose, said, ticket=ticket, message_id=message.id)


async def tell_and_wait(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    key: str,
    purpose: Purpose,
    *,
    until: datetime,
    text: str = "",
    whom: str = "",
    ask: Sequence[str] = (),
    by_mail: str = "",
) -> Ticket:
    """A word whose delivery starts the ticket's clock: that it is solved, that it depends on others.

    `until`: the day that it names. `text`: an engineer's words above it; `ask`: what its buttons answer;
    `by_mail`: another key for mail. For a machine, which is told nothing, the clock starts at once.
    """
    door = await _door(desk, unit, ticket, by_person=bool(text or whom))
    if door is None:
        told = await doors.best(unit, ticket) is None
        return ticket if told else await unit.save(replace(ticket, clock_from=desk.now()))
    language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
    date = day_in_words(language, until, timezone=desk.settings.desk.timezone, texts=desk.texts)
    key = by_mail if by_mail and door.channel == "mail" else key
    said = desk.say(key, language, number=desk.number(ticket.id), date=date, whom=whom)
    said = f"{text}\n\n{said}" if text else said
    said = await with_farewell(desk, unit, ticket, said, language)
    by_person = purpose is Purpose.NOTICE and bool(text or whom)
    message = await keep_notice(desk, unit, ticket, said, by_person=by_person)
    row = [
        Button(label=desk.say(f"closing.button_{one}", language), action=_ASKS[one], ticket=ticket.id) for one in ask
    ]
    parcel = await outbox.to_door(
        desk, unit, door, purpose, said, ticket=ticket, message_id=message.id, buttons=[row] if row else ()
    )
    return ticket if parcel.state is ParcelState.QUIET else await unit.save(replace(ticket, reminder_id=parcel.id))


async def _door(desk: Desk, unit: Unit, ticket: Ticket, *, by_person: bool) -> doors.Door | None:
    """Where a word of the desk may go; None, with a line in the topic, when nowhere."""
    door = await doors.best(unit, ticket)
    if door is None:
        await unreachable.tell(desk, unit, ticket)
        return None
    if door.channel == "mail" and not by_person and await loops.silent(unit, ticket.id):
        await outbox.to_topic(desk, unit, ticket, desk.say("group.machine_silent"), silent=True)
        return None
    return door


async def keep_notice(desk: Desk, unit: Unit, ticket: Ticket, text: str, *, by_person: bool = False) -> Message:
    """The desk's own word to the client, as part of the conversation: without it the next answer makes no sense.

    `by_person`: it carries an engineer's words, written in the group, and counts as their answer when it arrives.
    """
    name, where = desk.settings.desk.name, "group" if by_person else "desk"
    return await unit.add(
        Message(ticket_id=ticket.id, kind=Kind.NOTICE, author=name, channel=where, text=text, at=desk.now())
    )


async def what_was_done(unit: Unit, ticket: Ticket) -> str:
    """The work told to the client at the end: `/done` lines, then how many answers were given, newest last."""
    done = await unit.find(Message, ticket_id=ticket.id, kind=Kind.DONE)
    answers = await unit.find(Message, ticket_id=ticket.id, kind=Kind.ANSWER, withdrawn_at=None)
    rows = [f"• {message.text}" for message in done]
    rows += [f"• {_first_line(message.text)}" for message in answers if message.text.strip()]
    return "\n".join(rows[-20:])


def _first_line(text: str) -> str:
    longest = 200
    line = text.strip().splitlines()[0]
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
