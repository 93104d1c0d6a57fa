"""The server: Bot API calls in over HTTP, answers out, with the world behind it."""

import asyncio
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from inspect import isawaitable
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from playground.botapi import checks, reading
from playground.botapi.asking import of_another_address
from playground.botapi.calls import changing, chats, copying, forums, itself, sending, updates
from playground.botapi.calls.table import HANDLERS
from playground.botapi.context import Context, Settings
from playground.botapi.errors import ApiError, bad
from playground.botapi.faults import Call, Faults
from playground.botapi.happenings import Now, real_now
from playground.botapi.inbox import KEPT
from playground.botapi.model import Json, User
from playground.botapi.pace import Limits, Pace
from playground.botapi.reading import Sent
from playground.botapi.webhook import bring_updates
from playground.botapi.world import World

ANSWERED = (changing, chats, copying, forums, itself, sending, updates)
"""The modules whose methods are answered; importing them fills the table."""

_log = logging.getLogger(__name__)


class BotApiServer(Faults):
    """One bot's Telegram on this machine. `async with BotApiServer() as server:` starts and stops it."""

    def __init__(
        self, token: str = "123456:TEST", bot_username: str = "otvet_bot", *,  # noqa: S107 - a token of no value
        bot_name: str = "Otvet",
        now: Now = real_now, limits: Limits | None = None, privacy: bool = True, private_topics: bool = False,
        webhook_pause: float = 1.0, control: bool = False, keep_updates: timedelta | None = KEPT,
    ) -> None:  # fmt: skip
        """`limits` switches Telegram's pace on; `privacy` is the bot's privacy mode in groups; `private_topics` gives
        private chats topics; `webhook_pause` are seconds between tries; `control` opens /control/ over HTTP; updates
        that nobody fetches are gone after `keep_updates` (None: never)."""
        super().__init__()
        self.token = token
        bot = User(id=int(token.partition(":")[0]), first_name=bot_name, username=bot_username, is_bot=True)
        self.world = World(bot, now=now, privacy=privacy, private_topics=private_topics)
        self.world.inbox.keep = keep_updates
        self.settings = Settings()
        self.calls: list[Call] = []
        self._pace = Pace(limits, now) if limits else None
        self._control = control
        self._webhook_pause = webhook_pause
        self._host, self._port = "127.0.0.1", 0
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._bringing: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """What a bot takes for https://api.telegram.org."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> Self:
        """Listen; port 0 takes a free one, which `url` tells."""
        app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[_in_json])
        for ask in (app.router.add_get, app.router.add_post):
            ask("/bot{token}/{method:[^/]*}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        if self._control:
            from playground.botapi.control import add_control

            add_control(app, self)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        self._host, self._port = host, port
        await self.up()
        self._bringing = asyncio.create_task(
            bring_updates(self.world, self.settings, self._reply, self._webhook_pause), name="webhook"
        )
        return self

    async def stop(self) -> None:
        """Stop listening and forget the connections; the world stays as it is."""
        if self._bringing is not None:
            self._bringing.cancel()
            with suppress(asyncio.CancelledError):
                await self._bringing
        await self.down()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return self if self._runner else await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def up(self) -> None:
        """Listen (again) on the same port."""
        if self._runner is None or self._site is not None:
            return
        self._site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Refuse connections and cut those that are there, until `up`."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        if self._runner is not None and self._runner.server is not None:
            for connection in self._runner.server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

    def called(self, method: str) -> list[Call]:
        """The calls of one method so far, oldest first."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        sent: Mapping[str, Any] = {}
        try:
            self._check_token(request)
            read = await reading.read(request)
            sent = read.parameters
            method = method or str(read.parameters.pop("method", ""))
            body, status = await self.call(method, read), 200
        except ApiError as error:
            status, body = error.status, refusal(error)
        if self.cuts(method, dict(sent)):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        wait = body.get("parameters", {}).get("retry_after")
        return web.json_response(body, status=status, headers={"Retry-After": str(wait)} if wait else {})

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if not re.fullmatch(r"[1-9]\d*:[\w-]+", token, re.ASCII):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")

    async def call(self, method: str, sent: Sent) -> Json:
        """Carry out one method as if it had come over HTTP; what is answered. Raises ApiError."""
        known = checks.METHODS.get(method.lower())
        name = known.__api_method__ if known else method
        record = Call(method=name, params=sent.parameters, at=self.world.now(), files=tuple(sent.uploads))
        self.calls.append(record)
        try:
            body = await self._carry_out(known, name, sent)
        except ApiError as error:
            record.status, record.description = error.status, error.description
            self.world.tell("call", f"{name} ✗ {error.status} {error.description}", data=_told(record))
            raise
        except Exception as error:
            # A mistake of this server's own: the bot sees a 500, whoever runs the tests sees the traceback.
            _log.exception("the local Bot API server failed at %s", name)
            record.status, record.description = 500, f"{type(error).__name__}: {error}"
            self.world.tell("call", f"{name} ✗ 500 {record.description}", data=_told(record))
            raise ApiError(500, f"Internal Server Error: {record.description}") from error
        record.status = 200
        if name != "getUpdates":
            self.world.tell("call", f"{name} ✓", data=_told(record))
        return body

    async def _carry_out(self, known: checks.Method | None, name: str, sent: Sent) -> Json:
        await self.before(name, sent.parameters)
        if self.settings.logged_out:
            raise bad("Logged out")
        if known is None:
            raise ApiError(404, "Not Found: method not found")
        handler = HANDLERS.get(name.lower())
        if handler is None:
            raise bad(f"this local server has not got the method {name}")
        attached = {key: f"attach://{key}" for key in sent.uploads if key in known.model_fields}
        parameters = checks.read_parameters(known, {**attached, **sent.parameters})
        context = Context(world=self.world, settings=self.settings, pace=self._pace, uploads=sent.uploads)
        result = handler(context, parameters)
        if isawaitable(result):
            result = await result
        checks.check_result(known, result)
        return {"ok": True, "result": result} | ({"description": context.note} if context.note else {})

    async def _reply(self, method: str, sent: Sent) -> None:
        with suppress(ApiError):
            await self.call(method, sent)

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request)
        except ApiError as error:
            return web.json_response(refusal(error), status=error.status)
        stored = self.world.files.by_path(request.match_info["path"])
        if stored is None:
            return web.json_response(refusal(ApiError(404, "Not Found")), status=404)
        return web.Response(body=stored.data, content_type=stored.mime.partition(";")[0])


@web.middleware
async def _in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An address or a way of asking that there is not is refused in the API's own form."""
    try:
        if request.path.startswith("/control/") and of_another_address(request):
            raise web.HTTPForbidden(reason="Forbidden: people do not act for a page of another address")
        return await handler(request)
    except web.HTTPException as error:
        return web.json_response(refusal(ApiError(error.status, error.reason)), status=error.status)


def refusal(error: ApiError) -> Json:
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    return body | ({"parameters": error.parameters} if error.parameters else {})


def _told(record: Call) -> Json:
    return {
        "method": record.method,
        "params": record.params,
        "status": record.status,
        "description": record.description,
    }
