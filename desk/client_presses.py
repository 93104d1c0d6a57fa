"""Buttons that clients press in their own chat. A ticket obeys its own client only."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from desk import (
    agreeing,
    article_offers,
    asking_clients,
    calls,
    choosing,
    clients,
    conversation,
    deadlines,
    moving,
    other_question,
    outbox,
    rated,
    subscribing,
    switching,
    underneath,
    wishes,
    work,
)
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.info import pressed as field_pressed
from desk.lifecycle import Step
from desk.parcels import Action
from desk.people import Client
from desk.ports import Unit
from desk.texts import LANGUAGES
from desk.tickets import Closing, Message, Status, Ticket, Trace

KEPT_AT_MOST = 2
"""How often «still needed» starts the reminders anew; then an engineer decides."""

SNOOZE = timedelta(days=14)

Verb = Callable[[Desk, Unit, Client, Ticket, Press], Awaitable[str]]


async def pressed(desk: Desk, unit: Unit, action: Action, press: Press) -> str:
    """Do it; the toast in the client's language."""
    door = await choosing.door_of_chat(unit, press.place)
    client = await unit.get(Client, door.client_id) if door else None
    if client and client.banned_at:
        raise Refusal("client.banned_press")
    if action is Action.LANG:
        return await language(desk, unit, client, press.place, press.arg)
    if of_no_ticket := _OF_NO_TICKET.get(action):
        return await of_no_ticket(desk, unit, client, press)
    ticket = await unit.get(Ticket, press.ticket)
    verb = _VERBS.get(action)
    if client is None or ticket is None or verb is None or ticket.client_id != client.id:
        raise Refusal("client.button_old")
    return await verb(desk, unit, client, ticket, press)


async def language(desk: Desk, unit: Unit, client: Client | None, chat: str, wanted: str) -> str:
    """Remember the language a client chose; before their first request the chat remembers it."""
    if wanted not in LANGUAGES:
        raise Refusal("client.button_old")
    if client:
        await unit.save(replace(client, language=wanted))
    else:
        await unit.remember(f"lang:telegram:{chat}", wanted)
    return desk.say("client.language_set", wanted)


def _waiting(ticket: Ticket) -> None:
    if ticket.status is not Status.WAITING:
        raise Refusal("client.not_waiting")


async def _keep(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    _waiting(ticket)
    if not ticket.reminded and not ticket.reminder_id and not ticket.snoozed_until:
        return clients.say(desk, client, "client.kept")  # a double tap: the count is anew already
    await work.drop_reminders(unit, ticket)
    name = client.name
    if ticket.kept >= KEPT_AT_MOST:
        ticket = await moving.move(unit, ticket, Step.CLIENT_WROTE, at=desk.now(), clock_from=None, reminder_id=None)
        await outbox.to_topic(desk, unit, ticket, desk.say("group.kept_too_often", name=name))
        said = clients.say(desk, client, "client.kept_engineer")
    else:
        ticket = await moving.move(
            unit,
            ticket,
            Step.STILL_NEEDED,
            at=desk.now(),
            kept=ticket.kept + 1,
            reminded=0,
            clock_from=desk.now(),
            snoozed_until=None,
            reminder_id=None,
            held_reason="",
        )
        await outbox.to_topic(desk, unit, ticket, desk.say("group.kept", name=name), silent=True)
        said = clients.say(desk, client, "client.kept")
    await outbox.card(desk, unit, ticket)
    await _tick(desk, unit, press, said)
    return said


async def _solved(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """Under a reminder: we wait for nothing any more, and the client's word is the confirmation."""
    _waiting(ticket)
    ticket = await work.solve(desk, unit, ticket, client.name, tell=False)
    return await _confirm(desk, unit, client, ticket, press)


async def _confirm(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    if ticket.status is not Status.SOLVED:
        raise Refusal("closing.not_asked")
    ticket = await work.confirmed(desk, unit, ticket, client.name)
    said = clients.say(desk, client, "client.solved_thanks")
    await _tick(desk, unit, press, said)
    return said


async def _not_solved(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """The next word is ours again; what is left they are asked to write."""
    if ticket.status is not Status.SOLVED:
        raise Refusal("closing.not_asked")
    ticket = await conversation.client_wrote(unit, ticket, at=desk.now())
    ticket = await unit.save(replace(ticket, client_wrote_at=desk.now(), active_at=desk.now()))
    ticket = await deadlines.client_wrote(desk, unit, ticket)
    await work.audit(desk, unit, ticket, client.name, "not solved")
    await outbox.to_topic(desk, unit, ticket, desk.say("closing.objected", name=client.name))
    await outbox.card(desk, unit, ticket)
    said = clients.say(desk, client, "closing.not_solved")
    await _tick(desk, unit, press, said)
    return said


async def _snooze(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """The next reminder comes 14 days later, also when the last one had been sent."""
    _waiting(ticket)
    await work.drop_reminders(unit, ticket)
    until = desk.now() + SNOOZE
    left = max(desk.settings.reminders.count - 1, 0)
    ticket = await unit.save(
        replace(ticket, snoozed_until=until, reminded=min(ticket.reminded, left), reminder_id=None, held_reason="")
    )
    await work.audit(desk, unit, ticket, client.name, "snoozed", until=until.isoformat())
    await outbox.to_topic(desk, unit, ticket, desk.say("group.snoozed", name=client.name), silent=True)
    said = clients.say(desk, client, "client.snoozed")
    await _tick(desk, unit, press, said)
    return said


async def _drop(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    if ticket.status is Status.CLOSED:
        raise Refusal("client.closed_already")
    await work.close(desk, unit, ticket, client.name, Closing.WITHDRAWN, key="client.closed_by_you")
    said = clients.say(desk, client, "client.closed_toast", number=desk.number(ticket.id))
    await _tick(desk, unit, press, said)
    return said


async def _other(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    message = await unit.get(Message, int(press.arg)) if press.arg.isdecimal() else None
    if message is None or message.ticket_id != ticket.id:
        raise Refusal("client.moved_already")
    fresh = await other_question.move_to_new(desk, unit, ticket, message, client)
    # The line with the button names the new ticket from now on: a reply to it goes there.
    await unit.change(
        Trace, {"ticket_id": fresh.id}, channel="telegram", place=press.place, external_id=press.external_id
    )
    said = clients.say(desk, client, "client.moved", number=desk.number(fresh.id))
    await _tick(desk, unit, press, said)
    return said


async def _field(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    said = await field_pressed(desk, unit, client, ticket, press)
    await _tick(desk, unit, press, said)
    return said


async def _tick(desk: Desk, unit: Unit, press: Press, said: str) -> None:
    """Write under the message what was chosen and take its buttons away, so that nothing is pressed twice."""
    parcel = await underneath.pressed(unit, press)
    if parcel:
        await underneath.write(desk, unit, parcel, press.place, press.external_id, f"✓ {said}")


_VERBS: dict[Action, Verb] = {
    Action.KEEP: _keep,
    Action.SOLVED_BY_CLIENT: _solved,
    Action.CONFIRM: _confirm,
    Action.NOT_SOLVED: _not_solved,
    Action.SNOOZE: _snooze,
    Action.CLOSE_BY_CLIENT: _drop,
    Action.OTHER: _other,
    Action.FIELD: _field,
    Action.AGREE: agreeing.pressed(agreed=True),
    Action.DECLINE: agreeing.pressed(agreed=False),
    Action.RATE: rated.pressed,
    Action.ARTICLE: article_offers.opened,
    Action.HELPED: article_offers.helped,
    Action.PERSON: article_offers.person,
    Action.CALL: wishes.called,
    Action.WISH: wishes.wished,
    Action.CALL_FITS: calls.fits,
    Action.CALL_OTHER: calls.other_time,
    Action.LOOK_AT: switching.shown,
}

_OF_NO_TICKET: dict[Action, Callable[[Desk, Unit, Client | None, Press], Awaitable[str]]] = {
    Action.MINE: switching.turned,
    Action.FRESH: asking_clients.new_pressed,
    Action.LANGS: asking_clients.languages_pressed,
    Action.CANCEL: asking_clients.cancelled,
    Action.NEWS: subscribing.pressed,
}
