"""A request that an engineer writes down for a client: a phone call, a talk in the corridor.

Rule: the words count as the client's, told by the engineer; what is answered goes through a door that the client has,
and to nobody who is known by phone alone.
"""

import json
from dataclasses import asdict, replace

from desk import (
    callers,
    conversation,
    doors,
    info,
    membership,
    opening,
    outbox,
    receipts,
    routing,
    series,
    settled,
    unreachable,
    wording,
    work,
)
from desk.callers import Asked, Found
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Incoming, Press, Sender
from desk.orders import Order, reply, without_files
from desk.organisations import Contact, ContactId, Organisation, Reach
from desk.parcels import Action, Button, Purpose
from desk.people import Audit, Client, ClientId, Door, Proof
from desk.ports import Unit
from desk.tickets import Kind, Ticket

CHANNEL = "desk"
"""What the rules and reports call the way by which such a request came."""

LONGEST = 4000
"""Characters of what is written down."""

_KEPT = "caller:"


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/new +79991234567 text`: at once when it is clear who is meant, by a button otherwise."""
    without_files(given)
    asked, who = callers.read(given.argument), given.post.engineer
    if len(asked.text) > LONGEST:
        raise Refusal("closing.too_long", count=LONGEST)
    found = await callers.find(desk, unit, asked)
    if len(found) == 1:
        client = await _known(desk, unit, found[0], who)
        await _say(desk, unit, given, await _write_down(desk, unit, client, asked, who))
    elif not found and asked.channel in ("phone", "mail"):
        client = await _new(desk, unit, asked, who)
        await _say(desk, unit, given, await _write_down(desk, unit, client, asked, who))
    elif not found:
        raise Refusal("shaping.new_nobody", who=asked.address)
    else:
        await _offer(desk, unit, given, asked, found)


async def _say(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    await reply(desk, unit, given, await _done(desk, unit, ticket))


async def _done(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    client = await unit.get(Client, ticket.client_id)
    name = client.name if client else "?"
    reached = await doors.best(unit, ticket)
    key = "shaping.new_done" if reached else "shaping.new_done_phone"
    titles = {line.name: line.title or line.name for line in desk.settings.line}
    return desk.say(key, number=desk.number(ticket.id), name=name, line=titles.get(ticket.line, ticket.line))


async def _offer(desk: Desk, unit: Unit, given: Order, asked: Asked, found: list[Found]) -> None:
    buttons = [
        [Button(label=one.label[:60], action=Action.CALLER, arg=f"c{one.client}" if one.client else f"k{one.contact}")]
        for one in found
    ]
    buttons.append([Button(label=desk.say("shaping.button_no"), action=Action.CALLER, arg="no")])
    post, said = given.post, desk.say("shaping.new_who")
    parcel = await outbox.to_general(
        desk, unit, said, purpose=Purpose.REPLY, buttons=buttons, reply_to=post.external_id, thread=post.thread,
        at=post.place,
    )  # fmt: skip
    await unit.remember(f"{_KEPT}{parcel.id}", json.dumps(asdict(asked), ensure_ascii=False))


async def pressed(desk: Desk, unit: Unit, press: Press) -> str:
    """Somebody of those who were offered, or nobody; the toast."""
    parcel = await settled.parcel_of(unit, press)
    stored = await unit.recall(f"{_KEPT}{parcel.id}") if parcel else ""
    kind, number = press.arg[:1], press.arg[1:]
    if parcel is None or not stored:
        raise Refusal("group.button_old")
    await unit.remember(f"{_KEPT}{parcel.id}", "")
    if kind not in ("c", "k") or not number.isdecimal():
        await settled.write(desk, unit, None, press, desk.say("shaping.new_not"))
        return desk.say("shaping.new_not")
    chosen = Found(
        label="",
        client=ClientId(int(number)) if kind == "c" else None,
        contact=ContactId(int(number)) if kind == "k" else None,
    )
    client = await _known(desk, unit, chosen, press.person)
    ticket = await _write_down(desk, unit, client, Asked(**json.loads(stored)), press.person)
    await settled.write(desk, unit, None, press, await _done(desk, unit, ticket))
    return desk.say("shaping.new_toast")


async def _known(desk: Desk, unit: Unit, found: Found, engineer: Engineer) -> Client:
    if found.client:
        client = await unit.get(Client, found.client)
        if client is None or client.joined_to:
            raise Refusal("group.button_old")
        return client
    contact = await unit.get(Contact, found.contact or 0)
    if contact is None:
        raise Refusal("group.button_old")
    reaches = await unit.find(Reach, contact_id=contact.id, channel__in=("phone", "mail"))
    client = await _add(desk, unit, contact.name, engineer)
    for reach in reaches:
        if await doors.at(unit, reach.channel, reach.address) is None:
            await _door(desk, unit, client, reach.channel, reach.address)
    company = await unit.get(Organisation, contact.organisation_id)
    if company:
        return await membership.assign(desk, unit, client, company, by=engineer.name, why="")
    return client


async def _new(desk: Desk, unit: Unit, asked: Asked, engineer: Engineer) -> Client:
    client = await _add(desk, unit, asked.name or asked.address, engineer)
    await _door(desk, unit, client, asked.channel, asked.address)
    return client


async def _add(desk: Desk, unit: Unit, name: str, engineer: Engineer) -> Client:
    client = await unit.add(Client(name=name, created_at=desk.now()))
    await unit.add(
        Audit(at=desk.now(), who=engineer.name, what="client added", client_id=client.id, data={"name": name})
    )
    return client


async def _door(desk: Desk, unit: Unit, client: Client, channel: str, address: str) -> Door:
    now = desk.now()
    return await unit.add(
        Door(
            client_id=client.id,
            channel=channel,
            address=address,
            name=client.name if client.name != address else "",
            proof=Proof.ENGINEER,
            created_at=now,
            used_at=now,
        )
    )


async def _way(desk: Desk, unit: Unit, client: Client) -> Door:
    """Where answers go: the client's best open door, else one through which nothing can be sent."""
    found = await doors.open_doors(unit, client.id)
    other = await unit.first(Door, client_id=client.id, order="-used_at")
    door = found[0] if found else other
    return door or await _door(desk, unit, client, CHANNEL, f"client {client.id}")


async def _write_down(desk: Desk, unit: Unit, client: Client, asked: Asked, by: Engineer) -> Ticket:
    """Register what the client said, as told by an engineer."""
    door = await _way(desk, unit, client)
    facts = replace(opening.facts(desk, door, asked.text, files=(), known=True), channel=CHANNEL)
    subject = wording.subject_of(desk, asked.text)
    ticket = await opening.register(desk, unit, door, client, facts, subject=subject)
    incoming = Incoming(
        channel=CHANNEL,
        place="",
        external_id="",
        sender=Sender(channel=CHANNEL, address=door.address, name=client.name),
        at=desk.now(),
        text=asked.text,
    )
    message = await conversation.add_message(unit, ticket, door, incoming, kind=Kind.WORDS)
    who = desk.say("shaping.told_by", name=client.name, by=by.name)
    await opening.mirror(desk, unit, ticket, door, client, message, author=who)
    await work.audit(desk, unit, ticket, by.name, "told by phone")
    await routing.tell(desk, unit, ticket)
    await info.after(desk, unit, ticket, client, incoming, message)
    reached = door.channel in doors.REACHABLE
    if reached and await receipts.allowed(desk, unit, door):
        await receipts.confirm(desk, unit, ticket, door, client, vouched=True)
        await series.begin(desk, unit, ticket)
    elif not reached:
        said = desk.say("shaping.phone_only", phone=await unreachable.phone(unit, ticket))
        await outbox.to_topic(desk, unit, ticket, said, silent=True)
    return ticket
