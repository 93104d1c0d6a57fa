"""The methods that carry messages over: copies and forwards."""

from collections.abc import Sequence
from typing import Any

from aiogram import methods as m

from playground.botapi import shapes
from playground.botapi.calls.sending import new_album
from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.drafts import Draft, caption
from playground.botapi.errors import bad
from playground.botapi.model import MEDIA, Chat, Json, Message
from playground.botapi.shapes import present


@answers(m.CopyMessage)
def copy_message(api: Context, call: m.CopyMessage) -> Json:
    source = _source(api, call.from_chat_id, call.message_id, "copy")
    content = dict(source.content)
    if call.caption is not None and any(kind in content for kind in MEDIA):
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content |= caption(*api.caption(call))
    chat = api.chat_to_write(call.chat_id)
    draft = api.draft(chat, call)
    draft.content, draft.file = content, source.file
    return {"message_id": api.world.post(chat, api.bot, draft).id}


@answers(m.ForwardMessage)
def forward_message(api: Context, call: m.ForwardMessage) -> Json:
    source = _source(api, call.from_chat_id, call.message_id, "forward")
    chat = api.chat_to_write(call.chat_id)
    draft = _draft(api, chat, call)
    draft.content, draft.file, draft.origin = dict(source.content), source.file, origin(source)
    return shapes.message(api.world.post(chat, api.bot, draft))


@answers(m.CopyMessages, m.ForwardMessages)
def carry_messages(api: Context, call: Any) -> list[Json]:
    """Several at once: those that are missing are left out, albums stay albums."""
    ids = many(call.message_ids)
    if list(ids) != sorted(set(ids)):
        raise bad("message identifiers must be in a strictly increasing order")
    home = api.chat(call.from_chat_id)
    sources = [home.messages[i] for i in ids if i in home.messages and _can_go(home.messages[i])]
    copying = isinstance(call, m.CopyMessages)
    if not sources:
        raise bad(f"there are no messages to {'copy' if copying else 'forward'}")
    chat = api.chat_to_write(call.chat_id, count=len(sources))
    draft = _draft(api, chat, call)
    made = []
    for source, album in zip(sources, _albums(api, sources), strict=True):
        draft.content, draft.file, draft.album = dict(source.content), source.file, album
        draft.origin = None if copying else origin(source)
        if copying and getattr(call, "remove_caption", None):
            draft.content.pop("caption", None)
            draft.content.pop("caption_entities", None)
        made.append({"message_id": api.world.post(chat, api.bot, draft).id})
    return made


def many(ids: Sequence[int]) -> Sequence[int]:
    """The messages named in one call; a 400 unless they are 1 to 100."""
    if not ids:
        raise bad("message identifiers are not specified")
    if len(ids) > 100:
        raise bad("too many message identifiers specified")
    return ids


def _draft(api: Context, chat: Chat, call: Any) -> Draft:
    """The multiple methods and forwards have neither reply nor buttons: fill in the gaps for the shared reader."""
    return api.draft(chat, _Bare(call))


class _Bare:
    def __init__(self, call: Any) -> None:
        self.message_thread_id = call.message_thread_id
        self.disable_notification = call.disable_notification
        self.protect_content = call.protect_content
        self.reply_parameters = None
        self.reply_to_message_id = None
        self.allow_sending_without_reply = None


def _albums(api: Context, sources: Sequence[Message]) -> list[str | None]:
    """A new album for each old one of which at least two messages go."""
    old = [source.album for source in sources]
    new = {album: new_album(api) for album in dict.fromkeys(old) if album and old.count(album) > 1}
    return [new.get(album or "") for album in old]


def _source(api: Context, chat_id: int | str, message_id: int, words: str) -> Message:
    chat = api.chat(chat_id)
    message = api.message(chat, message_id, words)
    if not _can_go(message):
        raise bad(f"message can't be {'copied' if words == 'copy' else 'forwarded'}")
    return message


def _can_go(message: Message) -> bool:
    return not message.deleted and message.service is None and not message.protected


def origin(source: Message) -> Json:
    """Where a forward comes from."""
    if source.origin is not None:
        return source.origin
    date = shapes.seconds(source.at)
    if source.sender_chat is not None:
        return {"type": "chat", "date": date, "sender_chat": shapes.chat(source.sender_chat)}
    return present({"type": "user", "date": date, "sender_user": shapes.user(source.sender)})
