"""What happened in the world: recorded, told to whoever listens, waited for."""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, Final

from playground.botapi.model import Chat, Json
from playground.botapi.transcript import Event

Now = Callable[[], datetime]

_GLANCE: Final = 0.05
"""Seconds after which `until` looks again even if nothing happened here: the condition may be about a database."""


def real_now() -> datetime:
    return datetime.now(UTC)


class Happenings:
    """The log of events, its listeners and those who wait for something."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.log: list[Event] = []
        self._waiters: set[asyncio.Future[None]] = set()
        self._listeners: set[asyncio.Queue[Event]] = set()

    def tell(self, kind: str, line: str, *, chat: Chat | None = None, data: Json | None = None) -> None:
        """Record that something happened and wake whoever waits."""
        event = Event(
            number=len(self.log) + 1, at=self.now(), kind=kind, line=line, chat=chat.id if chat else None,
            data=copy.deepcopy(data or {}),
        )  # fmt: skip
        self.log.append(event)
        for queue in self._listeners:
            queue.put_nowait(event)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def events(self, *, since: int = 0) -> AsyncIterator[Event]:
        """Every event after number `since`, those to come too; ends only when the reader leaves."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        for event in self.log[since:]:
            queue.put_nowait(event)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    async def until(
        self,
        condition: Callable[[], Any | Awaitable[Any]],
        timeout: float = 5.0,  # noqa: ASYNC109 - a test says how long it is ready to wait
        what: str = "",
    ) -> Any:
        """What `condition` returns once that is true; a LookupError in it counts as not yet.

        Raises AssertionError with the transcript after `timeout` real seconds.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            try:
                if value := await _value(condition):
                    return value
                left = deadline - loop.time()
                if left <= 0:
                    raise AssertionError(f"not within {timeout:g} s: {what or 'condition'}\n{self.transcript()}")
                await asyncio.wait({waiter}, timeout=min(left, _GLANCE))
            finally:
                self._waiters.discard(waiter)

    def transcript(self, *, calls: bool = False) -> str:
        """What happened so far, a line each; `calls` adds the bot's calls and confirmations."""
        quiet = set() if calls else {"call", "confirmed"}
        return "\n".join(str(event) for event in self.log if event.kind not in quiet)


async def _value(condition: Callable[[], Any | Awaitable[Any]]) -> Any:
    try:
        value = condition()
        return await value if isawaitable(value) else value
    except LookupError:
        return None
