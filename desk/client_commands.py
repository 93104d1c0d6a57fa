"""The client list from the command line: brought in, given out, looked at; also beside a running desk."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from desk import client_list, contracts, membership
from desk.client_cells import guarded
from desk.client_changes import Change, Comparison, Known, compare, same_person
from desk.client_list import CHANNELS, COLUMNS, FIELDS, Fault, Person, Reading, title
from desk.desk import Desk
from desk.organisations import Contact, ContactId, Domain, Organisation, Reach
from desk.people import Audit, OrganisationId
from desk.ports import Unit
from desk.said import told

BY = "command line"


async def bring_in(desk: Desk, content: bytes, *, apply: bool, skip_refused: bool) -> tuple[str, bool]:
    """Compare a list with what is kept and, with `apply`, make it so in one unit; what to tell, and whether it is well.

    Anything refused refuses the whole list, unless `skip_refused` leaves those organisations as they are.
    """
    reading = client_list.read(content, desk.settings.plan)
    if not apply:
        async with desk.view() as view:
            found = compare(reading.listed, reading.faults, await kept(view))
        return "\n".join([*_report(desk, reading, found), _outcome(desk, found, skip_refused)]), not found.faults
    async with desk.unit() as unit:
        found = compare(reading.listed, reading.faults, await kept(unit))
        if found.faults and not skip_refused:
            return "\n".join([*_report(desk, reading, found), desk.say("clients.nothing_done")]), False
        await _write(desk, unit, found.changes)
        await unit.commit()
    outcome = desk.say("clients.applied" if found.changes else "clients.would_change_nothing")
    return "\n".join([*_report(desk, reading, found), outcome]), not found.faults


async def kept(unit: Unit) -> list[Known]:
    """All organisations with their contacts."""
    addresses: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for reach in await unit.find(Reach):
        addresses[reach.contact_id].add((reach.channel, reach.address))
    people: defaultdict[int, list[tuple[Contact, Person]]] = defaultdict(list)
    for contact in await unit.find(Contact):
        there = frozenset(addresses[contact.id])
        person = Person(name=contact.name, role=contact.role, addresses=there, news=contact.news)
        people[contact.organisation_id].append((contact, person))
    organisations = await unit.find(Organisation, order="number")
    return [Known(organisation=one, people=tuple(people[one.id])) for one in organisations]


async def _write(desk: Desk, unit: Unit, changes: Sequence[Change]) -> None:
    for change in changes:  # all that is given up first: another organisation may take it over
        if change.before:
            id_ = change.before.organisation.id
            await unit.remove(Domain, organisation_id=id_)
            await unit.remove(Reach, organisation_id=id_)
    for change in changes:
        organisation = await _keep(desk, unit, change)
        await _keep_people(unit, organisation.id, change)
        await unit.add(_trail(desk, change))
        if change.before:
            await membership.replanned(desk, unit, change.before.organisation, organisation, by=BY)
    await contracts.look_again(unit)


async def _keep(desk: Desk, unit: Unit, change: Change) -> Organisation:
    now = desk.now()
    values = {**change.values, "domains": list(change.values["domains"])}
    if change.before:
        organisation = await unit.save(replace(change.before.organisation, **values, changed_at=now))
    else:
        organisation = await unit.add(Organisation(**values, created_at=now, changed_at=now))
    for name in organisation.domains:
        await unit.add(Domain(organisation_id=organisation.id, name=name))
    return organisation


async def _keep_people(unit: Unit, organisation_id: OrganisationId, change: Change) -> None:
    before = [person for _, person in change.before.people] if change.before else []
    contacts = [contact for contact, _ in change.before.people] if change.before else []
    for person in change.people:
        old = person if person in before else same_person(person, before)
        if old:
            place = before.index(old)
            before.pop(place)
            known = replace(contacts.pop(place), name=person.name, role=person.role, news=person.news or "")
            contact = await unit.save(known)
        else:
            fresh = Contact(organisation_id=organisation_id, name=person.name, role=person.role, news=person.news or "")
            contact = await unit.add(fresh)
        await _keep_addresses(unit, organisation_id, contact.id, person)
    for contact in contacts:
        await unit.remove(Contact, id=contact.id)


async def _keep_addresses(unit: Unit, organisation_id: OrganisationId, contact_id: ContactId, person: Person) -> None:
    for channel, address in sorted(person.addresses):
        await unit.add(Reach(contact_id=contact_id, organisation_id=organisation_id, channel=channel, address=address))


def _trail(desk: Desk, change: Change) -> Audit:
    what = "organisation changed" if change.before else "organisation added"
    data: dict[str, Any] = {"number": change.number, "changes": sorted({name for _, name, _ in change.rows})}
    for _, name, values in change.rows:
        if name in FIELDS:
            data[name] = [_plain(values["before"]), _plain(values["after"])]
    return Audit(at=desk.now(), who=BY, what=what, data=data)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _report(desk: Desk, reading: Reading, found: Comparison) -> Iterator[str]:
    """Row by row what is done and what is refused, in the file's order; then the sums."""
    lines: list[tuple[int, str]] = [(fault.line, _fault(desk, fault)) for fault in found.faults]
    for change in found.changes:
        lines += _rows(desk, change)
    if reading.ignored:
        yield desk.say("clients.ignored", names=", ".join(reading.ignored))
    yield from (text for _, text in sorted(lines, key=lambda one: one[0]))
    added = sum(change.before is None for change in found.changes)
    refused = {fault.number for fault in found.faults if fault.number}
    nobodys = sum(not fault.number for fault in found.faults)
    sums = {"added": added, "changed": len(found.changes) - added, "same": found.same, "elsewhere": found.elsewhere}
    yield desk.say("clients.sums", **sums, refused=len(refused) + nobodys)


def _outcome(desk: Desk, found: Comparison, skip_refused: bool) -> str:
    if found.faults and not skip_refused:
        return desk.say("clients.would_refuse")
    return desk.say("clients.would_apply" if found.changes else "clients.would_change_nothing")


def _fault(desk: Desk, fault: Fault) -> str:
    language = desk.settings.desk.language
    column = desk.say("clients.in_column", name=title(fault.column, language)) if fault.column else ""
    why = " ".join(part for part in (told(language, fault.why), told(language, fault.hint)) if part)
    return desk.say("clients.refused", line=fault.line, column=column, number=fault.number or "?", why=why)


def _rows(desk: Desk, change: Change) -> list[tuple[int, str]]:
    head = {"number": change.number, "name": change.values["name"]}
    if change.before is None:
        said = [_cell(desk, name, change.values[name]) for name in FIELDS[2:] if change.values[name]]
        text = desk.say("clients.will_be_added", line=change.line, **head, what="; ".join(said) or "—")
        rows = [(change.line, text)]
    else:
        rows = []
    for line, name, values in change.rows:
        where = line or change.line
        rows.append((where, desk.say("clients.will_change", line=where, **head, what=_what(desk, name, values))))
    return rows


def _cell(desk: Desk, name: str, value: Any) -> str:
    return f"{title(name, desk.settings.desk.language)}: {_shown(desk, value)}"


def _shown(desk: Desk, value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(value) or "—"
    return contracts.day_in_words(desk, value) if isinstance(value, date) else str(value or "—")


def _what(desk: Desk, name: str, values: Mapping[str, Any]) -> str:
    if name in FIELDS:
        return f"{_cell(desk, name, values['before'])} → {_shown(desk, values['after'])}"
    before, after = (person_in_words(values.get(side)) for side in ("before", "after"))
    return desk.say(f"clients.{name}", before=before, after=after)


def person_in_words(person: Person | None) -> str:
    """«Иван Иванов, директор, +74951234567»."""
    if person is None:
        return ""
    parts = (person.name, person.role, *(address for _, address in sorted(person.addresses)))
    return ", ".join(part for part in parts if part)


async def give_out(desk: Desk) -> tuple[bytes, int]:
    """The whole list as a CSV that Excel opens by a double click and `bring_in` reads back without a change.

    With it how many organisations there are.
    """
    async with desk.view() as view:
        known = await kept(view)
    language = desk.settings.desk.language
    out = io.StringIO(newline="")
    # Russian Excel takes a semicolon for what parts the cells, English Excel a comma.
    writer = csv.writer(out, delimiter=";" if language == "ru" else ",")
    writer.writerow([title(column, language) for column in COLUMNS])
    for one in known:
        people: list[Person | None] = [person for _, person in one.people]
        writer.writerows([_line(desk, one, person) for person in people or [None]])
    return out.getvalue().encode("utf-8-sig"), len(known)


def _line(desk: Desk, one: Known, person: Person | None) -> list[str]:
    cells = {name: _exported(value) for name, value in one.values.items()}
    if person:
        cells |= {"contact": person.name, "role": person.role}
        cells["news"] = desk.say(f"clients.news_{person.news}") if person.news else ""
        for column, channel in CHANNELS.items():
            cells[column] = ", ".join(sorted(address for kind, address in person.addresses if kind == channel))
    return [guarded(cells.get(column, "")) for column in COLUMNS]


def _exported(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")
