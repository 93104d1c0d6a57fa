"""Text with its entities, counted in UTF-16 units as Telegram does."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from playground.botapi.errors import bad
from playground.botapi.model import Json

TEXT_LIMIT: Final = 4096
"""UTF-16 units of a message's text (Bot API, sendMessage)."""
CAPTION_LIMIT: Final = 1024
"""UTF-16 units of a caption (Bot API, sendPhoto)."""

Text = tuple[str, list[Json]]

_FOUND: Final = (
    (
        "url",
        re.compile(
            r"(?<![\w@.])(?:https?://[^\s<>\"«»]+|(?:[a-z0-9-]+\.)+(?:ru|com|org|net|me|io|su|рф)\b[^\s<>\"«»]*)",
            re.IGNORECASE,
        ),
    ),
    ("email", re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/<>])/\w{1,64}(?:@[A-Za-z0-9_]{3,32})?", re.ASCII)),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z]\w{3,31}\b", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w&])#\w*[^\W\d]\w*")),
)
_CLOSED_TYPES: Final = {"code", "pre", "text_link", "text_mention"}


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def piece(text: str, entity: Json) -> str:
    """The part of the text that an entity covers."""
    raw = text.encode("utf-16-le", "surrogatepass")
    start = entity["offset"] * 2
    return raw[start : start + entity["length"] * 2].decode("utf-16-le", "replace")


def ordered(entities: Iterable[Json]) -> list[Json]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def trimmed(text: str, entities: Sequence[Json]) -> Text:
    """The text without white space around it, entities moved along; empty ones are dropped."""
    left = units(text) - units(text.lstrip())
    short = text.strip()
    size = units(short)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - left, 0)
        end = min(entity["offset"] + entity["length"] - left, size)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return short, ordered(kept)


def found(text: str, entities: Sequence[Json]) -> list[Json]:
    """The given entities and those that Telegram finds by itself: links, commands, mentions."""
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in _CLOSED_TYPES]
    result = list(entities)
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            words = match.group().rstrip(".,;:!?)") if kind == "url" else match.group()
            start, length = units(text[: match.start()]), units(words)
            if any(start < end and begin < start + length for begin, end in taken):
                continue
            taken.append((start, start + length))
            result.append({"type": kind, "offset": start, "length": length})
    return ordered(result)


def checked(text: str, entities: Iterable[Json]) -> list[Json]:
    """Entities as a bot gave them, kept where they lie within the text."""
    size = units(text)
    kept = []
    for entity in entities:
        start, length = entity["offset"], entity["length"]
        if start < 0 or length < 0 or start + length > size:
            raise bad("can't parse entities: entity lies beyond the text")
        if length:
            kept.append({key: value for key, value in entity.items() if value is not None})
    return ordered(kept)
