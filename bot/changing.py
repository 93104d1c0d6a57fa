"""Changes words that stand in a chat, in however many messages, into others; nothing of them is lost."""

from dataclasses import replace

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import DeleteMessage, EditMessageCaption, EditMessageText
from aiogram.types import LinkPreviewOptions

from bot.buttons import keyboard
from bot.mishaps import Mishap, told
from bot.pages import pages
from bot.plain import CAPTION_LIMIT
from bot.render import Rendered, render
from bot.sending import Sender
from bot.target import Target
from desk.parcels import Act, Outgoing, Receipt


async def change(bot: Bot, sender: Sender, message: Outgoing, target: Target) -> Receipt:
    """Bring the messages of `target` to the words; the ids of all, those said anew last. aiogram's errors rise."""
    ids = message.target.split()
    now = pages(message)
    was = pages(replace(message, text=message.before))
    fresh: list[str] = []
    # A reply stands in the topic of what it replies to: what is said anew must not end up in General.
    below = replace(target, reply_to=int(ids[0]), reply_must=False)
    if not await _text(bot, now[0], ids[0], target):
        fresh = await _caption(bot, sender, message, ids[0], below)
    else:
        for index, page in enumerate(now[1:], start=1):
            if index < min(len(was), len(ids)):
                await _text(bot, page, ids[index], target)
            else:
                fresh += await sender.say(_anew(page), below)
        for left in ids[len(now) : len(was)]:
            await _delete(bot, left, target)
    return Receipt(external_ids=(*ids, *fresh), thread_place=str(target.chat_id))


async def _text(bot: Bot, message: Outgoing, id_: str, target: Target) -> bool:
    """Change the text of one message; whether it has one."""
    text = render(message)
    for words, mode in ((text.html, "HTML"), (text.plain, None)):
        call = EditMessageText(
            chat_id=target.chat_id,
            message_id=int(id_),
            text=words or "…",
            parse_mode=mode,
            reply_markup=keyboard(message.buttons),
            link_preview_options=None if target.previews else LinkPreviewOptions(is_disabled=True),
        )
        try:
            await bot(call)
        except AiogramError as error:
            mishap = told(error).mishap
            if mishap is Mishap.NO_TEXT:
                return False
            if mishap is Mishap.MARKUP and mode:
                continue
            if mishap is not Mishap.UNCHANGED:
                raise
        return True
    return True


async def _caption(bot: Bot, sender: Sender, message: Outgoing, id_: str, target: Target) -> list[str]:
    """Change the words under a file; those that do not fit there, or cannot stand there, are said below it."""
    text = render(message, CAPTION_LIMIT)
    fits = not text.whole
    if await _under(bot, message, id_, target, text if fits else Rendered(html="", plain="")) and fits:
        return []
    return await sender.say(_anew(message), target)


async def _under(bot: Bot, message: Outgoing, id_: str, target: Target, text: Rendered) -> bool:
    """Whether the file can have words."""
    for words, mode in ((text.html, "HTML"), (text.plain, None)):
        call = EditMessageCaption(
            chat_id=target.chat_id, message_id=int(id_), caption=words, parse_mode=mode,
            reply_markup=keyboard(message.buttons),
        )  # fmt: skip
        try:
            await bot(call)
        except AiogramError as error:
            mishap = told(error).mishap
            if mishap is Mishap.NO_CAPTION:
                return False
            if mishap is Mishap.MARKUP and mode:
                continue
            if mishap is not Mishap.UNCHANGED:
                raise
        return True
    return True


async def _delete(bot: Bot, id_: str, target: Target) -> None:
    try:
        await bot(DeleteMessage(chat_id=target.chat_id, message_id=int(id_)))
    except AiogramError as error:
        if told(error).mishap is not Mishap.GONE:
            raise


def _anew(message: Outgoing) -> Outgoing:
    return replace(message, act=Act.SAY, files=(), native="", picked="", target="", before="", silent=True)
