"""What happened, in lines that a person reads."""

from dataclasses import dataclass, field
from datetime import datetime

from playground.botapi.model import GENERAL, Chat, Json, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; `data` is plain JSON for a page, `line` is for people."""

    number: int
    at: datetime
    kind: str
    line: str
    chat: int | None = None
    data: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        return {
            "number": self.number, "at": self.at.isoformat(), "kind": self.kind, "line": self.line, "chat": self.chat,
            "data": self.data,
        }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.line}"


def place(chat: Chat, thread: int | None = None) -> str:
    """Where: a person's chat by their name, a group with its topic."""
    if chat.private:
        return f"[{chat.name}]"
    topic = chat.topics.get(thread or GENERAL)
    if topic is None or not chat.is_forum:
        return f"[{chat.title}]"
    return f"[{chat.title} › {topic.name}]"


def said(message: Message) -> str:
    """A message in one line: who, where, what, with which buttons."""
    who = message.sender_chat.title + " (anonymous)" if message.sender_chat else message.sender.name
    parts = []
    if message.service:
        parts.append(f"· {message.service}")
    elif message.kind != "text":
        parts.append(f"<{message.kind}{_file_name(message)}>")
    if message.text:
        parts.append(message.text)
    if message.buttons:
        parts.append("".join(f"[{label}]" for label in message.buttons))
    reply = f" ↩{message.reply_to.id}" if message.reply_to else ""
    silent = " (silent)" if message.silent else ""
    return f"{place(message.chat, message.thread)} #{message.id}{reply} {who}{silent}: {' '.join(parts)}"


def _file_name(message: Message) -> str:
    return f" {message.file.name}" if message.file and message.kind == "document" else ""
