"""The page's faults: what goes wrong by somebody's wish, the desk killed and started, the count of what got lost."""

import re
from typing import Final

from aiohttp import web

from playground.botapi.model import Json
from playground.desk_process import DeskProcess, Phase
from playground.mail.world import PASSWORD
from playground.page.clock import PASSING
from playground.page.losses import counted
from playground.page.misfortunes import Misfortunes
from playground.page.server import Page, done

LOG: Final = 64 * 1024
"""Bytes of the desk's log that a page is shown: the end of it."""


def add(app: web.Application, page: Page) -> None:
    """/api/faults, /api/desk: see each handler."""
    faults = Misfortunes(page)
    app[PASSING].ill = lambda: faults.ill
    page.more["faults"] = lambda: {"active": faults.json()}
    page.stage.mails.turned.append(faults.mail_turned)

    async def close() -> None:
        page.stage.mails.turned.remove(faults.mail_turned)
        await faults.mend()

    page.closing.append(close)
    _follow(page)

    async def read(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp hands it over
        """GET /api/faults: {"active": [{"key", "left", "befell", …}]}."""
        return done({"active": faults.json()})

    async def act(request: web.Request) -> web.Response:
        """POST /api/faults {"do": "on" | "off" | "mend", "fault": "telegram.429", "times"?, "retry_after"?, …}."""
        body: Json = await request.json()
        match body.get("do"):
            case "on":
                await faults.on(str(body.get("fault")), body)
            case "off":
                await faults.off(str(body.get("fault")))
            case "mend":
                await faults.mend()
                await _mend_people(page)
            case other:
                raise ValueError(f"faults do not know {other!r}")
        return done({"active": faults.json()})

    async def losses(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp hands it over
        """GET /api/losses: what people wrote and were told, and what became of it."""
        return done(await counted(page))

    app.router.add_get("/api/faults", read)
    app.router.add_post("/api/faults", act)
    app.router.add_get("/api/losses", losses)
    _add_desk(app, page)


def _add_desk(app: web.Application, page: Page) -> None:
    async def act(request: web.Request) -> web.Response:
        """POST /api/desk {"do": "kill" | "start"}; a start is answered when it is ready, or with why it is not."""
        body: Json = await request.json()
        desk = _desk(page)
        match body.get("do"):
            case "kill":
                await desk.kill()
            case "start":
                await desk.start()
            case other:
                raise ValueError(f"the desk cannot be told {other!r}")
        return done(page.desk_json())

    async def log(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp hands it over
        """GET /api/desk/log: the end of the desk's log."""
        text = _without_secrets(_end_of_log(_desk(page)), page.stage.bot.token)
        headers = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
        return web.Response(text=text, headers=headers)

    app.router.add_post("/api/desk", act)
    app.router.add_get("/api/desk/log", log)


def _follow(page: Page) -> None:
    """Let every page know when the desk comes or goes."""
    if (desk := page.desk) is None:
        return
    page.more["desk"] = lambda: {"phase": desk.phase.value, "code": desk.code}

    def changed() -> None:
        page.tell("desk", **page.desk_json())

    async def unfollow() -> None:
        desk.changed.remove(changed)

    desk.changed.append(changed)
    page.closing.append(unfollow)


async def _mend_people(page: Page) -> None:
    """Those who blocked the bot think better of it, and the desk runs again."""
    for person in page.world.people:
        person.unblock()
    if page.desk is not None and page.desk.phase is not Phase.LEAVING:
        await page.desk.start()


def _desk(page: Page) -> DeskProcess:
    if page.desk is None:
        raise ValueError("there is no desk here")
    return page.desk


def _end_of_log(desk: DeskProcess) -> str:
    try:
        with desk.log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LOG))
            whole = file.read()
    except FileNotFoundError:
        return ""
    return (whole if size <= LOG else whole.partition(b"\n")[2]).decode(errors="replace")


def _without_secrets(text: str, token: str) -> str:
    """The desk blacks them out itself; this is for a traceback that went past it."""
    text = text.replace(token, "•••").replace(token.partition(":")[2], "•••")
    return re.sub(rf"\b{re.escape(PASSWORD)}\b", "•••", text)
