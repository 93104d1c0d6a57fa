"""What a Telegram message contains: readable words for every kind, and its files."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from aiogram.enums import ContentType
from aiogram.types import (
    Chat,
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    PhotoSize,
)

from bot.plain import plain
from desk.texts import say

LONGEST_NAME = 120  # characters of a file's name; file systems take 255 bytes, Cyrillic letters are two
# Control characters, path separators and the marks that turn the direction of writing ("txt.exe" shown as "exe.txt").
_UNWANTED = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a message as Telegram describes it; `size` is 0 when it does not say."""

    sort: str
    name: str
    mime: str
    size: int
    file_id: str


def safe_name(name: str | None, otherwise: str) -> str:
    """A file name without path, controls or tricks; `otherwise` when nothing is left."""
    bare = _UNWANTED.sub("_", unicodedata.normalize("NFC", PurePosixPath((name or "").replace("\\", "/")).name))
    bare = bare.strip(" .")
    if not bare.strip("_. "):
        return otherwise
    stem, dot, extension = bare.rpartition(".")
    if dot and len(bare) > LONGEST_NAME:
        return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension[:20]}"
    return bare[:LONGEST_NAME]


def attachments(message: Message) -> tuple[Attachment, ...]:
    """The files of a message; of a photo the largest size."""
    found: list[Attachment] = []
    if message.animation:  # comes with `document` as well, for old clients
        found.append(_file("animation", message.animation, "animation.mp4", "video/mp4"))
    elif message.document:
        found.append(_file("document", message.document, "file.bin", "application/octet-stream"))
    if message.live_photo:
        found.append(_file("video", message.live_photo, "live_photo.mp4", "video/mp4"))
    elif message.photo:
        found.append(_photo(message.photo))
    if message.video:
        found.append(_file("video", message.video, "video.mp4", "video/mp4"))
    if message.video_note:
        found.append(_file("video_note", message.video_note, "video_note.mp4", "video/mp4"))
    if message.voice:
        found.append(_file("voice", message.voice, "voice.ogg", "audio/ogg"))
    if message.audio:
        title = " - ".join(part for part in (message.audio.performer, message.audio.title) if part)
        found.append(_file("audio", message.audio, f"{safe_name(title, 'audio')}.mp3", "audio/mpeg"))
    if message.sticker:
        found.append(_sticker(message.sticker))
    if message.game:
        found.append(_photo(message.game.photo))
    return tuple(found)


def _photo(sizes: list[PhotoSize]) -> Attachment:
    largest = max(sizes, key=lambda size: (size.width * size.height, size.file_size or 0))
    return Attachment(
        sort="photo", name="photo.jpg", mime="image/jpeg", size=largest.file_size or 0, file_id=largest.file_id
    )


def _file(sort: str, thing: Any, name: str, mime: str) -> Attachment:
    return Attachment(
        sort=sort,
        name=safe_name(getattr(thing, "file_name", None), name),
        mime=thing.mime_type if getattr(thing, "mime_type", None) else mime,
        size=thing.file_size or 0,
        file_id=thing.file_id,
    )


def _sticker(thing: Any) -> Attachment:
    name, mime = "sticker.webp", "image/webp"
    if thing.is_video:
        name, mime = "sticker.webm", "video/webm"
    elif thing.is_animated:
        name, mime = "sticker.tgs", "application/x-tgsticker"
    return Attachment(sort="sticker", name=name, mime=mime, size=thing.file_size or 0, file_id=thing.file_id)


def words(message: Message, language: str) -> str | None:
    """The message as text: its own words, or words for what it shows. None for a service message."""
    if message.text is not None:
        return plain(message.text, message.entities)
    caption = plain(message.caption, message.caption_entities) if message.caption else ""
    kind = ContentType(message.content_type)
    if kind in _SILENT:
        return caption
    if kind in _WORDS:
        return "\n".join(part for part in (_WORDS[kind](message, language), caption) if part)
    if kind is ContentType.UNKNOWN:
        return caption or say(language, "bot.unknown")
    return None


def origin(message: Message, language: str) -> str:
    """Whom a forwarded message comes from; "" when it is not forwarded."""
    source = message.forward_origin
    if source is None:
        return ""
    name = ""
    if isinstance(source, MessageOriginUser):
        name = source.sender_user.full_name
    elif isinstance(source, MessageOriginHiddenUser):
        name = source.sender_user_name
    elif isinstance(source, MessageOriginChat):
        name = _titled(source.sender_chat, source.author_signature)
    elif isinstance(source, MessageOriginChannel):
        name = _titled(source.chat, source.author_signature)
    return say(language, "bot.forwarded", name=name or say(language, "bot.forwarded_unknown"))


def quoted(message: Message) -> str:
    """The part of another message that the sender picked to answer, as lines that begin with "> "."""
    if not message.quote or not (message.quote.is_manual or message.external_reply):
        return ""
    return "\n".join(f"> {line}" for line in message.quote.text.splitlines())


def _titled(chat: Chat, signature: str | None) -> str:
    return ", ".join(part for part in (chat.title or chat.full_name, signature) if part)


def _location(message: Message, language: str) -> str:
    place = message.location
    assert place is not None
    key = "bot.live_location" if place.live_period else "bot.location"
    return say(language, key, latitude=place.latitude, longitude=place.longitude)


def _venue(message: Message, language: str) -> str:
    venue = message.venue
    assert venue is not None
    place = say(language, "bot.location", latitude=venue.location.latitude, longitude=venue.location.longitude)
    return say(language, "bot.venue", title=venue.title, address=venue.address) + "\n" + place


def _contact(message: Message, language: str) -> str:
    contact = message.contact
    assert contact is not None
    return say(language, "bot.contact", name=contact_name(message), phone=contact.phone_number)


def contact_name(message: Message) -> str:
    contact = message.contact
    return " ".join(part for part in (contact.first_name, contact.last_name) if part) if contact else ""


def _poll(message: Message, language: str) -> str:
    poll = message.poll
    assert poll is not None
    key = "bot.quiz" if poll.type == "quiz" else "bot.poll"
    return "\n".join([say(language, key, question=poll.question), *(f"• {option.text}" for option in poll.options)])


def _dice(message: Message, language: str) -> str:
    assert message.dice is not None
    return say(language, "bot.dice", emoji=message.dice.emoji, value=message.dice.value)


def _sticker_words(message: Message, language: str) -> str:
    assert message.sticker is not None
    return say(language, "bot.sticker", emoji=message.sticker.emoji or "").rstrip()


def _game(message: Message, language: str) -> str:
    assert message.game is not None
    return say(language, "bot.game", title=message.game.title) + f"\n{message.game.description}"


def _checklist(message: Message, language: str) -> str:
    checklist = message.checklist
    assert checklist is not None
    tasks = (f"{'☑' if task.completion_date else '☐'} {task.text}" for task in checklist.tasks)
    return "\n".join([say(language, "bot.checklist", title=checklist.title), *tasks])


def _invoice(message: Message, language: str) -> str:
    assert message.invoice is not None
    return say(language, "bot.invoice", title=message.invoice.title)


def _rich(message: Message, language: str) -> str:
    """The strings of a rich message in their order, a line for each block; its look is lost, its words are not."""
    assert message.rich_message is not None
    lines = ["".join(_strings(block.model_dump(exclude_none=True))) for block in message.rich_message.blocks]
    return "\n".join(line for line in lines if line.strip()) or say(language, "bot.unknown")


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    if isinstance(value, dict):
        shown = ("text", "blocks", "items", "cells", "caption", "title", "summary", "expression", "content")
        return [text for key in shown if key in value for text in _strings(value[key])]
    return []


_SILENT = frozenset({
    ContentType.PHOTO, ContentType.VIDEO, ContentType.DOCUMENT, ContentType.ANIMATION, ContentType.AUDIO,
    ContentType.VOICE, ContentType.VIDEO_NOTE, ContentType.LIVE_PHOTO,
})  # fmt: skip
_WORDS: dict[ContentType, Callable[[Message, str], str]] = {
    ContentType.STICKER: _sticker_words,
    ContentType.LOCATION: _location,
    ContentType.VENUE: _venue,
    ContentType.CONTACT: _contact,
    ContentType.POLL: _poll,
    ContentType.DICE: _dice,
    ContentType.GAME: _game,
    ContentType.CHECKLIST: _checklist,
    ContentType.INVOICE: _invoice,
    ContentType.RICH_MESSAGE: _rich,
    ContentType.STORY: lambda _, language: say(language, "bot.story"),
    ContentType.PAID_MEDIA: lambda _, language: say(language, "bot.paid_media"),
    ContentType.GIVEAWAY: lambda _, language: say(language, "bot.giveaway"),
    ContentType.GIVEAWAY_WINNERS: lambda _, language: say(language, "bot.giveaway"),
}
