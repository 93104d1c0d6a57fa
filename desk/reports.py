"""Reports asked for in the group, and those that come by themselves as a week, a month or a quarter begins.

Rule: nothing is drawn within a unit. A report that was asked for, and the last one that came by itself, are remembered
in the unit that queues it, so a restart neither loses a report nor sends it twice.
"""

import asyncio
import json
import logging
from datetime import date, datetime, timedelta
from functools import partial

from desk import cases, deadlines, library_use, outbox, posters, report_words
from desk.desk import Desk
from desk.errors import NoPicture, NoRoom, Refusal
from desk.figures import Report, reckon
from desk.orders import Order
from desk.parcels import Enclosure, Purpose
from desk.people import Audit
from desk.periods import Period, Sort, before, containing, parse
from desk.ports import Printer, Unit
from desk.tickets import Ticket

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=5)
"""How often it is looked for what was asked; somebody waits for it."""

ASKED, TOLD, KEPT = "report.asked.", "report.told.", "report.kept."
LIVES = timedelta(days=7)
"""For so long a sent picture is kept: it may still be on its way."""

WORDS = {
    "": Sort.WEEK, "week": Sort.WEEK, "неделя": Sort.WEEK, "month": Sort.MONTH, "месяц": Sort.MONTH,
    "quarter": Sort.QUARTER, "квартал": Sort.QUARTER,
}  # fmt: skip


async def made(desk: Desk, period: Period, of: cases.Of | None = None) -> Report:
    """The report of a period as it is known now; `of`: of one client alone."""
    async with desk.view() as view:
        found = await cases.read(desk, view, period, of)
    # A long period takes a second to reckon: the desk goes on meanwhile.
    read = partial(deadlines.read, desk)
    report = await asyncio.to_thread(reckon, found, period, desk.settings.desk.zone, desk.now(), read)
    return report.of(of.name) if of else report


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/report week`: note what is wanted; the next tick draws and sends it. Anybody in the group may ask."""
    today = _today(desk)
    word = given.argument.casefold()
    period = before(WORDS[word], today) if word in WORDS else parse(word)
    if period is None:
        raise Refusal("report.how")
    if period.first > today:
        raise Refusal("report.future", period=report_words.title(desk, period))
    post = given.post
    wanted = {"period": period.name, "reply_to": post.external_id, "thread": post.thread, "place": post.place}
    await unit.remember(f"{ASKED}{post.place}:{post.external_id}", json.dumps(wanted))
    asked = Audit(at=desk.now(), who=given.who, what="report asked", data={"period": period.name})
    await unit.add(asked)
    words = desk.say("report.asked")
    await outbox.react(desk, unit, "group", post.place, post.external_id, "👀", None, words=words)


def _today(desk: Desk) -> date:
    return desk.now().astimezone(desk.settings.desk.zone).date()


async def tick(desk: Desk, printer: Printer | None) -> None:
    """Draw and send what was asked for, one at a time, and what comes by itself."""
    async with desk.view() as view:
        asked = await view.recall_all(ASKED)
    for key, stored in asked.items():
        wanted = json.loads(stored)
        period = parse(str(wanted["period"]))
        if period:
            await _send(
                desk, printer, period, key, stored, reply_to=str(wanted["reply_to"]), thread=str(wanted["thread"]),
                at=str(wanted.get("place", "")),
            )  # fmt: skip
    if desk.settings.reports.monday:
        for sort in Sort:
            await _by_itself(desk, printer, sort)


async def _by_itself(desk: Desk, printer: Printer | None, sort: Sort) -> None:
    """The last week's report when the first working day of a week begins, and so the month's and the quarter's."""
    now, today = desk.now().astimezone(desk.settings.desk.zone), _today(desk)
    shifts = desk.calendar.minutes_of(today)
    if not shifts or now.hour * 60 + now.minute < shifts[0][0]:
        return
    key, period = f"{TOLD}{sort.value}", before(sort, today)
    async with desk.view() as view:
        told = await view.recall(key)
        first = await view.first(Ticket)
    if told == period.name:
        return
    begun = first is not None and first.created_at < period.bounds(desk.settings.desk.zone)[1]
    if begun and (told or _first_working_day(desk, containing(sort, today).first, today)):
        await _send(desk, printer, period, key, told)
    else:  # switched on in the middle of a week, or nothing to tell of
        async with desk.store.unit() as unit:
            await unit.remember(key, period.name)
            await unit.commit()


def _first_working_day(desk: Desk, first: date, today: date) -> bool:
    days = (first + timedelta(days=one) for one in range((today - first).days))
    return not any(desk.calendar.is_workday(day) for day in days)


async def _send(
    desk: Desk,
    printer: Printer | None,
    period: Period,
    key: str,
    known: str,
    *,
    reply_to: str = "",
    thread: str = "",
    at: str = "",
) -> None:
    """Make it and queue it, unless the fact `key` that asked for it has changed meanwhile."""
    text, pictures = await _worded(desk, printer, period)
    async with desk.store.unit() as unit:
        if await unit.recall(key) != known:
            for picture in pictures:
                await desk.files.drop(picture.key)
            return
        await unit.remember(key, "" if reply_to else period.name)
        for picture in pictures:
            await unit.remember(f"{KEPT}{picture.key}", desk.now().isoformat())
        await outbox.to_general(
            desk, unit, text, purpose=Purpose.REPLY if reply_to else Purpose.ALARM, reply_to=reply_to, thread=thread,
            at=at, files=pictures,
        )  # fmt: skip
        await unit.commit()
    await _drop_old(desk)


async def _worded(desk: Desk, printer: Printer | None, period: Period) -> tuple[str, tuple[Enclosure, ...]]:
    """The report's text with its picture; without one where it cannot be drawn or kept."""
    try:
        report = await made(desk, period)
    except Exception:  # the guard: a report that cannot be made must not be tried every few seconds
        log.exception("report.failed period=%s", period.name)
        return desk.say("report.failed", period=report_words.title(desk, period)), ()
    text = "\n".join([report_words.text(desk, report), *await library_use.lines(desk, period)])
    if printer is None:
        return text, ()
    try:
        drawn = await printer.picture(posters.poster(desk, report))
        key = await desk.files.keep(drawn)
    except (NoPicture, NoRoom) as error:
        log.warning("report.no_picture period=%s reason=%s", period.name, error)
        return f"{text}\n\n{desk.say('report.no_picture')}", ()
    name = desk.say("report.file", period=period.name)
    return text, (Enclosure(sort="photo", name=name, mime="image/png", size=len(drawn), key=key),)


async def _drop_old(desk: Desk) -> None:
    """Pictures that were sent long ago."""
    async with desk.view() as view:
        kept = await view.recall_all(KEPT)
    old = [key for key, at in kept.items() if desk.now() - datetime.fromisoformat(at) > LIVES]
    for key in old:
        await desk.files.drop(key.removeprefix(KEPT))
        async with desk.store.unit() as unit:
            await unit.remember(key, "")
            await unit.commit()
