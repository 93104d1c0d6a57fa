"""Finds words of a list in a text, in all their forms and however they are disguised. Linear in the text.

Rule: a word is only ever compared as a whole, never by what stands inside of it: «застрахуй» and «Scunthorpe» are
nobody's abuse.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rules.text import Phrase, Words, fold, stem

READ = 20_000  # characters: who is rude is so on the first pages; the rest are logs
LONGEST = 80  # characters of a run without blanks that is looked into; beyond are links and keys
LEAST = 4  # letters of a disguised word: «A55» is a telephone
SPELT = (4, 14)  # letters of a word spelt out with blanks between them
SPELT_RUN = 40  # single letters in a row that are looked at
SPELT_ROWS = 8  # rows of them
FOUND = 5  # words that are told

_LETTERS = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"\S+")
_ADDRESS = re.compile(r"[^@\s]+@[\w-]+(\.[\w-]+)+|\w+://\S+|www\.\S+")
_UNSEEN = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0489\u180e\u200b-\u200f\u2060-\u2064\u20d0-\u20ff\ufe00-\ufe0f\ufeff]"
)
_EDGES = ".,!?:;\"'()[]{}«»„“”…-—–_*~`#/\\"
_THREE = re.compile(r"(.)\1{2,}")
_TWO = re.compile(r"(.)\1+")
_CYRILLIC = re.compile(r"[\u0430-\u044f]+")
_LATIN = re.compile(r"[a-z]+")
# Words with a letter that looks like none of the other alphabet: they are what they are.
_PLAIN = re.compile("[\u0430-\u044f]*[бгджзийлпфцчшщъыьэюя][\u0430-\u044f]*|[a-z]*[dfgijlqsvwz][a-z]*")

# What a letter is written as: lookalikes of the other alphabet first, then digits and signs.
_AS_CYRILLIC = str.maketrans("aceopxykmthbnur0346@$1!", "асеорхукмтнвпиг" + "озчбасии")
_AS_LATIN = (
    str.maketrans("асеорхукмтвн0134579@$!|+", "aceopxykmtbhoieastgasiit"),
    str.maketrans("асеорхукмтвн0134579@$!|+", "aceopxykmtbholeastgasllt"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of the lists, ready to be looked for."""

    stems: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    begins: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()  # words that are never meant …
    fine: frozenset[str] = frozenset()  # … and the stems of all their forms, where no other word has them
    phrases: tuple[Phrase, ...] = ()
    lengths: tuple[int, ...] = field(default=())  # of `begins`

    def __call__(self, *texts: str) -> Sequence[str]:
        """The words found, as they are written, each once and a few at most."""
        found: dict[str, None] = {}
        for text in texts if self.stems or self.exact or self.begins or self.phrases else ():
            for word in self._found(_plain(text[:READ])):
                found[word] = None
                if len(found) == FOUND:
                    return tuple(found)
        return tuple(found)

    def _found(self, text: str) -> Iterator[str]:
        runs = [run for run in _RUN.findall(text) if len(run) <= LONGEST and not _ADDRESS.fullmatch(run)]
        for run in dict.fromkeys(runs):
            if any(self.has(word) for word in _LETTERS.findall(run)):
                yield next(word for word in _LETTERS.findall(run) if self.has(word))
            elif any(self.has(word) for word in disguised(run)):
                yield run.strip(_EDGES)
        yield from (letters for letters in _spelt(runs) if any(self.has(word) for word in _meant(letters)))
        if self.phrases:
            words = Words(text)
            yield from (" ".join(phrase) for phrase in self.phrases if words.has(phrase))

    def has(self, word: str) -> bool:
        """Whether one folded word is on the list in any form."""
        root = stem(word)
        if word in self.spared or root in self.fine:
            return False
        if root in self.stems or word in self.exact:
            return True
        return any(word[:length] in self.begins for length in self.lengths)


def lexicon(lines: Iterable[str]) -> Lexicon:
    """The list that these lines are: a word in all its forms, `=word` as it stands, `word*` whatever begins so.

    `-word` is never meant, several words are a phrase, and what follows # is a comment.
    """
    stems: set[str] = set()
    exact: set[str] = set()
    begins: set[str] = set()
    spared: set[str] = set()
    phrases: list[Phrase] = []
    for line in lines:
        entry = _plain(line.partition("#")[0]).strip()
        words = tuple(_LETTERS.findall(entry))
        if not words:
            continue
        if len(words) > 1:
            phrases.append(tuple(stem(word) for word in words))
        elif entry.startswith("-"):
            spared.add(words[0])
        elif entry.startswith("="):
            exact.add(words[0])
        elif entry.endswith("*"):
            begins.add(words[0])
        else:
            stems.add(stem(words[0]))
            exact |= {_TWO.sub(r"\1", words[0])} if len(words[0]) > LEAST else set()
    return Lexicon(
        stems=frozenset(stems), exact=frozenset(exact), begins=frozenset(begins), spared=frozenset(spared),
        fine=frozenset(stem(word) for word in spared) - stems, phrases=tuple(phrases),
        lengths=tuple(sorted({len(word) for word in begins})),
    )  # fmt: skip


def _plain(text: str) -> str:
    """Small letters without what nobody sees; letters of a fancy look as plain ones."""
    # Sign by sign: to normalise a whole text takes quadratic time on hostile marks.
    fancy = {ord(sign): unicodedata.normalize("NFKC", sign) for sign in set(text) if sign > "\u2000"}
    return _UNSEEN.sub("", fold(text.translate(fancy)))


def disguised(run: str) -> Iterator[str]:
    """The words that a run of signs may be meant as, besides those that it is."""
    core = run.strip(_EDGES)
    if len(core) >= LEAST and (_TWO.search(core) or not _PLAIN.fullmatch(core)):
        yield from _meant(core)


def _meant(core: str) -> Iterator[str]:
    """The same letters read as Cyrillic and as Latin, without what stands between them and without stammering."""
    for table, alphabet in ((_AS_CYRILLIC, _CYRILLIC), *((table, _LATIN) for table in _AS_LATIN)):
        letters = "".join(_LETTERS.findall(core.translate(table)))
        if len(letters) < LEAST or not alphabet.fullmatch(letters):
            continue
        yield letters
        if _TWO.search(letters):
            yield _THREE.sub(r"\1", letters)
            yield _THREE.sub(r"\1\1", letters)
            once = _TWO.sub(r"\1", letters)
            if len(once) > LEAST:
                yield once


def _spelt(runs: Sequence[str]) -> Iterator[str]:
    """Whatever may be a word spelt out: «д у р а к»."""
    row: list[str] = []
    rows = 0
    for run in (*runs, ""):
        core = run.strip(_EDGES)
        if len(core) == 1 and len(row) < SPELT_RUN:
            row.append(core)
            continue
        least, most = SPELT
        rows += len(row) >= least
        if rows > SPELT_ROWS:
            return
        for start in range(len(row) - least + 1):
            for size in range(least, min(most, len(row) - start) + 1):
                yield "".join(row[start : start + size])
        row = [core] if len(core) == 1 else []
