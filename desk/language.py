"""Which of the desk's two languages a text is written in."""

import re

ENOUGH_LETTERS = 20
"""A message must say so much before it changes the language we answer in: «ok, thanks» alone does not."""

# Enough to tell a language; a mail of a megabyte says nothing new after this many characters.
LOOKED_AT = 20_000
_CYRILLIC = re.compile(r"[\u0400-\u052f]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
# Addresses and links are Latin in every language and would outvote a short Russian sentence.
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S{1,2000}|[^\s@<>]{1,64}@[^\s@<>]{1,255}")
# Russian about software is full of Latin names ("не работает Microsoft Outlook"): a third of Cyrillic is Russian.
CYRILLIC_SHARE = 1 / 3
# «VPN» and «HP 1320» are written so in every language.
FEW_LETTERS = 20
_NEAR_RUSSIAN = frozenset("ru be uk kk ky tg uz tk hy az tt ba cv os ce ab".split())  # noqa: SIM905
"""ISO 639-1 codes of languages whose speakers read Russian rather than English."""


def guess_language(text: str) -> str:
    """Return "ru" or "en" by the share of Cyrillic and Latin letters, "" where there are none or a few capitals.

    Other Cyrillic languages count as "ru": it is the desk's language that their readers most likely know.
    """
    words = text[:LOOKED_AT]
    if "@" in words or "://" in words or "www." in words:
        words = _NOT_WORDS.sub(" ", words)
    cyrillic, latin = (sum(map(len, letters.findall(words))) for letters in (_CYRILLIC, _LATIN))
    if cyrillic + latin == 0:
        return ""
    if not cyrillic and latin < FEW_LETTERS and words.isupper():
        return ""
    return "ru" if cyrillic / (cyrillic + latin) >= CYRILLIC_SHARE else "en"


def of_app(code: str) -> str:
    """The language to speak to somebody whose app has that one (an IETF tag); "" when it is not told.

    Who has neither of the two reads the one that more people know where their app's is spoken.
    """
    tongue = code.casefold().partition("-")[0]
    return "" if not tongue else "ru" if tongue in _NEAR_RUSSIAN else "en"


def heard(before: str, text: str, *, asked: bool = False) -> str:
    """The language that a message shows of somebody who wrote in `before` until now; `before` when it tells no more.

    Who writes Russian pastes logs in English below it, and answers what they were `asked` with a Latin name.
    """
    found = guess_language(text)
    if not before or not found:
        return found or before
    if sum(letter.isalpha() for letter in text[: ENOUGH_LETTERS * 10]) < ENOUGH_LETTERS:
        return before
    if (before, found) == ("ru", "en") and (asked or _CYRILLIC.search(text[:LOOKED_AT])):
        return before
    return found
