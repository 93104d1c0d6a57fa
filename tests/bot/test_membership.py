"""Only members of the engineers' group are obeyed."""

from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetChatMember

from bot.membership import LARGEST, REMEMBERED, Membership
from desk.errors import DeliveryDelayed
from tests.bot.updates import GROUP, TOKEN, Listening

CALL = GetChatMember(chat_id=1, user_id=1)


def members(*answers: Any) -> tuple[Membership, Listening, list[float]]:
    session, now = Listening(*answers), [0.0]
    return Membership(Bot(TOKEN, session=session), lambda: now[0]), session, now


@pytest.mark.parametrize(
    ("answer", "member"),
    [
        ({"status": "creator"}, True),
        ({"status": "administrator"}, True),
        ({"status": "member", "something": "new"}, True),
        ({"status": "restricted", "is_member": True}, True),
        ({"status": "restricted", "is_member": False}, False),
        ({"status": "left"}, False),
        ({"status": "kicked"}, False),
        (TelegramBadRequest(method=CALL, message="Bad Request: PARTICIPANT_ID_INVALID"), False),
        (TelegramBadRequest(method=CALL, message="Bad Request: user not found"), False),
        # A bot that is no administrator: that the message came from the group is word enough.
        (TelegramBadRequest(method=CALL, message="Bad Request: member list is inaccessible"), True),
    ],
)
async def test_who_is_in(answer: Any, member: bool) -> None:
    found, _, _ = members(answer)
    assert await found.has(str(GROUP), 7) is member


async def test_an_answer_is_remembered_for_ten_minutes() -> None:
    found, session, now = members({"status": "member"}, {"status": "left"})
    assert await found.has(str(GROUP), 7)
    now[0] = REMEMBERED - 1
    assert await found.has(str(GROUP), 7)
    assert len(session.asked) == 1
    now[0] = REMEMBERED
    assert not await found.has(str(GROUP), 7)


async def test_news_are_believed_at_once() -> None:
    found, session, _ = members({"status": "member"})
    assert await found.has(str(GROUP), 7)
    found.learn(str(GROUP), 7, member=False)
    assert not await found.has(str(GROUP), 7)
    assert len(session.asked) == 1


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (TelegramServerError(method=CALL, message="x"), 5),
        (TelegramRetryAfter(method=CALL, message="x", retry_after=9), 9),
    ],
)
async def test_while_nobody_can_say_the_message_waits(error: Exception, wait: int) -> None:
    """Ignoring an engineer's answer because Telegram stumbled would lose it."""
    found, _, _ = members(error)
    with pytest.raises(DeliveryDelayed) as caught:
        await found.has(str(GROUP), 7)
    assert caught.value.retry_in == timedelta(seconds=wait)


async def test_the_memory_is_bounded() -> None:
    found, _, _ = members()
    for user in range(LARGEST + 5):
        found.learn(str(GROUP), user, member=True)
    assert len(found._known) == 5
