"""What people's apps need besides `/control/`: files as they are, a press with its answer, commands, topics or not."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import BodyPartReader, web

from playground.botapi.drafts import Piece
from playground.botapi.errors import NotPossible
from playground.botapi.model import MEDIA, Chat, Json, User
from playground.botapi.seat import Seat
from playground.page.server import LARGEST, Page, done

PATIENCE: Final = 20.0
"""Seconds that a pressed button turns before the app gives up; the press itself is not lost."""
ALBUM_KINDS: Final = frozenset({"photo", "video", "document", "audio"})
_NUMBERS: Final = ("topic", "reply_to", "duration")


def add(app: web.Application, page: Page) -> None:
    """POST /api/upload, /api/press, /api/private-topics; GET /api/commands?chat=&person=, /api/bot?language=."""

    async def upload(request: web.Request) -> web.Response:
        fields, files = await _parts(request)
        seat = page.control.seat(fields.pop("person", None), fields.pop("group", None))
        return done(page.control.told(_sent(page, seat, fields, files)))

    async def press(request: web.Request) -> web.Response:
        body: Json = await request.json()
        seat = page.control.seat(body.get("person"), body.get("group"))
        return done(await _pressed(page, seat, int(body["message"]), str(body["button"])))

    async def switch_topics(request: web.Request) -> web.Response:
        wanted = bool((await request.json())["on"])
        page.world.set_private_topics(wanted)
        some = next(iter(page.world.chats.values()), None)  # with it everybody's chats are told anew
        page.world.tell("person", f"topics in private chats: {wanted}", chat=some)
        page.tell("private_topics", on=wanted)
        return done({"on": wanted})

    async def commands(request: web.Request) -> web.Response:
        chat, user = _chat(page, request.query), _user(page, request.query)
        return done({"commands": page.stage.bot.settings.commands_for(chat, user)})

    async def bot(request: web.Request) -> web.Response:
        texts, language = page.stage.bot.settings.texts, request.query.get("language", "")
        names = ("description", "short_description")
        return done({name: texts.get((name, language)) or texts.get((name, "")) or "" for name in names})

    app.router.add_post("/api/upload", upload)
    app.router.add_post("/api/press", press)
    app.router.add_post("/api/private-topics", switch_topics)
    app.router.add_get("/api/commands", commands)
    app.router.add_get("/api/bot", bot)


async def _parts(request: web.Request) -> tuple[dict[str, str], list[Piece]]:
    """The words and the files of a multipart request, in order; a file's part is named by its kind."""
    fields: dict[str, str] = {}
    files: list[Piece] = []
    room = LARGEST
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise ValueError("every part has a name and no parts of its own")
        if part.filename is None:
            fields[part.name] = await part.text()
            continue
        if part.name not in MEDIA:
            raise ValueError(f"a file is one of {', '.join(MEDIA)}, not {part.name!r}")
        data = bytearray()
        while chunk := await part.read_chunk(256 * 1024):
            data += chunk
            if len(data) > room:
                raise ValueError(f"the files are too large: this page takes {LARGEST // 1024 // 1024} MB at once")
        room -= len(data)
        mime = part.headers.get("Content-Type", "").partition(";")[0] or None
        files.append(Piece(kind=part.name, data=bytes(data), name=part.filename, mime=mime))
    return fields, files


def _sent(page: Page, seat: Seat, fields: dict[str, str], files: list[Piece]) -> Any:
    """The files as one message, several as one album, with the caption on the first."""
    where: Json = {name: int(fields[name]) for name in _NUMBERS if fields.get(name)}
    extra: Json = {"duration": where.pop("duration")} if "duration" in where else {}
    extra |= {"emoji": fields["emoji"]} if fields.get("emoji") else {}
    where = page.control.arguments(seat.chat_here, where)
    caption = fields.get("caption") or None
    if not files:
        raise ValueError("there is no file")
    if len(files) > 1:
        if {piece.kind for piece in files} - ALBUM_KINDS:
            raise NotPossible("an album has photos, videos, documents or audio")
        first = files[0]
        captioned = Piece(kind=first.kind, data=first.data, name=first.name, caption=caption, mime=first.mime)
        return seat.album([captioned, *files[1:]], **where)
    one = files[0]
    return seat.send(one.kind, one.data, name=one.name, mime=one.mime, caption=caption, extra=extra, **where)


async def _pressed(page: Page, seat: Seat, message: int, button: str) -> Json:
    """What the person sees of a press: the bot's words, as a notice or as an alert, or that it is silent so far."""
    queries = page.world.queries
    before = len(queries.all)
    text = await seat.press(seat.chat_here.messages[message], button, timeout=None)
    if len(queries.all) == before:
        return {"text": text}
    query = queries.all[before]
    try:
        async with asyncio.timeout(PATIENCE):
            await query.answered.wait()
    except TimeoutError:
        return {"silent": True}
    answer = query.answer
    assert answer is not None
    return {"text": answer.text, "show_alert": answer.show_alert, "url": answer.url}


def _chat(page: Page, query: Mapping[str, str]) -> Chat:
    return page.world.chats[int(query["chat"])]


def _user(page: Page, query: Mapping[str, str]) -> User:
    return page.world.users[int(query["person"])]
