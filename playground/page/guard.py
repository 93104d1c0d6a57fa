"""Who may speak to the page: this machine alone, or whoever has the token that was printed at the start.

Rule: what changes something comes from the page itself. A foreign site in the same browser can neither read here (no
CORS, a foreign Host is refused) nor write (a foreign Origin, or another content type than a page may send unasked).
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

HEADERS: Final[Mapping[str, str]] = {
    # Styles inside of elements are for the mails that people read: their frames inherit this policy.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; frame-src 'self'; font-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
}
AGE: Final = "no-cache"
"""How long a browser keeps what we serve: asked for anew each time, since the next version has the same addresses."""

STRANGER: Final = "Эта страница открывается только на этом компьютере. This page answers on this machine only."
KEY: Final = (
    "Откройте адрес, который показала команда запуска: он кончается на ?token=… "
    "Open the address that the start printed: it ends in ?token=…"
)
FOREIGN: Final = "Only the page itself may do that."

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def guard(token: str | None) -> Middleware:
    """The middleware; `token` is wanted from everybody unless it is None, which is for the loopback alone."""
    # Cookies know no ports: two demos on one machine must not take each other's.
    cookie = None if token is None else f"otvet_{hashlib.sha256(token.encode()).hexdigest()[:12]}"

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if token is None or cookie is None:
            if _host(request.host) not in _LOCAL:
                raise web.HTTPForbidden(text=STRANGER)
        elif not _same(request.query.get("token"), token) and not _same(request.cookies.get(cookie), token):
            raise web.HTTPForbidden(text=KEY)
        if request.method not in {"GET", "HEAD"}:
            _check_writing(request)
        if token is not None and cookie is not None and "token" in request.query and request.path == "/":
            # Lax and not Strict: the address may have been followed from somebody's chat.
            welcome = web.HTTPSeeOther(request.rel_url.without_query_params("token"))
            welcome.set_cookie(cookie, token, httponly=True, samesite="Lax")
            raise welcome
        return await handler(request)

    return check


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG001 - aiohttp's signal
    """What every answer carries, unless its handler said otherwise."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", AGE)


def _host(value: str) -> str:
    try:
        return urlsplit(f"//{value}").hostname or ""
    except ValueError:
        return ""


def _same(given: str | None, token: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(errors="replace"), token.encode())


def _check_writing(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2].lower() != request.host.lower():
        raise web.HTTPForbidden(text=FOREIGN)
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise web.HTTPForbidden(text=FOREIGN)
    if request.content_type not in {"application/json", "multipart/form-data"}:
        raise web.HTTPUnsupportedMediaType(text="Send application/json.")
    if request.content_type == "multipart/form-data" and "X-Otvet" not in request.headers:
        raise web.HTTPForbidden(text=FOREIGN)
