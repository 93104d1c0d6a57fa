"""Secrets in what a client writes: found by their labels anywhere in a line, and covered. Pure."""

import re
from collections.abc import Iterator, Sequence

from desk import fields
from desk.settings import InfoField

MASK = "•••"

_SHORTEST_REPEATED = 4
"""A value so short is not covered where it stands without its label: it may be any word."""

_REPEATED = 20
"""Values of one message that are looked for a second time, and kept of each field."""

_BULLETS = " \t•*·-–—>"
_SIGNS = ":=："
_DASHES = "-–—"
_BETWEEN = 3
"""Blanks between a label and what follows."""

_BARE = re.compile(
    r"[ \t]{1,3}(?:(?:[^\W\d_]{1,20}[ \t]{1,3}){0,3}[^\W\d_]{1,20}[ \t]{0,3}[:=：][ \t]{0,3})?(\S{4,64})"
)
"""Behind a label without a sign: «пин 4821», «пароль от базы: qwe12rty»."""


def covered(text: str, known: Sequence[InfoField]) -> tuple[str, dict[str, str]]:
    """The text with its secrets covered, and the values that were found, by field. `known`: the secret fields.

    Behind a label at a line's beginning the whole line is the value, inside a line up to the next comma. Where
    no sign stands behind the label, one word with a digit in it is.
    """
    found: dict[str, list[str]] = {}
    marks = [(label, field.name) for field in known for label in fields.labels(field)]
    low = fields.plain(text)
    if not any(label in low for label, _ in marks):
        return text, {}
    lines = text.split("\n")
    waiting = ""
    for index, line in enumerate(lines):
        if waiting and line.strip() and not _has_label(line, marks):
            if line.strip().strip(MASK):
                found.setdefault(waiting, []).append(fields.clean(line))
            lines[index], waiting = MASK, ""
            continue
        lines[index], waiting = _line(line, marks, found, waiting if not line.strip() else "")
        lines[index] = _without_sign(lines[index], marks, found)
    hidden = "\n".join(lines)
    for value in [value for values in found.values() for value in values][:_REPEATED]:
        hidden = again(hidden, value)
    said = {name: [value for value in dict.fromkeys(values) if value][:_REPEATED] for name, values in found.items()}
    return hidden, {name: "; ".join(values) for name, values in said.items() if values}


def again(text: str, value: str) -> str:
    """The text with a secret covered wherever it stands once more."""
    return text.replace(value, MASK) if len(value) >= _SHORTEST_REPEATED else text


def _has_label(line: str, marks: Sequence[tuple[str, str]]) -> bool:
    low = fields.plain(line)
    return any(True for label, _ in marks for _ in _places(low, label))


def _line(line: str, marks: Sequence[tuple[str, str]], found: dict[str, list[str]], waiting: str) -> tuple[str, str]:
    """One line covered, with the field whose label stands at its end and whose value is therefore on the next."""
    low = fields.plain(line)
    spans = sorted((start, at, name) for label, name in marks for at, start in _places(low, label))
    first = len(line) - len(line.lstrip(_BULLETS))
    shown: list[str] = []
    done = 0
    for index, (start, at, name) in enumerate(spans):
        if start < done:
            continue
        end = spans[index + 1][1] if index + 1 < len(spans) else len(line)
        if end < start:  # two labels, one in the other
            continue
        last = end == len(line)
        if at > first:
            end = min([end, *(place for sign in (", ", "; ") if (place := line.find(sign, start, end)) >= 0)])
        value = line[start:end].strip(" \t\r,;")
        if value and not value.strip(MASK):  # our own words, quoted back
            continue
        if not value:
            waiting = name if last else waiting
            continue
        found.setdefault(name, []).append(fields.clean(value))
        shown += [line[done:start].rstrip(), " ", MASK]
        done, waiting = start + len(line[start:end].rstrip(" \t\r,;")), ""
    return "".join([*shown, line[done:]]), waiting


def _without_sign(line: str, marks: Sequence[tuple[str, str]], found: dict[str, list[str]]) -> str:
    """The line with a word covered that has a digit in it and stands behind a label: no sign is between them."""
    low = fields.plain(line)
    shown: list[str] = []
    done = 0
    for end, name in sorted((end, name) for label, name in marks for end in _ends(low, label)):
        match = _BARE.match(line, end)
        value = match[1].rstrip(",;") if match else ""
        if match is None or match.start(1) < done or MASK in value or not any(sign.isdigit() for sign in value):
            continue
        found.setdefault(name, []).append(fields.clean(value))
        shown += [line[done : match.start(1)], MASK]
        done = match.start(1) + len(value)
    return "".join([*shown, line[done:]])


def _ends(low: str, label: str) -> Iterator[int]:
    """Where a label that is a word of its own ends in a line."""
    at = low.find(label)
    while at >= 0:
        end = at + len(label)
        if (at == 0 or not low[at - 1].isalnum()) and not low[end : end + 1].isalnum():
            yield end
        at = low.find(label, end)


def _places(low: str, label: str) -> Iterator[tuple[int, int]]:
    """Where a label stands in a line, and where what it speaks of begins."""
    for end in _ends(low, label):
        rest = low[end : end + _BETWEEN + 2]
        blanks = len(rest) - len(rest.lstrip(" \t"))
        sign = rest[blanks : blanks + 1]
        dashed = sign in _DASHES and blanks > 0 and rest[blanks + 1 : blanks + 2] in (" ", "")
        if sign and (sign in _SIGNS or dashed):
            yield end - len(label), end + blanks + 1
