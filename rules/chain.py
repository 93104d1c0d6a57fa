"""The chain of routing rules: checked whole at start, asked in order; the first that fits and stops has the last word.

Rule: a chain always decides. Its last rule, and no other, stops for every message.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.errors import ConfigError
from desk.facts import Asked, Facts, Verdict
from rules.actions import Gathered
from rules.conditions import Sentence, joined
from rules.message import Message
from rules.reading import NESTING, Reading, Rule
from rules.values import Known

__all__ = ("NESTING", "Chain", "compile_chain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Rules in the order of the configuration; the last one fits every message."""

    rules: tuple[Rule, ...]

    def decide(self, facts: Facts) -> Verdict:
        """Ask the rules until one that fits stops; the answer has what all that fitted ask for, and who was asked."""
        message = Message(facts)
        asked: list[Asked] = []
        gathered = Gathered()
        for rule in self.rules:
            for condition, refusal in rule.checks:
                if not condition.holds(message):
                    asked.append(refusal)
                    break
            else:
                asked.append(_fits(rule, message))
                gathered.take(rule.name, rule.actions)
                if rule.actions.stop:
                    return gathered.verdict(asked)
                message.learns(gathered.seen_by_the_next(facts))
        raise AssertionError("the last rule fits every message and stops: compile_chain saw to it")

    def explain(self, facts: Facts, language: str) -> str:
        """Return the decision as lines to print: the rules that fitted, what they do and why, then the others."""
        return explained(self.decide(facts), language)

    def in_words(self, language: str) -> list[tuple[str, str, str]]:
        """The rules in order, each as its name, what it asks for and what it does."""
        told = [(rule.name, rule.whole.says, rule.actions.in_words()) for rule in self.rules]
        if language == "ru":
            return [(name, asks.ru, does.ru) for name, asks, does in told]
        return [(name, asks.en, does.en) for name, asks, does in told]


def _fits(rule: Rule, message: Message) -> Asked:
    why = joined([condition.why(message) for condition, _ in rule.checks], Sentence("; ", "; "))
    does = rule.actions.in_words()
    return Asked(rule=rule.name, matched=True, why_ru=why.ru, why_en=why.en, does_ru=does.ru, does_en=does.en)


def explained(verdict: Verdict, language: str) -> str:
    """A verdict as lines to print."""
    rule, line, why, does, earlier = EXPLAINED["ru" if language == "ru" else "en"]
    lines = [f"{rule}: {verdict.rule}", f"{line}: {verdict.line}"]
    matched = [one for one in verdict.asked if one.matched]
    for one in matched:
        head = f"{one.rule}: " if len(matched) > 1 else ""
        lines += [f"{why}: {head}{one.why(language)}"]
        if one.does(language) not in {"", f"линия {verdict.line}", f"line {verdict.line}"}:  # the line was told
            lines += [f"{does}: {head}{one.does(language)}"]
    others = [one for one in verdict.asked if not one.matched]
    lines += [f"{earlier}:"] if others else []
    lines += [f"  {one.rule} — {one.why(language)}" for one in others]
    return "\n".join(lines)


EXPLAINED = {
    "ru": ("Правило", "Линия", "Почему", "Что делает", "Спрошены раньше и не подошли"),
    "en": ("Rule", "Line", "Why", "What it does", "Asked before and did not fit"),
}


def compile_chain(
    rules: Sequence[Mapping[str, Any]],
    *,
    lines: Collection[str],
    mailboxes: Collection[str],
    channels: Collection[str] = ("telegram", "mail"),
    plans: Collection[str] = (),
    people: Collection[str] = (),
    replies: Collection[str] = (),
    fields: Collection[str] | None = None,
    file: str = "config.toml",
) -> Chain:
    """Return the chain; raise ConfigError with every mistake of all the rules, each with its place.

    Each rule is a mapping with name, when and its actions, as TOML gives it.
    """
    known = Known(
        lines=lines, mailboxes=mailboxes, channels=channels, plans=plans, people=people, replies=replies, fields=fields
    )
    reading = Reading(known=known, file=file)
    compiled = [reading.rule(rule, index) for index, rule in enumerate(rules)]
    reading.order(rules, compiled)
    if reading.mistakes:
        raise ConfigError(reading.mistakes)
    return Chain(rules=tuple(rule for rule in compiled if rule is not None))
