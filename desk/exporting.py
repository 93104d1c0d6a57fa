"""`/export`: somebody's data as a zip, to a door of their own that is proven, or to a lead.

Rule: what is asked for is a note that a tick works off, so that no command waits for files; what goes out is what
desk.given_out chose.
"""

import json
import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

from desk import clients, forgetting, given_out, outbox, signs, staff, unsent_exports
from desk.desk import Desk
from desk.disk import TROUBLES
from desk.errors import Refusal
from desk.incoming import Incoming, Press
from desk.orders import Order, mark
from desk.parcels import Enclosure, Outgoing, Purpose
from desk.people import Audit, Client, ClientId, Door, Proof
from desk.ports import Unit
from desk.tickets import Ticket

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
"""A client gets their data at most once in so long."""

KEPT = timedelta(days=3)
"""A zip is kept so long for being sent."""

PART = {"telegram": 45_000_000, "group": 45_000_000, "mail": 12_000_000}
"""Bytes of one zip: Telegram takes 50 MB (Bot API, "Sending files"), most mail servers 25 encoded."""

_WISH, _FILE, _LAST = "export.wish:", "export.file:", "export.last:"
_BY_MAIL = frozenset({"mail", "email", "e-mail", "почта", "почтой", "письмо"})


async def wanted(desk: Desk, unit: Unit, client: Client | None, incoming: Incoming, argument: str) -> str:
    """A client's `/export`; what to tell them. Refusal when there is nothing to give, or it was given today."""
    if client is None or client.forgotten_at:
        raise Refusal("mine.export_nothing")
    last = await unit.recall(f"{_LAST}{client.id}")
    if last and desk.now() - datetime.fromisoformat(last) < EVERY:
        raise Refusal("mine.export_lately")
    by_mail = argument.strip().casefold() in _BY_MAIL
    door = await _proven_mail(unit, client.id) if by_mail else None
    if by_mail and door is None:
        raise Refusal("mine.export_no_mail")
    door = door or await unit.first(Door, channel="telegram", address=incoming.place)
    if door is None or door.client_id != client.id:
        raise Refusal("mine.export_nothing")
    await unit.remember(f"{_LAST}{client.id}", desk.now().isoformat())
    await _wish(unit, client=client.id, door=door.id, by=client.name)
    where = "mine.export_mail" if door.channel == "mail" else "mine.export_soon"
    return clients.say(desk, client, where, address=door.address)


async def _proven_mail(unit: Unit, client_id: ClientId) -> Door | None:
    """An open address of theirs of which it is proven that they read its mail."""
    found = await unit.find(Door, client_id=client_id, channel="mail", claimed=False, shut_at=None, order="-used_at")
    for door in found:
        if door.proof in (Proof.LINK, Proof.CODE) or door.vouched_at or await signs.read_by(unit, client_id, door):
            return door
    return None


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """A lead's `/export`, in a topic or with a number or an address in General: it goes to them privately."""
    staff.leads_only(desk, order.post.engineer)
    client_id = await forgetting.client_meant(desk, unit, order, order.argument.strip())
    person = await forgetting.person_of(unit, client_id)
    if person.client.forgotten_at:
        raise Refusal("personal.forgotten_already")
    post = order.post
    place: dict[str, Any] = {
        "ticket": order.ticket.id if order.ticket else 0,
        "thread": post.thread,
        "reply_to": post.external_id,
    }
    place["at"] = post.place
    await _wish(unit, client=person.client.id, lead=post.engineer.id, by=post.engineer.name, **place)
    await mark(desk, unit, order)


async def pressed(desk: Desk, unit: Unit, press: Press) -> str:
    """A lead wants it in the group all the same."""
    staff.leads_only(desk, press.person)
    client = await unit.get(Client, int(press.arg)) if press.arg.isascii() and press.arg.isdecimal() else None
    if client is None or client.forgotten_at:
        raise Refusal("group.button_old")
    place: dict[str, Any] = {"ticket": press.ticket, "thread": press.thread, "reply_to": press.external_id}
    place["at"] = press.place
    await _wish(unit, client=client.id, by=press.person.name, group=True, **place)
    await forgetting.settled(desk, unit, press, desk.say("personal.export_here", name=press.person.name))
    return desk.say("personal.export_coming")


async def _wish(unit: Unit, **what: Any) -> None:
    await unit.remember(f"{_WISH}{secrets.token_hex(8)}", json.dumps(what, ensure_ascii=False))


async def tick(desk: Desk) -> None:
    """Give out what was asked for, one after the other; drop what was sent long ago."""
    async with desk.view() as view:
        wishes = await view.recall_all(_WISH)
        kept = await view.recall_all(_FILE)
    for name, stored in wishes.items():
        try:
            await _fulfil(desk, name, json.loads(stored))
        except TROUBLES:
            raise
        except Exception:  # the guard: one that cannot be made must not keep back the others
            log.exception("export.failed")
            async with desk.store.unit() as unit:
                await unit.remember(name, "")
                await outbox.to_general(desk, unit, desk.say("personal.export_failed"))
                await unit.commit()
    for name, at in kept.items():
        if desk.now() - datetime.fromisoformat(at) > KEPT:
            await desk.files.drop(name.removeprefix(_FILE))
            async with desk.store.unit() as unit:
                await unit.remember(name, "")
                await unit.commit()


async def _fulfil(desk: Desk, name: str, wish: dict[str, Any]) -> None:
    async with desk.view() as view:
        person = await forgetting.person_of(view, wish["client"])
        door = await view.get(Door, wish.get("door", 0))
        own = door is not None and door.client_id in person.ids  # not of somebody who was unlinked since
        theirs = person.client.forgotten_at is None and (own or "door" not in wish)
        record = await given_out.record(desk, view, person) if theirs else None
    parts: list[Enclosure] = []
    if record:
        most = PART["group" if wish.get("group") else door.channel if door else "telegram"]
        for number, content in enumerate(await given_out.zips(desk, record, most), 1):
            title = f"{record.name}.zip" if number == 1 else f"{record.name}-{number}.zip"
            key = await desk.files.keep(content)
            # At once, so that a crash or a wish taken back meanwhile leaves nobody's data lying about.
            async with desk.store.unit() as unit:
                await unit.remember(f"{_FILE}{key}", desk.now().isoformat())
                await unit.commit()
            parts.append(Enclosure(sort="document", name=title, mime="application/zip", size=len(content), key=key))
    async with desk.store.unit() as unit:
        if not await unit.recall(name):
            return
        await unit.remember(name, "")
        if parts:
            await _give(desk, unit, wish, parts, door)
        await unit.commit()


async def _give(desk: Desk, unit: Unit, wish: dict[str, Any], parts: list[Enclosure], door: Door | None) -> None:
    client = await unit.get(Client, wish["client"])
    for index, part in enumerate(parts, 1):
        count = {"index": index, "count": len(parts)}
        if door:
            text = clients.say(desk, client, "mine.export_here", **count)
            await outbox.to_door(desk, unit, door, Purpose.EXPORT, text, files=[part])
        elif wish.get("group") or outbox.kept_back(desk, "telegram", Purpose.EXPORT):
            if not wish.get("group"):
                await unsent_exports.ask_here(desk, unit, wish)
                return
            await _into_group(desk, unit, wish, part, count)
        else:
            text = desk.say("personal.export_yours", name=client.name if client else "", **count)
            message = Outgoing(channel="telegram", place=wish["lead"], purpose=Purpose.EXPORT, text=text, files=(part,))
            parcel = await outbox.send(desk, unit, message, lane=f"telegram:{wish['lead']}")
            if index == 1:
                await unsent_exports.remember(unit, parcel, wish)
    to = "client" if door else "group" if wish.get("group") else "lead"
    data = {"to": to, "parts": len(parts), **({"door": door.id} if door else {})}
    await unit.add(
        Audit(
            at=desk.now(), who=wish["by"], what="data given out", client_id=wish["client"],
            ticket_id=wish.get("ticket") or None, data=data,
        )
    )  # fmt: skip


async def _into_group(desk: Desk, unit: Unit, wish: dict[str, Any], part: Enclosure, count: dict[str, int]) -> None:
    ticket = await unit.get(Ticket, wish["ticket"]) if wish["ticket"] else None
    message = Outgoing(
        channel="group",
        place=ticket.line if ticket else "",
        purpose=Purpose.FILE,
        ticket=ticket.id if ticket else None,
        thread="" if ticket else wish["thread"],
        thread_place="" if ticket else wish["at"],
        text=desk.say("personal.export_file", **count),
        files=(part,),
        reply_to=wish["reply_to"],
    )
    await outbox.send(desk, unit, message, lane=f"group:{ticket.id}" if ticket else "group:general")
