"""A sentence that is English at once and keeps what it takes to say it in the desk's language.

The language is known when a configuration's mistakes are told, not where each is found.
"""

from typing import NamedTuple, Self

from desk.texts import say


class Part(NamedTuple):
    """One sentence of `desk/texts`, or, with an empty key, text that is the same in every language."""

    key: str
    values: dict[str, object]
    text: str


class Said(str):
    """The sentence `key` of `desk/texts`; as a string it is English. Values may be sentences of their own.

    Adding to it keeps the languages; formatting it into another string leaves the English alone.
    """

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def __new__(cls, key: str, **values: object) -> Self:
        return cls._of(Part(key, values, say("en", key, **values)))

    @classmethod
    def _of(cls, *parts: Part) -> Self:
        made = super().__new__(cls, "".join(part.text for part in parts))
        made.parts = parts
        return made

    def __add__(self, more: str) -> Self:
        added = more.parts if isinstance(more, Said) else (Part("", {}, more),)
        return self._of(*self.parts, *added)


def told(language: str, words: str) -> str:
    """The words in `language` where they are a `Said`, else as they are."""
    if not isinstance(words, Said):
        return words
    return "".join(
        say(language, part.key, **{name: _value(language, value) for name, value in part.values.items()})
        if part.key
        else part.text
        for part in words.parts
    )


def _value(language: str, value: object) -> object:
    return told(language, value) if isinstance(value, str) else value


class Wrong(ValueError):
    """A mistake in the operator's words, with what was probably meant; `str` of it is the mistake in English."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.message, self.suggestion = message, suggestion
        super().__init__(message)
