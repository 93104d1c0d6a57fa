"""Misfortunes on order, and the log of calls."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from playground.botapi.errors import ApiError
from playground.botapi.model import Json

_USUAL = {
    400: "Bad Request: something is wrong", 401: "Unauthorized", 403: "Forbidden: bot was blocked by the user",
    404: "Not Found", 409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance"
    " is running", 429: "Too Many Requests: retry after {retry_after}", 500: "Internal Server Error",
    502: "Bad Gateway", 504: "Gateway Timeout",
}  # fmt: skip

When = Callable[[Json], bool]


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One call of the bot; `status` is None until it is answered."""

    method: str
    params: Json
    at: datetime
    files: tuple[str, ...] = ()
    status: int | None = None
    description: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """One misfortune: what it befalls, how often still (None: until `withdraw`), how often it did."""

    method: str
    times: int | None
    error: ApiError | None = None
    when: When | None = None
    struck: Callable[[], None] | None = None
    """Called each time that it befalls a call."""
    befell: int = 0


@dataclass(slots=True, eq=False)
class Faults:
    """What is to go wrong, in the order given; a method's name in any case, "*" for every method, "-name" for all but
    that one."""

    _failing: list[Fault] = field(default_factory=list)
    _cutting: list[Fault] = field(default_factory=list)
    _hanging: dict[str, asyncio.Event] = field(default_factory=dict)

    def fail_next(
        self, method: str, status: int, description: str | None = None, times: int | None = 1, *,
        retry_after: int | None = None, when: When | None = None, struck: Callable[[], None] | None = None,
    ) -> Fault:  # fmt: skip
        """The next `times` calls (those that `when` picks by their parameters) are answered so, and do nothing.

        None times: all of them, until `withdraw` or `clear`.
        """
        if status == 429 and retry_after is None:
            retry_after = 1
        words = description or _USUAL.get(status, "Internal Server Error").format(retry_after=retry_after)
        parameters = {"retry_after": retry_after} if retry_after is not None else None
        error = ApiError(status, words, parameters)
        fault = Fault(method=method.lower(), times=times, error=error, when=when, struck=struck)
        self._failing.append(fault)
        return fault

    def answer_then_cut(
        self, method: str, times: int | None = 1, when: When | None = None, *, struck: Callable[[], None] | None = None
    ) -> Fault:
        """The next `times` calls do their work, but the connection is cut before the answer."""
        fault = Fault(method=method.lower(), times=times, when=when, struck=struck)
        self._cutting.append(fault)
        return fault

    def withdraw(self, fault: Fault) -> None:
        """That misfortune ends here, whether it struck or not."""
        for faults in (self._failing, self._cutting):
            if fault in faults:
                faults.remove(fault)

    def stands(self, fault: Fault) -> bool:
        """Whether it may still strike."""
        return fault in self._failing or fault in self._cutting

    def hang(self, method: str) -> None:
        """From now on calls of the method wait, having done nothing, until `release` or until they go away."""
        self._hanging.setdefault(method.lower(), asyncio.Event())

    def release(self, method: str) -> None:
        """Let the hanging calls go on, and those to come."""
        event = self._hanging.pop(method.lower(), None)
        if event is not None:
            event.set()

    def clear(self) -> None:
        """No misfortunes any more."""
        self._failing.clear()
        self._cutting.clear()
        for method in list(self._hanging):
            self.release(method)

    async def before(self, method: str, params: Json) -> None:
        """Wait or raise as ordered."""
        for name, event in list(self._hanging.items()):
            if _fits(name, method):
                await event.wait()
        fault = _taken(self._failing, method, params)
        if fault is not None and fault.error is not None:
            raise fault.error

    def cuts(self, method: str, params: Json) -> bool:
        return _taken(self._cutting, method, params) is not None


def _fits(name: str, method: str) -> bool:
    method = method.lower()
    return name != f"-{method}" if name.startswith("-") else name in {method, "*"}


def _taken(faults: list[Fault], method: str, params: Json) -> Fault | None:
    for fault in faults:
        if not _fits(fault.method, method) or (fault.when is not None and not fault.when(params)):
            continue
        fault.befell += 1
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                faults.remove(fault)
        if fault.struck is not None:
            fault.struck()
        return fault
    return None
