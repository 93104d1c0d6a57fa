"""The engineers' group as it stands now: its id, which migration changes, and what is switched on in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from desk import group
from desk.desk import Desk

FOREIGN_QUIET = 600.0  # seconds in which a foreign group is spoken to once


@dataclass(slots=True, kw_only=True)
class Home:
    """Rule: `chat_id` is what `desk.group.current` says; nothing else changes it."""

    configured: str
    chat_id: str = ""
    username: str = ""  # the bot's own
    bot_id: int = 0
    forum: bool = True
    emojis: frozenset[str] | None = None  # the reactions that are allowed; None: all
    clock: Callable[[], float] = time.monotonic
    _told: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chat_id = self.chat_id or self.configured

    async def refresh(self, desk: Desk) -> None:
        """Look the group's id up; a migration may have changed it."""
        async with desk.view() as unit:
            self.chat_id = await group.current(desk, unit)

    def allows(self, emoji: str) -> bool:
        return not emoji or self.emojis is None or emoji in self.emojis

    def told(self, place: str) -> bool:
        """Whether that foreign group was spoken to a moment ago."""
        at = self._told.get(place)
        return at is not None and self.clock() - at < FOREIGN_QUIET

    def tell(self, place: str) -> None:
        now = self.clock()
        self._told = {key: at for key, at in self._told.items() if now - at < FOREIGN_QUIET} | {place: now}
