"""What a ticket's record has of the fields that it needs: put in, found in the client's words, done without.

Rule: an engineer's word stands above the client's answer, that above what was read out of their words, and that above
what is known of them; what is known is never stored, so that it is right whoever the client turns out to be.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from desk import fields
from desk.accounts import Detail, Source
from desk.desk import Desk
from desk.masking import MASK
from desk.organisations import Organisation
from desk.people import Audit, Client, Door
from desk.ports import Unit
from desk.settings import InfoField
from desk.tickets import File, Message, Ticket

_RANK = {Source.KNOWN: 0, Source.FOUND: 1, Source.CLIENT: 2, Source.ENGINEER: 3}
_NO_PROOF = frozenset({"sticker", "voice", "video_note"})
"""Files that are no screenshot and no log."""

_SMALL_PICTURE = 5_000
"""Bytes below which a picture in the text of a mail is a logo."""

Record = Mapping[str, Detail]


def needed(desk: Desk, ticket: Ticket) -> list[InfoField]:
    """The fields of the ticket's type, then what a rule asks for besides."""
    names = list(getattr(desk.settings.requires, ticket.type.value)) if ticket.type else []
    names += [str(name) for name in ticket.verdict.get("ask", ())]
    known = {field.name: field for field in desk.settings.field}
    return [known[name] for name in dict.fromkeys(names) if name in known]


def field_named(desk: Desk, name: str) -> InfoField | None:
    return next((field for field in desk.settings.field if field.name == name), None)


async def record(desk: Desk, unit: Unit, ticket: Ticket) -> dict[str, Detail]:
    """Everything that is known, by field."""
    if not desk.settings.field:
        return {}
    found = {detail.name: detail for detail in await unit.find(Detail, ticket_id=ticket.id)}
    for name, value in (await _known(desk, unit, ticket)).items():
        stored = found.get(name)
        if value and not (stored and stored.value):
            at = stored.at if stored else ticket.created_at
            found[name] = Detail(ticket_id=ticket.id, name=name, value=value, source=Source.KNOWN, at=at)
    return found


async def _known(desk: Desk, unit: Unit, ticket: Ticket) -> dict[str, str]:
    """What the client and their organisation say for the fields that are filled from them."""
    wanted = {field.name: field.source for field in desk.settings.field if field.source}
    if not wanted:
        return {}
    client = await unit.get(Client, ticket.client_id)
    company_id = ticket.organisation_id or (client.organisation_id if client else None)
    company = await unit.get(Organisation, company_id) if company_id else None
    doors = await unit.find(Door, client_id=ticket.client_id, claimed=False, order="-used_at")
    reached = {channel: next((one.address for one in doors if one.channel == channel), "") for channel in _DOORS}
    values = {
        "client": client.name if client else "",
        "organisation": company.name if company else "",
        "client_id": company.number if company else "",
        "product": company.product if company else "",
        "licence": company.licence if company else "",
        "phone": reached["phone"],
        "email": reached["mail"],
    }
    return {name: fields.clean(values[source]) for name, source in wanted.items()}


_DOORS = ("phone", "mail")


async def missing(desk: Desk, unit: Unit, ticket: Ticket) -> list[InfoField]:
    """What the ticket still needs, also what the client did not want to say; in the order in which it is asked for."""
    wanted = needed(desk, ticket)
    if not wanted:
        return []
    have = await record(desk, unit, ticket)
    return [field for field in wanted if not _settled(have.get(field.name))]


async def still_open(desk: Desk, unit: Unit, ticket: Ticket, among: Collection[str] | None = None) -> list[InfoField]:
    """The missing ones that the client may be asked for: what they skipped is not asked again by itself."""
    have = await record(desk, unit, ticket)
    left = [field for field in await missing(desk, unit, ticket) if among is None or field.name in among]
    return [field for field in left if not (field.name in have and have[field.name].skipped)]


def _settled(detail: Detail | None) -> bool:
    return detail is not None and (detail.value != "" or detail.waived)


async def put(  # noqa: PLR0917 - the value and whose it is
    desk: Desk, unit: Unit, ticket: Ticket, field: InfoField, value: str, source: Source, *, by: str = ""
) -> bool:
    """Store a value, unless one of a higher rank is there; whether it was stored."""
    before = await unit.first(Detail, ticket_id=ticket.id, name=field.name)
    if before and before.value and _RANK[before.source] > _RANK[source]:
        return False
    after = Detail(
        id=before.id if before else 0,
        ticket_id=ticket.id,
        name=field.name,
        value=value,
        source=source,
        by=by,
        secret=field.secret,
        at=desk.now(),
    )
    await (unit.save(after) if before else unit.add(after))
    return True


async def do_without(desk: Desk, unit: Unit, ticket: Ticket, field: InfoField, by: str, *, skipped: bool) -> None:
    """An engineer waives it, or the client (`skipped`) does not want to say; a value that is there stays."""
    before = await unit.first(Detail, ticket_id=ticket.id, name=field.name)
    source = Source.CLIENT if skipped else Source.ENGINEER
    detail = before or Detail(
        ticket_id=ticket.id, name=field.name, source=source, by=by, secret=field.secret, at=desk.now()
    )
    detail = replace(detail, skipped=True) if skipped else replace(detail, waived=True, by=by)
    await (unit.save(detail) if before else unit.add(detail))


async def ask_anew(unit: Unit, ticket: Ticket, wanted: Sequence[InfoField]) -> None:
    """An engineer asks again for what the client had skipped."""
    names = [field.name for field in wanted]
    await unit.change(Detail, {"skipped": False}, ticket_id=ticket.id, name__in=names, skipped=True)


async def empty(unit: Unit, ticket: Ticket, field: InfoField) -> None:
    """Forget what is stored of it."""
    await unit.remove(Detail, ticket_id=ticket.id, name=field.name)


async def heard(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    message: Message,
    secrets: Sequence[tuple[str, str]] = (),
    *,
    signature: str = "",
) -> set[str]:
    """Take out of a client's message what its labels and files tell; the fields that were filled."""
    if not desk.settings.field:
        return set()
    filled = set()
    for name, value in [*read(desk, f"{message.text}\n{signature}").items(), *secrets]:
        field = field_named(desk, name)
        if field and await put(desk, unit, ticket, field, value, Source.FOUND, by=message.author):
            filled.add(name)
    for file in await unit.find(File, message_id=message.id):
        name = await _shown_by(desk, unit, ticket, file, message.author)
        filled |= {name} if name else set()
    if filled:
        await note_source(unit, message, filled)
    return filled


def read(desk: Desk, text: str) -> dict[str, str]:
    """What the labels in a text tell, by field; values that pass their checks, none of a secret field."""
    said = fields.told(text, desk.settings.field, desk.current.setup.patterns, desk.settings.desk.language)
    return {name: value for name, value in said.items() if MASK not in value}


async def _shown_by(desk: Desk, unit: Unit, ticket: Ticket, file: File, by: str) -> str:
    """The field that a file fills: the first one that wants a file and has none."""
    logo = file.inline and file.size < _SMALL_PICTURE
    if file.sort in _NO_PROOF or logo:
        return ""
    wanted = [field for field in needed(desk, ticket) if field.check == "file"]
    wanted = wanted or [field for field in desk.settings.field if field.check == "file"]
    have = {detail.name: detail for detail in await unit.find(Detail, ticket_id=ticket.id)}
    field = next((one for one in wanted if one.name not in have or not have[one.name].value), None)
    if field is None:
        return ""
    await put(desk, unit, ticket, field, fields.clean(file.name) or file.sort, Source.FOUND, by=by)
    return field.name


async def note_source(unit: Unit, message: Message, names: Collection[str]) -> None:
    """Remember which fields a message filled: they go with it when it turns out to belong elsewhere."""
    key = f"filled:{message.id}"
    before = json.loads(await unit.recall(key) or "[]")
    await unit.remember(key, json.dumps(sorted({*before, *names})))


async def filled_by(unit: Unit, message: Message) -> list[str]:
    """The names of the fields that a message filled."""
    names: list[str] = json.loads(await unit.recall(f"filled:{message.id}") or "[]")
    return names


async def move_along(desk: Desk, unit: Unit, message: Message, old: Ticket, fresh: Ticket) -> None:
    """What a message said goes with it to another ticket."""
    for name in await filled_by(unit, message):
        detail = await unit.first(Detail, ticket_id=old.id, name=name)
        if detail and detail.source is not Source.ENGINEER:
            await unit.remove(Detail, id=detail.id)
            field = field_named(desk, name)
            if field and detail.value:
                await put(desk, unit, fresh, field, detail.value, detail.source, by=detail.by)


async def audited(  # noqa: PLR0917 - who did what with it
    desk: Desk, unit: Unit, ticket: Ticket, who: str, what: str, field: InfoField, value: str = ""
) -> None:
    """A line in the trail; of a secret field without its value."""
    data = {"field": field.name, **({"value": value} if value and not field.secret else {})}
    entry = Audit(at=desk.now(), who=who, what=what, ticket_id=ticket.id, client_id=ticket.client_id, data=data)
    await unit.add(entry)
