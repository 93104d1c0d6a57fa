"""What is given out of somebody's data, as a record and as zips. What they wrote, and what they were told.

Rule: a message goes in only for a reason: it came through a door of theirs, or it went to them. Notes, strangers',
partners' and colleagues' words, and what was taken back, have none.
"""

import asyncio
import html
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from desk.accounts import Detail, Rating
from desk.desk import Desk
from desk.forgetting import Person
from desk.masking import MASK
from desk.mirroring import gone
from desk.organisations import Organisation
from desk.parcels import Parcel, ParcelState
from desk.ports import Unit
from desk.tickets import TO_CLIENT, File, Kind, Message, Revision, Ticket

_THEIRS = frozenset({Kind.WORDS, Kind.MACHINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`data` as it goes into data.json; `files`: path in the zip and key of each that is kept."""

    name: str
    language: str
    data: dict[str, Any]
    files: tuple[tuple[str, str, int], ...]


async def record(desk: Desk, view: Unit, person: Person) -> Record:
    """Everything of one person."""
    client = person.client
    language = client.language or client.spoken or desk.settings.desk.language
    company = await view.get(Organisation, client.organisation_id) if client.organisation_id else None
    # Who only claims an address of theirs may be somebody else.
    sure = [one.id for one in person.clients if one.id == client.id or one.joined_to]
    own: set[int] = {door.id for door in person.doors if door.client_id in sure}
    tickets = await view.find(Ticket, client_id__in=sure)
    files: list[tuple[str, str, int]] = []
    requests = [await _request(desk, view, ticket, own, files) for ticket in tickets]
    data = {
        "from": desk.settings.desk.name,
        "made": desk.now().isoformat(),
        "name": client.name,
        "language": language,
        "known_since": client.created_at.isoformat(),
        "organisation": company.name if company else "",
        "news": client.news_at is not None and client.no_news_at is None,
        "addresses": [
            {"channel": door.channel, "address": door.address, "name": door.name, "username": door.username}
            for door in person.doors
            if door.client_id in sure
        ],
        "requests": requests,
    }
    name = f"{desk.settings.desk.prefix}-data-{desk.now():%Y-%m-%d}"
    return Record(name=name, language=language, data=data, files=tuple(files))


async def _request(
    desk: Desk, view: Unit, ticket: Ticket, own: set[int], files: list[tuple[str, str, int]]
) -> dict[str, Any]:
    messages = [one for one in await view.find(Message, ticket_id=ticket.id) if await _is_theirs(view, one, own)]
    rating = await view.first(Rating, ticket_id=ticket.id)
    filled = await view.find(Detail, ticket_id=ticket.id, value__ne="")
    return {
        "number": desk.number(ticket.id),
        "subject": ticket.subject,
        "status": ticket.status.value,
        "created": ticket.created_at.isoformat(),
        "closed": ticket.closed_at.isoformat() if ticket.closed_at else None,
        "closed_as": ticket.closing.value if ticket.closing else None,
        "found_out": ticket.findings,
        "stars": rating.stars if rating else None,
        "said_of_us": rating.words if rating else "",
        "filled_in": {one.name: MASK if one.secret else one.value for one in filled},
        "messages": [await _message(desk, view, ticket, one, files) for one in messages],
    }


async def _is_theirs(view: Unit, message: Message, own: set[int]) -> bool:
    if message.withdrawn_at:
        return False
    if message.kind in _THEIRS:
        return message.door_id in own
    return message.kind in TO_CLIENT and await view.count(Parcel, message_id=message.id, state=ParcelState.SENT) > 0


async def _message(
    desk: Desk, view: Unit, ticket: Ticket, message: Message, files: list[tuple[str, str, int]]
) -> dict[str, Any]:
    ours = message.kind in TO_CLIENT
    shown = []
    for file in await view.find(File, message_id=message.id):
        path = f"files/{desk.number(ticket.id)}-{file.id}-{_safe(file.name)}" if file.key else ""
        if path:
            files.append((path, file.key, file.size))
        shown.append({"name": file.name, "size": file.size, "path": path, "deleted": not path and gone(message)})
    before = [] if ours else await view.find(Revision, message_id=message.id)
    return {
        "at": message.at.isoformat(),
        "from": desk.settings.desk.name if ours else message.author,
        "ours": ours,
        "text": message.text,
        "quoted": message.rest if not ours else "",
        "said_before": [{"text": one.text, "until": one.at.isoformat()} for one in before],
        "files": shown,
    }


def _safe(name: str) -> str:
    kept = "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in name).strip(" .")
    return kept[-80:] or "file"


async def zips(desk: Desk, record: Record, most: int) -> list[bytes]:
    """The record as zips of at most so many bytes; a file that fits into none is left out and named in its place."""
    packs: list[list[tuple[str, bytes]]] = [[]]
    room = most - len(_json(record)) - len(_page(desk, record).encode()) - 4096
    missing = []
    for path, key, size in record.files:
        try:
            content = await desk.files.read(key) if size < most else b""
        except (OSError, ValueError):
            content = b""
        if not content and size:
            missing.append(path)
            continue
        if len(content) + 1024 > room:
            packs.append([])
            room = most - 4096
        packs[-1].append((path, content))
        room -= len(content) + 1024
    return await asyncio.to_thread(_zipped, desk, record, packs, missing)


def _zipped(desk: Desk, record: Record, packs: list[list[tuple[str, bytes]]], missing: list[str]) -> list[bytes]:
    made = []
    for number, pack in enumerate(packs):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            if number == 0:
                archive.writestr("data.json", _json(record))
                archive.writestr("read-me.html", _page(desk, record, missing))
            for path, body in pack:
                archive.writestr(path, body)
        made.append(content.getvalue())
    return made


def _json(record: Record) -> bytes:
    return json.dumps(record.data, ensure_ascii=False, indent=1).encode()


def _page(desk: Desk, record: Record, missing: list[str] | None = None) -> str:
    """The same for reading."""
    data, say = record.data, record.language
    rows = [f"<h1>{_shown(desk.say('mine.export_title', say, name=data['name']))}</h1>"]
    there = ", ".join(f"{one['channel']}: {one['address']}" for one in data["addresses"])
    rows.append(f"<p>{_shown(desk.say('mine.export_head', say, desk=data['from'], doors=there))}</p>")
    for request in data["requests"]:
        rows.append(f"<h2>{_shown(request['number'])} · {_shown(request['subject'])}</h2>")
        filled = "; ".join(f"{name}: {value}" for name, value in request["filled_in"].items())
        rows += [f"<p>{_shown(filled)}</p>"] if filled else []
        for message in request["messages"]:
            rows.append(f"<p><b>{_shown(message['from'])}</b> <small>{_shown(message['at'][:16])}</small><br>")
            rows.append(f"{_shown(message['text'])}</p>")
            rows += [_file(desk, say, file, missing or []) for file in message["files"]]
    style = "body{font:16px sans-serif;max-width:45em;margin:2em auto;padding:0 1em}"
    head = f'<!doctype html><html lang="{say}"><meta charset="utf-8"><style>{style}</style>'
    return f"{head}<body>{''.join(rows)}</body></html>"


def _file(desk: Desk, say: str, file: dict[str, Any], missing: list[str]) -> str:
    name = _shown(file["name"])
    if file["path"] and file["path"] not in missing:
        return f'<p>📎 <a href="{html.escape(file["path"], quote=True)}">{name}</a></p>'
    key = "mine.export_file_gone" if file["deleted"] else "mine.export_file_missing"
    return f"<p>📎 {name} — {_shown(desk.say(key, say))}</p>"


def _shown(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
