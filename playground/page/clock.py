"""The page's clock: stands, goes on, jumps; what falls due in between is done on the way and not all at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from playground.botapi.model import Json
from playground.desk_process import DeskGone
from playground.page.server import Page, done

STEP: Final = timedelta(hours=12)
"""A desk whose mail is silent for a day takes that for an outage, so long spans pass in half days."""
JUMPS: Final = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1),
}  # fmt: skip
PATIENCE: Final = 15.0
"""Seconds that one step may take; a desk that is cut off from its mail never comes to rest."""


class Passing:
    """Lets time pass, one span after the other."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._turn = asyncio.Lock()

    async def pass_(self, span: timedelta) -> None:
        """Let so much time pass."""
        async with self._turn:
            stage = self._page.stage
            end = stage.clock() + span
            while (left := end - stage.clock()) > timedelta():
                step = min(STEP, left)
                stage.jump(step)
                self.tell(left=left - step)
                await self._work(long=step >= STEP)
            self.tell()

    def tell(self, left: timedelta = timedelta()) -> None:
        self._page.tell("clock", **self._page.clock_json(), left_seconds=max(left, timedelta()).total_seconds())

    async def _work(self, *, long: bool) -> None:
        """Let the desk do what has fallen due, if there is one."""
        desk = self._page.desk
        if desk is None or not desk.ready:
            return
        try:
            if long and not self._page.stage.mails_cut:
                await self._until(lambda: desk.ask("mail_heard"))
            await desk.ask("tick")
            await self._until(self._at_rest)
        except DeskGone:
            return  # killed on the way: time passes all the same, and it will find what is due

    async def _at_rest(self) -> bool:
        desk = self._page.desk
        assert desk is not None
        return not self._page.world.inbox.pending and bool(await desk.ask("at_rest"))

    async def _until(self, condition: Callable[[], Awaitable[object]]) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        quiet = 0
        while quiet < 2 and loop.time() < end:
            quiet = quiet + 1 if await condition() else 0
            await asyncio.sleep(0.02)


def add(app: web.Application, page: Page) -> None:
    """POST /api/clock {"do": "pause" | "resume" | "jump" | "working", "by"?: "hour"…, "seconds"?: 90}."""
    passing = Passing(page)

    async def act(request: web.Request) -> web.Response:
        body: Json = await request.json()
        match body.get("do"):
            case "pause":
                page.stage.clock.pause()
                passing.tell()
            case "resume":
                page.stage.clock.resume()
                passing.tell()
            case "jump":
                await passing.pass_(_span(body))
            case "working":
                now: datetime = page.stage.clock()
                if page.insight is None:
                    raise ValueError("without a desk nobody knows its working hours")
                await passing.pass_(page.insight.next_working(now) - now)
            case other:
                raise ValueError(f"the clock does not know {other!r}")
        return done(page.clock_json())

    app.router.add_post("/api/clock", act)


def _span(body: Json) -> timedelta:
    if "by" in body:
        return JUMPS[body["by"]]
    seconds = float(body.get("seconds", 0))
    if not 0 < seconds <= JUMPS["week"].total_seconds() * 60:
        raise ValueError("a span is longer than nothing and shorter than sixty weeks")
    return timedelta(seconds=seconds)
