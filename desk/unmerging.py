"""A merging is undone, while nothing else happened in the ticket that went on."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk import merging, moving, outbox, work
from desk.accounts import Detail, Pause
from desk.desk import Desk
from desk.errors import Refusal
from desk.lifecycle import Step
from desk.orders import Order, mark, numbered
from desk.parcels import Parcel, ParcelState, Purpose
from desk.ports import Unit
from desk.putting_back import back
from desk.tickets import Kind, Message, Status, Ticket
from desk.workbench import Watcher

_ASIDE = frozenset({Kind.NOTE, Kind.DONE, Kind.EVENT})
"""What may have been said since: nobody outside has read it."""


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/unmerge` in either topic, `/unmerge SD-7` anywhere."""
    source = await _meant(desk, unit, given)
    target = await unit.get(Ticket, source.merged_into or 0)
    stored = await unit.recall(merging.key(source.id))
    if target is None or not stored:
        raise Refusal("shaping.not_merged", number=desk.number(source.id))
    kept: dict[str, Any] = json.loads(stored)
    if source.status is not Status.CLOSED or await _went_on(unit, target, kept):
        raise Refusal("shaping.unmerge_late", number=desk.number(source.id), other=desk.number(target.id))
    await _part(desk, unit, source, target, kept, given.who)
    await mark(desk, unit, given)


async def _meant(desk: Desk, unit: Unit, given: Order) -> Ticket:
    if given.argument:
        return await numbered(desk, unit, given.argument)
    if given.ticket is None:
        raise Refusal("shaping.unmerge_how", example=desk.number(7))
    if given.ticket.merged_into:
        return given.ticket
    found = await unit.find(Ticket, merged_into=given.ticket.id)
    if not found:
        raise Refusal("shaping.not_merged", number=desk.number(given.ticket.id))
    if len(found) > 1:
        raise Refusal("shaping.unmerge_which", numbers=", ".join(desk.number(one.id) for one in found))
    return found[0]


async def _went_on(unit: Unit, target: Ticket, kept: dict[str, Any]) -> bool:
    said = await unit.find(Message, ticket_id=target.id, id__gt=kept["last"])
    return target.status.value != kept["status"] or any(one.kind not in _ASIDE for one in said)


async def _part(  # noqa: PLR0917 - both tickets, what they were and who parts them
    desk: Desk, unit: Unit, source: Ticket, target: Ticket, kept: dict[str, Any], who: str
) -> None:
    told = not await _not_told(unit, source)
    anew = {"closed_at": None, "closing": None, "merged_into": None, "related_id": kept["related"]}
    source = await moving.move(unit, source, Step.REOPENED, at=desk.now(), **anew)
    source = await back(desk, unit, source, kept["source"])
    await unit.change(Detail, {"ticket_id": source.id}, id__in=kept["details"], ticket_id=target.id)
    await unit.remove(Pause, id__in=kept["pauses"], ticket_id=target.id)
    await unit.remove(Watcher, ticket_id=target.id, telegram__in=kept["watchers"])
    target = await back(desk, unit, target, kept["target"])
    begun = datetime.fromisoformat(kept["solve_from"]) if kept["solve_from"] else None
    target = await unit.save(replace(target, solve_from=begun, parent_id=kept["parent"]))
    await unit.remember(merging.key(source.id), "")
    await work.audit(desk, unit, source, who, "unmerged", other=target.id)
    await work.audit(desk, unit, target, who, "unmerged from", other=source.id)
    numbers = {"number": desk.number(source.id), "other": desk.number(target.id)}
    for one in (source, target):
        await outbox.to_topic(desk, unit, one, desk.say("shaping.unmerged", name=who, **numbers), silent=True)
        await outbox.card(desk, unit, one)
    await outbox.topic(desk, unit, source)
    if told:
        await work.tell_client(desk, unit, source, "client.unmerged", Purpose.NOTICE, other=numbers["other"])


async def _not_told(unit: Unit, source: Ticket) -> bool:
    """Whether the client has not read of it yet; then they never will."""
    gone: dict[str, object] = {"state": ParcelState.WITHDRAWN}
    waits = (ParcelState.QUEUED, ParcelState.QUIET)
    return bool(await unit.change(Parcel, gone, ticket_id=source.id, purpose=Purpose.CLOSING, state__in=waits))
