"""Topics in a person's own chat with the bot, as Telegram calls (Bot API 9.3 and later)."""

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import CreateForumTopic, EditForumTopic, GetForumTopicIconStickers

from bot.mishaps import Mishap, told
from bot.plain import TOPIC_LIMIT, cut
from desk.parcels import Outgoing, Receipt


class ClientTopics:
    """Makes and changes them; aiogram's errors rise."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._icons: dict[str, str] | None = None

    async def open(self, message: Outgoing) -> Receipt:
        """A new topic in the chat `place`."""
        name = cut(message.title, TOPIC_LIMIT) or message.number or "…"
        topic = await self._bot(CreateForumTopic(chat_id=int(message.place), name=name))
        return Receipt(thread=str(topic.message_thread_id), thread_place=message.place)

    async def bring_in_line(self, message: Outgoing) -> Receipt:
        """Its name, and by its icon whether the ticket is closed."""
        icon = await self._icon(message.emoji) if message.emoji else None
        name = cut(message.title, TOPIC_LIMIT) or None
        call = EditForumTopic(
            chat_id=int(message.place), message_thread_id=int(message.thread), name=name, icon_custom_emoji_id=icon
        )
        try:
            await self._bot(call)
        except AiogramError as error:
            if told(error).mishap is not Mishap.UNCHANGED:
                raise
        return Receipt(thread=message.thread, thread_place=message.place)

    async def _icon(self, emoji: str) -> str | None:
        """The icon's id, looked up once; None where Telegram has none of that look."""
        if self._icons is None:
            stickers = await self._bot(GetForumTopicIconStickers())
            self._icons = {one.emoji or "": one.custom_emoji_id or "" for one in stickers}
        return self._icons.get(emoji) or None
