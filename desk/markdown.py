"""The part of Markdown that articles are written in, read into spans that a channel shows in its own way. Linear.

Headings, lists, quotations, code, bold, italic and links; what is none of these stays as it was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

_INLINE = re.compile(
    r"`(?P<code>[^`\n]{1,500})`"
    r"|!?\[(?P<label>[^\[\]\n]{1,300})\]\((?P<url>https?://[^\s()<>]{1,1000})\)"
    r"|\*\*(?P<strong>[^*\n]{1,500})\*\*|(?<!\w)__(?P<also_strong>[^_\n]{1,500})__(?!\w)"
    r"|(?<![\w*])\*(?P<slanted>[^*\s][^*\n]{0,300})\*(?![\w*])"
    r"|(?<!\w)_(?P<also_slanted>[^_\s][^_\n]{0,300})_(?!\w)"
    r"|\\(?P<escaped>[\\`*_{}\[\]()#+.!>-])"
)
_HEADING = re.compile(r"#{1,6}\s+(?P<text>.*?)\s*#*\s*")
_POINT = re.compile(r"(?P<indent>\s*)[-*+]\s+(?P<text>.*)")
_RULE = re.compile(r"\s*([-*_])\s*(?:\1\s*){2,}")
_FENCE = re.compile(r"\s*(```|~~~)")
_DEEPEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some words that look alike; `pre` is code on lines of its own."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    pre: bool = False
    quote: bool = False
    url: str = ""


def read(text: str) -> list[Span]:
    """The spans of a text in their order; line breaks are part of them."""
    spans: list[Span] = []
    for number, line in enumerate(_lines(text)):
        if number:
            both = spans[-1] if spans else Span(text="")
            joined = both.pre or both.quote
            following = line[:1]
            inside = joined and following and following[0].pre == both.pre and following[0].quote == both.quote
            spans.append(Span(text="\n", pre=both.pre and bool(inside), quote=both.quote and bool(inside)))
        spans += line
    return spans


def plain(text: str) -> str:
    """The words alone; a link's address stands behind it."""
    return "".join(_bare(span) for span in read(text)).strip()


def _bare(span: Span) -> str:
    return f"{span.text} ({span.url})" if span.url and span.url != span.text else span.text


def _lines(text: str) -> Iterator[list[Span]]:
    fenced = False
    empty = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if not fenced and not line.strip():
            if not empty:
                yield []
            empty = True
            continue
        empty = False
        yield [Span(text=line, pre=True)] if fenced else _line(line)


def _line(line: str) -> list[Span]:
    if heading := _HEADING.fullmatch(line):
        return [replace(span, bold=True) for span in _words(heading["text"], 0)]
    if _RULE.fullmatch(line):
        return [Span(text="———")]
    if line.lstrip().startswith(">"):
        return [replace(span, quote=True) for span in _words(line.lstrip()[1:].strip(), 0)]
    if point := _POINT.fullmatch(line):
        return [Span(text=f"{point['indent']}• "), *_words(point["text"], 0)]
    return _words(line, 0)


def _words(text: str, depth: int) -> list[Span]:
    if depth > _DEEPEST:
        return [Span(text=text)]
    spans: list[Span] = []
    end = 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            spans.append(Span(text=text[end : found.start()]))
        spans += _styled(found, depth)
        end = found.end()
    if end < len(text):
        spans.append(Span(text=text[end:]))
    return spans


def _styled(found: re.Match[str], depth: int) -> list[Span]:
    if found["escaped"]:
        return [Span(text=found["escaped"])]
    if found["code"]:
        return [Span(text=found["code"], code=True)]
    if found["url"]:
        return [replace(span, url=found["url"]) for span in _words(found["label"], depth + 1)]
    if bold := found["strong"] or found["also_strong"]:
        return [replace(span, bold=True) for span in _words(bold, depth + 1)]
    slanted = found["slanted"] or found["also_slanted"]
    return [replace(span, italic=True) for span in _words(slanted, depth + 1)]


def quoted(spans: list[Span]) -> Iterator[tuple[bool, list[Span]]]:
    """Neighbours that belong to one quotation together, and those between two quotations."""
    for quote, group in groupby(spans, key=lambda span: span.quote):
        yield quote, list(group)
