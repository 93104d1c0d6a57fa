"""Which of a few thousand short texts fit some words best: Okapi BM25 over stems, in memory. Pure."""

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from math import log

from desk.ports import Stems

K1, B = 1.2, 0.75
"""How soon a repeated word counts no more, and how much a long text pays for being long; the usual values."""

READ = 6_000
"""Characters of what is asked with: beyond them are logs and quotations."""

ASKED = 100
"""Different words of what is asked with that are looked up, the first ones."""

_WORD = re.compile(r"[^\W_]+")
_USUAL = """
а без бы был была были было быть в вам вас во вот все всё вы где да для до добрый день вечер утро его ее её если есть
еще ещё же за здравствуйте и из или им их к как ко когда кто ли меня мне мой моя мы на нам нас не нет ни но ну о об он
она они оно от по под подскажите пожалуйста помогите помочь почему при про просьба с сделать со спасибо так там то того
только тоже ты у уже уважением хочу что чтобы это этот эта эти я привет надо нужно можно можете могу вопрос проблема
a about am an and any are as at be been but by can cannot could did do does for from had has have hello help hi how i if
in is it its just me my no not of on or our please problem question so thank thanks that the their them there these they
this to was we were what when where which who why will with would you your
"""
"""Words that say nothing of what a request is about."""


def words_of(text: str, stems: Stems) -> dict[str, str]:
    """The stems of a text in their order, each with the first word that it stands for; the usual ones left out."""
    found: dict[str, str] = {}
    dull = _dull(stems)
    for word in _WORD.findall(text[:READ]):
        for stem in stems(word)[:1]:
            if stem not in dull and not (len(stem) == 1 and stem.isalpha()):
                found.setdefault(stem, word.lower())
    return found


_DULL: dict[int, tuple[Stems, frozenset[str]]] = {}


def _dull(stems: Stems) -> frozenset[str]:
    known = _DULL.get(id(stems))
    if known is None or known[0] is not stems:
        _DULL.clear()
        known = _DULL[id(stems)] = (stems, frozenset(stem for word in _USUAL.split() for stem in stems(word)))
    return known[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One text that fits: its place in the index, how well, and the words by which it was found, the rarest first.

    `named`: one of them stands in its title or among the words that it is to be found by.
    """

    place: int
    score: float
    words: tuple[str, ...]
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to be found: words of the title count as often as `WEIGHT` says."""

    title: str
    words: str = ""  # by which it is to be found besides
    body: str = ""


WEIGHT = 4
"""A word of the title is worth so many of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """The texts that have one stem, in their order, and how much it says in each."""

    places: "array[int]"
    worth: "array[float]"

    def at(self, place: int) -> float:
        """How much it says in that text; 0 when it is not in there."""
        index = bisect_left(self.places, place)
        return self.worth[index] if index < len(self.places) and self.places[index] == place else 0.0


@dataclass(frozen=True, slots=True)
class Index:
    """The texts, ready to be asked. What a stem is worth in a text is reckoned once: eight bytes for each."""

    stems: Stems
    _named: tuple[frozenset[str], ...] = ()
    _rows: Mapping[str, _Row] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Sequence[Text], stems: Stems) -> "Index":
        counts, named = [], []
        for text in texts:
            title = [*_all(text.title, stems), *_all(text.words, stems)]
            count = Counter(_all(text.body, stems))
            for stem in title:
                count[stem] += WEIGHT
            counts.append(count)
            named.append(frozenset(title))
        return cls(stems, tuple(named), _rows(counts))

    def find(self, text: str, limit: int) -> list[Found]:
        """The texts that fit best, the best first; equal ones in the order in which they were given."""
        asked = dict(list(words_of(text, self.stems).items())[:ASKED])
        rows = {stem: row for stem in asked if (row := self._rows.get(stem))}
        scores: dict[int, float] = {}
        for row in rows.values():
            for place, worth in zip(row.places, row.worth, strict=True):
                scores[place] = scores.get(place, 0.0) + worth
        best = nsmallest(limit, scores.items(), key=lambda pair: (-pair[1], pair[0]))
        return [self._found(place, score, asked, rows) for place, score in best]

    def _found(self, place: int, score: float, asked: Mapping[str, str], rows: Mapping[str, _Row]) -> Found:
        worth = {stem: said for stem, row in rows.items() if (said := row.at(place))}
        stems = sorted(worth, key=lambda stem: -worth[stem])
        named = any(stem in self._named[place] for stem in stems)
        return Found(place=place, score=score, words=tuple(asked[stem] for stem in stems), named=named)


def _rows(counts: Sequence[Mapping[str, int]]) -> dict[str, _Row]:
    """Okapi BM25: a rare word tells more, a repeated one a little more, and one in a long text less."""
    sizes = [sum(count.values()) for count in counts]
    usual = sum(sizes) / len(sizes) if any(sizes) else 1.0
    places: dict[str, list[int]] = {}
    for place, count in enumerate(counts):
        for stem in count:
            places.setdefault(stem, []).append(place)
    rows = {}
    for stem, there in places.items():
        rarity = log(1 + (len(counts) - len(there) + 0.5) / (len(there) + 0.5))
        often = ((counts[place][stem], sizes[place]) for place in there)
        worth = (rarity * many * (K1 + 1) / (many + K1 * (1 - B + B * size / usual)) for many, size in often)
        rows[stem] = _Row(places=array("I", there), worth=array("f", worth))
    return rows


def _all(text: str, stems: Stems) -> list[str]:
    dull = _dull(stems)
    return [stem for stem in stems(text) if stem not in dull]
