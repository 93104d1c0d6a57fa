"""Telegram's limits as pure accounting: how long a message must wait, given what was sent before.

Rule: `ready_in` only looks, `spend` writes down, `reserve` does both at once, so that what is started side by side
stays within the limits together. Time is the injected clock's, in seconds.

Telegram allows about 30 messages a second in all, one a second in a private chat and 20 a minute in a group, where
edits and new topics count and reactions do not (Bots FAQ, "My bot is hitting limits").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.render import parts_of
from bot.windows import Evenly, Window
from desk.parcels import Act, Outgoing, Purpose

KEPT = 2  # places a minute that only answers to engineers may take
BURST = 4  # a new ticket is a topic, a card and its words: they go together, then evenly
TOPICS = 15  # new topics a minute before Telegram punishes (measured by others: 10-20)
MINUTE = 60.0
CROWD = 10_000  # chats remembered before the idle ones are forgotten
URGENT = frozenset({Purpose.REPLY, Purpose.ANSWER, Purpose.QUESTION, Purpose.RECEIPT, Purpose.CODE})


@dataclass(slots=True)
class Booking:
    """Places written down at a moment for messages that are still to go."""

    at: float
    left: int
    topics: int
    group: str


class GroupPace:
    """The accounts of one group of engineers."""

    def __init__(self, per_minute: float) -> None:
        self.all = Window(per_minute, MINUTE)
        self.topics = Window(min(TOPICS, per_minute), MINUTE)
        ordinary = per_minute - KEPT if per_minute > KEPT else per_minute
        self.evenly = Evenly(MINUTE / ordinary, BURST) if per_minute > 0 else None

    def wait(self, now: float, cost: int, *, topics: int, urgent: bool) -> float:
        if urgent:
            return self.all.wait(now, cost)
        evenly = self.evenly.wait(now) if self.evenly and cost else 0.0
        return max(self.all.wait(now, cost, kept=KEPT), evenly, self.topics.wait(now, topics))

    def add(self, now: float, cost: int, *, topics: int, urgent: bool) -> None:
        self.all.add(now, cost)
        self.topics.add(now, topics)
        if self.evenly and not urgent:
            self.evenly.add(now, cost)


class Pace:
    """The accounts of one bot. `ready_in` answers in the desk's terms, `spend` is called as a message goes out.

    `group`: the chat id of the engineers' group that a message goes to; each has its own accounts.
    """

    def __init__(
        self, *, per_second: float, chat_per_second: float, group_per_minute: float, clock: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._chat_rate = chat_per_second
        self._all = Window(per_second, 1.0)
        self._chats: dict[str, Window] = {}
        self._group_rate = group_per_minute
        self._groups: dict[str, GroupPace] = {}
        self._paused: dict[str, float] = {}
        self._booked: dict[int, Booking] = {}

    def ready_in(self, message: Outgoing, *, group: str = "", forum: bool = True) -> timedelta:
        """How long the message must wait; zero: it may go now."""
        return self._wait(message, group, cost_of(message, forum=forum), topics=_topics(message, forum=forum))

    def spend(self, message: Outgoing, *, group: str = "", forum: bool = True) -> None:
        """Write the message down as sent now."""
        self._write(message, group, cost_of(message, forum=forum), topics=_topics(message, forum=forum))

    def reserve(
        self, message: Outgoing, *, before: Sequence[Act] = (), group: str = "", forum: bool = True
    ) -> timedelta:
        """Take places for a message and for what must precede it; how long to wait where there are none."""
        topics = before.count(Act.OPEN) + int(message.act is Act.OPEN) if forum else 0
        cost = cost_of(message, forum=forum) + sum(1 for act in before if forum or act is not Act.OPEN)
        wait = self._wait(message, group, cost, topics=topics)
        if wait <= timedelta(0):
            self._booked[message.id] = Booking(at=self._clock(), left=cost, topics=topics, group=group)
            self._write(message, group, cost, topics=topics)
        return wait

    def use(self, message: Outgoing, *, group: str = "", forum: bool = True) -> bool:
        """Whether places were reserved under the message's id, in that group; they are used up."""
        booking, cost = self._booked.get(message.id), cost_of(message, forum=forum)
        if booking is None or booking.left < cost or booking.group != group or self._pause_left(message, group) > 0:
            return False
        topics = min(booking.topics, int(message.act is Act.OPEN))
        booking.left -= cost
        booking.topics -= topics
        # Telegram counts from when it hears of a message, not from when we thought of it.
        now = self._clock()
        for window, used in zip(self._windows(message, group, now), (cost, cost, topics), strict=False):
            window.take_back(booking.at, used)
            window.add(now, used)
        return True

    def release(self, message: Outgoing) -> None:
        """Give back what was reserved under the message's id and not used."""
        booking = self._booked.pop(message.id, None)
        if booking is None:
            return
        left = (booking.left, booking.left, booking.topics)
        for window, unused in zip(self._windows(message, booking.group, booking.at), left, strict=False):
            window.take_back(booking.at, unused)
        evenly = self._of(booking.group).evenly
        if evenly and message.channel == "group" and message.purpose not in URGENT:
            evenly.take_back(booking.left)

    def _of(self, group: str) -> GroupPace:
        if group not in self._groups:
            self._groups[group] = GroupPace(self._group_rate)
        return self._groups[group]

    def _windows(self, message: Outgoing, group: str, now: float) -> tuple[Window, ...]:
        if message.channel != "group":
            return self._all, self._chat_window(message.place, now)
        return self._all, self._of(group).all, self._of(group).topics

    def _wait(self, message: Outgoing, group: str, cost: int, *, topics: int) -> timedelta:
        now = self._clock()
        waits = [self._pause_left(message, group), self._all.wait(now, max(cost, 1))]
        if message.act in (Act.REACT, Act.LEAVE):
            return timedelta(seconds=max(0.0, *waits))
        if message.channel != "group":
            window = self._chats.get(message.place)
            waits.append(window.wait(now, cost) if window else 0.0)
        else:
            waits.append(self._of(group).wait(now, cost, topics=topics, urgent=message.purpose in URGENT))
        return timedelta(seconds=max(0.0, *waits))

    def _write(self, message: Outgoing, group: str, cost: int, *, topics: int) -> None:
        now = self._clock()
        self._all.add(now, max(cost, 1))
        if message.act in (Act.REACT, Act.LEAVE):
            return
        if message.channel != "group":
            self._chat_window(message.place, now).add(now, cost)
            return
        self._of(group).add(now, cost, topics=topics, urgent=message.purpose in URGENT)

    def _pause_left(self, message: Outgoing, group: str) -> float:
        now = self._clock()
        return self._paused.get(_chat(message, group), now) - now

    def pause(self, message: Outgoing, seconds: float, *, group: str = "") -> None:
        """Telegram said to leave that chat alone for so long."""
        now = self._clock()
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        key = _chat(message, group)
        self._paused[key] = max(self._paused.get(key, now), now + seconds)

    def go_on(self, group: str) -> None:
        """That group of engineers can be written to again."""
        self._paused.pop(f"group:{group}", None)

    def _chat_window(self, place: str, now: float) -> Window:
        if len(self._chats) > CROWD:
            self._chats = {key: window for key, window in self._chats.items() if not window.idle(now)}
        # A chat with a negative id is a group: a client's own. It has a group's pace.
        fresh = Window(self._group_rate, MINUTE) if place.startswith("-") else Window(self._chat_rate, 1.0)
        return self._chats.setdefault(place, fresh)


def cost_of(message: Outgoing, *, forum: bool = True) -> int:
    """How many messages it is for Telegram. Reactions are none; a group without topics makes none either."""
    if message.act in (Act.REACT, Act.LEAVE, Act.DELETE):
        return 0
    if message.act in (Act.OPEN, Act.TOPIC, Act.DROP):
        return 1 if forum and message.channel == "group" else 0
    return parts_of(message) if message.act is Act.SAY else 1


def _topics(message: Outgoing, *, forum: bool) -> int:
    return int(forum and message.act is Act.OPEN)


def _chat(message: Outgoing, group: str) -> str:
    return f"group:{group}" if message.channel == "group" else message.place
