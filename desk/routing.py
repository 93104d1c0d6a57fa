"""The rules and a new ticket: what they are told about it, and what they ask for once it stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from desk import duty, fields, on_call, outbox, plans, staff
from desk.desk import Desk, Setup
from desk.facts import Facts, Verdict
from desk.organisations import Organisation
from desk.people import Client, Door
from desk.ports import Unit
from desk.settings import Person
from desk.tickets import Priority, Ticket

LEADS = "leads"
IN_TURN = "in turn"
FULL = "full"
"""In a ticket's verdict: how many tickets everybody on duty had who might have taken it."""


async def all_facts(desk: Desk, unit: Unit, client: Client, facts: Facts) -> Facts:
    """The facts of a message with what the desk knows besides: whose it is, their contract, what labelled lines say."""
    at = desk.now().astimezone(desk.settings.desk.zone)
    company = await unit.get(Organisation, client.organisation_id) if client.organisation_id else None
    doors = await unit.find(Door, client_id=client.id, claimed=False)
    return replace(
        facts,
        at=at,
        client=(client.name, *(name for door in doors for name in names_of(door))),
        organisation=company.name if company else "",
        client_id=company.number if company else "",
        product=company.product if company else "",
        plan=plans.usual(desk, company, "", at.date()),
        fields=said_in(desk.current.setup, facts.text),
    )


def names_of(door: Door) -> tuple[str, ...]:
    """How rules know somebody who comes through this door."""
    return (door.address, f"@{door.username}") if door.username else (door.address,)


def said_in(setup: Setup, text: str) -> Mapping[str, str]:
    """What labelled lines say, by field, as far as it is right; secrets are not for rules."""
    return fields.told(text, setup.settings.field, setup.patterns, setup.settings.desk.language)


async def assignee(desk: Desk, unit: Unit, verdict: Verdict) -> duty.Turn:
    """Whose the ticket is from the start, if anybody's: by a rule, else by the line's own turns."""
    if verdict.assign and verdict.assign != duty.ON_DUTY:
        return duty.Turn(person=staff.named(desk, verdict.assign))
    line = staff.line(desk, verdict.line)
    by_turns = verdict.assign == duty.ON_DUTY or (line is not None and line.assign == IN_TURN)
    return await duty.next_one(desk, unit, verdict.line) if by_turns else duty.Turn()


async def called(desk: Desk, unit: Unit, ticket: Ticket) -> tuple[str, str]:
    """Who is to hear of a new ticket with its first words: what stands before their names, and how they are mentioned.

    Whose turn it is; where it is nobody's, everybody on duty on the line. ("", "") when that is nobody.
    """
    verdict = Verdict.from_dict(ticket.verdict)
    if ticket.taken_by:
        mine = staff.named(desk, ticket.taken_by) if verdict.assign in ("", duty.ON_DUTY) else None
        return (desk.say("duty.turn"), f"\n{staff.mention([mine])}") if mine else ("", "")
    there = await duty.of_line(desk, unit, ticket.line)
    if full := ticket.verdict.get(FULL):
        said = desk.say("duty.full", cap=full)
        return (f"{said} {desk.say('duty.called')}", f"\n{staff.mention(there)}") if there else (said, "")
    return (desk.say("duty.called"), f"\n{staff.mention(there)}") if there else ("", "")


async def tell(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Mention in the topic whose ticket it is, and whom the rules want to look at it."""
    verdict = Verdict.from_dict(ticket.verdict)
    called = await on_call.call(desk, unit, ticket)
    if not called and ticket.priority is Priority.CRITICAL and LEADS not in verdict.notify and staff.leads(desk):
        leads = staff.mention(staff.leads(desk, ticket.line))
        await outbox.to_topic(desk, unit, ticket, desk.say("triage.critical_opened"), mention=leads)
    rules = ", ".join(one.rule for one in verdict.asked if one.matched)
    by_rule = verdict.assign not in ("", duty.ON_DUTY)  # whose turn it is reads so with the first words
    mine = staff.named(desk, ticket.taken_by) if by_rule and ticket.taken_by else None
    if mine:
        said = desk.say("routing.assigned", rule=rules)
        await outbox.to_topic(desk, unit, ticket, said, mention=staff.mention([mine]))
    if others := [person for person in _called(desk, verdict) if person != mine]:
        said = desk.say("routing.look", rule=rules)
        await outbox.to_topic(desk, unit, ticket, said, mention=staff.mention(others))


def _called(desk: Desk, verdict: Verdict) -> list[Person]:
    found = [staff.named(desk, name) for name in verdict.notify if name != LEADS]
    found += staff.leads(desk, verdict.line) if LEADS in verdict.notify else []
    return [person for index, person in enumerate(found) if person and person not in found[:index]]


def stored(verdict: Verdict, facts: Facts) -> dict[str, object]:
    """What a ticket keeps of the decision: the verdict, and the facts that could not be found out again."""
    return {**verdict.brief().as_dict(), "facts": facts.as_dict()}


def facts_of(ticket: Ticket, channel: str, text: str, zone_time: datetime) -> Facts | None:
    """The facts that a ticket was routed by; None for one that was registered before they were kept."""
    kept = ticket.verdict.get("facts")
    if not isinstance(kept, Mapping):
        return None
    subject = ticket.subject if channel == "mail" else ""
    return Facts.from_dict(kept, subject=subject, text=text, at=zone_time)
