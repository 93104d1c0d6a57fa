"""One answer to everybody whom an incident concerns, or one end of all its tickets: sent in portions, stopped, told.

Rule: what is left to do is kept with the mailing and a portion is one unit, so a restart at any moment neither repeats
nor forgets anybody. Parcels of a mailing go behind the answers of persons.

A little longer than most modules: a mailing from its first portion to its last word stands on one page.
"""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from desk import answering, doors, incidents, merged, moving, outbox, work
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer
from desk.lifecycle import Step
from desk.parcels import Act, Action, Button, Outgoing, Parcel, ParcelState, Purpose, Urgency
from desk.ports import Unit
from desk.tickets import Closing, Kind, Message, Status, Ticket
from desk.workbench import Mailing, MailingId, MailingSort

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=3)
PORTION = 20
"""Tickets of one unit: others must not wait long for their turn to write."""

SHOWN_AGAIN = timedelta(seconds=10)
"""Changes of the message that shows how far it got are gathered for so long: they share the group's pace."""

NAMED = 20
"""Tickets that the words did not reach, named one by one."""

_WAITS = (ParcelState.QUEUED, ParcelState.HELD)
_COMING = (*_WAITS, ParcelState.SENDING)
_BEHIND = {"urgency": int(Urgency.REMINDER)}


async def begin(  # noqa: PLR0917 - what goes to whom, from whom, shown where
    desk: Desk,
    unit: Unit,
    incident: Ticket,
    tickets: tuple[Ticket, ...],
    by: Engineer,
    shown: str,
    asked: dict[str, Any],
) -> Mailing:
    """Start one. `asked`: {"what": "answer" | "solve" | "close", "text", and of closing "reason", "findings"}."""
    data = {**asked, "left": [one.id for one in tickets], "told": [], "aside": [], "failed": []}
    text = str(data.pop("text", ""))
    mailing = await unit.add(
        Mailing(
            sort=MailingSort.INCIDENT,
            ticket_id=incident.id,
            text=text,
            by=by.name,
            by_id=by.id,
            at=desk.now(),
            total=len(tickets),
            told=shown,
            data=data,
        )
    )
    what = f"incident {asked['what']}"
    await work.audit(desk, unit, incident, by.name, what, mailing=mailing.id, total=mailing.total, text=text[:500])
    return mailing


async def tick(desk: Desk) -> None:
    """Go on with what is under way; a doubled tick finds it done."""
    async with desk.view() as view:
        running = await view.find(Mailing, sort=MailingSort.INCIDENT, ended_at=None)
    for one in running:
        try:
            while await _portion(desk, one.id):
                pass
            await _show(desk, one.id)
        except Exception:  # the guard: one mailing must not keep the others from going
            log.exception("mailing.failed id=%s", one.id)


async def _portion(desk: Desk, mailing_id: MailingId) -> bool:
    """The next few; whether there are more."""
    async with desk.unit() as unit:
        mailing = await unit.get(Mailing, mailing_id)
        if mailing is None or mailing.ended_at or not mailing.data["left"]:
            return False
        data = dict(mailing.data)
        now, data["left"] = data["left"][:PORTION], data["left"][PORTION:]
        for ticket_id in now:
            try:
                await _one(desk, unit, mailing, data, ticket_id)
            except Refusal as why:  # whatever keeps one from it must not keep the others
                log.warning("mailing.refused id=%s ticket=%s why=%s", mailing.id, ticket_id, why.key)
                data["failed"].append(ticket_id)
        await unit.save(replace(mailing, data=data))
        await unit.commit()
    return bool(data["left"])


async def _one(desk: Desk, unit: Unit, mailing: Mailing, data: dict[str, Any], ticket_id: int) -> None:
    """One ticket's turn. What was solved, closed or taken out meanwhile is left out."""
    ticket = await unit.get(Ticket, ticket_id)
    ticket = await merged.follow(unit, ticket) if ticket else None
    gone = ticket is None or ticket.status in (Status.SOLVED, Status.CLOSED)
    if ticket is None or gone or mailing.ticket_id not in (ticket.parent_id, ticket.id):
        data["aside"].append(ticket_id)
        return
    ticket_id = ticket.id  # it may have gone on in another one of the client's meanwhile
    door = await doors.best(unit, ticket)
    if data["what"] != "answer":
        await _end(desk, unit, mailing, ticket)
        if door is None:
            data["failed"].append(ticket_id)
        return
    whose = await incidents.of(unit, ticket, door) if door else set()
    if door is None:
        data["failed"].append(ticket_id)
    elif whose & set(data["told"]):
        data["aside"].append(ticket_id)  # two clients turned out to be one
    else:
        data["told"] += sorted(whose, key=str)
        await _answer(desk, unit, mailing, ticket, door)


async def _answer(desk: Desk, unit: Unit, mailing: Mailing, ticket: Ticket, door: doors.Door) -> None:
    message = await unit.add(
        Message(
            ticket_id=ticket.id,
            kind=Kind.ANSWER,
            author=mailing.by,
            author_id=mailing.by_id,
            channel="group",
            text=mailing.text,
            at=desk.now(),
            data={"mailing": mailing.id},
        )
    )
    ticket = await moving.move(unit, ticket, Step.ANSWERED, at=desk.now(), active_at=desk.now())
    await answering.send(desk, unit, ticket, door, message, Purpose.ANSWER)
    await unit.change(Parcel, {"mailing_id": mailing.id}, message_id=message.id, purpose=Purpose.ANSWER)
    await unit.change(Parcel, dict(_BEHIND), message_id=message.id)
    if ticket.id != mailing.ticket_id:
        title = desk.say("shaping.mass_here", number=desk.number(mailing.ticket_id or 0), name=mailing.by)
        await _tell(desk, unit, ticket, title, mailing.text)
    await outbox.card(desk, unit, ticket)


async def _tell(desk: Desk, unit: Unit, ticket: Ticket, title: str, quote: str) -> None:
    """Show in a ticket's topic what its client reads, in a lane of its own and behind everything else."""
    message = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.EVENT,
        ticket=ticket.id,
        number=desk.number(ticket.id),
        text=title,
        quote=quote,
        silent=True,
    )
    parcel = await outbox.send(desk, unit, message, lane=f"group:{ticket.id}:mass")
    await unit.save(replace(parcel, urgency=int(Urgency.DIGEST)))


async def _end(desk: Desk, unit: Unit, mailing: Mailing, ticket: Ticket) -> None:
    """Solve or close one ticket with the incident's words; its client is asked whether it is solved, as always."""
    data = mailing.data
    if data["what"] == "solve":
        ticket = await work.solve(desk, unit, ticket, mailing.by, text=mailing.text)
        which: dict[str, object] = {"id": ticket.reminder_id or 0}
    else:
        reason = Closing(data["reason"])
        ticket = await work.close(
            desk, unit, ticket, mailing.by, reason, text=mailing.text, findings=str(data.get("findings", ""))
        )
        which = {"ticket_id": ticket.id, "purpose": Purpose.CLOSING, "state": ParcelState.QUEUED}
    await unit.change(Parcel, {"mailing_id": mailing.id, **_BEHIND}, **which)


async def stop(desk: Desk, unit: Unit, incident: Ticket, who: str) -> int:
    """Take back what has not gone; how many that were. What is on its way this very moment arrives."""
    count = 0
    for mailing in await unit.find(Mailing, sort=MailingSort.INCIDENT, ticket_id=incident.id, ended_at=None):
        waiting = await unit.find(Parcel, mailing_id=mailing.id, state__in=_WAITS)
        count += len(waiting) + len(mailing.data["left"])
        gone: dict[str, object] = {"state": ParcelState.WITHDRAWN}
        await unit.change(Parcel, gone, id__in=[one.id for one in waiting])
        ids = [one.message_id for one in waiting if one.message_id]
        await unit.change(Parcel, gone, message_id__in=ids, purpose=Purpose.COPY, state__in=_WAITS)
        await unit.change(Message, {"withdrawn_at": desk.now()}, id__in=ids)
        await unit.save(replace(mailing, data={**mailing.data, "left": [], "stopped": who}))
        await work.audit(desk, unit, incident, who, "incident answer stopped", mailing=mailing.id, count=count)
    return count


async def _show(desk: Desk, mailing_id: MailingId) -> None:
    """Bring the message that shows how far it got up to date, and end what is over."""
    async with desk.unit() as unit:
        mailing = await unit.get(Mailing, mailing_id)
        if mailing is None or mailing.ended_at:
            return
        over = not mailing.data["left"] and not await unit.count(Parcel, mailing_id=mailing.id, state__in=_COMING)
        text = await said(desk, unit, mailing)
        if text != mailing.data.get("shown") or over:
            ended = desk.now() if over else None
            await unit.save(replace(mailing, data={**mailing.data, "shown": text}, ended_at=ended))
            await _edit(desk, unit, mailing, text, over=over)
            await unit.commit()


async def said(desk: Desk, unit: Unit, mailing: Mailing) -> str:
    """«Отправлено 25 из 37. Не дошло 1: SD-9.»"""
    sent = await unit.count(Parcel, mailing_id=mailing.id, state=ParcelState.SENT)
    quiet = await unit.count(Parcel, mailing_id=mailing.id, state=ParcelState.QUIET)
    failed: set[int] = set(mailing.data["failed"])
    for parcel in await unit.find(Parcel, mailing_id=mailing.id, state=ParcelState.FAILED):
        again = await unit.find(Parcel, message_id=parcel.message_id, purpose=parcel.purpose, id__gt=parcel.id)
        if any(one.state is ParcelState.SENT for one in again):
            sent += 1  # through the client's other door
        elif not any(one.state in _COMING for one in again) and parcel.ticket_id:
            failed.add(parcel.ticket_id)
    rows = [desk.say("shaping.mass_sent", sent=sent, total=mailing.total)]
    if failed:
        rows.append(desk.say("shaping.mass_failed", count=len(failed), numbers=_numbers(desk, failed)))
    if aside := mailing.data["aside"]:
        rows.append(desk.say("shaping.mass_aside", count=len(aside), numbers=_numbers(desk, aside)))
    if quiet:
        rows.append(desk.say("shaping.mass_quiet", count=quiet))
    if who := mailing.data.get("stopped"):
        rows.append(desk.say("shaping.mass_stopped", name=who))
    return " ".join(rows)


def _numbers(desk: Desk, ids: set[int] | list[int]) -> str:
    names = ", ".join(desk.number(one) for one in sorted(ids)[:NAMED])
    return f"{names}…" if len(ids) > NAMED else names


async def _edit(desk: Desk, unit: Unit, mailing: Mailing, text: str, *, over: bool) -> None:
    ticket = await unit.get(Ticket, mailing.ticket_id or 0)
    place, _, target = mailing.told.rpartition(":")
    if ticket is None or not target:
        return
    stop_it = Button(label=desk.say("shaping.button_stop"), action=Action.MASS, ticket=ticket.id, arg="stop")
    stopped = over or mailing.data.get("stopped")
    message = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=Purpose.REPLY,
        act=Act.EDIT,
        ticket=ticket.id,
        thread_place=place,
        target=target,
        text=text,
        quote=mailing.text,
        buttons=() if stopped else ((stop_it,),),
    )
    delay = timedelta(0) if over else SHOWN_AGAIN
    await outbox.send(desk, unit, message, lane=f"group:{ticket.id}:lines", coalesce=f"mass:{mailing.id}", delay=delay)
