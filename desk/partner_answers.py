"""What partners answer: a mail that answers ours to them about a ticket comes into its topic, and nowhere else.

Rule: what a partner writes is for engineers alone until one of them sends it on. A mail is a partner's only when it
answers one that we sent them about that ticket, or names it from an address that is proven theirs.
"""

from dataclasses import replace
from datetime import timedelta

from desk import (
    conversation,
    duty,
    loops,
    marks,
    merged,
    numbers,
    outbox,
    participants,
    partner_letters,
    partners,
    public_domains,
    secret_fields,
    senders,
    staff,
    watchers,
    work,
)
from desk.desk import Desk
from desk.incoming import Incoming, Sender, Sort
from desk.parcels import Action, Button, Parcel, Purpose
from desk.people import Door
from desk.ports import Unit
from desk.tickets import TAKES_PART, File, Kind, Message, Participant, Role, Standing, Ticket, Trace

SHOWN = 3500
"""Characters of a mail's quoted rest that the topic shows; the whole of it is kept."""

MANY, WITHIN = 10, timedelta(minutes=10)
"""So many mails of a partner in one ticket within so long are shown one by one; more of them together."""


async def heard(desk: Desk, unit: Unit, incoming: Incoming) -> bool:
    """Whether a mail was a partner's about a ticket that they have; it stands in its topic then."""
    if incoming.refuted or incoming.claimed:
        return False
    answered = await _answered(unit, incoming)
    for id_ in dict.fromkeys((*answered, *_tagged(desk, incoming))):
        ticket = await unit.get(Ticket, id_)
        if ticket and (partner := await _who(unit, ticket, incoming, to=answered.get(id_, ""))):
            await _take_in(desk, unit, ticket, partner, incoming)
            return True
    for ticket in await _numbered(desk, unit, incoming):
        partner = await participants.of(unit, ticket, incoming.sender.address)
        if partner and partner.standing is Standing.PARTNER:
            await _take_in(desk, unit, ticket, partner, incoming)
            return True
    return False


async def _answered(unit: Unit, incoming: Incoming) -> dict[int, str]:
    """The tickets about which we wrote a mail to a partner that this one answers, each with where that mail went."""
    ids = [one for one in (incoming.reply_to, *incoming.references[-marks.IDS_LOOKED_AT :]) if one]
    traces = await unit.find(Trace, channel="mail", external_id__in=ids, role=Role.PARTNER) if ids else []
    found: dict[int, str] = {}
    for trace in traces:
        parcel = await unit.get(Parcel, trace.parcel_id) if trace.parcel_id else None
        if trace.ticket_id and parcel:
            found.setdefault(trace.ticket_id, parcel.place)
    return found


def _tagged(desk: Desk, incoming: Incoming) -> list[int]:
    """The tickets whose partners' own tag the mail was sent to: signed, and in no mail to anybody else."""
    letters = "".join(one for one in desk.settings.desk.prefix.lower() if one.isascii() and one.isalnum())
    found = [
        tag.removeprefix(letters).removesuffix(partner_letters.TAG)
        for tag in incoming.tags[: marks.LOOKED_AT]
        if tag.endswith(partner_letters.TAG)
    ]
    return [int(one) for one in found if one.isdecimal() and len(one) <= numbers.LONGEST_NUMBER]


async def _who(unit: Unit, ticket: Ticket, incoming: Incoming, *, to: str) -> Participant | None:
    """The ticket's partner whose word it is: theirs, or a colleague's at their domain. `to`: whom we had written to."""
    address = incoming.sender.address
    for partner in await unit.find(Participant, ticket_id=ticket.id, standing=Standing.PARTNER):
        asked = to in ("", partner.address)
        if asked and (address == partner.address or await _colleague(unit, ticket, partner, address)):
            return partner
    return None


async def _numbered(desk: Desk, unit: Unit, incoming: Incoming) -> list[Ticket]:
    """A number in the subject counts only for a proven address, as it can be guessed."""
    known = {partners.address(line) for line in desk.settings.line if line.address}
    if not senders.vouched(incoming) or incoming.sender.address not in known:
        return []
    return await marks.by_number(desk, unit, incoming.subject)


async def _colleague(unit: Unit, ticket: Ticket, partner: Participant, address: str) -> bool:
    """Whether somebody writes from the partner's own domain who has no other part in the ticket."""
    domain = partner.address.rpartition("@")[2]
    if address.rpartition("@")[2] != domain or public_domains.is_public(domain):
        return False
    if await unit.count(Door, client_id=ticket.client_id, channel="mail", address=address):
        return False
    person = await participants.of(unit, ticket, address)
    return person is None or person.standing not in TAKES_PART


async def _take_in(desk: Desk, unit: Unit, ticket: Ticket, partner: Participant, incoming: Incoming) -> None:
    """Keep and show it; whoever has the ticket is mentioned, but for what a machine says."""
    here = await merged.follow(unit, ticket)
    if here.id != ticket.id and await participants.of(unit, here, partner.address) is None:
        who = Sender(channel="mail", address=partner.address, name=partner.name)
        partner = await participants.put(desk, unit, here, who, Standing.PARTNER, by=partner.by)
    ticket = here
    await secret_fields.kept(desk, unit, ticket, incoming)
    machine = incoming.sort is Sort.AUTOMATIC
    recent = {"ticket_id": ticket.id, "kind__in": (Kind.PARTNER, Kind.MACHINE), "at__gt": desk.now() - WITHIN}
    if await unit.count(Message, **recent) >= MANY:
        await loops.fold(desk, unit, ticket, None, incoming, Kind.STRANGER)
        return
    kind = Kind.MACHINE if machine else Kind.PARTNER
    bare = replace(incoming, others=())  # whom they write to besides us takes no part in the ticket
    message = await conversation.add_message(unit, ticket, None, bare, kind=kind, role=Role.PARTNER)
    message = await unit.save(replace(message, data={**message.data, "partner": partner.address}))
    said = desk.say("group.machine") if machine else message.text
    quote = f"{message.text}\n{message.rest}" if machine else message.rest
    files = await unit.find(File, message_id=message.id)
    quiet = machine or incoming.sort is Sort.ROBOT
    mention = "" if quiet else await _who_has_it(desk, unit, ticket)
    rows = [said or ("" if files or quote else desk.say("group.no_text")), await _copied(desk, unit, ticket, incoming)]
    by = participants.in_words(message.author, incoming.sender.address)
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        "\n\n".join(row for row in rows if row),
        purpose=Purpose.PARTNER,
        message_id=message.id,
        title=desk.say("partner.wrote", who=by, line=partner.name),
        quote=quote[:SHOWN],
        buttons=() if machine else [[_button(desk, ticket, message)]],
        files=[file for file in files if file.key],
        footer=desk.say("partner.look") if mention else "",
        mention=f"\n{mention}" if mention else "",
        silent=True if quiet else None,
    )
    if not machine:
        await work.audit(desk, unit, ticket, by, "partner wrote", message=message.id)
    if not quiet:
        await watchers.partner_wrote(desk, unit, ticket)


def _button(desk: Desk, ticket: Ticket, message: Message) -> Button:
    label = desk.say("partner.button_forward")
    return Button(label=label, action=Action.FORWARD, ticket=ticket.id, arg=str(message.id))


async def _who_has_it(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    if ticket.taken_id:
        named = ticket.taken_id.startswith("@")
        return f":{ticket.taken_id}" if named else f"{ticket.taken_id}:{' '.join(ticket.taken_by.split())}"
    before = await partners.line_before(desk, unit, ticket) or ticket.line
    return staff.mention(await duty.of_line(desk, unit, before))


async def _copied(desk: Desk, unit: Unit, ticket: Ticket, incoming: Incoming) -> str:
    """Whom else they wrote to; that the client read it already is worth knowing."""
    if not incoming.others:
        return ""
    own = {door.address for door in await unit.find(Door, client_id=ticket.client_id, channel="mail")}
    names = ", ".join(participants.in_words(one.name, one.address) for one in incoming.others[: participants.SHOWN])
    told = any(one.address in own for one in incoming.others)
    return desk.say("partner.client_in_copy" if told else "partner.in_copy", names=names)
