"""What the desk does by itself: reminders, and closing what the client let go stale.

Rule: whatever a tick does is decided again inside the unit that does it, so a client's word at any moment wins, and a
doubled or late tick changes nothing.
"""

import logging
from dataclasses import replace

from desk import (
    clients,
    delivered,
    doors,
    estimates,
    health,
    moving,
    outbox,
    participants,
    promises,
    staff,
    third_party,
    unreachable,
    work,
)
from desk.asking import asked_now
from desk.closing import CLOCK_ANEW
from desk.desk import Desk
from desk.errors import DeliveryRefused
from desk.incoming import Raw, RawState
from desk.lifecycle import Step
from desk.moments import day_in_words
from desk.parcels import Action, Button, Parcel, ParcelState, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.promises import CLOSES, Next, Promise
from desk.tickets import Closing, Status, Ticket

log = logging.getLogger(__name__)


async def tick(desk: Desk) -> None:
    """Look for what is due: one ticket, one unit. In shadow mode no client hears of it, so nothing is done."""
    async with desk.store.unit() as unit:
        await health.alive(desk, unit)
        await unit.commit()
    if desk.settings.desk.quiet or not desk.calendar.is_working(desk.now()):
        return
    async with desk.view() as view:
        waiting = await clocked(view)
        sent = [ticket.reminder_id for ticket in waiting if ticket.reminder_id]
        failed = {parcel.id for parcel in await view.find(Parcel, id__in=sent, state=ParcelState.FAILED)}
    for ticket in waiting:
        if ticket.reminder_id in failed:
            await _lost(desk, ticket)
            continue
        if _due(desk, ticket):
            try:
                await _do(desk, ticket.id)
            except Exception:  # the guard: one ticket must not keep the others from their due
                log.exception("chore.failed ticket=%s", ticket.id)


async def _lost(desk: Desk, ticket: Ticket) -> None:
    """A reminder that was given up by a mistake of ours would hold the ticket for ever: the engineers decide."""
    async with desk.store.unit() as unit:
        now = await unit.get(Ticket, ticket.id)
        parcel = await unit.get(Parcel, ticket.reminder_id or 0)
        if now and parcel and now.reminder_id == parcel.id:
            await delivered.tell_failure(desk, unit, parcel, now, DeliveryRefused(parcel.error))
            await unit.commit()


async def clocked(view: Unit) -> list[Ticket]:
    """The tickets whose clock runs, or waits for the word that starts it."""
    waiting = await view.find(Ticket, status__in=(Status.WAITING, Status.THIRD_PARTY))
    # What was solved before clients were asked for their word has no clock, and may be much.
    asked = await view.find(Ticket, status=Status.SOLVED, clock_from__ne=None)
    return [*waiting, *asked, *await view.find(Ticket, status=Status.SOLVED, reminder_id__ne=None, clock_from=None)]


def previewed(desk: Desk) -> bool:
    """Whether leads see in the morning what will happen; then closing waits until they could."""
    return desk.settings.reminders.preview and bool(staff.leads(desk))


def _due(desk: Desk, ticket: Ticket) -> Promise | None:
    """What is to be done with it now, if anything."""
    now = desk.now()
    promise = promises.next_step(ticket, desk.settings.reminders, desk.calendar)
    if promise is None or promise.due > now:
        return None
    if promise.step in CLOSES and previewed(desk) and not promises.may_close(now, desk.calendar):
        return None
    return promise


async def _do(desk: Desk, ticket_id: int) -> None:
    async with desk.store.unit() as unit:
        ticket = await unit.get(Ticket, ticket_id)
        promise = _due(desk, ticket) if ticket else None
        if ticket is None or promise is None:
            return
        await _STEPS[promise.step](desk, unit, ticket)
        await unit.commit()


async def _remind(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    if await _word_on_its_way(unit, ticket):
        return
    door = await doors.best(unit, ticket)
    if door is None:
        await _hold(desk, unit, ticket, "no_door")
        return
    asked = await asked_now(desk, unit, ticket)
    if not asked:
        await _nothing_missing(desk, unit, ticket)
        return
    client = await unit.get(Client, ticket.client_id)
    language = clients.language(desk, client, ticket)
    settings = desk.settings.reminders
    closing = promises.closes_at(ticket, desk.now(), settings, desk.calendar)
    text = desk.say(
        f"client.reminder_{door.channel}",
        language,
        number=desk.number(ticket.id),
        which=ticket.reminded + 1,
        count=settings.count,
        question=asked,
        date=day_in_words(language, closing, timezone=desk.settings.desk.timezone, texts=desk.texts),
    )
    message = await work.keep_notice(desk, unit, ticket, text)
    buttons = [*await estimates.to_answer(desk, unit, ticket, language), *_buttons(desk, ticket, language)]
    parcel = await outbox.to_door(
        desk, unit, door, Purpose.REMINDER, text, ticket=ticket, message_id=message.id, buttons=buttons
    )
    again = ticket.held_reason == promises.LATE
    held = ticket.held_reason if again else ""
    await unit.save(replace(ticket, reminder_id=parcel.id, snoozed_until=None, held_reason=held))
    if again:
        return
    event = desk.say("group.reminded", which=ticket.reminded + 1, count=settings.count)
    await outbox.to_topic(desk, unit, ticket, event, silent=True)


async def _nothing_missing(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """All that was asked for is there: reminding stops by itself, and the next word is ours."""
    ticket = await moving.move(unit, ticket, Step.TAKEN_BACK, at=desk.now(), **CLOCK_ANEW)
    await outbox.to_topic(desk, unit, ticket, desk.say("closing.nothing_missing"))
    await outbox.card(desk, unit, ticket)


def _buttons(desk: Desk, ticket: Ticket, language: str) -> list[list[Button]]:
    def button(key: str, action: Action) -> Button:
        return Button(label=desk.say(f"client.button_{key}", language), action=action, ticket=ticket.id)

    return [
        [button("keep", Action.KEEP), button("solved", Action.SOLVED_BY_CLIENT)],
        [button("snooze", Action.SNOOZE)],
    ]


async def _tell(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Once more that it depends on others."""
    if await _word_on_its_way(unit, ticket) or await unreachable.nobody(unit, ticket):
        return
    if await doors.best(unit, ticket) is None:
        await _hold(desk, unit, ticket, "no_door")
        return
    await third_party.tell_again(desk, unit, ticket)


async def _close(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    if await _may_close(desk, unit, ticket):
        await work.close(desk, unit, ticket, "desk", Closing.NO_ANSWER, step=Step.SILENCE)


async def _confirm(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    if await _may_close(desk, unit, ticket):
        key, event = "closing.for_solved_silence", desk.say("closing.silence")
        await work.close(desk, unit, ticket, "desk", Closing.SOLVED, step=Step.SILENCE, key=key, event=event)


async def _may_close(desk: Desk, unit: Unit, ticket: Ticket) -> bool:
    """Whether the silence is the client's; what stands in the way for long is told."""
    if await _word_on_its_way(unit, ticket) or await _ours_on_its_way(unit, ticket):
        return False
    reason = await why_not(unit, ticket) or await health.deaf(desk, unit)
    if reason:
        await _hold(desk, unit, ticket, reason)
    return not reason


async def _word_on_its_way(unit: Unit, ticket: Ticket) -> bool:
    """Whether something of this client's, or of who takes part, has come in and is not worked on yet."""
    return await _raws(unit, ticket, (RawState.NEW, RawState.WORKING)) > 0


async def _raws(unit: Unit, ticket: Ticket, states: tuple[RawState, ...]) -> int:
    found: list[Door] = await unit.find(Door, client_id=ticket.client_id)
    prefixes = {"telegram": "tg", "mail": "mail"}
    lanes = [f"{prefixes[door.channel]}:{door.address}" for door in found if door.channel in prefixes]
    lanes += [f"mail:{person.address}" for person in await participants.taking_part(unit, ticket)]
    return await unit.count(Raw, lane__in=lanes, state__in=states)


async def _ours_on_its_way(unit: Unit, ticket: Ticket) -> bool:
    """Whether words of ours have not reached the client yet."""
    states = (ParcelState.QUEUED, ParcelState.SENDING)
    to_client = {"channel__ne": "group", "purpose__ne": Purpose.COPY}
    return await unit.count(Parcel, ticket_id=ticket.id, state__in=states, **to_client) > 0


async def why_not(unit: Unit, ticket: Ticket) -> str:
    """Why a ticket that is due is not closed: a key of `group.held_…`; "" when it may be."""
    if await doors.best(unit, ticket) is None:
        return "no_door"
    return "quarantine" if await _raws(unit, ticket, (RawState.QUARANTINED,)) else ""


async def _hold(desk: Desk, unit: Unit, ticket: Ticket, reason: str) -> None:
    """Tell the engineers once, instead of closing or reminding."""
    if ticket.held_reason == reason:
        return
    ticket = await unit.save(replace(ticket, held_reason=reason))
    await outbox.to_topic(desk, unit, ticket, desk.say(f"group.held_{reason}"))


_STEPS = {Next.REMIND: _remind, Next.TELL: _tell, Next.CLOSE: _close, Next.CONFIRM: _confirm}
