"""The methods that change what is there: edits, deletions, reactions, pins."""

from typing import Any, Final

from aiogram import methods as m

from playground.botapi import checks, drafts, shapes
from playground.botapi.calls.copying import many
from playground.botapi.calls.sending import extra, flags, full_text
from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.drafts import Draft
from playground.botapi.errors import bad
from playground.botapi.keyboards import checked_markup
from playground.botapi.model import MEDIA, Chat, Json, Message

_ALLOWED: Final = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡
"""
REACTIONS: Final = frozenset(_ALLOWED.split())
"""What a reaction may be (Bot API, ReactionTypeEmoji)."""

_SAME: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current"
    " content and reply markup of the message"
)


@answers(m.EditMessageText)
def edit_text(api: Context, call: m.EditMessageText) -> Json:
    if not call.text:
        raise bad("message text is empty")
    words = full_text(api.text(call.text, call.parse_mode, call.entities))
    message = _mine(api, call)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit")
    return _changed(api, message, words, checked_markup(call.reply_markup))


@answers(m.EditMessageCaption)
def edit_caption(api: Context, call: m.EditMessageCaption) -> Json:
    caption = api.caption(call)
    message = _mine(api, call)
    if not any(kind in message.content for kind in MEDIA if kind not in {"sticker", "video_note"}):
        raise bad("there is no caption in the message to edit")
    content = _without_caption(message.content) | drafts.caption(*caption) | flags(call)
    return _changed(api, message, content, checked_markup(call.reply_markup))


@answers(m.EditMessageReplyMarkup)
def edit_markup(api: Context, call: m.EditMessageReplyMarkup) -> Json:
    message = _mine(api, call)
    return _changed(api, message, message.content, checked_markup(call.reply_markup))


@answers(m.EditMessageMedia)
def edit_media(api: Context, call: m.EditMessageMedia) -> Json:
    kind = str(call.media.type)
    if kind not in {"photo", "video", "animation", "audio", "document"}:
        raise bad(f'this local server has not got InputMedia of type "{kind}"')
    caption = api.caption(call.media)
    message = _mine(api, call)
    stored = api.file(kind, getattr(call.media, "media", None), extra(call.media))
    alone = {"audio", "document"} & {kind, message.kind}
    if message.album and alone and kind != message.kind:
        raise bad(f"can't use media of type {kind} in the album")
    content = drafts.of_file(stored, *caption) | flags(call.media)
    message.file = stored
    return _changed(api, message, content, checked_markup(call.reply_markup))


def _without_caption(content: Json) -> Json:
    return {key: value for key, value in content.items() if key not in {"caption", "caption_entities"}}


def _mine(api: Context, call: Any) -> Message:
    if call.chat_id is None and call.message_id is None:
        raise bad("message identifier is not specified")
    chat = api.chat(call.chat_id)
    message = api.message(chat, call.message_id, "edit")
    if message.sender.id != api.bot.id or message.service or message.origin:
        raise bad("message can't be edited")
    if api.pace is not None:
        api.pace.spend(chat.id, group=not chat.private)
    return message


def _changed(api: Context, message: Message, content: Json, markup: Json | None) -> Json:
    if content == message.content and markup == message.markup:
        raise bad(_SAME)
    api.world.edited(message, content, markup=markup)
    return shapes.message(message)


@answers(m.DeleteMessage)
def delete_message(api: Context, call: m.DeleteMessage) -> bool:
    chat = api.chat(call.chat_id)
    message = api.message(chat, call.message_id, "delete")
    if not _may_delete(api, chat, message):
        raise bad("message can't be deleted for everyone")
    api.world.deleted(message)
    return True


@answers(m.DeleteMessages)
def delete_messages(api: Context, call: m.DeleteMessages) -> bool:
    """Those that are missing or may not be deleted are passed over."""
    many(call.message_ids)
    chat = api.chat(call.chat_id)
    for message_id in call.message_ids:
        message = chat.messages.get(message_id)
        if message is not None and not message.deleted and _may_delete(api, chat, message):
            api.world.deleted(message)
    return True


def _may_delete(api: Context, chat: Chat, message: Message) -> bool:
    if not chat.private and api.me_in(chat).may("can_delete_messages"):
        return True
    young = (api.world.now() - message.at).total_seconds() < 48 * 3600  # Bot API, deleteMessage
    return young and (chat.private or message.sender.id == api.bot.id)


@answers(m.SetMessageReaction)
def set_reaction(api: Context, call: m.SetMessageReaction) -> bool:
    chat = api.chat(call.chat_id)
    message = api.message(chat, call.message_id, "react")
    wanted = call.reaction or []
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    marks = tuple(getattr(item, "emoji", "") for item in wanted)
    for mark in marks:
        if mark not in REACTIONS or (chat.reactions is not None and mark not in chat.reactions):
            raise bad("REACTION_INVALID")
    api.world.reacted(message, api.bot, marks)
    return True


@answers(m.PinChatMessage)
def pin(api: Context, call: m.PinChatMessage) -> bool:
    chat = api.chat(call.chat_id)
    api.require(chat, "can_pin_messages", "manage pinned messages in the chat")
    message = api.message(chat, call.message_id, "pin")
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    content = {"pinned_message": shapes.message(message, nested=True)}
    silent = bool(checks.given(call.disable_notification))
    draft = Draft(content=content, service="pinned_message", thread=message.thread, silent=silent)
    api.world.post(chat, api.bot, draft)
    return True


@answers(m.UnpinChatMessage)
def unpin(api: Context, call: m.UnpinChatMessage) -> bool:
    chat = api.chat(call.chat_id)
    api.require(chat, "can_pin_messages", "manage pinned messages in the chat")
    wanted = call.message_id or (chat.pinned[-1] if chat.pinned else None)
    if wanted not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(wanted)
    return True


@answers(m.UnpinAllChatMessages)
def unpin_all(api: Context, call: m.UnpinAllChatMessages) -> bool:
    chat = api.chat(call.chat_id)
    api.require(chat, "can_pin_messages", "manage pinned messages in the chat")
    chat.pinned.clear()
    return True


@answers(m.UnpinAllForumTopicMessages)
def unpin_topic(api: Context, call: m.UnpinAllForumTopicMessages) -> bool:
    chat = api.chat(call.chat_id)
    api.require(chat, "can_pin_messages", "manage pinned messages in the chat")
    chat.pinned = [i for i in chat.pinned if chat.messages[i].thread != call.message_thread_id]
    return True
