"""Telegram's marked-up text as plain text and lengths as Telegram counts them: in UTF-16 units."""

from collections.abc import Sequence

from aiogram.types import MessageEntity

TEXT_LIMIT = 4096  # Bot API, sendMessage: after entity parsing
CAPTION_LIMIT = 1024  # Bot API, sendPhoto and the like
TOPIC_LIMIT = 128  # Bot API, createForumTopic


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int, *, end: str = "…") -> str:
    """At most `limit` units, at the end of a word where one is near, with `end` where something was left out."""
    if units(text) <= limit:
        return text
    room = max(0, limit - units(end))
    # "ignore" drops the half of a pair that the cut went through.
    kept = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore")
    near = max(kept.rfind(" "), kept.rfind("\n"))
    if near > len(kept) * 3 // 4:
        kept = kept[:near]
    return kept.rstrip() + end


def plain(text: str, entities: Sequence[MessageEntity] | None) -> str:
    """The text with hidden links written out: "here (https://…)"."""
    links = [entity for entity in entities or () if entity.type == "text_link" and entity.url]
    if not links:
        return text
    raw = text.encode("utf-16-le")
    for link in sorted(links, key=lambda entity: entity.offset, reverse=True):
        start, end = link.offset * 2, (link.offset + link.length) * 2
        shown = raw[start:end].decode("utf-16-le", "ignore").strip()
        url = link.url or ""
        if shown.rstrip("/") != url.rstrip("/"):
            raw = raw[:end] + f" ({url})".encode("utf-16-le") + raw[end:]
    return raw.decode("utf-16-le", "ignore")
