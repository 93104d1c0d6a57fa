"""Where a message goes: a chat, a topic of it, a message to answer."""

from dataclasses import dataclass

from aiogram.types import ReplyParameters

from desk.parcels import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a message goes. `reply_must`: the message replied to is the thread, without it nothing may be sent."""

    chat_id: int
    thread: int | None = None
    reply_to: int | None = None
    reply_must: bool = False
    previews: bool = True

    def common(self, message: Outgoing, *, first: bool) -> dict[str, object]:
        """The parameters that all calls share; only the first message of several replies, unless replying is all."""
        reply = None
        if self.reply_to and (first or self.reply_must):
            reply = ReplyParameters(
                message_id=self.reply_to,
                allow_sending_without_reply=not self.reply_must,
                quote=(message.picked or None) if first else None,
            )
        return {
            "chat_id": self.chat_id,
            "message_thread_id": self.thread,
            "reply_parameters": reply,
            "disable_notification": True if message.silent else None,
        }
