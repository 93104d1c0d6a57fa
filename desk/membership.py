"""Which organisation a client is of, carried to their open tickets and the plans that these are served by.

Rule: a client's organisation changes only here, and each change is told in the topics and kept in the trail.
"""

from dataclasses import replace

from desk import contracts, deadlines, outbox, plans
from desk.desk import Desk
from desk.organisations import Belonging, Organisation, Sign
from desk.people import Answered, Audit, Client, ClientId, Link, OrganisationId
from desk.ports import Unit
from desk.tickets import Status, Ticket

_NOBODY = {"desk": "org.by_itself", "command line": "org.by_the_operator"}
"""How the topics name who is no engineer."""

_JOINED = "link.organisation:"
"""By a linking's id: the organisation that the client who stayed got from the other one."""


async def assign(
    desk: Desk,
    unit: Unit,
    client: Client,
    company: Organisation | None,
    *,
    by: str,
    why: str,
    ticket: Ticket | None = None,
) -> Client:
    """Make a client a member of an organisation, or of none. `why`: the sentence that the topics read.

    Open tickets follow that had the same as the client before, or none; and `ticket`, in which somebody said so, also
    when it is closed: what it was promised is history then.
    """
    before = client.organisation_id
    after = company.id if company else None
    client = await unit.save(replace(client, organisation_id=after))
    data = {"before": before, "after": after, "number": company.number if company else ""}
    trail = Audit(at=desk.now(), who=by, what="organisation set", client_id=client.id, data=data)
    await unit.add(trail)
    closed = [ticket] if ticket and ticket.status is Status.CLOSED else []
    for one in [*await _open(unit, client.id), *closed]:
        if one.organisation_id in (None, before) or (ticket and one.id == ticket.id):
            await _carry(desk, unit, one, company, by=by, why=why)
    return client


async def _open(unit: Unit, client_id: ClientId) -> list[Ticket]:
    return await unit.find(Ticket, client_id=client_id, status__ne=Status.CLOSED)


async def _carry(desk: Desk, unit: Unit, ticket: Ticket, company: Organisation | None, *, by: str, why: str) -> None:
    """One ticket becomes the organisation's; its plan follows unless somebody chose it."""
    if ticket.organisation_id == (company.id if company else None):
        return
    data = {"before": ticket.organisation_id, "after": company.id if company else None}
    await unit.add(
        Audit(
            at=desk.now(), who=by, what="organisation set", ticket_id=ticket.id, client_id=ticket.client_id, data=data
        )
    )
    await outbox.to_topic(desk, unit, ticket, why, silent=True)
    theirs = replace(ticket, organisation_id=company.id if company else None)
    ticket = await _planned(desk, unit, ticket, theirs, company, by=by)
    await outbox.card(desk, unit, ticket)


async def _planned(
    desk: Desk, unit: Unit, before: Ticket, after: Ticket, company: Organisation | None, *, by: str
) -> Ticket:
    """Save the ticket by the plan that follows from its contract and line; the topic hears of other promises."""
    if after.status is Status.CLOSED:
        return await unit.save(after)
    if not after.plan_by:
        after = replace(after, plan=plans.usual(desk, company, after.line, contracts.today(desk)))
    if after.plan != before.plan:
        data = {"before": before.plan, "plan": after.plan}
        await unit.add(
            Audit(at=desk.now(), who=by, what="plan set", ticket_id=after.id, client_id=after.client_id, data=data)
        )
    who = desk.say(_NOBODY[by]) if by in _NOBODY else by
    return await deadlines.changed(desk, unit, before, await unit.save(after), who)


async def replanned(desk: Desk, unit: Unit, before: Organisation, after: Organisation, *, by: str) -> None:
    """A contract was changed: its open tickets are served by what follows from it now."""
    if (before.plan, before.valid_from, before.valid_until) == (after.plan, after.valid_from, after.valid_until):
        return
    for ticket in await unit.find(Ticket, organisation_id=after.id, status__ne=Status.CLOSED):
        await outbox.card(desk, unit, ticket)
        if not ticket.plan_by and plans.usual(desk, after, ticket.line, contracts.today(desk)) != ticket.plan:
            await outbox.to_topic(desk, unit, ticket, desk.say("org.contract_changed"), silent=True)
            await _planned(desk, unit, ticket, ticket, after, by=by)


async def decided(unit: Unit, client: Client) -> dict[OrganisationId, Answered]:
    """What engineers said of this client, and of those who were joined into them, by organisation."""
    links = await unit.find(Link, kept_id=client.id, undone_at=None)
    them = [client.id, *[link.joined_id for link in links]]
    said = await unit.find(Belonging, client_id__in=them, sign=Sign.ENGINEER)
    return {one.organisation_id: one.state for one in said}


async def decide(
    desk: Desk, unit: Unit, client: Client, organisation_id: OrganisationId, *, yes: bool, by: str
) -> None:
    """Keep an engineer's word, which no later sign outweighs."""
    await unit.add(
        Belonging(
            client_id=client.id,
            organisation_id=organisation_id,
            sign=Sign.ENGINEER,
            value=by,
            proven=yes,
            state=Answered.YES if yes else Answered.NO,
            by=by,
            at=desk.now(),
        )
    )


async def by_hand(
    desk: Desk, unit: Unit, client: Client, company: Organisation | None, *, by: str, ticket: Ticket | None = None
) -> Client:
    """An engineer says of which organisation a client is; that they are not of the former one follows from it."""
    before = client.organisation_id
    if before and (company is None or company.id != before):
        await decide(desk, unit, client, before, yes=False, by=by)
    if company:
        await decide(desk, unit, client, company.id, yes=True, by=by)
    names = {"by": by, "name": company.name, "number": company.number} if company else {"by": by}
    why = desk.say("org.set" if company else "org.set_none", **names)
    return await assign(desk, unit, client, company, by=by, why=why, ticket=ticket)


async def joined(desk: Desk, unit: Unit, kept: Client, other: Client, link_id: int) -> Client:
    """Two clients became one: who stays keeps their organisation, or gets the other's. All tickets are theirs now."""
    mine = await unit.get(Organisation, kept.organisation_id) if kept.organisation_id else None
    theirs = await unit.get(Organisation, other.organisation_id) if other.organisation_id else None
    company = mine or theirs
    if company is None:
        return kept
    why = desk.say("org.joined", name=company.name, number=company.number)
    if mine is None:
        await unit.remember(f"{_JOINED}{link_id}", str(company.id))
        return await assign(desk, unit, kept, company, by="desk", why=why)
    tickets = await _open(unit, kept.id)
    for ticket in [one for one in tickets if one.organisation_id is None]:
        await _carry(desk, unit, ticket, mine, by="desk", why=why)
    if theirs and theirs.id != mine.id:
        text = desk.say("org.two", mine=f"{mine.name} ({mine.number})", theirs=f"{theirs.name} ({theirs.number})")
        for ticket in tickets:
            await outbox.to_topic(desk, unit, ticket, text)
    return kept


async def parted(desk: Desk, unit: Unit, kept_id: ClientId, joined_id: ClientId, link_id: int) -> None:
    """A linking was undone, doors and tickets are back: each has the organisation that they had by themselves."""
    kept, other = await unit.get(Client, kept_id), await unit.get(Client, joined_id)
    if kept is None or other is None:
        return
    was = kept.organisation_id
    borrowed = await unit.recall(f"{_JOINED}{link_id}")
    await unit.remember(f"{_JOINED}{link_id}", "")
    why = desk.say("org.parted")
    if borrowed and was == int(borrowed):
        kept = await assign(desk, unit, kept, None, by="desk", why=why)
    if was is None or was == other.organisation_id:
        return
    own = await unit.get(Organisation, other.organisation_id) if other.organisation_id else None
    for ticket in await _open(unit, other.id):
        if ticket.organisation_id == was:
            await _carry(desk, unit, ticket, own, by="desk", why=why)
