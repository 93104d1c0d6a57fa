"""`/call`: a client is invited to a call, says whether the time suits, and both sides are reminded a little before.

Rule: a call is one open appointment of a ticket. Another time replaces it, so an old invitation's buttons do nothing.
"""

import logging
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from desk import call_files, clients, doors, moments_ahead, outbox, underneath, unreachable, work
from desk.call_rows import current, in_client_words, row, time_of
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order, mark, reply, ticket_of, without_files
from desk.parcels import Action, Button, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import File, Status, Ticket
from desk.work import audit
from desk.workbench import Appointment, Why

log = logging.getLogger(__name__)

BEFORE = timedelta(minutes=15)
"""Before the call both sides are reminded."""

OFF = frozenset({"off", "cancel", "выкл", "отмена", "отменить", "снять"})
AT_ONCE = 50
LONGEST = 500
"""Characters of an engineer's words, and of a link."""

_LINK = re.compile(r"\S*://\S*")
_HOUR = re.compile(r"\d:\d{2}|\d\s*(?:ч|м|h|m)", re.IGNORECASE)


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/call завтра 15:00 https://… words`, `/call off`; alone it says what is agreed."""
    without_files(given)
    ticket, argument = ticket_of(given), given.argument.strip()
    if not argument:
        agreed = await current(unit, ticket)
        if agreed is None:
            raise Refusal("calls.how")
        await reply(desk, unit, given, row(desk, agreed))
    elif argument.casefold() in OFF:
        await _off(desk, unit, given, ticket)
    else:
        if ticket.status is Status.CLOSED:
            raise Refusal("client.closed_already")
        at, link, words = read(desk, argument)
        await _invite(desk, unit, given, ticket, at, link, words)
    if argument:
        await mark(desk, unit, given)


def read(desk: Desk, argument: str) -> tuple[datetime, str, str]:
    """When, the link, and further words. Refusal for a time without an hour, and for what is no link to a page."""
    try:
        at, rest = moments_ahead.read(argument, now=desk.now(), calendar=desk.calendar)
    except Refusal as refusal:
        raise Refusal("calls.passed" if refusal.key == "shaping.later_passed" else "calls.how") from None
    if not _HOUR.search(argument[: len(argument) - len(rest)]):
        raise Refusal("calls.how")
    found = _LINK.search(rest)
    if found is None:
        raise Refusal("calls.no_link")
    link = found[0].strip("<>\"'«»,;")
    words = " ".join(f"{rest[: found.start()]} {rest[found.end() :]}".split())
    if not _is_page(link) or len(words) > LONGEST:
        raise Refusal("calls.bad_link" if not _is_page(link) else "calls.too_long", limit=LONGEST)
    return at, link, words


def _is_page(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and len(link) <= LONGEST
    except ValueError:
        return False


async def _invite(  # noqa: PLR0917 - who invites to what, when and where
    desk: Desk, unit: Unit, given: Order, ticket: Ticket, at: datetime, link: str, words: str
) -> None:
    door = await doors.best(unit, ticket)
    if door is None:
        raise await unreachable.refusal(unit, ticket)
    former = await _drop(desk, unit, ticket)
    now, who = desk.now(), given.post.engineer
    soon = at - now <= BEFORE
    data: dict[str, Any] = {
        "time": at.isoformat(), "link": link, "answer": "", "reminded": soon,
        "version": former.data["version"] + 1 if former else 0, "first": former.data["first"] if former else 0,
    }  # fmt: skip
    call = await unit.add(
        Appointment(
            ticket_id=ticket.id, why=Why.CALL, at=at if soon else at - BEFORE, words=words, by=who.name, by_id=who.id,
            data=data, made_at=now,
        )
    )  # fmt: skip
    if not former:
        call = await unit.save(replace(call, data={**data, "first": call.id}))
    await audit(desk, unit, ticket, who.name, "call invited", time=at.isoformat(), link=link, words=words)
    await _tell(desk, unit, ticket, door, call, "calls.for_other" if former else "calls.for_invite", asks=True)
    await outbox.card(desk, unit, ticket)


async def _tell(  # noqa: PLR0917 - whom, about which call, and how
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, call: Appointment, key: str, *, asks: bool
) -> None:
    """A word about the call to the client; `asks`: whether the time suits. A mail has it for the calendar."""
    language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
    when, link = in_client_words(desk, time_of(call), language), str(call.data["link"])
    said = desk.say(key, language, number=desk.number(ticket.id), when=when, link=link)
    if asks:
        said = "\n\n".join(part for part in (call.words, said) if part)
        said = f"{said}\n\n{desk.say(f'calls.for_{door.channel}', language)}"
    message = await work.keep_notice(desk, unit, ticket, said, by_person=asks)
    files = []
    if door.channel == "mail" and (asks or call.done_at):
        content = call_files.calendar(desk, ticket, call, time_of(call), door.address, language)
        key_ = await desk.files.keep(content)
        file = File(
            message_id=message.id, sort="document", name="call.ics", mime="text/calendar", size=len(content), key=key_
        )
        files.append(await unit.add(file))
    rows = _buttons(desk, ticket, call, language, asks=asks) if door.channel == "telegram" and not call.done_at else []
    await outbox.to_door(
        desk, unit, door, Purpose.NOTICE, said, ticket=ticket, message_id=message.id, buttons=rows, files=files
    )


def _buttons(desk: Desk, ticket: Ticket, call: Appointment, language: str, *, asks: bool) -> list[list[Button]]:
    join = Button(
        label=desk.say("calls.button_join", language), action=Action.CALL_FITS, url=str(call.data["link"])
    )  # fmt: skip
    answers = [
        Button(label=desk.say(f"calls.button_{name}", language), action=action, ticket=ticket.id, arg=str(call.id))
        for name, action in (("fits", Action.CALL_FITS), ("other", Action.CALL_OTHER))
    ]
    return [[join], answers] if asks else [[join]]


async def _drop(desk: Desk, unit: Unit, ticket: Ticket) -> Appointment | None:
    """The call that was agreed is no more; it comes back as it was last."""
    former = await current(unit, ticket)
    return await unit.save(replace(former, done_at=desk.now())) if former else None


async def _off(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    call = await _drop(desk, unit, ticket)
    if call is None:
        raise Refusal("calls.none")
    await audit(desk, unit, ticket, given.who, "call off", time=str(call.data["time"]))
    door = await doors.best(unit, ticket)
    if door and time_of(call) > desk.now():
        await _tell(desk, unit, ticket, door, call, "calls.for_off", asks=False)
    await outbox.card(desk, unit, ticket)


async def fits(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """«Подойдёт»."""
    return await _answered(desk, unit, client, ticket, press, "fits")


async def other_time(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """«Другое время»: who invited hears of it."""
    return await _answered(desk, unit, client, ticket, press, "other")


async def _answered(  # noqa: PLR0917 - one shape for all buttons, and which it was
    desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press, answer: str
) -> str:
    call = await current(unit, ticket)
    if call is None or press.arg != str(call.id) or time_of(call) <= desk.now():
        raise Refusal("client.button_old")
    said = clients.say(desk, client, f"calls.for_{answer}_said")
    if call.data.get("answer") == answer:
        return said
    call = await unit.save(replace(call, data={**call.data, "answer": answer}))
    await audit(desk, unit, ticket, client.name, "call fits" if answer == "fits" else "call other time")
    when = in_client_words(desk, time_of(call), desk.settings.desk.language)
    told = desk.say(f"calls.told_{answer}", name=client.name, when=when)
    mention = f"{call.by_id}:{call.by}" if answer == "other" and call.by_id else ""
    await outbox.to_topic(desk, unit, ticket, told, mention=mention, silent=True if answer == "fits" else None)
    await outbox.card(desk, unit, ticket)
    parcel = await underneath.pressed(unit, press)
    if parcel:
        language = clients.language(desk, client, ticket)
        rows = _buttons(desk, ticket, call, language, asks=False)
        place = (press.place, press.external_id)
        await underneath.write(desk, unit, parcel, *place, f"✓ {said}", buttons=rows)
    return said


async def tick(desk: Desk) -> None:
    """Remind of what begins soon, end what has begun: one call, one unit; a doubled tick finds it done."""
    async with desk.view() as view:
        due = await view.find(Appointment, why=Why.CALL, done_at=None, at__le=desk.now(), order="at", limit=AT_ONCE)
    for one in due:
        try:
            async with desk.store.unit() as unit:
                call = await unit.get(Appointment, one.id)
                if call and call.done_at is None and call.at <= desk.now():
                    await _due(desk, unit, call)
                    await unit.commit()
        except Exception:  # the guard: one call must not keep the others from their due
            log.exception("call.failed appointment=%s", one.id)


async def _due(desk: Desk, unit: Unit, call: Appointment) -> None:
    ticket = await unit.get(Ticket, call.ticket_id)
    while ticket and ticket.merged_into:
        ticket = await unit.get(Ticket, ticket.merged_into)
    if ticket is None or ticket.status is Status.CLOSED or time_of(call) <= desk.now():
        await unit.save(replace(call, done_at=desk.now()))
        if ticket:
            await outbox.card(desk, unit, ticket)
        return
    call = await unit.save(replace(call, at=time_of(call), data={**call.data, "reminded": True}))
    await audit(desk, unit, ticket, "desk", "call reminded")
    door = await doors.best(unit, ticket)
    if door:
        await _tell(desk, unit, ticket, door, call, "calls.for_soon", asks=False)
    when = in_client_words(desk, time_of(call), desk.settings.desk.language)
    told = desk.say("calls.soon", when=when, link=str(call.data["link"]))
    mention = f"{call.by_id}:{call.by}" if call.by_id else ""
    await outbox.to_topic(desk, unit, ticket, told, mention=mention, silent=False)
