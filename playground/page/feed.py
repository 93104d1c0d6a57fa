"""The stream of events as every open page reads it: made into bytes once, read at each page's own pace.

Rule: a page that reads slowly costs a number and no memory; what it missed is made anew from the world's log.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from typing import Any, Final

from playground.botapi.transcript import Event
from playground.botapi.world import World
from playground.page import events

KEPT: Final = 2_000
"""So many of the latest events lie ready; a line that was cut asks for a handful."""
LARGEST: Final = 256 * 1024
"""Bytes that are handed out at once, so that a long way to catch up does not hold up everybody else."""

_log = logging.getLogger(__name__)


def line(value: Any) -> str:
    """JSON without blanks, in the letters that it is written in; half a letter becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Feed:
    """The events of a world for any number of readers. `run` must be at work."""

    def __init__(self, world: World, *, kept: int = KEPT) -> None:
        self._world = world
        self._kept = kept
        self._made: OrderedDict[int, bytes] = OrderedDict()
        self._last = len(world.log)
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Make what happens into bytes until cancelled."""
        async for event in self._world.events(since=self._last):
            self._bytes(event)
            self._last = event.number
            news, self._news = self._news, asyncio.Event()
            news.set()

    async def after(self, number: int) -> tuple[int, bytes]:
        """What happened after event `number`: up to which event, and the stream's bytes of it; waits for some."""
        while True:
            news = self._news  # before looking, so that nothing is slept through
            if number < self._last:
                reached, found = self._next(number)
                if found:
                    return reached, found
                number = reached
                continue
            await news.wait()

    def _next(self, number: int) -> tuple[int, bytes]:
        found = bytearray()
        while number < self._last and len(found) < LARGEST:
            found += self._bytes(self._world.log[number])
            number += 1
        return number, bytes(found)

    def _bytes(self, event: Event) -> bytes:
        if (made := self._made.get(event.number)) is not None:
            return made
        made = self._make(event)
        if event.number > self._last - self._kept:
            self._made[event.number] = made
        while len(self._made) > self._kept:
            self._made.popitem(last=False)
        return made

    def _make(self, event: Event) -> bytes:
        if not events.of_interest(event):
            return b""
        try:
            said = line(events.told(self._world, event))
        except Exception:  # noqa: BLE001 - logged whole
            # One event that cannot be told must not silence all that come after it.
            _log.exception("an event that no page can be told of", extra={"kind": event.kind, "number": event.number})
            return b""
        return f"id: {event.number}\ndata: {said}\n\n".encode(errors="replace")
