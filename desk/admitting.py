"""Strangers in a ticket's thread, and letting people in and out.

Rule: until an engineer lets them in, a stranger receives nothing and the client sees nothing of what they write; it is
no word in the ticket.
"""

from dataclasses import replace

from desk import codes, conversation, opening, outbox, participants, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Sender, Sort
from desk.parcels import Action, Button, Parcel, ParcelState
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import TAKES_PART, Kind, Message, Participant, Role, Standing, Ticket


async def heard(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, client: Client, incoming: Incoming
) -> None:
    """Show engineers what a stranger wrote into a ticket's thread; the first time with a button to let them in."""
    machine = incoming.sort not in (Sort.HUMAN, Sort.LIST)
    first = not machine and await _first_time(desk, unit, ticket, incoming.sender)
    kind = Kind.MACHINE if machine else Kind.STRANGER
    message = await conversation.add_message(unit, ticket, door, incoming, kind=kind, role=Role.STRANGER)
    own = await unit.count(Door, client_id=ticket.client_id, channel="mail", address=door.address)
    key = "group.stranger_unproven" if own else "group.stranger"
    author = desk.say(key, who=participants.in_words(message.author or client.name, door.address))
    person = await participants.of(unit, ticket, door.address)
    button = _button(desk, ticket, person, "button_admit") if first and person else ()
    await opening.mirror(
        desk, unit, ticket, door, client, message, subject=incoming.subject, author=author, buttons=(button,)
    )


async def _first_time(desk: Desk, unit: Unit, ticket: Ticket, who: Sender) -> bool:
    """Whether they were not shown as a stranger here before: one button for each is enough."""
    known = await participants.of(unit, ticket, who.address)
    if known is None or known.standing is Standing.REMOVED:
        await participants.put(desk, unit, ticket, who, Standing.STRANGER, by="")
        return True
    return False


def _button(desk: Desk, ticket: Ticket, person: Participant, key: str, *, out: bool = False) -> tuple[Button, ...]:
    arg = f"{person.id}:out" if out else str(person.id)
    return (Button(label=desk.say(f"group.{key}"), action=Action.ADMIT, ticket=ticket.id, arg=arg),)


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, arg: str, *, by: str) -> str:
    """An engineer's press; the toast. Refusal for a button that means nothing."""
    number, _, word = arg.partition(":")
    person = await unit.get(Participant, int(number)) if number.isdecimal() else None
    if person is None or person.ticket_id != ticket.id or word not in {"", "out"}:
        raise Refusal("group.button_old")
    if word == "out":
        return await remove(desk, unit, ticket, person, by=by)
    return await admit(desk, unit, ticket, person, by=by)


async def admit(desk: Desk, unit: Unit, ticket: Ticket, person: Participant, *, by: str) -> str:
    """Let somebody in: they get answers from now on, and what they wrote are words in the ticket. Twice is once."""
    if person.standing is Standing.ADMITTED:
        return desk.say("group.admitted_already")
    if person.standing is Standing.PARTNER:
        raise Refusal("partner.not_as_participant", who=participants.in_words(person.name, person.address))
    person = await unit.save(replace(person, standing=Standing.ADMITTED, by=by, at=desk.now()))
    theirs = await unit.find(Message, ticket_id=ticket.id, kind=Kind.STRANGER, author_id=person.address)
    ticket = await conversation.let_in(unit, ticket, theirs, at=desk.now())
    await work.audit(desk, unit, ticket, by, "participant admitted", address=person.address)
    text = desk.say("group.admitted", by=by, who=participants.in_words(person.name, person.address))
    buttons = [_button(desk, ticket, person, "button_remove", out=True)]
    await outbox.to_topic(desk, unit, ticket, text, buttons=buttons, silent=True)
    await outbox.card(desk, unit, ticket)
    return desk.say("group.admitted_toast")


async def remove(desk: Desk, unit: Unit, ticket: Ticket, person: Participant, *, by: str) -> str:
    """Let somebody out again: they get nothing more, not even what is on its way. Twice is once."""
    if person.standing not in TAKES_PART:
        return desk.say("group.removed_already")
    await unit.save(replace(person, standing=Standing.REMOVED, by=by, at=desk.now()))
    await _keep_from(unit, ticket, person.address)
    await work.audit(desk, unit, ticket, by, "participant removed", address=person.address)
    text = desk.say("group.removed", by=by, who=participants.in_words(person.name, person.address))
    await outbox.to_topic(desk, unit, ticket, text, silent=True)
    return desk.say("group.removed_toast")


async def _keep_from(unit: Unit, ticket: Ticket, address: str) -> None:
    """What waits does not name them to others any more; their own copies `desk.wanted` keeps back."""
    for parcel in await unit.find(Parcel, ticket_id=ticket.id, channel="mail", state=ParcelState.QUEUED):
        if address in parcel.body.get("copies", ()):
            left = [one for one in parcel.body["copies"] if one != address]
            await unit.save(replace(parcel, body={**parcel.body, "copies": left}))


async def admit_address(desk: Desk, unit: Unit, ticket: Ticket, text: str, *, by: str) -> str:
    """`/admit a@b`: let an address in, whether it ever wrote or not; what was done. Refusal for what is none."""
    address = _address(desk, text, "group.admit_how")
    person = await participants.of(unit, ticket, address)
    if person is None:
        door = await unit.first(Door, channel="mail", address=address)
        who = Sender(channel="mail", address=address, name=door.name if door else "")
        person = await participants.put(desk, unit, ticket, who, Standing.STRANGER, by="")
    return await admit(desk, unit, ticket, person, by=by)


async def remove_address(desk: Desk, unit: Unit, ticket: Ticket, text: str, *, by: str) -> str:
    """`/remove a@b`; what was done. Refusal for what is no address, and for somebody who never took part."""
    address = _address(desk, text, "group.remove_how")
    person = await participants.of(unit, ticket, address)
    if person is None:
        raise Refusal("group.not_taking_part", address=address)
    return await remove(desk, unit, ticket, person, by=by)


def _address(desk: Desk, text: str, how: str) -> str:
    address = codes.mail_address(text)
    if not address or participants.is_ours(desk, address):
        raise Refusal(how)
    return address
