"""What is suspicious in rules that can be read: those that never fit, those that are never reached, empty alternatives.

Rule: it only speaks of what is certain; a rule that nothing is said of may still be a useless one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from desk.errors import Mistake
from desk.said import Said
from desk.settings import Settings
from rules.actions import LEADS, ON_DUTY
from rules.chain import Chain
from rules.logic import All, Any, Claim, Formula, Way, follows, gathered, impossible, ways
from rules.reading import Rule

_SET_BY_RULES = frozenset({"type", "priority", "tags", "plan"})


def remarks(chain: Chain, file: str = "config.toml") -> list[Mistake]:
    """What to look at again, in the order of the rules."""
    looking = _Looking(file=file)
    last = len(chain.rules) - 1
    for index, rule in enumerate(chain.rules):
        looking.at(rule, last=index == last)
    return looking.found


def idle_calls(chain: Chain, settings: Settings, file: str = "config.toml") -> list[Mistake]:
    """Rules that give tickets to, or call, people who are not there."""
    leads = [person for person in settings.person if person.role == "lead"]
    lines = {person.name: person.lines for person in settings.person}
    found = []
    for rule in chain.rules:
        done, place = rule.actions, f'[[rule]] "{rule.name}"'
        if done.assign == ON_DUTY and done.line and not any(not own or done.line in own for own in lines.values()):
            said, hint = Said("rules.nobody_on_line", line=done.line), Said("rules.nobody_on_line_hint")
            found.append(Mistake(file=file, place=f"{place} assign", message=said + ".", suggestion=hint))
        elif done.line and lines.get(done.assign) and done.line not in lines[done.assign]:
            said, hint = Said("rules.not_on_line", name=done.assign, line=done.line), Said("rules.nobody_on_line_hint")
            found.append(Mistake(file=file, place=f"{place} assign", message=said + ".", suggestion=hint))
        if LEADS in done.notify and not leads:
            said, hint = Said("rules.no_leads"), Said("rules.no_leads_hint")
            found.append(Mistake(file=file, place=f"{place} notify", message=said + ".", suggestion=hint))
    return found


@dataclass(frozen=True, slots=True)
class _Before:
    """One way in which an earlier rule fits and stops."""

    rule: str
    way: Way


@dataclass(kw_only=True)
class _Looking:
    """One walk over the rules: what stops messages so far, and what those that go on may have set."""

    file: str
    found: list[Mistake] = field(default_factory=list)
    stopping: dict[frozenset[str], list[_Before]] = field(default_factory=dict)
    excluded: list[Claim] = field(default_factory=list)  # holds for every message that comes so far
    times_set: dict[str, int] = field(default_factory=dict)

    def say(self, rule: str, said: Said, hint: Said) -> None:
        self.found.append(Mistake(file=self.file, place=f'[[rule]] "{rule}"', message=said + ".", suggestion=hint))

    def at(self, rule: Rule, *, last: bool) -> None:
        claim = rule.whole.claim
        found = None if claim is None else ways(self._now(claim))
        if found is not None and rule.constant is None:
            self._look(rule, found, claim)
        if found is not None and not last and rule.actions.stop:
            self._stops(rule.name, [way for way in found if not impossible(way)])
        if not rule.actions.stop:
            for thing in _SET_BY_RULES & {key for key in _SET_BY_RULES if getattr(rule.actions, key)}:
                self.times_set[thing] = self.times_set.get(thing, 0) + 1

    def _look(self, rule: Rule, found: Sequence[Way], claim: Formula | None) -> None:
        possible = [way for way in found if not impossible(way)]
        if not possible:
            about = next((about for way in found if (about := impossible(way))), "")
            self.say(rule.name, Said("rules.impossible", word=_word(about)), Said("rules.impossible_hint"))
            return
        for number in _empty_alternatives(self._now(claim) if claim is not None else True):
            self.say(rule.name, Said("rules.empty_alternative", number=number), Said("rules.impossible_hint"))
        names = [self._reached_by(way) for way in possible]
        if all(names):
            earlier = ", ".join(f'"{name}"' for name in dict.fromkeys(names))
            self.say(rule.name, Said("rules.taken_before", names=earlier), Said("rules.taken_before_hint"))

    def _reached_by(self, way: Way) -> str:
        """The earlier rule that takes every message that fits in this way; "" when there is none."""
        known = gathered(way)
        for about, ways_before in self.stopping.items():
            if about <= known.keys():
                for before in ways_before:
                    if follows(known, before.way):
                        return before.rule
        if self.excluded and impossible((*way, *self.excluded)):
            return self._stoppers()
        return ""

    def _stoppers(self) -> str:
        return next(before.rule for group in self.stopping.values() for before in group if len(before.way) == 1)

    def _stops(self, name: str, found: Sequence[Way]) -> None:
        for way in found:
            self.stopping.setdefault(frozenset(claim.about for claim in way), []).append(_Before(name, way))
            # Where one word alone makes a rule fit, nobody who comes further has it.
            if len(way) == 1:
                self.excluded.append(way[0].turned())

    def _now(self, formula: Formula) -> Formula:
        """The claims with what rules have set meanwhile told apart: a priority before that is not the one after."""
        if isinstance(formula, Claim):
            times = self.times_set.get(formula.about, 0)
            return replace(formula, about=f"{formula.about} {times}") if times else formula
        if isinstance(formula, All | Any):
            return type(formula)(tuple(self._now(part) for part in formula.parts))
        return formula


def _word(about: str) -> str:
    """The word of a rule that a claim is about."""
    return about.partition(" ")[0].partition(".")[0]


def _empty_alternatives(formula: Formula) -> Iterator[int]:
    """The numbers of the alternatives of an `any` that can never hold beside the other words of its rule."""
    if not isinstance(formula, All):
        return
    for place, part in enumerate(formula.parts):
        if isinstance(part, Any):
            rest = (*formula.parts[:place], *formula.parts[place + 1 :])
            for number, one in enumerate(part.parts, start=1):
                found = ways(All((one, *rest)))
                if found is not None and all(impossible(way) for way in found):
                    yield number
