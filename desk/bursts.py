"""More new words than a group takes in a minute: one card in its General says what waits, until all of it is shown.

Telegram takes about 20 messages a minute in a group, and a new ticket needs three: its topic, its card, its words. The
courier shows what burns first (desk.outbox); this card tells the rest by number, so that nobody believes that it is
quiet, and shows any of them at once by a button.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from desk import group, outbox
from desk.desk import Desk
from desk.parcels import Act, Action, Button, Outgoing, Parcel, ParcelId, ParcelState, Purpose
from desk.ports import Unit
from desk.tickets import Priority, Ticket, TicketId

LOOK = timedelta(seconds=15)
EDITED = timedelta(minutes=1)
"""The card is brought up to date so often: each time takes a place from what it tells of."""

EACH = 3
"""Places that a new ticket takes: topic, card and words."""

KEPT = 2
"""Places of a minute that are kept for answers to engineers (bot.pace)."""

COUNTED, NAMED, BUTTONS, ROW = 2_000, 15, 8, 4
SUBJECT = 60
_KEY = "burst:"


async def tick(desk: Desk) -> None:
    """Post, change or finish the card of each group."""
    rate = desk.settings.telegram.pace.group_per_minute
    if rate <= 0:
        return
    now = desk.now()
    async with desk.view() as view:
        cards = await view.recall_all(_KEY)
        queued = await view.find(
            Parcel, state=ParcelState.QUEUED, channel="group", purpose=Purpose.MIRROR,
            not_before__le=now + timedelta(minutes=1), limit=COUNTED,
        )  # fmt: skip
    in_a_minute = max(1.0, rate - KEPT) / EACH
    if not cards and len(queued) <= in_a_minute:
        return
    async with desk.store.unit() as unit:
        waiting = await _by_group(desk, unit, queued)
        lost = await group.losses(unit)
        for place in sorted({*waiting, *(key.removeprefix(_KEY) for key in cards)}):
            told = json.loads(cards.get(f"{_KEY}{place}") or "{}")
            if (told or len(waiting.get(place, [])) > in_a_minute) and place not in lost:
                await _tell(desk, unit, place, waiting.get(place, []), told)
        await unit.commit()


async def _by_group(desk: Desk, unit: Unit, queued: Sequence[Parcel]) -> dict[str, list[TicketId]]:
    """The tickets with words that wait, by the chat they are to be shown in, in the order in which they will be."""
    moved = await group.moves(unit)
    found: dict[str, list[TicketId]] = {}
    for parcel in sorted(queued, key=lambda one: (one.urgency, one.id)):
        named = group.configured(desk, parcel.place)
        tickets = found.setdefault(moved.get(named, named), [])
        if parcel.ticket_id and parcel.ticket_id not in tickets:
            tickets.append(parcel.ticket_id)
    return found


async def _tell(desk: Desk, unit: Unit, place: str, waiting: Sequence[TicketId], told: dict[str, Any]) -> None:
    """Say it in that group: once anew, then by changing what stands there; the last change says that all is shown."""
    now = desk.now()
    posted = await unit.get(Parcel, ParcelId(told["parcel"])) if told else None
    if posted and posted.state is ParcelState.SENDING:
        return
    if posted and posted.state is ParcelState.QUEUED and not waiting:
        await unit.change(Parcel, {"state": ParcelState.WITHDRAWN}, id=posted.id, state=ParcelState.QUEUED)
        await unit.remember(f"{_KEY}{place}", "")
        return
    standing = posted.external_id if posted and posted.state is ParcelState.SENT else ""
    if standing and waiting and now - datetime.fromisoformat(told["at"]) < EDITED:
        return
    message = await _card(desk, unit, place, waiting, standing)
    parcel = await outbox.send(desk, unit, message, lane=f"group:burst:{place}", coalesce=f"{_KEY}{place}")
    number = told["parcel"] if standing else parcel.id
    kept = json.dumps({"parcel": number, "at": now.isoformat()})
    await unit.remember(f"{_KEY}{place}", kept if waiting else "")


async def _card(desk: Desk, unit: Unit, place: str, waiting: Sequence[TicketId], standing: str) -> Outgoing:
    """The card as it should read; `standing`: the message in which it stands already."""
    shown = waiting[:NAMED]
    tickets = {ticket.id: ticket for ticket in await unit.find(Ticket, id__in=list(shown))}
    rows = [_row(desk, tickets[one]) for one in shown if one in tickets]
    if len(waiting) > len(shown):
        rows.append(desk.say("home.burst_more", count=len(waiting) - len(shown)))
    buttons = [Button(label=desk.number(one), action=Action.OPEN_TOPIC, ticket=one) for one in waiting[:BUTTONS]]
    if waiting:
        rows.append(f"\n{desk.say('home.burst_how', example=desk.number(waiting[0]))}")
    return Outgoing(
        channel="group",
        place="",
        purpose=Purpose.ALARM,
        act=Act.EDIT if standing else Act.SAY,
        target=standing,
        thread_place=place,
        title=desk.say("home.burst", count=len(waiting)) if waiting else "",
        text="\n".join(rows) if waiting else desk.say("home.burst_over"),
        buttons=tuple(tuple(buttons[at : at + ROW]) for at in range(0, len(buttons), ROW)),
    )


def _row(desk: Desk, ticket: Ticket) -> str:
    words = [desk.number(ticket.id)]
    if ticket.priority is not Priority.NORMAL:
        words.append(desk.say(f"triage.priority_{ticket.priority.value}"))
    subject = ticket.subject if len(ticket.subject) <= SUBJECT else f"{ticket.subject[: SUBJECT - 1].rstrip()}…"
    return " · ".join([*words, subject])
