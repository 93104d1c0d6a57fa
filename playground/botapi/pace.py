"""Telegram's pace for bots: how many messages it takes before it says 429."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from playground.botapi.errors import too_many


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Telegram's numbers (Bots FAQ, "My bot is hitting limits"); None switches one off."""

    overall_per_second: int | None = 30
    chat_per_second: int | None = 1
    group_per_minute: int | None = 20


@dataclass(slots=True, eq=False)
class Pace:
    """Counts messages in sliding windows of the server's clock."""

    limits: Limits
    now: Callable[[], datetime]
    _times: dict[object, deque[datetime]] = field(default_factory=dict)

    def spend(self, chat_id: int, *, group: bool, count: int = 1) -> None:
        """Take places for `count` messages; a 429 with the seconds to wait where there are none."""
        second, minute = timedelta(seconds=1), timedelta(minutes=1)
        windows: list[tuple[object, int | None, timedelta]] = [("all", self.limits.overall_per_second, second)]
        if group:
            windows.append((chat_id, self.limits.group_per_minute, minute))
        else:
            windows.append((chat_id, self.limits.chat_per_second, second))
        at = self.now()
        for key, limit, window in windows:
            if limit is not None:
                self._check(key, limit, window, count, at)
        for key, _, _ in windows:
            self._times.setdefault(key, deque()).extend([at] * count)

    def _check(self, key: object, limit: int, window: timedelta, count: int, at: datetime) -> None:
        times = self._times.setdefault(key, deque())
        while times and times[0] <= at - window:
            times.popleft()
        over = len(times) + count - limit
        if times and over > 0:
            free = times[min(over, len(times)) - 1] + window - at
            raise too_many(max(1, ceil(free.total_seconds())))
