"""Who is told of a product's release or outage: who agreed to it, through which door, and why others are not."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from desk import doors, subscribing
from desk.desk import Desk
from desk.organisations import Contact, Organisation, Reach
from desk.people import Client, ClientId, Door, OrganisationId, Proof
from desk.ports import Unit

AT_ONCE = 200
_PARTS = re.compile(r"\s*[,;]\s*")


@dataclass(slots=True, kw_only=True)
class Audience:
    """`people`: whom it goes to and by which door; `out`: how many it does not go to, by reason."""

    people: list[tuple[Client, Door]] = field(default_factory=list)
    out: Counter[str] = field(default_factory=Counter)

    def by(self, channel: str) -> int:
        return sum(door.channel == channel for _, door in self.people)


async def products(unit: Unit) -> list[str]:
    """Every product that a contract names, each once, the longest first."""
    found = {
        part for one in await unit.find(Organisation, product__ne="") for part in _PARTS.split(one.product) if part
    }
    return sorted(found, key=lambda name: (-len(name), name))


async def organisations(unit: Unit, product: str) -> list[OrganisationId]:
    """Those whose contract names that product, whatever its case."""
    wanted = product.casefold()
    found = await unit.find(Organisation, product__ne="")
    return [one.id for one in found if wanted in (part.casefold() for part in _PARTS.split(one.product))]


async def invited(desk: Desk, unit: Unit, product: str) -> None:
    """Who is named by a contract, agreed by the list and never wrote to us becomes a client with that mail address."""
    for id_ in await organisations(unit, product):
        for contact in await unit.find(Contact, organisation_id=id_, news="yes"):
            reaches = await unit.find(Reach, contact_id=contact.id)
            mails = [one.address for one in reaches if one.channel == "mail"]
            known = [await doors.at(unit, one.channel, one.address) for one in reaches]
            if mails and not any(known):
                await _client(desk, unit, id_, contact, mails[0])


async def _client(desk: Desk, unit: Unit, organisation: OrganisationId, contact: Contact, address: str) -> None:
    now = desk.now()
    client = await unit.add(Client(name=contact.name or address, organisation_id=organisation, created_at=now))
    await unit.add(
        Door(
            client_id=client.id, channel="mail", address=address, name=contact.name, proof=Proof.ENGINEER,
            created_at=now, used_at=now,
        )
    )  # fmt: skip


async def uninvited(unit: Unit, product: str) -> int:
    """How many `invited` would make."""
    count = 0
    for id_ in await organisations(unit, product):
        for contact in await unit.find(Contact, organisation_id=id_, news="yes"):
            reaches = await unit.find(Reach, contact_id=contact.id)
            known = [await doors.at(unit, one.channel, one.address) for one in reaches]
            count += any(one.channel == "mail" for one in reaches) and not any(known)
    return count


async def page(unit: Unit, companies: Sequence[OrganisationId], after: int) -> tuple[Audience, int]:
    """The next clients of these organisations and the last one looked at; 0 when there are no more."""
    if not companies:
        return Audience(), 0
    found = await unit.find(Client, organisation_id__in=companies, id__gt=after, limit=AT_ONCE)
    audience = Audience()
    theirs = await unit.find(Door, client_id__in=[client.id for client in found], order="-used_at") if found else []
    said = await subscribing.listed(unit, subscribing.addresses(theirs))
    for client in found:
        if client.joined_to or client.forgotten_at:
            continue
        door = _best(client.id, theirs)
        why = _why_not(client, door, said.get(client.id, ""))
        if why:
            audience.out[why] += 1
        elif door:
            audience.people.append((client, door))
    return audience, found[-1].id if found else 0


async def whole(unit: Unit, product: str) -> Audience:
    """Everybody."""
    companies, after, found = await organisations(unit, product), 0, Audience()
    while True:
        some, after = await page(unit, companies, after)
        if not after:
            return found
        found.people += some.people
        found.out += some.out


def _best(client_id: ClientId, theirs: Sequence[Door]) -> Door | None:
    """The open door that they used last; one that somebody only claims to be theirs is none."""
    good = (
        door for door in theirs
        if door.client_id == client_id and door.channel in doors.REACHABLE and not door.shut_at and not door.claimed
        and not (door.channel == "telegram" and door.address.startswith("-"))
    )  # fmt: skip
    return next(good, None)


def _why_not(client: Client, door: Door | None, listed: str) -> str:
    if client.banned_at:
        return "banned"
    if not subscribing.agreed(client, listed):
        return "refused" if client.no_news_at or listed == "no" else "not_asked"
    return "" if door else "no_door"
