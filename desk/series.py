"""Questions for missing information in a Telegram chat: one at a time, with buttons, each of them skippable.

Rule: a message answers a question only when it came after it and was meant for it; whatever it says is a word in the
ticket in any case.
"""

from dataclasses import replace

from desk import clients, details, doors, fields, outbox, progress, secret_fields, wording
from desk.accounts import Source
from desk.desk import Desk
from desk.incoming import Incoming
from desk.parcels import Action, Button, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.progress import Series
from desk.settings import InfoField
from desk.texts import LANGUAGES
from desk.tickets import Kind, Message, MessageId, Priority, Status, Ticket
from desk.work import keep_notice

IN_A_ROW = 3
"""Questions that come one after the other before we are silent."""

SKIP, EACH = "skip", "each"
_FEW_WORDS = 6
"""A message of so many words with a rude one among them says nothing else."""

_LONGEST_SECRET = 200
"""Characters: what is longer is no log-in, and its words are left to be read."""

_ENDED = (Status.SOLVED, Status.CLOSED)


async def begin(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Ask for what is missing, if it is ours to ask: after the receipt, when the type changes, when it is taken."""
    if not desk.settings.field:
        return
    series = await progress.load(unit, ticket)
    waits = details.field_named(desk, series.name) if series.name else None  # it may be configured no more
    if waits is None and series.row < IN_A_ROW and await _may(desk, unit, ticket, series):
        await _ask_next(desk, unit, ticket, series)


async def taken(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Somebody has taken it: a critical ticket may be asked about from now on."""
    now = await unit.get(Ticket, ticket.id)
    if now and desk.settings.field:
        series = await progress.load(unit, now)
        if not series.taken:
            await progress.save(unit, now, replace(series, taken=True))
        await begin(desk, unit, now)


async def pull(desk: Desk, unit: Unit, ticket: Ticket, series: Series) -> bool:
    """The client wants the questions of a list one by one; whether there is one left."""
    series = replace(series, row=0, pulled=True)
    return await _ask_next(desk, unit, ticket, series)


async def _may(desk: Desk, unit: Unit, ticket: Ticket, series: Series) -> bool:
    """Whether the desk may ask by itself."""
    if desk.settings.desk.quiet or ticket.status in _ENDED:
        return False
    if ticket.priority is Priority.CRITICAL and not series.taken:
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
    await progress.save(unit, ticket, progress.asked(series, left[0], parcel, message, row=series.row + 1))
    # What the client writes next goes to the ticket that spoke last.
    await unit.change(Ticket, {"active_at": desk.now()}, id=ticket.id)
    return True


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
    series = await progress.load(unit, ticket)
    if wording.thanks_alone(incoming) or _rude_alone(desk, incoming):
        return None
    if incoming.reply_to:
        return await _replied(desk, unit, ticket, series, incoming)
    if not series.name or not await progress.came_after(unit, series.parcel, incoming):
        return None
    if await _people_talk(unit, ticket, MessageId(series.message)):
        return None  # the client rather answers them
    return details.field_named(desk, series.name)


def _rude_alone(desk: Desk, incoming: Incoming) -> bool:
    """A few words, rude ones among them: no name of a company and no version."""
    return len(incoming.text.split()) <= _FEW_WORDS and bool(desk.current.setup.conduct(incoming.text))


async def _replied(desk: Desk, unit: Unit, ticket: Ticket, series: Series, incoming: Incoming) -> InfoField | None:
    parcel = await progress.replied_to(unit, ticket, incoming)
    if parcel is None:
        return None
    name = {**series.past, str(series.parcel): series.name}.get(str(parcel.id), "")
    if parcel.purpose is Purpose.REMINDER:  # of a question that stands by itself
        name = series.name
    return details.field_named(desk, name) if name else None


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
    series = await progress.load(unit, ticket)
    language = clients.language(desk, client, ticket)
    if field.name not in filled:
        await details.note_source(unit, message, {field.name})  # also what does not fit: it may be edited
        value = fields.check(field, message.text, desk.current.setup.patterns, desk.settings.desk.language)
        if fields.plain(message.text.strip()) in _skips(desk):
            await details.do_without(desk, unit, ticket, field, message.author, skipped=True)
        elif value:
            await details.put(desk, unit, ticket, field, value, Source.CLIENT, by=message.author)
        elif field.name == series.name and not series.again:
            await _does_not_fit(desk, unit, ticket, series, field, language)
            return
        elif field.name == series.name:
            await details.do_without(desk, unit, ticket, field, message.author, skipped=True)
    if field.name == series.name:
        await go_on(desk, unit, ticket, series, language)


def _skips(desk: Desk) -> set[str]:
    """What the button says, typed."""
    return {fields.plain(desk.say("fields.button_skip", language)) for language in LANGUAGES}


async def corrected(  # noqa: PLR0917 - the message and what it was meant for
    desk: Desk, unit: Unit, ticket: Ticket, message: Message, field: InfoField, filled: set[str]
) -> None:
    """A message that was meant for a question was edited: its answer follows, and so does the next question."""
    value = fields.check(field, message.text, desk.current.setup.patterns, desk.settings.desk.language)
    if value and field.name not in filled:
        await details.put(desk, unit, ticket, field, value, Source.CLIENT, by=message.author)
    series = await progress.load(unit, ticket)
    if (value or field.name in filled) and series.name == field.name:
        client = await unit.get(Client, ticket.client_id)
        await go_on(desk, unit, ticket, series, clients.language(desk, client, ticket))


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
    await progress.save(unit, ticket, replace(series, parcel=parcel.id, again=True, past=past))


async def go_on(desk: Desk, unit: Unit, ticket: Ticket, series: Series, language: str) -> None:
    """A question is done with: the next one, or a word that this is all."""
    past = {**series.past, **({str(series.parcel): series.name} if series.name else {})}
    series = replace(series, name="", past=past)
    await progress.save(unit, ticket, series)
    if not series.pulled and not await _may(desk, unit, ticket, series):
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
        await progress.save(unit, ticket, replace(series, list_parcel=parcel.id))
