"""By what somebody is taken for a member of an organisation: proofs are believed, everything else is asked.

Rule: a client becomes an organisation's by a proven address that the contract names or whose domain it has, by a phone
that Telegram vouches for, or by an engineer's word, which outweighs all signs. What is merely written (a client id, a
licence, a phone, an address that nothing proves) is a question to the engineers, once for each client, organisation
and sign.
"""

from collections import defaultdict
from collections.abc import Sequence

from desk import contracts, linking, membership, outbox, plans, work
from desk.client_cells import NOBODY, same_number
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming
from desk.orders import Order, mark, ticket_of
from desk.organisations import Belonging, Contact, Organisation, Reach, Sign
from desk.parcels import Action, Button
from desk.people import Answered, Client, Door, OrganisationId
from desk.ports import Unit
from desk.signs import Signal, in_words, of_addresses, of_words
from desk.tickets import Ticket

ASKED = 3
"""Organisations that the engineers are asked about after one message."""

SIGNS = 3
"""Signs that `/client` shows, the newest first."""

_LONGEST = 40


async def recognised(desk: Desk, unit: Unit, door: Door, client: Client) -> tuple[Client, Sequence[Signal] | None]:
    """The client, by now the organisation's that their proven addresses name; and all that their addresses tell.

    None instead of the latter where no organisation is kept.
    """
    signals = await of_addresses(unit, door, client)
    if signals is None or client.organisation_id is not None or not any(one.proven for one in signals):
        return client, signals
    decided = await membership.decided(unit, client)
    for one in signals:
        if one.proven and decided.get(one.organisation_id) is not Answered.NO:
            company = await unit.get(Organisation, one.organisation_id)
            if company:
                await _keep(desk, unit, client, one, Answered.YES)
                why = desk.say("org.found", name=company.name, number=company.number, sign=in_words(desk, one))
                return await membership.assign(desk, unit, client, company, by="desk", why=why), signals
    return client, signals


async def look(  # noqa: PLR0917 - the message, where it went and whose it is
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, incoming: Incoming, seen: Sequence[Signal] | None
) -> None:
    """Ask the engineers about what a message and its sender's addresses tell and nothing proves.

    `seen`: what `recognised` found in the addresses.
    """
    if seen is None:
        return
    current = await unit.get(Door, door.id)
    client = await unit.get(Client, current.client_id) if current else None
    if current is None or client is None:
        return
    if incoming.contact and incoming.contact.own:  # a phone more by now, perhaps another client's
        client, more = await recognised(desk, unit, current, client)
        seen = more or []
    if client.organisation_id is None:
        asked = [*seen, *await of_words(unit, incoming)]
    else:
        # Whoever is somebody's may mention anybody; only an address of two organisations is worth a question.
        asked = [one for one in seen if one.proven and one.organisation_id != client.organisation_id]
    theirs: defaultdict[OrganisationId, list[Signal]] = defaultdict(list)
    for one in asked:
        theirs[one.organisation_id].append(one)
    decided = await membership.decided(unit, client) if theirs else {}
    for organisation_id in [one for one in theirs if one not in decided][:ASKED]:
        await _ask(desk, unit, ticket, client, organisation_id, theirs[organisation_id])


async def _keep(  # noqa: PLR0917 - whose, what and where
    desk: Desk, unit: Unit, client: Client, one: Signal, state: Answered, ticket: Ticket | None = None
) -> Belonging:
    return await unit.add(
        Belonging(
            client_id=client.id,
            organisation_id=one.organisation_id,
            sign=one.sign,
            value=one.value,
            proven=one.proven,
            state=state,
            by="desk" if state is Answered.YES else "",
            ticket_id=ticket.id if ticket else None,
            at=desk.now(),
        )
    )


async def _ask(  # noqa: PLR0917 - where to ask, about whom
    desk: Desk, unit: Unit, ticket: Ticket, client: Client, organisation_id: OrganisationId, signals: Sequence[Signal]
) -> None:
    before = await unit.find(Belonging, client_id=client.id, organisation_id=organisation_id)
    told = {one.sign for one in before}
    fresh: dict[Sign, Signal] = {}
    for one in signals:
        if one.sign not in told:
            fresh.setdefault(one.sign, one)
    company = await unit.get(Organisation, organisation_id)
    if company is None or not fresh:
        return
    kept = [await _keep(desk, unit, client, one, Answered.OPEN, ticket) for one in fresh.values()]
    signs = "; ".join(in_words(desk, one) for one in fresh.values())
    text = desk.say("org.ask", client=client.name, name=company.name, number=company.number, signs=signs)
    buttons = [
        Button(
            label=desk.say(f"group.button_{word}"), action=Action.BELONGS, ticket=ticket.id, arg=f"{kept[0].id}:{word}"
        )
        for word in ("yes", "no")
    ]
    await outbox.to_topic(desk, unit, ticket, text, buttons=[buttons])


async def answered(desk: Desk, unit: Unit, ticket: Ticket, arg: str, *, by: str) -> str:
    """An engineer's word on the question; the toast. Refusal when it was answered before."""
    number, _, word = arg.partition(":")
    asked = await unit.get(Belonging, int(number)) if number.isdecimal() and word in {"yes", "no"} else None
    if asked is None:
        raise Refusal("group.button_old")
    if asked.state is not Answered.OPEN:
        raise Refusal("group.same_answered")
    yes = word == "yes"
    pair: dict[str, object] = {"client_id": asked.client_id, "organisation_id": asked.organisation_id}
    state = Answered.YES if yes else Answered.NO
    await unit.change(Belonging, {"state": state, "by": by}, **pair, state=Answered.OPEN)
    company = await unit.get(Organisation, asked.organisation_id)
    client = await unit.get(Client, await linking.root(unit, asked.client_id))
    if company is None or client is None:
        raise Refusal("group.button_old")
    if yes:
        await membership.by_hand(desk, unit, client, company, by=by, ticket=ticket)
        return desk.say("org.toast_yes")
    await work.audit(desk, unit, ticket, by, "organisation refused", number=company.number, sign=asked.sign.value)
    return desk.say("org.toast_no")


async def about(desk: Desk, unit: Unit, client: Client) -> list[str]:
    """Whose client it is, by what it was found, and the contract; for `/client`."""
    company = await unit.get(Organisation, client.organisation_id) if client.organisation_id else None
    if company is None:
        return []
    signs = await unit.find(Belonging, client_id=client.id, organisation_id=company.id, state=Answered.YES, order="-id")
    plan = plans.usual(desk, company, "", contracts.today(desk))
    return [
        desk.say("org.client", name=company.name, number=company.number),
        *[desk.say("org.client_sign", sign=in_words(desk, one)) for one in signs[:SIGNS]],
        *await _named_there(desk, unit, client, company),
        *contracts.in_words(desk, company, plan),
    ]


async def _named_there(desk: Desk, unit: Unit, client: Client, company: Organisation) -> list[str]:
    """As whom the contract names the client, by any address of theirs."""
    doors = {(one.channel, one.address) for one in await unit.find(Door, client_id=client.id)}
    reaches = await unit.find(Reach, organisation_id=company.id)
    theirs = {one.contact_id for one in reaches if (one.channel, one.address) in doors}
    people = await unit.find(Contact, id__in=theirs) if theirs else []
    said = [", ".join(part for part in (one.name, one.role) if part) for one in people]
    return [desk.say("org.client_contact", who=who) for who in said if who]


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/org A-1042`, `/org none`."""
    ticket = ticket_of(given)
    client = await unit.get(Client, ticket.client_id)
    wanted = given.argument.strip()
    if not wanted or client is None:
        raise Refusal("org.how")
    company = None
    if wanted.casefold() not in NOBODY:
        company = await unit.first(Organisation, number=same_number(wanted[:_LONGEST]))
        if company is None:
            raise Refusal("org.unknown", number=wanted[:_LONGEST])
    if (company.id if company else None) == client.organisation_id == ticket.organisation_id:
        raise Refusal("org.same")
    await membership.by_hand(desk, unit, client, company, by=given.who, ticket=ticket)
    await mark(desk, unit, given)
