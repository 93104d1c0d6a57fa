"""Which function answers which method of the Bot API."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from aiogram.methods import TelegramMethod

from playground.botapi.context import Context

Handler = Callable[[Context, Any], Any | Awaitable[Any]]
_F = TypeVar("_F", bound=Callable[..., Any])

HANDLERS: Final[dict[str, Handler]] = {}
"""By the method's name in small letters; filled by the modules beside this one."""


def answers(*methods: type[TelegramMethod[Any]]) -> Callable[[_F], _F]:
    """Let the function answer these methods."""

    def register(function: _F) -> _F:
        for method in methods:
            HANDLERS[method.__api_method__.lower()] = function
        return function

    return register
