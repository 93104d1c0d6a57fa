"""Rude words of a client: the ticket is marked, the client hears the rule once, a lead decides.

Rule: nothing is dropped and nothing closed by itself, and who is rude is answered politely.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from desk import outbox, second_hand, staff, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Press, Sort
from desk.parcels import Act, Action, Button, Outgoing, Parcel, Purpose
from desk.people import Audit, Door
from desk.ports import Unit
from desk.sorts import ABUSE
from desk.tickets import Closing, Status, Ticket, Trace
from desk.wire import unpack


async def heard(desk: Desk, unit: Unit, ticket: Ticket, door: Door, incoming: Incoming) -> Ticket:
    """Look at a message of a person's own words; the ticket comes back, marked where they are rude."""
    if incoming.sort not in (Sort.HUMAN, Sort.LIST) or incoming.described:
        return ticket
    return await look(desk, unit, ticket, door, incoming.subject, incoming.text)


async def look(desk: Desk, unit: Unit, ticket: Ticket, door: Door | None, *texts: str) -> Ticket:
    """Look at words that came in; the ticket comes back, marked where they are rude.

    While the mark stands, or for words that a lead found fine, nothing more is said.
    """
    if ABUSE in ticket.tags:
        return ticket
    words = list(desk.current.setup.conduct(*map(_own, texts)))
    if words:
        fine = await _fine(unit, ticket)
        words = [word for word in words if word not in fine]
    if not words:
        return ticket
    ticket = await unit.get(Ticket, ticket.id) or ticket  # what else the message did to it is saved already
    ticket = await unit.save(replace(ticket, tags=[*ticket.tags, ABUSE]))
    shown = ", ".join(f"«{masked(word)}»" for word in words)
    await work.audit(desk, unit, ticket, "desk", "abuse marked", words=words)
    buttons = [
        Button(label=desk.say("conduct.button_fine"), action=Action.FINE, ticket=ticket.id),
        Button(label=desk.say("conduct.button_refuse"), action=Action.REFUSE, ticket=ticket.id),
    ]
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        desk.say("conduct.marked" if staff.leads(desk) else "conduct.marked_no_lead", words=shown),
        buttons=[buttons],
        mention=staff.mention(staff.leads(desk, ticket.line)),
    )
    await outbox.card(desk, unit, ticket)
    await _tell_once(desk, unit, ticket, door)
    return ticket


def _own(text: str) -> str:
    """Without the lines that quote somebody."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def masked(word: str) -> str:
    """«д•••к»: an engineer sees what it was without having to read it."""
    most = 20
    word = word[:most]
    return f"{word[:1]}{'•' * max(len(word) - 2, 1)}{word[-1:]}"


async def _tell_once(desk: Desk, unit: Unit, ticket: Ticket, door: Door | None) -> None:
    """The polite rule: once ever to one client, and to nobody who only takes part; shadow mode tells nobody."""
    if door is None or door.client_id != ticket.client_id or desk.settings.desk.quiet:
        return
    if door.channel == "mail" and second_hand.is_form(desk, door.address):
        return
    # Kept by doors, which a client takes along when they are linked or unlinked.
    doors = await unit.find(Door, client_id=ticket.client_id)
    if any([await unit.recall(_told_key(one)) for one in doors]):
        return
    await unit.remember(_told_key(door), desk.now().isoformat())
    await work.tell_client(desk, unit, ticket, "client.conduct", Purpose.NOTICE)


def _told_key(door: Door) -> str:
    return f"conduct.told:{door.id}"


async def _fine(unit: Unit, ticket: Ticket) -> Sequence[str]:
    kept = await unit.recall(f"conduct.fine:{ticket.id}")
    return json.loads(kept) if kept else []


async def found_fine(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """A lead says that it is no abuse: the mark goes, and the same words do not bring it back in this ticket."""
    _decides(desk, press)
    if ABUSE not in ticket.tags:
        raise Refusal("conduct.decided")
    ticket = await unit.save(replace(ticket, tags=[tag for tag in ticket.tags if tag != ABUSE]))
    marked = await _words(unit, ticket)
    await unit.remember(f"conduct.fine:{ticket.id}", json.dumps([*await _fine(unit, ticket), *marked]))
    await work.audit(desk, unit, ticket, press.person.name, "abuse mark taken off")
    await _settle(desk, unit, ticket, press, desk.say("conduct.fine", name=press.person.name))
    await outbox.card(desk, unit, ticket)
    return desk.say("conduct.fine_toast")


async def refuse(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """A lead refuses: it is closed with the regulation's words."""
    _decides(desk, press)
    if ABUSE not in ticket.tags or ticket.status is Status.CLOSED:
        raise Refusal("conduct.decided")
    await _settle(desk, unit, ticket, press, desk.say("conduct.refused", name=press.person.name))
    await work.close(desk, unit, ticket, press.person.name, Closing.ABUSE)
    return desk.say("conduct.refused_toast")


def _decides(desk: Desk, press: Press) -> None:
    """Where the configuration names no lead, whoever is in the group decides."""
    if staff.leads(desk):
        staff.leads_only(desk, press.person)


async def _words(unit: Unit, ticket: Ticket) -> list[str]:
    """What the mark that stands was made for."""
    last = await unit.first(Audit, ticket_id=ticket.id, what="abuse marked", order="-id")
    return [str(word) for word in last.data.get("words", [])] if last else []


async def _settle(desk: Desk, unit: Unit, ticket: Ticket, press: Press, said: str) -> None:
    """Write under the desk's line what was decided and take its buttons away."""
    trace = await unit.first(Trace, channel="group", place=press.place, external_id=press.external_id)
    parcel = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None
    if parcel is None:
        await outbox.to_topic(desk, unit, ticket, said)
        return
    words = unpack(parcel.body, parcel.id)
    order = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.REPLY,
        act=Act.EDIT,
        ticket=ticket.id,
        text=f"{words.text}\n\n✓ {said}",
        target=press.external_id,
        thread=press.thread,
        thread_place=press.place,
    )
    await outbox.send(desk, unit, order, lane=f"group:{ticket.id}")
