"""What a rule's table is made of: one thing to hold, and the sentences that say whether it did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from desk.said import Wrong
from rules import logic
from rules.logic import Formula
from rules.message import Message

# A sentence names this many of a list's entries; the rest is "…".
SHOWN = 5


class Sentence(NamedTuple):
    """One sentence in the desk's two languages."""

    ru: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that holds for a message or not.

    `says` is what it claims, `fails` the opposite; `found` may tell more exactly what held. `constant` is the answer
    where it is the same for every message. `claim` is the same for whoever reasons about rules, None where it cannot
    be said.
    """

    holds: Callable[[Message], bool]
    says: Sentence
    fails: Sentence
    found: Callable[[Message], Sentence] | None = None
    constant: bool | None = None
    claim: Formula | None = None

    def why(self, message: Message) -> Sentence:
        """Return what made it hold."""
        return self.found(message) if self.found else self.says


class WrongValue(Wrong):
    """A value that a word cannot take; `suggestion` is what to write instead, or empty."""


def every(parts: Sequence[Condition]) -> Condition:
    """Return a condition that holds when all parts do."""
    constants = [part.constant for part in parts]
    return Condition(
        holds=lambda message: all(part.holds(message) for part in parts),
        says=joined([part.says for part in parts], Sentence("; ", "; ")),
        fails=joined([part.fails for part in parts], Sentence(" или ", " or ")),
        found=lambda message: joined([part.why(message) for part in parts], Sentence("; ", "; ")),
        constant=False if False in constants else True if set(constants) == {True} else None,
        claim=_of_all(parts, logic.All),
    )


def some(parts: Sequence[Condition]) -> Condition:
    """Return a condition that holds when at least one part does."""
    constants = [part.constant for part in parts]
    return Condition(
        holds=lambda message: any(part.holds(message) for part in parts),
        says=joined([part.says for part in parts], Sentence(" или ", " or ")),
        fails=joined([part.fails for part in parts], Sentence("; ", "; ")),
        found=lambda message: next(part.why(message) for part in parts if part.holds(message)),
        constant=True if True in constants else False if set(constants) == {False} else None,
        claim=_of_all(parts, logic.Any),
    )


def opposite(part: Condition) -> Condition:
    """Return a condition that holds when the part does not."""
    return Condition(
        holds=lambda message: not part.holds(message),
        says=part.fails,
        fails=part.says,
        constant=None if part.constant is None else not part.constant,
        claim=None if part.claim is None else logic.opposite(part.claim),
    )


def _of_all(parts: Sequence[Condition], kind: Callable[[tuple[Formula, ...]], logic.All | logic.Any]) -> Formula | None:
    claims = [part.claim for part in parts if part.claim is not None]
    return kind(tuple(claims)) if len(claims) == len(parts) else None


def joined(sentences: Sequence[Sentence], between: Sentence) -> Sentence:
    """Return the sentences as one."""
    return Sentence(between.ru.join(one.ru for one in sentences), between.en.join(one.en for one in sentences))


def listed(entries: Sequence[str]) -> Sentence:
    """Return the entries in the quotation marks of each language, long lists cut short."""
    rest = ", …" if len(entries) > SHOWN else ""
    shown = entries[:SHOWN]
    return Sentence(", ".join(f"«{one}»" for one in shown) + rest, ", ".join(f"“{one}”" for one in shown) + rest)
