"""Who may speak to the page: this machine alone, or whoever has the token that was printed at the start.

Rule: what changes something comes from the page itself. A foreign site in the same browser can neither read here (no
CORS, a foreign Host is refused) nor write (a foreign Origin, or another content type than a page may send unasked).
"""

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

COOKIE: Final = "otvet_demo"

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; frame-src 'self'; font-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def guard(token: str | None) -> Middleware:
    """The middleware; `token` is wanted from everybody unless it is None, which is for the loopback alone."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if token is None and _host(request.host) not in _LOCAL:
            raise web.HTTPForbidden(text="This page answers on this machine only; start it with --host for others.")
        if token is not None and not _knows(request, token):
            raise web.HTTPForbidden(text="Open the address that the start printed: it ends in ?token=…")
        if request.method not in {"GET", "HEAD"}:
            _check_writing(request)
        if token is not None and "token" in request.query and request.path == "/":
            welcome = web.HTTPSeeOther("/")
            welcome.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
            raise welcome
        return await handler(request)

    return check


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG001 - aiohttp's signal
    """What every answer carries, unless its handler said otherwise."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _host(value: str) -> str:
    return urlsplit(f"//{value}").hostname or ""


def _knows(request: web.Request, token: str) -> bool:
    given = request.query.get("token") or request.cookies.get(COOKIE) or ""
    return hmac.compare_digest(given.encode(), token.encode())


def _check_writing(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="Only the page itself may do that.")
    if request.content_type not in {"application/json", "multipart/form-data"}:
        raise web.HTTPUnsupportedMediaType(text="Send application/json.")
    if request.content_type == "multipart/form-data" and "X-Otvet" not in request.headers:
        raise web.HTTPForbidden(text="Only the page itself may do that.")
