"""A conversation of two things becomes two tickets: the client's messages from one on go to a new one."""

from collections.abc import Sequence
from dataclasses import replace

from desk import (
    details,
    doors,
    merging,
    opening,
    outbox,
    participants,
    putting_back,
    receipts,
    routing,
    series,
    wording,
    work,
)
from desk.desk import Desk
from desk.errors import Refusal
from desk.orders import Order, mark, ticket_of
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import TAKES_PART, File, Kind, Message, Participant, Role, Ticket, Trace

AT_MOST = 100
"""Messages that one splitting moves; each is shown anew in the new topic."""

SUBJECT = 60
"""Characters of a subject that an engineer gives."""


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/split`, `/split subject` as a reply to the client's message from which the new ticket begins."""
    ticket = ticket_of(given)
    if ticket.merged_into:
        raise Refusal("shaping.merged_already", number=desk.number(ticket.merged_into))
    messages = await _from(unit, ticket, given)
    fresh = await split(desk, unit, ticket, messages, given.who, subject=given.argument)
    here = await merging.links(desk, unit, [ticket])
    text = desk.say("shaping.split_from", name=given.who, number=desk.number(ticket.id), subject=ticket.subject)
    await outbox.to_topic(desk, unit, fresh, text, buttons=here, silent=True)
    await mark(desk, unit, given)


async def _from(unit: Unit, ticket: Ticket, given: Order) -> list[Message]:
    """The client's words from the one replied to on. Refusal when there is none, or nothing would be left."""
    place, target = given.post.place, given.post.reply_to
    trace = await unit.first(Trace, channel="group", place=place, external_id=target) if target else None
    first = await unit.get(Message, trace.message_id) if trace and trace.message_id else None
    if first is None or first.ticket_id != ticket.id or first.kind is not Kind.WORDS:
        raise Refusal("shaping.split_how")
    speaking = set(await participants.speaking_doors(unit, ticket))
    said = await unit.find(Message, ticket_id=ticket.id, kind=Kind.WORDS)
    theirs = [one for one in said if one.door_id in speaking]
    moving = [one for one in theirs if one.id >= first.id]
    if first not in moving:
        raise Refusal("shaping.split_how")
    if len(moving) == len(theirs):
        raise Refusal("shaping.split_all")
    if len(moving) > AT_MOST:
        raise Refusal("shaping.split_many", count=AT_MOST)
    return moving


async def split(
    desk: Desk, unit: Unit, ticket: Ticket, messages: Sequence[Message], who: str, *, subject: str = ""
) -> Ticket:
    """Open a ticket of its own with these messages; its clocks run from the first of them."""
    first, last = messages[0], messages[-1]
    client = await unit.get(Client, ticket.client_id)
    door = await _door(unit, ticket, first)
    if client is None or door is None:
        raise LookupError(f"ticket {ticket.id} has no client or door")
    files = await unit.find(File, message_id=first.id)
    facts = opening.facts(desk, door, first.text, files=[file.name for file in files], known=True)
    named = wording.subject_of(desk, subject or first.text, files[0].sort if files else "")
    fresh = await opening.register(desk, unit, door, client, facts, subject=named, related=ticket.id)
    fresh = await unit.save(
        replace(fresh, answer_from=first.at, solve_from=first.at, client_wrote_at=last.at, active_at=last.at)
    )
    await _carry(desk, unit, ticket, fresh, messages, client)
    await routing.tell(desk, unit, fresh)
    await work.audit(desk, unit, ticket, who, "split", other=fresh.id, messages=len(messages))
    await work.audit(desk, unit, fresh, who, "split from", other=ticket.id)
    said = desk.say("shaping.split_away", name=who, number=desk.number(fresh.id), count=len(messages))
    await outbox.to_topic(desk, unit, ticket, said, silent=True)
    await putting_back.restore(desk, unit, ticket, first)
    await outbox.card(desk, unit, ticket)
    best = await doors.best(unit, fresh)
    if best and await receipts.allowed(desk, unit, best):
        alone = await participants.alone(unit, fresh)
        reply_to = first.external_id if first.door_id == best.id else ""
        await receipts.confirm(desk, unit, fresh, best, client, reply_to=reply_to, alone=alone, vouched=True)
    if desk.settings.field:
        await series.begin(desk, unit, fresh)
    return fresh


async def _door(unit: Unit, ticket: Ticket, first: Message) -> Door | None:
    """The client's door that the first message came through; the one that they used last when it was not theirs."""
    door = await unit.get(Door, first.door_id) if first.door_id else None
    return door if door and door.client_id == ticket.client_id else await unit.get(Door, ticket.door_id)


async def _carry(  # noqa: PLR0917 - what goes from where to where
    desk: Desk, unit: Unit, ticket: Ticket, fresh: Ticket, messages: Sequence[Message], client: Client
) -> None:
    """The messages with their files and where they stand at the client's; who else wrote them takes part too."""
    for message in messages:
        moved = await unit.save(replace(message, ticket_id=fresh.id))
        await unit.change(Trace, {"ticket_id": fresh.id}, message_id=message.id, role=Role.THEIRS)
        door = await unit.get(Door, message.door_id or 0)
        author = "" if door and door.client_id == client.id else desk.say("group.participant", who=message.author)
        if door:
            await _let_in(unit, ticket, fresh, door)
            await opening.mirror(desk, unit, fresh, door, client, moved, author=author)
        if desk.settings.field:
            await details.move_along(desk, unit, message, ticket, fresh)
            await details.heard(desk, unit, fresh, moved)


async def _let_in(unit: Unit, ticket: Ticket, fresh: Ticket, door: Door) -> None:
    person = await participants.of(unit, ticket, door.address) if door.channel == "mail" else None
    if person and person.standing in TAKES_PART and await participants.of(unit, fresh, door.address) is None:
        await unit.add(
            Participant(
                ticket_id=fresh.id,
                address=person.address,
                name=person.name,
                standing=person.standing,
                by=person.by,
                at=person.at,
            )
        )
