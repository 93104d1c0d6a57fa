"""Telegram's errors in the desk's terms."""

from datetime import timedelta

import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendMessage

from bot.mishaps import Mishap, told

CALL = SendMessage(chat_id=1, text="x")
WORDS = [
    ("Bad Request: message is not modified: specified new message content is the same", Mishap.UNCHANGED),
    ("Bad Request: TOPIC_NOT_MODIFIED", Mishap.UNCHANGED),
    ("Bad Request: message thread not found", Mishap.THREAD),
    ("Bad Request: TOPIC_DELETED", Mishap.THREAD),
    ("Bad Request: TOPIC_ID_INVALID", Mishap.THREAD),
    ("Bad Request: TOPIC_CLOSED", Mishap.CLOSED),
    ("Bad Request: the chat is not a forum", Mishap.FLAT),
    ("Bad Request: can't parse entities: Unsupported start tag", Mishap.MARKUP),
    ("Bad Request: there is no text in the message to edit", Mishap.NO_TEXT),
    ("Bad Request: REACTION_INVALID", Mishap.REACTION),
    ("Bad Request: message to edit not found", Mishap.MESSAGE),
    ("Bad Request: MESSAGE_ID_INVALID", Mishap.MESSAGE),
    ("Bad Request: message can't be edited", Mishap.MESSAGE),
    ("Bad Request: wrong file identifier/HTTP URL specified", Mishap.FILE),
    ("Bad Request: PHOTO_INVALID_DIMENSIONS", Mishap.FILE),
    ("Bad Request: IMAGE_PROCESS_FAILED", Mishap.FILE),
    ("Bad Request: message to be replied not found", Mishap.REFUSED),
    ("Bad Request: message is too long", Mishap.REFUSED),
]


@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize(("words", "mishap"), WORDS)
def test_refusals_are_told_apart_by_their_words(words: str, mishap: Mishap, group: bool) -> None:
    assert told(TelegramBadRequest(method=CALL, message=words), group=group).mishap is mishap


@pytest.mark.parametrize(
    ("words", "private", "group"),
    [
        ("Bad Request: chat not found", Mishap.SHUT, Mishap.LOST),
        ("Bad Request: PEER_ID_INVALID", Mishap.SHUT, Mishap.LOST),
        ("Bad Request: not enough rights to manage topics", Mishap.REFUSED, Mishap.LOST),
        ("Bad Request: CHAT_WRITE_FORBIDDEN", Mishap.REFUSED, Mishap.LOST),
    ],
)
def test_the_same_words_mean_another_thing_in_the_group(words: str, private: Mishap, group: Mishap) -> None:
    error = TelegramBadRequest(method=CALL, message=words)
    assert told(error).mishap is private
    assert told(error, group=True).mishap is group


@pytest.mark.parametrize(
    "words",
    ["bot was blocked by the user", "user is deactivated", "bot can't initiate conversation with a user"],
)
def test_a_person_who_cannot_be_reached(words: str) -> None:
    error = TelegramForbiddenError(method=CALL, message=f"Forbidden: {words}")
    assert told(error).mishap is Mishap.SHUT
    assert told(error, group=True).mishap is Mishap.LOST


def test_the_card_that_stood_for_a_thread_is_gone() -> None:
    error = TelegramBadRequest(method=CALL, message="Bad Request: message to be replied not found")
    assert told(error, group=True, card=True).mishap is Mishap.THREAD


@pytest.mark.parametrize(
    ("error", "mishap"),
    [
        (TelegramServerError(method=CALL, message="Bad Gateway"), Mishap.DOWN),
        (RestartingTelegram(method=CALL, message="restarting"), Mishap.DOWN),
        (TelegramNetworkError(method=CALL, message="ClientOSError"), Mishap.DOWN),
        (ClientDecodeError("no JSON", ValueError("x"), "<html>"), Mishap.DOWN),
        (TelegramConflictError(method=CALL, message="Conflict"), Mishap.DOWN),
        (TelegramUnauthorizedError(method=CALL, message="Unauthorized"), Mishap.TOKEN),
        (TelegramNotFound(method=CALL, message="Not Found"), Mishap.TOKEN),
        (TelegramEntityTooLarge(method=CALL, message="Request Entity Too Large"), Mishap.REFUSED),
    ],
)
def test_errors_of_the_way_to_telegram(error: Exception, mishap: Mishap) -> None:
    found = told(error)
    assert found.mishap is mishap
    assert (found.wait > timedelta(0)) is (mishap in {Mishap.DOWN, Mishap.TOKEN})


def test_what_telegram_says_besides_comes_along() -> None:
    slow = told(TelegramRetryAfter(method=CALL, message="Too Many Requests", retry_after=17))
    moved = told(TelegramMigrateToChat(method=CALL, message="upgraded", migrate_to_chat_id=-1007))
    assert (slow.mishap, slow.wait) == (Mishap.WAIT, timedelta(seconds=17))
    assert (moved.mishap, moved.new_chat) == (Mishap.MIGRATED, "-1007")


def test_a_token_in_an_errors_words_is_hidden() -> None:
    error = TelegramNetworkError(
        method=CALL, message="https://x/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOO/sendMessage"
    )
    assert "AAbb" not in told(error).words


def test_a_bug_is_no_mishap() -> None:
    with pytest.raises(KeyError):
        told(KeyError("x"))
