"""A pressed button, in private and in the group alike: ask the desk, answer with a toast."""

import logging
from dataclasses import replace

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery

from bot import buttons, translate
from bot.plain import cut
from desk import clients, doors, presses
from desk.desk import Desk
from desk.errors import AlreadyDone, Refusal
from desk.incoming import Press
from desk.own_texts import is_for_clients
from desk.parcels import Alert
from desk.people import Client

TOAST_LIMIT = 200  # Bot API, answerCallbackQuery.text
log = logging.getLogger(__name__)


async def handle_press(
    query: CallbackQuery, desk: Desk, bot: Bot, *, client: bool = False, admin: bool = False
) -> None:
    """Hand the press to the desk and show its word; a refusal is shown as an alert.

    `client`: by whoever sits in a client's own group. `admin`: by an administrator of the engineers' group.
    """
    data = buttons.read(query.data or "")
    press = translate.press(query, data, desk.now()) if data else None
    if press is None:
        await _show(bot, query, desk.say("bot.button_old"))
        return
    if client:
        press = replace(press, private=True)
    elif admin:
        press = replace(press, person=replace(press.person, admin=True))
    try:
        toast = await presses.pressed(desk, press)
    except Refusal as refusal:
        await _show(bot, query, await _refused(desk, press, refusal), alert=True)
    except AlreadyDone:
        await _show(bot, query, "")
    else:
        await _show(bot, query, toast, alert=isinstance(toast, Alert))


async def _refused(desk: Desk, press: Press, refusal: Refusal) -> str:
    """The reason in the person's language; what is worded for engineers no client reads."""
    if press.private and not is_for_clients(refusal.key):
        return desk.say("client.button_old", await _language(desk, press))
    return desk.say(refusal.key, await _language(desk, press), **refusal.values)


async def _language(desk: Desk, press: Press) -> str:
    """The language in which a person is refused: a client's own, the desk's for engineers."""
    if press.private:
        async with desk.view() as view:
            door = await doors.at(view, "telegram", press.place)
            client = await view.get(Client, door.client_id) if door else None
        if client:
            return clients.language(desk, client)
    return desk.settings.desk.language


async def _show(bot: Bot, query: CallbackQuery, text: str, *, alert: bool = False) -> None:
    """Stop the button's clock. It may fail: the press is done, and Telegram takes such answers for a while only."""
    try:
        await bot.answer_callback_query(query.id, text=cut(text, TOAST_LIMIT) or None, show_alert=alert)
    except AiogramError as error:
        log.info("press.unanswered %s", type(error).__name__)
