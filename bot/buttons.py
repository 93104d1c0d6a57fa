"""Buttons under messages: what is packed into them and what comes back when one is pressed."""

import logging

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from desk.parcels import Button

log = logging.getLogger(__name__)


class Pressed(CallbackData, prefix="d", sep="|"):
    """A button's meaning; packed it has at most 64 bytes (Bot API, InlineKeyboardButton.callback_data)."""

    action: str
    ticket: int = 0
    arg: str = ""


def read(data: str) -> Pressed | None:
    """What was pressed; None for a button that is not ours."""
    try:
        return Pressed.unpack(data)
    except (ValueError, TypeError):
        return None


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """The buttons as Telegram's markup; None without any."""
    built = [[made for made in (_button(button) for button in row) if made] for row in rows]
    built = [row for row in built if row]
    return InlineKeyboardMarkup(inline_keyboard=built) if built else None


def _button(button: Button) -> InlineKeyboardButton | None:
    if button.url:
        return InlineKeyboardButton(text=button.label, url=button.url)
    pressed = Pressed(action=str(button.action), ticket=button.ticket, arg=button.arg)
    try:
        return InlineKeyboardButton(text=button.label, callback_data=pressed.pack())
    except ValueError:  # the message matters more than its button
        log.exception("a button does not fit: %s %s", button.action, button.arg)
        return None
