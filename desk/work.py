"""What is done with a ticket: taken, solved, closed, reopened, moved to another line. By people, in one unit each."""

from dataclasses import replace

from desk import cards, clients, deadlines, doors, loops, moving, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer
from desk.lifecycle import Step
from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Audit, Client
from desk.ports import Unit
from desk.tickets import Closing, Kind, Message, Status, Ticket


async def audit(desk: Desk, unit: Unit, ticket: Ticket, who: str, what: str, **data: object) -> None:
    """A line in the trail."""
    entry = Audit(at=desk.now(), who=who, what=what, ticket_id=ticket.id, client_id=ticket.client_id, data=dict(data))
    await unit.add(entry)


async def take(desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer) -> str:
    """Say who has it; it informs and never blocks. The toast comes back."""
    if ticket.taken_id == engineer.id:
        return desk.say("group.taken_already")
    before = ticket.taken_by
    ticket = await unit.save(replace(ticket, taken_by=engineer.name, taken_id=engineer.id))
    await audit(desk, unit, ticket, engineer.name, "taken", before=before)
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
    ended = await deadlines.at_end(desk, unit, ticket)
    ticket = await moving.move(
        unit, ticket, Step.SOLVED, at=now, solved_at=now, active_at=now, reminder_id=None, held_reason="", **ended
    )
    await drop_reminders(unit, ticket)
    await audit(desk, unit, ticket, who, "solved")
    await outbox.card(desk, unit, ticket)
    if tell:
        key = "client.solved_text" if text else "client.solved"
        await tell_client(desk, unit, ticket, key, Purpose.NOTICE, text=text)
    return ticket


async def close(
    desk: Desk, unit: Unit, ticket: Ticket, who: str, closing: Closing, *, key: str = "client.closed", text: str = ""
) -> Ticket:
    """Close it, tell the client with what was done, close its topic."""
    step = Step.SILENCE if closing is Closing.NO_ANSWER else Step.CLOSED
    now = desk.now()
    ended = {"closed_at": now, "closing": closing, **await deadlines.at_end(desk, unit, ticket)}
    ticket = await moving.move(unit, ticket, step, at=now, active_at=now, reminder_id=None, held_reason="", **ended)
    await drop_reminders(unit, ticket)
    await audit(desk, unit, ticket, who, "closed", closing=closing.value)
    await tell_client(desk, unit, ticket, key, Purpose.CLOSING, text=text, done=await what_was_done(unit, ticket))
    reason = desk.say(f"group.closed_{closing.value}", name=who)
    await outbox.to_topic(desk, unit, ticket, reason, silent=True)
    await outbox.card(desk, unit, ticket)
    await outbox.topic(desk, unit, ticket)
    return ticket


async def reopen(desk: Desk, unit: Unit, ticket: Ticket, who: str) -> Ticket:
    """Take it up again; its topic opens. Refusal when it is neither solved nor closed."""
    ticket = await moving.move(
        unit, ticket, Step.REOPENED, at=desk.now(), closed_at=None, closing=None, solved_at=None, third_party=""
    )
    await audit(desk, unit, ticket, who, "reopened")
    await outbox.topic(desk, unit, ticket)
    await outbox.card(desk, unit, ticket)
    return ticket


async def move(desk: Desk, unit: Unit, ticket: Ticket, wanted: str, who: str) -> Ticket:
    """Hand it to another line. Refusal naming the lines for an unknown one."""
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
    desk: Desk, unit: Unit, ticket: Ticket, key: str, purpose: Purpose, *, text: str = "", done: str = ""
) -> None:
    """A word of the desk to the client through the ticket's best door; the topic says so when there is none."""
    door = await doors.best(unit, ticket)
    client = await unit.get(Client, ticket.client_id)
    if door is None:
        await outbox.to_topic(desk, unit, ticket, desk.say("group.no_open_door"))
        return
    if door.channel == "mail" and not text and await loops.silent(unit, ticket.id):
        await outbox.to_topic(desk, unit, ticket, desk.say("group.machine_silent"), silent=True)
        return
    language = clients.language(desk, client, ticket)
    said = desk.say(key, language, number=desk.number(ticket.id), question=ticket.question, text=text)
    if done:
        said = f"{said}\n\n{desk.say('client.done', language)}\n{done}"
    message = await keep_notice(desk, unit, ticket, said, by_person=bool(text))
    await outbox.to_door(desk, unit, door, purpose, said, ticket=ticket, message_id=message.id)


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
