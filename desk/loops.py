"""Mail that comes too often: another machine that answers ours, or a bomb. It is kept and shown, not answered.

Rule: nothing is lost and nobody is shut out. Beyond a limit a mail makes no ticket, no receipt and no message of its
own in the group: it joins a ticket, in one line a minute with the others of its kind. An engineer's answer starts the
count anew, and so does silence.

What can loop stops first: few receipts an hour go to one address (desk.receipts), and none to a machine.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from desk import conversation, keys, outbox, participants, rarely, wording
from desk.choosing import Choice, How
from desk.desk import Desk
from desk.incoming import Incoming, Sort
from desk.parcels import Outgoing, Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import File, Kind, Message, Role, Status, Ticket, TicketId

WINDOWS = tuple((count, timedelta(minutes=minutes)) for count, minutes in (
    (10, 10), (15, 30), (25, 60), (50, 180), (100, 600),
))  # fmt: skip
"""So many mails without an answer of ours in between, within so long; a peer's figures from years of loops."""

BACKLOG = timedelta(hours=1)
"""A person's mail that lay so long on the server came with an outage of ours, not with a loop."""

GATHERED = timedelta(minutes=1)
"""Mails beyond a limit are shown together once in so long: the group's 20 messages a minute are for people."""

TOLD_AGAIN = timedelta(days=1)
SHOWN = 10
"""Mails of one such minute whose first words are shown; also the files that go with them."""

_FIRST_WORDS = 200
_WORDS = (Kind.WORDS,)
_NO_WORDS = (Kind.MACHINE, Kind.STRANGER)
"""Counted and shown apart: anybody may write into a thread, and must not get its client's own words folded by that."""

_OURS = (Kind.ANSWER, Kind.QUESTION)


async def receipts_stopped(desk: Desk, unit: Unit, door: Door, count: int) -> None:
    """Say once that an address has had so many receipts within the hour that it gets no more of them."""
    if await rarely.may(desk, unit, f"loop.receipts:{door.address}", TOLD_AGAIN):
        text = desk.say("group.loop_receipts", who=participants.in_words(door.name, door.address), count=count)
        await outbox.to_general(desk, unit, text, silent=True)


async def taken(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming, choice: Choice
) -> bool:
    """Whether this mail is one too many; it was then added to a ticket here, and nothing else is to follow."""
    if incoming.channel != "mail" or _from_a_backlog(desk, incoming):
        return False
    if choice.ticket is None:
        return await _too_many_tickets(desk, unit, door, client, incoming)
    ticket, stranger = choice.ticket, choice.how is How.STRANGER
    word = incoming.sort in (Sort.HUMAN, Sort.LIST) and not stranger
    if word and ticket.status not in (Status.NEW, Status.OPEN):
        return False  # it moves the ticket, which it can do once
    kind = Kind.STRANGER if stranger else Kind.WORDS if word else Kind.MACHINE
    count = await _flood(desk, unit, ticket, _like(kind))
    if not count:
        return False
    await fold(desk, unit, ticket, door, incoming, kind)
    if await rarely.may(desk, unit, f"loop.ticket:{ticket.id}", TOLD_AGAIN):
        text = desk.say("group.loop_ticket", number=desk.number(ticket.id), count=count, subject=ticket.subject)
        await outbox.to_general(desk, unit, text)
    return True


def _from_a_backlog(desk: Desk, incoming: Incoming) -> bool:
    person = incoming.sort in (Sort.HUMAN, Sort.LIST)
    return person and incoming.stamped is not None and incoming.stamped < desk.now() - BACKLOG


def _like(kind: Kind) -> tuple[Kind, ...]:
    return _WORDS if kind is Kind.WORDS else _NO_WORDS


async def _flood(desk: Desk, unit: Unit, ticket: Ticket, kinds: tuple[Kind, ...]) -> int:
    """How many mails of these kinds came since our last answer when those are too many, else 0."""
    now, longest = desk.now(), WINDOWS[-1][1]
    heard: dict[str, object] = {"ticket_id": ticket.id, "channel": "mail", "kind__in": kinds}
    if await unit.count(Message, at__gt=now - longest, **heard) < WINDOWS[0][0]:
        return 0
    ours = await unit.first(Message, ticket_id=ticket.id, kind__in=_OURS, order="-id")
    for limit, window in WINDOWS:
        count = await unit.count(Message, at__gt=now - window, id__gt=ours.id if ours else 0, **heard)
        if count >= limit:
            return count
    return 0


async def too_often(desk: Desk, unit: Unit, ticket: Ticket) -> bool:
    """Whether the next mail of a machine in this ticket is to be shown together with others."""
    return await _flood(desk, unit, ticket, _NO_WORDS) > 0


async def _too_many_tickets(desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming) -> bool:
    """A sender whose new requests nobody has answered yet: the next one joins the newest of them."""
    now, longest = desk.now(), WINDOWS[-1][1]
    recent = await unit.find(Ticket, client_id=client.id, created_at__gt=now - longest)
    if len(recent) < WINDOWS[0][0]:
        return False
    answers = await unit.find(Message, ticket_id__in=[ticket.id for ticket in recent], kind__in=_OURS)
    answered = {message.ticket_id for message in answers}
    folded = await _folded(unit, client, since=max((message.at for message in answers), default=now - longest))
    times = [ticket.created_at for ticket in recent if ticket.id not in answered] + folded
    over = next((count for limit, window in WINDOWS if (count := sum(at > now - window for at in times)) >= limit), 0)
    open_ = [ticket for ticket in recent if ticket.status in (Status.NEW, Status.OPEN) and ticket.id not in answered]
    if not over or not open_:
        return False
    ticket = open_[-1]
    await unit.remember(_key(client), json.dumps([at.isoformat() for at in (*folded, now)][-WINDOWS[-1][0] :]))
    word = incoming.sort in (Sort.HUMAN, Sort.LIST)
    titled = replace(incoming, text=f"{wording.subject(desk, incoming)}\n\n{incoming.text}".strip())
    await fold(desk, unit, ticket, door, titled, Kind.WORDS if word else Kind.MACHINE)
    if await rarely.may(desk, unit, f"loop.sender:{door.address}", TOLD_AGAIN):
        who = participants.in_words(door.name, door.address)
        text = desk.say("group.loop_sender", who=who, count=over, number=desk.number(ticket.id))
        await outbox.to_general(desk, unit, text)
    return True


def _key(client: Client) -> str:
    return f"loop.folded:{client.id}"


async def _folded(unit: Unit, client: Client, *, since: datetime) -> list[datetime]:
    """When mails of this sender were put to others instead of making a ticket."""
    known = await unit.recall(_key(client))
    return [at for one in (json.loads(known) if known else []) if (at := datetime.fromisoformat(one)) > since]


async def fold(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, ticket: Ticket, door: Door | None, incoming: Incoming, kind: Kind
) -> None:
    """Keep the mail whole in the ticket; show it in the next line of such mails."""
    role = Role.STRANGER if kind is Kind.STRANGER else Role.THEIRS
    message = await conversation.add_message(unit, ticket, door, incoming, kind=kind, role=role)
    alike = _like(kind)
    key = f"folded:{ticket.id}:{alike[0].value}"
    if await unit.count(Parcel, state=ParcelState.QUEUED, coalesce=key) == 0:
        await unit.remember(key, str(message.id))
    first = int(await unit.recall(key) or message.id)
    gathered: dict[str, object] = {"ticket_id": ticket.id, "id__ge": first, "channel": "mail", "kind__in": alike}
    newest = list(reversed(await unit.find(Message, order="-id", limit=SHOWN, **gathered)))
    count = await unit.count(Message, **gathered)
    files = await unit.find(File, message_id__in=[one.id for one in newest], key__ne="", limit=SHOWN)
    line = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.MIRROR,
        ticket=ticket.id,
        number=desk.number(ticket.id),
        title=desk.say("group.folded", count=count),
        text=desk.say("group.folded_more", count=count - len(newest)) if count > len(newest) else "",
        quote=keys.disarmed("\n".join(_in_a_line(one) for one in newest)),
        files=tuple(outbox.enclosure(file) for file in files),
        silent=True,
    )
    await outbox.send(
        desk, unit, line, lane=f"group:{ticket.id}:folded", message_id=message.id, delay=GATHERED, coalesce=key
    )


def _in_a_line(message: Message) -> str:
    words = " ".join(message.text.split())
    cut = words if len(words) <= _FIRST_WORDS else f"{words[:_FIRST_WORDS]}…"
    return f"• {message.author or message.author_id} <{message.author_id}>: {cut}"


async def be_silent(unit: Unit, ticket: Ticket, sort: Sort) -> None:
    """Remember that no person opened this ticket."""
    if sort is not Sort.HUMAN:
        await unit.remember(f"silent:{ticket.id}", sort.value)


async def by_machine(unit: Unit, ticket_id: TicketId) -> bool:
    """Whether no person opened the ticket."""
    return bool(await unit.recall(f"silent:{ticket_id}"))


async def silent(unit: Unit, ticket_id: TicketId) -> bool:
    """Whether nobody reads the desk's own words there: a robot's or a list's ticket that no engineer ever answered."""
    if not await unit.recall(f"silent:{ticket_id}"):
        return False
    return await unit.count(Message, ticket_id=ticket_id, kind__in=_OURS) == 0
