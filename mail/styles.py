"""What a tag's style means for the words inside of it: hidden, kept as typed, quoted, set apart. Linear, pure."""

import re
from dataclasses import dataclass

from mail.tags import Tag

APART = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre",
})  # fmt: skip
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s{0,9}:\s{0,9}0(?![.\d])")
_INDENT = re.compile(r"border\s{0,9}:\s{0,9}(?:none|0)")
_PRE = re.compile(r"white-space\s{0,9}:\s{0,9}pre")
_PRE_OFF = re.compile(r"white-space\s{0,9}:\s{0,9}(?:normal|nowrap|pre-line)")
_NO_FONT = re.compile(r"font-size\s{0,9}:\s{0,9}0(?:px|pt|em|%)?\s{0,9}(?:;|!|$)")
_FONT = re.compile(r"font(?:-size)?\s{0,9}:")
_HIDING = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all|opacity\s{0,9}:\s{0,9}0(?![.\d])"
)
_NO_HEIGHT = re.compile(r"(?<![-\w])(?:max-)?height\s{0,9}:\s{0,9}0(?![.\d])")
_CLIPPED = re.compile(r"overflow\s{0,9}:\s{0,9}hidden")
_RULE = re.compile(r"([^{}]{0,500})\{([^{}]{0,2000})\}")
_CLASS = re.compile(r"(?:^|[\s,])\w{0,20}\.([\w-]{1,60})\s{0,9}(?=,|$)")


@dataclass(slots=True)
class Open:
    """An element that stands open, and what holds inside of it."""

    name: str
    hidden: bool
    tiny: bool
    pre: bool
    quote: bool = False
    apart: bool = False


def opened(tag: Tag, outer: Open, hidden_classes: frozenset[str], *, nested: bool) -> Open:
    """Return what holds inside of a tag; `nested`: it is a list in a list or a table in a table."""
    style, name = tag.style(), tag.name
    pre, tiny = outer.pre or name == "pre", outer.tiny
    if style:
        pre = (pre or _PRE.search(style) is not None) and not _PRE_OFF.search(style)
        if _FONT.search(style):
            tiny = _NO_FONT.search(style) is not None
    close = name == "p" and ((style and _NO_MARGIN.search(style)) or "MsoNormal" in tag.attributes.get("class", ""))
    apart = name in APART and not close and not (nested and name in ("ul", "ol", "table"))
    indented = _INDENT.search(style) is not None and "type" not in tag.attributes and "class" not in tag.attributes
    return Open(
        name=name,
        hidden=outer.hidden or is_hidden(tag, hidden_classes),
        tiny=tiny,
        pre=pre,
        quote=name == "blockquote" and not indented,
        apart=apart,
    )


def is_hidden(tag: Tag, hidden_classes: frozenset[str]) -> bool:
    """Return whether a mail program shows nothing of this element: so are the preview lines of newsletters."""
    if not tag.attributes:
        return False
    if "hidden" in tag.attributes:
        return True
    style = tag.style()
    if style and (_HIDING.search(style) or (_NO_HEIGHT.search(style) and _CLIPPED.search(style))):
        return True
    return bool(hidden_classes) and any(name in hidden_classes for name in tag.classes())


def hidden_classes(styles: list[str]) -> frozenset[str]:
    """Return the classes that a style sheet hides for everybody; what it hides on phones alone is shown."""
    found: set[str] = set()
    for sheet in styles[:20]:
        if "none" not in sheet:
            continue
        for rule in _RULE.finditer(_outside_of_media(sheet)):
            if _HIDING.search(rule[2].lower()):
                found.update(_CLASS.findall(rule[1].strip()))
    return frozenset(found)


def _outside_of_media(sheet: str) -> str:
    """Return a style sheet without its conditional blocks."""
    kept: list[str] = []
    depth, skipped = 0, -1
    for piece in re.split(r"([{}])", re.sub(r"/\*.*?(?:\*/|\Z)", "", sheet, flags=re.DOTALL)):
        if skipped < 0 and depth == 0 and piece.lstrip().startswith("@"):
            skipped = depth
        if skipped < 0:
            kept.append(piece)
        depth += (piece == "{") - (piece == "}")
        if piece == "}" and depth <= skipped:
            skipped = -1
        depth = max(depth, 0)
    return "".join(kept)
