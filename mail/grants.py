"""From the configuration of a mailbox to its token: which server renews it, where the newest one is kept."""

import asyncio
import importlib.util
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from desk.errors import Mistake
from desk.mistakes import mistake_of
from desk.ports import Now
from desk.said import Said
from desk.settings import Mailbox, Settings
from mail.needs import Pauses
from mail.oauth import Grant, Token
from mail.providers import ASKS, GOOGLE, LIBRARIES, MICROSOFT
from mail.token_file import TokenFile

OnTokenState = Callable[[str, bool, str], Awaitable[None]]
"""Mailbox, whether its grant is alive, and what to tell of a dead one."""


def grant_of(mailbox: Mailbox) -> Grant:
    """Return what the configuration says; the mailbox has `oauth`."""
    oauth = mailbox.oauth
    assert oauth is not None
    usual = {"google": GOOGLE, "microsoft": MICROSOFT.format(tenant=oauth.tenant)}.get(oauth.provider, "")
    return Grant(
        mailbox=mailbox.name,
        provider=oauth.provider,
        client_id=oauth.client_id,
        client_secret=oauth.client_secret.get_secret_value(),
        refresh_token=oauth.refresh_token.get_secret_value(),
        token_url=oauth.token_url or usual,
    )


def file_of(mailbox: Mailbox, settings: Settings) -> TokenFile:
    return TokenFile(folder(settings), mailbox.name)


def folder(settings: Settings) -> Path:
    return settings.desk.data / "tokens"


def token_of(mailbox: Mailbox, settings: Settings, now: Now, on_state: OnTokenState | None = None) -> Token:
    """Return the token of a mailbox that has `oauth`."""

    async def tell(alive: bool, words: str) -> None:
        if on_state is not None:
            await on_state(mailbox.name, alive, words)

    grant = grant_of(mailbox)
    return Token(
        grant,
        file=file_of(mailbox, settings),
        ask=ASKS[grant.provider],
        now=now,
        on_state=tell,
        language=settings.desk.language,
    )


async def keep_proven(token: Token, pauses: Pauses | None) -> None:
    """See to it, for ever, that a grant which dies is noticed."""
    pause = (pauses or Pauses()).proof.total_seconds()
    while True:
        await token.prove()
        await asyncio.sleep(pause)


def missing_library(provider: str) -> str:
    """Return the package that this provider needs and that is not installed, "" when nothing is missing."""
    library = LIBRARIES.get(provider, "")
    try:
        there = not library or importlib.util.find_spec(library) is not None
    except ModuleNotFoundError:  # of the package around it
        there = False
    return "" if there else {"google": "google-auth", "microsoft": "msal"}[provider]


def check_libraries(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """Find mailboxes that are opened by tokens for which nothing is installed; see desk.configuration.Check."""
    rows = tables.get("mailbox", [])
    found: list[Mistake] = []
    for row in rows if isinstance(rows, list) else []:
        oauth = row.get("oauth") if isinstance(row, dict) else None
        provider = oauth.get("provider") if isinstance(oauth, dict) else None
        if isinstance(provider, str) and (package := missing_library(provider)):
            place = f"[[mailbox]] {json.dumps(row.get('name', ''), ensure_ascii=False)} oauth"
            message, hint = Said("config.no_library", package=package), Said("config.no_library_hint")
            found.append(mistake_of(file=file, place=place, message=message, suggestion=hint))
    return found
