"""One ticket as the desk thinks of it: the rules that were asked, its state, its promises, what goes out, its trail."""

from collections.abc import Sequence
from typing import Any, Final

from desk import cards, deadlines, keys, left, participants, plans, promises, thoughts_states, trail
from desk.accounts import Pause
from desk.desk import Desk
from desk.facts import Verdict
from desk.organisations import Organisation
from desk.parcels import Parcel
from desk.people import Audit, Client, Door, Link
from desk.ports import Unit
from desk.sorts import type_in_words
from desk.thoughts_rows import clock_of, parcels, ticket_head
from desk.tickets import Kind, Message, Status, Thread, Ticket

Json = dict[str, Any]

ENTRIES: Final = 30
"""Entries of the trail on its first page."""

PARCELS: Final = 40
"""The newest parcels of a ticket."""

SPOKEN: Final = (Kind.WORDS, Kind.ANSWER, Kind.QUESTION)
"""What was said that moves a ticket."""

LONGEST: Final = 400
"""Characters of what an entry of the trail says."""


async def of(desk: Desk, view: Unit, ticket: Ticket, rules: Sequence[str], *, entries: int = 0) -> Json:
    """The whole picture; `rules` are the configuration's, in order."""
    client = await view.get(Client, ticket.client_id)
    pauses = await view.find(Pause, ticket_id=ticket.id)
    return {
        **ticket_head(desk, ticket, client),
        "type": type_in_words(desk, ticket.type) if ticket.type else "",
        "tags": list(ticket.tags),
        "created": ticket.created_at.isoformat(),
        "now": desk.now().isoformat(),
        "topic": await _topic(view, ticket),
        "machine": thoughts_states.machine(desk),
        "rule": _rule(desk, ticket, rules),
        "state": await _state(desk, view, ticket, client.name if client else "", pauses),
        "promises": _promises(desk, ticket, pauses),
        "outbox": await _outbox(desk, view, ticket),
        "trail": await _trail(desk, view, ticket, entries or ENTRIES),
        "who": await _client(desk, view, ticket, client),
    }


def _rule(desk: Desk, ticket: Ticket, rules: Sequence[str]) -> Json:
    """What was decided when it came and why, and which rules nobody asked any more."""
    language = desk.settings.desk.language
    titles = {line.name: line.title for line in desk.settings.line}
    try:
        verdict = Verdict.from_dict(ticket.verdict)
    except (KeyError, TypeError, ValueError):
        return {"rule": str(ticket.verdict.get("rule", "")), "line": ticket.line, "asked": [], "later": []}
    asked = [
        {"rule": one.rule, "matched": one.matched, "why": one.why(language), "does": one.does(language)}
        for one in verdict.asked
    ]
    names = {one.rule for one in verdict.asked}
    last = max((place for place, name in enumerate(rules) if name in names), default=len(rules))
    line = titles.get(verdict.line, verdict.line)
    return {"rule": verdict.rule, "line": line, "asked": asked, "later": list(rules[last + 1 :])}


async def _topic(view: Unit, ticket: Ticket) -> Json | None:
    """Where engineers talk of it, for whoever wants to go there."""
    thread = await view.first(Thread, ticket_id=ticket.id, channel="group")
    if thread is None or not thread.external_id:
        return None
    return {"chat": int(thread.place), "thread": int(thread.external_id)}


async def _state(desk: Desk, view: Unit, ticket: Ticket, client: str, pauses: list[Pause]) -> Json:
    messages = await view.find(Message, ticket_id=ticket.id, kind__in=SPOKEN)
    audits = await view.find(Audit, ticket_id=ticket.id)
    hops = thoughts_states.way(ticket, client, messages, audits, pauses)
    return {
        "now": ticket.status.value,
        "way": [
            {
                "status": hop.status.value,
                "word": desk.say(f"group.status_{hop.status.value}"),
                "at": hop.at.isoformat(),
                "step": hop.step.name.lower() if hop.step else "",
                "step_word": thoughts_states.step_in_words(desk, hop.step) if hop.step else "",
                "who": hop.who,
            }
            for hop in hops
        ],
    }


def _promises(desk: Desk, ticket: Ticket, pauses: list[Pause]) -> Json:
    plan = plans.of(desk, ticket)
    shown = deadlines.read(desk, ticket, pauses, desk.now())
    over = ticket.status in (Status.SOLVED, Status.CLOSED)
    clocks = [
        clock_of(desk, one, left.row(desk, ticket, one))
        for one in shown.values()
        if plan and one.limit is not None and (one.ended or not over)
    ]
    promise = promises.next_step(ticket, desk.settings.reminders, desk.calendar)
    following = None
    if promise and ticket.status is not Status.CLOSED:
        name = promise.step.value
        following = {"what": name, "word": desk.say(f"thoughts.next_{name}"), "due": promise.due.isoformat()}
    return {
        "plan": plan.title if plan else "",
        "clocks": clocks,
        "next": following,
        "reminded": ticket.reminded,
        "later": ticket.later_until.isoformat() if ticket.later_until else None,
    }


async def _outbox(desk: Desk, view: Unit, ticket: Ticket) -> Json:
    found = await view.find(Parcel, ticket_id=ticket.id, order="-id", limit=PARCELS)
    count = await view.count(Parcel, ticket_id=ticket.id)
    return {"rows": await parcels(desk, view, found), "count": count}


async def _trail(desk: Desk, view: Unit, ticket: Ticket, entries: int) -> Json:
    """The newest first, as `/why` shows it."""
    whole = (await trail.of(desk, view, ticket))[::-1]
    rows = [
        {"at": one.at.isoformat(), "who": one.who, "what": one.what, "more": _cut(keys.disarmed(one.more))}
        for one in whole[:entries]
    ]
    return {"rows": rows, "count": len(whole)}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


async def _client(desk: Desk, view: Unit, ticket: Ticket, client: Client | None) -> Json:
    """The client as known: by which doors, how each was proven, whose client."""
    doors = await view.find(Door, client_id=ticket.client_id)
    company = await view.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    plan = plans.of(desk, ticket)
    links = await view.find(Link, kept_id=ticket.client_id, undone_at=None)
    other = await view.find(Ticket, client_id=ticket.client_id, id__ne=ticket.id, order="-id", limit=10)
    others = [participants.in_words(one.name, one.address) for one in await participants.taking_part(view, ticket)]
    return {
        "name": client.name if client else "",
        "language": client.language or client.spoken if client else "",
        "banned": bool(client and client.banned_at),
        "forgotten": bool(client and client.forgotten_at),
        "doors": [
            {
                "channel": door.channel,
                "shown": cards.doors_in_words(desk, [door], ids=True),
                "proof": desk.say(f"group.proof_{door.proof.value}"),
                "shut": bool(door.shut_at),
                "used": door.used_at.isoformat(),
            }
            for door in doors
        ],
        "linked": [
            {"at": one.at.isoformat(), "by": one.by, "proof": desk.say(f"group.proof_{one.proof.value}")}
            for one in links
        ],
        "organisation": f"{company.name} ({company.number})" if company else "",
        "plan": plan.title if plan else "",
        "others": others,
        "tickets": [ticket_head(desk, one, client) for one in other],
    }
