"""HTML cut into tags and words, in linear time: what no browser would show is already left out. Pure.

Own code and not lxml with a layouter: that needed 24 seconds and 6 GB for a crafted page of one megabyte.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

STYLE_LIMIT = 50_000  # characters of style sheets that are looked at
ATTRIBUTE_LIMIT = 4_000  # characters of a tag that are searched for attributes
# Quoted values may hold ">" but no "<": an unclosed quote must not swallow the words behind it.
_TAG = re.compile(
    r"""<!--(?:-?>|.*?(?:-->|\Z))
    |<(?:[!?]|/[^a-zA-Z])[^<>]*+>
    |<(?P<close>/?)(?P<name>[a-zA-Z][^\s/<>@]{0,40})
      (?P<rest>(?=[\s/>])(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+|(?=[\s/])[^<>]*+)>""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z_:][\w:.-]{0,60})(?:\s{0,20}=\s{0,20}("[^"]*+"|'[^']*+'|[^\s"'>]++))?""")
_HUGE_DATA = re.compile(r"""data:[^\s"'<>]{1000,}""")
_HUGE_NUMBER = re.compile(r"&#(?:[xX][0-9a-fA-F]{7,}|[0-9]{8,});?")
_UNSHOWN = ("script", "style", "title", "template", "noframes", "textarea")


@dataclass(slots=True)
class Tag:
    """One tag; `attributes` have lower-case names and readable values."""

    name: str
    opens: bool
    attributes: dict[str, str]

    def style(self) -> str:
        return self.attributes.get("style", "").lower()

    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


_NOTHING: dict[str, str] = {}


def readable(text: str) -> str:
    """Return text with its entities resolved; absurd numbers, on which the standard library fails, are no letters."""
    if "&" not in text:
        return text
    return unescape(_HUGE_NUMBER.sub("\ufffd", text) if "&#" in text else text)


def without_data(html: str) -> str:
    """Return HTML without pictures that are written into it letter by letter."""
    return _HUGE_DATA.sub("", html) if "data:" in html else html


def tokens(html: str, styles: list[str], limit: int) -> Iterator[Tag | str]:
    """Yield tags and the words between them; style sheets are put into `styles`.

    After `limit` tags what is left comes as words without any tag.
    """
    position, count = 0, 0
    unclosed: set[str] = set()
    while (found := _TAG.search(html, position)) is not None:
        if found.start() > position:
            yield readable(html[position : found.start()])
        position = found.end()
        count += 1
        if count > limit:
            yield readable(_TAG.sub(" ", html[position:]))
            return
        name = found["name"]
        if name is None:
            continue
        name = name.lower()
        opens = not found["close"]
        if opens and name in _UNSHOWN:
            if name in unclosed:
                continue
            end = re.compile(rf"</{name}", re.IGNORECASE).search(html, position)
            if end is None:
                if name in ("script", "style"):
                    return
                unclosed.add(name)
                continue
            if name == "style":
                styles.append(html[position : min(end.start(), position + STYLE_LIMIT)])
            position = end.start()
            continue
        rest = found["rest"]
        yield Tag(name, opens, _attributes(rest) if opens and rest else _NOTHING)
    if position < len(html):
        yield readable(html[position:])


def _attributes(rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest[:ATTRIBUTE_LIMIT]):
        value = match[2] or ""
        found.setdefault(match[1].lower(), readable(value.strip("\"'")))
    return found
