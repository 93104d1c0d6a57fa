"""The page opened: on its port or the next that is free, in the browser when there is one, until somebody stops it."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from playground.desk_process import DeskProcess
from playground.page.ports import Insight
from playground.page.server import Page
from playground.stage import Stage

PORT: Final = 8080
TRIES: Final = 20
"""How many ports are tried when nobody asked for one."""
ANYWHERE: Final = frozenset({"0.0.0.0", "::"})
"""Hosts that stand for all addresses of this machine; no browser can go to them."""
_NOWHERE: Final = ("192.0.2.1", 9)
"""An address of nobody's (RFC 5737): which of ours would be used to reach others is known without sending anything."""


class NotOpened(Exception):
    """The page cannot be at that address; `why` is "taken", "forbidden" or "host"."""

    def __init__(self, why: str, host: str, port: int) -> None:
        super().__init__(f"{host}:{port}: {why}")
        self.why, self.host, self.port = why, host, port


def free_port(host: str, wanted: int | None) -> int:
    """The port that was asked for, which may be 0 for any, or the first free one from 8080 on. NotOpened."""
    if wanted is not None:
        _try(host, wanted)
        return wanted
    for port in range(PORT, PORT + TRIES):
        try:
            _try(host, port)
        except NotOpened as error:
            if error.why == "host":
                raise
        else:
            return port
    return 0


def _try(host: str, port: int) -> None:
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in places:
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                tried.bind(address)
                tried.listen(1)  # two may be bound to one port, but only one may listen there
    except (OSError, UnicodeError) as error:
        raise not_opened(error, host, port) from None


def not_opened(error: Exception, host: str, port: int) -> NotOpened:
    """What the system says, in one of three words."""
    number = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
    why = {errno.EADDRINUSE: "taken", errno.EACCES: "forbidden", errno.EPERM: "forbidden"}.get(number or 0, "host")
    return NotOpened(why, host, port)


@asynccontextmanager
async def served(
    stage: Stage, desk: DeskProcess | None, insight: Insight | None, *, host: str, port: int, exact: bool = True
) -> AsyncIterator["Opened"]:
    """The page at work; NotOpened. Without `exact` a port that was taken meanwhile is replaced by the next."""
    page = await _started(stage, desk, insight, host=host, port=port, exact=exact)
    try:
        yield Opened(page, host)
    finally:
        await page.stop()


async def _started(
    stage: Stage, desk: DeskProcess | None, insight: Insight | None, *, host: str, port: int, exact: bool
) -> Page:
    while True:
        try:
            return await Page(stage, desk, insight, host=host, port=port).start()
        except OSError as error:
            refused = not_opened(error, host, port)
            if exact or refused.why == "host":
                raise refused from None
            port = free_port(host, None)  # another demo that started at the same moment was quicker


class Opened:
    """A page that can be looked at."""

    def __init__(self, page: Page, host: str) -> None:
        self.page = page
        self._host = host
        self._browser: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        return urlsplit(self.page.url).port or 0

    @property
    def url(self) -> str:
        """The address for this machine's own browser."""
        return self._at("127.0.0.1" if self._host == "0.0.0.0" else "[::1]") if self._everywhere else self.page.url

    @property
    def elsewhere(self) -> str:
        """The address for the browsers of other machines; "" when none may come."""
        if self.page.token is None:
            return ""
        return self._at(_outward()) if self._everywhere else self.page.url

    @property
    def _everywhere(self) -> bool:
        return self._host in ANYWHERE

    def _at(self, host: str) -> str:
        parts = urlsplit(self.page.url)
        return urlunsplit(parts._replace(netloc=f"{host}:{parts.port}"))

    def show(self, environ: Mapping[str, str] = os.environ) -> None:
        """Open it in the browser, where there is one; in a process of its own, that neither blocks nor prints."""
        if not has_browser(environ):
            return
        # The address goes by standard input: on a command line everybody on the machine could read the token.
        opening = "import sys, webbrowser; webbrowser.open(sys.stdin.read())"
        self._browser = subprocess.Popen(  # noqa: S603 - our own Python and our own words
            [sys.executable, "-c", opening], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, env=dict(environ),
        )  # fmt: skip
        assert self._browser.stdin is not None
        self._browser.stdin.write(self.url.encode())
        self._browser.stdin.close()


def has_browser(environ: Mapping[str, str]) -> bool:
    """Whether there is a screen to open a browser on, or somebody said which to take."""
    if not sys.platform.startswith("linux"):
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _outward() -> str:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.connect(_NOWHERE)
            return str(line.getsockname()[0])
    except OSError:
        return socket.gethostname()


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Do that until it ends, or Ctrl+C, SIGTERM or a closed terminal end it; what it raises is raised."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` wants it to outlive the terminal
        signals.append(signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.wait({working, stopping})
    if not working.cancelled():
        working.result()
