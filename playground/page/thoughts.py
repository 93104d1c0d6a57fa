"""What the desk thinks, for the page's last pane: asked of its database, told anew whenever that changed."""

import asyncio
import logging
from typing import Final

from aiohttp import web

from playground.botapi.model import Json
from playground.page.ports import Insight
from playground.page.server import Page, done

PAUSE: Final = 0.06
"""Seconds between two looks at the database's version, which cost some microseconds each."""
MOST: Final = 2_000
"""Entries of a trail that are told at once."""
CALLS: Final = 300
"""Calls of the Bot API that a fresh page is told."""

_log = logging.getLogger(__name__)


def add(app: web.Application, page: Page) -> None:
    """GET /api/thoughts and /api/thoughts/{number}, ?language=; /api/thoughts/of?chat=&thread=; /api/thoughts/calls."""

    async def overview(request: web.Request) -> web.Response:
        query = request.query
        before, undone = _whole(query.get("before", "")), query.get("undone") == "1"
        return done(await _insight(page).overview(query.get("language", ""), before=before, undone=undone))

    async def ticket(request: web.Request) -> web.Response:
        number, entries = _whole(request.match_info["number"]), _whole(request.query.get("entries", ""))
        language = request.query.get("language", "")
        return done(await _insight(page).ticket(number, language, entries=min(entries, MOST)))

    async def looked_at(request: web.Request) -> web.Response:
        thread = request.query.get("thread", "")
        number = await _insight(page).looked_at(int(request.query["chat"]), int(thread) if thread else None)
        return done({"number": number})

    async def calls(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp hands it over
        return done(_calls(page))

    app.router.add_get("/api/thoughts", overview)
    app.router.add_get("/api/thoughts/calls", calls)
    app.router.add_get("/api/thoughts/of", looked_at)
    app.router.add_get(r"/api/thoughts/{number:\d{1,9}}", ticket)
    if page.insight is not None:
        page.spawn(_watch(page, page.insight), "thoughts")


def _insight(page: Page) -> Insight:
    if page.insight is None:
        raise LookupError("without a desk there are no thoughts")
    return page.insight


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _calls(page: Page) -> list[Json]:
    """The newest calls of the Bot API, the oldest of them first; what they carried is nobody's business here."""
    found: list[Json] = []
    for event in reversed(page.world.log):
        if event.kind == "call":
            told = {name: event.data.get(name) for name in ("method", "status", "description")}
            chat = (event.data.get("params") or {}).get("chat_id")
            found.append({"number": event.number, "at": event.at.isoformat(), "chat": chat, **told})
            if len(found) == CALLS:
                break
    return found[::-1]


async def _watch(page: Page, insight: Insight) -> None:
    """Let the pages know of every change, soon and once."""
    known: int | None = None
    while True:
        try:
            version = await insight.version()
        except Exception:  # noqa: BLE001 - the pane rests, the page goes on
            _log.exception("the desk's database cannot be looked at")
            await asyncio.sleep(1)
            continue
        if known not in {None, version}:
            page.tell("thoughts", version=version)
        known = version
        await asyncio.sleep(PAUSE)
