"""What a source says of its health at any moment, written down about once a minute."""

import asyncio
import logging
from datetime import datetime, timedelta

from desk import health
from desk.desk import Desk
from desk.disk import TROUBLES

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=50)
"""The same news is not written down more often; a change is at once."""

AGAIN = 5.0
"""Seconds before a news that could not be written is tried again."""


class Hearing:
    """Called with each news of one source; `run` keeps the newest of them."""

    def __init__(self, desk: Desk, source: str) -> None:
        self._desk = desk
        self._source = source
        self._news = (True, "")
        self._written: tuple[bool, datetime] | None = None
        self._came = asyncio.Event()

    def __call__(self, ok: bool, reason: str) -> None:
        """Take a news; nothing is written yet."""
        self._news = (ok, reason)
        self._came.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._came.wait()
            self._came.clear()
            ok, reason = self._news
            if not self._is_news(ok):
                continue
            try:
                await health.heard(self._desk, self._source, ok=ok, reason=reason)
            except TROUBLES as trouble:
                log.warning("hearing.not_written source=%s %s", self._source, trouble)
                await asyncio.sleep(AGAIN)
                self._came.set()
            else:
                self._written = (ok, self._desk.now())

    def _is_news(self, ok: bool) -> bool:
        if self._written is None or self._written[0] is not ok:
            return True
        return abs(self._desk.now() - self._written[1]) >= EVERY
