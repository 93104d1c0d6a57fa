"""Addresses and numbers that a client merely mentions: a claim, shown to the engineers, who decide."""

import re
from dataclasses import replace

from desk import doors, linking, outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming
from desk.parcels import Action, Button
from desk.people import Answered, Client, ClientId, Door, Proof, Suggestion
from desk.ports import Unit
from desk.tickets import Status, Ticket

LOOKED_AT = 20_000
"""Characters of a message searched for addresses; what lies beyond is a log or a quotation."""

CLAIMS = 5
"""Claims looked up per message: a list of addresses is no signature."""

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(r"(?<![\w+])(?:\+\d|8)[\d ()-]{9,18}\d(?!\w)")


async def look(desk: Desk, unit: Unit, door: Door, incoming: Incoming) -> None:
    """Suggest a linking for every claimed address or phone that belongs to another client."""
    client_id = door.client_id
    # A quotation names the others of the thread; what the sender signed with is their own word.
    text = f"{incoming.signature}\n{incoming.text}"[:LOOKED_AT]
    claims = [("mail", one.casefold().rstrip(".")) for one in _MAIL.findall(text)]
    claims += [("phone", linking.phone_number(one)) for one in _PHONE.findall(text)]
    if incoming.contact and not incoming.contact.own:
        claims.append(("phone", linking.phone_number(incoming.contact.phone)))
    current = await unit.get(Door, door.id)
    client_id = current.client_id if current else client_id
    for channel, address in list(dict.fromkeys(claim for claim in claims if claim[1]))[:CLAIMS]:
        other = await doors.at(unit, channel, address)
        if other and other.client_id != client_id:
            await suggest(desk, unit, client_id, other.client_id, reason=f"claimed_{channel}", value=address)


async def unproven(desk: Desk, unit: Unit, door: Door) -> None:
    """Ask whether who only claimed to write from an address is whom it belongs to, whichever of them wrote now."""
    if door.channel != "mail":
        return
    beside = [one for one in await doors.all_at(unit, door.channel, door.address) if one.claimed is not door.claimed]
    if beside and beside[0].client_id != door.client_id:
        reason = "claimed_sender" if door.claimed else "claimed_before"
        await suggest(desk, unit, door.client_id, beside[0].client_id, reason=reason, value=door.address)


async def suggest(desk: Desk, unit: Unit, one: ClientId, other: ClientId, *, reason: str, value: str) -> None:
    """Ask the engineers once whether two clients are one; the card stands in the client's newest ticket."""
    if await _asked(unit, one, other, reason):
        return
    ticket = await unit.first(Ticket, client_id=one, status__ne=Status.CLOSED, order="-active_at")
    ticket = ticket or await unit.first(Ticket, client_id=other, order="-active_at")
    if ticket is None:
        return
    asked = await unit.add(
        Suggestion(client_id=one, other_id=other, ticket_id=ticket.id, reason=reason, value=value, at=desk.now())
    )
    first, second = await unit.get(Client, one), await unit.get(Client, other)
    text = desk.say(
        f"group.same_{reason}",
        name=first.name if first else "?",
        other=second.name if second else "?",
        value=value,
    )
    buttons = [
        Button(label=desk.say(f"group.button_{word}"), action=Action.SAME, ticket=ticket.id, arg=f"{asked.id}:{word}")
        for word in ("yes", "no")
    ]
    await outbox.to_topic(desk, unit, ticket, text, title=desk.say("group.same"), buttons=[buttons])


async def _asked(unit: Unit, one: ClientId, other: ClientId, reason: str) -> bool:
    """Whether the engineers were asked before: about a mere claim once and for all, about a proof while it is open."""
    pair: dict[str, object] = {"client_id__in": (one, other), "other_id__in": (one, other)}
    if not reason.startswith("claimed_"):
        pair |= {"reason": reason, "state": Answered.OPEN}
    return await unit.count(Suggestion, **pair) > 0


async def answered(desk: Desk, unit: Unit, suggestion_id: int, *, yes: bool, by: str) -> str:
    """An engineer's word on a suggestion; the toast. Refusal when it was answered before."""
    asked = await unit.get(Suggestion, suggestion_id)
    if asked is None or asked.state is not Answered.OPEN:
        raise Refusal("group.same_answered")
    await unit.save(replace(asked, state=Answered.YES if yes else Answered.NO, by=by))
    if not yes:
        return desk.say("group.same_no")
    await linking.join(desk, unit, asked.client_id, asked.other_id, proof=Proof.ENGINEER, by=by)
    return desk.say("group.same_yes")
