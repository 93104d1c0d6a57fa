"""Telegram's limits as pure accounting: how long a message must wait, given what was sent before.

Rule: `ready_in` only looks, `spend` writes down, `reserve` does both at once, so that what is started side by side
stays within the limits together. Time is the injected clock's, in seconds.

Telegram allows about 30 messages a second in all, one a second in a private chat and 20 a minute in a group, where
edits and new topics count and reactions do not (Bots FAQ, "My bot is hitting limits").
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.render import parts_of
from desk.parcels import Act, Outgoing, Purpose

KEPT = 2  # places a minute that only answers to engineers may take
BURST = 4  # a new ticket is a topic, a card and its words: they go together, then evenly
TOPICS = 15  # new topics a minute before Telegram punishes (measured by others: 10-20)
MINUTE = 60.0
CROWD = 10_000  # chats remembered before the idle ones are forgotten
URGENT = frozenset({Purpose.REPLY, Purpose.ANSWER, Purpose.QUESTION, Purpose.RECEIPT, Purpose.CODE})


class Window:
    """At most `limit` in any `span` seconds, exactly; 0 is no limit."""

    def __init__(self, limit: float, span: float) -> None:
        # Less than one a second is one in some seconds.
        self.limit = max(1, int(limit)) if limit > 0 else 0
        self.span = span if limit >= 1 or limit <= 0 else span / limit
        self._sent: deque[float] = deque()

    def wait(self, now: float, cost: int, *, kept: int = 0) -> float:
        """Seconds until `cost` more fit, leaving `kept` places free. More than the limit fit into an empty window."""
        if not self.limit or cost <= 0:
            return 0.0
        self._forget(now)
        room = max(1, self.limit - kept)
        over = len(self._sent) + cost - room
        if over <= 0:
            return 0.0
        gone = self._sent[min(over, len(self._sent)) - 1] if self._sent else now - self.span
        return max(0.0, gone + self.span - now)

    def add(self, now: float, cost: int) -> None:
        """Write down `cost`; what is over the limit counts as sent later, so that the average holds."""
        if not self.limit:
            return
        self._forget(now)
        for index in range(cost):
            self._sent.append(now + (index // self.limit) * self.span)

    def take_back(self, at: float, cost: int) -> None:
        """Strike out `cost` written down at that time, as far as they still count."""
        for _ in range(cost):
            if at in self._sent:
                self._sent.remove(at)

    def idle(self, now: float) -> bool:
        self._forget(now)
        return not self._sent

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] <= now - self.span:
            self._sent.popleft()


class Evenly:
    """A leaky bucket: one each `interval` seconds on average, `burst` at once after a rest."""

    def __init__(self, interval: float, burst: int) -> None:
        self._interval = interval
        self._slack = interval * max(0, burst - 1)
        self._due = float("-inf")

    def wait(self, now: float) -> float:
        return max(0.0, self._due - self._slack - now)

    def add(self, now: float, cost: int) -> None:
        self._due = max(self._due, now) + self._interval * cost

    def take_back(self, cost: int) -> None:
        self._due -= self._interval * cost


@dataclass(slots=True)
class Booking:
    """Places written down at a moment for messages that are still to go."""

    at: float
    left: int
    topics: int


class Pace:
    """The accounts of one bot. `ready_in` answers in the desk's terms, `spend` is called as a message goes out."""

    def __init__(
        self, *, per_second: float, chat_per_second: float, group_per_minute: float, clock: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._chat_rate = chat_per_second
        self._all = Window(per_second, 1.0)
        self._chats: dict[str, Window] = {}
        self._group = Window(group_per_minute, MINUTE)
        self._topics = Window(min(TOPICS, group_per_minute), MINUTE)
        ordinary = group_per_minute - KEPT if group_per_minute > KEPT else group_per_minute
        self._evenly = Evenly(MINUTE / ordinary, BURST) if group_per_minute > 0 else None
        self._paused: dict[str, float] = {}
        self._booked: dict[int, Booking] = {}

    def ready_in(self, message: Outgoing, *, forum: bool = True) -> timedelta:
        """How long the message must wait; zero: it may go now."""
        return self._wait(message, cost_of(message, forum=forum), topics=int(forum and message.act is Act.OPEN))

    def spend(self, message: Outgoing, *, forum: bool = True) -> None:
        """Write the message down as sent now."""
        self._write(message, cost_of(message, forum=forum), topics=int(forum and message.act is Act.OPEN))

    def reserve(self, message: Outgoing, *, before: Sequence[Act] = (), forum: bool = True) -> timedelta:
        """Take places for a message and for what must precede it; how long to wait where there are none."""
        topics = before.count(Act.OPEN) + int(message.act is Act.OPEN) if forum else 0
        cost = cost_of(message, forum=forum) + sum(1 for act in before if forum or act is not Act.OPEN)
        wait = self._wait(message, cost, topics=topics)
        if wait <= timedelta(0):
            self._booked[message.id] = Booking(at=self._clock(), left=cost, topics=topics)
            self._write(message, cost, topics=topics)
        return wait

    def use(self, message: Outgoing, *, forum: bool = True) -> bool:
        """Whether places were reserved under the message's id; they are used up."""
        booking, cost = self._booked.get(message.id), cost_of(message, forum=forum)
        if booking is None or booking.left < cost or self._pause_left(message) > 0:
            return False
        topics = min(booking.topics, int(message.act is Act.OPEN))
        booking.left -= cost
        booking.topics -= topics
        # Telegram counts from when it hears of a message, not from when we thought of it.
        now = self._clock()
        for window, used in zip(self._windows(message, now), (cost, cost, topics), strict=False):
            window.take_back(booking.at, used)
            window.add(now, used)
        return True

    def release(self, message: Outgoing) -> None:
        """Give back what was reserved under the message's id and not used."""
        booking = self._booked.pop(message.id, None)
        if booking is None:
            return
        left = (booking.left, booking.left, booking.topics)
        for window, unused in zip(self._windows(message, booking.at), left, strict=False):
            window.take_back(booking.at, unused)
        if self._evenly and message.channel == "group" and message.purpose not in URGENT:
            self._evenly.take_back(booking.left)

    def _windows(self, message: Outgoing, now: float) -> tuple[Window, ...]:
        if message.channel != "group":
            return self._all, self._chat_window(message.place, now)
        return self._all, self._group, self._topics

    def _wait(self, message: Outgoing, cost: int, *, topics: int) -> timedelta:
        now = self._clock()
        waits = [self._pause_left(message), self._all.wait(now, max(cost, 1))]
        if message.act in (Act.REACT, Act.LEAVE):
            return timedelta(seconds=max(0.0, *waits))
        if message.channel != "group":
            window = self._chats.get(message.place)
            waits.append(window.wait(now, cost) if window else 0.0)
        elif message.purpose in URGENT:
            waits.append(self._group.wait(now, cost))
        else:
            waits.append(self._group.wait(now, cost, kept=KEPT))
            if self._evenly and cost:
                waits.append(self._evenly.wait(now))
            waits.append(self._topics.wait(now, topics))
        return timedelta(seconds=max(0.0, *waits))

    def _write(self, message: Outgoing, cost: int, *, topics: int) -> None:
        now = self._clock()
        self._all.add(now, max(cost, 1))
        if message.act in (Act.REACT, Act.LEAVE):
            return
        if message.channel != "group":
            self._chat_window(message.place, now).add(now, cost)
            return
        self._group.add(now, cost)
        self._topics.add(now, topics)
        if self._evenly and message.purpose not in URGENT:
            self._evenly.add(now, cost)

    def _pause_left(self, message: Outgoing) -> float:
        now = self._clock()
        return self._paused.get(_chat(message), now) - now

    def pause(self, message: Outgoing, seconds: float) -> None:
        """Telegram said to leave that chat alone for so long."""
        now = self._clock()
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        self._paused[_chat(message)] = max(self._paused.get(_chat(message), now), now + seconds)

    def _chat_window(self, place: str, now: float) -> Window:
        if len(self._chats) > CROWD:
            self._chats = {key: window for key, window in self._chats.items() if not window.idle(now)}
        return self._chats.setdefault(place, Window(self._chat_rate, 1.0))


def cost_of(message: Outgoing, *, forum: bool = True) -> int:
    """How many messages it is for Telegram. Reactions are none; a group without topics makes none either."""
    if message.act in (Act.REACT, Act.LEAVE):
        return 0
    if message.act in (Act.OPEN, Act.TOPIC, Act.DROP):
        return 1 if forum and message.channel == "group" else 0
    return parts_of(message) if message.act is Act.SAY else 1


def _chat(message: Outgoing) -> str:
    return "group" if message.channel == "group" else message.place
