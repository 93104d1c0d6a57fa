"""Time that passes at once: in steps, so that what falls due on the way is done in its order and at its hour.

Rule: spans pass one after the other, and a step is over only when the desk has done what fell due in it, or cannot.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from playground.botapi.model import Json
from playground.desk_process import DeskGone
from playground.page.server import Page

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)
NIGHT: Final = timedelta(hours=12)
"""A desk whose mail is silent for a day takes that for an outage, so long nights pass in half days."""
SHORT: Final = timedelta(hours=2)
"""So long a span passes in quarters of an hour."""
PATIENCE: Final = 10.0
"""Seconds that one step may take."""
ILL_PATIENCE: Final = 0.5
"""The same while something is out of order: a desk that is cut off never comes to rest …"""
ILL_WHOLE: Final = 3.0
"""… and so many for all steps of a span."""
DEAD_STEP: Final = 0.01
"""Seconds of a step without a desk, so that one sees the time pass."""
ORDER: Final = 5.0
"""Seconds for one order to the desk."""

Until = Callable[[datetime], datetime]
"""The moment until which time shall pass, from the one at which its turn came."""


@dataclass(slots=True, kw_only=True, eq=False)
class Span:
    """A span on its way."""

    start: datetime
    end: datetime
    stopped: bool = False
    waited: float = 0.0
    """Seconds that ill steps have taken so far."""


class Passing:
    """Lets time pass, one span after the other; `ill` says whether something is out of order."""

    def __init__(self, page: Page) -> None:
        self.ill: Callable[[], bool] = lambda: False
        self._page = page
        self._turn = asyncio.Lock()
        self._span: Span | None = None
        self._stops = 0

    async def until(self, end: Until) -> Json:
        """Let time pass until then; what has happened on the way."""
        stops = self._stops
        async with self._turn:
            now = self._page.stage.clock()
            if stops != self._stops:  # stopped while it waited for its turn
                return {"start": now.isoformat(), "end": now.isoformat(), "stopped": True, "sent": {}}
            self._span = span = Span(start=now, end=max(now, end(now)))
            try:
                await self._walk(span)
            finally:
                self._span = None
                passed = await self._passed(span)
                self.tell(passed=passed)
            return passed

    def stop(self) -> None:
        """Let the span on its way end here, and those that wait for their turn not begin."""
        self._stops += 1
        if self._span is not None:
            self._span.stopped = True

    def json(self) -> Json:
        """The span on its way, and whether the company works now."""
        now, span, insight = self._page.stage.clock(), self._span, self._page.insight
        told: Json = {"working": None if insight is None else insight.working(now), "passing": None}
        if span is not None:
            told["passing"] = {"start": span.start.isoformat(), "end": span.end.isoformat()}
        return told

    def tell(self, **more: Any) -> None:
        """Let every page know what time it is."""
        self._page.tell("clock", **self._page.clock_json(), **more)

    async def _walk(self, span: Span) -> None:
        stage = self._page.stage
        self.tell()
        while not span.stopped and (left := span.end - stage.clock()) > timedelta():
            stage.jump(min(left, self._step(span)))
            self.tell()
            await self._work(span)

    def _step(self, span: Span) -> timedelta:
        """How long nothing is missed: by working time a little at once, a night up to its morning."""
        now, insight = self._page.stage.clock(), self._page.insight
        if span.end - span.start <= SHORT:
            return QUARTER
        if insight is None:
            return NIGHT
        if insight.working(now):
            return HOUR
        morning = insight.next_working(now) - now
        return min(NIGHT, morning) if morning > timedelta() else HOUR

    async def _work(self, span: Span) -> None:
        """Let the desk do what has fallen due, if there is one."""
        desk, stage = self._page.desk, self._page.stage
        if desk is None or not desk.ready:
            await asyncio.sleep(DEAD_STEP)
            return
        ill, loop = self.ill(), asyncio.get_running_loop()
        begun = loop.time()
        end = begun + (max(0.0, min(ILL_PATIENCE, ILL_WHOLE - span.waited)) if ill else PATIENCE)
        try:
            if not stage.mails_cut:
                await self._quiet(lambda: desk.ask("mail_heard", ORDER), end)
            await desk.ask("tick", ORDER)
            await self._quiet(self._at_rest, end)
        except DeskGone:
            return  # killed on the way: time passes all the same, and it will find what is due
        finally:
            span.waited += loop.time() - begun if ill else 0.0

    async def _at_rest(self) -> bool:
        desk = self._page.desk
        assert desk is not None
        return not self._page.world.inbox.pending and bool(await desk.ask("at_rest", ORDER))

    async def _quiet(self, condition: Callable[[], Awaitable[object]], end: float) -> None:
        """Wait for it, asking once at least."""
        loop = asyncio.get_running_loop()
        while not await condition():
            if loop.time() >= end:
                return
            await asyncio.sleep(0.01)

    async def _passed(self, span: Span) -> Json:
        insight = self._page.insight
        sent = {} if insight is None else await insight.sent_since(span.start)
        return {
            "start": span.start.isoformat(), "end": self._page.stage.clock().isoformat(), "stopped": span.stopped,
            "sent": sent,
        }  # fmt: skip
