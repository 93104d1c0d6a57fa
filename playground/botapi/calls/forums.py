"""The methods of forum topics."""

from typing import Any

from aiogram import methods as m

from playground.botapi import shapes, topics
from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.errors import bad
from playground.botapi.model import GENERAL, Chat, Json, Topic


@answers(m.CreateForumTopic)
def create(api: Context, call: m.CreateForumTopic) -> Json:
    name = _name(call.name)
    chat = _forum(api, call.chat_id)
    if chat.private:
        api.chat_to_write(chat.id, count=0)
    api.require(chat, "can_manage_topics", "create a topic")
    if call.icon_color is not None and call.icon_color not in topics.COLOURS:
        raise bad("wrong parameter icon_color in request")
    _check_icon(call.icon_custom_emoji_id)
    if api.pace is not None:
        api.pace.spend(chat.id, group=not chat.private)
    topic = topics.open_topic(
        api.world, chat, api.bot, name, colour=call.icon_color, icon=call.icon_custom_emoji_id or None
    )
    return shapes.topic(topic)


@answers(m.EditForumTopic)
def edit(api: Context, call: m.EditForumTopic) -> bool:
    topic = _topic(api, call, "edit the topic")
    _check_icon(call.icon_custom_emoji_id)
    name = _name(call.name) if call.name else None
    icon = call.icon_custom_emoji_id
    if name is None and icon is None:
        return True
    if name in {None, topic.name} and icon in {None, topic.icon or ""}:
        raise bad("TOPIC_NOT_MODIFIED")
    topics.rename_topic(api.world, topic, api.bot, name=name, icon=icon)
    return True


@answers(m.CloseForumTopic, m.ReopenForumTopic)
def close_or_reopen(api: Context, call: Any) -> bool:
    topic = _topic(api, call, "close or open the topic")
    return _toggle(api, topic, close=isinstance(call, m.CloseForumTopic))


@answers(m.CloseGeneralForumTopic, m.ReopenGeneralForumTopic)
def close_or_reopen_general(api: Context, call: Any) -> bool:
    topic = _general(api, call, "close or open the topic")
    return _toggle(api, topic, close=isinstance(call, m.CloseGeneralForumTopic))


@answers(m.EditGeneralForumTopic)
def edit_general(api: Context, call: m.EditGeneralForumTopic) -> bool:
    topic = _general(api, call, "edit the topic")
    name = _name(call.name)
    if name == topic.name:
        raise bad("TOPIC_NOT_MODIFIED")
    topics.rename_topic(api.world, topic, api.bot, name=name, icon=None)
    return True


@answers(m.DeleteForumTopic)
def delete(api: Context, call: m.DeleteForumTopic) -> bool:
    chat = _forum(api, call.chat_id)
    api.require(chat, "can_delete_messages", "delete the topic")
    topics.delete_topic(api.world, _living(chat, call.message_thread_id))
    return True


@answers(m.GetForumTopicIconStickers)
def icons(api: Context, call: m.GetForumTopicIconStickers) -> list[Json]:  # noqa: ARG001 - the same for all
    return [
        {
            "file_id": f"CAACAgIAAxUAAWic{number}", "file_unique_id": f"AgADic{number}", "type": "custom_emoji",
            "width": 100, "height": 100, "is_animated": True, "is_video": False, "emoji": emoji,
            "set_name": "Topics", "custom_emoji_id": number,
        }
        for number, emoji in topics.ICONS.items()
    ]  # fmt: skip


def _toggle(api: Context, topic: Topic, *, close: bool) -> bool:
    if topic.chat.private:  # Bot API, closeForumTopic: "in a forum supergroup chat"
        raise bad("the chat is not a supergroup")
    if topic.closed == close:
        raise bad("TOPIC_NOT_MODIFIED")
    (topics.close_topic if close else topics.reopen_topic)(api.world, topic, api.bot)
    return True


def _name(name: str) -> str:
    """One line of 1 to 128 characters (Bot API, createForumTopic)."""
    clean = " ".join(name.split())
    if not clean:
        raise bad("topic title must be non-empty")
    if len(clean) > 128:
        raise bad("TOPIC_TITLE_TOO_LONG: 1 to 128 characters")
    return clean


def _check_icon(icon: str | None) -> None:
    if icon and icon not in topics.ICONS:
        raise bad("DOCUMENT_INVALID")


def _forum(api: Context, chat_id: int | str) -> Chat:
    chat = api.chat(chat_id)
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    return chat


def _living(chat: Chat, thread: int) -> Topic:
    topic = chat.topics.get(thread)
    if topic is None or topic.deleted or topic.id == GENERAL:
        raise bad("TOPIC_ID_INVALID")
    return topic


def _topic(api: Context, call: Any, words: str) -> Topic:
    chat = _forum(api, call.chat_id)
    topic = _living(chat, call.message_thread_id)
    if topic.creator != api.bot.id:
        api.require(chat, "can_manage_topics", words)
    return topic


def _general(api: Context, call: Any, words: str) -> Topic:
    chat = _forum(api, call.chat_id)
    api.require(chat, "can_manage_topics", words)
    return chat.topics[GENERAL]
