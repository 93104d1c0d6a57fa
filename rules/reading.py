"""Reads the routing rules as TOML gives them, and notes every mistake with its place."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from desk.errors import Mistake
from desk.facts import Asked
from desk.said import Said
from rules import actions
from rules.actions import Actions
from rules.conditions import Condition, WrongValue, every, opposite, some
from rules.values import Known, kind, nearest
from rules.words import WORDS

KEYS = ("name", "when", *actions.KEYS)
NESTING = ("any", "all", "not")
# Deeper tables are a slip or an attack on the stack; nobody reads them.
DEPTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, ready to be asked: each condition with the answer to give where it does not hold."""

    name: str
    actions: Actions
    checks: tuple[tuple[Condition, Asked], ...]

    @property
    def whole(self) -> Condition:
        """Everything that must hold."""
        return every([condition for condition, _ in self.checks])

    @property
    def constant(self) -> bool | None:
        """True where every message fits, False where none does, else None."""
        return self.whole.constant


def place_of(rule: Mapping[str, Any], index: int) -> str:
    """Return a place as the rest of the configuration is told: names where there are, else numbers from one."""
    name = rule.get("name")
    if isinstance(name, str) and name.strip():
        return f'[[rule]] "{name}"'
    return Said("rules.numbered", number=index + 1)


@dataclass(kw_only=True)
class Reading:
    """One reading of all rules: what is known, and the mistakes found so far."""

    known: Known
    file: str
    mistakes: list[Mistake] = field(default_factory=list)
    tags: dict[str, None] = field(default_factory=dict)  # set by the rules so far that go on

    def wrong(self, place: str, message: str, suggestion: str = "") -> None:
        self.mistakes.append(Mistake(file=self.file, place=place, message=message + ".", suggestion=suggestion))

    def rule(self, rule: Mapping[str, Any], index: int) -> Rule | None:
        """Return the rule, or None after its mistakes were noted."""
        before, place = len(self.mistakes), place_of(rule, index)
        for key in sorted(rule.keys() - set(KEYS)):
            self.wrong(place + f" {key}", Said("rules.unknown_key", word=key), nearest(key, KEYS))
        name = self._text(rule, "name", place)
        if rule.get("stop") is not False or rule.get("line"):
            self._text(rule, "line", place)
        known = replace(self.known, tags=tuple(self.tags))
        wanted = {**rule, "line": rule["line"] if isinstance(rule.get("line"), str) and rule["line"].strip() else ""}
        done = actions.read(wanted, known, lambda key, said, hint: self.wrong(f"{place} {key}", said, hint))
        if done.nothing and len(self.mistakes) == before:
            self.wrong(place, Said("rules.does_nothing"), Said("rules.does_nothing_hint"))
        parts = self._table(rule.get("when"), place + " when", DEPTH, known)
        if not done.stop:
            self.tags.update(dict.fromkeys(done.tags))
        if len(self.mistakes) > before:
            return None
        checks = [(part, Asked(rule=name, matched=False, why_ru=part.fails.ru, why_en=part.fails.en)) for part in parts]
        return Rule(name=name, actions=done, checks=tuple(checks))

    def order(self, rules: Sequence[Mapping[str, Any]], compiled: Sequence[Rule | None]) -> None:
        """Note what is wrong between rules: names used twice, no rule for the rest, rules never reached."""
        first: dict[str, int] = {}
        for index, rule in enumerate(rules):
            name = rule.get("name")
            if isinstance(name, str) and name and first.setdefault(name, index) != index:
                self.wrong(
                    place_of(rule, index) + " name",
                    Said("rules.same_name", number=first[name] + 1),
                    Said("rules.same_name_hint"),
                )
        catch_all = next(
            (index for index, rule in enumerate(compiled) if rule and rule.actions.stop and rule.constant), None
        )
        if catch_all is None and (not compiled or compiled[-1]):
            self.wrong("[[rule]]", Said("rules.no_catch_all"), Said("rules.no_catch_all_hint"))
        for index in range((len(rules) if catch_all is None else catch_all) + 1, len(rules)):
            reason = Said("rules.never_reached", place=place_of(rules[catch_all or 0], catch_all or 0))
            self.wrong(place_of(rules[index], index), reason, Said("rules.never_reached_hint"))

    def _text(self, rule: Mapping[str, Any], key: str, place: str) -> str:
        value = rule.get(key)
        misspelt = value is None and any(difflib.get_close_matches(key, rule.keys() - set(KEYS), cutoff=0.5))
        if misspelt or (isinstance(value, str) and value.strip()):
            return value or ""  # a misspelt key was told as unknown and is not missing as well
        if value is None or isinstance(value, str):
            said = Said("rules.missing" if value is None else "rules.empty")
        else:
            said = Said("rules.takes_text", given=kind(value))
        hint = Said("rules.own_name") if key == "name" else nearest("", self.known.lines)
        self.wrong(place + f" {key}", said, hint)
        return ""

    def _table(self, table: object, place: str, depth: int, known: Known) -> list[Condition]:
        if not isinstance(table, Mapping):
            said = Said("rules.missing") if table is None else Said("rules.takes_table", given=kind(table))
            self.wrong(place, said, Said("rules.always_hint"))
            return []
        if not table:
            self.wrong(place, Said("rules.empty_table"), Said("rules.always_hint"))
        if depth == 0:
            self.wrong(place, Said("rules.too_deep", depth=DEPTH), Said("rules.too_deep_hint"))
            return []
        parts = [self._entry(word, value, place + f".{word}", depth, known) for word, value in table.items()]
        return [part for part in parts if part is not None]

    def _entry(self, word: str, value: object, place: str, depth: int, known: Known) -> Condition | None:
        if word == "not":
            return opposite(every(self._table(value, place, depth - 1, known)))
        if word in NESTING:
            return self._tables(value, place, depth, known, some if word == "any" else every)
        if word not in WORDS:
            near = difflib.get_close_matches(word.lower(), [*WORDS, *NESTING], n=1, cutoff=0.5)
            self.wrong(place, Said("rules.unknown_word", word=word), nearest(word, near or [*WORDS, *NESTING]))
            return None
        try:
            return WORDS[word](value, known)
        except WrongValue as wrong:
            self.wrong(place, wrong.message, wrong.suggestion)
            return None

    def _tables(
        self, value: object, place: str, depth: int, known: Known, combine: Callable[[Sequence[Condition]], Condition]
    ) -> Condition | None:
        if not isinstance(value, list) or not value:
            empty = isinstance(value, list)
            said = Said("rules.empty_list") if empty else Said("rules.takes_tables", given=kind(value))
            self.wrong(place, said, Said("rules.tables_hint"))
            return None
        tables = enumerate(value)
        return combine(
            [every(self._table(table, place + f"[{index + 1}]", depth - 1, known)) for index, table in tables]
        )
