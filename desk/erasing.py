"""Erases somebody's data when the grace is over: a little at a time, and after a restart from where it stopped.

Rule: every piece is one short unit that may be done twice; how far it got stands in the erasure's own `data`, which
holds what the person is known by only until the end. What came after the beginning is somebody else's: who writes again
is a new client.

Longer than most modules: each kind of row in which a person may stand has its few lines here.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desk import dropping, forgotten, kinds, moving, outbox, secret_fields
from desk.accounts import Detail, Estimate, Rating, Spent
from desk.closing import CLOCK_ANEW
from desk.deadlines import at_end
from desk.desk import Desk
from desk.forgetting import person_of
from desk.forgotten import Marks
from desk.incoming import Raw, RawState
from desk.lifecycle import Step
from desk.organisations import Belonging, Contact, Reach
from desk.parcels import Act, Outgoing, Parcel, ParcelState, Purpose
from desk.people import Audit, Client, Door, Key, Link, Suggestion
from desk.ports import Unit
from desk.tickets import (
    Closing,
    File,
    Kind,
    Message,
    MessageId,
    Participant,
    Revision,
    Status,
    Thread,
    Ticket,
    Trace,
)
from desk.work import drop_reminders
from desk.workbench import Appointment, Erasure, Item

log = logging.getLogger(__name__)

PIECES = 200
"""Units in one tick."""

MESSAGES = 100
"""Messages of one ticket in one unit."""

ROWS = 300
"""Rows looked through in one unit."""

MAILS = 40
"""Mails named in one order to a mail server."""

PATIENCE = timedelta(hours=6)
"""How long the end waits for topics and mails to be deleted."""

_ON_THE_WAY = (ParcelState.QUEUED, ParcelState.SENDING, ParcelState.HELD)
_OURS = frozenset({Kind.ANSWER, Kind.QUESTION, Kind.NOTE, Kind.DONE, Kind.NOTICE, Kind.EVENT, Kind.TO_PARTNER})
"""Messages whose author is ours, and stays for the figures."""

_OWN_FACTS = ("erase:", "secret", "telegram", "mail.", "heard.", "duty.", "on-duty", "alive", "retention.")

_MAILS = "forget"
"""The lane of orders to mail servers begins with it."""


async def tick(desk: Desk, pieces: int = PIECES) -> None:
    """Go on with what is due, so many units at most."""
    for _ in range(pieces):
        async with desk.store.unit() as unit:
            erasure = await unit.first(Erasure, done_at=None, stopped_at=None, due_at__le=desk.now(), order="due_at")
            if erasure is None:
                return
            stage = str(erasure.data.get("stage", "begin"))
            more = await _STAGES[stage](desk, unit, erasure)
            await unit.commit()
        await dropping.sweep(desk)
        if not more:
            return


async def _go_to(unit: Unit, erasure: Erasure, stage: str, **data: object) -> bool:
    await unit.save(replace(erasure, data={**erasure.data, "stage": stage, "mark": 0, **data}))
    return True


async def _note(unit: Unit, erasure: Erasure, **data: object) -> bool:
    await unit.save(replace(erasure, data={**erasure.data, **data}))
    return True


async def _begin(desk: Desk, unit: Unit, erasure: Erasure) -> bool:
    """From here on nobody knows them: their doors lead to no one, what is open is closed, what waits is not sent."""
    person = await person_of(unit, erasure.client_id)
    marks = Marks.of(person)
    tickets = await unit.find(Ticket, client_id__in=person.ids, status__ne=Status.CLOSED)
    for ticket in tickets:
        await _close(desk, unit, ticket)
    for door in person.doors:
        lanes = [f"{kind}{door.channel}:{door.address}" for kind in ("", "news:")]
        waiting = (ParcelState.QUEUED, ParcelState.HELD)
        await unit.change(Parcel, {"state": ParcelState.WITHDRAWN}, lane__in=lanes, state__in=waiting)
        await unit.change(
            Door,
            {"address": f"forgotten:{door.id}", "name": "", "username": "", "shut_reason": "", "shut_at": desk.now()},
            id=door.id,
        )
        await unit.remove(Key, channel=door.channel, address=door.address)
        await unit.remove(Trace, channel="telegram", place=door.address)
        await unit.remember(f"door.by:{door.id}", "")
    for client in person.clients:
        await unit.save(
            replace(
                client, name="", language="", spoken="", organisation_id=None, banned_at=None, banned_by="",
                ban_reason="", news_at=None, no_news_at=None, forgotten_at=desk.now(),
            )
        )  # fmt: skip
        await unit.remove(Key, client_id=client.id)
        await unit.remove(Belonging, client_id=client.id)
        await unit.remove(Suggestion, client_id=client.id)
        await unit.remove(Suggestion, other_id=client.id)
        await unit.remove(Link, kept_id=client.id)
        await unit.remove(Link, joined_id=client.id)
    await _contacts(unit, marks)
    await _facts(unit, marks)
    until = {}
    for kind in _SWEPT.values():
        last = await unit.first(kind, order="-id")
        until[kind.__name__] = last.id if last else 0
    doors = [door.id for door in person.doors]
    await _go_to(
        unit, erasure, "tickets", clients=person.ids, doors=doors, marks=marks.as_json(), until=until, topics=[],
        lanes=[], counts={"tickets": 0, "messages": 0, "files": 0}, mails=[],
    )  # fmt: skip
    return True


async def _close(desk: Desk, unit: Unit, ticket: Ticket) -> None:
    """Closed without a word to the client, who wants to be forgotten."""
    now = desk.now()
    ended: dict[str, Any] = {**CLOCK_ANEW, **await at_end(desk, unit, ticket)}
    ended |= {"closed_at": now, "closing": Closing.WITHDRAWN, "active_at": now}
    ended |= {"spared_until": None, "reminder_id": None, "held_reason": ""}
    ticket = await moving.move(unit, ticket, Step.CLOSED, at=now, **ended)
    await drop_reminders(unit, ticket)
    await secret_fields.erase(desk, unit, ticket)
    data = {"closing": Closing.WITHDRAWN.value}
    entry = Audit(at=now, who="desk", what="closed", ticket_id=ticket.id, client_id=ticket.client_id, data=data)
    await unit.add(entry)


async def _facts(unit: Unit, marks: Marks) -> None:
    """Small things remembered of them; what the desk knows of itself stays."""
    for key, value in (await unit.recall_all("")).items():
        if not key.startswith(_OWN_FACTS) and marks.at_all(f"{key} {value}"):
            await unit.remember(key, "")


async def _contacts(unit: Unit, marks: Marks) -> None:
    """The people whom contracts name: the list may bring them back."""
    for channel, address in marks.doors:
        for reach in await unit.find(Reach, channel=channel, address=address):
            await unit.remove(Reach, id=reach.id)
            if not await unit.count(Reach, contact_id=reach.contact_id):
                await unit.remove(Contact, id=reach.contact_id)


async def _tickets(desk: Desk, unit: Unit, erasure: Erasure) -> bool:
    """One ticket after the other, some messages of it at a time."""
    data = erasure.data
    ticket = await unit.first(Ticket, client_id__in=data["clients"], id__ge=data["mark"], order="id")
    if ticket is None:
        return await _go_to(unit, erasure, "elsewhere")
    after = data.get("message", 0)
    messages = await unit.find(Message, ticket_id=ticket.id, id__gt=after, limit=MESSAGES)
    if messages:
        files, mails = await _messages(unit, messages, bare_author=True)
        counts = data["counts"]
        counts = {**counts, "messages": counts["messages"] + len(messages), "files": counts["files"] + files}
        return await _note(
            unit, erasure, mark=ticket.id, message=messages[-1].id, counts=counts, mails=_more(data, mails)
        )
    topic = await _ticket(desk, unit, ticket)
    counts = {**data["counts"], "tickets": data["counts"]["tickets"] + 1}
    topics = [*data["topics"], topic] if topic else data["topics"]
    lanes = [*data["lanes"], *await _lanes(unit, ticket)]
    return await _note(unit, erasure, mark=ticket.id + 1, message=0, counts=counts, topics=topics, lanes=lanes)


async def _lanes(unit: Unit, ticket: Ticket) -> list[str]:
    """The lane of what came in from the ticket's topic."""
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    return [f"tg:{thread.place}:{thread.external_id}"] if thread and thread.external_id else []


def _more(data: Mapping[str, Any], mails: list[list[str]]) -> list[list[str]]:
    return [*data["mails"], *mails]


async def _messages(unit: Unit, messages: list[Message], *, bare_author: bool) -> tuple[int, list[list[str]]]:
    """Words, files, earlier wordings and how they came; how many files, and which mails by mailbox and id."""
    ids = [message.id for message in messages]
    mails = []
    for trace in await unit.find(Trace, message_id__in=ids, channel="mail"):
        mails.append([trace.place, trace.external_id])
    await unit.remove(Revision, message_id__in=ids)
    files = await unit.find(File, message_id__in=ids)
    await unit.remove(File, message_id__in=ids)
    raws = await unit.find(Raw, id__in=[one.raw_id for one in messages if one.raw_id])
    twins = [twin for raw in raws if raw.digest for twin in await unit.find(Raw, digest=raw.digest)]
    keys = await _raws_emptied(unit, [*raws, *twins])
    for message in messages:
        ours = message.kind in _OURS and bare_author
        await unit.save(
            replace(
                message,
                author=message.author if ours else "",
                author_id=message.author_id if ours else "",
                external_id="",
                text="",
                rest="",
                raw_id=None,
                data={},
            )
        )
        for fact in ("filled", "undo", "before"):
            await unit.remember(f"{fact}:{message.id}", "")
    await unit.remove(Trace, message_id__in=ids, channel__ne="group")
    await _parcels(unit, ids)
    await dropping.note(unit, keys | {file.key for file in files})
    return len(files), mails


async def _parcels(unit: Unit, ids: list[MessageId]) -> None:
    for parcel in await unit.find(Parcel, message_id__in=ids):
        await forgotten.parcel_bared(unit, parcel)


async def _raws_emptied(unit: Unit, raws: list[Raw]) -> set[str]:
    for raw in raws:
        state = RawState.DROPPED if raw.state is RawState.QUARANTINED else raw.state
        await unit.save(replace(raw, body=b"", key="", lane="forgotten", error="", state=state))
    return {raw.key for raw in raws if raw.key}


async def _ticket(desk: Desk, unit: Unit, ticket: Ticket) -> int:
    """What the ticket itself says; its number where a topic of its is to be deleted."""
    id_ = ticket.id
    known = {tag for rule in desk.settings.rule for tag in ([rule.tags] if isinstance(rule.tags, str) else rule.tags)}
    verdict = {name: value for name, value in ticket.verdict.items() if name in ("rule", "line")}
    await unit.save(
        replace(
            ticket,
            subject=desk.say("personal.forgotten_subject"),
            verdict=verdict,
            question="",
            findings="",
            third_party="",
            held_reason="",
            tags=[tag for tag in ticket.tags if tag in known],
        )
    )
    await unit.remove(Detail, ticket_id=id_)
    await unit.remove(Participant, ticket_id=id_)
    await unit.remove(Suggestion, ticket_id=id_)
    await unit.change(Estimate, {"text": "", "answered_by": "", "answered_through": ""}, ticket_id=id_)
    await unit.change(Spent, {"comment": ""}, ticket_id=id_)
    await unit.change(Rating, {"words": ""}, ticket_id=id_)
    await unit.change(Appointment, {"words": "", "data": {}, "done_at": desk.now()}, ticket_id=id_, done_at=None)
    await unit.change(Appointment, {"words": "", "data": {}}, ticket_id=id_)
    await unit.change(Item, {"text": ""}, ticket_id=id_, checklist="")
    for entry in await unit.find(Audit, ticket_id=id_):
        await unit.save(forgotten.audit_bared(desk, entry))
    for parcel in await unit.find(Parcel, ticket_id=id_):
        await dropping.note_sent(unit, parcel)
        await forgotten.parcel_bared(unit, parcel)
    for prefix in sorted(forgotten.BY_TICKET):
        key = f"{prefix}:{id_}"
        for name in await unit.recall_all(key):
            if name == key or name.startswith(f"{key}:"):
                await unit.remember(name, "")
    await unit.search_forget(id_)
    await unit.remove(Trace, ticket_id=id_, channel__ne="group")
    await unit.remove(Thread, ticket_id=id_, channel__ne="group")
    thread = await unit.first(Thread, ticket_id=id_, channel="group")
    await unit.change(Thread, {"title": ""}, ticket_id=id_)
    if thread is None or not (thread.external_id or thread.card_id):
        return 0
    drop = Outgoing(channel="group", place=ticket.line, purpose=Purpose.TOPIC, act=Act.DROP, ticket=id_)
    await outbox.send(desk, unit, drop, lane=f"group:{id_}")
    return id_


async def _elsewhere(desk: Desk, unit: Unit, erasure: Erasure) -> bool:
    """What they wrote into other people's requests, by their own doors."""
    doors = erasure.data["doors"]
    found = await unit.find(Message, door_id__in=doors, id__gt=erasure.data["mark"], limit=MESSAGES) if doors else []
    if not found:
        orders = _orders(erasure.data["mails"])
        for mailbox, ids in orders:
            order = Outgoing(
                channel="mail", place=mailbox, purpose=Purpose.NOTICE, act=Act.DELETE, mailbox=mailbox, target=ids
            )
            await outbox.send(desk, unit, order, lane=f"{_MAILS}:{erasure.id}")
        return await _go_to(unit, erasure, "messages", mails=[])
    await _messages(unit, [one for one in found if one.text or one.rest or one.author], bare_author=False)
    for ticket_id in {message.ticket_id for message in found}:
        await unit.search_forget(ticket_id)
    return await _note(unit, erasure, mark=found[-1].id)


def _orders(mails: list[list[str]]) -> list[tuple[str, str]]:
    """Mailboxes with the ids of mails to delete there, some at a time."""
    by_box: dict[str, list[str]] = {}
    for place, id_ in mails:
        by_box.setdefault(place, []).append(id_)
    return [
        (place, " ".join(ids[start : start + MAILS]))
        for place, ids in by_box.items()
        for start in range(0, len(ids), MAILS)
    ]


def _sweep(name: str, following: str) -> Callable[[Desk, Unit, Erasure], Awaitable[bool]]:
    """Look through all rows of one kind that were there at the beginning, for what the person is known by."""

    async def look(desk: Desk, unit: Unit, erasure: Erasure) -> bool:
        kind = _SWEPT[name]
        data, marks = erasure.data, Marks.from_json(erasure.data["marks"])
        found = await unit.find(kind, id__gt=data["mark"], id__le=data["until"][kind.__name__], limit=ROWS)
        if not found:
            return await _go_to(unit, erasure, following)
        through, lanes = found[-1].id, list(data["lanes"])
        if kind is Message:
            found, named = await _in_groups(desk, unit, found, marks)
            lanes += named
        keys: set[str] = set()
        for thing in found:
            keys |= await forgotten.looked_at(desk, unit, thing, marks, data)
        await dropping.note(unit, keys)
        return await _note(unit, erasure, mark=through, lanes=lanes)

    return look


async def _in_groups(
    desk: Desk, unit: Unit, messages: Sequence[Message], marks: Marks
) -> tuple[list[Message], list[str]]:
    """What they wrote in a client's own group goes as in a request of their own.

    The messages that are not such, and the lanes of topics that were named by what they wrote.
    """
    chats = {address for channel, address in marks.doors if channel == "telegram"}
    theirs = [message for message in messages if message.data.get(kinds.PERSON) in chats]
    lanes = []
    for message in theirs:
        first = await unit.first(Message, ticket_id=message.ticket_id, kind=Kind.WORDS, order="id")
        ticket = await unit.get(Ticket, message.ticket_id)
        if ticket and first and first.id == message.id:  # the subject was made of it
            verdict = {name: value for name, value in ticket.verdict.items() if name in ("rule", "line")}
            ticket = await unit.save(replace(ticket, subject=desk.say("personal.forgotten_subject"), verdict=verdict))
            await outbox.topic(desk, unit, ticket)
            lanes += await _lanes(unit, ticket)
        await _messages(unit, [message], bare_author=False)
        await unit.search_forget(message.ticket_id)
    return [message for message in messages if message not in theirs], lanes


async def _index(desk: Desk, unit: Unit, erasure: Erasure) -> bool:  # noqa: ARG001 - one shape for all
    """What was taken out of the search index leaves its files too."""
    if await unit.search_tidy(first=not erasure.data["mark"]):
        return await _note(unit, erasure, mark=1)
    return await _go_to(unit, erasure, "wait")


async def _wait(desk: Desk, unit: Unit, erasure: Erasure) -> bool:
    """Until topics and mails are deleted, as far as they can be."""
    topics = erasure.data["topics"]
    lane = f"{_MAILS}:{erasure.id}"
    going = await unit.count(Parcel, lane=lane, state__in=_ON_THE_WAY)
    standing = await _standing(unit, topics)
    for id_ in standing:
        going += await unit.count(Parcel, ticket_id=id_, purpose=Purpose.TOPIC, state__in=_ON_THE_WAY)
    since = erasure.data.get("waiting")
    if since is None:
        return await _note(unit, erasure, waiting=desk.now().isoformat())
    if going and desk.now() - datetime.fromisoformat(since) < PATIENCE:
        return False
    return await _go_to(unit, erasure, "late", late=erasure.data["until"][Raw.__name__])


async def _late(desk: Desk, unit: Unit, erasure: Erasure) -> bool:
    """What came in since from their topics: Telegram tells of each that is closed, by its name."""
    found = await unit.find(Raw, id__gt=erasure.data["late"], limit=ROWS)
    if not found:
        return await _finish(desk, unit, erasure)
    theirs = [raw for raw in found if raw.lane in erasure.data["lanes"] and raw.state is RawState.DONE]
    await _raws_emptied(unit, theirs)
    return await _note(unit, erasure, late=found[-1].id)


async def _finish(desk: Desk, unit: Unit, erasure: Erasure) -> bool:
    """It is done, and General hears how much went and what is left for people."""
    topics = erasure.data["topics"]
    lane = f"{_MAILS}:{erasure.id}"
    standing = await _standing(unit, topics)
    failed = await unit.count(Parcel, lane=lane, state__in=(ParcelState.FAILED, ParcelState.QUIET))
    for parcel in await unit.find(Parcel, lane=lane):
        await forgotten.parcel_bared(unit, parcel)
    for id_ in topics:
        if id_ not in standing:
            await unit.remove(Trace, ticket_id=id_, channel="group")
    counts = erasure.data["counts"]
    left = [desk.say("personal.left_topic", number=desk.number(id_)) for id_ in standing]
    left += [desk.say("personal.left_mails")] if failed else []
    text = desk.say("personal.forgotten", **counts)
    if left:
        text = "\n".join([text, desk.say("personal.left"), *left])
    await outbox.to_general(desk, unit, text)
    await _question(desk, unit, erasure)
    await unit.add(
        Audit(
            at=desk.now(),
            who="desk",
            what="forgotten",
            client_id=erasure.client_id,
            data={"erasure": erasure.id, **counts},
        )
    )
    for other in await unit.find(Erasure, client_id=erasure.client_id):
        await unit.save(
            replace(other, reason="", data=counts, done_at=desk.now() if other.id == erasure.id else other.done_at)
        )
    for client in await unit.find(Client, id__in=erasure.data["clients"]):
        await unit.save(replace(client, name="", spoken=""))
    log.info("client.forgotten erasure=%s", erasure.id)
    return True


async def _question(desk: Desk, unit: Unit, erasure: Erasure) -> None:
    """The question in General, whether they are to be forgotten, named them and their doors: it does so no longer."""
    if question := erasure.data.get("question"):
        place, target = question
        bare = Outgoing(
            channel="group", place="", purpose=Purpose.REPLY, act=Act.EDIT, thread_place=place, target=target,
            text=desk.say("personal.forgotten", **erasure.data["counts"]),
        )  # fmt: skip
        await outbox.send(desk, unit, bare, lane=f"group:general:{place}")


async def _standing(unit: Unit, topics: list[int]) -> list[int]:
    """The tickets whose topics could not be deleted."""
    left = []
    for id_ in topics:
        thread = await unit.first(Thread, ticket_id=id_, channel="group")
        if thread and (thread.external_id or thread.card_id):
            left.append(id_)
    return left


_SWEPT: Mapping[str, type[Any]] = {
    "messages": Message,
    "revisions": Revision,
    "asked": Ticket,
    "parcels": Parcel,
    "trail": Audit,
    "raws": Raw,
}

_STAGES: Mapping[str, Callable[[Desk, Unit, Erasure], Awaitable[bool]]] = {
    "begin": _begin,
    "tickets": _tickets,
    "elsewhere": _elsewhere,
    "messages": _sweep("messages", "revisions"),
    "revisions": _sweep("revisions", "asked"),
    "asked": _sweep("asked", "parcels"),
    "parcels": _sweep("parcels", "trail"),
    "trail": _sweep("trail", "raws"),
    "raws": _sweep("raws", "index"),
    "index": _index,
    "wait": _wait,
    "late": _late,
}
