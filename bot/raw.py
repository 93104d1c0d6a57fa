"""Bot API methods whose answers are taken as they come.

aiogram's types insist on every field that the newest Bot API promises; where we need one or two of them, a field that
a server leaves out or a value that is new must not stop us.
"""

from typing import Any, ClassVar, cast

from aiogram import Bot
from aiogram.methods import GetChat, GetChatAdministrators, GetChatMember, GetMe, GetUpdates, GetWebhookInfo
from aiogram.methods.base import TelegramMethod


class RawGetUpdates(GetUpdates):
    """Updates as Telegram sent them: one that cannot be decoded must not keep back those behind it."""

    __returning__: ClassVar[Any] = list[Any]


class RawGetMe(GetMe):
    __returning__: ClassVar[Any] = dict[str, Any]


class RawGetChat(GetChat):
    __returning__: ClassVar[Any] = dict[str, Any]


class RawGetChatMember(GetChatMember):
    __returning__: ClassVar[Any] = dict[str, Any]


class RawGetChatAdministrators(GetChatAdministrators):
    __returning__: ClassVar[Any] = list[dict[str, Any]]


class RawGetWebhookInfo(GetWebhookInfo):
    __returning__: ClassVar[Any] = dict[str, Any]


async def ask(bot: Bot, call: TelegramMethod[Any]) -> dict[str, Any]:
    """The answer as JSON; aiogram's errors rise."""
    return cast("dict[str, Any]", await bot(call))


async def ask_all(bot: Bot, call: TelegramMethod[Any]) -> list[dict[str, Any]]:
    """The same for methods that answer with a list."""
    return cast("list[dict[str, Any]]", await bot(call))
