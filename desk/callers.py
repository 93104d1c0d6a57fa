"""Finding out whom an engineer means who tells of a phone call: by phone, mail, @name, number, contract or name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desk import doors, linking, numbers
from desk.client_cells import same_number
from desk.codes import mail_address
from desk.desk import Desk
from desk.errors import Refusal
from desk.organisations import Contact, ContactId, Organisation, Reach
from desk.people import Client, ClientId, Door
from desk.ports import Unit

SHOWN = 8
"""People to choose from; more would be a wall on a phone."""

LONGEST_NAME = 60

_PHONE = re.compile(r"\+?\d[\d\s()\u2011-]{8,20}\d(?!\w)")
_NAMED = re.compile(rf"(?P<name>[^\n:]{{2,{LONGEST_NAME}}}):\s*(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom the words name (an address, a ticket's or contract's number, a name), and what they asked for."""

    channel: str = ""  # "phone", "mail" or "telegram" for an address
    address: str = ""
    number: str = ""
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Somebody who may be meant: a client, or a person whom a contract names and who never wrote."""

    label: str
    client: ClientId | None = None
    contact: ContactId | None = None


def read(words: str) -> Asked:
    """What stands before the text. Refusal where no text or nobody is named."""
    words = words.strip()
    asked = _read(words)
    if asked is None or not asked.text.strip() or (asked.channel and not asked.address):
        raise Refusal("shaping.new_how")
    return asked


def _read(words: str) -> Asked | None:
    phone = _PHONE.match(words)
    if phone and (number := linking.phone_number(phone[0])):
        return _with_name("phone", number, words[phone.end() :])
    first, rest = [*words.split(maxsplit=1), "", ""][:2]
    if first.startswith("@") and len(first) > 1:
        return Asked(channel="telegram", address=first.rstrip(":,").casefold(), text=rest.strip())
    if "@" in first:
        return _with_name("mail", mail_address(first.rstrip(":,")), rest)
    if any(sign.isdigit() for sign in first):
        return Asked(number=first.rstrip(":,"), text=rest.strip())
    named = _NAMED.match(words)
    return Asked(name=named["name"].strip(), text=named["rest"].strip()) if named else None


def _with_name(channel: str, address: str, rest: str) -> Asked:
    """«+7… Иван Петров: не печатает»: whoever is new may be given a name."""
    rest = rest.strip().lstrip(":,").strip()
    named = _NAMED.match(rest)
    if named and len(named["name"].split()) <= 4 and named["rest"].strip():  # noqa: PLR2004 - words of a name
        return Asked(channel=channel, address=address, name=named["name"].strip(), text=named["rest"].strip())
    return Asked(channel=channel, address=address, text=rest)


async def find(desk: Desk, unit: Unit, asked: Asked) -> list[Found]:
    """Everybody whom it may mean, each once; none for an address that nobody has."""
    if asked.channel:
        people = await _by_address(unit, asked)
    elif asked.number:
        people = await _by_number(desk, unit, asked.number)
    else:
        people = await _by_name(unit, asked.name)
    return people[:SHOWN]


async def _by_address(unit: Unit, asked: Asked) -> list[Found]:
    if asked.channel == "telegram":
        name = asked.address.removeprefix("@")
        there = [one for one in await unit.find(Door, channel="telegram", username__ne="") if _same(one, name)]
    else:
        door = await doors.at(unit, asked.channel, asked.address)
        there = [door] if door else []
    clients = [await _client(unit, one.client_id) for one in there]
    found = [await _as_client(unit, one) for one in clients if one]
    if found:
        return found
    reaches = await unit.find(Reach, channel=asked.channel, address=asked.address)
    return await _contacts(unit, [one.contact_id for one in reaches])


def _same(door: Door, name: str) -> bool:
    return door.username.casefold() == name


async def _by_number(desk: Desk, unit: Unit, number: str) -> list[Found]:
    prefixed = number.casefold().startswith(desk.settings.desk.prefix.casefold())
    ticket = await numbers.find(desk, unit, number) if prefixed else None
    client = await _client(unit, ticket.client_id) if ticket else None
    if client:
        return [await _as_client(unit, client)]
    company = await unit.first(Organisation, number=same_number(number))
    if company is None:
        raise Refusal("shaping.new_nobody", who=number[:LONGEST_NAME])
    members = await unit.find(Client, organisation_id=company.id, joined_to=None, limit=SHOWN)
    found = [await _as_client(unit, one) for one in members]
    people = [one.id for one in await unit.find(Contact, organisation_id=company.id, limit=SHOWN)]
    return [*found, *[one for one in await _contacts(unit, people) if one.contact]]


async def _by_name(unit: Unit, name: str) -> list[Found]:
    named = await unit.find(Client, name__has=name, joined_to=None, limit=SHOWN)
    found = [await _as_client(unit, one) for one in named]
    people = [one.id for one in await unit.find(Contact, name__has=name, limit=SHOWN)]
    more = await _contacts(unit, people)
    found += [one for one in more if one.contact or one.client not in {each.client for each in found}]
    if not found:
        raise Refusal("shaping.new_nobody", who=name)
    return found


async def _client(unit: Unit, client_id: ClientId) -> Client | None:
    return await unit.get(Client, await linking.root(unit, client_id))


async def _as_client(unit: Unit, client: Client) -> Found:
    theirs = await unit.find(Door, client_id=client.id, claimed=False, limit=3)
    shown = [f"@{one.username}" if one.username else one.address for one in theirs if one.channel != "desk"]
    return Found(label=" · ".join([client.name, *(one for one in shown if one != client.name)]), client=client.id)


async def _contacts(unit: Unit, ids: Sequence[ContactId]) -> list[Found]:
    """People whom contracts name; one who has written by now is the client that they are."""
    found: list[Found] = []
    for contact in await unit.find(Contact, id__in=list(ids)):
        reaches = await unit.find(Reach, contact_id=contact.id)
        known = [door for one in reaches if (door := await doors.at(unit, one.channel, one.address))]
        client = await _client(unit, known[0].client_id) if known else None
        if client:
            found.append(await _as_client(unit, client))
            continue
        company = await unit.get(Organisation, contact.organisation_id)
        parts = [contact.name, contact.role, company.name if company else ""]
        found.append(Found(label=" · ".join(part for part in parts if part), contact=contact.id))
    return [one for index, one in enumerate(found) if one not in found[:index]]
