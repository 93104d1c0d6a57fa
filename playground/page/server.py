"""The page's own server: one HTML page, what it asks for, and a stream of everything that happens."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from playground.botapi.control import Control, add_control
from playground.botapi.errors import ApiError
from playground.botapi.model import Json
from playground.desk_process import DeskGone, DeskProcess
from playground.page import events
from playground.page.feed import Feed, line
from playground.page.guard import add_headers, guard
from playground.page.ports import Insight
from playground.stage import Stage

T = TypeVar("T")

STATIC: Final = Path(__file__).parent / "static"
HEARTBEAT: Final = 15.0
"""Seconds after which a silent stream says that it is there, so that a page that is gone is noticed."""
PATIENCE: Final = 60.0
"""Seconds after which a page that does not read its stream is let go; it asks again where it left off."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one request: the largest upload of the Bot API with base64 around it."""


class Page:
    """The page over a stage. `desk` and `insight` may be None: then it is a Telegram and a mailbox without a desk.

    `host` other than a loopback address wants a token, which `url` carries; port 0 takes a free one.
    """

    def __init__(
        self, stage: Stage, desk: DeskProcess | None = None, insight: Insight | None = None, *,
        host: str = "127.0.0.1", port: int = 0,
    ) -> None:  # fmt: skip
        self.stage = stage
        self.desk = desk
        self.insight = insight
        self.world = stage.bot.world
        self.control = Control(stage.bot)
        self.token = None if host in {"127.0.0.1", "localhost", "::1"} else secrets.token_urlsafe(24)
        self.boot = secrets.token_hex(8)  # a page that was open over a restart loads itself anew
        self.closing: list[Callable[[], Awaitable[None]]] = []
        self.more: dict[str, Callable[[], Json]] = {}  # what parts add to the snapshot's "clock", "desk", "faults"
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self._streams: set[asyncio.Task[Any]] = set()
        self.background: set[asyncio.Task[Any]] = set()
        self._feed = Feed(self.world)
        self._html = _html(self.stage.language)

    @property
    def url(self) -> str:
        """What goes into the browser's address line."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}/" + (f"?token={self.token}" if self.token else "")

    async def start(self) -> Self:
        """Listen. OSError when the port is taken or the host is not ours."""
        from playground.page.parts import PARTS

        app = web.Application(client_max_size=LARGEST, middlewares=[_errors, guard(self.token), _objects])
        app.on_response_prepare.append(add_headers)
        app.router.add_get("/", self._index)
        app.router.add_get("/api/state", self._state)
        app.router.add_get("/api/events", self._events, allow_head=False)
        add_control(app, self.stage.bot)
        for add in PARTS:
            add(app, self)
        app.router.add_static("/static/", STATIC)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self.stop()
            raise
        self._port = self._runner.addresses[0][1]
        self.spawn(self._feed.run(), "feed")
        return self

    async def stop(self) -> None:
        """End the streams and stop listening; stage and desk stay as they are."""
        for task in [*self._streams, *self.background]:
            task.cancel()
        await asyncio.gather(*self._streams, *self.background, return_exceptions=True)
        for close in self.closing:
            await close()
        self.closing.clear()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def tell(self, kind: str, **data: Any) -> None:
        """Let every open page know something that is not of Telegram: "mailbox", "clock", "desk", "thoughts"…"""
        self.world.tell(kind, kind, data=data)

    def spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run beside the page until it stops."""
        task = asyncio.create_task(work, name=name)
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        return task

    def state(self) -> Json:
        """Everything that a fresh page shows, but for what its panes ask for themselves."""
        return {
            "boot": self.boot,
            "world": events.world_json(self.world),
            "clock": self.clock_json(),
            "desk": self.desk_json(),
            "faults": self._more("faults"),
        }

    def clock_json(self) -> Json:
        now = {"now": self.stage.clock().isoformat(), "paused": self.stage.clock.paused}
        return now | self._more("clock")

    def desk_json(self) -> Json:
        desk = self.desk
        if desk is None:
            return {"here": False, "alive": False, "ready": False, "starts": 0}
        here = {"here": True, "alive": desk.alive, "ready": desk.ready, "starts": desk.starts}
        return here | self._more("desk")

    def _more(self, what: str) -> Json:
        return self.more[what]() if what in self.more else {}

    async def _index(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - aiohttp hands it over
        return web.Response(text=self._html, content_type="text/html")

    async def _state(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp hands it over
        said = line(self.state()).encode(errors="replace")
        return web.Response(body=said, content_type="application/json", headers={"Cache-Control": "no-store"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """GET /api/events?since=: the events as they happen; after a broken line the browser names the last one."""
        last = request.headers.get("Last-Event-ID") or request.query.get("since") or ""
        since = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else 0
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        try:
            # A page that went away is nobody's mistake.
            with suppress(ConnectionError):
                await self._write(request, response, f"retry: 700\nevent: boot\ndata: {line(self.boot)}\n\n".encode())
                await self._stream(request, response, since)
        finally:
            self._streams.discard(task)
        return response

    async def _stream(self, request: web.Request, response: web.StreamResponse, since: int) -> None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    since, found = await self._feed.after(since)
            except TimeoutError:
                found = b": still here\n\n"
            await self._write(request, response, found)

    async def _write(self, request: web.Request, response: web.StreamResponse, found: bytes) -> None:
        """Send; ConnectionError when the page has not read for so long that it is better to begin anew."""
        try:
            async with asyncio.timeout(PATIENCE):
                await response.write(found)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionError("the page reads nothing") from None


def _html(language: str) -> str:
    """The page, in the desk's language from the first letter on, with what it will ask for asked for at once.

    A browser would find the scripts one after the other, each in the one that imports it.
    """
    scripts = sorted(path.relative_to(STATIC) for folder in ("js", "words") for path in (STATIC / folder).rglob("*.js"))
    early = "".join(f'<link rel="modulepreload" href="/static/{path.as_posix()}">\n' for path in scripts)
    early += '<link rel="preload" href="/api/state" as="fetch" crossorigin>\n'
    whole = (STATIC / "index.html").read_text(encoding="utf-8").replace("</head>", f"{early}</head>", 1)
    return whole.replace('lang="ru"', f'lang="{language}"', 1)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A mistake of whoever asked comes back as a sentence."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST or not request.path.startswith(("/api/", "/control/")):
            raise
        return refused(error.status, error.text or error.reason)
    except LookupError as error:
        return refused(404, f"there is no such thing: {error}")
    except (ValueError, TypeError, AssertionError) as error:
        return refused(400, str(error))
    except ApiError as error:
        return refused(error.status, error.description)
    except DeskGone as error:
        return refused(409, str(error))


@web.middleware
async def _objects(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What is sent as JSON is an object: no handler need ask. (aiohttp keeps what was read for the handler.)"""
    if request.can_read_body and request.content_type == "application/json":
        try:
            sent = await request.json()
        except RecursionError:
            raise ValueError("that is too deeply nested") from None
        if not isinstance(sent, dict):
            raise TypeError("send an object")
    return await handler(request)


def refused(status: int, description: str) -> web.Response:
    return web.json_response({"ok": False, "description": description}, status=status)


def done(result: Any = None) -> web.Response:
    return web.json_response({"ok": True, "result": {} if result is None else result})
