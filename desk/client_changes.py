"""What a client list would change: compared with what is kept, and refused where two claim the same. Pure.

Rule: an organisation is taken whole or refused whole, and what is left after the refusals never contradicts itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from desk.client_cells import same_number
from desk.client_list import FIELDS, Fault, Listed, Person
from desk.organisations import Contact, Organisation
from desk.said import Said

Claim = tuple[str, str]
"""What only one organisation can have: "domain", "licence" or a contact's channel, with the value."""

Row = tuple[int, str, Mapping[str, Any]]
"""What changes: the line that says so, a column's name or "contact_…", and the values before and after."""

_COLUMN = {"mail": "mails", "phone": "phones", "telegram": "telegram", "domain": "domains", "licence": "licence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An organisation as it is kept."""

    organisation: Organisation
    people: tuple[tuple[Contact, Person], ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        kept = {name: getattr(self.organisation, name) for name in FIELDS}
        return {**kept, "domains": tuple(self.organisation.domains)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One organisation that is added (`before` None) or changed."""

    line: int
    before: Known | None
    values: Mapping[str, Any]
    people: tuple[Person, ...]
    rows: tuple[Row, ...]

    @property
    def number(self) -> str:
        return str(self.values["number"])


@dataclass(slots=True, kw_only=True)
class Comparison:
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    same: int = 0  # organisations of the file that are kept just so
    elsewhere: int = 0  # organisations that the file does not name


def compare(listed: Sequence[Listed], faults: Iterable[Fault], known: Sequence[Known]) -> Comparison:
    """What follows from a list, for all of its organisations that can be taken."""
    kept = {same_number(one.organisation.number): one for one in known}
    found = Comparison(faults=list(faults))
    wanted: dict[str, Change] = {}
    for one in listed:
        key = same_number(one.number)
        change = _change(one, kept.get(key))
        fault = _wrong(change)
        if fault:
            found.faults.append(fault)
        else:
            wanted[key] = change
    found.faults += _conflicts(wanted, kept)
    found.changes = [change for change in wanted.values() if change.rows or change.before is None]
    found.same = len(wanted) - len(found.changes)
    named = {same_number(one) for one in [*(one.number for one in listed), *(one.number for one in found.faults)]}
    found.elsewhere = len(kept.keys() - named)
    found.faults.sort(key=lambda fault: fault.line)
    return found


def _change(one: Listed, before: Known | None) -> Change:
    usual: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"valid_from": None, "valid_until": None, "domains": ()}
    values = {**(before.values if before else usual), **one.values}
    if before:
        values["number"] = before.organisation.number  # however the file spells it
    theirs = before.people if before else ()
    people = one.people if one.people is not None else tuple(person for _, person in theirs)
    people = tuple(_with_news(person, [known for _, known in theirs]) for person in people)
    old = before.values if before else values
    changed = [name for name in FIELDS if old[name] != values[name]]
    rows: list[Row] = [(one.line, name, {"before": old[name], "after": values[name]}) for name in changed]
    rows += _of_people(one.line, [person for _, person in theirs], people)
    return Change(line=one.line, before=before, values=values, people=people, rows=tuple(rows))


def _of_people(line: int, before: Sequence[Person], after: Sequence[Person]) -> list[Row]:
    left = list(before)
    rows: list[Row] = []
    fresh = []
    for person in after:
        if person in left:
            left.remove(person)
        else:
            fresh.append(person)
    for person in fresh:
        old = same_person(person, left)
        if old:
            left.remove(old)
            rows.append((person.line, "contact_changed", {"before": old, "after": person}))
        else:
            rows.append((person.line, "contact_added", {"after": person}))
    return rows + [(line, "contact_removed", {"before": person}) for person in left]


def _with_news(person: Person, before: Sequence[Person]) -> Person:
    """With what was known of their consent before, where the list does not say."""
    if person.news is not None:
        return person
    old = same_person(person, before)
    return replace(person, news=old.news if old else "")


def same_person(person: Person, among: Iterable[Person]) -> Person | None:
    """Who of them it is by an address, else by name."""
    there = list(among)
    by_address = next((one for one in there if one.addresses & person.addresses), None)
    named = person.name.casefold()
    return by_address or next((one for one in there if named and one.name.casefold() == named), None)


def _wrong(change: Change) -> Fault | None:
    if not change.values["name"]:
        return Fault(line=change.line, number=change.number, column="name", why=Said("clients.needs_name"))
    first, last = change.values["valid_from"], change.values["valid_until"]
    if isinstance(first, date) and isinstance(last, date) and last < first:
        why = Said("clients.ends_before", first=first.isoformat(), last=last.isoformat())
        return Fault(line=change.line, number=change.number, column="valid_until", why=why)
    seen: dict[Claim, int] = {}
    for person in change.people:
        for channel, address in sorted(person.addresses):
            if (channel, address) in seen:
                why = Said("clients.address_twice", value=address, line=seen[channel, address])
                return Fault(line=person.line, number=change.number, column=_COLUMN[channel], why=why)
            seen[channel, address] = person.line
    return None


def _claims(values: Mapping[str, Any], people: Iterable[Person]) -> dict[Claim, int]:
    """What an organisation claims, each with the line where it says so (0: in its first)."""
    found: dict[Claim, int] = {("domain", name): 0 for name in values["domains"]}
    if values["licence"]:
        found["licence", values["licence"].casefold()] = 0
    for person in people:
        found |= dict.fromkeys(person.addresses, person.line)
    return found


def _conflicts(wanted: dict[str, Change], kept: Mapping[str, Known]) -> list[Fault]:
    """Refuse, and take out of `wanted`, every organisation that claims what another one has.

    Who has it keeps it; of two who both want it anew neither is believed. One that is refused keeps what it has, which
    may refuse others in turn.
    """
    now = {key: _claims(one.values, one.people) for key, one in wanted.items()}
    stored = {key: _claims(one.values, [person for _, person in one.people]) for key, one in kept.items()}
    owners: defaultdict[Claim, set[str]] = defaultdict(set)
    for key, claims in {**stored, **now}.items():
        for claim in claims:
            owners[claim].add(key)
    numbers = {key: one.number for key, one in wanted.items()}
    numbers |= {key: one.organisation.number for key, one in kept.items()}
    faults = []
    suspects = [claim for claim, keys in owners.items() if len(keys) > 1]
    while suspects:
        claim = suspects.pop()
        claimants = sorted(owners[claim]) if len(owners[claim]) > 1 else []
        for key in [one for one in claimants if one in wanted and claim not in stored.get(one, ())]:
            other = next(one for one in claimants if one != key)
            faults.append(_taken(wanted.pop(key), claim, now[key][claim], numbers[other]))
            for mine in now[key]:
                owners[mine].discard(key)
            for mine in stored.get(key, ()):
                owners[mine].add(key)
                suspects += [mine] if len(owners[mine]) > 1 else []
    return faults


def _taken(change: Change, claim: Claim, line: int, other: str) -> Fault:
    why = Said("clients.taken", value=claim[1], other=other)
    return Fault(line=line or change.line, number=change.number, column=_COLUMN[claim[0]], why=why)
