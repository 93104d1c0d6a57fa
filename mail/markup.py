"""HTML becomes the lines that its reader sees: paragraphs, lists, tables, quotations marked with "> ". Linear, pure.

Long because one pass over the tags makes all of it, and its state does not divide.
"""

import re
from dataclasses import dataclass, field

from mail.charsets import clean
from mail.links import worth_showing
from mail.page import Page
from mail.styles import APART, Open, hidden_classes, is_hidden, opened
from mail.tables import Row, lay_out
from mail.tags import Tag, tokens, without_data

TAGS_LIMIT = 100_000  # tags of one mail; real letters have a few thousand
DEPTH_LIMIT = 400  # elements that stand open; deeper ones say nothing of what is seen
TABLE_DEPTH_LIMIT = 25
WORDS_LIMIT = 500  # characters of a link's words that are compared with its address
LOOK_BACK = 40  # open elements that a closing tag is looked for in
NUMBER_LIMIT = 5  # digits of a point's number
SIGN_LIMIT = 8  # characters of a smiling face
RULE = "_" * 32
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "body", "center", "dd", "details", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "html", "li", "main", "menu", "nav", "ol", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "legend", "optgroup",
})  # fmt: skip
_ENDS_ITSELF = {
    "p": ("p",), "li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd"), "option": ("option",),
    "td": ("td", "th"), "th": ("td", "th"), "tr": ("tr", "td", "th"),
}  # fmt: skip
_HOLDS = frozenset({"table", "ul", "ol", "dl", "blockquote"})  # an element outside of these is not ended from within
_SPACE = re.compile(r"[ \t\r\n\f]+")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u034f\u00ad]|(?<=\\s)\u200c|\u200c(?=\\s|$)")


@dataclass(slots=True)
class _Table:
    rows: list[Row] = field(default_factory=list)
    in_cell: bool = False


def to_text(html: str, *, tags: int = TAGS_LIMIT) -> str:
    """Return what a reader of this HTML sees; pictures speak by their descriptions only where no word is said.

    After so many tags the rest comes as bare words.
    """
    reader = _Reader()
    text = reader.read(html, tags)
    return text or clean("\n".join(reader.described))


class _Reader:
    """Reads tags one after another; whatever is wrong with them, words come out."""

    def __init__(self) -> None:
        self.pages = [Page()]
        self.tables: list[_Table] = []
        self.open: list[Open] = []
        self.lists: list[int] = []  # the number of the next point, 0 for a list without numbers
        self.link = ""
        self.link_words: list[str] = []
        self.link_size = 0
        self.link_picture = ""
        self.described: list[str] = []
        self.styles: list[str] = []
        self.hidden_classes: frozenset[str] = frozenset()
        self.styles_read = 0

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def read(self, html: str, tags: int) -> str:
        for token in tokens(without_data(html), self.styles, tags):
            if isinstance(token, str):
                self.words(token)
            elif token.opens:
                self.begin(token)
            else:
                self.end(token.name)
        self.end_link()
        while self.tables:
            self.end_table()
        self.page.end_line()
        return clean(re.sub(r"\n{3,}", "\n\n", "\n".join(self.page.lines))).strip("\n")

    def state(self) -> Open:
        return self.open[-1] if self.open else _NOTHING_OPEN

    def words(self, text: str) -> None:
        state = self.state()
        if state.hidden or state.tiny:
            return
        if not text.isascii():
            text = _INVISIBLE.sub("", text)
        if self.tables and not self.tables[-1].in_cell and not text.strip():
            return
        if state.pre:
            first, *more = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self.page.pieces.append(first.expandtabs(4))
            for line in more:
                self.page.end_line(forced=True)
                self.page.pieces.append(line.expandtabs(4))
        else:
            text = _SPACE.sub(" ", text)
            pieces = self.page.pieces
            if text.startswith(" ") and (not pieces or pieces[-1].endswith(" ")):
                text = text[1:]
            if text:
                pieces.append(text)
        if self.link and self.link_size < WORDS_LIMIT:
            self.link_words.append(text[:WORDS_LIMIT])
            self.link_size += len(text)

    def begin(self, tag: Tag) -> None:
        name = tag.name
        if name in _VOID:
            self.void(tag)
            return
        for ended in _ENDS_ITSELF.get(name, ()):
            self.end(ended, implied=True)
        if name in _BLOCKS or name in APART:
            self.end("p", implied=True)
        self.push(tag)
        state = self.state()
        if name == "table" and len(self.tables) < TABLE_DEPTH_LIMIT:
            self.page.end_line()
            self.tables.append(_Table())
        elif name in ("tr", "td", "th") and self.tables:
            self.begin_cell(name)
        elif state.quote:
            self.page.gap()
            self.page.quotes += 1
        elif state.apart:
            self.page.gap()
        elif name in _BLOCKS or name in APART:
            self.page.end_line()
        if name in ("ul", "ol"):
            start = tag.attributes.get("start", "1")
            number = int(start) if start.isdecimal() and len(start) <= NUMBER_LIMIT else 1
            self.lists.append(number if name == "ol" else 0)
        elif name == "li":
            self.point()
        elif name == "a":
            self.begin_link(tag)

    def push(self, tag: Tag) -> None:
        if len(self.open) >= DEPTH_LIMIT:
            return
        if len(self.styles) != self.styles_read:
            self.hidden_classes, self.styles_read = hidden_classes(self.styles), len(self.styles)
        nested = bool(self.tables) if tag.name == "table" else bool(self.lists)
        self.open.append(opened(tag, self.state(), self.hidden_classes, nested=nested))

    def end(self, name: str, *, implied: bool = False) -> None:
        """End the nearest such element and what stands open in it."""
        for back in range(1, min(len(self.open), LOOK_BACK) + 1):
            known = self.open[-back].name
            if known == name:
                for _ in range(back):
                    self.pop()
                return
            if known in _HOLDS and (implied or name not in _HOLDS):
                break
            if known in ("td", "th") and name not in ("tr", "table", "tbody", "thead", "tfoot"):
                break
        if implied or self.state().hidden:
            return
        if name == "p":
            self.page.gap()
        elif name == "br":  # browsers take it for <br>, and some shops' programs write nothing else
            self.page.end_line(forced=True)

    def pop(self) -> None:
        element = self.open.pop()
        name = element.name
        if name == "a":
            self.end_link()
        elif name == "table" and self.tables:
            self.end_table()
        elif name in ("td", "th") and self.tables:
            self.end_cell()
        if name in ("ul", "ol") and self.lists:
            self.lists.pop()
        if name in ("li", "dt", "dd"):
            self.page.end_line()
            self.page.bullet = ""
        elif element.quote:
            self.page.gap()
            self.page.quotes = max(0, self.page.quotes - 1)
        elif element.apart:
            self.page.gap()
        elif (name in _BLOCKS or name in APART) and name not in ("tr", "tbody", "thead", "tfoot"):
            self.page.end_line()

    def void(self, tag: Tag) -> None:
        if self.state().hidden:
            return
        if tag.name == "br":
            self.page.end_line(forced=True)
        elif tag.name == "hr":
            self.page.end_line()
            self.page.put(RULE)
        elif tag.name == "img" and (words := tag.attributes.get("alt", "").strip()):
            if len(words) <= SIGN_LIMIT and not any(char.isalnum() or char.isascii() for char in words):
                self.words(words)  # mail programs draw such signs as pictures
            elif not is_hidden(tag, self.hidden_classes):
                self.described.append(words[:WORDS_LIMIT])
                self.link_picture = self.link_picture or words[:WORDS_LIMIT]

    def point(self) -> None:
        self.page.end_line()
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        indent = "  " * min(len(self.lists) - 1, 10)
        self.page.bullet = f"{indent}{number}. " if number else f"{indent}* "

    def begin_cell(self, name: str) -> None:
        table = self.tables[-1]
        if table.in_cell:
            self.end_cell()
        if name == "tr" or not table.rows:
            self.page.end_line()
            table.rows.append([])
        if name != "tr":
            self.pages.append(Page())
            table.in_cell = True

    def end_cell(self) -> None:
        table = self.tables[-1]
        if table.in_cell:
            self.page.end_line()
            table.rows[-1].append(self.pages.pop().lines)
            table.in_cell = False

    def end_table(self) -> None:
        self.end_cell()
        lines = lay_out(self.tables.pop().rows)
        if not lines:
            return
        page = self.page
        page.end_line()
        for line in lines:
            page.put(line)

    def begin_link(self, tag: Tag) -> None:
        self.end_link()
        address = tag.attributes.get("href", "").strip()
        if not self.state().hidden and address.lower().startswith(("http://", "https://", "mailto:", "tel:", "ftp://")):
            self.link, self.link_words, self.link_size, self.link_picture = address, [], 0, ""

    def end_link(self) -> None:
        """Write a link's address behind its words, unless they show it; a picture's link needs the picture's words."""
        address, words = self.link, "".join(self.link_words).strip()
        self.link = ""
        if not address:
            return
        shown = not words and self.link_picture
        words = words or self.link_picture
        more = worth_showing(address, words) if words else ""
        if not more:
            return
        pieces = self.page.pieces
        trailing = bool(pieces) and pieces[-1].endswith(" ")
        if trailing:
            pieces[-1] = pieces[-1].rstrip(" ")
        if shown:
            pieces.append(words)
        pieces.append(f" {more}{' ' if trailing else ''}")


_NOTHING_OPEN = Open("", hidden=False, tiny=False, pre=False)
