"""Two tickets of one client become one: the one in whose topic it is said goes on in the other.

Rule: tickets of different clients are never merged, as answers would cross. Messages stay where they were written;
what comes for the merged ticket from then on goes to the other one (desk.merged).
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk import conversation, linking, merged, outbox, participants, relations, settled, work
from desk.accounts import Detail, Pause
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.lifecycle import owed_by_us
from desk.orders import Order, numbered, ticket_of
from desk.parcels import Action, Button, Purpose
from desk.people import Client
from desk.ports import Unit
from desk.putting_back import was
from desk.tickets import Closing, Kind, Message, Status, Ticket
from desk.workbench import Appointment, Watcher, Why

QUOTED = 1500
"""Characters of the client's last words that the other topic shows."""


def key(ticket_id: int) -> str:
    """The fact that keeps what both tickets were before."""
    return f"merge:{ticket_id}"


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/merge SD-12`: what it would do is said, with a button to confirm it."""
    source = ticket_of(given)
    if not given.argument:
        raise Refusal("shaping.merge_how", example=desk.number(12))
    target = await _last(desk, unit, await numbered(desk, unit, given.argument))
    await _may(desk, unit, source, target)
    said = desk.say(
        "shaping.merge_ask",
        number=desk.number(source.id),
        subject=source.subject,
        other=desk.number(target.id),
        other_subject=target.subject,
    )
    yes = Button(label=desk.say("shaping.button_merge"), action=Action.MERGE, ticket=source.id, arg=str(target.id))
    no = Button(label=desk.say("shaping.button_no"), action=Action.MERGE, ticket=source.id, arg="no")
    await outbox.to_topic(
        desk, unit, source, said, purpose=Purpose.REPLY, buttons=[[yes, no]], reply_to=given.post.external_id
    )


async def _last(desk: Desk, unit: Unit, ticket: Ticket) -> Ticket:
    target = await merged.follow(unit, ticket)
    if target.status is Status.CLOSED:
        raise Refusal("shaping.merge_closed_other", number=desk.number(target.id))
    return target


async def _may(desk: Desk, unit: Unit, source: Ticket, target: Ticket) -> None:
    """Refusal when the two cannot become one."""
    if source.merged_into:
        raise Refusal("shaping.merged_already", number=desk.number(source.merged_into))
    if source.id == target.id:
        raise Refusal("shaping.itself")
    if source.status is Status.CLOSED:
        raise Refusal("shaping.merge_closed")
    if source.incident or (target.incident and source.parent_id == target.id):
        raise Refusal("shaping.merge_incident")
    if await linking.root(unit, source.client_id) != await linking.root(unit, target.client_id):
        one, other = await unit.get(Client, source.client_id), await unit.get(Client, target.client_id)
        raise Refusal(
            "shaping.merge_clients",
            name=one.name if one else "?",
            other=other.name if other else "?",
            number=desk.number(target.id),
        )


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """«Объединить» or «Не надо»; the toast."""
    if not press.arg.isdecimal():
        await settled.write(desk, unit, ticket, press, desk.say("shaping.merge_not"))
        return desk.say("shaping.merge_not")
    target = await unit.get(Ticket, int(press.arg))
    if target is None:
        raise Refusal("group.button_old")
    target = await _last(desk, unit, target)
    await _may(desk, unit, ticket, target)
    await merge(desk, unit, ticket, target, press.person.name)
    said = desk.say("shaping.merge_done", number=desk.number(ticket.id), other=desk.number(target.id))
    there = await relations.link(unit, target.id, desk.number(target.id))
    await settled.write(desk, unit, ticket, press, said, buttons=[[there]] if there else ())
    return desk.say("shaping.merge_toast")


async def merge(desk: Desk, unit: Unit, source: Ticket, target: Ticket, who: str) -> Ticket:
    """Make one ticket of two, keeping what is needed to part them again; the one that goes on comes back."""
    kept: dict[str, Any] = {"source": was(source), "target": was(target), "related": source.related_id}
    kept["parent"], kept["solve_from"] = target.parent_id, target.solve_from and target.solve_from.isoformat()
    target, kept["pauses"] = await _clocks(unit, source, target)
    kept["details"] = await _details(unit, source, target)
    kept["watchers"] = await _watchers(unit, source, target)
    await unit.change(Appointment, {"ticket_id": target.id}, ticket_id=source.id, why=Why.CALL, done_at=None)
    await unit.change(Appointment, {"done_at": desk.now()}, ticket_id=source.id, why=Why.LATER, done_at=None)
    if source.parent_id and not target.parent_id and not target.incident:
        target = await unit.save(replace(target, parent_id=source.parent_id))
    if owed_by_us(source.status) and not owed_by_us(target.status):
        target = await conversation.client_wrote(unit, target, at=desk.now())
    source = await work.close(
        desk, unit, source, who, Closing.DUPLICATE, other=target, key="client.merged", listing=False,
        event=desk.say("shaping.merge_event", name=who, number=desk.number(target.id)),
    )  # fmt: skip
    await unit.save(replace(source, merged_into=target.id))
    last = await unit.first(Message, ticket_id=target.id, order="-id")
    kept |= {"status": target.status.value, "last": last.id if last else 0, "into": target.id}
    await unit.remember(key(source.id), json.dumps(kept))
    await work.audit(desk, unit, source, who, "merged", other=target.id)
    await work.audit(desk, unit, target, who, "merged in", other=source.id)
    await _tell(desk, unit, source, target, who)
    await outbox.card(desk, unit, target)
    return target


async def _clocks(unit: Unit, source: Ticket, target: Ticket) -> tuple[Ticket, list[int]]:
    """The earlier start counts; while there was the one ticket alone, its pauses do too. With them their ids."""
    begun = source.solve_from or source.created_at
    there = target.solve_from or target.created_at
    changes: dict[str, datetime] = {}
    if begun < there:
        changes["solve_from"] = begun
    first = source.answer_from or source.created_at
    if source.answered_at is None and target.answered_at is None and first < (target.answer_from or target.created_at):
        changes["answer_from"] = first
    if not changes:
        return target, []
    added = [
        (await unit.add(replace(one, id=0, ticket_id=target.id, until=min(one.until or there, there)))).id
        for one in await unit.find(Pause, ticket_id=source.id, since__lt=there)
    ]
    return await unit.save(replace(target, **changes)), added  # type: ignore[arg-type]


async def _details(unit: Unit, source: Ticket, target: Ticket) -> list[int]:
    """What was found out for the one and is not known of the other goes along; the ids."""
    known = {one.name for one in await unit.find(Detail, ticket_id=target.id)}
    moved = [one for one in await unit.find(Detail, ticket_id=source.id) if one.value and one.name not in known]
    ids = [one.id for one in moved]
    await unit.change(Detail, {"ticket_id": target.id}, id__in=ids)
    return ids


async def _watchers(unit: Unit, source: Ticket, target: Ticket) -> list[str]:
    known = {one.telegram for one in await unit.find(Watcher, ticket_id=target.id)}
    more = [one for one in await unit.find(Watcher, ticket_id=source.id) if one.telegram not in known]
    for one in more:
        await unit.add(replace(one, id=0, ticket_id=target.id))
    return [one.telegram for one in more]


async def _tell(desk: Desk, unit: Unit, source: Ticket, target: Ticket, who: str) -> None:
    """The other topic reads the client's last words, who else took part, and where all the rest is."""
    words = await unit.first(Message, ticket_id=source.id, kind=Kind.WORDS, order="-id")
    text = desk.say("shaping.merged_here", name=who, number=desk.number(source.id), subject=source.subject)
    people = await participants.taking_part(unit, source)
    left = [one for one in people if await participants.of(unit, target, one.address) is None]
    if left:
        names = ", ".join(participants.in_words(one.name, one.address) for one in left)
        text = f"{text}\n{desk.say('shaping.merged_people', names=names)}"
    await outbox.to_topic(
        desk, unit, target, text, quote=words.text[:QUOTED] if words else "", buttons=await links(desk, unit, [source])
    )


async def links(desk: Desk, unit: Unit, tickets: Sequence[Ticket]) -> list[list[Button]]:
    """A row of buttons that open these tickets' topics."""
    found = [await relations.link(unit, one.id, desk.number(one.id)) for one in tickets]
    row = [one for one in found if one]
    return [row] if row else []
