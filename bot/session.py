"""The connection to the Bot API: aiogram's, hardened against what proxies and newer servers say."""

import json
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError, TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Chat, Message
from aiohttp import ClientError
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

SERVER_ERROR = 500
PROXY_ERRORS = (ProxyError, ProxyConnectionError, ProxyTimeoutError)  # they have no root of their own


class Session(AiohttpSession):
    """Raises only aiogram's errors, and takes a sent message for sent even when it cannot be decoded whole."""

    async def close(self) -> None:
        if self.api.base.startswith("https:"):
            await super().close()  # which waits a quarter of a second for TLS to say goodbye
        elif self._session is not None:
            await self._session.close()

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's
    ) -> TelegramType:
        try:
            return await super().make_request(bot, method, timeout)
        except (OSError, ClientError, *PROXY_ERRORS) as error:
            # A proxy's refusal is neither an aiohttp error nor a timeout and would look like a bug.
            raise TelegramNetworkError(method=method, message=type(error).__name__) from error

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        try:
            return super().check_response(bot, method, status_code, content)
        except ClientDecodeError as error:
            if status_code >= SERVER_ERROR:  # a gateway's page in HTML
                raise TelegramServerError(method=method, message=f"HTTP {status_code}") from error
            sent = _sent(content)
            if sent is None:
                raise
            return Response[Any].model_construct(ok=True, result=sent)


def _sent(content: str) -> Message | list[Message] | None:
    """What was sent, known by its ids only: an unknown field in the echo must not make us send again."""
    try:
        result = json.loads(content)["result"]
        if isinstance(result, list):
            return [_known_by_id(each) for each in result]
        return _known_by_id(result)
    except (ValueError, KeyError, TypeError):
        return None


def _known_by_id(message: dict[str, Any]) -> Message:
    chat = message["chat"]
    return Message.model_construct(
        message_id=int(message["message_id"]),
        date=datetime.fromtimestamp(int(message["date"]), UTC),
        chat=Chat.model_construct(id=int(chat["id"]), type=str(chat["type"])),
    )


def open_bot(token: str, api: str, proxy: str | None) -> Bot:
    """A bot that speaks to `api`, through `proxy` (http or socks5) when one is given; nothing is sent yet."""
    return Bot(token, session=Session(api=TelegramAPIServer.from_base(api), proxy=proxy))
