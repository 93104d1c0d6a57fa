"""Buttons under messages: what is packed into them and what comes back when one is pressed."""

import logging

from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from desk.parcels import Action, Button

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
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


def markup(rows: tuple[tuple[Button, ...], ...]) -> Markup | None:
    """The same for a new message, which may bring or take away Telegram's button for one's own phone number."""
    share = next((button for row in rows for button in row if button.action is Action.CONTACT), None)
    if share is None:
        return keyboard(rows)
    if share.arg == "off":
        return ReplyKeyboardRemove()
    key = KeyboardButton(text=share.label, request_contact=True)
    return ReplyKeyboardMarkup(keyboard=[[key]], resize_keyboard=True, one_time_keyboard=True)


def _button(button: Button) -> InlineKeyboardButton | None:
    if button.url:
        return InlineKeyboardButton(text=button.label, url=button.url)
    pressed = Pressed(action=str(button.action), ticket=button.ticket, arg=button.arg)
    try:
        return InlineKeyboardButton(text=button.label, callback_data=pressed.pack())
    except ValueError:  # the message matters more than its button
        log.exception("a button does not fit: %s %s", button.action, button.arg)
        return None
