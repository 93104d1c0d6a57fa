"""Secrets that clients send: covered before anything is stored, shown to one engineer at a time, erased on closing.

Rule: a secret's value stands in its Detail and, until the ticket is closed, in the message as it came; nowhere else.
"""

import json
import logging
from dataclasses import replace

from desk import details, fields
from desk.accounts import Detail, Source
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Edited, Incoming, Press, Raw, RawId
from desk.masking import MASK, covered
from desk.parcels import Action, Alert, Button
from desk.people import Audit
from desk.ports import Unit
from desk.settings import InfoField
from desk.tickets import Message, Status, Ticket, Trace

log = logging.getLogger(__name__)

_ERASE = "erase:"


def _secret(desk: Desk) -> list[InfoField]:
    return [field for field in desk.settings.field if field.secret]


def veiled(desk: Desk, incoming: Incoming) -> Incoming:
    """The message with its secrets covered; `secrets` has them, by field."""
    known = _secret(desk)
    if not known:
        return incoming
    found: dict[str, str] = {}

    def cover(text: str) -> str:
        shown, values = covered(text, known)
        for name, value in values.items():
            found.setdefault(name, value)
        return shown

    text, rest = cover(incoming.text), cover(incoming.rest)
    subject, signature, original = cover(incoming.subject), cover(incoming.signature), incoming.original
    if original:
        original = replace(
            original,
            text=cover(original.text),
            rest=cover(original.rest),
            subject=cover(original.subject),
            signature=cover(original.signature),
            comment=cover(original.comment),
        )
    if not found:
        return incoming
    return replace(
        incoming,
        text=text,
        rest=rest,
        subject=subject,
        signature=signature,
        original=original,
        secrets=tuple(found.items()),
    )


def as_answer(incoming: Incoming, field: InfoField) -> Incoming:
    """A message that answers the question for a secret: all its words are covered."""
    given = dict(incoming.secrets)
    if field.name not in given:
        given[field.name] = fields.clean(incoming.text)
    return replace(incoming, text=MASK, secrets=tuple(given.items()))


async def kept(desk: Desk, unit: Unit, ticket: Ticket | None, incoming: Incoming) -> None:
    """Remember which stored raw messages have secrets in them, for the day when the ticket is closed.

    Whoever sent them, and whatever becomes of the words.
    """
    if ticket and incoming.secrets:
        raws = desk.raws if incoming.channel == "telegram" else ((RawId(incoming.raw_id),) if incoming.raw_id else ())
        await _remember(unit, ticket, raws)


async def came_again(desk: Desk, unit: Unit, incoming: Incoming) -> None:
    """The same mail by another way is a stored message more."""
    if incoming.secrets and incoming.channel == "mail":
        trace = await unit.first(Trace, channel="mail", external_id=incoming.external_id)
        ticket = await unit.get(Ticket, trace.ticket_id) if trace and trace.ticket_id else None
        await kept(desk, unit, ticket, incoming)


async def _remember(unit: Unit, ticket: Ticket, raws: tuple[RawId, ...]) -> None:
    key = f"secrets:{ticket.id}"
    before = json.loads(await unit.recall(key) or "[]")
    await unit.remember(key, json.dumps(sorted({*before, *raws})))


async def changed(desk: Desk, unit: Unit, ticket: Ticket, message: Message, change: Edited) -> Edited:
    """An edited message with its secrets covered and noted; what answered the question for one is all secret."""
    known = _secret(desk)
    if not known:
        return change
    shown, found = covered(change.text, known)
    if message.text == MASK and not found:
        whole = [name for name in await details.filled_by(unit, message) if any(one.name == name for one in known)]
        found = {whole[0]: fields.clean(change.text)} if whole and change.text.strip() else {}
        shown = MASK if whole else shown
    for name, value in found.items():
        field = details.field_named(desk, name)
        if field and value:
            await details.put(desk, unit, ticket, field, value, Source.CLIENT, by=message.author)
    if found:
        await details.note_source(unit, message, found)
        await _remember(unit, ticket, desk.raws)
    return replace(change, text=shown)


def button(desk: Desk, ticket: Ticket, detail: Detail) -> Button:
    """The button behind which one secret is seen."""
    return Button(label=desk.say("fields.button_show"), action=Action.LOOK, ticket=ticket.id, arg=str(detail.id))


async def shown(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """The secret, in a window to whoever pressed and to nobody else; the trail says who looked."""
    detail = await unit.get(Detail, int(press.arg)) if press.arg.isascii() and press.arg.isdecimal() else None
    if detail is None or detail.ticket_id != ticket.id or not detail.secret:
        raise Refusal("group.button_old")
    if not detail.value:
        raise Refusal("fields.secret_gone")
    data = {"field": detail.name}
    who = press.person.name
    await unit.add(
        Audit(at=desk.now(), who=who, what="secret seen", ticket_id=ticket.id, client_id=ticket.client_id, data=data)
    )
    return Alert(detail.value)


async def with_farewell(desk: Desk, unit: Unit, ticket: Ticket, said: str, language: str) -> str:
    """What ends a ticket in which a secret was given, with the wish, once, that the temporary user be deleted."""
    if ticket.status not in (Status.SOLVED, Status.CLOSED) or await unit.recall(f"farewell:{ticket.id}"):
        return said
    if not await unit.count(Detail, ticket_id=ticket.id, secret=True, value__ne=""):
        return said
    await unit.remember(f"farewell:{ticket.id}", "1")
    return f"{said}\n\n{desk.say('fields.delete_user', language)}"


async def erase(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """The ticket is closed: its secrets go, and what came in with them as it came."""
    await unit.remember(f"asking:{ticket.id}", "")  # nothing that is said later answers a question of before
    gone = await unit.change(Detail, {"value": ""}, ticket_id=ticket.id, secret=True, value__ne="")
    raws: list[int] = json.loads(await unit.recall(f"secrets:{ticket.id}") or "[]")
    found = await unit.find(Raw, id__in=raws) if raws else []
    twins = [twin for raw in found if raw.digest for twin in await _twins(unit, raw)]
    for raw in [*found, *twins]:
        if raw.key:  # a file is no part of the transaction: it goes after the commit
            await unit.remember(f"{_ERASE}{raw.key}", "1")
        await unit.save(replace(raw, body=b"", key=""))
    for key in ("secrets", "farewell"):
        await unit.remember(f"{key}:{ticket.id}", "")
    if gone or raws:
        entry = Audit(
            at=desk.now(), who="desk", what="secrets erased", ticket_id=ticket.id, client_id=ticket.client_id, data={}
        )
        await unit.add(entry)


async def _twins(unit: Unit, raw: Raw) -> list[Raw]:
    """The same mail under another number of its mailbox."""
    return await unit.find(Raw, place=raw.place, digest=raw.digest, id__ne=raw.id)


async def sweep(desk: Desk) -> None:
    """Drop the files of mails whose secrets are erased."""
    async with desk.view() as view:
        waiting = await view.recall_all(_ERASE)
    for name in waiting:
        await desk.files.drop(name.removeprefix(_ERASE))
        async with desk.store.unit() as unit:
            await unit.remember(name, "")
            await unit.commit()
