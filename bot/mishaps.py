"""What Telegram's errors mean to the desk: the one place where they are told apart by their words.

Telegram gives a code and a sentence, and the code alone is not enough: a deleted topic, a closed one and a text with
broken markup are all 400.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
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

from bot.redact import redact

LOST_RETRY = timedelta(seconds=60)
DOWN_RETRY = timedelta(seconds=3)
TOKEN_RETRY = timedelta(seconds=60)


class Mishap(StrEnum):
    """What went wrong, in the desk's terms."""

    WAIT = "wait"  # too many requests
    DOWN = "down"  # Telegram or the way to it
    TOKEN = "token"  # noqa: S105 - the token is no longer good
    SHUT = "shut"  # the person cannot be reached
    LOST = "lost"  # we are not in the group, or may not do this there
    THREAD = "thread"  # the topic or the message that stood for it is gone
    CLOSED = "closed"  # the topic is closed
    MIGRATED = "migrated"
    MARKUP = "markup"  # the HTML was not understood
    UNCHANGED = "unchanged"  # it is so already
    MESSAGE = "message"  # the message to change is gone or cannot be changed
    GONE = "gone"  # the message to delete is not there (any more)
    QUOTE = "quote"  # the words to quote do not stand there so
    NO_CAPTION = "no_caption"  # the message to change can have no words
    NO_TEXT = "no_text"  # the message to change is a file with a caption
    FILE = "file"  # this file, or this id of it, is not taken in this form
    REACTION = "reaction"
    FLAT = "flat"  # the group has no topics
    REFUSED = "refused"


# The first line whose words occur decides; all in lower case. Newer servers say NAMES_LIKE_THIS, older ones sentences.
_WORDS: tuple[tuple[Mishap, tuple[str, ...]], ...] = (
    (Mishap.UNCHANGED, ("message is not modified", "topic_not_modified", "message_not_modified")),
    (Mishap.CLOSED, ("topic_closed", "topic closed", "topic is closed")),
    (Mishap.FLAT, ("chat is not a forum", "the chat is not a forum", "channel_forum_missing")),
    (
        Mishap.THREAD,
        ("message thread not found", "topic_deleted", "topic_id_invalid", "thread_id_invalid", "topic not found"),
    ),
    (Mishap.MARKUP, ("can't parse entities", "entity_bounds_invalid", "can't find end of")),
    (Mishap.GONE, ("message to delete not found",)),
    (Mishap.QUOTE, ("quote_text_invalid", "quote not found", "message quote")),
    (Mishap.NO_CAPTION, ("no caption in the message to edit", "message can't have a caption")),
    (Mishap.NO_TEXT, ("no text in the message to edit",)),
    (Mishap.REACTION, ("reaction_invalid", "reactions_too_many", "reaction_empty", "reaction is not", "reactions are")),
    (
        Mishap.MESSAGE,
        (
            "message to edit not found",
            "message_id_invalid",
            "message can't be edited",
            "message to react not found",
            "message not found",
            "message_author_required",
        ),
    ),
    (
        Mishap.FILE,
        (
            "wrong file identifier",
            "wrong remote file",
            "file_reference",
            "photo_invalid",
            "photo_ext_invalid",
            "photo_save_file_invalid",
            "image_process_failed",
            "file_part",
            "wrong type of file",
            "type of file mismatch",
            "can't use file of type",
            "wrong file_id",
            "media_invalid",
            "media_empty",
            "wrong padding",
            "voice_messages_forbidden",
            "too big for a photo",
        ),
    ),
    (
        Mishap.LOST,
        (
            "not enough rights",
            "have no rights",
            "chat_admin_required",
            "chat_write_forbidden",
            "need administrator rights",
            "chat_restricted",
            "chat_send_",
            "chat_forbidden",
        ),
    ),
    (
        Mishap.SHUT,
        (
            "chat not found",
            "user is deactivated",
            "user_is_blocked",
            "user_deactivated",
            "input_user_deactivated",
            "user not found",
            "peer_id_invalid",
            "chat_id_invalid",
        ),
    ),
)
_KINDS: tuple[tuple[type[Exception], Mishap], ...] = (
    (TelegramRetryAfter, Mishap.WAIT),
    (TelegramMigrateToChat, Mishap.MIGRATED),
    (TelegramEntityTooLarge, Mishap.REFUSED),  # aiogram counts it among network errors
    (TelegramUnauthorizedError, Mishap.TOKEN),
    (TelegramNotFound, Mishap.TOKEN),  # 404: Telegram's answer to a token that never was one
    (TelegramForbiddenError, Mishap.SHUT),
    (TelegramServerError, Mishap.DOWN),
    (TelegramNetworkError, Mishap.DOWN),
    (TelegramConflictError, Mishap.DOWN),
    (ClientDecodeError, Mishap.DOWN),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One mishap with what goes with it; `words` are Telegram's own, without tokens."""

    mishap: Mishap
    words: str
    wait: timedelta = timedelta(0)
    new_chat: str = ""


def told(error: Exception, *, group: bool = False, card: bool = False) -> Trouble:
    """What an error means. `group`: it was about the engineers' group; `card`: a reply to a message that is a thread.

    In the group a person's "chat not found" or a 403 means that we are out of it.
    """
    words = redact(str(getattr(error, "message", "") or type(error).__name__))
    mishap = next((kind for known, kind in _KINDS if isinstance(error, known)), None)
    if mishap is None and isinstance(error, TelegramAPIError):
        lowered = words.lower()
        if card and "message to be replied not found" in lowered:
            mishap = Mishap.THREAD
        else:
            mishap = next((kind for kind, texts in _WORDS if any(text in lowered for text in texts)), Mishap.REFUSED)
    if mishap is None:
        raise error
    if mishap is Mishap.SHUT and group:
        mishap = Mishap.LOST
    elif mishap is Mishap.LOST and not group:
        mishap = Mishap.REFUSED
    if isinstance(error, TelegramRetryAfter):
        return Trouble(mishap=mishap, words=words, wait=timedelta(seconds=error.retry_after))
    if isinstance(error, TelegramMigrateToChat):
        return Trouble(mishap=mishap, words=words, new_chat=str(error.migrate_to_chat_id))
    waits = {Mishap.DOWN: DOWN_RETRY, Mishap.TOKEN: TOKEN_RETRY, Mishap.LOST: LOST_RETRY}
    return Trouble(mishap=mishap, words=words, wait=waits.get(mishap, timedelta(0)))
