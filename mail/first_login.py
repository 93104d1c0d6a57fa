"""Obtains the first refresh token of a mailbox, with a person at a browser, and keeps it where the desk looks."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from desk.errors import Refusal
from desk.settings import Mailbox, Settings
from desk.texts import say
from mail.grants import file_of, grant_of
from mail.headers import one_line
from mail.oauth import Grant
from mail.providers import ANSWER_WITHIN, MICROSOFT_SCOPES, microsoft_client

GOOGLE_PAGE = "https://accounts.google.com/o/oauth2/v2/auth"
GOOGLE_SCOPE = "https://mail.google.com/"

Tell = Callable[[str], None]


def obtain(settings: Settings, name: str, tell: Tell) -> None:
    """Ask the provider and keep the token; `tell` shows a person what to do. Refusal when there is no token."""
    mailbox = next((one for one in settings.mailbox if one.name == name), None)
    if mailbox is None or mailbox.oauth is None:
        known = ", ".join(one.name for one in settings.mailbox if one.oauth) or "—"
        raise Refusal("refused.login_none", name=name, known=known)
    grant, language = grant_of(mailbox), settings.desk.language
    ways = {"microsoft": _microsoft, "google": _google}
    if grant.provider not in ways:
        raise Refusal("refused.login_other")
    answer = ways[grant.provider](mailbox, grant, lambda key, **values: tell(say(language, key, **values)))
    token = answer.get("refresh_token")
    if not isinstance(token, str) or not token:
        words = one_line(f"{answer.get('error', '')} {answer.get('error_description', '')}")[:300]
        raise Refusal("refused.login_failed", words=words)
    asyncio.run(file_of(mailbox, settings).write(token, grant.refresh_token))
    tell(say(language, "cli.login_done", mailbox=name))


def _microsoft(mailbox: Mailbox, grant: Grant, tell: Callable[..., None]) -> dict[str, Any]:
    """A code that is typed on Microsoft's own page, on any machine."""
    import requests

    with requests.Session() as web:
        client = microsoft_client(grant, web, public=True)
        flow = client.initiate_device_flow(scopes=list(MICROSOFT_SCOPES))
        if "user_code" not in flow:
            return dict(flow)
        tell("cli.login_code", url=flow["verification_uri"], code=flow["user_code"], address=mailbox.address)
        return dict(client.acquire_token_by_device_flow(flow))


def _google(mailbox: Mailbox, grant: Grant, tell: Callable[..., None]) -> dict[str, Any]:
    """A page of Google's that leads back to this machine."""
    import requests

    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    with _Door(state) as door:
        back = f"http://127.0.0.1:{door.server_port}/"
        asked = {
            "response_type": "code", "client_id": grant.client_id, "redirect_uri": back, "scope": GOOGLE_SCOPE,
            "state": state, "code_challenge": challenge, "code_challenge_method": "S256", "access_type": "offline",
            "prompt": "consent", "login_hint": mailbox.address,
        }  # fmt: skip
        tell("cli.login_page", url=f"{GOOGLE_PAGE}?{urlencode(asked)}", address=mailbox.address, port=door.server_port)
        while not door.answer:
            door.handle_request()
    if "code" not in door.answer:
        return dict(door.answer)
    form = {
        "grant_type": "authorization_code", "code": door.answer["code"], "redirect_uri": back,
        "client_id": grant.client_id, "client_secret": grant.client_secret, "code_verifier": verifier,
    }  # fmt: skip
    try:
        return dict(requests.post(grant.token_url, data=form, timeout=ANSWER_WITHIN, allow_redirects=False).json())
    except (requests.RequestException, ValueError, TypeError) as error:
        return {"error": type(error).__name__}


class _Door(HTTPServer):
    """Waits on this machine for the browser to come back; whoever comes without this log-in's state is sent away."""

    def __init__(self, state: str) -> None:
        super().__init__(("127.0.0.1", 0), _Guest)
        self.state = state
        self.answer: dict[str, str] = {}


class _Guest(BaseHTTPRequestHandler):
    timeout = 5  # seconds; a browser opens connections that it does not use
    server: _Door

    def do_GET(self) -> None:
        given = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        ours = secrets.compare_digest(given.get("state", "").encode(), self.server.state.encode())
        if ours and given.keys() & {"code", "error"}:
            self.server.answer = given
        self.send_response(200 if ours else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"OK\n" if ours else b"?\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing: the address holds the code."""
