"""The small world behind the server: who and what there is, and everything that happens in it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from playground.botapi import shapes
from playground.botapi.drafts import Draft
from playground.botapi.files import FileStore
from playground.botapi.happenings import Happenings, Now, real_now
from playground.botapi.inbox import Inbox
from playground.botapi.inline import InlineQueries
from playground.botapi.model import GENERAL, Chat, Json, Member, Message, Topic, User
from playground.botapi.queries import Queries
from playground.botapi.transcript import place, said

if TYPE_CHECKING:
    from playground.botapi.groups import Group
    from playground.botapi.people import Person


class World(Happenings):
    """People, groups, messages, files and the bot's inbox; all in memory, all in one event loop."""

    def __init__(self, bot: User, *, now: Now = real_now, privacy: bool = True, private_topics: bool = False) -> None:
        super().__init__(now)
        self.bot = bot
        self.privacy = privacy
        self.private_topics = private_topics
        self.people_make_topics = True
        self.users: dict[int, User] = {bot.id: bot, shapes.ANONYMOUS.id: shapes.ANONYMOUS}
        self.chats: dict[int, Chat] = {}
        self.people: "list[Person]" = []  # noqa: UP037 - the name exists for type checkers only
        self.groups: "list[Group]" = []  # noqa: UP037 - the name exists for type checkers only
        self.files = FileStore()
        self.inbox = Inbox(now, lambda: self.tell("confirmed", "the bot confirmed updates"), self._updates_dropped)
        self.queries = Queries()
        self.inline = InlineQueries()
        self.inline_mode = False  # as the bot's owner sets it at BotFather
        self.inline_feedback = False
        self._numbers: dict[str, int] = {}

    # People and places

    def person(
        self, name: str, username: str | None = None, language_code: str | None = "ru", *, user_id: int | None = None
    ) -> "Person":
        """A new person with an account, who has not met the bot yet."""
        from playground.botapi.people import Person

        first, _, last = name.partition(" ")
        user = User(
            id=user_id or 700_000_000 + self.number("user"), first_name=first, last_name=last or None,
            username=username, language_code=language_code,
        )  # fmt: skip
        self.users[user.id] = user
        chat = Chat(id=user.id, kind="private", user=user, is_forum=self.private_topics)
        chat.topics[GENERAL] = Topic(chat=chat, id=GENERAL, name="General")
        self.chats[chat.id] = chat
        person = Person(self, user, chat)
        self.people.append(person)
        self.tell("person", f"{user.name} has an account", chat=chat)
        return person

    def group(
        self,
        title: str,
        *,
        forum: bool = True,
        bot_is_admin: bool = True,
        reactions: list[str] | str = "all",
        basic: bool = False,
        with_bot: bool = True,
        chat_id: int | None = None,
    ) -> "Group":
        """A new group with an owner; `basic` makes one of the old kind, which can be upgraded."""
        from playground.botapi.groups import make_group

        group = make_group(
            self, title, forum=forum and not basic, bot_is_admin=bot_is_admin, reactions=reactions, basic=basic,
            with_bot=with_bot, chat_id=chat_id,
        )  # fmt: skip
        self.groups.append(group)
        return group

    def set_private_topics(self, on: bool, *, people_make_them: bool = True) -> None:
        """Switch the bot's topics in private chats on or off, as its owner does at BotFather."""
        self.private_topics, self.people_make_topics = on, people_make_them
        for chat in self.chats.values():
            if chat.private:
                chat.is_forum = on

    def _updates_dropped(self, count: int) -> None:
        self.tell("dropped", f"{count} updates are gone: the bot did not ask for them in time", data={"count": count})

    def number(self, what: str) -> int:
        """The next number of a sequence, from 1."""
        self._numbers[what] = self._numbers.get(what, 0) + 1
        return self._numbers[what]

    def next_message_id(self, chat: Chat) -> int:
        """The id that the chat's next message will have."""
        return chat.last_id + 1 if chat.kind == "supergroup" else self._numbers.get("message", 0) + 1

    # Messages

    def post(self, chat: Chat, sender: User, draft: Draft) -> Message:
        """Put a message into a chat; the bot gets an update of it where Telegram would send one."""
        message = Message(
            chat=chat, id=self._message_id(chat), at=self.now(), sender=sender, content=draft.content,
            sender_chat=draft.sender_chat, thread=draft.thread, reply_to=draft.reply_to, quote=draft.quote,
            origin=draft.origin, markup=draft.markup, album=draft.album, service=draft.service, silent=draft.silent,
            protected=draft.protected, effect=draft.effect, file=draft.file, via=draft.via,
        )  # fmt: skip
        if draft.service == "forum_topic_created":
            message.thread = message.id
        chat.messages[message.id] = message
        self.tell("message", said(message), chat=chat, data=shapes.message(message))
        if self._reaches_bot(message):
            self.inbox.push("message", shapes.message(message))
        return message

    def _message_id(self, chat: Chat) -> int:
        """Supergroups count their own messages; private chats and basic groups share the account's counter."""
        if chat.kind == "supergroup":
            chat.last_id += 1
            return chat.last_id
        return self.number("message")

    def _reaches_bot(self, message: Message) -> bool:
        if message.from_bot and message.sender.id == self.bot.id:
            # Telegram tells a bot about service messages that its own calls made, but not about its messages.
            return message.service is not None
        return self.hears(message)

    def hears(self, message: Message) -> bool:
        """Whether the bot may see this message of somebody else's: membership and privacy mode decide."""
        chat = message.chat
        if chat.private:
            return not chat.blocked
        member = chat.members.get(self.bot.id)
        if member is None or not member.inside:
            return False
        if member.status == "administrator" or not self.privacy or message.service or message.via is self.bot:
            return True
        to_bot = message.reply_to is not None and message.reply_to.sender.id == self.bot.id
        command = message.text.startswith("/")
        other = "@" in message.text.split(maxsplit=1)[0] if command else False
        mine = f"@{self.bot.username}".lower() in message.text.lower()
        return to_bot or (command and not other) or mine

    def edited(self, message: Message, content: Json, *, markup: Json | None = None, keep_markup: bool = False) -> None:
        """Change a message in place; an update follows if a person did it."""
        message.content = content
        if not keep_markup:
            message.markup = markup
        message.edited_at = self.now()
        self.tell("edited", "✎ " + said(message), chat=message.chat, data=shapes.message(message))
        if message.sender.id != self.bot.id and self.hears(message):
            self.inbox.push("edited_message", shapes.message(message))

    def deleted(self, message: Message) -> None:
        """Take a message away; Telegram tells bots nothing about it."""
        message.deleted = True
        where = place(message.chat, message.thread)
        self.tell("deleted", f"{where} #{message.id} deleted", chat=message.chat, data={"message_id": message.id})

    def reacted(self, message: Message, actor: User, marks: tuple[str, ...]) -> None:
        """Set or take back the actor's reaction."""
        old = message.marks.get(actor.id, ())
        if old == marks:
            return
        message.marks.pop(actor.id, None)
        if marks:
            message.marks[actor.id] = marks
        data = {"message_id": message.id, "user_id": actor.id, "reaction": list(marks)}
        line = f"{place(message.chat, message.thread)} #{message.id} {actor.name} reacts {''.join(marks) or '∅'}"
        self.tell("reaction", line, chat=message.chat, data=data)
        member = message.chat.members.get(self.bot.id)
        heard = not message.chat.blocked if message.chat.private else bool(member and member.status == "administrator")
        if actor.id != self.bot.id and heard:
            update = shapes.reaction(message, actor, old, marks, at=self.now())
            self.inbox.push("message_reaction", update)

    def member_set(self, chat: Chat, actor: User, new: Member) -> None:
        """Change somebody's standing; the bot hears of its own, and of others' where it is an administrator."""
        old = chat.members.get(new.user.id) or Member(user=new.user, status="left")
        chat.members[new.user.id] = replace(new)
        line = f"{place(chat)} {new.user.name}: {old.status} → {new.status}"
        update = shapes.member_changed(chat, actor, old, new, at=self.now())
        self.tell("member", line, chat=chat, data=update)
        bot = chat.members.get(self.bot.id)
        if new.user.id == self.bot.id:
            self.inbox.push("my_chat_member", update)
        elif bot is not None and bot.status == "administrator":
            self.inbox.push("chat_member", update)
