"""Tickets decided once more: why one went where it did, and where a changed file would have sent those of a month.

Reads the database only.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desk import orders, plans, routing
from desk.desk import Desk
from desk.errors import Refusal
from desk.facts import Facts, Verdict
from desk.organisations import Organisation
from desk.people import Client, Door
from desk.ports import Unit
from desk.sorts import priority_in_words, type_in_words
from desk.tickets import File, Kind, Message, Priority, Ticket

AT_ONCE = 500
"""Tickets that are read together."""

SUBJECT = 60
"""Characters of a subject in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A ticket with what was decided when it came, and what it would be routed by today."""

    ticket: Ticket
    before: Verdict
    facts: Facts


async def one(desk: Desk, number: str) -> Again:
    """The ticket that a person names. Refusal when there is none, or when what was decided was not kept."""
    async with desk.view() as view:
        ticket = await orders.numbered(desk, view, number)
        found = await _read(desk, view, [ticket])
    if not found:
        raise Refusal("routing.not_explained", number=desk.number(ticket.id))
    return found[0]


async def replay(desk: Desk, since: datetime, *, everything: bool = False) -> AsyncIterator[str]:
    """Lines that say what the desk's rules would have decided otherwise since then; `everything`: the rest too."""
    count, changed = 0, 0
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    async with desk.view() as view:
        last = 0
        while tickets := await view.find(Ticket, created_at__ge=since, id__gt=last, order="id", limit=AT_ONCE):
            last = tickets[-1].id
            for again in await _read(desk, view, tickets):
                verdict = desk.router.decide(again.facts)
                count += 1
                before[again.before.line] += 1
                after[verdict.line] += 1
                different = _different(desk, again.before, verdict)
                changed += bool(different)
                if different or everything:
                    what = "; ".join(different) or desk.say("routing.same", rule=verdict.rule)
                    yield f"{desk.number(again.ticket.id)} · {again.ticket.subject[:SUBJECT]}: {what}"
    lines = [f"{name} {before[name]} → {after[name]}" for name in sorted({*before, *after})]
    yield desk.say("routing.replayed", count=count, changed=changed, lines=", ".join(lines) or "—")


def _different(desk: Desk, old: Verdict, new: Verdict) -> list[str]:
    """What is otherwise: line, type, priority, plan, assignee, reply; the rule by itself is not."""
    said = [
        (desk.say("routing.line"), old.line, new.line),
        (desk.say("routing.type"), *(type_in_words(desk, one.type) if one.type else "—" for one in (old, new))),
        (
            desk.say("routing.priority"),
            priority_in_words(desk, old.priority or Priority.NORMAL),
            priority_in_words(desk, new.priority or Priority.NORMAL),
        ),
        (desk.say("routing.plan"), old.plan or "—", new.plan or "—"),
        (desk.say("routing.assignee"), old.assign or "—", new.assign or "—"),
        (desk.say("routing.reply"), old.reply or "—", new.reply or "—"),
        (desk.say("routing.tags"), ", ".join(old.tags) or "—", ", ".join(new.tags) or "—"),
    ]
    rows = [f"{name} {was} → {now}" for name, was, now in said if was != now]
    if rows and old.rule != new.rule:
        rows.append(f"{desk.say('routing.rule')} «{old.rule}» → «{new.rule}»")
    return rows


async def _read(desk: Desk, view: Unit, tickets: Sequence[Ticket]) -> list[Again]:
    """The tickets with the words that opened them; what cannot be read is left out."""
    ids = [ticket.id for ticket in tickets]
    opening: dict[int, Message] = {}
    for message in await view.find(Message, ticket_id__in=ids, kind__in=(Kind.WORDS, Kind.MACHINE), order="id"):
        opening.setdefault(message.ticket_id, message)
    doors = {door.id: door for door in await view.find(Door, id__in=sorted({one.opened_door_id for one in tickets}))}
    old = _Old(desk, view)
    found = []
    for ticket in tickets:
        try:
            before = Verdict.from_dict(ticket.verdict)
        except (KeyError, TypeError, ValueError):
            continue
        door, words = doors.get(ticket.opened_door_id), opening.get(ticket.id)
        if door is None:
            continue
        text = words.text if words else ""
        at = ticket.created_at.astimezone(desk.settings.desk.zone)
        facts = routing.facts_of(ticket, door.channel, text, at) or await old.facts(ticket, door, words, at)
        facts = replace(facts, fields=routing.said_in(desk.current.setup, text))
        found.append(Again(ticket=ticket, before=before, facts=facts))
    return found


@dataclass(frozen=True, slots=True)
class _Old:
    """Tickets from before facts were kept with them: found out again as well as may be."""

    desk: Desk
    view: Unit

    async def facts(self, ticket: Ticket, door: Door, message: Message | None, at: datetime) -> Facts:
        desk = self.desk
        client = await self.view.get(Client, ticket.client_id)
        number = ticket.organisation_id
        company = await self.view.get(Organisation, number) if number else None
        files = await self.view.find(File, message_id=message.id) if message else []
        earlier = await self.view.count(Ticket, client_id=ticket.client_id, id__lt=ticket.id)
        return Facts(
            channel=door.channel,
            mailbox=door.place if door.channel == "mail" else "",
            sender=routing.names_of(door),
            subject=ticket.subject if door.channel == "mail" else "",
            text=message.text if message else "",
            has_attachment=bool(files),
            files=tuple(file.name for file in files),
            working_hours=desk.calendar.is_working(ticket.created_at),
            known_client=bool(earlier),
            language=ticket.language,
            at=at,
            client=(client.name, *routing.names_of(door)) if client else (),
            organisation=company.name if company else "",
            client_id=company.number if company else "",
            product=company.product if company else "",
            plan=plans.usual(desk, company, "", at.date()),
        )
