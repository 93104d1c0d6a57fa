"""Words of a text as the rules compare them: without case, ё as е, cut to their Snowball stem."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

# Read this much of one text: a hundred pages. Beyond it are logs and quotations, and time that a stranger could take.
TEXT_LIMIT = 200_000  # characters
# Longer runs of letters are no words of any language; they are compared as they are.
WORD_LIMIT = 40  # characters
# Stems that are remembered; people use far fewer words.
STEMS = 60_000

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
# Some systems write й and ё as a letter and a mark. (unicodedata.normalize takes quadratic time on hostile marks.)
_MARKED = (("и\u0306", "й"), ("е\u0308", "е"), ("ё", "е"))

Phrase = tuple[str, ...]


def fold(text: str) -> str:
    """Return the text in small letters, with ё as е."""
    text = text.lower()
    for written, plain in _MARKED:
        text = text.replace(written, plain)
    return text


def stems(text: str) -> Phrase:
    """Return the stem of every word of the text, in order; words with Cyrillic letters are taken as Russian."""
    return tuple(stem(word) for word in _WORD.findall(fold(text[:TEXT_LIMIT])))


@lru_cache(maxsize=STEMS)
def stem(word: str) -> str:
    """Return the Snowball stem of one folded word."""
    if len(word) > WORD_LIMIT:
        return word
    return _stemmer("russian" if _CYRILLIC.search(word) else "english")(word)


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    # Imported here: a configuration without words to look for never needs it.
    import snowballstemmer

    stem_word: Callable[[str], str] = snowballstemmer.stemmer(language).stemWord
    return stem_word


class Words:
    """The stems of one text or several, ready to be asked for phrases; no phrase reaches from one into the next."""

    def __init__(self, *texts: str) -> None:
        # Between two texts stands a word that no phrase has.
        self._order = tuple(word for text in texts for word in (*stems(text), ""))
        self.single = frozenset(self._order)
        self._places: dict[str, list[int]] = {}

    def has(self, phrase: Phrase) -> bool:
        """Return whether all words of the phrase stand next to each other, in order."""
        if not self.single.issuperset(phrase):
            return False
        if len(phrase) == 1:
            return True
        # Looked for from its rarest word: a text of one word repeated makes no work.
        offset = min(range(len(phrase)), key=lambda place: len(self._found(phrase[place])))
        starts = (place - offset for place in self._found(phrase[offset]))
        return any(start >= 0 and self._order[start : start + len(phrase)] == phrase for start in starts)

    def _found(self, word: str) -> list[int]:
        if not self._places:
            for place, one in enumerate(self._order):
                self._places.setdefault(one, []).append(place)
        return self._places[word]
