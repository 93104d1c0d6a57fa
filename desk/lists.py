"""What is missing as one numbered list: in a mail's receipt, by `/info`, in reminders; and its answers read back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import answering, clients, conversation, details, doors, fields, outbox, posts, progress, replies, series
from desk.accounts import Source
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Post, Press
from desk.lifecycle import Step, after
from desk.parcels import Action, Button, Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.series import EACH
from desk.settings import InfoField
from desk.tickets import Kind, Message, Priority, Status, Ticket

ASKED_AGAIN = timedelta(minutes=10)
"""After so long a client may be asked for the same once more."""


def numbered(wanted: Sequence[InfoField], language: str, among: Sequence[str] = ()) -> str:
    """«1. Какая версия?», a line each; a single question without a number.

    `among`: the names of the list that they are left of; its numbers stay, whoever answers looks at either.
    """
    lines = []
    for field in wanted:
        offered = fields.choices(field, language)
        from_these = f" ({' / '.join(offered)})" if offered else ""
        lines.append(f"{fields.question(field, language)}{from_these}")
    if len(lines) == 1:
        return lines[0]
    names = list(among) or [field.name for field in wanted]
    places = [names.index(field.name) + 1 for field in wanted]
    return "\n".join(f"{number}. {line}" for number, line in zip(places, lines, strict=True))


async def for_receipt(desk: Desk, unit: Unit, ticket: Ticket, language: str) -> str:
    """What the receipt of a mail asks for, with the sentence before it; "" when nothing is to be asked."""
    if desk.settings.desk.quiet or ticket.priority is Priority.CRITICAL:  # nobody has taken it yet
        return ""
    wanted = await details.still_open(desk, unit, ticket)
    if not wanted:
        return ""
    now = await progress.load(unit, ticket)
    await progress.save(unit, ticket, replace(now, listed=tuple(field.name for field in wanted), list_parcel=0))
    return desk.say("fields.receipt", language, questions=numbered(wanted, language))


async def request(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> bool:
    """Ask the client for exactly what is missing, on an engineer's word; False when nothing is."""
    wanted = await details.missing(desk, unit, ticket)
    if not wanted:
        return False
    after(ticket.status, Step.ASKED)
    await _not_twice(desk, unit, ticket, wanted)
    await details.ask_anew(unit, ticket, wanted)
    door = await doors.best(unit, ticket)
    client = await unit.get(Client, ticket.client_id)
    language = clients.language(desk, client, ticket)
    text = numbered(wanted, language)
    in_chat = door is not None and door.channel == "telegram"
    # Not kept under the command's own id: a command that is changed later must not change the question.
    bare = replace(post, external_id="", also=(), files=())
    rows = _buttons(desk, ticket, wanted, language) if in_chat else []
    message = await answering.ask(desk, unit, ticket, bare, text, buttons=rows)
    parcel = await unit.first(Parcel, message_id=message.id, purpose=Purpose.QUESTION, order="-id")
    if parcel:
        await _remember(unit, ticket, wanted, message, parcel, alone=in_chat and len(wanted) == 1)
    said = desk.say(
        "fields.asked_client", name=post.engineer.name, questions=numbered(wanted, desk.settings.desk.language)
    )
    await outbox.to_topic(desk, unit, ticket, said, silent=True)
    for field in wanted:
        await details.audited(desk, unit, ticket, post.engineer.name, "field asked", field)
    return True


async def _not_twice(desk: Desk, unit: Unit, ticket: Ticket, wanted: Sequence[InfoField]) -> None:
    """Refusal when the client was asked for the same a moment ago: two engineers, or two taps."""
    now = await progress.load(unit, ticket)
    same = set(now.listed) == {field.name for field in wanted}
    lately = ticket.asked_at is not None and desk.now() - ticket.asked_at < ASKED_AGAIN
    if same and lately and await is_the_question(unit, ticket, now):
        raise Refusal("fields.asked_already")


async def ask_or_prompt(desk: Desk, unit: Unit, ticket: Ticket, post: Post) -> bool:
    """Ask for what is missing; when nothing is, ask the engineer what to ask. Whether the client was asked."""
    if await request(desk, unit, ticket, post):
        return True
    await posts.prompt(desk, unit, ticket, post.engineer, reply_to=post.external_id)
    return False


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> bool:
    """The same by a button under the card."""
    post = Post(engineer=press.person, place=press.place, thread=press.thread, external_id="", at=press.at)
    return await ask_or_prompt(desk, unit, ticket, post)


def _buttons(desk: Desk, ticket: Ticket, wanted: Sequence[InfoField], language: str) -> list[list[Button]]:
    if len(wanted) == 1:
        return series.buttons(desk, ticket, wanted[0], language)
    each = desk.say("fields.button_each", language)
    return [[Button(label=each, action=Action.FIELD, ticket=ticket.id, arg=EACH)]]


async def _remember(
    unit: Unit, ticket: Ticket, wanted: Sequence[InfoField], message: Message, parcel: Parcel, *, alone: bool
) -> None:
    now = await progress.load(unit, ticket)
    names = tuple(field.name for field in wanted)
    past = {**now.past, **({str(now.parcel): now.name} if now.name else {})}
    now = replace(
        now, name="", past=past, pulled=False, row=0, listed=names, list_parcel=parcel.id, question=message.id
    )
    if alone:
        now = progress.asked(now, wanted[0], parcel, message, row=series.IN_A_ROW)
    await progress.save(unit, ticket, now)


async def read_back(desk: Desk, unit: Unit, ticket: Ticket, text: str) -> tuple[list[InfoField], dict[str, str]]:
    """The questions of the last list, and what a text answers to them."""
    now = await progress.load(unit, ticket)
    asked = [field for field in (details.field_named(desk, name) for name in now.listed) if field]
    if not asked:
        return [], {}
    left = [field.name for field in await details.missing(desk, unit, ticket)]
    done = [field.name for field in asked if field.name not in left]
    patterns, language = desk.current.setup.patterns, desk.settings.desk.language
    return asked, replies.read(text, asked, patterns, language, done=done)


async def heard(desk: Desk, unit: Unit, ticket: Ticket, client: Client, message: Message, *, thank: bool) -> None:
    """A message that may answer the last list: what it has for its questions is taken, the rest stays words."""
    asked, found = await read_back(desk, unit, ticket, message.text)
    taken = [field for field in asked if field.name in found and not field.secret]
    for field in taken:
        await details.put(desk, unit, ticket, field, found[field.name], Source.CLIENT, by=message.author)
    if not taken:
        return
    await details.note_source(unit, message, {field.name for field in taken})
    if thank and not await details.still_open(desk, unit, ticket, [field.name for field in asked]):
        door = await doors.best(unit, ticket)
        language = clients.language(desk, client, ticket)
        if door:
            await outbox.to_door(desk, unit, door, Purpose.NOTICE, desk.say("fields.thanks", language), ticket=ticket)


async def listens(unit: Unit, ticket: Ticket, door: Door, incoming: Incoming) -> bool:
    """Whether a message may answer the last list: a mail always, in the chat what came after it."""
    now = await progress.load(unit, ticket)
    if not now.listed:
        return False
    if door.channel == "mail":
        return True
    if incoming.reply_to:
        parcel = await progress.replied_to(unit, ticket, incoming)
        return parcel is not None and (parcel.id == now.list_parcel or parcel.purpose is Purpose.REMINDER)
    return not now.name and await progress.came_after(unit, now.list_parcel, incoming)


async def settle(desk: Desk, unit: Unit, ticket: Ticket) -> bool:
    """Whether a ticket that waited for a list need not wait any more; it is open again then, and the topic says so."""
    now = await progress.load(unit, ticket)
    if not await is_the_question(unit, ticket, now):
        return False
    left = await details.still_open(desk, unit, ticket, now.listed)
    if left:
        language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
        await unit.change(Ticket, {"question": numbered(left, language, now.listed)}, id=ticket.id)
        return False
    await unit.change(
        Parcel,
        {"state": ParcelState.WITHDRAWN},
        ticket_id=ticket.id,
        purpose__in=(Purpose.QUESTION, Purpose.REMINDER),
        state=ParcelState.QUEUED,
    )
    fresh = await unit.get(Ticket, ticket.id)
    assert fresh is not None
    fresh = await conversation.needs_nothing(unit, fresh, at=desk.now())
    await outbox.to_topic(desk, unit, fresh, desk.say("fields.settled"))
    await outbox.card(desk, unit, fresh)
    return True


async def is_the_question(unit: Unit, ticket: Ticket, now: progress.Series) -> bool:
    """Whether it is the list that the client owes an answer to: no other question was asked since."""
    if ticket.status is not Status.WAITING or not now.question:
        return False
    last = await unit.first(Message, ticket_id=ticket.id, kind=Kind.QUESTION, withdrawn_at=None, order="-id")
    return last is not None and last.id == now.question
