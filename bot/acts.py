"""What the desk may ask of Telegram, each act as its calls; errors rise as aiogram's and `bot.channel` reads them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import (
    DeleteMessage,
    EditMessageCaption,
    EditMessageText,
    LeaveChat,
    SetMessageReaction,
)
from aiogram.types import LinkPreviewOptions, ReactionTypeEmoji

from bot.buttons import keyboard
from bot.changing import change
from bot.client_topics import ClientTopics
from bot.group_topics import GroupTopics
from bot.home import Group, Home
from bot.mishaps import Mishap, told
from bot.plain import CAPTION_LIMIT
from bot.render import render
from bot.sending import Sender
from bot.target import Target
from desk.errors import DeliveryDelayed, DeliveryRefused, ThreadGone
from desk.parcels import Act, Outgoing, Receipt

NO_REACTIONS = "reactions are off"
REMEMBERED = 1_000  # cards whose look is remembered, about a kilobyte each


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """One bot's hands. Besides aiogram's errors DeliveryRefused and ThreadGone rise where no call is needed to know."""

    bot: Bot
    home: Home
    sender: Sender
    ours: GroupTopics
    theirs: ClientTopics
    _shown: dict[str, str] = field(default_factory=dict)

    async def carry_out(self, message: Outgoing) -> Receipt:
        receipt = await _BY_ACT[message.act](self, message)
        if message.act in _SHOWING and receipt.external_ids:
            if len(self._shown) >= REMEMBERED:
                self._shown.clear()
            self._shown[_key(self._chat(message), receipt.external_ids[0])] = _look(message)
        return receipt

    def stands(self, message: Outgoing) -> Receipt | None:
        """The receipt, when the message to change is known to look so already: such an edit would only cost pace."""
        chat = self._chat(message)
        if message.act in _SHOWING and message.target and self._shown.get(_key(chat, message.target)) == _look(message):
            return Receipt(external_ids=(message.target,), thread_place=str(chat))
        return None

    async def say(self, message: Outgoing) -> Receipt:
        target = self._target(message)
        try:
            sent = await self.sender.say(message, target)
        except AiogramError as error:
            if message.channel != "group" and target.thread and not message.ticket:
                return await self.say(replace(message, thread=""))  # asked in a topic that is gone by now
            if told(error, group=True).mishap is not Mishap.CLOSED or message.channel != "group":
                raise
            # A ticket closed meanwhile, or an engineer closed the topic by hand: the word goes there all the same.
            here = self.home.of(message)
            await self._reopen(here, target.thread)
            sent = await self.sender.say(message, target)
            if target.thread is not None:
                await self.ours.close(here, target.thread)
        return Receipt(external_ids=tuple(sent), thread_place=str(target.chat_id))

    async def _reopen(self, here: Group, thread: int | None) -> None:
        """ThreadGone for a topic that we may not open: it is as good as lost. General is waited for."""
        try:
            await self.ours.reopen(here, thread)
        except AiogramError as error:
            trouble = told(error, group=True)
            if trouble.mishap is Mishap.UNCHANGED:
                return
            if trouble.mishap is not Mishap.LOST or told(error).mishap is Mishap.SHUT:
                raise
            if thread is not None:
                raise ThreadGone(trouble.words) from error
            raise DeliveryDelayed(trouble.wait, f"General is closed: {trouble.words}") from error

    async def edit(self, message: Outgoing) -> Receipt:
        if message.before or " " in message.target:
            return await change(self.bot, self.sender, message, self._target(message))
        chat = self._chat(message)
        receipt = Receipt(external_ids=(message.target,), thread_place=str(chat))
        text, markup = render(message), keyboard(message.buttons)
        preview = LinkPreviewOptions(is_disabled=True)
        for words, mode in ((text.html, "HTML"), (text.plain, None)):
            try:
                await self.bot(
                    EditMessageText(
                        chat_id=chat,
                        message_id=int(message.target),
                        text=words,
                        parse_mode=mode,
                        reply_markup=markup,
                        link_preview_options=preview if message.channel == "group" else None,
                    )
                )
            except AiogramError as error:
                mishap = told(error).mishap
                if mishap is Mishap.UNCHANGED:
                    return receipt
                if mishap is Mishap.NO_TEXT:
                    return await self._edit_caption(message, receipt)
                if mishap is not Mishap.MARKUP or mode is None:
                    raise
            else:
                return receipt
        return receipt

    async def _edit_caption(self, message: Outgoing, receipt: Receipt) -> Receipt:
        text = render(message, CAPTION_LIMIT)
        call = EditMessageCaption(
            chat_id=self._chat(message), message_id=int(message.target), caption=text.html, parse_mode="HTML",
            reply_markup=keyboard(message.buttons),
        )  # fmt: skip
        try:
            await self.bot(call)
        except AiogramError as error:
            if told(error).mishap is not Mishap.UNCHANGED:
                raise
        return receipt

    async def card(self, message: Outgoing) -> Receipt:
        if message.target:
            try:
                return await self.edit(message)
            except AiogramError as error:
                if told(error, group=True).mishap is not Mishap.MESSAGE:
                    raise
            if not self.home.of(message).forum:
                raise ThreadGone("the card stood for the thread")
        return await self.say(message)

    async def react(self, message: Outgoing) -> Receipt:
        chat = self._chat(message)
        if message.channel == "group" and not self.home.of(message).allows(message.emoji):
            raise DeliveryRefused(NO_REACTIONS)
        reaction = [ReactionTypeEmoji(emoji=message.emoji)] if message.emoji else []
        call = SetMessageReaction(chat_id=chat, message_id=int(message.target), reaction=list(reaction))
        try:
            await self.bot(call)
        except AiogramError as error:
            mishap = told(error).mishap
            if mishap is Mishap.REACTION:
                raise DeliveryRefused(NO_REACTIONS) from error
            if mishap is not Mishap.UNCHANGED:
                raise
        return Receipt(external_ids=(message.target,), thread_place=str(chat))

    async def delete(self, message: Outgoing) -> Receipt:
        """Delete what `target` names, one id after the other with blanks between; what is gone already is as good.

        One by one: asked for several at once, Telegram passes over in silence what it does not delete.
        """
        chat = self._chat(message)
        for target in message.target.split():
            try:
                await self.bot(DeleteMessage(chat_id=chat, message_id=int(target)))
            except AiogramError as error:
                if told(error).mishap is not Mishap.GONE:
                    raise
        return Receipt(external_ids=tuple(message.target.split()), thread_place=str(chat))

    async def open_topic(self, message: Outgoing) -> Receipt:
        return await (self.ours if message.channel == "group" else self.theirs).open(message)

    async def topic(self, message: Outgoing) -> Receipt:
        return await (self.ours if message.channel == "group" else self.theirs).bring_in_line(message)

    async def drop(self, message: Outgoing) -> Receipt:
        return await self.ours.drop(message)

    async def leave(self, message: Outgoing) -> Receipt:
        try:
            await self.bot(LeaveChat(chat_id=int(message.place)))
        except AiogramError as error:
            if told(error).mishap in {Mishap.WAIT, Mishap.DOWN, Mishap.TOKEN}:
                raise
        return Receipt(thread_place=message.place)

    def _chat(self, message: Outgoing) -> int:
        return int(self.home.of(message).chat_id if message.channel == "group" else message.place)

    def _target(self, message: Outgoing) -> Target:
        chat = self._chat(message)
        reply = int(message.reply_to) if message.reply_to else None
        if message.channel != "group":
            return Target(chat_id=chat, thread=int(message.thread or 0) or None, reply_to=reply)
        thread = int(message.thread) if message.thread else None
        if self.home.of(message).forum:
            return Target(chat_id=chat, thread=thread, reply_to=reply, previews=False)
        if reply or thread is None:
            return Target(chat_id=chat, reply_to=reply, previews=False)
        return Target(chat_id=chat, reply_to=thread, reply_must=True, previews=False)


def _key(chat: int, target: str) -> str:
    return f"{chat}:{target}"


def _look(message: Outgoing) -> str:
    text = render(message)
    return f"{text.html}\n{text.plain}\n{message.buttons!r}"


_SHOWING = frozenset({Act.CARD, Act.EDIT})
_BY_ACT: Mapping[Act, Callable[[Acts, Outgoing], Awaitable[Receipt]]] = {
    Act.SAY: Acts.say,
    Act.EDIT: Acts.edit,
    Act.CARD: Acts.card,
    Act.REACT: Acts.react,
    Act.TOPIC: Acts.topic,
    Act.OPEN: Acts.open_topic,
    Act.LEAVE: Acts.leave,
    Act.DROP: Acts.drop,
    Act.DELETE: Acts.delete,
}
