"""Mail that came back: it makes no ticket, it marks what failed, and is never answered.

Rule: only a bounce that names a mail of ours by its signed tag or by an id that we gave it changes anything, and only
the failure of an address that we wrote to is a failure of that address.
"""

from dataclasses import replace
from datetime import timedelta

from desk import clients, delivered, doors, outbox, participants, rarely
from desk.desk import Desk
from desk.errors import DeliveryRefused, DoorShut
from desk.incoming import Failed, Fate, Incoming
from desk.merged import follow
from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Client, Door, Key
from desk.ports import Unit
from desk.tickets import TAKES_PART, Participant, Role, Standing, Ticket, Trace
from desk.wire import unpack

SOFT_AGAIN = timedelta(days=1)
"""A server that still tries is told of once per ticket in so long."""

UNKNOWN_AN_HOUR = 3
"""Bounces of mails that we did not send, told one by one; more of them is somebody's spam under our name."""

_WORDS = 120
"""Characters of a server's words that are shown behind the plain reason."""


async def received(desk: Desk, unit: Unit, incoming: Incoming) -> None:
    """Find the mail that failed; shut a dead door, use the other one, tell the engineers. Else tell General."""
    sent = await _sent(unit, incoming)
    failures = [one for one in incoming.failures if one.fate is not Fate.ARRIVED]
    if incoming.failures and not failures:
        return  # it says that all is well
    if sent is None:
        await _unknown(desk, unit, incoming, failures)
        return
    for failed in failures or [Failed(address="", fate=Fate.REFUSED, words=incoming.subject)]:
        await _one(desk, unit, sent, failed, surely=sent.id == incoming.failed_parcel)


async def _sent(unit: Unit, incoming: Incoming) -> Parcel | None:
    """What we had sent, by the tag of its envelope or by its id."""
    parcel = await unit.get(Parcel, incoming.failed_parcel) if incoming.failed_parcel else None
    if parcel is None and incoming.failed:
        trace = await unit.first(Trace, channel="mail", external_id=incoming.failed, role__in=(Role.OURS, Role.PARTNER))
        parcel = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None
    return parcel if parcel and parcel.channel == "mail" else None


async def _one(desk: Desk, unit: Unit, sent: Parcel, failed: Failed, *, surely: bool) -> None:
    """What follows from one address of a bounce; `surely`: it names this very parcel, not only its mail."""
    parcel = sent if surely and not failed.address else await _copy_for(unit, sent, failed)
    ticket = await unit.get(Ticket, sent.ticket_id) if sent.ticket_id else None
    ticket = await follow(unit, ticket) if ticket else None
    if parcel is None and surely and failed.fate is not Fate.DELAYED:
        parcel = sent  # the envelope had one address: wherever that mailbox sends its mail on to, it did not arrive
    if parcel is None:
        if ticket:
            await _elsewhere(desk, unit, sent, ticket, failed)
        return
    if failed.fate is Fate.DELAYED:
        if ticket and await rarely.may(desk, unit, f"bounce.soft:{ticket.id}", SOFT_AGAIN):
            await outbox.to_topic(desk, unit, ticket, desk.say("group.bounce_soft", why=why(desk, failed)), silent=True)
        return
    alias = bool(failed.address) and failed.address != parcel.place.casefold()
    gone = failed.fate is Fate.GONE and not alias
    reason = why(desk, failed)
    if alias:
        reason = desk.say("group.why_alias", other=failed.address, why=reason)
    if gone:
        await _shut(desk, unit, parcel.place, reason)
    current = await unit.get(Parcel, parcel.id) or parcel
    if current.state is ParcelState.FAILED:
        return  # told before: servers on the way may each send a bounce of their own
    person = await _participant(unit, ticket, parcel) if ticket else None
    if ticket and person:
        await unit.save(replace(current, state=ParcelState.FAILED, error=failed.words[:500]))
        await _not_copied(desk, unit, ticket, person, reason, gone=gone)
        return
    await delivered.refused(desk, unit, current, DoorShut(reason) if gone else DeliveryRefused(reason))
    if parcel.purpose is Purpose.CODE:
        await _code_failed(desk, unit, parcel)


async def _copy_for(unit: Unit, sent: Parcel, failed: Failed) -> Parcel | None:
    """The parcel that went to this address: the one that the bounce names, or a copy of the same words.

    An address to which the one that we wrote to leads, and says so, failed for that one, which is not gone for it.
    """
    if not failed.address:
        return None if unpack(sent.body, sent.id).copies else sent
    for address in (failed.address, failed.original):
        if address == sent.place.casefold():
            return sent
        if address and sent.message_id:
            copies = await unit.find(Parcel, message_id=sent.message_id, channel="mail", ticket_id=sent.ticket_id)
            if copy := next((one for one in reversed(copies) if one.place.casefold() == address), None):
                return copy
    return None


async def _shut(desk: Desk, unit: Unit, address: str, reason: str) -> None:
    """No mail arrives there any more, whoever's door it is."""
    shut = {"shut_at": desk.now(), "shut_reason": reason[:300]}
    await unit.change(Door, shut, channel="mail", address=address, shut_at=None)


async def _participant(unit: Unit, ticket: Ticket, parcel: Parcel) -> Participant | None:
    """Who has a copy at this address; None for the client's own."""
    if parcel.purpose is Purpose.PARTNER:
        return None  # desk.delivered tells the engineers
    if parcel.purpose is not Purpose.COPY and await unit.count(
        Door, channel="mail", address=parcel.place, client_id=ticket.client_id
    ):
        return None
    return await unit.first(Participant, ticket_id=ticket.id, address=parcel.place)


async def _not_copied(desk: Desk, unit: Unit, ticket: Ticket, person: Participant, reason: str, *, gone: bool) -> None:
    """The engineers hear of it once, and nothing more is sent to an address that is gone."""
    if person.standing not in TAKES_PART:
        return
    if gone:
        await unit.save(replace(person, standing=Standing.REMOVED, by="bounce", at=desk.now()))
    elif not await rarely.may(desk, unit, f"bounce.copy:{ticket.id}:{person.address}", SOFT_AGAIN):
        return
    key = "group.bounce_copy_gone" if gone else "group.bounce_copy"
    text = desk.say(key, who=participants.in_words(person.name, person.address), why=reason)
    await outbox.to_topic(desk, unit, ticket, text)


async def _elsewhere(desk: Desk, unit: Unit, sent: Parcel, ticket: Ticket, failed: Failed) -> None:
    """It failed where we did not write to, and no tag says which mail of ours was sent on there: only told."""
    key = f"bounce.elsewhere:{ticket.id}:{failed.address}"
    if not await rarely.may(desk, unit, key, SOFT_AGAIN):
        return
    text = desk.say("group.bounce_elsewhere", address=sent.place, other=failed.address or "?", why=why(desk, failed))
    await outbox.to_topic(desk, unit, ticket, text)


async def _code_failed(desk: Desk, unit: Unit, parcel: Parcel) -> None:
    """Who asked for the code waits for it in Telegram."""
    key = await unit.first(Key, sort="code", address=parcel.place, order="-id")
    door = await doors.at(unit, "telegram", key.channel) if key and key.used_at is None else None
    if door:
        person = await unit.get(Client, door.client_id)
        text = clients.say(desk, person, "client.email_failed", address=parcel.place)
        await outbox.to_door(desk, unit, door, Purpose.REPLY, text)


async def _unknown(desk: Desk, unit: Unit, incoming: Incoming, failures: list[Failed]) -> None:
    """A bounce of what we did not send, or do not know any more: a silent line in General, and not many of them."""
    told = await rarely.times(desk, unit, "bounce.unknown", timedelta(hours=1))
    if told > UNKNOWN_AN_HOUR + 1:
        return
    first = failures[0] if failures else Failed(address="", fate=Fate.REFUSED, words=incoming.subject)
    key = "group.bounce_unknown" if told <= UNKNOWN_AN_HOUR else "group.bounce_flood"
    text = desk.say(key, address=first.address or "?", why=why(desk, first))
    await outbox.to_general(desk, unit, text, silent=True, coalesce=f"bounce:{first.address}")


def why(desk: Desk, failed: Failed) -> str:
    """The reason in plain words, and the server's own."""
    plain = desk.say(f"group.why_{failed.reason or 'refused'}")
    words = failed.words[:_WORDS]
    return desk.say("group.why_server", why=plain, words=words) if words else plain
