"""Watches the promises: a nudge at three quarters of a term, a breach at its end, the card brought up to date.

Rule: each is told once per clock, whatever was restarted in between, for `Ticket.warned` is saved with the word that
is sent. Whatever a look does is decided again inside the unit that does it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk import deadlines, left, outbox, plans, staff
from desk.accounts import Pause
from desk.clocks import Clock, Reading
from desk.desk import Desk, Setup
from desk.moments import length_in_words
from desk.parcels import Outgoing, Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.tickets import Status, Ticket, TicketId
from desk.wire import pack, unpack

log = logging.getLogger(__name__)

NUDGE, BREACH = 75, 100
STEPS = (50, NUDGE, 90, BREACH)
"""Percents of a term at which the card is brought up to date: the group's 20 messages a minute are no place for a
clock that ticks."""

AT_ONCE = 100
"""Tickets read together, so that thousands of them do not hold anything else up."""

STANDS = timedelta(minutes=10)
"""After so long a clock that stands is looked at again."""

GATHERED = timedelta(seconds=3)
LONGEST = 3000
"""Promises broken at one time stand in one message in General, of so many characters at most."""

_RUNS: tuple[dict[str, object], ...] = (
    {"status": Status.NEW},
    {"status": Status.OPEN},
    {"status": Status.WAITING, "clock_from": None},
)
"""Tickets whose clocks may run: a question stops them when it is delivered."""

_NUDGES = {Clock.ANSWER: "clock.nudge_answer", Clock.SOLVE: "clock.nudge_solve"}
_BREACHES = {Clock.ANSWER: "clock.breach_answer", Clock.SOLVE: "clock.breach_solve"}
_IN_GENERAL = {Clock.ANSWER: "clock.general_answer", Clock.SOLVE: "clock.general_solve"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A ticket as it was last reckoned, and when there is something to say of it if it stays so; None: never."""

    ticket: Ticket
    next_at: datetime | None


class Watch:
    """Looks through the open tickets; reckons those alone that changed, or whose time has come."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[TicketId, _Seen] = {}
        self._setup: Setup | None = None

    async def tick(self) -> None:
        """Tell what is due: one ticket, one unit. In shadow mode too: it is for the engineers."""
        desk, setup = self._desk, self._desk.current.setup
        if setup is not self._setup:  # other plans may promise otherwise
            self._seen, self._setup = {}, setup
        if not desk.settings.plan:
            return
        found: dict[TicketId, _Seen] = {}
        for which in _RUNS:
            last = 0
            while tickets := await self._some(last, which):
                found |= await self._reckoned(tickets)
                last = tickets[-1].id
        self._seen = found
        now = desk.now()
        for id_ in [id_ for id_, one in found.items() if one.next_at and one.next_at <= now]:
            self._seen.pop(id_, None)  # a second look at the same time may have been here first
            try:
                await _look(desk, id_)
            except Exception:  # the guard: one ticket must not keep the others from their due
                log.exception("deadline.failed ticket=%s", id_)

    async def _some(self, last: int, which: dict[str, object]) -> list[Ticket]:
        async with self._desk.view() as view:
            return await view.find(Ticket, plan__ne="", id__gt=last, order="id", limit=AT_ONCE, **which)

    async def _reckoned(self, tickets: Sequence[Ticket]) -> dict[TicketId, _Seen]:
        known = {ticket.id: self._seen.get(ticket.id) for ticket in tickets}
        same = {id_: seen for id_, seen in known.items() if seen}
        changed = [one for one in tickets if one.id not in same or same[one.id].ticket != one]
        pauses: dict[TicketId, list[Pause]] = {}
        if changed:
            async with self._desk.view() as view:
                for pause in await view.find(Pause, ticket_id__in=[ticket.id for ticket in changed]):
                    pauses.setdefault(pause.ticket_id, []).append(pause)
        now = self._desk.now()
        fresh = {
            one.id: _Seen(ticket=one, next_at=_next(self._desk, one, pauses.get(one.id, []), now)) for one in changed
        }
        return {**same, **fresh}


def _next(desk: Desk, ticket: Ticket, pauses: list[Pause], now: datetime) -> datetime | None:
    """When the next step of any clock is reached if nothing stops it."""
    moments = []
    for shown in deadlines.read(desk, ticket, pauses, now).values():
        step = next((one for one in STEPS if f"{shown.clock.value}:{one}" not in ticket.warned), None)
        if step and shown.limit and not shown.ended:
            # What stands may go on without a change of the ticket itself.
            moments.append(shown.course.reaches(shown.limit * step / 100) if shown.running else now + STANDS)
    return min((at for at in moments if at), default=None)


async def _look(desk: Desk, ticket_id: TicketId) -> None:
    async with desk.store.unit() as unit:
        ticket = await unit.get(Ticket, ticket_id)
        if ticket is None:
            return
        for shown in (await deadlines.of(desk, unit, ticket)).values():
            if shown.running and not shown.ended:
                ticket = await _tell(desk, unit, ticket, shown)
        await unit.commit()


async def _tell(desk: Desk, unit: Unit, ticket: Ticket, shown: Reading) -> Ticket:
    """Say what a clock has come to; what was missed meanwhile is not said after it."""
    reached = [step for step in STEPS if shown.limit and shown.used * 100 >= shown.limit * step]
    marks = {step: f"{shown.clock.value}:{step}" for step in reached}
    new = [step for step, mark in marks.items() if mark not in ticket.warned]
    if not new:
        return ticket
    ticket = await unit.save(replace(ticket, warned=[*ticket.warned, *(marks[step] for step in new)]))
    await outbox.card(desk, unit, ticket)
    if BREACH in new:
        await _breach(desk, unit, ticket, shown)
    elif NUDGE in new:
        await _nudge(desk, unit, ticket, shown)
    return ticket


async def _nudge(desk: Desk, unit: Unit, ticket: Ticket, shown: Reading) -> None:
    if shown.due is None:
        return
    language = desk.settings.desk.language
    remains = length_in_words(language, shown.left)
    text = desk.say(_NUDGES[shown.clock], due=left.moment(desk, ticket, shown.due), left=remains)
    await _in_topic(desk, unit, ticket, text, _taken(ticket), silent=_silent(desk, ticket, shown))


async def _breach(desk: Desk, unit: Unit, ticket: Ticket, shown: Reading) -> None:
    due = left.moment(desk, ticket, shown.due or desk.now())
    leads = [one for one in staff.leads(desk, ticket.line) if str(one.telegram) != ticket.taken_id]
    who = "\n".join(part for part in (_taken(ticket), staff.mention(leads)) if part)
    silent = _silent(desk, ticket, shown)
    await _in_topic(desk, unit, ticket, desk.say(_BREACHES[shown.clock], due=due), who, silent=silent)
    titles = {line.name: line.title for line in desk.settings.line}
    taken = desk.say("clock.taken", name=ticket.taken_by) if ticket.taken_by else desk.say("clock.free")
    line = titles.get(ticket.line, ticket.line)
    number = desk.number(ticket.id)
    text = desk.say(_IN_GENERAL[shown.clock], number=number, due=due, line=line, taken=taken)
    await _in_general(desk, unit, text, silent=silent)


def _taken(ticket: Ticket) -> str:
    return f"{ticket.taken_id}:{' '.join(ticket.taken_by.split())}" if ticket.taken_id else ""


def _silent(desk: Desk, ticket: Ticket, shown: Reading) -> bool:
    """Whether nobody is at work who serves that plan; what was promised round the clock is worth a sound at night."""
    round_the_clock = shown.course.calendar is None
    return not round_the_clock and not plans.calendar(desk, ticket.plan).is_working(desk.now())


async def _in_topic(desk: Desk, unit: Unit, ticket: Ticket, text: str, mention: str, *, silent: bool) -> None:
    if not mention:
        text = f"{text[:1].upper()}{text[1:]}"  # otherwise it goes on after the names
    await outbox.to_topic(desk, unit, ticket, text, mention=mention, silent=silent)


async def _in_general(desk: Desk, unit: Unit, text: str, *, silent: bool) -> None:
    """A line in General; those of one moment, as after a time without the desk, come in one message."""
    key = "breaches"
    waiting = await unit.first(Parcel, state=ParcelState.QUEUED, coalesce=key)
    said = unpack(waiting.body, waiting.id) if waiting else None
    if waiting and said and len(said.text) + len(text) < LONGEST:
        more = replace(said, text=f"{said.text}\n{text}", silent=said.silent and silent)
        await unit.save(replace(waiting, body=pack(more)))
        return
    if waiting:  # it is full: another one gathers from here
        await unit.save(replace(waiting, coalesce=""))
    message = Outgoing(channel="group", place="", purpose=Purpose.ALARM, text=text, silent=silent)
    await outbox.send(desk, unit, message, lane="group:general", delay=GATHERED, coalesce=key)
