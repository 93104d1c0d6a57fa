"""What the page is told: the whole world once, then everything that changes in it, in order."""

from collections import Counter

from playground.botapi import shapes
from playground.botapi.control import message_json
from playground.botapi.groups import Group
from playground.botapi.model import Chat, Json
from playground.botapi.people import Person
from playground.botapi.shapes import member, user
from playground.botapi.transcript import Event
from playground.botapi.world import World

QUIET = frozenset({"confirmed"})
"""Kinds that no page shows."""


def told(world: World, event: Event) -> Json:
    """An event with the thing that it is about as that thing is now: whoever hears of an edit wants the words."""
    shape: Json = {"number": event.number, "at": event.at.isoformat(), "kind": event.kind, "line": event.line}
    shape |= {"chat": event.chat, "data": event.data}
    chat = world.chats.get(event.chat or 0)
    if chat is None:
        return shape
    return shape | _about(world, chat, event)


def _about(world: World, chat: Chat, event: Event) -> Json:
    match event.kind:
        case "message" | "edited" | "reaction" | "vote" | "pin":
            message = chat.messages.get(int(event.data.get("message_id", 0)))
            shown: Json = {"message": None if message is None or message.deleted else message_json(message)}
            if message is None or message.service is None:
                return shown
            # What the app tells of in words (a topic opened, a message pinned) has changed the chat already.
            return shown | {"topics": topics_json(chat), "pinned": chat.pinned}
        case "topic":
            return {"topics": topics_json(chat)}
        case "person" | "member" | "group":
            return {"people": people_json(world), "groups": groups_json(world)}
    return {}


def people_json(world: World) -> list[Json]:
    return [person_json(person) for person in world.people]


def person_json(person: Person) -> Json:
    """Somebody with an account, and how they stand with the bot."""
    here = person.chat_here
    state = {
        "chat": here.id, "started": here.started, "blocked": here.blocked, "deactivated": here.deactivated,
        "is_forum": here.is_forum, "topics": topics_json(here), "pinned": here.pinned,
    }  # fmt: skip
    return user(person.user) | {"name": person.name} | state


def groups_json(world: World) -> list[Json]:
    return [group_json(group) for group in world.groups]


def group_json(group: Group) -> Json:
    """A group with its members and topics; after a migration `id` is the new one and `before` tells the old."""
    chat = group.chat
    before = [old.id for old in group.world.chats.values() if old.migrated_to == chat.id]
    return {
        "id": chat.id, "chat": chat.id, "title": chat.title, "kind": chat.kind, "is_forum": chat.is_forum,
        "members": [member(one) for one in chat.members.values()], "topics": topics_json(chat),
        "pinned": chat.pinned, "reactions": chat.reactions, "before": before,
    }  # fmt: skip


def topics_json(chat: Chat) -> list[Json]:
    """A chat's topics; their messages are counted in one walk, since there may be hundreds of both."""
    counted = Counter(message.place for message in chat.seen if message.service is None)
    return [
        shapes.topic(topic) | {
            "closed": topic.closed, "deleted": topic.deleted, "hidden": topic.hidden, "creator": topic.creator,
            "messages": counted[topic.id],
        }
        for topic in chat.topics.values()
    ]  # fmt: skip


def messages_json(chat: Chat) -> list[Json]:
    return [message_json(message) for message in chat.seen]


def world_json(world: World) -> Json:
    """Everything of the Telegram that there is; later events have greater numbers than `number`."""
    return {
        "number": len(world.log),
        "now": world.now().isoformat(),
        "bot": user(world.bot) | {"name": world.bot.name},
        "people": people_json(world),
        "groups": groups_json(world),
        "chats": {str(chat.id): messages_json(chat) for chat in world.chats.values()},
        "private_topics": world.private_topics,
        "inline_mode": world.inline_mode,
    }


def of_interest(event: Event) -> bool:
    return event.kind not in QUIET
