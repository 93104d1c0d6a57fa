"""What somebody is known by, and how a row is rid of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from desk import retention
from desk.desk import Desk
from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState
from desk.people import Audit
from desk.ports import Unit
from desk.tickets import Closing, Message, Priority, Revision, Status, Ticket, Type

if TYPE_CHECKING:
    from desk.forgetting import Person

STANDS_FOR = "…"
"""Put where an address of theirs stood in somebody else's words."""

NAME, ID = 3, 5
"""Characters from which a name, and a number in Telegram, is looked for: shorter ones are in everything."""

HEADER = 64 * 1024
"""Bytes of a large mail that are looked at: its header has whom it went to."""

BY_TICKET = frozenset({
    "others", "farewell", "asking", "secrets", "files.waiting", "silent", "folded", "conduct.fine", "series", "said",
    "opened", "handed", "partner", "canned", "incident.title",
})  # fmt: skip
"""Small facts that are kept under a ticket's number."""

_BODY = ("channel", "purpose", "act", "ticket")
_UNDONE = (ParcelState.QUEUED, ParcelState.SENDING, ParcelState.HELD)
_ENUMS = frozenset(one.value for kind in (Status, Type, Priority, Closing) for one in kind)


@dataclass(frozen=True)
class Marks:
    """Names and addresses. Strong ones are nobody else's."""

    doors: tuple[tuple[str, str], ...]
    usernames: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, person: "Person") -> "Marks":
        """Of one person as they are known now."""
        names = {client.name for client in person.clients} | {door.name for door in person.doors}
        addresses = {door.address for door in person.doors}
        return cls(
            doors=tuple((door.channel, door.address) for door in person.doors),
            usernames=tuple(sorted({door.username for door in person.doors if door.username})),
            names=tuple(sorted(name for name in names - addresses if len(name) >= NAME)),
        )

    def as_json(self) -> dict[str, Any]:
        return {"doors": [list(door) for door in self.doors], "usernames": self.usernames, "names": self.names}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Marks":
        return cls(
            doors=tuple((channel, address) for channel, address in stored["doors"]),
            usernames=tuple(stored["usernames"]),
            names=tuple(stored["names"]),
        )

    @cached_property
    def _strong(self) -> re.Pattern[str]:
        said = [re.escape(address) for _, address in self.doors if len(address) >= ID]
        said += [f"@{re.escape(name)}" for name in self.usernames]
        return re.compile(
            rf"(?<![\w.+-])(?:{'|'.join(sorted(said, key=len, reverse=True)) or '(?!)'})(?!\w)", re.IGNORECASE
        )

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, self.names)) or '(?!)'})(?!\w)", re.IGNORECASE)

    def strongly(self, text: str) -> bool:
        """Whether an address of theirs stands in it."""
        return self._strong.search(text) is not None

    def at_all(self, text: str) -> bool:
        """Whether an address or a name of theirs does."""
        return self.strongly(text) or self._named.search(text) is not None

    def covered(self, text: str) -> str:
        """The text without their addresses."""
        return self._strong.sub(STANDS_FOR, text)


def plain(value: object) -> str:
    """A structure as text in which letters are letters."""
    return json.dumps(value, ensure_ascii=False, default=str)


async def parcel_bared(unit: Unit, parcel: Parcel) -> None:
    """That something was sent stays, to whom and what does not. What has not gone yet is not sent."""
    body = {name: value for name, value in parcel.body.items() if name in _BODY}
    going = parcel.body.get("act") in ("drop", "delete") and parcel.state in _UNDONE
    if going:
        return
    state = ParcelState.WITHDRAWN if parcel.state in (ParcelState.QUEUED, ParcelState.HELD) else parcel.state
    inside = parcel.channel == "group"
    await unit.save(
        replace(
            parcel,
            body=body,
            state=state,
            place=parcel.place if inside else "",
            lane=parcel.lane if inside else "forgotten",
            external_id=parcel.external_id if inside else "",
            error="",
            coalesce="",
        )
    )


def audit_bared(desk: Desk, entry: Audit) -> Audit:
    """Who of ours did what stays; of what was said to it only words of the configuration and numbers."""
    settings = desk.settings
    known = _ENUMS | {line.name for line in settings.line} | {plan.name for plan in settings.plan}
    known |= {rule.name for rule in settings.rule} | {field.name for field in settings.field}
    ours = {"desk", "command line", *(person.name for person in settings.person)}
    who = entry.who if entry.who in ours or entry.what in _BY_ENGINEERS else ""
    return replace(entry, who=who, data=_bare(entry.data, known))


_BY_ENGINEERS = frozenset({"taken", "moved", "spent", "priority", "type", "plan", "file shown", "secret seen", "done"})


def _bare(value: Any, known: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _bare(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [_bare(inner, known) for inner in value]
    if isinstance(value, str) and not isinstance(value, StrEnum) and value not in known:
        return ""
    return value


async def looked_at(desk: Desk, unit: Unit, thing: object, marks: Marks, data: Mapping[str, Any]) -> set[str]:
    """Rid one row of them where it has them; the keys of contents that are given up with it."""
    match thing:
        case Message():
            await _message(unit, thing, marks)
        case Revision():
            if marks.strongly(thing.text):
                await unit.save(replace(thing, text=marks.covered(thing.text)))
        case Ticket():
            await _ticket(unit, thing, marks)
        case Parcel():
            await _parcel(unit, thing, marks)
        case Audit():
            theirs = thing.client_id in data["clients"]
            if theirs or marks.at_all(f"{thing.who} {plain(thing.data)}"):
                await unit.save(audit_bared(desk, thing))
        case Raw():
            return await _raw(desk, unit, thing, marks, data)
    return set()


async def _message(unit: Unit, message: Message, marks: Marks) -> None:
    if not marks.strongly(f"{message.text} {message.rest} {message.author_id} {plain(message.data)}"):
        return
    theirs = marks.strongly(message.author_id)
    await unit.save(
        replace(
            message,
            text="" if theirs else marks.covered(message.text),
            rest="" if theirs else marks.covered(message.rest),
            author="" if theirs else message.author,
            author_id="" if theirs else message.author_id,
            data={} if marks.strongly(plain(message.data)) else message.data,
        )
    )
    await unit.search_forget(message.ticket_id)


async def _ticket(unit: Unit, ticket: Ticket, marks: Marks) -> None:
    if not marks.strongly(f"{ticket.subject} {ticket.question} {ticket.findings} {plain(ticket.verdict)}"):
        return
    verdict = {name: value for name, value in ticket.verdict.items() if name in ("rule", "line")}
    await unit.save(
        replace(
            ticket,
            subject=marks.covered(ticket.subject),
            question=marks.covered(ticket.question),
            findings=marks.covered(ticket.findings),
            verdict=verdict if marks.strongly(plain(ticket.verdict)) else ticket.verdict,
        )
    )


async def _parcel(unit: Unit, parcel: Parcel, marks: Marks) -> None:
    if parcel.state in _UNDONE:
        return
    if marks.strongly(f"{parcel.place} {parcel.lane} {parcel.coalesce}"):
        await parcel_bared(unit, parcel)
    elif marks.at_all(plain(parcel.body)) or marks.strongly(parcel.error):
        await retention.emptied(unit, parcel)
        current = await unit.get(Parcel, parcel.id)
        if current and marks.strongly(f"{plain(current.body)} {current.error}"):
            body = {name: value for name, value in current.body.items() if name in _BODY}
            await unit.save(replace(current, body=body, error=""))


async def _raw(desk: Desk, unit: Unit, raw: Raw, marks: Marks, data: Mapping[str, Any]) -> set[str]:
    """Mails of theirs, updates from their chat, and what was said in their topics."""
    if raw.state in (RawState.NEW, RawState.WORKING):
        return set()
    address = raw.lane.partition(":")[2]
    theirs = any(address == one for _, one in marks.doors) or raw.lane in data.get("lanes", ())
    told = marks.at_all(_decoded(raw.body)) if raw.channel == "telegram" else marks.strongly(_beginning(desk, raw))
    if not theirs and not told:
        return set()
    state = RawState.DROPPED if raw.state is RawState.QUARANTINED else raw.state
    lane = "forgotten" if theirs else raw.lane
    await unit.save(replace(raw, body=b"", key="", lane=lane, error="", state=state))
    return {raw.key} if raw.key else set()


def _decoded(body: bytes) -> str:
    try:
        return plain(json.loads(body))
    except ValueError:
        return body.decode(errors="replace")


def _beginning(desk: Desk, raw: Raw) -> str:
    """The first lines of a mail: whom it names there; a longer one lies in a file."""
    if raw.body or not raw.key:
        return raw.body.decode(errors="replace")
    try:
        with desk.files.path(raw.key).open("rb") as file:
            return file.read(HEADER).decode(errors="replace")
    except OSError:
        return ""
