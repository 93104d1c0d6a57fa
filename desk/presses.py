"""Buttons, pressed by engineers under cards and by clients under our words. The toast to show comes back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from desk import (
    admitting,
    announcing,
    article_views,
    asked_files,
    belonging,
    canned,
    client_presses,
    conduct,
    exporting,
    finishing,
    forgetting,
    handing_over,
    history,
    outbox,
    partner_forward,
    preview,
    quarantine,
    released,
    showing,
    similar,
    sorts,
    suggesting,
    third_party,
    triage,
    turning,
    work,
)
from desk.by_phone import pressed as caller_chosen
from desk.cards import card as card_of
from desk.checklists import left as not_ticked
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.lists import pressed as ask_by_button
from desk.mass_presses import asks as asks_first
from desk.parcels import Act, Action, Alert, Outgoing, Purpose
from desk.ports import Unit
from desk.secret_fields import shown as show_secret
from desk.series import taken
from desk.shaping_presses import PRESSES as SHAPING
from desk.tickets import Priority, Thread, Ticket, Type

Verb = Callable[[Desk, Unit, Ticket, Press], Awaitable[str]]


async def pressed(desk: Desk, press: Press) -> str:
    """Do what a button says. Refusal, with nothing changed, when it cannot be done (any more)."""
    async with desk.unit() as unit:
        said = await _pressed(desk, unit, press)
        await unit.commit()
    return said


async def _pressed(desk: Desk, unit: Unit, press: Press) -> str:
    try:
        action = Action(press.action)
    except ValueError:
        raise Refusal("group.button_old") from None
    if press.private:
        return await client_presses.pressed(desk, unit, action, press)
    if press.person.anonymous:
        raise Refusal("group.anonymous")
    if action is Action.PAGE:
        return await turning.pressed(desk, unit, press)
    if action is Action.CALLER:
        return await caller_chosen(desk, unit, press)
    if action is Action.RETRY:
        await quarantine.retry(desk, unit, int(press.arg), by=press.person.name)
        return desk.say("group.retrying")
    if action is Action.EXPORT:
        return await exporting.pressed(desk, unit, press)
    if action is Action.MAILING:
        return await announcing.pressed(desk, unit, press)
    if action is Action.FORGET:
        return await forgetting.pressed(desk, unit, press)
    ticket = await unit.get(Ticket, press.ticket)
    verb = _ENGINEERS.get(action)
    if ticket is None or verb is None:
        raise Refusal("group.button_old")
    return await verb(desk, unit, ticket, press)


async def _take(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    said = await work.take(desk, unit, ticket, press.person)
    await taken(desk, unit, ticket)
    return said


async def _info(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    asked = await ask_by_button(desk, unit, ticket, press)
    return desk.say("fields.asked_toast" if asked else "group.ask_toast")


async def _solved(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    if await asks_first(desk, unit, ticket, what="solve"):
        return desk.say("shaping.end_toast")
    if said := await not_ticked(desk, unit, ticket):
        return Alert(said)
    await work.solve(desk, unit, ticket, press.person.name)
    return desk.say("group.solved_toast")


async def _third_party(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    await third_party.prompt(desk, unit, ticket, press.person)
    return desk.say("group.ask_toast")


async def _spare(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    return await preview.spare(desk, unit, ticket, press.person)


async def _reopen(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    await handing_over.reopen(desk, unit, ticket, press.person)
    return desk.say("group.reopened_toast")


async def _lines(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """Offer the lines on the card itself: it costs an edit, not a message."""
    if press.arg == "back":
        await outbox.card(desk, unit, ticket)
        return ""
    await _offer(desk, unit, ticket, press, await card_of(desk, unit, ticket, lines=True))
    return ""


async def _offer(desk: Desk, unit: Unit, ticket: Ticket, press: Press, shown: Outgoing) -> None:
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    place = thread.external_id if thread else ""
    order = replace(
        shown, act=Act.EDIT, purpose=Purpose.REPLY, target=press.external_id, thread=place, thread_place=press.place
    )
    await outbox.send(desk, unit, order, lane=f"group:{ticket.id}:lines")


async def _types(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    if press.arg == "back":
        await outbox.card(desk, unit, ticket)
    else:
        shown = replace(await card_of(desk, unit, ticket), buttons=sorts.type_buttons(desk, ticket))
        await _offer(desk, unit, ticket, press, shown)
    return ""


async def _type(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    if press.arg not in tuple(Type):
        raise Refusal("group.button_old")
    await triage.set_type(desk, unit, ticket, Type(press.arg), press.person.name)
    return desk.say("triage.chosen")


async def _priorities(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    if press.arg == "back":
        await outbox.card(desk, unit, ticket)
    else:
        shown = replace(await card_of(desk, unit, ticket), buttons=sorts.priority_buttons(desk, ticket))
        await _offer(desk, unit, ticket, press, shown)
    return ""


async def _priority(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    if press.arg not in tuple(Priority):
        raise Refusal("group.button_old")
    await triage.set_priority(desk, unit, ticket, Priority(press.arg), press.person.name)
    return desk.say("triage.chosen")


async def _same(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:  # noqa: ARG001 - one shape for all
    number, _, word = press.arg.partition(":")
    if not number.isdecimal() or word not in {"yes", "no"}:
        raise Refusal("group.button_old")
    return await suggesting.answered(desk, unit, int(number), yes=word == "yes", by=press.person.name)


async def _belongs(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    return await belonging.answered(desk, unit, ticket, press.arg, by=press.person.name)


async def _admit(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    return await admitting.pressed(desk, unit, ticket, press.arg, by=press.person.name)


_ENGINEERS: dict[Action, Verb] = {
    Action.TAKE: _take,
    Action.INFO: _info,
    Action.LOOK: show_secret,
    Action.TRAIL: history.pressed,
    Action.SOLVED: _solved,
    Action.REOPEN: _reopen,
    Action.CLOSE: finishing.pressed,
    Action.THIRD_PARTY: _third_party,
    Action.SPARE: _spare,
    Action.LINES: _lines,
    Action.LINE: handing_over.pressed,
    Action.FORWARD: partner_forward.pressed,
    Action.TYPES: _types,
    Action.TYPE: _type,
    Action.PRIORITIES: _priorities,
    Action.PRIORITY: _priority,
    Action.FINE: conduct.found_fine,
    Action.REFUSE: conduct.refuse,
    Action.SEND: released.send,
    Action.KEEP_BACK: released.keep,
    Action.CORRECT: released.correct,
    **SHAPING,
    Action.SAME: _same,
    Action.BELONGS: _belongs,
    Action.ADMIT: _admit,
    Action.OPEN_TOPIC: showing.pressed,
    Action.CANNED: canned.pressed,
    Action.SIMILAR: similar.pressed,
    Action.ARTICLES: article_views.pressed_all,
    Action.ARTICLE: article_views.pressed,
    Action.FILE: asked_files.pressed,
}
