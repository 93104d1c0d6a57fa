"""Topics of the engineers' groups, as Telegram calls; errors rise as aiogram's, NoTopics where a right is missing."""

from dataclasses import dataclass, field

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import (
    CloseForumTopic,
    CreateForumTopic,
    DeleteForumTopic,
    EditForumTopic,
    GetForumTopicIconStickers,
    ReopenForumTopic,
    ReopenGeneralForumTopic,
)

from bot.home import Group, Home
from bot.mishaps import Mishap, told
from bot.plain import TOPIC_LIMIT, cut
from desk.errors import DeliveryRefused, NoTopics
from desk.parcels import Outgoing, Receipt

ASKED_AGAIN = 60.0  # seconds after which a right that was missing may have been given
ICONS_AGAIN = 600.0
SETTLED = frozenset({Mishap.UNCHANGED, Mishap.CLOSED, Mishap.FLAT})


@dataclass(slots=True, kw_only=True)
class GroupTopics:
    """One bot's hands in the topics of its engineers."""

    bot: Bot
    home: Home
    _icons: dict[str, str] = field(default_factory=dict)
    _icons_at: float = float("-inf")

    async def open(self, message: Outgoing) -> Receipt:
        """Make a topic; in a group without topics nothing is made."""
        here = self.home.of(message)
        if not here.forum:
            return Receipt(thread_place=here.chat_id)
        if self.home.clock() < here.no_topics_until:
            raise NoTopics(here.no_topics_why)
        name = cut(message.title, TOPIC_LIMIT) or message.number or "…"
        call = CreateForumTopic(chat_id=int(here.chat_id), name=name, icon_custom_emoji_id=await self._icon(message))
        try:
            topic = await self.bot(call)
        except AiogramError as error:
            if told(error, group=True).mishap is Mishap.FLAT:
                here.forum = False
                return Receipt(thread_place=here.chat_id)
            if _lacks_right(error):
                here.no_topics_until = self.home.clock() + ASKED_AGAIN
                here.no_topics_why = told(error, group=True).words
                raise NoTopics(here.no_topics_why) from error
            raise
        return Receipt(thread=str(topic.message_thread_id), thread_place=here.chat_id)

    async def bring_in_line(self, message: Outgoing) -> Receipt:
        """Name and icon as far as the message names them, and open or closed. DeliveryRefused without the right."""
        here = self.home.of(message)
        if here.forum and message.thread:
            try:
                await self._bring(here, int(message.thread), message)
            except AiogramError as error:
                if _lacks_right(error):
                    raise DeliveryRefused(told(error, group=True).words) from error
                raise
        return Receipt(thread=message.thread, thread_place=here.chat_id)

    async def _bring(self, here: Group, thread: int, message: Outgoing) -> None:
        chat = int(here.chat_id)
        icon = await self._icon(message)
        if message.title or icon is not None:
            name = cut(message.title, TOPIC_LIMIT) or None
            call = EditForumTopic(chat_id=chat, message_thread_id=thread, name=name, icon_custom_emoji_id=icon)
            await self._settled(call)
        if message.closed:
            await self._settled(CloseForumTopic(chat_id=chat, message_thread_id=thread))
        else:
            await self._settled(ReopenForumTopic(chat_id=chat, message_thread_id=thread))

    async def _settled(self, call: EditForumTopic | CloseForumTopic | ReopenForumTopic) -> None:
        """Call; that it is so already is as good."""
        try:
            await self.bot(call)
        except AiogramError as error:
            if told(error, group=True).mishap not in SETTLED:
                raise

    async def drop(self, message: Outgoing) -> Receipt:
        """Delete the topic with all in it; gone already is as good. The receipt names it, unless there are no topics.

        DeliveryRefused without the right.
        """
        here = self.home.of(message)
        if not here.forum or not message.thread:
            return Receipt()
        try:
            await self.bot(DeleteForumTopic(chat_id=int(here.chat_id), message_thread_id=int(message.thread)))
        except AiogramError as error:
            mishap = told(error, group=True).mishap
            if mishap is Mishap.FLAT:
                return Receipt()
            if _lacks_right(error):
                raise DeliveryRefused(told(error, group=True).words) from error
            if mishap is not Mishap.THREAD:
                raise
        return Receipt(thread=message.thread, thread_place=here.chat_id)

    async def reopen(self, here: Group, thread: int | None) -> None:
        """Open a topic, General for None, that somebody closed."""
        chat = int(here.chat_id)
        if thread is None:
            await self.bot(ReopenGeneralForumTopic(chat_id=chat))
        else:
            await self.bot(ReopenForumTopic(chat_id=chat, message_thread_id=thread))

    async def close(self, here: Group, thread: int) -> None:
        await self.bot(CloseForumTopic(chat_id=int(here.chat_id), message_thread_id=thread))

    async def _icon(self, message: Outgoing) -> str | None:
        """The id of the icon that a message names; None to leave it as it is."""
        if not message.emoji:
            return None
        now = self.home.clock()
        if not self._icons and now - self._icons_at >= ICONS_AGAIN:
            self._icons_at = now
            try:
                stickers = await self.bot(GetForumTopicIconStickers())
            except AiogramError:  # an icon must not keep a topic back
                return None
            self._icons = {one.emoji or "": one.custom_emoji_id or "" for one in stickers}
        return self._icons.get(message.emoji) or None


def _lacks_right(error: AiogramError) -> bool:
    """Whether a right is missing for this alone, in a group that we are in."""
    return told(error, group=True).mishap is Mishap.LOST and told(error).mishap is not Mishap.SHUT
