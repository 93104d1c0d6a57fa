"""A group, and what its people do in it and with it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from playground.botapi import shapes, topics
from playground.botapi.drafts import Draft, Piece
from playground.botapi.errors import NotPossible
from playground.botapi.model import GENERAL, Chat, Member, Message, Topic, User
from playground.botapi.people import Person
from playground.botapi.seat import Seat
from playground.botapi.world import World


class GroupSeat(Seat):
    """One person in a group."""

    def check(self) -> None:
        member = self.chat_here.members.get(self.user.id)
        if member is None or not member.inside:
            raise NotPossible(f"{self.user.name} is not in the group")


class Group:
    """A group; people's actions are made by `group.seat(person)` or by the same names here with a person first."""

    def __init__(self, world: World, chat: Chat, owner: User) -> None:
        self.world = world
        self.chat = chat
        self.owner = owner

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def title(self) -> str:
        return self.chat.title

    @property
    def messages(self) -> list[Message]:
        """Everything in it now, topics and service messages too."""
        return self.chat.seen

    @property
    def general(self) -> Topic:
        return self.chat.topics[GENERAL]

    @property
    def topics(self) -> list[Topic]:
        """Its topics besides General that are there now, oldest first."""
        return [topic for topic in self.chat.topics.values() if topic.id != GENERAL and not topic.deleted]

    def topic(self, name_contains: str) -> Topic:
        """The first topic with those words in its name; LookupError while there is none."""
        for topic in self.topics:
            if name_contains in topic.name:
                return topic
        raise LookupError(f"no topic with {name_contains!r} among {[topic.name for topic in self.topics]}")

    def last(self, contains: str = "", *, topic: Topic | None = None) -> Message:
        """The bot's latest message with those words (in that topic); LookupError while there is none."""
        for message in reversed(self.messages):
            here = topic is None or message.place == topic.id
            if here and message.from_bot and message.service is None and contains in message.text:
                return message
        raise LookupError(f"no message from the bot in {self.title} with {contains!r}")

    # People's actions

    def seat(self, person: Person) -> Seat:
        """That person at this group: say, send_…, album, edit, delete, react, press."""
        return GroupSeat(self.world, person.user, self.chat)

    def say(
        self, person: Person, text: str, topic: Topic | None = None, reply_to: Message | None = None, **more: Any
    ) -> Message:
        return self.seat(person).say(text, topic=topic, reply_to=reply_to, **more)

    def send(self, person: Person, kind: str, data: bytes, **more: Any) -> Message:
        return self.seat(person).send(kind, data, **more)

    def send_photo(self, person: Person, data: bytes | None = None, **more: Any) -> Message:
        return self.seat(person).send_photo(data, **more)

    def send_document(self, person: Person, data: bytes, name: str = "file.bin", **more: Any) -> Message:
        return self.seat(person).send_document(data, name, **more)

    def album(self, person: Person, pieces: Sequence[Piece | bytes], **more: Any) -> list[Message]:
        return self.seat(person).album(pieces, **more)

    def edit(self, person: Person, message: Message, text: str) -> Message:
        return self.seat(person).edit(message, text)

    def delete(self, person: Person, message: Message) -> None:
        self.seat(person).delete(message)

    def react(self, person: Person, message: Message, emoji: str | None, *, anonymous: bool = False) -> None:
        self.seat(person).react(message, emoji, anonymous=anonymous)

    async def press(self, person: Person, message: Message, button: str, **more: Any) -> str:
        return await self.seat(person).press(message, button, **more)

    # Topics

    def create_topic(self, name: str, by: Person | None = None) -> Topic:
        return topics.open_topic(self.world, self.chat, self._actor(by), name)

    def rename_topic(self, topic: Topic, name: str, by: Person | None = None) -> None:
        topics.rename_topic(self.world, topic, self._actor(by), name=name, icon=None)

    def close_topic(self, topic: Topic, by: Person | None = None) -> None:
        topics.close_topic(self.world, topic, self._actor(by))

    def reopen_topic(self, topic: Topic, by: Person | None = None) -> None:
        topics.reopen_topic(self.world, topic, self._actor(by))

    def delete_topic(self, topic: Topic) -> None:
        """Nobody is told; the bot finds out when it writes there."""
        topics.delete_topic(self.world, topic)

    def set_forum(self, on: bool) -> None:
        """Switch topics on or off for the whole group."""
        self.chat.is_forum = on

    # Members

    def add(self, person: Person, *, admin: bool = False, by: Person | None = None) -> Seat:
        """Let a person in; Telegram posts new_chat_members."""
        rights = shapes.RIGHTS if admin else frozenset[str]()
        member = Member(user=person.user, status="administrator" if admin else "member", rights=rights)
        self._joined(member, self._actor(by))
        return self.seat(person)

    def remove(self, person: Person, by: Person | None = None) -> None:
        actor = self._actor(by)
        self.world.member_set(self.chat, actor, Member(user=person.user, status="left"))
        content = {"left_chat_member": shapes.user(person.user)}
        self.world.post(self.chat, actor, Draft(content=content, service="left_chat_member"))

    def add_bot(self, by: Person | None = None, *, admin: bool = False) -> None:
        """Somebody adds the bot: my_chat_member and new_chat_members reach it."""
        rights = shapes.RIGHTS if admin else frozenset[str]()
        status = "administrator" if admin else "member"
        self._joined(Member(user=self.world.bot, status=status, rights=rights), self._actor(by))

    def ban_bot(self, by: Person | None = None) -> None:
        """The bot is thrown out: my_chat_member, then every call is a 403."""
        self.world.member_set(self.chat, self._actor(by), Member(user=self.world.bot, status="kicked"))

    def demote_bot(self, by: Person | None = None) -> None:
        """No administrator any more: privacy mode again, no topics, no reactions heard."""
        self.world.member_set(self.chat, self._actor(by), Member(user=self.world.bot, status="member"))

    def promote_bot(self, *, without: Sequence[str] = (), by: Person | None = None) -> None:
        """An administrator with every right but those named."""
        rights = shapes.RIGHTS - frozenset(without)
        member = Member(user=self.world.bot, status="administrator", rights=rights)
        self.world.member_set(self.chat, self._actor(by), member)

    def _joined(self, member: Member, actor: User) -> None:
        self.world.member_set(self.chat, actor, member)
        content = {"new_chat_members": [shapes.user(member.user)]}
        self.world.post(self.chat, actor, Draft(content=content, service="new_chat_members"))

    # The group itself

    def set_reactions(self, reactions: Sequence[str] | str) -> None:
        """ "all", "none" or a list of emoji."""
        self.chat.reactions = allowed_reactions(reactions)

    def migrate(self, *, forum: bool | None = None) -> int:
        """Become a supergroup with a new id, which is returned; this object goes on with the new one.

        The old id answers every call with migrate_to_chat_id. Members and administrators stay, topics and messages
        do not. (Telegram does this to basic groups only; a supergroup may do it here to try a bot out.)
        """
        old = self.chat
        new = Chat(
            id=next_supergroup_id(self.world), kind="supergroup", title=old.title, reactions=old.reactions,
            is_forum=old.is_forum if forum is None else forum,
            members={key: replace(member) for key, member in old.members.items()},
        )  # fmt: skip
        add_general(new)
        self.world.chats[new.id] = new
        to = {"migrate_to_chat_id": new.id}
        self.world.post(old, self.owner, Draft(content=to, service="migrate_to_chat_id"))
        old.migrated_to = new.id
        self.chat = new
        self.world.tell("group", f"[{new.title}] has a new id", chat=new)
        came = {"migrate_from_chat_id": old.id}
        self.world.post(new, shapes.ANONYMOUS, Draft(content=came, service="migrate_from_chat_id", sender_chat=new))
        return new.id

    def _actor(self, by: Person | None) -> User:
        return by.user if by else self.owner


def allowed_reactions(reactions: Sequence[str] | str) -> tuple[str, ...] | None:
    if isinstance(reactions, str):
        return {"all": None, "none": ()}[reactions]
    return tuple(reactions)


def next_supergroup_id(world: World) -> int:
    return -1_001_000_000_000 - world.number("supergroup")


def add_general(chat: Chat) -> None:
    chat.topics[GENERAL] = Topic(chat=chat, id=GENERAL, name="General")


def make_group(
    world: World, title: str, *, forum: bool, bot_is_admin: bool, reactions: Sequence[str] | str, basic: bool,
    with_bot: bool, chat_id: int | None,
) -> Group:  # fmt: skip
    """A group that was there before the bot began to listen: no updates about its making."""
    usual = -4_000_000 - world.number("group") if basic else next_supergroup_id(world)
    chat = Chat(
        id=chat_id or usual, kind="group" if basic else "supergroup", title=title, is_forum=forum,
        reactions=allowed_reactions(reactions),
    )  # fmt: skip
    add_general(chat)
    owner = User(id=600_000_000 + world.number("owner"), first_name="Хозяин", last_name="группы")
    world.users[owner.id] = owner
    chat.members[owner.id] = Member(user=owner, status="creator")
    if with_bot:
        rights = shapes.RIGHTS if bot_is_admin else frozenset[str]()
        status = "administrator" if bot_is_admin else "member"
        chat.members[world.bot.id] = Member(user=world.bot, status=status, rights=rights)
    world.chats[chat.id] = chat
    world.tell("group", f"[{title}] exists", chat=chat)
    return Group(world, chat, owner)
