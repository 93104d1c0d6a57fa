"""Reads the tickets that a report is about, with what belongs to them.

Rule: everything is found by an index, and a long history is read a day at a time: what a report costs grows with its
period and with what is open, not with what was closed before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from desk import plans, spending
from desk.accounts import Agreement, Estimate, Pause, Rating, Spent
from desk.desk import Desk
from desk.errors import Refusal
from desk.fates import NOTHING, Case
from desk.organisations import Organisation, Reach
from desk.people import Client, ClientId, Door, OrganisationId
from desk.periods import Period
from desk.ports import Unit
from desk.tickets import Status, Ticket

AT_ONCE = 400
"""Ids in one question; SQLite takes 32,766 values, old ones 999."""

_OPEN = tuple(status for status in Status if status is not Status.CLOSED)

T = TypeVar("T")
Ids = Collection[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """Whose tickets alone: an organisation's, or some persons'."""

    name: str
    organisation_id: OrganisationId | None = None
    clients: tuple[ClientId, ...] = ()

    def theirs(self, ticket: Ticket) -> bool:
        if self.organisation_id is not None:
            return ticket.organisation_id == self.organisation_id
        return ticket.client_id in self.clients


async def whose(unit: Unit, text: str) -> Of:
    """The organisation of that number, or who has that address; Refusal when there is nobody."""
    wanted = text.strip()
    for number in dict.fromkeys((wanted, wanted.upper(), wanted.lower())):
        if organisation := await unit.first(Organisation, number=number):
            return Of(name=organisation.name, organisation_id=organisation.id)
    address = wanted.casefold()
    doors = await unit.find(Door, channel__in=("mail", "telegram", "phone"), address__in=(wanted, address))
    if not doors and wanted.startswith("@"):
        # Names are not looked up elsewhere; nobody waits for a command line.
        doors = await unit.find(Door, channel="telegram", username__in=(wanted[1:], address[1:]))
    if doors:
        clients = await unit.find(Client, id__in=[door.client_id for door in doors])
        return Of(name=clients[0].name if clients else wanted, clients=tuple(client.id for client in clients))
    if reach := await unit.first(Reach, channel__in=("mail", "telegram", "phone"), address__in=(wanted, address)):
        organisation = await unit.get(Organisation, reach.organisation_id)
        return Of(name=organisation.name if organisation else wanted, organisation_id=reach.organisation_id)
    raise Refusal("report.client_unknown", client=wanted[:100])


async def read(desk: Desk, unit: Unit, period: Period, of: Of | None = None) -> list[Case]:
    """Every ticket that a report of the period speaks of."""
    start, end = period.bounds(desk.settings.desk.zone)
    end = min(end, desk.now())
    tickets = await _tickets(unit, start, end, desk.now(), of)
    marks = {one.ticket_id: one for one in await unit.find(Rating, given_at__ge=start, given_at__lt=end)}
    booked: dict[int, list[Spent]] = defaultdict(list)
    for entry in await unit.find(Spent, at__ge=start, at__lt=end, withdrawn_at=None):
        booked[entry.ticket_id].append(entry)
    # Marks are given and time is booked after a ticket was closed, too.
    for more in await _by_ids(unit, Ticket, {*marks, *booked} - tickets.keys()):
        if of is None or of.theirs(more):
            tickets[more.id] = more
    pauses: dict[int, list[Pause]] = defaultdict(list)
    for some in _chunks(tickets):
        for pause in await unit.find(Pause, ticket_id__in=some):
            pauses[pause.ticket_id].append(pause)
    bills = await _bills(desk, unit, period, {id_: tickets[id_] for id_ in booked if id_ in tickets})
    names = await _names(unit, tickets.values())
    return [
        Case(
            ticket=ticket,
            client=names[_key(ticket)],
            client_key=_key(ticket),
            pauses=tuple(pauses[ticket.id]),
            mark=(mark := marks.get(ticket.id)),
            low=mark is not None and mark.stars is not None and mark.stars <= desk.settings.marks.low,
            spent=tuple(booked[ticket.id]),
            billed=bills.get(ticket.id, NOTHING),
        )
        for ticket in sorted(tickets.values(), key=lambda one: one.id)
    ]


async def _tickets(unit: Unit, start: datetime, end: datetime, now: datetime, of: Of | None) -> dict[int, Ticket]:
    """Those that were open between two moments, and what is open today: what is closed now was closed since `start`."""
    found: dict[int, Ticket] = {}
    if of is not None:
        theirs = (
            await unit.find(Ticket, organisation_id=of.organisation_id)
            if of.organisation_id is not None
            else await unit.find(Ticket, client_id__in=of.clients)
        )
        return {one.id: one for one in theirs if one.closed_at is None or one.closed_at >= start}
    for status in _OPEN:
        found |= {one.id: one for one in await unit.find(Ticket, status=status)}
    day = start
    while day <= now:
        following = day + timedelta(days=1)
        closed: dict[str, Any] = {"closed_at__ge": day, "closed_at__lt": following, "created_at__lt": end}
        found |= {one.id: one for one in await unit.find(Ticket, **closed)}
        day = following
    return found


async def _bills(desk: Desk, unit: Unit, period: Period, tickets: dict[int, Ticket]) -> dict[int, timedelta]:
    """What is billed for days of the period. An estimate is used up over all of its time, so all of it is read."""
    entries: dict[int, list[Spent]] = defaultdict(list)
    estimates: dict[int, list[Estimate]] = defaultdict(list)
    for some in _chunks(tickets):
        for entry in await unit.find(Spent, ticket_id__in=some, withdrawn_at=None):
            entries[entry.ticket_id].append(entry)
        for estimate in await unit.find(Estimate, ticket_id__in=some, state=Agreement.AGREED):
            estimates[estimate.ticket_id].append(estimate)
    found = {}
    for id_, ticket in tickets.items():
        zone = plans.calendar(desk, ticket.plan).zone
        days = spending.billed(entries[id_], plans.of(desk, ticket), zone, estimates[id_])
        found[id_] = sum((bill for day, bill in days.items() if period.first <= day < period.after), NOTHING)
    return found


async def _names(unit: Unit, tickets: Iterable[Ticket]) -> dict[str, str]:
    chosen = list(tickets)
    companies = await _by_ids(unit, Organisation, {one.organisation_id for one in chosen if one.organisation_id})
    persons = await _by_ids(unit, Client, {one.client_id for one in chosen if not one.organisation_id})
    named = {f"organisation:{one.id}": one.name for one in companies}
    named |= {f"client:{one.id}": one.name for one in persons}
    return {_key(one): named.get(_key(one), "?") for one in chosen}


def _key(ticket: Ticket) -> str:
    if ticket.organisation_id:
        return f"organisation:{ticket.organisation_id}"
    return f"client:{ticket.client_id}"


async def _by_ids(unit: Unit, kind: type[T], ids: Ids) -> list[T]:
    return [one for some in _chunks(ids) for one in await unit.find(kind, id__in=some)]


def _chunks(ids: Iterable[int]) -> list[Sequence[int]]:
    whole = sorted(ids)
    return [whole[at : at + AT_ONCE] for at in range(0, len(whole), AT_ONCE)]
