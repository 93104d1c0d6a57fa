"""What there is in the small world: users, chats, topics, messages."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

GENERAL = 1
"""The thread id of a forum's General topic."""

MEDIA = ("photo", "video", "animation", "audio", "voice", "video_note", "sticker", "document")
"""What a file can be in a message; animation stands before document, since an animation carries both."""

KINDS = (*MEDIA, "venue", "location", "contact", "poll")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with an account; the bot is one too."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """A user's standing in a group; `rights` are the can_… of an administrator."""

    user: User
    status: str = "member"
    rights: frozenset[str] = frozenset()

    @property
    def inside(self) -> bool:
        return self.status in {"creator", "administrator", "member", "restricted"}

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)


@dataclass(slots=True, kw_only=True, eq=False)
class Topic:
    """A topic of a forum; its id is that of the service message that opened it."""

    chat: "Chat"
    id: int
    name: str
    icon_color: int = 0x6FB9F0
    icon: str | None = None
    creator: int = 0
    closed: bool = False
    hidden: bool = False
    deleted: bool = False

    @property
    def messages(self) -> "list[Message]":
        """What one sees in it now, service messages left out."""
        return [message for message in self.chat.seen if message.place == self.id and message.service is None]


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """A private chat, a basic group or a supergroup, as the bot meets it."""

    id: int
    kind: str
    title: str = ""
    username: str | None = None
    user: User | None = None
    is_forum: bool = False
    reactions: tuple[str, ...] | None = None
    """The allowed reactions; None means all."""
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, "Message"] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    migrated_to: int | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    last_id: int = 1
    """A supergroup's own counter; 1 was its creation, which is why 1 can name the General topic."""

    @property
    def private(self) -> bool:
        return self.kind == "private"

    @property
    def name(self) -> str:
        return self.user.name if self.user else self.title

    @property
    def seen(self) -> "list[Message]":
        """Every message that is there now, oldest first."""
        return [message for message in self.messages.values() if not message.deleted]


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A message as everybody sees it now; edits, reactions and deletion change it in place."""

    chat: Chat
    id: int
    at: datetime
    sender: User
    content: Json
    """The fields that make the kind: text, entities, photo, caption…, as the Bot API writes them."""
    sender_chat: Chat | None = None
    thread: int | None = None
    reply_to: "Message | None" = None
    quote: Json | None = None
    origin: Json | None = None
    markup: Json | None = None
    album: str | None = None
    service: str | None = None
    silent: bool = False
    protected: bool = False
    effect: str | None = None
    via: User | None = None
    """The bot whose inline result it is."""
    edited_at: datetime | None = None
    deleted: bool = False
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Reactions by who set them."""
    votes: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """A poll's answers by who gave them, as the options' places."""
    file: "StoredFile | None" = None

    @property
    def place(self) -> int:
        """The topic it is in; 1 where there is none."""
        return self.thread or GENERAL

    @property
    def text(self) -> str:
        """The words: the text, or a file's caption."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.content.get("entities") or self.content.get("caption_entities") or [])

    @property
    def kind(self) -> str:
        """text, photo, document, …; for a service message its name."""
        return self.service or next((kind for kind in KINDS if kind in self.content), "text")

    @property
    def keyboard(self) -> list[list[Json]]:
        """Rows of buttons, inline ones or the reply keyboard's."""
        markup = self.markup or {}
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return [list(row) for row in rows]

    @property
    def buttons(self) -> list[str]:
        return [str(button["text"]) for row in self.keyboard for button in row]

    @property
    def reactions(self) -> list[str]:
        return [emoji for marks in self.marks.values() for emoji in marks]

    @property
    def from_bot(self) -> bool:
        return self.sender.is_bot and self.sender_chat is None

    @property
    def edited(self) -> bool:
        return self.edited_at is not None


@dataclass(slots=True, kw_only=True, eq=False)
class StoredFile:
    """A file that somebody sent, with the words that the API has for it."""

    kind: str
    data: bytes
    name: str
    mime: str
    size: int
    path: str
    shape: Any = None
    """The value of the message's field: an object, for a photo a list of sizes."""
