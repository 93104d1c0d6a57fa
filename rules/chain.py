"""The chain of routing rules: checked whole at start, asked in order, and the first that holds decides the line.

Rule: a chain always decides. Its last rule, and no other, holds for every message.
"""

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desk.errors import ConfigError, Mistake
from desk.facts import Asked, Facts, Verdict
from desk.said import Said
from rules.conditions import Condition, Sentence, WrongValue, every, joined, opposite, some
from rules.message import Message
from rules.words import WORDS, Known, kind, nearest

KEYS = ("name", "when", "line")
NESTING = ("any", "all", "not")
# Deeper tables are a slip or an attack on the stack; nobody reads them.
DEPTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, ready to be asked: each condition with the answer to give where it does not hold."""

    name: str
    line: str
    checks: tuple[tuple[Condition, Asked], ...]

    @property
    def constant(self) -> bool | None:
        """True where every message fits, False where none does, else None."""
        return every([condition for condition, _ in self.checks]).constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Rules in the order of the configuration; the last one fits every message."""

    rules: tuple[Rule, ...]

    def decide(self, facts: Facts) -> Verdict:
        """Return the first rule that fits, with all that were asked before it and why they did not."""
        message = Message(facts)
        asked: list[Asked] = []
        for rule in self.rules:
            for condition, refusal in rule.checks:
                if not condition.holds(message):
                    asked.append(refusal)
                    break
            else:
                why = joined([condition.why(message) for condition, _ in rule.checks], Sentence("; ", "; "))
                asked.append(Asked(rule=rule.name, matched=True, why_ru=why.ru, why_en=why.en))
                return Verdict(rule=rule.name, line=rule.line, asked=tuple(asked))
        raise AssertionError("the last rule fits every message: compile_chain saw to it")

    def explain(self, facts: Facts, language: str) -> str:
        """Return the decision as lines to print: the rule, its line, why, and the rules asked before."""
        verdict = self.decide(facts)
        *before, last = verdict.asked
        rule, line, why, earlier = EXPLAINED["ru" if language == "ru" else "en"]
        lines = [f"{rule}: {verdict.rule}", f"{line}: {verdict.line}", f"{why}: {last.why(language)}"]
        lines += [f"{earlier}:"] if before else []
        lines += [f"  {one.rule} — {one.why(language)}" for one in before]
        return "\n".join(lines)


EXPLAINED = {
    "ru": ("Правило", "Линия", "Почему", "Спрошены раньше и не подошли"),
    "en": ("Rule", "Line", "Why", "Asked before and did not fit"),
}


def compile_chain(
    rules: Sequence[Mapping[str, Any]],
    *,
    lines: Collection[str],
    mailboxes: Collection[str],
    channels: Collection[str] = ("telegram", "mail"),
    file: str = "config.toml",
) -> Chain:
    """Return the chain; raise ConfigError with every mistake of all the rules, each with its place.

    Each rule is a mapping with name, when and line, as TOML gives it.
    """
    reading = _Reading(known=Known(lines=lines, mailboxes=mailboxes, channels=channels), file=file)
    compiled = [reading.rule(rule, index) for index, rule in enumerate(rules)]
    reading.order(rules, compiled)
    if reading.mistakes:
        raise ConfigError(reading.mistakes)
    return Chain(rules=tuple(rule for rule in compiled if rule is not None))


def _place(rule: Mapping[str, Any], index: int) -> str:
    """Return a place as the rest of the configuration is told: names where there are, else numbers from one."""
    name = rule.get("name")
    if isinstance(name, str) and name.strip():
        return f'[[rule]] "{name}"'
    return Said("rules.numbered", number=index + 1)


@dataclass(kw_only=True)
class _Reading:
    """One reading of all rules: what is known, and the mistakes found so far."""

    known: Known
    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, place: str, message: str, suggestion: str = "") -> None:
        self.mistakes.append(Mistake(file=self.file, place=place, message=message + ".", suggestion=suggestion))

    def rule(self, rule: Mapping[str, Any], index: int) -> Rule | None:
        """Return the rule, or None after its mistakes were noted."""
        before, place = len(self.mistakes), _place(rule, index)
        for key in sorted(rule.keys() - set(KEYS)):
            self.wrong(place + f" {key}", Said("rules.unknown_key", word=key), nearest(key, KEYS))
        name, line = (self._text(rule, key, place) for key in ("name", "line"))
        if line and line not in self.known.lines:
            self.wrong(place + " line", Said("rules.unknown_line", word=line), nearest(line, self.known.lines))
        parts = self._table(rule.get("when"), place + " when", DEPTH)
        if len(self.mistakes) > before:
            return None
        checks = [(part, Asked(rule=name, matched=False, why_ru=part.fails.ru, why_en=part.fails.en)) for part in parts]
        return Rule(name=name, line=line, checks=tuple(checks))

    def order(self, rules: Sequence[Mapping[str, Any]], compiled: Sequence[Rule | None]) -> None:
        """Note what is wrong between rules: names used twice, no rule for the rest, rules never reached."""
        first: dict[str, int] = {}
        for index, rule in enumerate(rules):
            name = rule.get("name")
            if isinstance(name, str) and name and first.setdefault(name, index) != index:
                self.wrong(
                    _place(rule, index) + " name",
                    Said("rules.same_name", number=first[name] + 1),
                    Said("rules.same_name_hint"),
                )
        catch_all = next((index for index, rule in enumerate(compiled) if rule and rule.constant), None)
        if catch_all is None and (not compiled or compiled[-1]):
            self.wrong("[[rule]]", Said("rules.no_catch_all"), Said("rules.no_catch_all_hint"))
        for index in range((len(rules) if catch_all is None else catch_all) + 1, len(rules)):
            reason = Said("rules.never_reached", place=_place(rules[catch_all or 0], catch_all or 0))
            self.wrong(_place(rules[index], index), reason, Said("rules.never_reached_hint"))

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

    def _table(self, table: object, place: str, depth: int) -> list[Condition]:
        if not isinstance(table, Mapping):
            said = Said("rules.missing") if table is None else Said("rules.takes_table", given=kind(table))
            self.wrong(place, said, Said("rules.always_hint"))
            return []
        if not table:
            self.wrong(place, Said("rules.empty_table"), Said("rules.always_hint"))
        if depth == 0:
            self.wrong(place, Said("rules.too_deep", depth=DEPTH), Said("rules.too_deep_hint"))
            return []
        parts = [self._entry(word, value, place + f".{word}", depth) for word, value in table.items()]
        return [part for part in parts if part is not None]

    def _entry(self, word: str, value: object, place: str, depth: int) -> Condition | None:
        if word == "not":
            return opposite(every(self._table(value, place, depth - 1)))
        if word in NESTING:
            return self._tables(value, place, depth, some if word == "any" else every)
        if word not in WORDS:
            near = difflib.get_close_matches(word.lower(), [*WORDS, *NESTING], n=1, cutoff=0.5)
            self.wrong(place, Said("rules.unknown_word", word=word), nearest(word, near or [*WORDS, *NESTING]))
            return None
        try:
            return WORDS[word](value, self.known)
        except WrongValue as wrong:
            self.wrong(place, wrong.message, wrong.suggestion)
            return None

    def _tables(
        self, value: object, place: str, depth: int, combine: Callable[[Sequence[Condition]], Condition]
    ) -> Condition | None:
        if not isinstance(value, list) or not value:
            empty = isinstance(value, list)
            said = Said("rules.empty_list") if empty else Said("rules.takes_tables", given=kind(value))
            self.wrong(place, said, Said("rules.tables_hint"))
            return None
        tables = enumerate(value)
        return combine([every(self._table(table, place + f"[{index + 1}]", depth - 1)) for index, table in tables])
