"""Text with its entities, counted in UTF-16 units as Telegram does."""

import re
from collections.abc import Container, Iterable, Sequence
from typing import Final

from playground.botapi.errors import ApiError, bad
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
_FOUND_BY_ITSELF: Final = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
_REQUIRED: Final = {
    "text_link": ("url",), "text_mention": ("user",), "custom_emoji": ("custom_emoji_id",), "date_time": ("unix_time",),
}  # fmt: skip
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("bold", "italic", "underline", "strikethrough", "spoiler", "code"), ()),
    **dict.fromkeys(("blockquote", "expandable_blockquote"), ()),
    **_REQUIRED, "pre": ("language",), "date_time": ("unix_time", "date_time_format"),
}  # fmt: skip
"""The entities that a bot may give, with the fields that each has besides its place."""
_EMOJI_ID: Final = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_MENTION: Final = re.compile(r"tg:(?://)?user\?id=(\d+)", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>https?://)(?P<user>[^/?#\s@]+@)?)?(?P<host>[\w.-]+(?::\d+)?)(?P<rest>[/?#].*|)",
    re.IGNORECASE | re.DOTALL,
)


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


def checked(text: str, entities: Iterable[Json], known: Container[int] = ()) -> list[Json]:
    """Entities as a bot gave them; a 400 for one that cannot be. Those that Telegram finds by itself are left to it."""
    size = units(text)
    kept = []
    for entity in entities:
        start, length = entity["offset"], entity["length"]
        for name, value in (("offset", start), ("length", length)):
            if value < 0:
                raise bad(f"receive an entity with incorrect {name} {value}")
        if start > size:
            raise bad(f"entity begins after the end of the text at UTF-16 offset {start}")
        end = start + length
        if end > size:
            over = f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}"
            raise bad(over)
        if length and entity["type"] not in _FOUND_BY_ITSELF:
            kept.append({"type": entity["type"], "offset": start, "length": length} | _wanted(entity, known))
    return ordered(kept)


def _wanted(entity: Json, known: Container[int]) -> Json:
    """What an entity of that type needs besides its place."""
    kind = entity["type"]
    if kind not in _FIELDS:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    for name in _REQUIRED.get(kind, ()):
        if entity.get(name) is None:
            raise bad(f"can't parse MessageEntity: Can't find field \"{name}\"")
    fields = {name: entity[name] for name in _FIELDS[kind] if entity.get(name) is not None}
    match kind:
        case "text_link":
            target = link(entity["url"], frozenset())
            if target is None:
                reason = "Wrong HTTP URL" if entity["url"] else "URL host is empty"
                raise bad(f"entity URL '{entity['url']}' is invalid: {reason}")
            return target
        case "text_mention":
            if entity["user"]["id"] not in known:
                raise bad("user not found")
            return {"user": entity["user"]["id"]}
        case "custom_emoji" if not _EMOJI_ID.fullmatch(entity["custom_emoji_id"]):
            raise bad("can't parse MessageEntity: Field \"custom_emoji_id\" must be a valid Number")
    return fields


def broken(reason: str) -> ApiError:
    return bad(f"can't parse entities: {reason}")


def custom_emoji(identifier: str) -> str:
    """The identifier of a custom emoji; a 400 for what cannot be one."""
    if not _EMOJI_ID.fullmatch(identifier) or int(identifier) >= 1 << 63:
        raise broken("Invalid custom emoji identifier specified")
    return identifier


def link(target: str, known: Container[int]) -> Json | None:
    """What an address becomes; None for one that Telegram drops without a word (mailto, a lone word).

    A mention of somebody in `known` becomes {"type": "text_mention", "user": their id}.
    """
    if match := _MENTION.fullmatch(target):
        user = int(match.group(1))
        return {"type": "text_mention", "user": user} if user in known else None
    if target.lower().startswith(("tg://", "ton://", "tonsite://")):
        return {"url": target}
    match = _ADDRESS.fullmatch(target)
    if match is None or "." not in match["host"].strip("."):
        return None
    scheme, rest = (match["scheme"] or "http://").lower(), match["rest"]
    return {"url": f"{scheme}{match['user'] or ''}{match['host']}{rest if rest.startswith('/') else '/' + rest}"}
