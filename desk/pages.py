"""Lists that are longer than a message: one post, whose buttons turn its pages by editing it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk import keys, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order
from desk.parcels import Act, Action, Button, Outgoing, Purpose
from desk.ports import Unit
from desk.tickets import Thread, TicketId, Trace

LIVES = timedelta(days=14)
"""For so long a list can be turned; what it was asked for is kept meanwhile."""

_KEY = "page:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page shows. `count`: pages in all, at least 1."""

    title: str = ""
    text: str
    buttons: Sequence[Sequence[Button]] = ()
    number: int = 0
    count: int = 1


async def post(  # noqa: PLR0917 - the command, what it asked for, and the answer
    desk: Desk, unit: Unit, order: Order, sort: str, asked: Mapping[str, Any], page: Page
) -> None:
    """Answer a command with a page; `asked` is what another page of the list is made from."""
    to, ticket = order.post.external_id, order.ticket
    shown: dict[str, Any] = {"title": page.title, "buttons": _buttons(page), "reply_to": to, "purpose": Purpose.REPLY}
    if ticket:
        parcel = await outbox.to_topic(desk, unit, ticket, page.text, **shown)
    else:
        text = keys.disarmed(page.text)
        parcel = await outbox.to_general(desk, unit, text, thread=order.post.thread, at=order.post.place, **shown)
    if page.count > 1:
        kept = {"sort": sort, "asked": dict(asked), "at": desk.now().isoformat(), "ticket": ticket.id if ticket else 0}
        await _sweep(desk, unit)
        await unit.remember(f"{_KEY}{parcel.id}", json.dumps(kept, ensure_ascii=False))


async def kept(unit: Unit, press: Press) -> tuple[str, dict[str, Any]]:
    """What the list under the pressed button is, and what it was asked for. Refusal when that is not known any more."""
    trace = await unit.first(Trace, channel="group", place=press.place, external_id=press.external_id)
    stored = await unit.recall(f"{_KEY}{trace.parcel_id}") if trace and trace.parcel_id else ""
    if not stored:
        raise Refusal("find.page_gone")
    found = json.loads(stored)
    return str(found["sort"]), dict(found["asked"])


async def turn(desk: Desk, unit: Unit, press: Press, page: Page) -> None:
    """Show another page in the same message; of several presses in a row only the last one costs an edit."""
    order = Outgoing(
        channel="group",
        place="",
        purpose=Purpose.REPLY,
        act=Act.EDIT,
        target=press.external_id,
        thread_place=press.place,
        title=page.title,
        text=keys.disarmed(page.text),
        buttons=_buttons(page),
    )
    key = f"page:{press.place}:{press.external_id}"
    await outbox.send(desk, unit, order, lane=key, coalesce=key)


def _buttons(page: Page) -> tuple[tuple[Button, ...], ...]:
    rows = tuple(tuple(row) for row in page.buttons)
    if page.count == 1:
        return rows
    before, after = (page.number - 1) % page.count, (page.number + 1) % page.count
    return (
        *rows,
        (
            Button(label="‹", action=Action.PAGE, arg=str(before)),
            Button(label=f"{page.number + 1}/{page.count}", action=Action.PAGE, arg=str(page.number)),
            Button(label="›", action=Action.PAGE, arg=str(after)),
        ),
    )


async def _sweep(desk: Desk, unit: Unit) -> None:
    """Lists of long ago are forgotten."""
    for key, stored in (await unit.recall_all(_KEY)).items():
        if desk.now() - datetime.fromisoformat(json.loads(stored)["at"]) > LIVES:
            await unit.remember(key, "")


async def links(unit: Unit, tickets: Sequence[TicketId]) -> dict[TicketId, str]:
    """Where each ticket's topic opens; only a supergroup has such links."""
    threads = await unit.find(Thread, ticket_id__in=list(tickets), channel="group") if tickets else []
    return {
        one.ticket_id: f"https://t.me/c/{one.place.removeprefix('-100')}/{one.external_id}"
        for one in threads
        if one.place.startswith("-100") and one.external_id
    }


def in_rows(buttons: Sequence[Button], width: int = 4) -> list[list[Button]]:
    return [list(buttons[start : start + width]) for start in range(0, len(buttons), width)]
