"""The buttons under a message, checked as Telegram checks them."""

from typing import Any, Final

from playground.botapi import checks
from playground.botapi.errors import bad
from playground.botapi.model import Json

DATA_LIMIT: Final = 64
"""Bytes of callback data (Bot API, InlineKeyboardButton)."""
BUTTON_LIMIT: Final = 100
"""Inline buttons in all that a message may have, as seen on the real server."""


def checked_markup(markup: Any) -> Json | None:
    """The markup as JSON; None where there is none or an empty keyboard, a 400 where Telegram refuses it."""
    shape = checks.plain(markup)
    if shape is None:
        return None
    inline = shape.get("inline_keyboard")
    if inline is None:
        return shape
    rows = [row for row in inline if row]
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _check(button)
    if len(buttons) > BUTTON_LIMIT:
        raise bad("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": rows} if rows else None


def _check(button: Json) -> None:
    if not button["text"].strip():
        raise bad("inline keyboard button text is empty" if not button["text"] else "BUTTON_TEXT_INVALID")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= DATA_LIMIT:
        raise bad("BUTTON_DATA_INVALID")
    uses = set(button) - {"text", "style", "icon_custom_emoji_id"}
    if len(uses) != 1:
        raise bad("text buttons are unallowed in the inline keyboard" if not uses else "BUTTON_TYPE_INVALID")
    url = button.get("url")
    if url is not None and not url.startswith(("http://", "https://", "tg://")):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
