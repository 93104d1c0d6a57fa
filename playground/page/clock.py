"""The page's clock: it stands, goes on, jumps."""

import asyncio
from datetime import timedelta
from typing import Final

from aiohttp import web

from playground.botapi.model import Json
from playground.page.passing import Passing, Until
from playground.page.server import Page, done

JUMPS: Final = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1),
}  # fmt: skip
PASSING: Final = web.AppKey("passing", Passing)
LONGEST: Final = timedelta(weeks=60)


def add(app: web.Application, page: Page) -> None:
    """POST /api/clock {"do": "pause" | "resume" | "jump" | "working" | "stop", "by"?: "hour"…, "seconds"?: 90}.

    A jump is answered when the time has passed, with what has happened in it.
    """
    passing = app[PASSING] = Passing(page)
    page.more["clock"] = passing.json

    async def act(request: web.Request) -> web.Response:
        body: Json = await request.json()
        passed: Json = {}
        match body.get("do"):
            case "pause":
                page.stage.clock.pause()
            case "resume":
                page.stage.clock.resume()
            case "stop":
                passing.stop()
            case "jump":
                span = _span(body)
                passed = await _until(passing, page, lambda now: now + span)
            case "working":
                if (insight := page.insight) is None:
                    raise ValueError("without a desk nobody knows its working hours")
                passed = await _until(passing, page, insight.next_working)
            case other:
                raise ValueError(f"the clock does not know {other!r}")
        if not passed:
            passing.tell()
        return done({**page.clock_json(), "passed": passed})

    app.router.add_post("/api/clock", act)


async def _until(passing: Passing, page: Page, end: Until) -> Json:
    """Time passes to its end also when the page that wished it is closed on the way."""
    return await asyncio.shield(page.spawn(passing.until(end), "time passes"))


def _span(body: Json) -> timedelta:
    if "by" in body:
        if body["by"] not in JUMPS:
            raise ValueError(f"there is no such span as {body['by']!r}")
        return JUMPS[body["by"]]
    seconds = body.get("seconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError("a span is longer than nothing and no longer than sixty weeks")
    return timedelta(seconds=seconds)
