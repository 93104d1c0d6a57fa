"""A client's own group in Telegram, bound to an organisation: what is said to the bot there becomes its tickets.

Rule: only what mentions the bot, replies to it or to a message of a ticket is taken in; whatever else people say to one
another there is neither read nor kept.
"""

from dataclasses import replace

from desk import edits, intake, membership, outbox
from desk.client_cells import same_number
from desk.desk import Desk
from desk.incoming import Edited, Incoming, Raw
from desk.organisations import Organisation
from desk.parcels import Purpose
from desk.people import Audit, Client, ClientId, Door
from desk.ports import Unit
from desk.settings import ClientGroup
from desk.tickets import Trace

_MOVED = "client_group:"
"""By a configured id: the one that the group has since it became a supergroup."""


async def bound(desk: Desk, unit: Unit, place: str) -> ClientGroup | None:
    """The binding of that chat; None when it is no client's group. One question, however many are bound."""
    if not desk.settings.client_group:
        return None
    moved = await unit.recall_all(_MOVED)
    groups = ((one, str(one.chat)) for one in desk.settings.client_group)
    return next((one for one, chat in groups if place == moved.get(_MOVED + chat, chat)), None)


async def heard(desk: Desk, incoming: Incoming, *, addressed: bool) -> bool:
    """Take in what was said in a client's group, when it is for us; otherwise forget it. Whether it was for us.

    `incoming.group` is the group's title, its sender's name that of who wrote. `addressed`: it mentions the bot or
    replies to it.
    """
    async with desk.unit() as unit:
        one = await bound(desk, unit, incoming.place)
        ours = one is not None and (addressed or await _of_a_ticket(unit, incoming))
        if one is not None and ours:
            await _door(desk, unit, incoming, one)
            await intake.take_in(desk, unit, incoming)
        else:
            await unit.change(Raw, {"body": b""}, id__in=list(desk.raws))
        await unit.commit()
    return ours


async def edited(desk: Desk, change: Edited, incoming: Incoming | None, *, addressed: bool) -> bool:
    """Somebody changed what they had said there; what was not for us before may be by now. Whether it was for us."""
    if await edits.edited(desk, change):
        return True
    return incoming is not None and await heard(desk, incoming, addressed=addressed)


async def welcomed(desk: Desk, place: str, title: str) -> None:
    """The bot was let into a client's group: it says how to be spoken to there. Twice is once.

    A unit of its own: the update that brought it has more to tell.
    """
    async with desk.store.unit() as unit:
        one, key = await bound(desk, unit, place), f"client_group_told:{place}"
        if one is not None and not await unit.recall(key):
            await unit.remember(key, desk.now().isoformat())
            bot = await unit.recall("telegram.username")
            said = desk.say("groups.welcome", one.language or "", bot=bot, name=desk.settings.desk.name)
            now = desk.now()
            there = Door(
                client_id=ClientId(0), channel="telegram", address=place, name=title, created_at=now, used_at=now
            )
            await outbox.to_door(desk, unit, there, Purpose.REPLY, said)
        await unit.commit()


async def migrated(desk: Desk, old: str, new: str) -> bool:
    """The group has another id: its door goes along. Twice is once; False when it is no client's group."""
    async with desk.unit() as unit:
        one = await bound(desk, unit, old)
        if one is not None and old != new:
            await unit.remember(_MOVED + str(one.chat), new)
            await unit.change(
                Door, {"address": new, "shut_at": None, "shut_reason": ""}, channel="telegram", address=old
            )
            data = {"old": old, "new": new}
            await unit.add(Audit(at=desk.now(), who="telegram", what="client group migrated", data=data))
        known = one is not None or await bound(desk, unit, new) is not None
        await unit.commit()
    return known


async def of_a_ticket(desk: Desk, incoming: Incoming) -> bool:
    """Whether it replies to something that was said in a ticket, by whomever."""
    async with desk.view() as view:
        return await _of_a_ticket(view, incoming)


async def _of_a_ticket(unit: Unit, incoming: Incoming) -> bool:
    if not incoming.reply_to:
        return False
    trace = await unit.first(Trace, channel="telegram", place=incoming.place, external_id=incoming.reply_to)
    return trace is not None and trace.ticket_id is not None


async def _door(desk: Desk, unit: Unit, incoming: Incoming, one: ClientGroup) -> None:
    """The group as a client of its organisation: made at its first word, put right when the configuration changed."""
    company = await unit.first(Organisation, number=same_number(one.organisation))
    door = await unit.first(Door, channel="telegram", address=incoming.place)
    client = await unit.get(Client, door.client_id) if door else None
    if door is None or client is None:
        client = await unit.add(
            Client(
                name=incoming.group,
                language=one.language or "",
                organisation_id=company.id if company else None,
                created_at=desk.now(),
            )
        )
        now = desk.now()
        await unit.add(
            Door(
                client_id=client.id,
                channel="telegram",
                address=incoming.place,
                name=incoming.group,
                created_at=now,
                used_at=now,
            )
        )
        return
    if company and client.organisation_id != company.id:
        why = desk.say("groups.organisation", name=company.name, number=company.number)
        await membership.assign(desk, unit, client, company, by="desk", why=why)
        client = await unit.get(Client, client.id) or client
    if client.name != incoming.group or (one.language and client.language != one.language):
        await unit.save(replace(client, name=incoming.group, language=one.language or client.language))
