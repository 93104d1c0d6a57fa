"""A token server of the tests' own: OAuth 2 with rotation, introspection for Dovecot, Microsoft's way of being found."""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

USER = "support"
TENANT = "contoso.example"


@dataclass
class TokenServer:
    """Everything may be changed while it runs."""

    tls: ssl.SSLContext | None = None
    user: str = USER
    refresh_tokens: set[str] = field(default_factory=lambda: {"refresh-1"})
    rotate: bool = False  # each refresh token is good once
    expires_in: Any = 3600
    error: str = ""  # "invalid_grant": what every request is answered
    slow: float = 0.0  # seconds before a good answer
    status: int = 0  # an answer that is no JSON
    access_tokens: set[str] = field(default_factory=set)  # what IMAP and SMTP take
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_post(f"/{TENANT}/oauth2/v2.0/token", self._token)
        app.router.add_get(f"/{TENANT}/v2.0/.well-known/openid-configuration", self._found)
        app.router.add_post(f"/{TENANT}/oauth2/v2.0/devicecode", self._code)
        app.router.add_post("/introspect", self._introspect)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def up(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self.tls)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        await self._site.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def authority(self) -> str:
        return f"https://localhost:{self.port}/{TENANT}"

    def end_all(self) -> None:
        """Withdraw what was given out, as after a changed password."""
        self.access_tokens.clear()

    async def _token(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append(form)
        if self.status:
            return web.Response(status=self.status, text="<html>trouble</html>")
        refresh = form.get("refresh_token", "")
        first = form.get("grant_type") != "refresh_token"  # a person has just said yes
        error = self.error or ("" if first or refresh in self.refresh_tokens else "invalid_grant")
        if error:
            told = f"the token {refresh} is not good"
            return web.json_response({"error": error, "error_description": told}, status=400)
        number = len(self.asked)
        await asyncio.sleep(self.slow)
        access = f"access-{number}"
        self.access_tokens.add(access)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.expires_in}
        if first:
            answer["refresh_token"] = "refresh-1"
        if self.rotate:
            self.refresh_tokens = {f"refresh-{number + 1}"}
            answer["refresh_token"] = f"refresh-{number + 1}"
        return web.json_response(answer)

    async def _found(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": f"{self.authority}/v2.0",
                "authorization_endpoint": f"{self.authority}/oauth2/v2.0/authorize",
                "token_endpoint": f"{self.authority}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{self.authority}/oauth2/v2.0/devicecode",
            }
        )

    async def _code(self, request: web.Request) -> web.Response:
        if self.error:
            return web.json_response({"error": self.error, "error_description": "no"}, status=400)
        page = {"user_code": "TYPE-ME", "device_code": "d", "verification_uri": "https://microsoft.example/devicelogin"}
        return web.json_response({**page, "expires_in": 900, "interval": 1, "message": ""})

    async def _introspect(self, request: web.Request) -> web.Response:
        token = str((await request.post()).get("token", ""))
        good = token in self.access_tokens
        return web.json_response({"active": good, "username": self.user} if good else {"active": False})
