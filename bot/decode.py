"""A stored update's bytes as aiogram's objects, with unknown ornaments cut off so that the words arrive."""

import json
from typing import Any

from aiogram import Bot
from aiogram.types import Message, Update
from pydantic import ValidationError

from desk.errors import Unreadable

KINDS = (
    "message", "edited_message", "callback_query", "my_chat_member", "chat_member", "message_reaction", "poll_answer",
)  # fmt: skip
"""What we ask Telegram for, by name: its default leaves out chat_member and message_reaction."""

# Without these a message still says what it says.
ORNAMENTS = frozenset({
    "forward_origin", "external_reply", "quote", "reply_to_story", "via_bot", "entities", "caption_entities",
    "link_preview_options", "reply_markup", "suggested_post_info", "sender_business_bot", "direct_messages_topic",
    "pinned_message", "effect_id", "forward_from", "forward_from_chat", "guest_bot_caller_user",
    "guest_bot_caller_chat", "receiver_user",
})  # fmt: skip


def kind_of(update: dict[str, Any]) -> str:
    """Which of KINDS it is; "" for any other."""
    return next((kind for kind in KINDS if isinstance(update.get(kind), dict)), "")


def decode(body: bytes, bot: Bot | None = None) -> Update | None:
    """The update; None when it is of a kind that we do not need. Unreadable when it cannot be understood."""
    try:
        raw = _clean(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise Unreadable("bot.unreadable_json", what=error) from error
    if not isinstance(raw, dict):
        raise Unreadable("bot.unreadable_update")
    kind = kind_of(raw)
    if not kind:
        return None
    try:
        return Update.model_validate(raw, context={"bot": bot})
    except ValidationError as error:
        bare = _without_ornaments(raw, kind, error)
    try:
        return Update.model_validate(bare, context={"bot": bot})
    except ValidationError as error:
        raise Unreadable("bot.unreadable_shape", what=f"{kind}: {_words(error)}") from error


def album_of(update: Update) -> Message | None:
    """The message, when it belongs to an album."""
    return update.message if update.message and update.message.media_group_id else None


def _without_ornaments(raw: dict[str, Any], kind: str, error: ValidationError) -> dict[str, Any]:
    message = dict(raw[kind])
    for place in (each["loc"] for each in error.errors(include_input=False, include_url=False)):
        field = place[1] if len(place) > 1 else ""
        if field in ORNAMENTS:
            message.pop(str(field), None)
        elif field == "reply_to_message" and isinstance(message.get("reply_to_message"), dict):
            # Which message it answers decides where it belongs; what that one contained does not.
            message["reply_to_message"] = _bare(message["reply_to_message"])
        elif field == "message" and kind == "callback_query" and isinstance(message.get("message"), dict):
            message["message"] = _bare(message["message"])
    return {**raw, kind: message}


def _bare(message: dict[str, Any]) -> dict[str, Any]:
    known = ("message_id", "date", "chat", "message_thread_id", "is_topic_message", "forum_topic_created")
    return {key: message[key] for key in known if key in message}


def _words(error: ValidationError) -> str:
    """Where it fails, without the content: what a client wrote does not belong into an error's text."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['type']}"


def _clean(value: Any) -> Any:
    """Strings that every database takes: no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value:
            value = value.replace("\x00", "")
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _halves(value) else value
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return value


def _halves(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)
