"""What in a client's addresses and words speaks for an organisation, and how strongly. Reading only."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from desk import linking
from desk.checks import domain_of
from desk.client_cells import same_number
from desk.desk import Desk
from desk.incoming import Incoming
from desk.organisations import Belonging, Domain, Organisation, Reach, Sign
from desk.people import Client, ClientId, Door, Key, Link, OrganisationId, Proof
from desk.ports import Unit
from desk.public_domains import is_public
from desk.said import Wrong

LOOKED_AT = 20_000
"""Characters of a message searched for client ids and the like; what lies beyond is a log or a quotation."""

CLAIMS = 40
"""Words of a message that are looked up at most."""

_WORD = re.compile(r"(?<![\w@.])\w[\w./-]{2,62}\w(?![\w@])")
_NAMED = re.compile(
    r"(?:client|customer|клиент\w{0,3}|лиценз\w{1,4}|licen[cs]e|договор\w{0,3}|contract|№)"
    r"(?:\s{0,3}(?:id|ид|код\w?|номер\w?|number|no\.?|№|#|:|=|-|—)){0,4}\s{0,3}([\w][\w./-]{0,63})",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w+])(?:\+\d|8)[\d ()-]{9,18}\d(?!\w)")
_MANY_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that speaks for an organisation."""

    organisation_id: OrganisationId
    sign: Sign
    value: str
    proven: bool


async def of_addresses(unit: Unit, door: Door, client: Client) -> list[Signal] | None:
    """What the client's doors tell, the one that they came through first; a contact's address before a domain.

    None where no organisation is kept: nothing can tell anything.
    """
    if await unit.first(Organisation) is None:
        return None
    doors = await unit.find(Door, client_id=client.id)
    doors.sort(key=lambda one: one.id != door.id)
    reaches = {
        (one.channel, one.address): one.organisation_id
        for channel in {one.channel for one in doors}
        for one in await unit.find(Reach, channel=channel, address__in=_addresses(doors, channel))
    }
    names = {domain for one in doors if one.channel == "mail" and (domain := _domain(one.address))}
    domains = {one.name: one.organisation_id for one in await unit.find(Domain, name__in=names)} if names else {}
    found: list[Signal] = []
    for one in doors:
        signal = _of_door(one, reaches, domains)
        if signal and not signal.proven and await read_by(unit, client.id, one):
            signal = replace(signal, proven=True)
        if signal and (signal.proven or one.id == door.id):
            found.append(signal)
    return found


def _of_door(
    door: Door, reaches: Mapping[tuple[str, str], OrganisationId], domains: Mapping[str, OrganisationId]
) -> Signal | None:
    """What one door tells."""
    proven = _proven(door)
    sign = Sign.PHONE if door.channel == "phone" else Sign.CONTACT
    if here := reaches.get((door.channel, door.address)):
        return Signal(organisation_id=here, sign=sign, value=door.address, proven=proven)
    if by_name := reaches.get((door.channel, f"@{door.username.lower()}")):  # a name can change hands
        return Signal(organisation_id=by_name, sign=sign, value=f"@{door.username}", proven=False)
    domain = _domain(door.address) if door.channel == "mail" else ""
    if by_domain := domains.get(domain):
        return Signal(organisation_id=by_domain, sign=Sign.DOMAIN, value=domain, proven=proven)
    return None


def _addresses(doors: Iterable[Door], channel: str) -> list[str]:
    theirs = [one for one in doors if one.channel == channel]
    return [*(one.address for one in theirs), *(f"@{one.username.lower()}" for one in theirs if one.username)]


def _proven(door: Door) -> bool:
    """Whether the address is surely the client's: Telegram says so, a server did, or they read what we sent there."""
    if door.channel == "telegram":
        return True
    if door.channel == "phone":
        return door.proof is Proof.CONTACT
    return not door.claimed and (door.vouched_at is not None or door.proof in (Proof.CODE, Proof.LINK))


async def read_by(unit: Unit, client_id: ClientId, door: Door) -> bool:
    """Whether the client opened a link, or typed a code, that we mailed to this address."""
    if door.channel != "mail" or door.claimed:
        return False
    chats = [one.address for one in await unit.find(Door, client_id=client_id, channel="telegram")]
    places = {Proof.LINK: ["mail"], Proof.CODE: chats}
    for link in await unit.find(Link, kept_id=client_id, proof__in=list(places), undone_at=None):
        spent: dict[str, Any] = {"channel__in": places[link.proof], "address": door.address, "used_at__ne": None}
        if await unit.count(Key, sort=link.proof.value, **spent):
            return True
    return False


def _domain(address: str) -> str:
    """An address's domain in its ASCII form; "" for one that is nobody's in particular."""
    try:
        name = domain_of(address.rpartition("@")[2])
    except Wrong:
        return ""
    return "" if is_public(name) else name


async def of_words(unit: Unit, incoming: Incoming) -> list[Signal]:
    """Client ids, licence numbers and contacts' phones that a message names."""
    text = f"{incoming.subject}\n{incoming.signature}\n{incoming.text}"[:LOOKED_AT]
    words = candidates(text)
    found = []
    if words:
        numbers = list({same_number(word) for word in words})
        for company in await unit.find(Organisation, number__in=numbers):
            found.append(_claimed(company.id, Sign.NUMBER, company.number))
        spelt = list({form for word in words for form in (word, word.upper(), word.lower())})
        for company in await unit.find(Organisation, licence__in=spelt):
            found.append(_claimed(company.id, Sign.LICENCE, company.licence))
    phones = [linking.phone_number(one) for one in _PHONE.findall(text)]
    if incoming.contact and not incoming.contact.own:
        phones.append(linking.phone_number(incoming.contact.phone))
    if phones := [one for one in phones if one][:CLAIMS]:
        for reach in await unit.find(Reach, channel="phone", address__in=phones):
            found.append(_claimed(reach.organisation_id, Sign.PHONE, reach.address))
    return found


def _claimed(organisation_id: OrganisationId, sign: Sign, value: str) -> Signal:
    return Signal(organisation_id=organisation_id, sign=sign, value=value, proven=False)


def candidates(text: str) -> list[str]:
    """What may be a client id or a licence: said to be one, of letters and digits, or a long number."""
    named = [match[1].rstrip("./-") for match in _NAMED.finditer(text)]
    alone = [word for match in _WORD.finditer(text) if _speaks(word := match[0])]
    return [word for word in dict.fromkeys([*named, *alone]) if word][:CLAIMS]


def _speaks(word: str) -> bool:
    digits = sum(sign.isdigit() for sign in word)
    return digits >= _MANY_DIGITS or (digits > 0 and any(sign.isalpha() for sign in word))


def in_words(desk: Desk, one: Signal | Belonging) -> str:
    """«пишет с её почтового домена romashka.example»."""
    proven = "" if one.proven or one.sign in (Sign.NUMBER, Sign.LICENCE) else "_claimed"
    return desk.say(f"org.sign_{one.sign.value}{proven}", value=one.value)
