"""What an engineer looks for, in their own words: «принтер -сканер line:second after:2026-10 "не печатает"». Pure.

A filter is checked, and a mistyped one is answered with what was probably meant.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, tzinfo
from typing import Any

from desk.asked_days import named_day
from desk.asked_words import ACTIVE, FILES, FILTERS, IN_HAND, ME, NOBODY, STATUSES
from desk.errors import Refusal
from desk.indexing import phones
from desk.linking import phone_number
from desk.ports import Stems
from desk.search import FILE, TAG, TAKEN, Part, Sought, Term, clean, roots
from desk.settings import Line
from desk.sorts import PRIORITIES, TYPES

LONGEST = 500
"""Characters of a question."""
MOST_TERMS = 20

_TOKEN = re.compile(r'(?P<absent>-)?(?:(?P<name>[^\W\d_]+):)?(?P<value>"[^"]*"|«[^»]*»|“[^”]*”|[^\s"«“]+)?', re.UNICODE)
_PHONE = re.compile(r"(?<!\S)(?:\+\d|8|7)[\d\s()\-]{8,18}\d(?!\S)")
_QUOTES = '"«»“”'
_CLOSE = 0.74
"""How alike a mistyped name of a filter must be; below that a colon is just a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What must be known of who asks and of the desk."""

    stems: Stems
    lines: Sequence[Line]
    now: datetime
    zone: tzinfo
    engineer: str = ""  # their Telegram id


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was understood."""

    sought: Sought
    number: str = ""  # the whole question is a ticket's number, perhaps
    loose: tuple[str, ...] = field(default=())  # words that are no filter, as they were written


def read(text: str, asker: Asker) -> Question:
    """The question. Refusal for a filter that is none, and when nothing is left to look for."""
    text = " ".join(text.split())[:LONGEST]
    text, numbers = _without_phones(text)
    terms: list[Term] = [Term(stems=(number,)) for number in numbers]
    loose: list[str] = []
    sought = Sought()
    for name, value, absent in _tokens(text):
        if name:
            sought, more = _filtered(sought, name, value, absent=absent, asker=asker)
            terms += more
            continue
        loose.append(value)
        terms += _words(value, asker.stems, absent=absent)
    sought = replace(sought, terms=tuple(dict.fromkeys(terms))[:MOST_TERMS])
    if sought.empty:
        raise Refusal("find.how")
    return Question(sought=sought, number=text if not numbers else "", loose=tuple(loose))


def _without_phones(text: str) -> tuple[str, list[str]]:
    """The text without telephone numbers, which have blanks in them, and the numbers."""
    found = []

    def take(match: re.Match[str]) -> str:
        if not phone_number(match[0]):
            return match[0]
        found.append(phones(match[0])[0])
        return " "

    return _PHONE.sub(take, text), found


def _tokens(text: str) -> Iterator[tuple[str, str, bool]]:
    """(filter or "", value, absent) one after the other; «line: second» is one too."""
    waiting: tuple[str, bool] | None = None
    for match in _TOKEN.finditer(text):
        if not match[0]:
            continue
        absent, written, value = bool(match["absent"]), match["name"] or "", match["value"] or ""
        if waiting and not written and value:
            yield waiting[0], value.strip(_QUOTES), waiting[1]
            waiting = None
            continue
        if waiting:
            raise Refusal("find.value_missing", name=waiting[0])
        name = _named(written)
        if name and not value:
            waiting = (name, absent)
        elif name:
            yield name, value.strip(_QUOTES), absent
        elif written or value:
            yield "", f"{written}:{value}" if written else value, absent
    if waiting:
        raise Refusal("find.value_missing", name=waiting[0])


def _named(written: str) -> str:
    """The filter that this names; "" for a word before a colon that names none."""
    wanted = written.casefold().replace("ё", "е")
    if not wanted:
        return ""
    known = {word: name for name, words in FILTERS.items() for word in words}
    if wanted in known:
        return known[wanted]
    if near := _nearest(wanted, known, _CLOSE):
        raise Refusal("find.filter_unknown", name=written, meant=f"{near}:")
    return ""


def _nearest(wanted: str, known: Iterable[str], cutoff: float) -> str:
    """The word that was probably meant; letters in another order are likelier than other letters."""
    near = difflib.get_close_matches(wanted, list(known), n=5, cutoff=cutoff)
    return next((word for word in near if sorted(word) == sorted(wanted)), next(iter(near), ""))


def _words(value: str, stems: Stems, *, absent: bool = False, part: Part = Part.ANY) -> list[Term]:
    """The term of one word or phrase; none for signs alone. A star at its end asks for words that begin so."""
    bare = value.strip(_QUOTES)
    begun = bare.endswith("*") and len(bare) > 1
    if begun:
        pieces = clean(re.findall(r"[^\W_]+", _plain(bare)))
        found = (*roots(stems, " ".join(pieces[:-1])), *pieces[-1:])
    else:
        found = roots(stems, bare)
    return [Term(stems=found, absent=absent, part=part, begun=begun)] if found else []


# --- filters -------------------------------------------------------------------------------------------------------


def _filtered(sought: Sought, name: str, value: str, *, absent: bool, asker: Asker) -> tuple[Sought, list[Term]]:
    """The question with one filter more, and the terms that stand for it."""
    if name in _AMONG:
        chosen = _chosen(name, value, asker)
        key = f"not_{_AMONG[name]}" if absent else _AMONG[name]
        known: dict[str, Any] = {key: tuple(dict.fromkeys((*getattr(sought, key), *chosen)))}
        return replace(sought, **known), []
    if name in ("after", "before"):
        if absent:
            raise Refusal("find.value_unknown", name=name, value=f"-{value}", accepted="2026-10, 05.10.2026, 7d")
        moment = _moment(name, value, asker)
        return (replace(sought, after=moment) if name == "after" else replace(sought, before=moment)), []
    if name == "taken" and not absent and value.casefold() in ME | NOBODY:
        return replace(sought, taken_id=asker.engineer if value.casefold() in ME else ""), []
    return sought, _as_terms(name, value, absent=absent, asker=asker)


def _as_terms(name: str, value: str, *, absent: bool, asker: Asker) -> list[Term]:
    stems = roots(asker.stems, value)
    if name == "has":
        if value.casefold() not in FILES:
            raise Refusal("find.value_unknown", name=name, value=value, accepted="file, файл")
        return [Term(stems=(FILE,), part=Part.MARKS, absent=absent)]
    if not stems:
        raise Refusal("find.value_missing", name=name)
    if name in ("tag", "taken"):
        mark = TAG if name == "tag" else TAKEN
        return [Term(stems=(mark, *stems), part=Part.MARKS, absent=absent)]
    if numbers := phones(value):
        return [Term(stems=(numbers[0],), part=Part.MARKS, absent=absent)]
    return _words(value, asker.stems, absent=absent, part=Part.WHO)


_AMONG = {"line": "lines", "status": "statuses", "type": "types", "priority": "priorities"}


def _chosen(name: str, value: str, asker: Asker) -> list[Any]:
    lines = {line.name: (line.name, line.title) for line in asker.lines}
    tables: Mapping[str, Mapping[Any, Iterable[str]]] = {
        "line": lines,
        "status": STATUSES,
        "type": TYPES,
        "priority": PRIORITIES,
    }
    table = tables[name]
    found: list[Any] = []
    for each in filter(None, (one.strip() for one in value.split(","))):
        if name == "status" and _plain(each) in map(_plain, ACTIVE):
            found += IN_HAND
        else:
            found.append(_meant(name, each, table))
    if not found:
        raise Refusal("find.value_missing", name=name)
    return found


def _plain(word: str) -> str:
    return word.casefold().replace("ё", "е").strip()


def _meant(name: str, value: str, table: Mapping[Any, Iterable[str]]) -> Any:
    """What the word means, whole or by its beginning. Refusal with what there is."""
    known = {_plain(word): one for one, words in table.items() for word in words if word}
    wanted = _plain(value)
    if wanted in known:
        return known[wanted]
    begun = {one for word, one in known.items() if len(wanted) > 2 and word.startswith(wanted)}  # noqa: PLR2004
    if len(begun) == 1:
        return begun.pop()
    near = _nearest(wanted, known, 0.6)
    accepted = ", ".join(str(next(iter(words))) for words in table.values())
    if near:
        raise Refusal("find.value_meant", name=name, value=value, meant=f"{name}:{near}", accepted=accepted)
    raise Refusal("find.value_unknown", name=name, value=value, accepted=accepted)


def _moment(name: str, value: str, asker: Asker) -> datetime:
    """The beginning of the day, month or year that is named, by the desk's own clock."""
    today = asker.now.astimezone(asker.zone).date()
    try:
        day = named_day(value.casefold().strip(), today)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise Refusal("find.value_unknown", name=name, value=value, accepted="2026-10, 05.10.2026, 7d, вчера")
    return datetime.combine(day, time(), asker.zone).astimezone(UTC)
