"""What a ticket's card, its topic's name and the conversation told again look like. Text only, no I/O but reading."""

from dataclasses import replace

from desk import (
    banned,
    bills,
    call_rows,
    closing,
    contracts,
    deadlines,
    erasures,
    handed,
    keys,
    mirroring,
    outbox,
    quiet_hours,
    ready_buttons,
    sorts,
    unreachable,
)
from desk.desk import Desk
from desk.field_rows import rows as field_rows
from desk.parcels import Act, Action, Button, Enclosure, Outgoing, Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.shaped import offers
from desk.shaped import rows as shaped_rows
from desk.tickets import File, Kind, Message, Status, Ticket

TOPIC_NAME = 120
"""Characters; Telegram allows 128 UTF-16 units."""

REPLAYED = 200
"""The last messages of a conversation that are told again in a rebuilt topic."""

REPLAYED_FILES = 20
"""The last of its files that are sent again: two albums of Telegram's ten."""

_SAID = (Purpose.MIRROR, Purpose.PARTNER)
"""What shows in a topic what somebody wrote."""

NAME = 40
"""Characters of a client's name in a topic's name, so that a long one does not push the subject out."""


def topic_name(desk: Desk, ticket: Ticket, client: Client) -> str:
    """«SD-7 · имя клиента · Не печатает»."""
    name = client.name if len(client.name) <= NAME else f"{client.name[: NAME - 1].rstrip()}…"
    return f"{desk.number(ticket.id)} · {name} · {ticket.subject}"[:TOPIC_NAME]


def doors_in_words(desk: Desk, doors: list[Door], *, ids: bool = False) -> str:
    """A client's doors for engineers: «Telegram @ann, почта a@b (закрыта)»; `ids`: an id where no @name is."""
    words = []
    surely = {(door.channel, door.address) for door in doors if not door.claimed}
    for door in doors:
        if door.claimed and (door.channel, door.address) in surely:
            continue
        bare = "" if door.channel == "telegram" and not ids else door.address
        shown = f"@{door.username}" if door.username else bare
        text = f"{desk.say(f'group.door_{door.channel}')} {shown}".strip()
        marked = [desk.say("group.door_claimed")] if door.claimed else []
        marked += [desk.say("group.door_shut")] if door.shut_at else []
        words.append(f"{text} ({', '.join(marked)})" if marked else text)
    return ", ".join(words)


async def card(desk: Desk, unit: Unit, ticket: Ticket, *, lines: bool = False) -> Outgoing:
    """The card as it should stand now; with `lines`, its buttons offer the lines to move to."""
    client = await unit.get(Client, ticket.client_id)
    doors = await unit.find(Door, client_id=ticket.client_id)
    titles = {line.name: line.title for line in desk.settings.line}
    rows = [
        *await handed.card_rows(desk, unit, ticket),
        desk.say("group.card_nobody")
        if await unreachable.nobody(unit, ticket)
        else desk.say("group.card_client", name=client.name if client else "?", doors=doors_in_words(desk, doors)),
        *await banned.card_rows(desk, unit, client),
        *await contracts.rows(desk, unit, ticket),
        *sorts.card_rows(desk, ticket),
        *await shaped_rows(desk, unit, ticket),
        desk.say("group.card_line", line=titles.get(ticket.line, ticket.line)),
        desk.say("group.card_taken", name=ticket.taken_by) if ticket.taken_by else desk.say("group.card_free"),
        desk.say("group.card_status", status=desk.say(f"group.status_{ticket.status.value}")),
        *closing.card_rows(desk, ticket),
        *await deadlines.card_rows(desk, unit, ticket),
        *await call_rows.card_rows(desk, unit, ticket),
        *await field_rows(desk, unit, ticket),
        *await bills.card_rows(desk, unit, ticket),
        desk.say("group.card_rule", rule=str(ticket.verdict.get("rule", ""))),
    ]
    rows += await erasures.card_rows(desk, unit, ticket)
    if desk.settings.desk.quiet:
        rows.append(desk.say("group.card_quiet"))
    if ticket.status is Status.WAITING and ticket.question:
        rows.append(desk.say("group.card_question", question=ticket.question[:300]))
    return Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.CARD,
        act=Act.CARD,
        ticket=ticket.id,
        number=desk.number(ticket.id),
        title=f"{desk.number(ticket.id)} · {ticket.subject}",
        text="\n".join(rows),
        buttons=_line_buttons(desk, ticket) if lines else (*_buttons(desk, ticket), *await offers(desk, unit, ticket)),
        silent=quiet_hours.keeps_silent(desk, ticket),
    )


def _buttons(desk: Desk, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    def button(key: str, action: Action) -> Button:
        return Button(label=desk.say(f"group.button_{key}"), action=action, ticket=ticket.id)

    if ticket.status is Status.CLOSED:
        return ((button("reopen", Action.REOPEN),),)
    return (
        (button("take", Action.TAKE), button("info", Action.INFO)),
        (button("solved", Action.SOLVED), button("lines", Action.LINES)),
        sorts.card_buttons(desk, ticket),
        closing.card_buttons(desk, ticket),
        ready_buttons.row(desk, ticket),
    )


def _line_buttons(desk: Desk, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    rows = [
        (Button(label=line.title or line.name, action=Action.LINE, ticket=ticket.id, arg=line_arg(desk, line.name)),)
        for line in desk.settings.line
        if line.name != ticket.line
    ]
    back = Button(label=desk.say("group.button_back"), action=Action.LINES, ticket=ticket.id, arg="back")
    return (*rows, (back,))


def line_arg(desk: Desk, name: str) -> str:
    """A line in a button's 64 bytes: its name, or its place in the configuration when the name is long."""
    longest = 40
    if len(name.encode()) <= longest:
        return name
    return f"#{[line.name for line in desk.settings.line].index(name)}"


def line_named(desk: Desk, arg: str) -> str:
    """The line's name behind a button's argument or an engineer's word (name or title); "" when there is none."""
    lines = desk.settings.line
    if arg.startswith("#") and arg[1:].isdigit() and int(arg[1:]) < len(lines):
        return lines[int(arg[1:])].name
    wanted = arg.strip().casefold()
    for line in lines:
        if wanted in (line.name.casefold(), (line.title or "").casefold()):
            return line.name
    return ""


async def told_again(desk: Desk, unit: Unit, ticket: Ticket) -> tuple[str, tuple[Enclosure, ...]]:
    """The conversation so far as one text with its files, for a topic that was rebuilt; "" when nothing was said.

    What is still on its way to the topic is left out: it comes by itself.
    """
    newest = await unit.find(Message, ticket_id=ticket.id, order="-id", limit=REPLAYED)
    on_the_way = (ParcelState.QUEUED, ParcelState.SENDING)
    coming = await unit.find(Parcel, ticket_id=ticket.id, purpose__in=_SAID, state__in=on_the_way)
    left_out = {parcel.message_id for parcel in coming}
    told = [one for one in reversed(newest) if one.id not in left_out and not one.withdrawn_at]
    told = [one for one in told if one.kind is not Kind.EVENT]
    files = await unit.find(File, message_id__in=[message.id for message in told])
    rows = []
    for message in told:
        label = desk.say(f"group.kind_{message.kind.name.lower()}")
        names = mirroring.names(desk, message, files)
        rows.append(" ".join([f"{message.author} ({label}): {message.text}".rstrip(), *names]))
    kept_out = await mirroring.names_only(desk, unit, ticket)
    again = () if kept_out else tuple(outbox.enclosure(file) for file in files if file.key)[-REPLAYED_FILES:]
    return keys.disarmed("\n\n".join(rows)), again


def as_title(desk: Desk, ticket: Ticket, client: Client, *, act: Act) -> Outgoing:
    """The order to make a topic (OPEN) or to bring its name and state in line (TOPIC)."""
    order = Outgoing(channel="group", place=ticket.line, purpose=Purpose.TOPIC, act=act, ticket=ticket.id)
    closed = ticket.status is Status.CLOSED
    return replace(order, title=topic_name(desk, ticket, client), closed=closed, number=desk.number(ticket.id))
