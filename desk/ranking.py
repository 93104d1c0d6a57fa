"""Which of a few thousand short texts fit some words best: Okapi BM25 over stems, in memory. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from desk.ports import Stems

K1, B = 1.2, 0.75
"""How soon a repeated word counts no more, and how much a long text pays for being long; the usual values."""

READ = 20_000
"""Characters of what is asked with: beyond them are logs."""

ASKED = 200
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


@dataclass(frozen=True, slots=True)
class Index:
    """The texts, ready to be asked."""

    stems: Stems
    _counts: tuple[Mapping[str, int], ...] = ()
    _named: tuple[frozenset[str], ...] = ()
    _places: Mapping[str, Sequence[int]] = field(default_factory=dict)
    _sizes: tuple[int, ...] = ()
    _usual: float = 1.0

    @classmethod
    def of(cls, texts: Sequence[Text], stems: Stems) -> "Index":
        counts, named = [], []
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            title = [*_all(text.title, stems), *_all(text.words, stems)]
            count = Counter(_all(text.body, stems))
            for stem in title:
                count[stem] += WEIGHT
            for stem in count:
                places.setdefault(stem, []).append(place)
            counts.append(count)
            named.append(frozenset(title))
        sizes = tuple(sum(count.values()) for count in counts)
        usual = sum(sizes) / len(sizes) if sizes else 1.0
        return cls(stems, tuple(counts), tuple(named), places, sizes, usual or 1.0)

    def find(self, text: str, limit: int) -> list[Found]:
        """The texts that fit best, the best first; equal ones in the order in which they were given."""
        asked = dict(list(words_of(text, self.stems).items())[:ASKED])
        weights = {stem: self._weight(stem) for stem in asked if stem in self._places}
        scores: dict[int, float] = {}
        for stem, weight in weights.items():
            for place in self._places[stem]:
                scores[place] = scores.get(place, 0.0) + weight * self._often(place, stem)
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
        return [self._found(place, score, asked, weights) for place, score in best]

    def _found(self, place: int, score: float, asked: Mapping[str, str], weights: Mapping[str, float]) -> Found:
        stems = [stem for stem in weights if stem in self._counts[place]]
        stems.sort(key=lambda stem: -weights[stem] * self._often(place, stem))
        named = any(stem in self._named[place] for stem in stems)
        return Found(place=place, score=score, words=tuple(asked[stem] for stem in stems), named=named)

    def _weight(self, stem: str) -> float:
        """Rare words tell more."""
        there = len(self._places[stem])
        return log(1 + (len(self._counts) - there + 0.5) / (there + 0.5))

    def _often(self, place: int, stem: str) -> float:
        often = self._counts[place].get(stem, 0)
        return often * (K1 + 1) / (often + K1 * (1 - B + B * self._sizes[place] / self._usual))


def _all(text: str, stems: Stems) -> list[str]:
    dull = _dull(stems)
    return [stem for stem in stems(text) if stem not in dull]
