"""Whether somebody wants to hear of releases and outages: they say so by a button, a word, or their mail program.

Rule: a no outweighs everything that was said before it, whoever said it; a yes after it is the person's own alone.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from desk import clients, keys, outbox, underneath
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Press
from desk.organisations import Contact, Reach
from desk.parcels import Action, Button, Parcel, ParcelState, Purpose
from desk.people import Audit, Client, ClientId, Door
from desk.ports import Unit
from desk.tickets import Trace

ORDER = "unsubscribe"
"""With it begins the subject of a mail that a mail program writes when its user wants no more of these."""

_ORDER = re.compile(rf"{ORDER} (\d{{1,18}})-([0-9a-f]{{24}})", re.IGNORECASE)
_STOP = frozenset(
    {"stop", "стоп", "отписаться", "отпишите", "отписка", "unsubscribe", "отпишите меня", "не присылайте"}
)
_LONGEST = 40
"""Characters of an answer that can be such a word; mail programs add a signature below."""


async def order_of(unit: Unit, client_id: ClientId) -> str:
    """The subject of the mail that ends a client's subscription; nobody else can make it."""
    return f"{ORDER} {client_id}-{await _signature(unit, client_id)}"


async def _signature(unit: Unit, client_id: int) -> str:
    secret = await keys.secret(unit)
    return hmac.new(secret, f"news:{client_id}".encode(), hashlib.sha256).hexdigest()[:24]


def agreed(client: Client, listed: str) -> bool:
    """Whether they may be told; `listed`: what the client list says of them, "yes", "no" or ""."""
    return client.no_news_at is None and (client.news_at is not None or listed == "yes")


async def listed(unit: Unit, doors: Mapping[tuple[str, str], ClientId]) -> dict[ClientId, str]:
    """What the client list says of the owners of these addresses: "no" outweighs "yes"."""
    found: dict[ClientId, str] = {}
    for channel in sorted({channel for channel, _ in doors}):
        there = [address for kind, address in doors if kind == channel]
        for reach in await unit.find(Reach, channel=channel, address__in=there):
            owner = doors[channel, reach.address]
            contact = await unit.get(Contact, reach.contact_id)
            if contact and contact.news and found.get(owner) != "no":
                found[owner] = contact.news
    return found


def addresses(theirs: Iterable[Door]) -> dict[tuple[str, str], ClientId]:
    """Doors as the client list writes them, with their owners; not what somebody only claims to be theirs."""
    found = {}
    for door in theirs:
        if not door.claimed:
            found[door.channel, door.address] = door.client_id
            if door.username:
                found[door.channel, f"@{door.username.lower()}"] = door.client_id
    return found


async def heard(desk: Desk, unit: Unit, incoming: Incoming) -> bool:
    """Whether a message only ends a subscription; then that is done, and it makes no request."""
    if found := _ORDER.fullmatch(incoming.subject.strip()) if incoming.channel == "mail" else None:
        number = int(found[1])
        client = await unit.get(Client, number)
        if client and hmac.compare_digest(found[2].lower(), await _signature(unit, number)):
            await _no_more(desk, unit, client)
            return True
        return False
    if _word(incoming.text) not in _STOP or incoming.files:
        return False
    door = await _answers_news(unit, incoming)
    client = await unit.get(Client, door.client_id) if door else None
    if door is None or client is None:
        return False
    await _no_more(desk, unit, client)
    said = clients.say(desk, client, "mine.news_off")
    await outbox.to_door(desk, unit, door, Purpose.REPLY, said, reply_to=incoming.external_id)
    return True


def _word(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return " ".join(line.casefold().strip(" .!,").split()) if len(line) <= _LONGEST else ""


async def _answers_news(unit: Unit, incoming: Incoming) -> Door | None:
    """The door to which the announcement went that a message answers; None when it answers none."""
    ids = [one for one in (incoming.reply_to, *incoming.references[-5:]) if one]
    for id_ in ids:
        where = {"place": incoming.place} if incoming.channel == "telegram" else {}
        trace = await unit.first(Trace, channel=incoming.channel, external_id=id_, **where)
        parcel = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None
        if parcel and parcel.purpose is Purpose.NEWS and parcel.place == incoming.sender.address:
            return await unit.first(Door, channel=parcel.channel, address=parcel.place, claimed=False)
    return None


async def answers_news(unit: Unit, place: str, reply_to: str) -> bool:
    """Whether a message in a chat replies to an announcement: then it is a request of its own."""
    trace = await unit.first(Trace, channel="telegram", place=place, external_id=reply_to) if reply_to else None
    parcel = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id and not trace.ticket_id else None
    return parcel is not None and parcel.purpose is Purpose.NEWS


async def _no_more(desk: Desk, unit: Unit, client: Client) -> None:
    await unit.save(replace(client, no_news_at=desk.now()))
    for door in await unit.find(Door, client_id=client.id):  # what is on its way to them is not wanted any more
        lane, waiting = f"news:{door.channel}:{door.address}", ParcelState.QUEUED
        await unit.change(Parcel, {"state": ParcelState.WITHDRAWN}, lane=lane, state=waiting)
    await unit.add(Audit(at=desk.now(), who=client.name, what="news refused", client_id=client.id, data={}))


async def row(desk: Desk, unit: Unit, client: Client) -> list[list[Button]]:
    """A row of buttons for the client's own list; nobody is asked whom no announcement could be about."""
    if not client.organisation_id:
        return []
    theirs = await unit.find(Door, client_id=client.id)
    said = await listed(unit, addresses(theirs))
    return [[_button(desk, client, on=not agreed(client, said.get(client.id, "")))]]


def _button(desk: Desk, client: Client, *, on: bool) -> Button:
    label = clients.say(desk, client, "mine.button_news_on" if on else "mine.button_news_off")
    return Button(label=label, action=Action.NEWS, arg="on" if on else "off")


def off(desk: Desk, client: Client) -> list[list[Button]]:
    """The button under an announcement."""
    return [[_button(desk, client, on=False)]]


async def pressed(desk: Desk, unit: Unit, client: Client | None, press: Press) -> str:
    """The client's own yes or no."""
    if client is None or press.arg not in {"on", "off"}:
        raise Refusal("client.button_old")
    if press.arg == "off":
        await _no_more(desk, unit, client)
    else:
        await unit.save(replace(client, news_at=desk.now(), no_news_at=None))
        await unit.add(Audit(at=desk.now(), who=client.name, what="news wanted", client_id=client.id, data={}))
    said = clients.say(desk, client, "mine.news_on" if press.arg == "on" else "mine.news_off")
    parcel = await underneath.pressed(unit, press)
    if parcel and parcel.purpose is Purpose.NEWS:
        await underneath.write(desk, unit, parcel, press.place, press.external_id, f"✓ {said}")
    return said
