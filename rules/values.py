"""How a rule's values are read: names that the configuration knows, lists of text, true or false."""

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from desk.said import Said
from rules.conditions import Condition, Sentence, WrongValue
from rules.logic import Claim
from rules.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that the rest of the configuration gives to things; `fields` None: whatever a rule calls them."""

    lines: Collection[str]
    mailboxes: Collection[str]
    channels: Collection[str] = ("telegram", "mail")
    plans: Collection[str] = ()
    people: Collection[str] = ()
    replies: Collection[str] = ()
    fields: Collection[str] | None = None
    tags: Collection[str] = ()  # that earlier rules may have set


Word = Callable[[object, Known], Condition]
"""Reads the value of a word; raises WrongValue."""


def nearest(word: str, known: Collection[str]) -> Said:
    """Return a sentence with the right word that is nearest to `word`, or with all of them."""
    lower = {one.lower(): one for one in known}
    if near := difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.5):
        return Said("rules.did_you_mean", word=lower[near[0]])
    if not known:
        return Said("rules.none_configured")
    return Said("rules.known_are", words=", ".join(f'"{one}"' for one in known))


def one_of(value: object, known: Collection[str], what: str) -> str:
    if isinstance(value, list):
        raise WrongValue(Said("rules.one_value"), Said("rules.one_value_hint"))
    if not isinstance(value, str):
        raise WrongValue(Said("rules.takes_quoted", given=kind(value)), nearest("", known))
    if value not in known:
        raise WrongValue(Said(f"rules.unknown_{what}", word=value), nearest(value, known))
    return value


KINDS: dict[type, str] = {
    bool: "rules.true_or_false",
    int: "rules.number",
    float: "rules.number",
    str: "rules.text",
    list: "rules.list",
    dict: "rules.table",
}


def kind(value: object) -> Said:
    """Return what TOML calls such a value."""
    return Said(KINDS.get(type(value), "rules.date_or_time"))


def entries_of(value: object, what: str) -> list[str]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list):
        raise WrongValue(Said("rules.takes_list", what=Said(what), given=kind(value)), Said("rules.takes_list_hint"))
    if not entries:
        raise WrongValue(Said("rules.never_matches"), Said("rules.never_matches_hint"))
    if wrong := [one for one in entries if not isinstance(one, str)]:
        raise WrongValue(
            Said("rules.holds_another", what=Said(what), given=kind(wrong[0])),
            Said("rules.holds_another_hint", value=wrong[0]),
        )
    return entries


def texts_of(value: object) -> list[str]:
    """One text or several, none of them empty."""
    entries = entries_of(value, "rules.of_words")
    if any(not entry.strip() for entry in entries):
        raise WrongValue(Said("rules.empty_text"), Said("rules.never_matches_hint"))
    return entries


def flag(
    about: str, asks: Callable[[Message], bool], says: Sentence, fails: Sentence, *, constant: bool = False
) -> Word:
    """A word that takes true or false."""

    def word(value: object, known: Known) -> Condition:  # noqa: ARG001 - every word is asked alike
        wanted = truth_of(value)
        return Condition(
            holds=lambda message: asks(message) is wanted,
            says=says if wanted else fails,
            fails=fails if wanted else says,
            constant=wanted if constant else None,
            claim=wanted
            if constant
            else Claim(about=about, values=frozenset({wanted}), domain=frozenset({True, False})),
        )

    return word


def truth_of(value: object) -> bool:
    if not isinstance(value, bool):
        text = value.lower() if isinstance(value, str) else ""
        right = Said("rules.takes_flag_hint", value=text) if text in {"true", "false"} else ""
        raise WrongValue(Said("rules.takes_flag", given=kind(value)), right)
    return value
