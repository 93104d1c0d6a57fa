"""Two ways to count what was sent against a limit, in seconds of any clock: a sliding window and a leaky bucket."""

from collections import deque


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
