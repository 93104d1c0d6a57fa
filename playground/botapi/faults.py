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
class _Fault:
    method: str
    times: int
    error: ApiError | None = None
    when: When | None = None


@dataclass(slots=True, eq=False)
class Faults:
    """What is to go wrong, in the order given; a method's name in any case, "*" for every method."""

    _failing: list[_Fault] = field(default_factory=list)
    _cutting: list[_Fault] = field(default_factory=list)
    _hanging: dict[str, asyncio.Event] = field(default_factory=dict)

    def fail_next(
        self, method: str, status: int, description: str | None = None, times: int = 1, *,
        retry_after: int | None = None, when: When | None = None,
    ) -> None:  # fmt: skip
        """The next `times` calls (those that `when` picks by their parameters) are answered so, and do nothing."""
        words = description or _USUAL.get(status, "Internal Server Error").format(retry_after=retry_after)
        parameters = {"retry_after": retry_after} if retry_after is not None else None
        error = ApiError(status, words, parameters)
        self._failing.append(_Fault(method=method.lower(), times=times, error=error, when=when))

    def answer_then_cut(self, method: str, times: int = 1, when: When | None = None) -> None:
        """The next `times` calls do their work, but the connection is cut before the answer."""
        self._cutting.append(_Fault(method=method.lower(), times=times, when=when))

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
        for name in (method.lower(), "*"):
            if (event := self._hanging.get(name)) is not None:
                await event.wait()
        fault = _taken(self._failing, method, params)
        if fault is not None and fault.error is not None:
            raise fault.error

    def cuts(self, method: str, params: Json) -> bool:
        return _taken(self._cutting, method, params) is not None


def _taken(faults: list[_Fault], method: str, params: Json) -> _Fault | None:
    for fault in faults:
        if fault.method not in {method.lower(), "*"} or (fault.when is not None and not fault.when(params)):
            continue
        fault.times -= 1
        if fault.times <= 0:
            faults.remove(fault)
        return fault
    return None
