"""The client agrees to work outside the plan, or refuses it, by name.

Rule: only the ticket's own client consents, by a button in their chat or by a plain yes that answers the very question;
what a mail's From says alone proves nobody. Whatever does not count is shown to the engineers, who are told why.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from desk import bills, clients, consent, conversation, copies, deadlines, estimates, outbox, senders, underneath, work
from desk.accounts import Agreement, Estimate
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Press, Sort
from desk.parcels import Parcel, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Message, Role, Status, Ticket, Trace

WORDS = 1_500
"""Characters of the words that went with a consent which the audit trail keeps."""

_OVER = (Status.SOLVED, Status.CLOSED)


def pressed(agreed: bool) -> Callable[[Desk, Unit, Client, Ticket, Press], Awaitable[str]]:
    """What the client's button «Согласовать» or «Отказаться» does."""

    async def verb(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
        number = int(press.arg) if press.arg.isdecimal() and len(press.arg) <= len(str(2**31)) else 0
        estimate = await unit.get(Estimate, number)
        door = await unit.first(Door, channel="telegram", address=press.place, client_id=client.id)
        if estimate is None or door is None or estimate.ticket_id != ticket.id:
            raise Refusal("client.button_old")
        _answerable(estimate, ticket)
        now = desk.now()
        ticket = await conversation.client_wrote(unit, ticket, at=now)
        ticket = await unit.save(replace(ticket, client_wrote_at=now, active_at=now, door_id=door.id))
        ticket = await deadlines.client_wrote(desk, unit, ticket)
        said = clients.say(desk, client, "client.estimate_agreed" if agreed else "client.estimate_refused")
        await _under_a_reminder(desk, unit, estimate, press, said)
        await _answered(desk, unit, ticket, estimate, client, door, agreed=agreed, words=said)
        return said

    return verb


def _answerable(estimate: Estimate, ticket: Ticket) -> None:
    """Refusal, in words for the client, unless it waits for an answer."""
    if estimate.state in (Agreement.AGREED, Agreement.REFUSED):
        raise Refusal("client.estimate_answered")
    if estimate.state is not Agreement.ASKED:
        raise Refusal("client.estimate_old")
    if ticket.status in _OVER:
        raise Refusal("client.estimate_late")


async def _under_a_reminder(desk: Desk, unit: Unit, estimate: Estimate, press: Press, said: str) -> None:
    """A reminder carries the buttons too; what stands under the question itself is written by `_answered`."""
    parcel = await underneath.pressed(unit, press)
    if parcel and parcel.message_id != estimate.message_id:
        await underneath.write(desk, unit, parcel, press.place, press.external_id, f"✓ {said}")


async def _answered(  # noqa: PLR0917 - the estimate and who answered it
    desk: Desk, unit: Unit, ticket: Ticket, estimate: Estimate, client: Client, door: Door, *, agreed: bool, words: str
) -> None:
    """Write down who consented to what, when and through which door; the engineers hear it."""
    through = f"{door.channel} {door.address}"
    estimate = await unit.save(
        replace(
            estimate,
            state=Agreement.AGREED if agreed else Agreement.REFUSED,
            answered_at=desk.now(),
            answered_by=client.name,
            answered_through=through,
            door_id=door.id,
        )
    )
    question = await unit.get(Message, estimate.message_id or 0)
    what = "estimate agreed" if agreed else "estimate refused"
    asked = {"estimate": estimate.id, "minutes": estimate.minutes, "text": question.text if question else estimate.text}
    await work.audit(desk, unit, ticket, client.name, what, **asked, through=through, door=door.id, words=words)
    await work.drop_reminders(unit, ticket)
    key = "accounts.estimate_agreed" if agreed else "accounts.estimate_refused"
    shown = f"{desk.say(f'group.door_{door.channel}')} {door.address}"
    time = bills.length(desk, estimate.minutes)
    text = desk.say(key, name=client.name, door=shown, time=time, text=estimate.text)
    await outbox.to_topic(desk, unit, ticket, text, mention=f"{estimate.by_id}:{estimate.by}")
    if estimate.message_id:
        key = "client.estimate_agreed" if agreed else "client.estimate_refused"
        await estimates.strike(desk, unit, estimate.message_id, f"✓ {clients.say(desk, client, key)}")
    await outbox.card(desk, unit, ticket)


async def heard(  # noqa: PLR0917 - the words, their sender and the ticket before and after them
    desk: Desk,
    unit: Unit,
    before: Ticket,
    ticket: Ticket,
    door: Door,
    client: Client,
    incoming: Incoming,
    *,
    answers: bool,
) -> None:
    """A client's or a participant's words in the ticket: whether they answer an estimate, and if not, why not.

    `answers`: a mail that answers one which we sent to its sender's address.
    """
    estimate = await estimates.waiting(unit, ticket)
    agreed = consent.plain(incoming.text) if estimate and incoming.sort is Sort.HUMAN else None
    if estimate is None or agreed is None:
        return
    to_it = await _answers_it(unit, ticket, incoming, estimate)
    if before.status in _OVER:
        if to_it:  # else it answers whether all is solved
            await _does_not_count(desk, unit, ticket, "accounts.consent_late")
    elif client.id != ticket.client_id:
        await _does_not_count(desk, unit, ticket, "accounts.consent_not_client")
    elif not await _proven(unit, ticket, incoming, answers=answers):
        await _does_not_count(desk, unit, ticket, "accounts.consent_unproven")
    elif not to_it:
        await _does_not_count(desk, unit, ticket, "accounts.consent_elsewhere")
        if door.channel == "telegram":
            await work.tell_client(desk, unit, ticket, "client.estimate_press", Purpose.NOTICE, text=estimate.text)
    else:
        words = incoming.text.strip()[:WORDS]
        await _answered(desk, unit, ticket, estimate, client, door, agreed=agreed, words=words)
        time = bills.length(desk, estimate.minutes, clients.language(desk, client, ticket))
        key = "client.estimate_agreed_text" if agreed else "client.estimate_refused_text"
        await work.tell_client(desk, unit, ticket, key, Purpose.NOTICE, text=f"{time} · {estimate.text}")


async def overheard(desk: Desk, unit: Unit, ticket: Ticket, incoming: Incoming) -> None:
    """A stranger's words in the thread: a yes among them counts for nothing, and the topic says so."""
    if consent.plain(incoming.text) is not None and await estimates.waiting(unit, ticket):
        await _does_not_count(desk, unit, ticket, "accounts.consent_not_client")


async def _does_not_count(desk: Desk, unit: Unit, ticket: Ticket, why: str) -> None:
    await outbox.to_topic(desk, unit, ticket, desk.say(why))


async def _proven(unit: Unit, ticket: Ticket, incoming: Incoming, *, answers: bool) -> bool:
    """Whether it is surely the client's, as whatever comes from their chat is.

    A mail is when a server vouches for it, or when it answers one of ours that nobody else can have read: its id is not
    to be guessed.
    """
    if incoming.channel == "telegram" or senders.vouched(incoming):
        return True
    return answers and not incoming.claimed and await copies.written_alone(unit, ticket)


async def _answers_it(unit: Unit, ticket: Ticket, incoming: Incoming, estimate: Estimate) -> bool:
    """Whether the words answer the very question, or a reminder of it."""
    to = incoming.reply_to or (incoming.references[-1] if incoming.references else "")
    place = {"place": incoming.place} if incoming.channel == "telegram" else {}
    if not to:
        return False
    trace = await unit.first(
        Trace, channel=incoming.channel, external_id=to, ticket_id=ticket.id, role=Role.OURS, **place
    )
    if trace is None or not trace.message_id:
        return False
    if trace.message_id == estimate.message_id:
        return True
    parcel = await unit.get(Parcel, trace.parcel_id) if trace.parcel_id else None
    question = await unit.get(Message, estimate.message_id or 0)
    if parcel is None or question is None or parcel.purpose is not Purpose.REMINDER:
        return False
    return parcel.created_at >= estimate.at and question.text in str(parcel.body.get("text", ""))


async def show(desk: Desk, unit: Unit, ticket: Ticket, client: Client, chat: str) -> None:
    """Ask here as well what was asked by mail: the client has just come from there by its link."""
    estimate = await estimates.waiting(unit, ticket)
    door = await unit.first(Door, channel="telegram", address=chat, client_id=client.id)
    message = await unit.get(Message, estimate.message_id or 0) if estimate else None
    if estimate is None or door is None or message is None or ticket.status in _OVER:
        return
    language = clients.language(desk, client, ticket)
    buttons = estimates.buttons(desk, estimate, language)
    await outbox.to_door(
        desk, unit, door, Purpose.NOTICE, message.text, ticket=ticket, message_id=message.id, buttons=buttons
    )
