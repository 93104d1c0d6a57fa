"""How the world's things look in Bot API JSON."""

from datetime import datetime
from typing import Any, Final

from playground.botapi.model import GENERAL, Chat, Json, Member, Message, Topic, User

RIGHTS: Final = frozenset({
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_send_welcome_messages", "can_pin_messages", "can_manage_topics", "can_manage_tags",
})  # fmt: skip
"""What an administrator of a group may be allowed."""

PERMISSIONS: Final[Json] = {
    "can_send_messages": True, "can_send_audios": True, "can_send_documents": True, "can_send_photos": True,
    "can_send_videos": True, "can_send_video_notes": True, "can_send_voice_notes": True, "can_send_polls": True,
    "can_send_other_messages": True, "can_add_web_page_previews": True, "can_react_to_messages": True,
    "can_edit_tag": False, "can_change_info": False, "can_invite_users": True, "can_pin_messages": False,
    "can_manage_topics": False,
}  # fmt: skip
"""What everybody in a group may do."""

ANONYMOUS: Final = User(id=1087968824, first_name="Group", username="GroupAnonymousBot", is_bot=True)
"""Who anonymous administrators seem to be."""


def present(value: Json) -> Json:
    """The object without its absent fields."""
    return {key: item for key, item in value.items() if item is not None}


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def user(who: User) -> Json:
    return present({
        "id": who.id, "is_bot": who.is_bot, "first_name": who.first_name, "last_name": who.last_name,
        "username": who.username, "language_code": who.language_code,
    })  # fmt: skip


def chat(place: Chat) -> Json:
    shape: Json = {"id": place.id, "type": place.kind}
    if place.user:
        person = place.user
        names = {"first_name": person.first_name, "last_name": person.last_name, "username": person.username}
        return shape | present(names)
    return shape | present({
        "title": place.title, "username": place.username, "is_forum": True if place.is_forum else None,
    })  # fmt: skip


def emoji(marks: tuple[str, ...]) -> list[Json]:
    return [{"type": "emoji", "emoji": mark} for mark in marks]


def topic(place: Topic) -> Json:
    return present({
        "message_thread_id": place.id, "name": place.name, "icon_color": place.icon_color,
        "icon_custom_emoji_id": place.icon,
    })  # fmt: skip


def member(who: Member) -> Json:
    shape: Json = {"status": who.status, "user": user(who.user)}
    match who.status:
        case "creator":
            return shape | {"is_anonymous": "is_anonymous" in who.rights}
        case "administrator":
            rights = {right: right in who.rights for right in sorted(RIGHTS)}
            return shape | rights | {"can_be_edited": False, "is_anonymous": "is_anonymous" in who.rights}
        case "kicked":
            return shape | {"until_date": 0}
        case _:
            return shape


def _thread(what: Message) -> Json:
    """The thread as the API tells it: a topic's, or the bogus one that a reply outside topics carries."""
    if what.thread is not None and what.thread != GENERAL:
        return {"message_thread_id": what.thread, "is_topic_message": True}
    if what.reply_to is None or what.chat.kind != "supergroup":
        return {}
    root = what.reply_to
    while root.reply_to is not None:
        root = root.reply_to
    return {"message_thread_id": root.id}


def _answered(what: Message) -> Message | None:
    """What it replies to: by a person's choice, or the topic's first message, which every client implies."""
    if what.reply_to is not None:
        return what.reply_to
    if what.thread in {None, GENERAL, what.id}:
        return None
    opening = what.chat.messages.get(what.thread or 0)
    return opening if opening is not None and not opening.deleted else None


def message(what: Message, *, nested: bool = False) -> Json:
    """A `Message`; the one that it replies to stands in it without its own reply."""
    shape: Json = {
        "message_id": what.id, "date": seconds(what.at), "chat": chat(what.chat), "from": user(what.sender),
    }  # fmt: skip
    if what.sender_chat is not None:
        shape["sender_chat"] = chat(what.sender_chat)
    shape |= _thread(what)
    if not nested and (answered := _answered(what)) is not None:
        shape["reply_to_message"] = message(answered, nested=True)
    inline = what.markup if what.markup and "inline_keyboard" in what.markup else None
    return (
        shape
        | present(
            {
                "quote": what.quote,
                "forward_origin": what.origin,
                "edit_date": seconds(what.edited_at) if what.edited_at else None,
                "media_group_id": what.album,
                "has_protected_content": True if what.protected else None,
                "effect_id": what.effect,
                "via_bot": user(what.via) if what.via else None,
            }
        )
        | what.content
        | present({"reply_markup": inline})
    )


def reaction(what: Message, actor: User, old: tuple[str, ...], new: tuple[str, ...], *, at: datetime) -> Json:
    """A `MessageReactionUpdated`; an anonymous administrator acts as the chat."""
    actor_field: Json = {"actor_chat": chat(what.chat)} if actor is ANONYMOUS else {"user": user(actor)}
    return {
        "chat": chat(what.chat), "message_id": what.id, "date": seconds(at), "old_reaction": emoji(old),
        "new_reaction": emoji(new), **actor_field,
    }  # fmt: skip


def member_changed(place: Chat, actor: User, old: Member, new: Member, *, at: datetime) -> Json:
    """A `ChatMemberUpdated`."""
    return {
        "chat": chat(place), "from": user(actor), "date": seconds(at), "old_chat_member": member(old),
        "new_chat_member": member(new),
    }  # fmt: skip


def full_chat(place: Chat, pinned: Message | None) -> Json:
    """A `ChatFullInfo`."""
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True
    )
    shape = chat(place) | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    if place.reactions is not None:
        shape["available_reactions"] = emoji(place.reactions)
    if not place.private:
        topics: Any = True if place.is_forum else None
        shape["permissions"] = PERMISSIONS | present({"can_manage_topics": False if topics else None})
    if place.username:
        shape["active_usernames"] = [place.username]
    if pinned is not None:
        shape["pinned_message"] = message(pinned)
    return shape
