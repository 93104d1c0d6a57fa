"""The updates that wait for the bot: kept until they are confirmed by an offset or by the webhook's 2xx.

Rule: an update leaves only through `confirm`, or when nobody fetched it for a day; what the bot does not ask for is
never made.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from playground.botapi.errors import conflict
from playground.botapi.model import Json

Now = Callable[[], datetime]

ALL_KINDS: Final = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "guest_message", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "subscription",
    "stopped_message_generation",
})  # fmt: skip
KEPT: Final = timedelta(hours=24)
"""How long updates wait (Bot API, "Getting updates")."""
DEFAULT_KINDS: Final = ALL_KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
"""What comes when nobody said `allowed_updates` (Bot API, getUpdates)."""

_OTHER_POLLER: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_ACTIVE: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Inbox:
    """The queue, its one poller and the kinds that the bot asked for last."""

    def __init__(self, now: Now, changed: Callable[[], None], dropped: Callable[[int], None]) -> None:
        self.keep: timedelta | None = KEPT
        self.pending: list[Json] = []
        self.allowed: Sequence[str] | None = None
        self.webhook: str | None = None
        self.arrived = asyncio.Event()
        self._now = now
        self._changed = changed
        self._dropped = dropped
        self._came: deque[tuple[datetime, int]] = deque()
        self._next_id = 1
        self._poller: asyncio.Future[str] | None = None

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.allowed) if self.allowed else DEFAULT_KINDS

    def push(self, kind: str, payload: Json) -> None:
        """Add an update of one kind, unless the bot does not ask for that kind."""
        if kind not in self.kinds:
            return
        self.pending.append({"update_id": self._next_id, kind: payload})
        if self.keep is not None:
            self._came.append((self._now(), self._next_id))
        self._next_id += 1
        self.arrived.set()
        self._wake("news")

    def allow(self, kinds: Sequence[str] | None) -> None:
        """What the bot wants from now on; None leaves it as it is, unknown words mean nothing to Telegram."""
        if kinds is not None:
            self.allowed = [kind for kind in kinds if kind in ALL_KINDS]

    def confirm(self, offset: int) -> None:
        """Forget what is before `offset`; a negative one keeps that many of the last."""
        before = len(self.pending)
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [update for update in self.pending if update["update_id"] >= offset]
        if len(self.pending) != before:
            self._changed()

    def expire(self) -> None:
        """Forget what nobody fetched in time."""
        if self.keep is None:
            return
        last, oldest = 0, self._now() - self.keep
        while self._came and self._came[0][0] < oldest:
            _, last = self._came.popleft()
        before = len(self.pending)
        self.pending = [update for update in self.pending if update["update_id"] > last]
        if len(self.pending) != before:
            self._dropped(before - len(self.pending))

    async def take(self, offset: int, limit: int, timeout_seconds: float) -> list[Json]:
        """What waits, at most `limit`; a 409 for the poller that another one or a webhook displaces."""
        if self.webhook:
            raise conflict(_WEBHOOK_ACTIVE)
        self._wake("displaced")
        self.expire()
        self.confirm(offset)
        if not self.pending and timeout_seconds > 0:
            await self._wait(timeout_seconds)
        return self.pending[: limit or 100]

    async def _wait(self, timeout_seconds: float) -> None:
        mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poller = mine
        try:
            async with asyncio.timeout(timeout_seconds):
                why = await mine
        except TimeoutError:
            return
        finally:
            if self._poller is mine:
                self._poller = None
        if why == "displaced":
            raise conflict(_OTHER_POLLER)
        if why == "webhook":
            raise conflict("terminated by setWebhook request")

    def _wake(self, why: str) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(why)

    def use_webhook(self, url: str | None) -> None:
        self.webhook = url
        if url:
            self._wake("webhook")
        self.arrived.set()

    def drop(self) -> None:
        self.pending = []
        self._changed()

    def release(self) -> None:
        """Let a waiting poller go with nothing."""
        self._wake("closed")

    @staticmethod
    def kind_of(update: Json) -> tuple[str, Any]:
        """The one field of an update besides its id."""
        return next((key, value) for key, value in update.items() if key != "update_id")
