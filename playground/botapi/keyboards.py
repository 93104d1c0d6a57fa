"""The buttons under a message, checked as Telegram checks them."""

import re
from typing import Any, Final

from playground.botapi import checks
from playground.botapi.entities import link, units
from playground.botapi.errors import bad
from playground.botapi.model import Json

DATA_LIMIT: Final = 64
"""Bytes of callback data (Bot API, InlineKeyboardButton)."""
COPY_LIMIT: Final = 256
"""UTF-16 units that a copy button copies (Bot API, CopyTextButton)."""
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
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _check(button: Json) -> None:
    """A 400 for what Telegram would not show; an address is completed as it does."""
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    uses = set(button) - {"text", "style", "icon_custom_emoji_id"}
    uses -= {name for name in ("url", "callback_data") if button.get(name) == ""}
    if not uses:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(uses) > 1:  # the real server takes one of them without a word
        raise bad(f"this local server wants one use of a button, not {' and '.join(sorted(uses))}")
    if len(button.get("callback_data", "").encode()) > DATA_LIMIT:
        raise bad("BUTTON_DATA_INVALID")
    if uses & {"pay", "callback_game"}:
        raise bad("BUTTON_TYPE_INVALID")
    if "copy_text" in uses and not 1 <= units(button["copy_text"]["text"]) <= COPY_LIMIT:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if "web_app" in uses and not button["web_app"]["url"].startswith("https://"):
        address = button["web_app"]["url"]
        raise bad(f"inline keyboard button Web App URL '{address}' is invalid: Only HTTPS links are allowed")
    if "url" in uses:
        button["url"] = _address(button["url"])


def _address(url: str) -> str:
    if url.lower().startswith("tg://user?id="):
        return url
    target = link(url, ())
    if target is None:
        scheme = re.match(r"\w+://", url)
        reason = "Unsupported URL protocol" if scheme and not url.lower().startswith("http") else "Wrong HTTP URL"
        raise bad(f"inline keyboard button URL '{url}' is invalid: {reason}")
    return str(target["url"])
