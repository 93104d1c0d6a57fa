"""The mailbox pane's addresses: lists, mails, their parts, and what a person does with them.

A mail server that is away is no mistake of whoever asked: such an answer is {"away": true}.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web
from aiohttp.helpers import content_disposition_header

from playground.page.mailbox import looks, reading, words
from playground.page.mailbox.boxes import Mailboxes
from playground.page.mailbox.index import INBOX
from playground.page.mailbox.line import Away
from playground.page.mailbox.writing import Unwritten
from playground.page.server import Page, done, refused

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.Response]]

MOST: Final = 1000
"""Mails of one list; a search looks through all."""
SILENT: Final = {"Content-Security-Policy": "sandbox; default-src 'none'"}
"""For whatever came with a mail: even when somebody opens it by hand it can do nothing."""


def add(app: web.Application, page: Page) -> None:
    """GET /api/mail, /api/mail/{list,read,template,html,raw,part}?address=…; POST /api/mail/{box,send,raw,mark,…}."""
    boxes = Mailboxes(page)
    reads, writes = _reads(boxes), _writes(boxes)
    files = {"html": _html, "raw": _raw, "part": _part}

    async def read(request: web.Request) -> web.Response:
        return await _answer(reads[request.match_info["what"]](request.query))

    async def file(request: web.Request) -> web.Response:
        query = request.query
        try:
            fetched = await boxes.read(query["address"], query.get("folder", INBOX), int(query["uid"]))
        except Away:
            return refused(503, "the mail server is away")
        return await asyncio.to_thread(files[request.match_info["what"]], fetched.content, query)

    async def write(request: web.Request) -> web.Response:
        return await _answer(writes[request.match_info["what"]](await request.json()))

    async def boxes_there(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp hands it over
        return await _answer(boxes.boxes())

    app.router.add_get("/api/mail", boxes_there)
    app.router.add_get("/api/mail/{what:html|raw|part}", file)
    app.router.add_get("/api/mail/{what:list|read|template}", read)
    app.router.add_post("/api/mail/{what:box|send|raw|mark|delete|move}", write)


def _reads(boxes: Mailboxes) -> Mapping[str, Callable[[Mapping[str, str]], Awaitable[Any]]]:
    async def listed(query: Mapping[str, str]) -> Any:
        limit = max(1, min(MOST, int(query.get("limit", 50))))
        return await boxes.listed(query["address"], query.get("folder", INBOX), limit, query.get("q", ""))

    async def read(query: Mapping[str, str]) -> Any:
        folder = query.get("folder", INBOX)
        fetched = await boxes.read(query["address"], folder, int(query["uid"]))
        return await asyncio.to_thread(reading.view, fetched, folder)

    async def template(query: Mapping[str, str]) -> Any:
        uid = int(query["uid"]) if query.get("uid") else None
        where, language = query.get("folder", INBOX), query.get("language", "ru")
        return await boxes.template(query["kind"], query["address"], where, uid, language)

    return {"list": listed, "read": read, "template": template}


def _writes(boxes: Mailboxes) -> Mapping[str, Callable[[Json], Awaitable[Any]]]:
    async def box(body: Json) -> Any:
        return await boxes.give(str(body.get("name", "")), str(body.get("address", "")))

    async def send(body: Json) -> Any:
        return await boxes.send(str(body["from"]), body)

    async def raw(body: Json) -> Any:
        return await boxes.send_raw(str(body["from"]), body)

    async def mark(body: Json) -> Any:
        await boxes.mark(str(body["address"]), str(body["folder"]), _uids(body), seen=bool(body.get("seen", True)))

    async def delete(body: Json) -> Any:
        await boxes.delete(str(body["address"]), str(body["folder"]), _uids(body))

    async def move(body: Json) -> Any:
        await boxes.move(str(body["address"]), str(body["folder"]), _uids(body), str(body["to"]))

    return {"box": box, "send": send, "raw": raw, "mark": mark, "delete": delete, "move": move}


async def _answer(work: Awaitable[Any]) -> web.Response:
    try:
        return done(await work)
    except Away:
        return done({"away": True})
    except Unwritten as error:
        return done({"sent": False, "why": error.why, "which": error.which})
    except KeyError as error:
        return refused(400, f"{error.args[0]!r} is missing, or there is no such thing")


def _html(content: bytes, query: Mapping[str, str]) -> web.Response:
    del query
    headers = {"Content-Security-Policy": looks.POLICY, "Cache-Control": "private, max-age=600"}
    return web.Response(text=reading.document(content), content_type="text/html", charset="utf-8", headers=headers)


def _raw(content: bytes, query: Mapping[str, str]) -> web.Response:
    """The mail as it lies on the server: to be read, or with ?download as a file to the last byte."""
    if "download" in query:
        how = content_disposition_header("attachment", filename=f"{query['uid']}.eml")
        headers = SILENT | {"Content-Disposition": how}
        return web.Response(body=content, content_type="message/rfc822", headers=headers)
    return web.Response(text=words.plain(content, None), content_type="text/plain", charset="utf-8", headers=SILENT)


def _part(content: bytes, query: Mapping[str, str]) -> web.Response:
    name, kind, data = reading.attachment(content, int(query["part"]))
    picture = kind in reading.PICTURES and "download" not in query
    headers = SILENT | {
        "Content-Type": kind if picture else "application/octet-stream",
        "Content-Disposition": content_disposition_header("inline" if picture else "attachment", filename=name),
        "Cache-Control": "private, max-age=600",
    }
    return web.Response(body=data, headers=headers)


def _uids(body: Json) -> list[int]:
    return [int(uid) for uid in body["uids"]]
