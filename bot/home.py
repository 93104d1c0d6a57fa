"""The engineers' groups as they stand now: their ids, which migration changes, and what is switched on in them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desk import group
from desk.desk import Desk
from desk.parcels import Outgoing

FOREIGN_QUIET = 600.0  # seconds in which a foreign group is spoken to once


@dataclass(slots=True, kw_only=True)
class Group:
    """One group of engineers. `configured` is the id that the configuration names, `chat_id` the one it has now."""

    configured: str
    chat_id: str
    forum: bool = True
    emojis: frozenset[str] | None = None  # the reactions that are allowed; None: all
    seen: bool = False  # it was asked what it is like
    no_topics_until: float = 0.0  # by the clock: before then no topic is asked for, since we may not make any
    no_topics_why: str = ""
    told_at: float = float("-inf")  # when the operator was last told of its loss

    def allows(self, emoji: str) -> bool:
        return not emoji or self.emojis is None or emoji in self.emojis


def _no_lines() -> Mapping[str, str]:
    return {}


@dataclass(slots=True, kw_only=True)
class Home:
    """Rule: a group's id is what `desk.group` remembers of migrations; nothing else changes it.

    `lines`: the configured group of each line that has one of its own, as the configuration says now.
    """

    configured: str  # the main group, also of every line without one of its own
    lines: Callable[[], Mapping[str, str]] = _no_lines
    username: str = ""  # the bot's own
    bot_id: int = 0
    clock: Callable[[], float] = time.monotonic
    _groups: dict[str, Group] = field(default_factory=dict)
    _moved: dict[str, str] = field(default_factory=dict)
    _former: dict[str, str] = field(default_factory=dict)
    _told: dict[str, float] = field(default_factory=dict)

    async def refresh(self, desk: Desk) -> None:
        """Look the groups' ids up; a migration may have changed them."""
        async with desk.view() as unit:
            self._moved = await group.moves(unit)
            self._former = await group.former(unit)
        for each in self._groups.values():
            each.chat_id = self._moved.get(each.configured, each.configured)

    @property
    def main(self) -> Group:
        return self._group(self.configured)

    @property
    def chat_id(self) -> str:
        return self.main.chat_id

    @property
    def forum(self) -> bool:
        return self.main.forum

    @property
    def emojis(self) -> frozenset[str] | None:
        return self.main.emojis

    def all(self) -> list[Group]:
        """Every group, the main one first."""
        return [self._group(one) for one in dict.fromkeys((self.configured, *self.lines().values()))]

    def line(self, name: str) -> Group:
        """The group of a line; the main one where it has none of its own."""
        return self._group(self.lines().get(name, self.configured))

    def at(self, chat_id: str) -> Group | None:
        """The group with that id; None when it is none of ours."""
        return next((each for each in self.all() if each.chat_id == chat_id), None)

    def once(self, chat_id: str) -> Group | None:
        """The group that had that id before it migrated, however often; None for any other."""
        for _ in self._former:
            chat_id = self._former.get(chat_id, chat_id)
        return self.at(chat_id)

    def of(self, message: Outgoing) -> Group:
        """Where a message for the engineers goes: the chat that it names, else the group of its line."""
        named = self.at(message.thread_place) if message.thread_place else None
        return named or self.line(message.place)

    def _group(self, configured: str) -> Group:
        if configured not in self._groups:
            chat_id = self._moved.get(configured, configured)
            self._groups[configured] = Group(configured=configured, chat_id=chat_id)
        return self._groups[configured]

    def told(self, place: str) -> bool:
        """Whether that foreign group was spoken to a moment ago."""
        at = self._told.get(place)
        return at is not None and self.clock() - at < FOREIGN_QUIET

    def tell(self, place: str) -> None:
        now = self.clock()
        self._told = {key: at for key, at in self._told.items() if now - at < FOREIGN_QUIET} | {place: now}
