"""The client's mark of a closed ticket and their word to it; neither opens anything again.

Rule: a mark is the ticket's own client's, by a button or in answer to the very question; whatever else they write is a
message like any other.
"""

from dataclasses import replace
from datetime import timedelta

from desk import (
    choosing,
    clients,
    conversation,
    keys,
    opening,
    outbox,
    rarely,
    ratings,
    scoring,
    senders,
    staff,
    underneath,
    work,
)
from desk.accounts import Rating
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Press, Sort
from desk.parcels import Parcel, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.ratings import Notes
from desk.tickets import Kind, Message, Role, Ticket, Trace

CHANGEABLE = timedelta(days=1)
"""So long after it was given a mark can be changed, and so long a word to it is waited for."""

CHANGES = 5
"""How often a mark can be changed: each change is a line in the group."""

WORDS = 1_000
"""Characters of a client's word that are kept with the mark; the whole message is kept in the ticket."""


async def pressed(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """A star was pressed; the toast. The first mark is followed by the question for a few words."""
    rating = await unit.first(Rating, ticket_id=ticket.id)
    door = await unit.first(Door, channel="telegram", address=press.place, client_id=client.id)
    stars = int(press.arg) if press.arg in {str(one) for one in range(1, scoring.MOST + 1)} else 0
    if rating is None or door is None or not stars:
        raise Refusal("client.button_old")
    said = clients.say(desk, client, "client.rated", stars=scoring.shown(stars))
    if stars == rating.stars:
        return said
    first = rating.stars is None
    rating = await _mark(desk, unit, ticket, rating, client, door, stars)
    parcel = await underneath.pressed(unit, press)
    if parcel:
        buttons = ratings.buttons(ticket)
        await underneath.write(desk, unit, parcel, press.place, press.external_id, f"✓ {said}", buttons=buttons)
    if first:
        await _ask_for_words(desk, unit, ticket, rating, client, door)
    return said


async def _ask_for_words(  # noqa: PLR0917 - the mark, whose it is and where they are
    desk: Desk, unit: Unit, ticket: Ticket, rating: Rating, client: Client, door: Door
) -> None:
    low = rating.stars is not None and rating.stars <= desk.settings.marks.low
    text = clients.say(desk, client, "client.rate_why" if low else "client.rate_word")
    message = await work.keep_notice(desk, unit, ticket, text)
    notes = await ratings.notes_of(unit, rating)
    await ratings.keep(unit, rating, replace(notes, word=int(message.id)))
    await outbox.to_door(desk, unit, door, Purpose.NOTICE, text, ticket=ticket, message_id=message.id)


async def _mark(  # noqa: PLR0917 - the mark, whose it is and where it came from
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    rating: Rating,
    client: Client,
    door: Door,
    stars: int,
    words: str = "",
) -> Rating:
    """Keep the mark and tell the engineers, of a low one the leads. Refusal when it cannot be changed any more."""
    notes, now, before = await ratings.notes_of(unit, rating), desk.now(), rating.stars
    if rating.given_at and (now > rating.given_at + CHANGEABLE or notes.changes >= CHANGES):
        raise Refusal("client.rate_late")
    kept = replace(rating, stars=stars, words=words[:WORDS] or rating.words, given_at=rating.given_at or now)
    rating = await unit.save(kept)
    if before is not None:
        await ratings.keep(unit, rating, replace(notes, changes=notes.changes + 1))
    given = {"stars": stars, "before": before, "words": words[:WORDS], "through": f"{door.channel} {door.address}"}
    await work.audit(desk, unit, ticket, client.name, "marked", **given)
    if before is None:
        line = desk.say("accounts.mark", stars=scoring.shown(stars), count=stars, name=client.name)
    else:
        line = desk.say("accounts.mark_changed", before=before, stars=scoring.shown(stars), count=stars)
    fell = before is None or before > desk.settings.marks.low
    await _tell(desk, unit, ticket, rating, line, words, leads=fell or bool(words))
    return rating


async def _tell(  # noqa: PLR0917 - the mark and what was said of it
    desk: Desk, unit: Unit, ticket: Ticket, rating: Rating, line: str, words: str, *, leads: bool
) -> None:
    """In the topic, and when it is low and the leads are to hear of it, to them there and in General."""
    low = leads and rating.stars is not None and rating.stars <= desk.settings.marks.low
    mention = staff.mention(staff.leads(desk, ticket.line)) if low else ""
    quote = words[:WORDS]
    await outbox.to_topic(desk, unit, ticket, line, quote=quote, mention=mention, silent=None if low else True)
    if low:
        number, engineer = desk.number(ticket.id), rating.engineer or "—"
        text = desk.say("accounts.mark_low", number=number, subject=ticket.subject, line=line, engineer=engineer)
        said = f"{text}\n\n{quote}" if quote else text
        await outbox.to_general(desk, unit, keys.disarmed(said), mention=mention)


async def heard(desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming) -> bool:
    """Whether the message was a mark, or the word to one, and is done with."""
    found = await _answered_question(unit, client, incoming) if incoming.sort is Sort.HUMAN else None
    if found is None:
        return False
    ticket, rating, notes, message_id = found
    if message_id == notes.word:
        if rating.words or rating.given_at is None or desk.now() > rating.given_at + CHANGEABLE:
            return False
        await _word(desk, unit, ticket, rating, client, incoming)
    else:
        score = scoring.scored(incoming.text)
        if score is None:
            return False
        await _scored(desk, unit, ticket, rating, client, door, *score)
    await _keep(desk, unit, ticket, door, client, incoming)
    return True


async def _scored(  # noqa: PLR0917 - the mark, whose it is and where it came from
    desk: Desk, unit: Unit, ticket: Ticket, rating: Rating, client: Client, door: Door, stars: int, words: str
) -> None:
    """A mark in words. The same once more says nothing new; one that comes too late is shown and does not count."""
    if stars == rating.stars and not words:
        return
    try:
        await _mark(desk, unit, ticket, rating, client, door, stars, words)
    except Refusal:
        if await rarely.may(desk, unit, f"mark.late:{ticket.id}", CHANGEABLE):
            line = desk.say("accounts.mark_late", stars=scoring.shown(stars), count=stars)
            await outbox.to_topic(desk, unit, ticket, line, quote=words[:WORDS], silent=True)


async def _answered_question(
    unit: Unit, client: Client, incoming: Incoming
) -> tuple[Ticket, Rating, Notes, int] | None:
    """The client's ticket and its rating when the message replies to a question for stars or words."""
    trace = await _replied_to(unit, incoming)
    if trace is None or not trace.message_id or not trace.ticket_id:
        return None
    rating = await unit.first(Rating, ticket_id=trace.ticket_id)
    ticket = await unit.get(Ticket, trace.ticket_id) if rating else None
    if rating is None or ticket is None or ticket.client_id != client.id or not await _proven(unit, trace, incoming):
        return None
    notes = await ratings.notes_of(unit, rating)
    asked = trace.message_id in (notes.asked, notes.word)
    return (ticket, rating, notes, trace.message_id) if asked else None


async def _replied_to(unit: Unit, incoming: Incoming) -> Trace | None:
    """Our message that this one answers. In a chat a mark that replies to nothing answers what stands last there."""
    chat = {"channel": "telegram", "place": incoming.place, "role": Role.OURS.value}
    if incoming.channel != "telegram":
        to = incoming.reply_to or (incoming.references[-1] if incoming.references else "")
        return await unit.first(Trace, channel=incoming.channel, external_id=to, role=Role.OURS) if to else None
    if incoming.reply_to:
        return await unit.first(Trace, external_id=incoming.reply_to, **chat)
    if scoring.scored(incoming.text) is None or await unit.recall(choosing.new_key(incoming.place)):
        return None
    return await unit.first(Trace, order="-id", **chat)


async def _proven(unit: Unit, trace: Trace, incoming: Incoming) -> bool:
    """Whether a message is surely the client's, as whatever comes from their chat is.

    A mail is when it is vouched for, or answers ours from the very address to which that went: nobody else was sent
    it, and its id is not to be guessed.
    """
    if incoming.channel == "telegram" or senders.vouched(incoming):
        return True
    parcel = await unit.get(Parcel, trace.parcel_id) if trace.parcel_id else None
    believed = not incoming.claimed and not incoming.refuted
    return believed and parcel is not None and parcel.place == incoming.sender.address


async def _word(  # noqa: PLR0917 - the word, whose it is and of which mark
    desk: Desk, unit: Unit, ticket: Ticket, rating: Rating, client: Client, incoming: Incoming
) -> None:
    words = incoming.text.strip() or desk.say("group.no_text")
    rating = await unit.save(replace(rating, words=words[:WORDS]))
    await work.audit(desk, unit, ticket, client.name, "marked in words", words=rating.words)
    line = desk.say("accounts.mark_words", stars=scoring.shown(rating.stars or 0), name=client.name)
    await _tell(desk, unit, ticket, rating, line, words, leads=True)


async def _keep(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, client: Client, incoming: Incoming
) -> None:
    """The message stays in the ticket's record; its files are shown, its words were."""
    message = await conversation.add_message(unit, ticket, door, incoming, kind=Kind.WORDS)
    if incoming.files:
        await opening.mirror(desk, unit, ticket, door, client, message)
    if door.channel == "telegram":
        thanks = clients.say(desk, client, "client.rate_thanks")
        await outbox.to_door(desk, unit, door, Purpose.REPLY, thanks, reply_to=incoming.external_id)


async def show(desk: Desk, unit: Unit, ticket: Ticket, client: Client, chat: str) -> None:
    """Ask here as well for the mark that was asked for by mail: the client has just come from there by its link."""
    rating = await unit.first(Rating, ticket_id=ticket.id, stars=None)
    door = await unit.first(Door, channel="telegram", address=chat, client_id=client.id)
    notes = await ratings.notes_of(unit, rating) if rating else None
    asked = await unit.get(Message, notes.asked) if notes else None
    if door is None or asked is None:
        return
    number = desk.number(ticket.id)
    text = clients.say(desk, client, "client.rate_telegram", number=number, subject=ticket.subject)
    buttons = ratings.buttons(ticket)
    await outbox.to_door(desk, unit, door, Purpose.NOTICE, text, ticket=ticket, message_id=asked.id, buttons=buttons)
