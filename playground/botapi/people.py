"""A person and their private chat with the bot."""

from typing import TYPE_CHECKING

from playground.botapi import shapes
from playground.botapi.drafts import words
from playground.botapi.errors import NotPossible
from playground.botapi.model import Chat, Member, Message, Topic, User
from playground.botapi.seat import Seat
from playground.botapi.topics import delete_topic, open_topic

if TYPE_CHECKING:
    from playground.botapi.world import World


class Person(Seat):
    """Somebody with an account, at their private chat with the bot."""

    def __init__(self, world: "World", user: User, chat: Chat) -> None:
        super().__init__(world, user, chat)

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def chat(self) -> list[Message]:
        """The private chat as this person sees it now, oldest first."""
        return self.chat_here.seen

    @property
    def received(self) -> list[Message]:
        """What the bot wrote here."""
        return [message for message in self.chat if message.from_bot and message.service is None]

    @property
    def topics(self) -> list[Topic]:
        """The private chat's topics, where the bot has them switched on."""
        return [topic for topic in self.chat_here.topics.values() if topic.id != 1 and not topic.deleted]

    def topic(self, name_contains: str) -> Topic:
        """The first topic here with those words in its name; LookupError while there is none."""
        for topic in self.topics:
            if name_contains in topic.name:
                return topic
        raise LookupError(f"no topic with {name_contains!r} among {[topic.name for topic in self.topics]}")

    def create_topic(self, name: str) -> Topic:
        """Open a topic of one's own, where the bot lets people do that."""
        if not self.chat_here.is_forum or not self.world.people_make_topics:
            raise NotPossible("the app offers no new topic here")
        return open_topic(self.world, self.chat_here, self.user, name)

    def delete_topic(self, topic: Topic) -> None:
        """Delete a topic with all its messages; the bot finds out when it writes there."""
        delete_topic(self.world, topic)

    def last(self, contains: str = "") -> Message:
        """The bot's latest message here with those words; LookupError while there is none."""
        for message in reversed(self.received):
            if contains in message.text:
                return message
        raise LookupError(f"no message from the bot to {self.name} with {contains!r}")

    def check(self) -> None:
        if self.chat_here.blocked:
            raise NotPossible("the bot is blocked: the app shows only «Unblock»")
        self.chat_here.started = True

    def start(self, payload: str = "") -> Message:
        """Press START (or a deep link with a payload); of a blocked bot, unblock it first as the app does."""
        if self.chat_here.blocked:
            self.unblock()
        return self.post(words(f"/start {payload}".strip()))

    def block(self) -> None:
        """Stop the bot: it hears my_chat_member and may not write."""
        if not self.chat_here.blocked:
            self._change("member", "kicked")
            self.chat_here.blocked = True

    def unblock(self) -> None:
        if self.chat_here.blocked:
            self.chat_here.blocked = False
            self._change("kicked", "member")

    def delete_account(self) -> None:
        """From now on the bot is told that the user is deactivated."""
        self.chat_here.deactivated = True
        self.world.tell("person", f"{self.name} deleted their account", chat=self.chat_here)

    def _change(self, old: str, new: str) -> None:
        bot = self.world.bot
        update = shapes.member_changed(
            self.chat_here, self.user, Member(user=bot, status=old), Member(user=bot, status=new), at=self.world.now()
        )
        line = f"[{self.name}] {'blocks' if new == 'kicked' else 'unblocks'} the bot"
        self.world.tell("member", line, chat=self.chat_here, data=update)
        self.world.inbox.push("my_chat_member", update)
