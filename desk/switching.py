"""A client's requests in their chat: `/my` lists them, a press shows one and makes the next messages go there.

Rule: what is shown of a conversation reached the client already, or was said by them; a choice is said plainly, ends
by itself, and never sends an answer to a question into another request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk import clients, deadlines, expecting, outbox, subscribing
from desk.clocks import Clock
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Press
from desk.language import of_app
from desk.merged import follow
from desk.moments import shortly
from desk.parcels import Act, Action, Button, Outgoing, Purpose
from desk.people import Client, ClientId, Door
from desk.ports import Unit
from desk.tickets import TO_CLIENT, Kind, Message, Role, Status, Ticket, Trace

PAGE = 6
"""Requests on one page: a row of buttons each, with those that turn it not more than a phone shows."""

PAGES = 20
LASTS = timedelta(minutes=30)
"""How long after the last message a choice holds."""

SHOWN = 3
SHOWN_LONG = 300
LABEL = 60
NEWS = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What a list says of one request: how many of our words are new, and the last word of either side."""

    new: int = 0
    last: str = ""


# The list


async def listed(desk: Desk, unit: Unit, client: Client, place: str, *, page: int = 0) -> Outgoing | None:
    """One page of a client's requests, the most recently active first; None when there are none."""
    page = max(0, min(page, PAGES - 1))
    found = await unit.find(
        Ticket, client_id=client.id, merged_into=None, order="-active_at", limit=PAGE * (page + 1) + 1
    )
    here = found[PAGE * page : PAGE * (page + 1)]
    if not here:
        return await listed(desk, unit, client, place, page=page - 1) if page else None
    language = clients.language(desk, client)
    chosen = await _remembered(desk, unit, place)
    rows: list[str] = []
    buttons: list[tuple[Button, ...]] = []
    for ticket in here:
        standing = await _standing(desk, unit, ticket, language)
        row = [desk.number(ticket.id), desk.say(f"client.status_{ticket.status.value}", language), ticket.subject]
        news = desk.say("client.my_new", language, count=standing.new) if standing.new else ""
        mark = "→ " if chosen and chosen[0] == ticket.id else ""
        rows.append(mark + " · ".join([*row, *([news] if news else [])]))
        label = " · ".join([*row[:2], *([news] if news else []), standing.last or ticket.subject])
        buttons.append((Button(label=_cut(mark + label, LABEL), action=Action.LOOK_AT, ticket=ticket.id),))
    offers = tuple(tuple(row) for row in await subscribing.row(desk, unit, client))
    turn = _turn(page, more=len(found) > PAGE * (page + 1))
    return Outgoing(
        channel="telegram",
        place=place,
        purpose=Purpose.REPLY,
        text="\n".join([desk.say("client.my", language), *rows]),
        buttons=(*buttons, *([turn] if turn else []), (new_button(desk, language),), *offers),
    )


def _turn(page: int, *, more: bool) -> tuple[Button, ...]:
    back = [Button(label="◀", action=Action.MINE, arg=str(page - 1))] if page else []
    on = [Button(label="▶", action=Action.MINE, arg=str(page + 1))] if more and page + 1 < PAGES else []
    return (*back, *on)


def new_button(desk: Desk, language: str) -> Button:
    return Button(label=desk.say("client.button_new", language), action=Action.FRESH)


def my_button(desk: Desk, language: str) -> Button:
    return Button(label=desk.say("client.button_my", language), action=Action.MINE)


async def turned(desk: Desk, unit: Unit, client: Client | None, press: Press) -> str:
    """A page of the list: in place of the one whose button was pressed, else as a message of its own."""
    shown = None
    if client:
        page = int(press.arg) if press.arg.isdecimal() else 0
        shown = await listed(desk, unit, client, press.place, page=page)
    if shown is None:
        chosen = await unit.recall(f"lang:telegram:{press.place}") or of_app(press.person.app_language)
        return desk.say("client.my_none", clients.language(desk, client) if client else chosen)
    instead = press.arg.isdecimal()
    place = {"act": Act.EDIT, "target": press.external_id} if instead else {"thread": press.thread}
    await show(desk, unit, replace(shown, **place))  # type: ignore[arg-type]
    return ""


async def show(desk: Desk, unit: Unit, list_: Outgoing) -> None:
    """Send a list; an answer that is held for a moment does not hold it back."""
    await outbox.send(desk, unit, list_, lane=f"telegram:{list_.place}:list")


# One request


async def shown(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """Show it and remember that the next messages are for it."""
    ticket = await follow(unit, ticket)
    if ticket.client_id != client.id:
        raise Refusal("client.button_old")
    door = await unit.first(Door, channel="telegram", address=press.place)
    if door is None:
        raise Refusal("client.button_old")
    language = clients.language(desk, client)
    number = desk.number(ticket.id)
    status = desk.say(f"client.status_{ticket.status.value}", language)
    rows = [f"{number} · {status}", *_promise(desk, ticket, language), *await _last_words(desk, unit, ticket, language)]
    key = "client.my_next_closed" if ticket.status is Status.CLOSED else "client.my_next"
    rows += ["", desk.say(key, language, number=number)]
    buttons = [[new_button(desk, language), my_button(desk, language)]]
    if ticket.status is not Status.CLOSED:
        label = desk.say("client.button_close", language)
        buttons.insert(0, [Button(label=label, action=Action.CLOSE_BY_CLIENT, ticket=ticket.id)])
    await outbox.to_door(
        desk, unit, door, Purpose.REPLY, "\n".join(rows), ticket=ticket, title=ticket.subject, buttons=buttons
    )
    await unit.remember(f"opened:{ticket.id}", desk.now().isoformat())
    await _remember(desk, unit, press.place, ticket)
    return desk.say("client.my_chosen", language, number=number)


def _promise(desk: Desk, ticket: Ticket, language: str) -> list[str]:
    """What is owed, by whom: the promise of an answer while it can be kept, or what we wait for."""
    if ticket.status is Status.WAITING and ticket.question:
        return [desk.say("client.my_question", language, question=_cut(ticket.question, SHOWN_LONG))]
    if ticket.status is Status.THIRD_PARTY and ticket.third_party:
        return [desk.say("client.my_third_party", language, whom=_cut(ticket.third_party, SHOWN_LONG))]
    if ticket.status is not Status.NEW or ticket.answered_at:
        return []
    due = deadlines.read(desk, ticket, [], desk.now())[Clock.ANSWER].due
    return [] if due and due < desk.now() else [expecting.words(desk, ticket, language)]


async def _last_words(desk: Desk, unit: Unit, ticket: Ticket, language: str) -> list[str]:
    rows = []
    zone = str(desk.settings.desk.zone)
    for message in reversed(await _conversation(unit, ticket, limit=SHOWN)):
        who = desk.say("client.my_you" if message.kind is Kind.WORDS else "client.my_we", language)
        at = shortly(language, message.at, now=desk.now(), timezone=zone, named=False, texts=desk.texts)
        words = _cut(message.text, SHOWN_LONG) or desk.say("client.my_file", language)
        rows += ["", f"{who}, {at}:", words]
    return rows


async def _conversation(unit: Unit, ticket: Ticket, *, limit: int) -> list[Message]:
    """The newest words of both sides: the client's own, and ours that arrived; nothing else in the record."""
    doors = {door.id for door in await unit.find(Door, client_id=ticket.client_id)}
    newest = await unit.find(
        Message, ticket_id=ticket.id, kind__in=(Kind.WORDS, *TO_CLIENT), withdrawn_at=None, order="-id", limit=20
    )
    ours = [message.id for message in newest if message.kind is not Kind.WORDS]
    arrived = {
        trace.message_id for trace in await unit.find(Trace, message_id__in=ours, role=Role.OURS, ticket_id=ticket.id)
    }
    said = [
        message
        for message in newest
        if (message.door_id in doors if message.kind is Kind.WORDS else message.id in arrived)
    ]
    return said[:limit]


async def _standing(desk: Desk, unit: Unit, ticket: Ticket, language: str) -> _Standing:
    opened = await unit.recall(f"opened:{ticket.id}")
    since = max(ticket.client_wrote_at, datetime.fromisoformat(opened)) if opened else ticket.client_wrote_at
    arrived = await unit.find(Trace, ticket_id=ticket.id, role=Role.OURS, message_id__ne=None, at__gt=since, limit=NEWS)
    last = await _conversation(unit, ticket, limit=1)
    words = " ".join(last[0].text.split()) if last else ""
    said = desk.say("client.my_said", language, text=_cut(words, 30)) if words else ""
    return _Standing(new=len({trace.message_id for trace in arrived}), last=said)


def _cut(text: str, longest: int) -> str:
    text = text.strip()
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


# The choice


async def chosen(desk: Desk, unit: Unit, incoming: Incoming, client_id: ClientId) -> tuple[Ticket, datetime] | None:
    """The client's request that this chat's messages are for, and since when; None while nothing is chosen."""
    found = await _remembered(desk, unit, incoming.place)
    ticket = await unit.get(Ticket, found[0]) if found else None
    ticket = await follow(unit, ticket) if ticket else None
    if found is None or ticket is None or ticket.client_id != client_id:
        return None
    await _remember(desk, unit, incoming.place, ticket, since=found[1])
    return ticket, found[1]


async def forget(unit: Unit, place: str) -> None:
    """Another choice was made."""
    await unit.remember(_key(place), "")


async def _remember(desk: Desk, unit: Unit, place: str, ticket: Ticket, *, since: datetime | None = None) -> None:
    now = desk.now()
    await unit.remember(_key(place), f"{ticket.id} {(since or now).isoformat()} {now.isoformat()}")


async def _remembered(desk: Desk, unit: Unit, place: str) -> tuple[int, datetime] | None:
    kept = (await unit.recall(_key(place))).split()
    if len(kept) != len(("ticket", "since", "used")) or desk.now() - datetime.fromisoformat(kept[2]) > LASTS:
        return None
    return int(kept[0]), datetime.fromisoformat(kept[1])


def _key(place: str) -> str:
    return f"at:telegram:{place}"


def buttons_at_start(desk: Desk, language: str) -> Sequence[Sequence[Button]]:
    """What a person who only just came may press."""
    lang = Button(label=desk.say("client.button_lang", language), action=Action.LANGS)
    return ((new_button(desk, language),), (my_button(desk, language), lang))
