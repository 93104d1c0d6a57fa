"""`/why` with the trail below it page by page, `/trail` as a file, and the same from the command line."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from desk import dropping, numbers, outbox, pages, reasons, trail, work
from desk.client_cells import guarded
from desk.client_shown import named
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order, ticket_of
from desk.pages import Page
from desk.parcels import Action, Button, Purpose
from desk.people import Door
from desk.ports import Unit
from desk.tickets import File, MessageId, Ticket
from desk.trail import Entry

SORT = "trail"
A_PAGE = 12
_ROW = 160
"""Characters of an entry in the topic; the file has it whole."""


async def why(desk: Desk, unit: Unit, given: Order) -> None:
    """`/why`: the rules that chose the line, and what happened since."""
    what = {"ticket": ticket_of(given).id}
    await pages.post(desk, unit, given, SORT, what, await page(desk, unit, what, 0))


async def page(desk: Desk, unit: Unit, what: Mapping[str, Any], number: int) -> Page:
    """A page of the trail, the newest first; above the first one the rules."""
    ticket = await unit.get(Ticket, int(what["ticket"]))
    if ticket is None:
        raise Refusal("group.button_old")
    entries = (await trail.of(desk, unit, ticket))[::-1]
    count = max(1, -(-len(entries) // A_PAGE))
    number = max(0, min(number, count - 1))
    rows = [_row(desk, entry) for entry in entries[number * A_PAGE :][:A_PAGE]]
    head = desk.say("trail.title", number=desk.number(ticket.id), count=len(entries))
    text = "\n".join([head, *rows]) if rows else desk.say("trail.empty")
    if number == 0:
        text = f"{reasons.why(desk, ticket)}\n\n{text}"
    whole = Button(label=desk.say("trail.button"), action=Action.TRAIL, ticket=ticket.id)
    return Page(text=text, buttons=[[whole]], number=number, count=count)


def _row(desk: Desk, entry: Entry) -> str:
    at = f"{entry.at.astimezone(desk.settings.desk.zone):%d.%m %H:%M}"
    what = f"{entry.what}: {' '.join(entry.more.split())}" if entry.more else entry.what
    row = desk.say("trail.row", at=at, who=entry.who or desk.say("trail.machine_name"), what=what)
    return row if len(row) <= _ROW else f"{row[: _ROW - 1]}…"


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/trail`: the whole as a file, for Excel."""
    await _send(desk, unit, ticket_of(given), given.who, reply_to=given.post.external_id)


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """The button below a page does the same."""
    await _send(desk, unit, ticket, press.person.name, reply_to="")
    return desk.say("trail.toast")


async def _send(desk: Desk, unit: Unit, ticket: Ticket, who: str, *, reply_to: str) -> None:
    await work.audit(desk, unit, ticket, who, "trail taken")
    entries = await trail.of(desk, unit, ticket)
    content = written(desk, entries)
    key = await dropping.keep_for_now(desk, unit, content)
    name = desk.say("trail.file_name", number=desk.number(ticket.id))
    file = File(message_id=MessageId(0), sort="document", name=name, mime="text/csv", size=len(content), key=key)
    title = desk.say("trail.title", number=desk.number(ticket.id), count=len(entries))
    await outbox.to_topic(desk, unit, ticket, title, purpose=Purpose.REPLY, files=[file], reply_to=reply_to)


def written(desk: Desk, entries: Sequence[Entry]) -> bytes:
    """The entries as CSV that Excel opens with a double click, and takes nothing in it for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if desk.settings.desk.language == "ru" else ",")
    columns = ("column_at", "column_ticket", "column_who", "column_by", "column_what", "column_more")
    writer.writerow([desk.say(f"trail.{column}") for column in columns])
    zone = desk.settings.desk.zone
    for entry in entries:
        writer.writerow(
            [
                f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                desk.number(entry.ticket_id) if entry.ticket_id else "",
                guarded(_plain(entry.who or desk.say("trail.machine_name"))),
                desk.say("trail.person" if entry.by_person else "trail.machine_word"),
                guarded(_plain(entry.what)),
                guarded(_plain(entry.more)),
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """Without what Excel chokes on; lines stay."""
    return "".join(sign for sign in text if sign == "\n" or sign >= " ")


async def export(desk: Desk, *, ticket: str, client: str, since: datetime | None) -> tuple[bytes, int]:
    """The trail of a ticket, of a client or of everything since a moment, as CSV, with how many entries it has.

    Refusal when nothing is named, or nothing is there under that name.
    """
    if not (ticket or client or since):
        raise Refusal("trail.which")
    async with desk.view() as view:
        entries: dict[Entry, None] = {}
        for one in await _tickets(desk, view, ticket, client, since):
            entries |= dict.fromkeys(await trail.of(desk, view, one))
        if since and not ticket and not client:
            entries |= dict.fromkeys(await trail.elsewhere(desk, view, since))
    found = sorted((one for one in entries if since is None or one.at >= since), key=lambda one: one.at)
    return written(desk, found), len(found)


async def _tickets(desk: Desk, unit: Unit, ticket: str, client: str, since: datetime | None) -> list[Ticket]:
    if ticket:
        one = await numbers.find(desk, unit, ticket)
        if one is None:
            raise Refusal("group.number_unknown", example=desk.number(7))
        return [one]
    if client:
        return await _of_client(unit, client.strip())
    return await unit.find(Ticket, active_at__ge=since)


async def _of_client(unit: Unit, what: str) -> list[Ticket]:
    company = await named(unit, what)
    if company:
        return await unit.find(Ticket, organisation_id=company.id)
    door = await unit.first(Door, address=what.casefold(), claimed=False)
    door = door or await unit.first(Door, username=what.removeprefix("@"))
    if door is None:
        raise Refusal("trail.no_client", what=what[:80])
    return await unit.find(Ticket, client_id=door.client_id)
