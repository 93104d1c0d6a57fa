"""Questions for missing information in a Telegram chat: one at a time, with buttons, each of them skippable.

Rule: a message answers a question only when it came after it and was meant for it; whatever it says is a word in the
ticket in any case.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from desk import clients, details, doors, fields, outbox, secret_fields
from desk.accounts import Source
from desk.desk import Desk
from desk.incoming import Incoming
from desk.parcels import Action, Button, Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.settings import InfoField
from desk.tickets import Kind, Message, MessageId, Priority, Status, Ticket
from desk.work import keep_notice

IN_A_ROW = 3
"""Questions that come one after the other before we are silent."""

SKIP, EACH = "skip", "each"
_LONGEST_SECRET = 200
"""Characters: what is longer is no log-in, and its words are left to be read."""

_ENDED = (Status.SOLVED, Status.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Where the asking of one ticket stands; kept as a fact under its id."""

    name: str = ""  # the field whose question waits for an answer
    parcel: int = 0
    message: int = 0
    row: int = 0  # questions asked in a row
    again: bool = False  # it was said that the answer does not fit
    pulled: bool = False  # the client asked for the questions
    past: Mapping[str, str] = field(default_factory=dict)  # earlier questions: parcel to field
    listed: tuple[str, ...] = ()  # the last numbered list
    list_parcel: int = 0
    question: int = 0  # the message of the list when an engineer asked for it


async def load(unit: Unit, ticket: Ticket) -> Series:
    stored = json.loads(await unit.recall(_key(ticket)) or "{}")
    return Series(**{**stored, "listed": tuple(stored.get("listed", ()))})


async def save(unit: Unit, ticket: Ticket, series: Series) -> None:
    await unit.remember(_key(ticket), json.dumps(asdict(series)))


def _key(ticket: Ticket) -> str:
    return f"asking:{ticket.id}"


async def begin(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Ask for what is missing, if it is ours to ask: after the receipt, when the type changes, when it is taken."""
    if not desk.settings.field:
        return
    series = await load(unit, ticket)
    if not series.name and series.row < IN_A_ROW and await _may(desk, unit, ticket):
        await _ask_next(desk, unit, ticket, series)


async def taken(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Somebody has taken it: a critical ticket may be asked about from now on."""
    now = await unit.get(Ticket, ticket.id)
    if now:
        await begin(desk, unit, now)


async def pull(desk: Desk, unit: Unit, ticket: Ticket, series: Series) -> bool:
    """The client wants the questions of a list one by one; whether there is one left."""
    series = replace(series, row=0, pulled=True)
    return await _ask_next(desk, unit, ticket, series)


async def _may(desk: Desk, unit: Unit, ticket: Ticket) -> bool:
    """Whether the desk may ask by itself."""
    if desk.settings.desk.quiet or ticket.status in _ENDED:
        return False
    if ticket.priority is Priority.CRITICAL and not ticket.taken_id:
        return False
    return not await _people_talk(unit, ticket, MessageId(0))


async def _people_talk(unit: Unit, ticket: Ticket, since: MessageId) -> bool:
    """Whether an engineer answered or asked after that message."""
    ours = (Kind.ANSWER, Kind.QUESTION)
    return await unit.count(Message, ticket_id=ticket.id, kind__in=ours, id__gt=since, withdrawn_at=None) > 0


async def _ask_next(desk: Desk, unit: Unit, ticket: Ticket, series: Series) -> bool:
    """Send the next question; whether there was one and a chat to send it to."""
    door = await doors.best(unit, ticket)
    if door is None or door.channel != "telegram":
        return False
    left = await details.still_open(desk, unit, ticket, series.listed if series.pulled else None)
    if not left:
        return False
    client = await unit.get(Client, ticket.client_id)
    language = clients.language(desk, client, ticket)
    alive = await unit.count(Ticket, client_id=ticket.client_id, status__ne=Status.CLOSED)
    text = fields.question(left[0], language)
    message = await keep_notice(desk, unit, ticket, text)
    parcel = await outbox.to_door(
        desk,
        unit,
        door,
        Purpose.NOTICE,
        text,
        ticket=ticket,
        message_id=message.id,
        title=f"{desk.number(ticket.id)} · {ticket.subject}" if alive > 1 else "",
        buttons=buttons(desk, ticket, left[0], language),
    )
    await save(unit, ticket, asked(series, left[0], parcel, message, row=series.row + 1))
    # What the client writes next goes to the ticket that spoke last.
    await unit.change(Ticket, {"active_at": desk.now()}, id=ticket.id)
    return True


def asked(series: Series, field: InfoField, parcel: Parcel, message: Message, *, row: int) -> Series:
    """The series with a question on its way."""
    past = {**series.past, **({str(series.parcel): series.name} if series.name else {})}
    return replace(series, name=field.name, parcel=parcel.id, message=message.id, row=row, again=False, past=past)


def buttons(desk: Desk, ticket: Ticket, field: InfoField, language: str) -> list[list[Button]]:
    """The choices, a row each, then «Пропустить»."""
    offered = [
        [Button(label=label, action=Action.FIELD, ticket=ticket.id, arg=str(index))]
        for index, label in enumerate(fields.choices(field, language))
    ]
    skip = Button(label=desk.say("fields.button_skip", language), action=Action.FIELD, ticket=ticket.id, arg=SKIP)
    return [*offered, [skip]]


async def meant(desk: Desk, unit: Unit, ticket: Ticket, door: Door, incoming: Incoming) -> InfoField | None:
    """The field whose question this message answers, if it answers one."""
    if door.channel != "telegram" or not desk.settings.field:
        return None
    series = await load(unit, ticket)
    if incoming.reply_to:
        return await _replied(desk, unit, ticket, series, incoming)
    if not series.name or not await came_after(unit, series.parcel, incoming):
        return None
    if await _people_talk(unit, ticket, MessageId(series.message)):
        return None  # the client rather answers them
    return details.field_named(desk, series.name)


async def _replied(desk: Desk, unit: Unit, ticket: Ticket, series: Series, incoming: Incoming) -> InfoField | None:
    asked_by = {**series.past, str(series.parcel): series.name}
    parcels = await unit.find(Parcel, id__in=[int(one) for one in asked_by if int(one)], ticket_id=ticket.id)
    name = next((asked_by[str(one.id)] for one in parcels if one.external_id == incoming.reply_to), "")
    return details.field_named(desk, name) if name else None


async def came_after(unit: Unit, parcel_id: int, incoming: Incoming) -> bool:
    """Whether a message stands below ours in the chat: numbers there only grow."""
    parcel = await unit.get(Parcel, parcel_id) if parcel_id else None
    if parcel is None or parcel.state is not ParcelState.SENT:
        return False
    theirs, ours = incoming.external_id, parcel.external_id
    return theirs.isdecimal() and ours.isdecimal() and int(theirs) > int(ours)


def veiled(incoming: Incoming, field: InfoField | None) -> Incoming:
    """The message as it is to be stored: an answer that is a secret is covered."""
    if field is None or not field.secret or not incoming.text.strip():
        return incoming
    if len(incoming.text) > _LONGEST_SECRET and not incoming.reply_to:
        return incoming
    return secret_fields.as_answer(incoming, field)


async def answered(  # noqa: PLR0917 - the message and what it was meant for
    desk: Desk, unit: Unit, ticket: Ticket, client: Client, message: Message, field: InfoField, filled: set[str]
) -> None:
    """A message that was meant for a question was taken in: is it an answer, and what comes next?"""
    series = await load(unit, ticket)
    language = clients.language(desk, client, ticket)
    if field.name not in filled:
        value = fields.check(field, message.text, desk.current.setup.patterns, desk.settings.desk.language)
        if value:
            await details.put(desk, unit, ticket, field, value, Source.CLIENT, by=message.author)
            await details.note_source(unit, message, {field.name})
        elif field.name == series.name and not series.again:
            await _does_not_fit(desk, unit, ticket, series, field, language)
            return
        elif field.name == series.name:
            await details.do_without(desk, unit, ticket, field, message.author, skipped=True)
    if field.name == series.name:
        await go_on(desk, unit, ticket, series, language)


async def _does_not_fit(  # noqa: PLR0917 - the question and where it was asked
    desk: Desk, unit: Unit, ticket: Ticket, series: Series, field: InfoField, language: str
) -> None:
    """Say it once; the words themselves are in the ticket."""
    door = await doors.best(unit, ticket)
    if door is None:
        return
    text = desk.say(f"fields.not_{field.check}" if not field.pattern else "fields.not_pattern", language)
    rows = buttons(desk, ticket, field, language)
    parcel = await outbox.to_door(desk, unit, door, Purpose.NOTICE, text, ticket=ticket, buttons=rows)
    past = {**series.past, str(series.parcel): field.name}
    await save(unit, ticket, replace(series, parcel=parcel.id, again=True, past=past))


async def go_on(desk: Desk, unit: Unit, ticket: Ticket, series: Series, language: str) -> None:
    """A question is done with: the next one, or a word that this is all."""
    past = {**series.past, **({str(series.parcel): series.name} if series.name else {})}
    series = replace(series, name="", past=past)
    await save(unit, ticket, series)
    if not series.pulled and not await _may(desk, unit, ticket):
        return
    if series.row < IN_A_ROW and await _ask_next(desk, unit, ticket, series):
        return
    door = await doors.best(unit, ticket)
    if door is None or door.channel != "telegram":
        return
    left = await details.still_open(desk, unit, ticket, series.listed if series.pulled else None)
    text, rows = desk.say("fields.thanks", language), []
    if left and series.pulled:
        text = desk.say("fields.thanks_more", language, count=len(left))
        rows = [
            [Button(label=desk.say("fields.button_each", language), action=Action.FIELD, ticket=ticket.id, arg=EACH)]
        ]
    parcel = await outbox.to_door(desk, unit, door, Purpose.NOTICE, text, ticket=ticket, buttons=rows)
    if rows:
        await save(unit, ticket, replace(series, list_parcel=parcel.id))
