"""Which pages in a browser may act for people: those of this server's own address alone."""

import ipaddress
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web


def of_another_address(request: web.Request) -> bool:
    """Whether a foreign page asks, also one whose name was bent to this machine (DNS rebinding)."""
    if request.headers.get("Origin") not in {None, f"http://{request.host}"}:
        return True
    here = request.transport.get_extra_info("sockname") if request.transport else None
    try:
        named = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return True
    return here is not None and is_loopback(str(here[0])) and not is_loopback(named)


def is_loopback(host: str) -> bool:
    """Whether that name or number means this machine alone."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
