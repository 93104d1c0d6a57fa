"""The page's own server: one HTML page, what it asks for, and a stream of everything that happens."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from playground.botapi.control import Control, add_control
from playground.botapi.errors import ApiError
from playground.botapi.model import Json
from playground.desk_process import DeskGone, DeskProcess
from playground.page import events
from playground.page.guard import add_headers, guard
from playground.page.ports import Insight
from playground.stage import Stage

STATIC: Final = Path(__file__).parent / "static"
HEARTBEAT: Final = 15.0
"""Seconds after which a silent stream says that it is there, so that a page that is gone is noticed."""
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
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self._streams: set[asyncio.Task[Any]] = set()
        self.background: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        """What goes into the browser's address line."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}/" + (f"?token={self.token}" if self.token else "")

    async def start(self) -> Self:
        """Listen. OSError when the port is taken or the host is not ours."""
        from playground.page.parts import PARTS

        app = web.Application(client_max_size=LARGEST, middlewares=[guard(self.token), _errors])
        app.on_response_prepare.append(add_headers)
        app.router.add_get("/", self._index)
        app.router.add_get("/api/state", self._state)
        app.router.add_get("/api/events", self._events)
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

    def spawn(self, work: Any, name: str) -> None:
        """Run beside the page until it stops."""
        task = asyncio.create_task(work, name=name)
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    def state(self) -> Json:
        """Everything that a fresh page shows, but for what its panes ask for themselves."""
        return {
            "boot": self.boot,
            "language": self.stage.language,
            "world": events.world_json(self.world),
            "clock": self.clock_json(),
            "desk": self.desk_json(),
        }

    def clock_json(self) -> Json:
        return {"now": self.stage.clock().isoformat(), "paused": self.stage.clock.paused}

    def desk_json(self) -> Json:
        desk = self.desk
        if desk is None:
            return {"here": False, "alive": False, "ready": False, "starts": 0}
        return {"here": True, "alive": desk.alive, "ready": desk.ready, "starts": desk.starts}

    async def _index(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - aiohttp hands it over
        return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    async def _state(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp hands it over
        return web.json_response(self.state())

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """GET /api/events?since=: the events as they happen; after a broken line the browser names the last one."""
        last = request.headers.get("Last-Event-ID") or request.query.get("since") or "0"
        since = int(last) if last.isdigit() else 0
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(f"retry: 700\nevent: boot\ndata: {json.dumps(self.boot)}\n\n".encode())
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        try:
            # A page that went away is nobody's mistake.
            with suppress(ConnectionError):
                await self._stream(response, since)
        finally:
            self._streams.discard(task)
        return response

    async def _stream(self, response: web.StreamResponse, since: int) -> None:
        queue: asyncio.Queue[Json] = asyncio.Queue()

        async def listen() -> None:
            async for event in self.world.events(since=since):
                if events.of_interest(event):
                    queue.put_nowait(events.told(self.world, event))

        listening = asyncio.create_task(listen())
        try:
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        shape = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                await response.write(f"id: {shape['number']}\ndata: {json.dumps(shape)}\n\n".encode())
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A mistake of whoever asked comes back as a sentence."""
    try:
        return await handler(request)
    except LookupError as error:
        return refused(404, f"there is no such thing: {error}")
    except (ValueError, TypeError, AssertionError) as error:
        return refused(400, str(error))
    except ApiError as error:
        return refused(error.status, error.description)
    except DeskGone as error:
        return refused(409, str(error))


def refused(status: int, description: str) -> web.Response:
    return web.json_response({"ok": False, "description": description}, status=status)


def done(result: Any = None) -> web.Response:
    return web.json_response({"ok": True, "result": {} if result is None else result})
