"""Turns Telegram's messages, edits and button presses into the desk's own values; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiogram.types import CallbackQuery, Message, MessageReactionUpdated, ReactionTypeEmoji, User

from bot.buttons import Pressed
from bot.contents import contact_name, origin, quoted, words
from bot.things import thing
from desk import kinds
from desk.incoming import Edited, Engineer, Incoming, IncomingFile, Post, Press, Sender, SharedContact

ANONYMOUS_ADMIN = 1087968824  # @GroupAnonymousBot: every admin who hides behind the group's name
_COMMAND = re.compile(r"/(?P<name>[^\s@/]\S*?)(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)
# A mention is a note even where Telegram marks none: a note must never reach the client, the reverse does less harm.
_COLLEAGUE = re.compile(r"\s*@\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A line that starts with "/": its name in lower case, the bot it is meant for, and what follows."""

    name: str
    bot: str
    argument: str


def command(text: str) -> Command | None:
    """The command that a text begins with; "//" is none."""
    found = _COMMAND.fullmatch(text.strip()) if text.startswith("/") and not text.startswith("//") else None
    if found:
        return Command(name=found["name"].lower(), bot=found["bot"] or "", argument=(found["rest"] or "").strip())
    if text.startswith("/") and not text.startswith("//"):  # "/ something": nobody's command, yet not for a client
        return Command(name="", bot="", argument=text[1:].strip())
    return None


def incoming(messages: Sequence[Message], files: Sequence[IncomingFile], language: str) -> Incoming | None:
    """A client's message, or their album when there are several; None for a service message.

    `language` is that of the words put in for what is no text.
    """
    text = _text(messages, language)
    first = messages[0]
    if text is None or first.from_user is None:
        return None
    marks = [mark for mark in (origin(first, language), quoted(first)) if mark]
    return Incoming(
        channel="telegram",
        place=str(first.chat.id),
        external_id=str(first.message_id),
        also=tuple(str(message.message_id) for message in messages[1:]),
        sender=sender(first.from_user, first.chat.id),
        at=first.date.astimezone(UTC),
        text="\n".join([*marks, *([text] if text else [])]),
        files=tuple(files),
        thread=topic(first),
        reply_to=answered(first),
        described=not own_words(messages),
        contact=_contact(first),
        data=_data(messages),
    )


def edited(message: Message, language: str, files: Sequence[IncomingFile] = ()) -> Edited | None:
    """A client's edit; None for what changes by itself (a shared live location) and for service messages."""
    text = _text([message], language)
    if text is None or message.location:
        return None
    marks = [mark for mark in (origin(message, language), quoted(message)) if mark]
    return Edited(
        channel="telegram",
        place=str(message.chat.id),
        external_id=str(message.message_id),
        text="\n".join([*marks, *([text] if text else [])]),
        files=tuple(files),
        at=datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else message.date.astimezone(UTC),
        of_album=bool(message.media_group_id),
    )


def post(messages: Sequence[Message], files: Sequence[IncomingFile], language: str) -> Post | None:
    """An engineer's message in the group; None for a service message.

    A quotation chosen in the reply is left out: it may repeat the desk's own lines, and the post may go to the client.
    """
    text = _text(messages, language)
    first = messages[0]
    if text is None:
        return None
    reply = first.reply_to_message if answered(first) else None
    colleague = text.startswith("//") or bool(_COLLEAGUE.match(text)) or _mentions_first(first)
    return Post(
        engineer=engineer_of(first),
        place=str(first.chat.id),
        thread=topic(first),
        external_id=str(first.message_id),
        also=tuple(str(message.message_id) for message in messages[1:]),
        text=_said(first, text, files),
        files=tuple(files),
        reply_to=answered(first),
        to_bot=bool(reply and reply.from_user and reply.from_user.is_bot),
        data=_data(messages),
        to_colleague=colleague,
        at=first.date.astimezone(UTC),
    )


def _said(message: Message, text: str, files: Sequence[IncomingFile]) -> str:
    """An engineer's words; a sticker that was fetched needs none."""
    if message.sticker and files:
        return ""
    return text[2:].lstrip() if text.startswith("//") else text


def press(query: CallbackQuery, data: Pressed, at: datetime) -> Press | None:
    """A press; None when Telegram does not say on which message."""
    message = query.message
    if message is None:
        return None
    return Press(
        person=replace(engineer(query.from_user), app_language=query.from_user.language_code or ""),
        private=message.chat.type == "private",
        place=str(message.chat.id),
        thread=topic(message) if isinstance(message, Message) else "",
        external_id=str(message.message_id),
        action=data.action,
        ticket=data.ticket,
        arg=data.arg,
        at=at,
    )


def reaction(event: MessageReactionUpdated) -> tuple[Engineer, tuple[str, ...]]:
    """Who reacted and with which emojis now; custom emojis say nothing to the desk."""
    who = engineer(event.user) if event.user else Engineer(id="", name="", anonymous=True)
    return who, tuple(each.emoji for each in event.new_reaction if isinstance(each, ReactionTypeEmoji))


def topic(message: Message) -> str:
    """The forum topic's id; "" in General, where replies carry a thread id that is none."""
    plain = bool(message.chat.is_forum) and message.reply_to_message is None
    in_topic = message.message_thread_id and (message.is_topic_message or plain)
    return str(message.message_thread_id) if in_topic else ""


def answered(message: Message) -> str:
    """The id of the message that this one replies to; "" for Telegram's implicit reply to a topic's first message."""
    reply = message.reply_to_message
    if reply is None:
        return ""
    implicit = reply.forum_topic_created is not None or (
        bool(message.is_topic_message) and reply.message_id == message.message_thread_id
    )
    return "" if implicit and message.quote is None else str(reply.message_id)


def sender(user: User, chat_id: int) -> Sender:
    return Sender(
        channel="telegram",
        address=str(chat_id),
        name=user.full_name,
        username=user.username or "",
        app_language=user.language_code or "",
    )


def engineer_of(message: Message) -> Engineer:
    """Who posted; an admin or a person hidden behind a chat's name is anonymous."""
    hidden = message.sender_chat is not None or message.from_user is None
    if hidden or (message.from_user and message.from_user.id == ANONYMOUS_ADMIN):
        name = message.sender_chat.title if message.sender_chat else ""
        return Engineer(id="", name=name or "", anonymous=True)
    assert message.from_user is not None
    return engineer(message.from_user)


def engineer(user: User) -> Engineer:
    if user.id == ANONYMOUS_ADMIN:
        return Engineer(id="", name=user.full_name, anonymous=True)
    return Engineer(id=str(user.id), name=user.full_name, username=user.username or "")


def own_words(messages: Sequence[Message]) -> str:
    """What the sender wrote themselves: nothing of a forwarded message is a command."""
    if messages[0].forward_origin:
        return ""
    said = [words(message, "") for message in messages if message.text or message.caption]
    return "\n".join(text for text in said if text)


def _text(messages: Sequence[Message], language: str) -> str | None:
    """The words of all messages, an album's captions joined; None when all are service messages."""
    said = [text for text in (words(message, language) for message in messages) if text is not None]
    return "\n".join(text for text in said if text) if said else None


def _data(messages: Sequence[Message]) -> dict[str, Any]:
    """What a message is besides words and files, as `desk.kinds` has it."""
    first = messages[0]
    found: dict[str, Any] = {}
    if native := thing(first):
        found[kinds.NATIVE] = native
    if first.media_group_id:
        found[kinds.CAPTIONS] = {str(each.message_id): words(each, "") or "" for each in messages}
    if first.quote and first.quote.is_manual and first.reply_to_message:
        found[kinds.QUOTE] = first.quote.text
    if first.chat.type == "private" and (to := answered(first)):
        found[kinds.TO] = to
    return found


def _contact(message: Message) -> SharedContact | None:
    contact = message.contact
    if contact is None or message.from_user is None:
        return None
    # A forwarded contact may name its owner too: Telegram vouches only for what the owner shared here themselves.
    own = contact.user_id == message.from_user.id and message.forward_origin is None
    return SharedContact(phone=contact.phone_number, name=contact_name(message), own=own)


def _mentions_first(message: Message) -> bool:
    entities = message.entities or message.caption_entities or []
    return any(entity.offset == 0 and entity.type in {"mention", "text_mention"} for entity in entities)
