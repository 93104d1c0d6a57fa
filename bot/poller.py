"""Fetches updates from Telegram, has them stored, and only then confirms them.

Rule: the offset moves past an update only after `receive` returned: what a crash interrupts, Telegram gives again.

aiogram's own polling confirms an update whose handler raised, and one update that it cannot decode stops it for good;
here updates are raw until they are stored.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, cast

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from bot.decode import KINDS, kind_of
from bot.raw import RawGetUpdates
from bot.redact import redact
from desk.errors import AlreadyRunning, NoRoom
from desk.ports import Arrival, Receive

LONG_POLL = 30  # seconds; a proxy that cuts silent connections often does after 60
GRACE = 15  # seconds that an answer may be late
STARTING = 60.0  # seconds in which conflicts mean that somebody else was here first
CONFLICTS = 4
# While running we answer a newcomer's conflict quickly: it is the newcomer that is to give up.
CONFLICT_PAUSE = 3.0
SLOWEST = 30.0
FULL_PAUSE = 2.0
HEALTH_EVERY = 50.0  # the same good news is not told more often
log = logging.getLogger(__name__)

Say = Callable[..., str]


class OnHealth(Protocol):
    """Called with False and a sentence when updates cannot be had, with True and "" when they can again.

    And with True now and then while all is well, for whoever asks since when nothing was heard.
    """

    def __call__(self, ok: bool, reason: str) -> None: ...


def unheard(ok: bool, reason: str) -> None:
    """For whoever does not care about the health."""


class Poller:
    """The long poll of one bot."""

    def __init__(
        self,
        bot: Bot,
        say: Say,
        *,
        on_health: OnHealth = unheard,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        long_poll: int = LONG_POLL,
        aside: Mapping[str, Callable[[dict[str, Any]], None]] = MappingProxyType({}),
    ) -> None:
        """`aside`: takers of kinds of updates that are no messages: they are not stored."""
        self._bot = bot
        self._say = say
        self._on_health = on_health
        self._clock = clock
        self._sleep = sleep
        self._long_poll = long_poll
        self._aside = aside
        self._offset: int | None = None
        self._healthy = True
        self._failures = 0
        self._conflicts = 0
        self._started = self._told_at = clock()

    async def run(self, receive: Receive) -> None:
        """Poll until cancelled. AlreadyRunning when, at the start, another process polls or a webhook is set."""
        self._started = self._clock()
        while True:
            try:
                updates = await self._fetch()
            except AiogramError as error:
                await self._sleep(self._pause_after(error))
                continue
            self._failures = 0
            if updates:
                await self._store(updates, receive)
            self._health()

    async def _fetch(self) -> list[dict[str, Any]]:
        call = RawGetUpdates(offset=self._offset, timeout=self._long_poll, allowed_updates=[*KINDS, *self._aside])
        found = cast("list[Any]", await self._bot(call, request_timeout=self._long_poll + GRACE))
        return [each for each in found if isinstance(each, dict) and isinstance(each.get("update_id"), int)]

    async def _store(self, updates: Sequence[dict[str, Any]], receive: Receive) -> None:
        for update in updates:
            for kind in self._aside.keys() & update.keys():
                self._aside[kind](update)
        arrivals = [arrival(self._bot.id, update) for update in updates if kind_of(update)]
        while arrivals:
            try:
                await receive(arrivals)
                break
            except NoRoom:
                self._health(self._say("bot.no_room"))
                await self._sleep(FULL_PAUSE)
            except Exception:  # whatever keeps them from being stored: unconfirmed they are safe with Telegram
                log.exception("poll.not_stored")
                self._health(self._say("bot.not_stored"))
                await self._sleep(FULL_PAUSE)
        self._offset = max(update["update_id"] for update in updates) + 1

    def _pause_after(self, error: AiogramError) -> float:
        """Seconds to wait before the next try. AlreadyRunning when it would be of no use."""
        self._failures += 1
        if isinstance(error, TelegramConflictError):
            return self._after_conflict(error)
        if isinstance(error, TelegramRetryAfter):
            return float(error.retry_after)
        if isinstance(error, (TelegramUnauthorizedError, TelegramNotFound)):
            self._health(self._say("bot.bad_token"))
            return SLOWEST
        reason = redact(str(getattr(error, "message", "") or type(error).__name__), self._bot.token)
        if self._failures > 1:  # a single lost connection is everyday
            self._health(self._say("bot.unreachable", reason=reason))
        log.info("poll.failed try=%d %s", self._failures, reason)
        return backoff(self._failures)

    def _after_conflict(self, error: TelegramConflictError) -> float:
        webhook = "webhook" in error.message.lower()
        sentence = self._say("bot.webhook" if webhook else "bot.running_elsewhere")
        self._conflicts += 1
        if self._clock() - self._started < STARTING:
            # The long poll of a process that just ended may linger for a moment; somebody else's stays.
            if webhook or self._conflicts >= CONFLICTS:
                raise AlreadyRunning(sentence, sort="bot", place=str(self._bot.id))
            return float(2 ** (self._conflicts - 1))
        self._health(sentence)
        return CONFLICT_PAUSE

    def _health(self, reason: str = "") -> None:
        if reason:
            if self._healthy:
                log.warning("poll.unhealthy %s", reason)
            self._healthy = False
            self._on_health(ok=False, reason=reason)
            return
        if not self._healthy:
            log.warning("poll.healthy")
        elif self._clock() - self._told_at < HEALTH_EVERY:
            return
        self._healthy = True
        self._told_at = self._clock()
        self._on_health(ok=True, reason="")


def backoff(failures: int) -> float:
    """Seconds before the next try: 1, 2, 4 … at most 30, each up to a half shorter so that many do not come at once."""
    longest = min(SLOWEST, 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def arrival(bot_id: int, update: dict[str, Any]) -> Arrival:
    """A raw update as the desk stores it."""
    body = update[kind_of(update)]
    album = body.get("media_group_id") if "message" in update else None
    return Arrival(
        channel="telegram",
        place=str(bot_id),
        external_id=str(update["update_id"]),
        lane=lane_of(body),
        # ASCII, because half of a surrogate pair, which JSON may carry, has no UTF-8.
        body=json.dumps(update).encode(),
        album=str(album or ""),
    )


def lane_of(body: dict[str, Any]) -> str:
    """What is worked on in order: a private chat, or one topic of a group."""
    if "poll_id" in body and isinstance(body.get("user"), dict):
        return f"tg:{body['user'].get('id', '')}"  # an answer to a poll belongs to its writer's private chat
    message = body.get("message")
    place = message if isinstance(message, dict) else body
    chat = place.get("chat")
    chat = chat if isinstance(chat, dict) else {}
    if chat.get("type") == "private":
        return f"tg:{chat.get('id', '')}"
    thread = place.get("message_thread_id", "") if place.get("is_topic_message") else ""
    return f"tg:{chat.get('id', '')}:{thread}"
