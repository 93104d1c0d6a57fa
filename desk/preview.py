"""What will happen by itself on a day: for the leads every working morning, and for any day to come in a shell.

Rule: it is reckoned by the same table that the ticks act by (desk.promises), and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from desk import chores, outbox, promises, staff, work
from desk.asking import asked_now
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer
from desk.moments import day_in_words
from desk.parcels import Action, Button, Parcel, ParcelState, Purpose
from desk.people import Audit, Client
from desk.ports import Unit
from desk.promises import CLOSES, Next
from desk.tickets import Status, Ticket

LISTED = 20
"""Tickets that the morning's message names, a button each; the rest are counted."""

YEARS = 10
"""So far ahead is reckoned: a ticket that waits for others has a step each week."""

TOLD = "preview.told"
_NAME, _SUBJECT, _WHOM = 30, 40, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One step of one ticket: when it is done, with the ticket as it will be then, and what stands in its way."""

    step: Next
    at: datetime
    ticket: Ticket
    client: str
    held: str = ""


async def reckon(desk: Desk, unit: Unit, since: datetime, until: datetime) -> list[Due]:
    """What happens by itself from one moment to another, in order; nothing is changed."""
    now, previewed = desk.now(), chores.previewed(desk)
    tickets = [await _asked(unit, ticket, now) for ticket in await chores.clocked(unit)]
    found = []
    for ticket in tickets:
        steps = promises.forecast(ticket, now, until, desk.settings.reminders, desk.calendar, previewed=previewed)
        reason: str | None = None
        for promise, at, then in steps:
            if promise.step is Next.REMIND and not await asked_now(desk, unit, ticket):
                break  # nothing is missing any more: the reminder will find that out and not go
            reason = await chores.why_not(unit, ticket) if reason is None else reason
            held = reason if promise.step in CLOSES or reason == "no_door" else ""
            if at >= since:
                found.append((promise.step, at, then, held))
            if held:  # it stays where it is until somebody acts
                break
    names = {client.id: client.name for client in await unit.find(Client, id__in=[one[2].client_id for one in found])}
    due = [
        Due(step=step, at=at, ticket=ticket, client=names.get(ticket.client_id, "?"), held=held)
        for step, at, ticket, held in found
    ]
    return sorted(due, key=lambda one: (one.at, one.ticket.id))


async def _asked(unit: Unit, ticket: Ticket, now: datetime) -> Ticket:
    """A question that is on its way starts the clock when it arrives: as good as now."""
    if ticket.status is not Status.WAITING or ticket.clock_from:
        return ticket
    states = (ParcelState.QUEUED, ParcelState.SENDING)
    going = await unit.count(Parcel, ticket_id=ticket.id, purpose=Purpose.QUESTION, state__in=states)
    return replace(ticket, clock_from=now) if going else ticket


async def tick(desk: Desk) -> None:
    """Tell the leads once a day, when work begins; nothing where nothing is due, or nothing goes to clients."""
    now = desk.now()
    begins = promises.morning(now, desk.calendar)
    if begins is None or now < begins or desk.settings.desk.quiet or not chores.previewed(desk):
        return
    today = begins.date().isoformat()
    async with desk.view() as view:
        if await view.recall(TOLD) >= today:
            return
        due = await reckon(desk, view, now, _midnight(begins))
    async with desk.store.unit() as unit:
        if await unit.recall(TOLD) < today:
            await unit.remember(TOLD, today)
            if due:
                await _tell(desk, unit, due)
            await unit.commit()


def _midnight(local: datetime) -> datetime:
    """The end of a local day."""
    return datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=local.tzinfo)


async def _tell(desk: Desk, unit: Unit, due: Sequence[Due]) -> None:
    order = [Next.CLOSE, Next.CONFIRM, Next.REMIND, Next.TELL]
    shown = sorted(due, key=lambda one: order.index(one.step))[:LISTED]
    text = in_words(desk, shown)
    if len(due) > len(shown):
        text = f"{text}\n\n{desk.say('closing.preview_more', count=len(due) - len(shown))}"
    text = f"{desk.say('closing.preview_mention')}\n\n{text}"
    tickets = dict.fromkeys(one.ticket.id for one in shown if one.step is not Next.TELL)
    labels = {id_: desk.say("closing.button_spare", number=desk.number(id_)) for id_ in tickets}
    buttons = [[Button(label=label, action=Action.SPARE, ticket=id_)] for id_, label in labels.items()]
    mention = staff.mention(staff.leads(desk))
    await outbox.to_general(desk, unit, text, title=desk.say("closing.preview"), buttons=buttons, mention=mention)


def in_words(desk: Desk, due: Sequence[Due]) -> str:
    """By what will be done: first what is closed, then who is reminded, then who is told of others."""
    parts = []
    for key, steps in (("close", CLOSES), ("remind", {Next.REMIND}), ("tell", {Next.TELL})):
        rows = [f"• {_row(desk, one)}" for one in due if one.step in steps]
        if rows:
            parts.append("\n".join([desk.say(f"closing.preview_{key}"), *rows]))
    return "\n\n".join(parts)


def _row(desk: Desk, due: Due) -> str:
    ticket = due.ticket
    why = desk.say(
        f"closing.why_{due.step.value}",
        day=_day(desk, (ticket.solved_at if due.step is Next.CONFIRM else ticket.asked_at) or ticket.active_at),
        which=ticket.reminded + 1,
        count=ticket.reminded if due.step is Next.CLOSE else desk.settings.reminders.count,
        whom=" ".join(ticket.third_party.split())[:_WHOM],
    )
    held = f" ({desk.say(f'closing.held_{due.held}')})" if due.held else ""
    name, subject = due.client[:_NAME], ticket.subject[:_SUBJECT]
    return desk.say("closing.row", number=desk.number(ticket.id), name=name, subject=subject, why=why) + held


def _day(desk: Desk, at: datetime) -> str:
    return day_in_words(desk.settings.desk.language, at, timezone=desk.settings.desk.timezone, texts=desk.texts)


async def spare(desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer) -> str:
    """A lead says «do not close»: it closes a period later than it would; the toast. Refusal for anybody else."""
    staff.leads_only(desk, engineer)
    settings, calendar, now = desk.settings.reminders, desk.calendar, desk.now()
    if ticket.status not in (Status.WAITING, Status.SOLVED):
        raise Refusal("closing.spare_late")
    horizon = now + timedelta(days=366 * YEARS)
    closing = [
        at
        for promise, at, _ in promises.forecast(ticket, now, horizon, settings, calendar, previewed=False)
        if promise.step in CLOSES
    ]
    if not closing:
        raise Refusal("closing.spare_late")
    midnight = datetime.combine(now.astimezone(desk.settings.desk.zone).date(), time(), tzinfo=desk.settings.desk.zone)
    again = await unit.count(Audit, ticket_id=ticket.id, what="spared", at__ge=midnight)
    if not again or ticket.spared_until is None:
        ticket = await unit.save(replace(ticket, spared_until=calendar.add(closing[-1], settings.every)))
        await work.audit(desk, unit, ticket, engineer.name, "spared", until=f"{ticket.spared_until:%Y-%m-%d}")
        text = desk.say("closing.spared", name=engineer.name, date=_day(desk, ticket.spared_until or now))
        await outbox.to_topic(desk, unit, ticket, text)
    return desk.say("closing.spared_toast", date=_day(desk, ticket.spared_until or now))


async def due_on(desk: Desk, at: datetime | date | None) -> str:
    """`python -m desk due`: what happens by itself on that day, or from that time of it on.

    None is now; a time without a zone is the desk's. Refusal for a day that is over, or too far ahead.
    """
    zone, now = desk.settings.desk.zone, desk.now()
    timed = isinstance(at, datetime)
    begins = at if isinstance(at, datetime) else datetime.combine(at or now.astimezone(zone).date(), time())
    local = begins.replace(tzinfo=zone) if begins.tzinfo is None else begins.astimezone(zone)
    until = _midnight(local)
    if until <= now:
        raise Refusal("closing.due_past")
    if until > now + timedelta(days=366 * YEARS):
        raise Refusal("closing.due_far", count=YEARS)
    async with desk.view() as view:
        due = await reckon(desk, view, local, until)
    date_, time_ = f"{local:%d.%m.%Y}", f"{local:%H:%M}"
    head = desk.say("closing.due_time", date=date_, time=time_) if timed else desk.say("closing.due_day", date=date_)
    quiet = [desk.say("closing.due_quiet")] if desk.settings.desk.quiet else []
    return "\n".join([head, *quiet, "", in_words(desk, due) or desk.say("closing.due_none")])
