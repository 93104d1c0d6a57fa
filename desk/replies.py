"""A free reply to a numbered list of questions, read back by labels, by numbers or by order. Pure.

Rule: what cannot be told apart is no answer; it stays words, and what it was about stays open.
"""

import re
from collections.abc import Collection, Sequence

from desk import fields
from desk.fields import LINE, LINES, Patterns
from desk.masking import MASK
from desk.settings import InfoField

_NUMBER = re.compile(r"\s*(?:№\s*)?(\d{1,2})(?:\)\s*|[.:]\s+|\s*[-–—]\s+)")
_INSIDE = re.compile(r"[\s,;](\d{1,2})(\)|\.(?=\s))\s*")
_GREETING = re.compile(
    r"(?:здравствуйте|добрый (?:день|вечер)|доброе утро|привет|hello|hi|hey|dear|good (?:morning|day|afternoon))\b"
    r"[^\d:]{0,40}"
)
_FAREWELL = re.compile(
    r"(?:с уважением|спасибо|заранее|благодарю|--|best regards|kind regards|regards|thanks|thank you|sincerely)\b"
)
_FAREWELL_LINE = 60


def read(
    text: str,
    asked: Sequence[InfoField],
    patterns: Patterns,
    language: str,
    *,
    done: Collection[str] = (),
) -> dict[str, str]:
    """The values that a reply has for the questions asked, in their order; each passed its field's check.

    `done`: which of them are answered already; numbers count them, a reply without labels and numbers leaves them out.
    """
    lines = [line[:LINE] for line in text.splitlines()[:LINES] if not line.lstrip().startswith(">")]
    said = fields.labelled("\n".join(lines), asked)
    for name, words in _numbered(lines, asked).items():
        said.setdefault(name, words)
    if said:
        found = {name: _value(asked, name, words, patterns, language) for name, words in said.items()}
        return {name: value for name, value in found.items() if value}
    return _in_order(lines, [field for field in asked if field.name not in done], patterns, language)


def without(text: str, value: str) -> str:
    """The text with an answer of it covered, also one of several lines, or with other blanks."""
    lines = text.split("\n")
    for place, line in enumerate(lines[:LINES]):
        start = _NUMBER.match(line)
        begin = start.end() if start else 0
        said = fields.clean(line[begin:LINE])
        if said and (said in value or said.endswith(value)):
            lines[place] = f"{line[:begin]}{MASK}"
    return "\n".join(lines)


def _value(asked: Sequence[InfoField], name: str, words: str, patterns: Patterns, language: str) -> str:
    field = next(one for one in asked if one.name == name)
    return fields.check(field, _without_question(words, field), patterns, language)


def _without_question(words: str, field: InfoField) -> str:
    """Who answers below a list often leaves its questions standing."""
    low = fields.plain(words.lstrip())
    for question in (field.ask.ru, field.ask.en, field.title.ru, field.title.en):
        if low.startswith(fields.plain(question.strip())):
            return words.lstrip()[len(question.strip()) :].lstrip(" .:?-–—=")
    return words


def _numbered(lines: Sequence[str], asked: Sequence[InfoField]) -> dict[str, str]:
    """What follows each number up to the next; a number that was not asked, or comes twice, is no number."""
    found: dict[int, list[str]] = {}
    current = 0
    for line in lines:
        start = _NUMBER.match(line)
        number = int(start[1]) if start else 0
        if start and 0 < number <= len(asked) and number not in found:
            current, rest = number, line[start.end() :]
            found[number] = []
            # «1) 4.2 2) один»: the next numbers may stand on the same line.
            while (inside := _next(rest, current, len(asked))) and int(inside[1]) not in found:
                found[current].append(rest[: inside.start()])
                current, rest = int(inside[1]), rest[inside.end() :]
                found[current] = []
            found[current].append(rest)
        elif current and line.strip() and not _is_farewell(line):
            found[current].append(line)
        elif current and (not line.strip() or _is_farewell(line)):
            current = 0 if found[current] and any(part.strip() for part in found[current]) else current
    return {asked[number - 1].name: "\n".join(parts) for number, parts in found.items() if "".join(parts).strip()}


def _next(rest: str, current: int, last: int) -> re.Match[str] | None:
    """The next number on the same line: «3)» may leave some out, «3.» may not, it ends sentences too."""
    for one in _INSIDE.finditer(rest):
        number = int(one[1])
        if number == current + 1 <= last or (one[2] == ")" and current < number <= last):
            return one
    return None


def _in_order(lines: Sequence[str], asked: Sequence[InfoField], patterns: Patterns, language: str) -> dict[str, str]:
    """One question takes the whole reply; several take as many lines as there are questions, when all of them fit."""
    said = _words_alone(lines)
    if len(asked) == 1:
        said = [" ".join(said)] if said else []
    if not said or len(said) != len(asked):
        return {}
    values = {
        field.name: fields.check(field, _without_question(words, field), patterns, language)
        for field, words in zip(asked, said, strict=True)
    }
    return values if all(values.values()) else {}


def _words_alone(lines: Sequence[str]) -> list[str]:
    """The lines that say something, without greeting and farewell."""
    said: list[str] = []
    for line in lines:
        words = line.strip()
        low = fields.plain(words)
        greets = _GREETING.fullmatch(low) is not None and not said
        if said and _is_farewell(line):
            break
        if words and not greets:
            said.append(words)
    return said


def _is_farewell(line: str) -> bool:
    low = fields.plain(line.strip())
    return len(low) <= _FAREWELL_LINE and _FAREWELL.match(low) is not None
