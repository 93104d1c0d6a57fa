"""The page opened: on its port, or the next that is free, and in the browser when there is one."""

import errno
import os
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playground.desk_process import DeskProcess
from playground.page.ports import Insight
from playground.page.server import Page
from playground.stage import Stage

PORT: Final = 8080
TRIES: Final = 20
"""How many ports are tried when nobody asked for one."""


@asynccontextmanager
async def served(
    stage: Stage, desk: DeskProcess, insight: Insight, *, host: str, port: int | None
) -> AsyncIterator["Opened"]:
    """The page at work. OSError when the port that was asked for is taken."""
    page = await _on_a_port(stage, desk, insight, host=host, port=port)
    try:
        yield Opened(page)
    finally:
        await page.stop()


async def _on_a_port(stage: Stage, desk: DeskProcess, insight: Insight, *, host: str, port: int | None) -> Page:
    wanted = [port] if port is not None else [*range(PORT, PORT + TRIES), 0]
    for number in wanted[:-1]:
        try:
            return await Page(stage, desk, insight, host=host, port=number).start()
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
    return await Page(stage, desk, insight, host=host, port=wanted[-1]).start()


class Opened:
    """A page that can be looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def url(self) -> str:
        return self.page.url

    def show(self) -> None:
        """Open it in the browser, where this machine has a screen to open one on."""
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            return  # a browser of the terminal would take the terminal away
        webbrowser.open(self.url)
