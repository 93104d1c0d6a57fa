"""One organisation in words, for `clients show`: contract, contacts, and who was found to be theirs."""

from desk import cards, client_cells, contracts, plans, signs
from desk.client_commands import person_in_words
from desk.client_list import Person
from desk.desk import Desk
from desk.errors import Refusal
from desk.organisations import Belonging, Contact, Domain, Organisation, Reach
from desk.people import Answered, Client, Door
from desk.ports import Unit
from desk.said import Wrong
from desk.tickets import Status, Ticket

SHOWN = 50
"""Clients and open questions that are named."""


async def show(desk: Desk, wanted: str) -> str:
    """The organisation that a client id, licence, domain, address or phone names. Refusal when there is none."""
    what = client_cells.clean(wanted)[:200]
    async with desk.view() as view:
        company = await named(view, what) if what else None
        if company is None:
            raise Refusal("clients.not_found", what=what)
        plan = plans.usual(desk, company, "", contracts.today(desk))
        rows = [desk.say("clients.show_head", number=company.number, name=company.name)]
        rows += contracts.in_words(desk, company, plan)
        first, last = (
            contracts.day_in_words(desk, day) if day else "—" for day in (company.valid_from, company.valid_until)
        )
        rows.append(desk.say("clients.show_dates", first=first, last=last))
        if company.domains:
            rows.append(desk.say("clients.show_domains", names=", ".join(company.domains)))
        rows += await _contacts(desk, view, company)
        rows += await _clients(desk, view, company)
        count = await view.count(Ticket, organisation_id=company.id)
        still = await view.count(Ticket, organisation_id=company.id, status__ne=Status.CLOSED)
        rows.append(desk.say("clients.show_tickets", count=count, open=still))
    if company.warned:
        rows.append(desk.say("clients.show_warned", what=company.warned))
    zone = desk.settings.desk.zone
    created, changed = (
        contracts.day_in_words(desk, at.astimezone(zone).date()) for at in (company.created_at, company.changed_at)
    )
    return "\n".join([*rows, desk.say("clients.show_changed", created=created, changed=changed)])


async def named(unit: Unit, what: str) -> Organisation | None:
    """The organisation with that client id, licence, contact's address or domain; None when there is none."""
    company = await unit.first(Organisation, number=client_cells.same_number(what))
    company = company or await unit.first(Organisation, licence__in=(what, what.upper(), what.lower()))
    if company:
        return company
    for channel, read in (
        ("mail", client_cells.mails),
        ("phone", client_cells.phones),
        ("telegram", client_cells.telegrams),
    ):
        for address in _read(read, what):
            reach = await unit.first(Reach, channel=channel, address=address)
            if reach:
                return await unit.get(Organisation, reach.organisation_id)
    for name in _read(client_cells.domains, what.rpartition("@")[2]):
        domain = await unit.first(Domain, name=name)
        if domain:
            return await unit.get(Organisation, domain.organisation_id)
    return None


def _read(read: client_cells.Several, what: str) -> tuple[str, ...]:
    try:
        return read(what)
    except Wrong:
        return ()


async def _contacts(desk: Desk, unit: Unit, company: Organisation) -> list[str]:
    reaches = await unit.find(Reach, organisation_id=company.id)
    rows = []
    for contact in await unit.find(Contact, organisation_id=company.id):
        addresses = frozenset((one.channel, one.address) for one in reaches if one.contact_id == contact.id)
        person = Person(name=contact.name, role=contact.role, addresses=addresses)
        rows.append(desk.say("clients.show_contact", who=person_in_words(person)))
    return rows


async def _clients(desk: Desk, unit: Unit, company: Organisation) -> list[str]:
    rows = []
    found = await unit.find(Client, organisation_id=company.id, joined_to=None, limit=SHOWN + 1)
    for client in found[:SHOWN]:
        name = client_cells.clean(client.name)  # whatever a stranger called themselves goes to a terminal
        doors = cards.doors_in_words(desk, await unit.find(Door, client_id=client.id), ids=True)
        values = {"name": name, "doors": client_cells.clean(doors)}
        mine = {"client_id": client.id, "organisation_id": company.id}
        by = await unit.first(Belonging, **mine, state=Answered.YES, order="-id")
        if by:
            rows.append(desk.say("clients.show_client", **values, sign=signs.in_words(desk, by)))
        else:
            rows.append(desk.say("clients.show_client_plain", **values))
    if len(found) > SHOWN:
        count = await unit.count(Client, organisation_id=company.id, joined_to=None)
        rows.append(desk.say("clients.show_clients_more", count=count - SHOWN))
    for asked in await unit.find(Belonging, organisation_id=company.id, state=Answered.OPEN, limit=SHOWN):
        who = await unit.get(Client, asked.client_id)
        name = client_cells.clean(who.name) if who else "?"
        rows.append(desk.say("clients.show_open", name=name, sign=signs.in_words(desk, asked)))
    return rows
