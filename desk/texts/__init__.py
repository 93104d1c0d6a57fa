"""Every sentence that a person reads, in Russian and English, found by its key.

A key is "<file>.<name>" of `desk/texts/<language>/<file>.toml`. A sentence may contain `{name}` for a value and
`{name|заявка|заявки|заявок}` for the word that goes with a number (English: two forms). Values are put in as they are:
escaping is the channel's. An operator may put sentences of their own in place of those that clients read (`Texts`).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

LANGUAGES = ("ru", "en")
SLOT = re.compile(r"\{(\w+)((?:\|[^{}|]*)*)\}")


@cache
def sentences(language: str) -> dict[str, str]:
    """All sentences of a language by key."""
    found: dict[str, str] = {}
    for file in sorted(resources.files(__package__).joinpath(language).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            table = tomllib.loads(file.read_text(encoding="utf-8"))
            area = file.name.removesuffix(".toml")
            found |= {f"{area}.{name}": text for name, text in table.items()}
    return found


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of one desk: ours, save where `own` has others, by language and key."""

    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def say(self, language: str, key: str, /, **values: object) -> str:
        """The sentence `key` in `language` with its values; KeyError for an unknown key or a missing value."""
        chosen = language if language in LANGUAGES else LANGUAGES[0]
        return filled(chosen, self.own.get(chosen, {}).get(key) or sentences(chosen)[key], values)


OURS = Texts()


def say(language: str, key: str, /, **values: object) -> str:
    """The sentence as it is delivered with the desk: for engineers and operators, whom nobody overrides."""
    return OURS.say(language, key, **values)


def filled(language: str, template: str, values: Mapping[str, object]) -> str:
    """The template with its values put in; KeyError for a missing one."""

    def fill(slot: re.Match[str]) -> str:
        value = values[slot[1]]
        if not slot[2]:
            return str(value)
        return plural(language, int(str(value)), slot[2][1:].split("|"))

    return SLOT.sub(fill, template)


def plural(language: str, number: int, forms: list[str]) -> str:
    """The form of a word that goes with a number: Russian has three (1, 2-4, 5-20), English two. CLDR rules."""
    if language != "ru":
        return forms[0] if number == 1 else forms[-1]
    last, teens = number % 10, number % 100 in range(11, 15)
    if last == 1 and not teens:
        return forms[0]
    return forms[1] if last in (2, 3, 4) and not teens else forms[-1]
