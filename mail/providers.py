"""Asks a provider for a new access token: Google and Microsoft by their own libraries, others as RFC 6749 says.

google-auth and msal are the extra `oauth`; both block, so they work in a thread.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from mail.headers import one_line
from mail.oauth import Ask, Grant, Renewed, TokenAway, TokenDead

if TYPE_CHECKING:
    import requests

ANSWER_WITHIN = 30.0  # seconds
ANSWER_LIMIT = 65_536  # bytes
USUAL_LIFE = timedelta(hours=1)  # RFC 6749 lets a server leave it out
MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
GOOGLE = "https://oauth2.googleapis.com/token"
MICROSOFT_SCOPES = ("https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send")
# RFC 6749, 5.2 and RFC 6585: the server is not well or we are too quick; everything else only an operator can mend.
PASSING = {"temporarily_unavailable", "server_error", "slow_down", "internal_failure", "request_timeout"}
LIBRARIES = {"google": "google.auth", "microsoft": "msal"}


async def other(grant: Grant, refresh_token: str) -> Renewed:
    """Ask any server of OAuth 2."""
    import aiohttp

    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": grant.client_id}
    if grant.client_secret:
        form["client_secret"] = grant.client_secret
    limit = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, trust_env=True) as web,
            web.post(grant.token_url, data=form, allow_redirects=False) as answer,
        ):
            status, body = answer.status, await answer.content.read(ANSWER_LIMIT)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        words = str(error) or type(error).__name__
        raise TokenAway(grant.mailbox, _clean(grant, refresh_token, words)) from None
    return _read(grant, refresh_token, _object(body), status)


async def microsoft(grant: Grant, refresh_token: str) -> Renewed:
    """Ask by msal; a server of one's own is named by its whole token address."""
    return await asyncio.to_thread(_microsoft, grant, refresh_token)


def _microsoft(grant: Grant, refresh_token: str) -> Renewed:
    import requests
    from msal.exceptions import MsalError

    try:
        with requests.Session() as web:
            client = microsoft_client(grant, web)
            answer = client.acquire_token_by_refresh_token(refresh_token, scopes=list(MICROSOFT_SCOPES))
    except (requests.RequestException, MsalError, OSError, ValueError, RuntimeError) as error:
        raise TokenAway(grant.mailbox, _clean(grant, refresh_token, str(error))) from None
    return _read(grant, refresh_token, answer, 200)


def microsoft_client(grant: Grant, web: "requests.Session", *, public: bool = False) -> Any:
    """Return msal's client, without its secret when `public`; ValueError for an address that it does not take."""
    import msal

    secret = {} if public or not grant.client_secret else {"client_credential": grant.client_secret}
    kind = msal.ConfidentialClientApplication if secret else msal.PublicClientApplication
    return kind(
        grant.client_id,
        authority=grant.token_url.removesuffix("/oauth2/v2.0/token"),
        instance_discovery=False,  # an address that the operator named is meant
        http_client=_Limited(web),
        **secret,
    )


class _Limited:
    """What msal speaks through: a session of its caller, in which nothing waits for ever."""

    def __init__(self, web: "requests.Session") -> None:
        self._web = web

    def get(self, url: str, **more: Any) -> "requests.Response":
        return self._web.get(url, **{"timeout": ANSWER_WITHIN, **more})

    def post(self, url: str, **more: Any) -> "requests.Response":
        return self._web.post(url, **{"timeout": ANSWER_WITHIN, **more})

    def close(self) -> None:
        """The caller closes what is its own."""


async def google(grant: Grant, refresh_token: str) -> Renewed:
    """Ask by google-auth."""
    return await asyncio.to_thread(_google, grant, refresh_token)


def _google(grant: Grant, refresh_token: str) -> Renewed:
    import requests
    from google.auth.exceptions import GoogleAuthError, RefreshError
    from google.auth.transport.requests import Request
    from google.oauth2.credentials import Credentials

    make: Any = Credentials  # google-auth carries types for some of its functions only
    asked = make(
        token=None, refresh_token=refresh_token, token_uri=grant.token_url,
        client_id=grant.client_id, client_secret=grant.client_secret,
    )  # fmt: skip
    begun = datetime.now(UTC)
    try:
        with requests.Session() as web:
            asked.refresh(partial(Request(web), timeout=ANSWER_WITHIN))
    except RefreshError as error:
        words = _clean(grant, refresh_token, str(error.args[0]) if error.args else "")
        known = len(error.args) > 1 and isinstance(error.args[1], Mapping) and "error" in error.args[1]
        raise (TokenDead if known and not error.retryable else TokenAway)(grant.mailbox, words) from None
    except (GoogleAuthError, OSError, ValueError) as error:
        raise TokenAway(grant.mailbox, _clean(grant, refresh_token, str(error))) from None
    lives = asked.expiry.replace(tzinfo=UTC) - begun if asked.expiry else USUAL_LIFE
    fresh = asked.refresh_token if asked.refresh_token != refresh_token else ""
    return Renewed(access_token=asked.token, lives=lives, refresh_token=fresh or "")


ASKS: Mapping[str, Ask] = {"google": google, "microsoft": microsoft, "other": other}


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _read(grant: Grant, refresh_token: str, answer: Mapping[str, Any], status: int) -> Renewed:
    access = answer.get("access_token")
    if isinstance(access, str) and access and access.isascii():
        fresh = answer.get("refresh_token")
        return Renewed(
            access_token=access,
            lives=_life(answer.get("expires_in")),
            refresh_token=fresh if isinstance(fresh, str) and fresh != refresh_token else "",
        )
    error = str(answer.get("error") or "")
    words = _clean(grant, refresh_token, f"{error}: {answer.get('error_description') or ''}" if error else f"{status}")
    raise (TokenDead if error and error not in PASSING else TokenAway)(grant.mailbox, words)


def _life(seconds: object) -> timedelta:
    """Return how long a token lives, from whatever a server makes of a number."""
    digits = str(seconds).partition(".")[0]
    return timedelta(seconds=min(int(digits), 86_400)) if digits.isdecimal() and 0 < len(digits) < 10 else USUAL_LIFE  # noqa: PLR2004


def _clean(grant: Grant, refresh_token: str, words: str) -> str:
    """Return a provider's words for people and the log, without what must stay secret."""
    for secret in filter(None, (refresh_token, grant.refresh_token, grant.client_secret)):
        words = words.replace(secret, "…")
    return one_line(words).strip(" :")[:300]
