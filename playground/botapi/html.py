"""Telegram's HTML, read into text and entities as the real server reads it."""

import re
from dataclasses import dataclass
from typing import Final

from playground.botapi.entities import Text, broken, custom_emoji, link, ordered, units
from playground.botapi.model import Json

_TAGS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
_ENTITY: Final = re.compile(r"&(?:#x([0-9a-fA-F]+)|#(\d+)|(lt|gt|amp|quot));?")
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_NAME: Final = re.compile(r"[^\s>]*")
_ATTRIBUTE: Final = re.compile(r"\s*([^\s=>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")


@dataclass(slots=True, kw_only=True)
class _Open:
    name: str
    attributes: dict[str, str]
    start: int


class _Reader:
    def __init__(self, source: str, known: frozenset[int]) -> None:
        self.source = source
        self.known = known
        self.at = 0
        self.size = 0
        self.out: list[str] = []
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def read(self) -> Text:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._end_tag() if self.source.startswith("</", self.at) else self._start_tag()
            elif char == "&" and (match := _ENTITY.match(self.source, self.at)):
                self._put(_character(match))
                self.at = match.end()
            else:
                self._put(char)
                self.at += 1
        if self.open:
            raise broken(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        return "".join(self.out), ordered(self.entities)

    def _put(self, text: str) -> None:
        self.out.append(text)
        self.size += units(text)

    def _where(self) -> int:
        return len(self.source[: self.at].encode())

    def _start_tag(self) -> None:
        where = self._where()
        match = _NAME.match(self.source, self.at + 1)
        assert match is not None
        name, position = match.group().lower(), match.end()
        if position >= len(self.source):
            raise broken(f"Unclosed start tag at byte offset {where}")
        if name not in _TAGS:
            raise broken(f'Unsupported start tag "{name}" at byte offset {where}')
        attributes: dict[str, str] = {}
        while position < len(self.source) and self.source[position] != ">":
            pair = _ATTRIBUTE.match(self.source, position)
            if pair is None:
                position += 1
                continue
            value = next((group for group in pair.groups()[1:] if group is not None), "")
            attributes[pair.group(1).lower()] = _ENTITY.sub(_character, value)
            position = pair.end()
        if position >= len(self.source):
            raise broken(f"Unclosed start tag at byte offset {where}")
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise broken(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
        self.open.append(_Open(name=name, attributes=attributes, start=self.size))
        self.at = position + 1

    def _end_tag(self) -> None:
        where = self._where()
        end = self.source.find(">", self.at)
        if end < 0:
            raise broken(f"Unclosed end tag at byte offset {where}")
        if not self.open:
            raise broken(f"Unexpected end tag at byte offset {where}")
        name = self.source[self.at + 2 : end].strip().lower()
        tag = self.open.pop()
        if name not in {"", tag.name}:
            raise broken(f'Unmatched end tag at byte offset {where}, expected "</{tag.name}>", found "</{name}>"')
        self.at = end + 1
        if self.size > tag.start:
            self._close(tag)

    def _close(self, tag: _Open) -> None:
        entity: Json = {"type": _TAGS[tag.name], "offset": tag.start, "length": self.size - tag.start}
        match tag.name:
            case "a":
                target = link(tag.attributes.get("href") or self._since(tag.start), self.known)
                if target is None:
                    return
                entity |= target
            case "code" if self.open and self.open[-1].name == "pre":
                language = tag.attributes.get("class", "")
                if language.startswith("language-"):
                    entity["language"] = language.removeprefix("language-")
            case "pre":
                inner = self.entities[-1] if self.entities else {}
                same = (inner.get("offset"), inner.get("length")) == (entity["offset"], entity["length"])
                if same and inner.get("type") == "code" and "language" in inner:
                    entity["language"] = inner["language"]
            case "blockquote" if "expandable" in tag.attributes:
                entity["type"] = "expandable_blockquote"
            case "tg-emoji":
                entity["custom_emoji_id"] = custom_emoji(tag.attributes.get("emoji-id", ""))
        if tag.name in {"code", "pre"}:  # Telegram allows nothing inside them
            self.entities = [e for e in self.entities if e["offset"] < tag.start]
        self.entities.append(entity)

    def _since(self, start: int) -> str:
        raw = "".join(self.out).encode("utf-16-le")
        return raw[start * 2 :].decode("utf-16-le")


def read_html(source: str, known_users: frozenset[int] = frozenset()) -> Text:
    """The text and its entities; a 400 "can't parse entities" for what Telegram would not read."""
    return _Reader(source, known_users).read()


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, named = match.groups()
    if named:
        return _NAMED[named]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()
