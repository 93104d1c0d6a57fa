"""Which parts the page has: each adds its own addresses to the server."""

from collections.abc import Callable, Sequence
from typing import Final

from aiohttp import web

from playground.page import clock, faults, files, group, mail, telegram, thoughts
from playground.page.server import Page

PARTS: Final[Sequence[Callable[[web.Application, Page], None]]] = (
    clock.add, faults.add, files.add, group.add, mail.add, telegram.add, thoughts.add,
)  # fmt: skip
