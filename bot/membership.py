"""Knows who belongs to the engineers' groups, and who rules them; only members are obeyed."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
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
from desk.incoming import Engineer

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
        self._rulers: set[tuple[str, int]] = set()

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

    def learn(self, chat_id: str, user_id: int, *, member: bool, admin: bool | None = None) -> None:
        """Take note of what an update said; None: of administrators nothing."""
        if len(self._known) >= LARGEST:
            self._known.clear()
            self._rulers.clear()
        self._known[chat_id, user_id] = (member, self._clock())
        if admin is not None:
            (self._rulers.add if admin and member else self._rulers.discard)((chat_id, user_id))

    def knows(self, chat_id: str, engineer: Engineer) -> Engineer:
        """The engineer with what was last heard of their standing in that group; nothing is asked."""
        if engineer.anonymous or not engineer.id.isdecimal():
            return engineer
        return replace(engineer, admin=(chat_id, int(engineer.id)) in self._rulers)

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
        status = str(found.get("status", ""))
        member = is_member(status, present=bool(found.get("is_member")))
        self.learn(chat_id, user_id, member=member, admin=rules(status))
        return member


def is_member(status: str, *, present: bool = False) -> bool:
    """Whether a ChatMember's status means that they are in; `present` is the is_member of a restricted one."""
    return status in {"creator", "administrator", "member"} or (status == "restricted" and present)


def rules(status: str) -> bool:
    """Whether a ChatMember's status is an administrator's."""
    return status in {"creator", "administrator"}


def is_in(member: object) -> bool:
    """The same for aiogram's ChatMember."""
    present = isinstance(member, ChatMemberRestricted) and member.is_member
    return is_member(str(getattr(member, "status", "")), present=present)
