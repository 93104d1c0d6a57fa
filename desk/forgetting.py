"""`/forget`: somebody's data is to be erased, after a lead's yes and thirty days in which it can be stopped."""

from dataclasses import dataclass, replace
from datetime import timedelta

from desk import cards, linking, numbers, outbox, staff
from desk.desk import Desk
from desk.erasures import day, open_one
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order, reply
from desk.parcels import Act, Action, Button, Parcel, Purpose
from desk.people import Audit, Client, ClientId, Door, Link
from desk.ports import Unit
from desk.tickets import File, Message, Status, Ticket, Trace
from desk.wire import unpack
from desk.workbench import Erasure

GRACE = timedelta(days=30)
STOP = ("stop", "стоп")
ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Everybody that one person is here: the client, who was linked into them, who claimed an address of theirs."""

    client: Client
    clients: tuple[Client, ...]
    doors: tuple[Door, ...]

    @property
    def ids(self) -> list[ClientId]:
        return [client.id for client in self.clients]


async def person_of(unit: Unit, client_id: ClientId) -> Person:
    """LookupError when there is no such client."""
    root = await unit.get(Client, await linking.root(unit, client_id))
    if root is None:
        raise LookupError(f"client {client_id} is not there")
    found, looked = {root.id: root}, 0
    doors: dict[int, Door] = {}
    while looked < len(found):
        one = list(found.values())[looked]
        looked += 1
        joined = [link.joined_id for link in await unit.find(Link, kept_id=one.id, undone_at=None)]
        for door in await unit.find(Door, client_id=one.id):
            doors[door.id] = door
            beside = await unit.find(Door, channel=door.channel, address=door.address, claimed=True)
            joined += [other.client_id for other in beside if not door.claimed]
        for other in await unit.find(Client, id__in=joined) if joined else []:
            found.setdefault(other.id, other)
    return Person(client=root, clients=tuple(found.values()), doors=tuple(doors.values()))


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """`/forget` and `/forget stop`; in General with a number, an address, a phone or a Telegram name."""
    staff.leads_only(desk, order.post.engineer)
    words = order.argument.split()
    stop = bool(words) and words[0].casefold() in STOP
    person = await person_of(unit, await client_meant(desk, unit, order, " ".join(words[1:] if stop else words)))
    if stop:
        await _stop(desk, unit, order, person)
    else:
        await _ask(desk, unit, order, person)


async def client_meant(desk: Desk, unit: Unit, order: Order, words: str) -> ClientId:
    """Whose data a command is about: the ticket's client, or whom its words name. Refusal when that is nobody."""
    if order.ticket and not words:
        return order.ticket.client_id
    if not words:
        raise Refusal("personal.whom", example=desk.number(7))
    ticket = await numbers.find(desk, unit, words)
    if ticket:
        return ticket.client_id
    wanted = words.strip("<>").casefold()
    ways = [("mail", wanted), ("phone", linking.phone_number(words)), ("telegram", wanted)]
    for channel, address in ways:
        door = await unit.first(Door, channel=channel, address=address, order="claimed") if address else None
        if door:
            return door.client_id
    if wanted.startswith("@"):
        for door in await unit.find(Door, channel="telegram", username__ne=""):
            if door.username.casefold() == wanted[1:]:
                return door.client_id
    raise Refusal("personal.nobody", what=words[:100])


async def _ask(desk: Desk, unit: Unit, order: Order, person: Person) -> None:
    if person.client.forgotten_at:
        raise Refusal("personal.forgotten_already")
    if known := await open_one(unit, person.ids):
        raise Refusal("personal.forget_asked_already", date=day(desk, known.due_at))
    tickets, alive, files = await _counts(unit, person)
    text = desk.say(
        "personal.forget_ask",
        name=person.client.name,
        doors=cards.doors_in_words(desk, list(person.doors), ids=True),
        count=tickets,
        alive=alive,
        files=files,
        date=day(desk, desk.now() + GRACE),
    )
    ticket = order.ticket
    buttons = [
        [
            Button(
                label=desk.say(f"personal.button_forget_{word}"),
                action=Action.FORGET,
                ticket=ticket.id if ticket else 0,
                arg=f"{person.client.id}:{word}",
            )
            for word in ("yes", "no")
        ]
    ]
    to = order.post.external_id
    if ticket:
        await outbox.to_topic(desk, unit, ticket, text, purpose=Purpose.REPLY, buttons=buttons, reply_to=to)
    else:
        await outbox.to_general(
            desk, unit, text, purpose=Purpose.REPLY, buttons=buttons, reply_to=to, thread=order.post.thread,
            at=order.post.place,
        )  # fmt: skip


async def _counts(unit: Unit, person: Person) -> tuple[int, int, int]:
    """Tickets, open ones among them, and files."""
    tickets = await unit.find(Ticket, client_id__in=person.ids)
    files, ids = 0, [ticket.id for ticket in tickets]
    for start in range(0, len(ids), ROWS):
        said = [one.id for one in await unit.find(Message, ticket_id__in=ids[start : start + ROWS])]
        for place in range(0, len(said), ROWS):
            files += await unit.count(File, message_id__in=said[place : place + ROWS])
    return len(tickets), sum(ticket.status is not Status.CLOSED for ticket in tickets), files


async def pressed(desk: Desk, unit: Unit, press: Press) -> str:
    """A lead's yes or no under the question."""
    staff.leads_only(desk, press.person)
    number, _, word = press.arg.partition(":")
    client = await unit.get(Client, int(number)) if number.isascii() and number.isdecimal() else None
    if client is None or word not in {"yes", "no"}:
        raise Refusal("group.button_old")
    if word == "no":
        said = desk.say("personal.forget_not")
        await settled(desk, unit, press, said)
        return said
    person = await person_of(unit, client.id)
    if person.client.forgotten_at:
        raise Refusal("personal.forgotten_already")
    if known := await open_one(unit, person.ids):
        raise Refusal("personal.forget_asked_already", date=day(desk, known.due_at))
    now, who = desk.now(), press.person
    asked = {} if press.ticket else {"question": [press.place, press.external_id]}  # a ticket's goes with its topic
    erasure = await unit.add(
        Erasure(client_id=person.client.id, by=who.name, by_id=who.id, asked_at=now, due_at=now + GRACE, data=asked)
    )
    await _told(desk, unit, person, who.name, "forgetting asked", erasure)
    said = desk.say("personal.forget_will", date=day(desk, erasure.due_at), name=who.name)
    await settled(desk, unit, press, said)
    return desk.say("personal.forget_toast", date=day(desk, erasure.due_at))


async def _stop(desk: Desk, unit: Unit, order: Order, person: Person) -> None:
    erasure = await open_one(unit, person.ids)
    if erasure is None:
        raise Refusal("personal.forget_not_asked")
    if erasure.data.get("stage"):
        raise Refusal("personal.forget_begun")
    erasure = await unit.save(replace(erasure, stopped_at=desk.now(), stopped_by=order.who))
    await _told(desk, unit, person, order.who, "forgetting stopped", erasure)
    await reply(desk, unit, order, desk.say("personal.forget_stopped", name=order.who))


async def _told(  # noqa: PLR0917 - whom, who and what
    desk: Desk, unit: Unit, person: Person, who: str, what: str, erasure: Erasure
) -> None:
    """The trail has it, and the cards say so."""
    data = {"erasure": erasure.id, "due": erasure.due_at.isoformat()}
    await unit.add(Audit(at=desk.now(), who=who, what=what, client_id=person.client.id, data=data))
    for ticket in await unit.find(Ticket, client_id__in=person.ids, status__ne=Status.CLOSED):
        await outbox.card(desk, unit, ticket)


async def settled(desk: Desk, unit: Unit, press: Press, said: str) -> None:
    """Write under the question what became of it, without its buttons."""
    trace = await unit.first(Trace, channel="group", place=press.place, external_id=press.external_id)
    parcel = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None
    if parcel is None:
        return
    words = unpack(parcel.body)
    change = replace(
        words,
        act=Act.EDIT,
        purpose=Purpose.REPLY,
        text=f"{words.text}\n\n{said}",
        buttons=(),
        reply_to="",
        target=press.external_id,
        thread_place=press.place,
    )
    await outbox.send(desk, unit, change, lane=parcel.lane)
