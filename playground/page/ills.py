"""The kinds of misfortune that the page can switch on, each with how it begins and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from playground.botapi.faults import Fault
from playground.botapi.model import Json
from playground.page.server import Page

WHAT: Final = {"sending": "-getUpdates", "hearing": "getUpdates", "all": "*"}
"""Which calls of the desk's a misfortune of Telegram's befalls."""
MOST: Final = 10_000
"""Calls."""
LONGEST: Final = 3_600
"""Seconds, of `retry_after` and until a kill."""
PAUSE: Final = 0.5
"""Seconds between two tries of the other poller."""


@dataclass(slots=True, kw_only=True, eq=False)
class Misfortune:
    """One that is on. `fault` counts the calls that it befalls, where it is of calls."""

    about: Json = field(default_factory=dict)
    fault: Fault | None = None
    end: Callable[[], Awaitable[None] | None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wishes. `struck` is to be called when it befalls something, `over` when it ended by itself."""

    page: Page
    how: Json
    struck: Callable[[], None]
    over: Callable[[], None]

    @property
    def what(self) -> str:
        """The calls that go wrong, as `WHAT` names them."""
        what = str(self.how.get("what", "sending"))
        if what not in WHAT:
            raise ValueError(f"what goes wrong is one of {', '.join(WHAT)}")
        return what

    @property
    def times(self) -> int | None:
        """How many calls; None: all, until it is switched off."""
        return None if self.how.get("times") is None else self.number("times", 1, MOST)

    def number(self, name: str, usual: int, most: int) -> int:
        number: Any = self.how.get(name, usual)
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
            raise ValueError(f"{name} is a whole number from 1 to {most}")
        return number


def _too_many(order: Order) -> Misfortune:
    what, seconds = order.what, order.number("retry_after", 15, LONGEST)
    server = order.page.stage.bot
    fault = server.fail_next(WHAT[what], 429, times=order.times, retry_after=seconds, struck=order.struck)
    return Misfortune(fault=fault, about={"what": what, "retry_after": seconds})


def _broken(order: Order) -> Misfortune:
    what = order.what
    fault = order.page.stage.bot.fail_next(WHAT[what], 500, times=order.times, struck=order.struck)
    return Misfortune(fault=fault, about={"what": what})


def _lost(order: Order) -> Misfortune:
    return Misfortune(fault=order.page.stage.bot.answer_then_cut(WHAT["sending"], order.times, struck=order.struck))


def _hanging(order: Order) -> Misfortune:
    what, server = order.what, order.page.stage.bot
    server.hang(WHAT[what])
    return Misfortune(about={"what": what}, end=lambda: server.release(WHAT[what]))


async def _down(order: Order) -> Misfortune:
    server = order.page.stage.bot
    await server.down()
    return Misfortune(end=server.up)


def _rival(order: Order) -> Misfortune:
    server = order.page.stage.bot
    rival = order.page.spawn(_poll(f"{server.url}/bot{server.token}/getUpdates"), "another poller")

    async def leave() -> None:
        rival.cancel()
        await asyncio.gather(rival, return_exceptions=True)

    return Misfortune(end=leave)


async def _poll(url: str) -> None:
    """Ask for updates as a second bot with the same token would; it confirms none, so that nobody loses any by it."""
    async with aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(url, json={"timeout": 1}) as answer:
                    await answer.read()
            await asyncio.sleep(PAUSE)


async def _cut(order: Order) -> Misfortune:
    await order.page.stage.cut_mails()
    return Misfortune(end=order.page.stage.mend_mails)


def _deaf(order: Order) -> Misfortune:
    imap = order.page.stage.mails.imap

    def end() -> None:
        imap.faults.deaf = False
        imap.cut()

    imap.faults.deaf = True
    imap.cut()  # those who are there already come again, and wait
    return Misfortune(end=end)


def _full(order: Order) -> Misfortune:
    faults = order.page.stage.mails.smtp.faults
    faults.full = True
    return Misfortune(end=lambda: setattr(faults, "full", False))


def _greylist(order: Order) -> Misfortune:
    faults = order.page.stage.mails.smtp.faults
    faults.greylist = True
    return Misfortune(end=lambda: setattr(faults, "greylist", False))


def _refusing(order: Order) -> Misfortune:
    mails, address = order.page.stage.mails, str(order.how.get("address", "")).strip().lower()
    if not mails.imap.has_user(address):
        raise ValueError(f"nobody here has the address {address!r}")
    refuse = mails.smtp.faults.refuse
    refuse[address] = f"550 5.1.1 <{address}>: no such user here"

    def end() -> None:
        refuse.pop(address, None)

    return Misfortune(about={"address": address}, end=end)


def _kill_on_call(order: Order) -> Misfortune:
    desk, server, when = order.page.desk, order.page.stage.bot, order.how.get("when", "after")
    if desk is None or when not in {"before", "after"}:
        raise ValueError('a desk is killed "before" or "after" a call')

    def strike() -> None:
        desk.strike()
        order.struck()

    if when == "before":
        fault = server.fail_next("sendMessage", 502, struck=strike)
    else:
        fault = server.answer_then_cut("sendMessage", struck=strike)
    return Misfortune(fault=fault, about={"when": when})


def _kill_in(order: Order) -> Misfortune:
    desk, seconds = order.page.desk, order.number("seconds", 5, LONGEST)
    if desk is None:
        raise ValueError("there is no desk here")

    def strike() -> None:
        desk.strike()
        order.over()

    timer = asyncio.get_running_loop().call_later(seconds, strike)
    return Misfortune(about={"seconds": seconds}, end=timer.cancel)


KINDS: Final[Mapping[str, Callable[[Order], Misfortune | Awaitable[Misfortune]]]] = {
    "telegram.429": _too_many, "telegram.500": _broken, "telegram.hang": _hanging, "telegram.down": _down,
    "telegram.lost": _lost, "telegram.rival": _rival, "mail.cut": _cut, "mail.hang": _deaf, "mail.full": _full,
    "mail.greylist": _greylist, "mail.refuse": _refusing, "desk.on_call": _kill_on_call, "desk.in": _kill_in,
}  # fmt: skip
