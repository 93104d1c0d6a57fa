"""Access tokens of one mailbox: renewed before they end, proven now and then, and told when nobody renews them more.

Rule: one renewal at a time, among processes too. A server that rotates refresh tokens may take a second use of an old
one for a theft and end them all; so the newest is read before and kept after each renewal, under a lock.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.ports import Now
from desk.texts import say
from mail.token_file import TokenFile

log = logging.getLogger(__name__)

MARGIN = timedelta(minutes=5)  # a token is renewed so long before its end; a short-lived one at three quarters of it
PROVE_EVERY = timedelta(minutes=5)  # a dead grant is told within ten minutes, though an access token lives for an hour
FAREWELL = 2.0  # seconds that a renewal may still take when we are to stop
DEAD_AGAIN = timedelta(minutes=1)  # a grant that was refused is not asked with more often


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an operator was given by the provider; `refresh_token` may be empty when one was kept by `login`."""

    mailbox: str
    provider: str  # "google" | "microsoft" | "other"
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    token_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """An answer of the token server; `refresh_token` is empty when the old one stays."""

    access_token: str = field(repr=False)
    lives: timedelta
    refresh_token: str = field(default="", repr=False)


class TokenTrouble(Exception):
    """There is no access token now; `key` of desk/texts says why, around the provider's own `words`."""

    key = "mail.token_away"

    def __init__(self, mailbox: str, words: str) -> None:
        self.mailbox = mailbox
        self.words = words
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        return say(language, self.key, mailbox=self.mailbox, words=self.words)


class TokenAway(TokenTrouble):
    """The token server cannot be asked just now."""


class TokenDead(TokenTrouble):
    """The provider refuses to renew: only an operator can help."""

    key = "mail.token_dead"


Ask = Callable[[Grant, str], Awaitable[Renewed]]
"""Asks the provider with a refresh token. TokenAway, TokenDead."""

OnState = Callable[[bool, str], Awaitable[None]]
"""Called after every renewal: whether the grant is alive, and what to tell of a dead one."""


class Token:
    """The access token of one mailbox, for everyone who logs in with it."""

    def __init__(
        self,
        grant: Grant,
        *,
        file: TokenFile,
        ask: Ask,
        now: Now,
        on_state: OnState | None = None,
        language: str = "ru",
    ) -> None:
        self._grant = grant
        self._file = file
        self._ask = ask
        self._now = now
        self._on_state = on_state
        self._language = language
        self._lock = asyncio.Lock()
        self._access = ""
        self._renew_at: datetime | None = None
        self._proven_at: datetime | None = None
        self._dead: tuple[TokenDead, datetime] | None = None

    async def get(self) -> str:
        """Return an access token that is good for some minutes. TokenAway, TokenDead."""
        async with self._lock:
            if self._access and self._renew_at and self._now() < self._renew_at:
                return self._access
            return await self._renew()

    def refused(self, access: str) -> None:
        """A server did not take this token: the next one is another."""
        if access == self._access:
            self._access = ""

    async def prove(self) -> None:
        """Renew when that was long ago, so that a dead grant is noticed while the last token still opens the door."""
        async with self._lock:
            if self._proven_at and timedelta(0) <= self._now() - self._proven_at < PROVE_EVERY:
                return
            try:
                await self._renew()
            except TokenTrouble as trouble:
                log.warning("mail.token_trouble", extra={"mailbox": trouble.mailbox, "words": trouble.words})

    async def _renew(self) -> str:
        now = self._now()
        if self._dead and timedelta(0) <= now - self._dead[1] < DEAD_AGAIN:
            raise self._dead[0]
        try:
            async with self._file.locked():
                renewed = await _to_its_end(self._ask_with_any())
        except TokenDead as dead:
            self._access, self._dead, self._proven_at = "", (dead, now), now
            await self._tell(alive=False, words=dead.said(self._language))
            raise
        self._access, self._dead, self._proven_at = renewed.access_token, None, now
        lives = renewed.lives
        self._renew_at = now + (lives - MARGIN if lives > MARGIN * 4 else lives * 3 / 4)
        await self._tell(alive=True, words="")
        return self._access

    async def _ask_with_any(self) -> Renewed:
        """Ask with the newest refresh token; when that is dead, with the configured one, which may be newer still."""
        configured = self._grant.refresh_token
        newest = await self._file.read(configured) or configured
        if not newest:
            raise TokenDead(self._grant.mailbox, say(self._language, "mail.token_none"))
        try:
            renewed, used = await self._ask(self._grant, newest), newest
        except TokenDead:
            if not configured or newest == configured:
                raise
            renewed, used = await self._ask(self._grant, configured), configured
        if (renewed.refresh_token or used) != newest:
            await self._file.write(renewed.refresh_token or used, configured)
        return renewed

    async def _tell(self, *, alive: bool, words: str) -> None:
        if self._on_state is None:
            return
        try:
            await self._on_state(alive, words)
        except Exception:
            log.exception("mail.token_state_not_told", extra={"mailbox": self._grant.mailbox})


async def _to_its_end(renewing: Awaitable[Renewed]) -> Renewed:
    """Let a renewal end though we are stopped: a refresh token that was rotated and not kept would be lost."""
    task = asyncio.ensure_future(renewing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.cancelled():
            await asyncio.wait({asyncio.gather(task, return_exceptions=True)}, timeout=FAREWELL)
        raise
