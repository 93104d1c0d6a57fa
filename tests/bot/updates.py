"""Updates as Telegram sends them, and a session that only listens."""

import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod

TOKEN = "123456:TEST"
GROUP = -1001000000001


class Listening(BaseSession):
    """A session that answers from a list and remembers what was asked."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[TelegramMethod[Any]] = []

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        self.asked.append(method)
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncIterator[bytes]:  # type: ignore[override]
        yield b""


_ids = itertools.count(1)
USER = {"id": 77, "is_bot": False, "first_name": "Анна", "last_name": "К.", "username": "anna", "language_code": "ru"}
PRIVATE = {"id": 77, "type": "private", "first_name": "Анна"}
FORUM = {"id": GROUP, "type": "supergroup", "title": "Инженеры", "is_forum": True}


def raw_message(*, chat: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    base = {"message_id": next(_ids), "date": 1795424400, "chat": chat or PRIVATE, "from": USER}
    return {**base, **fields}


def body(kind: str, content: dict[str, Any]) -> bytes:
    return json.dumps({"update_id": next(_ids), kind: content}).encode()
