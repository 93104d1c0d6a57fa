"""What is out of order in the world around the desk, by somebody's wish: switched on, counted, switched off.

Rule: one misfortune of a kind at a time, and each knows how to end itself; people's own doings go past the Bot API, so
that the page works on whatever happens to the desk.
"""

import asyncio
from functools import partial
from inspect import isawaitable
from typing import Final

from playground.botapi.model import Json
from playground.page.ills import KINDS, Misfortune, Order
from playground.page.server import Page

_SILENT: Final = frozenset({"telegram.hang", "telegram.down", "telegram.rival", "mail.hang"})
_TELL: Final = 0.1
"""Seconds in which many strikes are told as one."""


class Misfortunes:
    """What is out of order now. `on`, `off` and `mend` tell all pages."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._server = page.stage.bot
        self._on: dict[str, Misfortune] = {}
        self._telling: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()

    @property
    def ill(self) -> bool:
        """Whether the desk may be unable to come to rest: it waits for somebody, or others have no way to it."""
        self._forget_spent()
        deaf = any(one.about.get("what", "sending") != "sending" for one in self._on.values())
        return deaf or not _SILENT.isdisjoint(self._on)

    def json(self) -> list[Json]:
        """What is on: "key", how many calls are left (None: all), how many it befell, and what it was told."""
        self._forget_spent()
        return [
            {"key": key, "left": one.fault.times if one.fault else None, "befell": one.fault.befell if one.fault else 0}
            | one.about
            for key, one in self._on.items()
        ]  # fmt: skip

    async def on(self, key: str, how: Json) -> None:
        """Switch it on, in the place of one of its kind. ValueError for a kind or a number that there is not."""
        if key not in KINDS:
            raise ValueError(f"there is no fault {key!r}")
        order = Order(page=self._page, how=how, struck=self._struck, over=partial(self.noted, key, on=False))
        try:
            async with self._turn:
                await self._end(key)
                begun = KINDS[key](order)
                self._on[key] = await begun if isawaitable(begun) else begun
        finally:
            self.tell()  # also when the wish was none that can be: what was on has ended

    async def off(self, key: str) -> None:
        """Switch it off, if it is on."""
        async with self._turn:
            await self._end(key)
        self.tell()

    async def mend(self) -> None:
        """Switch off all that is on."""
        async with self._turn:
            for key in list(self._on):
                await self._end(key)
            self._server.clear()  # what others have ordered over /control/
        self.tell()

    def mail_turned(self, up: bool) -> None:
        """The mail servers came or went, perhaps by somebody else's wish."""
        self.noted("mail.cut", on=self._page.stage.mails_cut and not up)

    def noted(self, key: str, *, on: bool) -> None:
        """One of that kind began or ended without us."""
        if on == (key in self._on):
            return
        if on:
            self._on[key] = Misfortune(end=self._page.stage.mend_mails)
        else:
            del self._on[key]
        self.tell()

    def tell(self) -> None:
        """Let every page know what is on."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        self._page.tell("fault", active=self.json())

    def _struck(self) -> None:
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_TELL, self.tell)

    def _forget_spent(self) -> None:
        for key, one in list(self._on.items()):
            if one.fault is not None and not self._server.stands(one.fault):
                del self._on[key]

    async def _end(self, key: str) -> None:
        one = self._on.pop(key, None)
        if one is None:
            return
        if one.fault is not None:
            self._server.withdraw(one.fault)
        ended = one.end()
        if isawaitable(ended):
            await ended
