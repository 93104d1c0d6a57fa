"""The values that a canned answer leaves room for: `{name}`, or `{product|программе}` with words to fall back on.

Rule: a text with a placeholder left in it is never sent; whoever sends it is told which value is missing.
"""

import re
from collections.abc import Iterator, Mapping

NAMES = ("name", "number", "subject", "product", "organisation", "deadline", "hours", "engineer", "desk")
"""What can be put in; docs/answers.md says what each is."""

_SLOT = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}|\n]*)(?:\|(?P<other>[^{}\n]*))?\}")
_BRACE = re.compile(r"[{}]")


def names_in(text: str) -> list[tuple[str, int]]:
    """What stands in braces, whether known or not, each with the number of its line, counted from 0."""
    return [(found["name"].strip(), text.count("\n", 0, found.start())) for found in _slots(text)]


def stray(text: str) -> int | None:
    """The line, counted from 0, of the first brace that belongs to nothing; None when there is none."""
    found = _BRACE.search(_SLOT.sub(lambda slot: " " * len(slot[0]), text))
    return None if found is None else text.count("\n", 0, found.start())


def wanted(text: str) -> set[str]:
    """The known names that the text needs."""
    return {found["name"].strip() for found in _slots(text)}


def filled(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its values, and the names for which there was neither a value nor other words."""
    missing: list[str] = []

    def fill(slot: re.Match[str]) -> str:
        if slot["name"] is None:
            return slot[0][0]
        name = slot["name"].strip()
        value = values.get(name, "") or (slot["other"] or "").strip()
        if not value:
            missing.append(name)
        return value

    return _SLOT.sub(fill, text), list(dict.fromkeys(missing))


def shown(text: str, names: Mapping[str, str]) -> str:
    """The text for colleagues, who read «имя» where a name will stand; without any braces."""
    return _SLOT.sub(lambda slot: slot[0][0] if slot["name"] is None else f"‹{names[slot['name'].strip()]}›", text)


def _slots(text: str) -> Iterator[re.Match[str]]:
    return (found for found in _SLOT.finditer(text) if found["name"] is not None)
