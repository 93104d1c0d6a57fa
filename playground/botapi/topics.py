"""Topics of a forum: opened, renamed, closed and deleted, by people and by the bot alike."""

from typing import Final

from playground.botapi.drafts import Draft
from playground.botapi.model import GENERAL, Chat, Json, Topic, User
from playground.botapi.shapes import present
from playground.botapi.world import World

COLOURS: Final = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
"""The colours that a topic's icon may have (Bot API, createForumTopic)."""

ICONS: Final[dict[str, str]] = {
    "5434144690511290129": "📰", "5312536423851630001": "💡", "5312016608254762256": "⚡️", "5377544228505134960": "🎙",
    "5418085807791545980": "🔝", "5370870893004203704": "🗣", "5420216386448270341": "🆒", "5379748062124056162": "❗️",
    "5373251851074415873": "📝", "5433614043006903194": "📆", "5357315181649076022": "📁", "5309965701241379366": "🔎",
    "5309984423003823246": "📣", "5312241539987020022": "🔥", "5312138559556164615": "❤️", "5377316857231450742": "❓",
    "5350305691942788490": "📈", "5350713563512052787": "📉", "5309958691854754293": "💎", "5350452584119279096": "💰",
    "5237699328843200968": "✅", "5408906741125490282": "🏁", "5377498341074542641": "‼️", "5350444672789519765": "📱",
}  # fmt: skip
"""Custom emoji that a topic may have for its icon, with the emoji that each stands for."""


def open_topic(
    world: World, chat: Chat, actor: User, name: str, *, colour: int | None = None, icon: str | None = None
) -> Topic:
    """A new topic with its first service message, which gives it its id."""
    colour = COLOURS[0] if colour is None else colour
    about = present({"name": name, "icon_color": colour, "icon_custom_emoji_id": icon})
    thread = world.next_message_id(chat)
    topic = Topic(chat=chat, id=thread, name=name, icon_color=colour, icon=icon, creator=actor.id)
    chat.topics[topic.id] = topic
    _say(world, topic, actor, "forum_topic_created", about)
    return topic


def rename_topic(world: World, topic: Topic, actor: User, *, name: str | None, icon: str | None) -> None:
    """Change name or icon; `icon=""` takes the icon away."""
    if name is not None:
        topic.name = name
    if icon is not None:
        topic.icon = icon or None
    _say(world, topic, actor, "forum_topic_edited", present({"name": name, "icon_custom_emoji_id": icon}))


def close_topic(world: World, topic: Topic, actor: User) -> None:
    topic.closed = True
    _say(world, topic, actor, "forum_topic_closed", {})


def reopen_topic(world: World, topic: Topic, actor: User) -> None:
    topic.closed = False
    _say(world, topic, actor, "forum_topic_reopened", {})


def delete_topic(world: World, topic: Topic) -> None:
    """Take it away with all its messages; Telegram tells nobody."""
    topic.deleted = True
    for message in topic.chat.seen:
        if message.thread == topic.id:
            message.deleted = True
    line = f"[{topic.chat.name}] the topic «{topic.name}» is deleted"
    world.tell("topic", line, chat=topic.chat, data={"message_thread_id": topic.id})


def _say(world: World, topic: Topic, actor: User, service: str, about: Json) -> None:
    thread = None if topic.id == GENERAL else topic.id
    world.post(topic.chat, actor, Draft(content={service: about}, service=service, thread=thread))
