"""Knows who belongs to the engineers' group; only they are obeyed."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.types import ChatMemberRestricted

from bot.raw import RawGetChatMember, ask
from bot.redact import redact
from desk.errors import DeliveryDelayed

REMEMBERED = 600.0  # seconds that an answer holds; chat_member updates correct it at once
AWAY = timedelta(seconds=5)
LARGEST = 10_000  # people remembered; a public group must not fill the memory
log = logging.getLogger(__name__)
_NO_SUCH = ("user not found", "member not found", "participant_id_invalid", "user_id_invalid")


class Membership:
    """A memory of ten minutes in front of getChatMember."""

    def __init__(self, bot: Bot, clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._clock = clock
        self._known: dict[tuple[str, int], tuple[bool, float]] = {}

    async def has(self, chat_id: str, user_id: int) -> bool:
        """Whether that person is in that group now (ten minutes old at most); DeliveryDelayed when nobody can say."""
        known = self._known.get((chat_id, user_id))
        if known and self._clock() - known[1] < REMEMBERED:
            return known[0]
        member = await self._ask(chat_id, user_id, otherwise=True)
        self.learn(chat_id, user_id, member=bool(member))
        return bool(member)

    async def surely(self, chat_id: str, user_id: int) -> bool:
        """The same of somebody who did nothing in that group: where Telegram does not say, they are not in it."""
        known = self._known.get((chat_id, user_id))
        if known and self._clock() - known[1] < REMEMBERED:
            return known[0]
        member = await self._ask(chat_id, user_id, otherwise=None)
        if member is not None:
            self.learn(chat_id, user_id, member=member)
        return bool(member)

    def learn(self, chat_id: str, user_id: int, *, member: bool) -> None:
        """Take note of what an update said."""
        if len(self._known) >= LARGEST:
            self._known.clear()
        self._known[chat_id, user_id] = (member, self._clock())

    async def _ask(self, chat_id: str, user_id: int, *, otherwise: bool | None) -> bool | None:
        try:
            found = await ask(self._bot, RawGetChatMember(chat_id=int(chat_id), user_id=user_id))
        except TelegramRetryAfter as error:
            raise DeliveryDelayed(timedelta(seconds=error.retry_after), "getChatMember: too many requests") from error
        except (TelegramBadRequest, TelegramNotFound, TelegramForbiddenError) as error:
            if any(words in error.message.lower() for words in _NO_SUCH):
                return False
            # Telegram answers for others only to an administrator. That it brought us something done in the group is
            # word enough then: to refuse would leave a group without admin rights without any engineer.
            log.warning("member.unknown chat=%s %s", chat_id, redact(error.message))
            return otherwise
        except (TelegramAPIError, ClientDecodeError) as error:
            raise DeliveryDelayed(AWAY, f"getChatMember: {type(error).__name__}") from error
        return is_member(str(found.get("status", "")), present=bool(found.get("is_member")))


def is_member(status: str, *, present: bool = False) -> bool:
    """Whether a ChatMember's status means that they are in; `present` is the is_member of a restricted one."""
    return status in {"creator", "administrator", "member"} or (status == "restricted" and present)


def is_in(member: object) -> bool:
    """The same for aiogram's ChatMember."""
    present = isinstance(member, ChatMemberRestricted) and member.is_member
    return is_member(str(getattr(member, "status", "")), present=present)
