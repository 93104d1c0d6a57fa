"""Telegram's MarkdownV2, read into text and entities as the real server reads it."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from playground.botapi.entities import Text, broken, custom_emoji, link
from playground.botapi.errors import ApiError
from playground.botapi.markdown import MarkdownReader
from playground.botapi.model import Json

_V2: Final = {
    "*": ("bold", "Bold"), "_": ("italic", "Italic"), "__": ("underline", "Underline"),
    "~": ("strikethrough", "Strikethrough"), "||": ("spoiler", "Spoiler"), "`": ("code", "Code"), "```": ("pre", "Pre"),
    "[": ("text_link", "TextUrl"), "![": ("custom_emoji", "CustomEmoji"), ">": ("blockquote", "BlockQuote"),
}  # fmt: skip
"""By how it begins in MarkdownV2: the entity, and what the real server calls it when it does not end."""
_RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!\n")
_IN_PARENTHESES: Final = re.compile(r"((?:\\[\x01-\x7e]|[^)\\]|\\(?![\x01-\x7e]))*)\)")
_ESCAPED: Final = re.compile(r"\\([\x01-\x7e])")
_TG_LINK: Final = re.compile(r"tg:(?://)?(\w+)/?(?:\?([^#]*))?", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class _Open:
    mark: str
    byte: int
    start: int
    written: int
    language: str = ""
    expandable: bool = False


class _V2Reader(MarkdownReader):
    def __init__(self, source: str, known: frozenset[int]) -> None:
        super().__init__(source, known)
        self.open: list[_Open] = []
        self.fresh = True  # nothing written on this line yet: a quotation may begin

    @property
    def top(self) -> _Open | None:
        return self.open[-1] if self.open else None

    @property
    def quoting(self) -> bool:
        return any(one.mark == ">" for one in self.open)

    def read(self) -> Text:
        while self.at < len(self.source):
            char, following = self.source[self.at], self.source[self.at + 1 : self.at + 2]
            inside_code = self.top is not None and self.top.mark in {"`", "```"}
            if char == "\\" and following and 0 < ord(following) <= 126:
                self.at += 1
                self._write(following)
            elif char not in ({"`"} if inside_code else _RESERVED):
                self._write(char)
            elif self._ends(char):
                self._close()
            else:
                self._begin(char)
        if self.top is not None and self.top.mark == ">":
            self._end_quote(self.open.pop())
        if self.top is not None:
            raise self._endless(self.top)
        return self.text()

    def _write(self, char: str) -> None:
        self.put(char)
        self.fresh = char in "\r\n"

    def _quote_ends_here(self, at: int) -> bool:
        """Whether the line that ends there is the quotation's last."""
        return self.source[at : at + 1] == "\n" and self.source[at + 1 : at + 2] != ">"

    def _ends(self, char: str) -> bool:
        if self.top is None:
            return False
        if self.quoting and self._quote_ends_here(self.at):
            return True
        match self.top.mark:
            case ">":
                return False
            case "[" | "![":
                return char == "]"
            case "_":
                return char == "_" and not self.sees("__")
            case mark:
                return self.sees(mark)

    def _begin(self, char: str) -> None:
        mark = next((m for m in ("```", "__", "||", "![", "*", "_", "~", "`", "[") if self.sees(m)), "")
        if char == "\n":
            self._write(char)
            if self.quoting and self.sees(">"):
                self.at += 1
        elif char == ">" and self.fresh and not self.quoting:
            self._open(">")
        elif mark == "||" and self._marks_expandable():
            self.open[-1].expandable = True
            self.at += 2
        elif mark:
            self._open(mark)
        else:
            raise broken(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")

    def _marks_expandable(self) -> bool:
        """|| at the very end of a quotation hides its further lines."""
        if self.top is None or self.top.mark != ">":
            return False
        end = self.at + 2
        while self.source[end : end + 1] == "\r":
            end += 1
        return end == len(self.source) or self._quote_ends_here(end)

    def _open(self, mark: str) -> None:
        entity = _Open(mark=mark, byte=self.byte(self.at), start=self.size, written=len(self.out))
        if mark == "```":
            entity.language = self.after_fence()
        else:
            self.at += len(mark)
        self.open.append(entity)

    def _close(self) -> None:
        entity = self.open.pop()
        kind, _ = _V2[entity.mark]
        if entity.mark != ">" and self.sees("\n"):
            raise self._endless(entity)
        match entity.mark:
            case ">":
                self._write("\n")
                self._end_quote(entity)
            case "[":
                self.at += 1
                url = self._url("a URL") if self.sees("(") else "".join(self.out[entity.written :])
                if target := link(url, self.known):
                    self.add(kind, entity.start, target)
            case "![":
                self.at += 1
                if not self.sees("("):
                    raise broken("Custom emoji entity must contain a tg://emoji URL")
                kind, target = _special(self._url("a custom emoji URL"))
                self.add(kind, entity.start, target)
            case mark:
                self.at += len(mark)
                self.add(kind, entity.start, {"language": entity.language} if entity.language else None)

    def _end_quote(self, entity: _Open) -> None:
        self.add("expandable_blockquote" if entity.expandable else "blockquote", entity.start)

    def _url(self, what: str) -> str:
        """What stands in the parentheses that begin here; steps over them."""
        begin = self.at + 1
        match = _IN_PARENTHESES.match(self.source, begin)
        if match is None:
            raise broken(f"Can't find end of {what} at byte offset {self.byte(begin)}")
        self.at = match.end()
        return _ESCAPED.sub(r"\1", match.group(1))

    @staticmethod
    def _endless(entity: _Open) -> ApiError:
        name = "PreCode" if entity.language else _V2[entity.mark][1]
        return broken(f"Can't find end of {name} entity at byte offset {entity.byte}")


def read_markdown_v2(source: str, known_users: frozenset[int] = frozenset()) -> Text:
    """MarkdownV2: nested, with every reserved character to be escaped."""
    return _V2Reader(source, known_users).read()


def _special(url: str) -> tuple[str, Json]:
    """What ![…](…) stands for: a custom emoji, or a moment."""
    match = _TG_LINK.match(url)
    if match is None:
        raise broken("Custom emoji URL must have scheme tg")
    host, query = match.group(1).lower(), parse_qs(match.group(2) or "")
    if host == "time" and query.get("unix", [""])[0].isdecimal():
        told = {"unix_time": int(query["unix"][0])}
        return "date_time", told | ({"date_time_format": query["format"][0]} if "format" in query else {})
    if host != "emoji":
        raise broken('Custom emoji URL must have host "emoji"')
    if "id" not in query:
        raise broken("Custom emoji URL must have an emoji identifier")
    return "custom_emoji", {"custom_emoji_id": custom_emoji(query["id"][0])}
