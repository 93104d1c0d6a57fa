"""Telegram's legacy Markdown, read into text and entities as the real server reads it."""

import re
from typing import Final

from playground.botapi.entities import Text, broken, link, ordered, units
from playground.botapi.model import Json

_LANGUAGE: Final = re.compile(r"[^\s`]+(?=\s)")
_NEW_LINE: Final = re.compile(r"\r\n|\n\r|\n|\r")


class MarkdownReader:
    """What both Markdowns need to read: where one is, and what has come out so far."""

    def __init__(self, source: str, known: frozenset[int]) -> None:
        self.source = source
        self.known = known
        self.at = 0
        self.size = 0
        self.out: list[str] = []
        self.entities: list[Json] = []

    def put(self, char: str) -> None:
        self.out.append(char)
        self.size += units(char)
        self.at += 1

    def sees(self, words: str) -> bool:
        return self.source.startswith(words, self.at)

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def after_fence(self) -> str:
        """Step over ``` with the language and one line break behind it; the language."""
        self.at += 3
        match = _LANGUAGE.match(self.source, self.at)
        self.at = match.end() if match else self.at
        if line := _NEW_LINE.match(self.source, self.at):
            self.at = line.end()
        return match.group() if match else ""

    def add(self, kind: str, start: int, target: Json | None = None) -> None:
        if self.size > start:
            self.entities.append({"type": kind, "offset": start, "length": self.size - start, **(target or {})})

    def text(self) -> Text:
        return "".join(self.out), ordered(self.entities)


def read_markdown(source: str, known_users: frozenset[int] = frozenset()) -> Text:
    """Legacy Markdown: no nesting, only _ * ` [ can be escaped."""
    reader = MarkdownReader(source, known_users)
    while reader.at < len(source):
        char = source[reader.at]
        if char == "\\" and source[reader.at + 1 : reader.at + 2] in {"_", "*", "`", "["}:
            reader.at += 1
            reader.put(source[reader.at])
        elif char in "_*`[":
            _legacy_entity(reader, char)
        else:
            reader.put(char)
    return reader.text()


def _legacy_entity(reader: MarkdownReader, char: str) -> None:
    begin, source, language = reader.at, reader.source, ""
    if fenced := reader.sees("```"):
        language = reader.after_fence()
    else:
        reader.at += 1
    end = source.find("```" if fenced else {"[": "]"}.get(char, char), reader.at)
    if end < 0:
        raise broken(f"Can't find end of the entity starting at byte offset {reader.byte(begin)}")
    start, words = reader.size, source[reader.at : end]
    for letter in words:
        reader.put(letter)
    reader.at = end + (3 if fenced else 1)
    if char == "[":
        url = words
        if reader.sees("("):
            close = source.find(")", reader.at)
            url = source[reader.at + 1 : close if close >= 0 else len(source)]
            reader.at = close + 1 if close >= 0 else len(source)
        if target := link(url, reader.known):
            reader.add("text_link", start, target)
    elif fenced:
        reader.add("pre", start, {"language": language} if language else None)
    else:
        reader.add({"_": "italic", "*": "bold", "`": "code"}[char], start)
