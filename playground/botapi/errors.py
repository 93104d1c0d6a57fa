"""The refusals of the Bot API, with the words and numbers of the real one.

ApiError: a call that is refused, as the bot sees it (`status`, `description`, `parameters`)
NotPossible: something that a person's app would not let them do; an assertion of the test's author
"""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """A refused call: what goes into `error_code`, `description` and `parameters`."""

    def __init__(self, status: int, description: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = dict(parameters or {})


class NotPossible(AssertionError):
    """A person's app offers no such thing here: write in a closed topic, press a button that is not there."""


def bad(reason: str) -> ApiError:
    """A 400; `reason` begins with a small letter or a constant of Telegram's."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    return ApiError(409, f"Conflict: {reason}")


def too_many(seconds: int) -> ApiError:
    """A 429 that asks to wait `seconds`."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def migrated(new_id: int) -> ApiError:
    return ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": new_id})
