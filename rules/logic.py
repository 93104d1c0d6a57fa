"""What conditions claim, in a form that can be reasoned about: what can never hold together, what follows from what.

Rule: "cannot tell" is always an allowed answer, and then nothing is said; a sound rule must never be called wrong.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

# Alternatives of one rule that are looked at; rules that have more are left alone.
WAYS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That the one value of `about` is (with `holds` False: is not) among `values`.

    `several`: `about` is several things, and at least one of them (or none) is among them. `domain`: every value that
    there can be, where that is known.
    """

    about: str
    values: frozenset[Hashable]
    holds: bool = True
    several: bool = False
    domain: frozenset[Hashable] | None = None

    def turned(self) -> "Claim":
        """The opposite."""
        if self.domain is not None and not self.several:
            return Claim(about=self.about, values=self.domain - self.values, domain=self.domain)
        return Claim(about=self.about, values=self.values, holds=not self.holds, several=self.several)


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple["Formula", ...]


Formula = Claim | All | Any | bool
Way = tuple[Claim, ...]
"""Claims that hold together: one of the ways in which a rule can fit."""


def opposite(formula: Formula) -> Formula:
    if isinstance(formula, bool):
        return not formula
    if isinstance(formula, Claim):
        return formula.turned()
    parts = tuple(opposite(part) for part in formula.parts)
    return Any(parts) if isinstance(formula, All) else All(parts)


def ways(formula: Formula) -> list[Way] | None:
    """Every way in which it can hold; [] when it never does, None when they are too many to look at."""
    if isinstance(formula, bool):
        return [()] if formula else []
    if isinstance(formula, Claim):
        return [(formula,)]
    inner = [ways(part) for part in formula.parts]
    if isinstance(formula, Any):
        found = None if None in inner else [way for part in inner for way in part or ()]
        return found if found is None or len(found) <= WAYS else None
    count = 1
    for part in inner:
        if part is None:
            return None
        count *= len(part)
    if count > WAYS:
        return None
    return [tuple(claim for way in chosen for claim in way) for chosen in product(*(part or () for part in inner))]


def covers(about: str, general: Hashable, special: Hashable) -> bool:
    """Whether a thing that is `special` is `general` too: an address and its domain, a phrase and a word of it."""
    if general == special:
        return True
    if isinstance(general, str) and isinstance(special, str):
        if about in {"from", "to"}:
            return general.startswith("@") and not special.startswith("@") and special.endswith(general)
        return about == "file" and general.startswith(".") and special.endswith(general)
    if about in {"subject", "mentions"} and isinstance(general, tuple) and isinstance(special, tuple):
        size = len(general)
        return any(special[start : start + size] == general for start in range(len(special) - size + 1))
    return False


def _all_covered(about: str, special: Iterable[Hashable], general: Sequence[Hashable]) -> bool:
    return all(any(covers(about, wide, one) for wide in general) for one in special)


@dataclass(frozen=True, slots=True)
class _Known:
    """All that the claims of one way say of one thing."""

    about: str
    within: frozenset[Hashable] | None  # the one value is among these; None: it can be any
    without: frozenset[Hashable]
    some: tuple[frozenset[Hashable], ...]  # several: of each of these there is one


def gathered(way: Way) -> dict[str, _Known]:
    """What the claims say together, thing by thing, with what follows from them."""
    found: dict[str, _Known] = {}
    for claim in (*way, *(more for one in way for more in _follows(one))):
        had = found.get(claim.about) or _Known(claim.about, None, frozenset(), ())
        within, without, some = had.within, had.without, had.some
        if not claim.holds:
            without |= claim.values
        elif claim.several:
            some = (*some, claim.values)
        else:
            within = claim.values if within is None else within & claim.values
        found[claim.about] = _Known(claim.about, within, without, some)
    return found


def _follows(claim: Claim) -> Iterator[Claim]:
    """What else is true where the claim is."""
    if not claim.holds:
        return
    mail = Claim(about="channel", values=frozenset({"mail"}))
    if claim.about in {"to", "subject"} or (claim.about == "mailbox" and "" not in claim.values):
        yield mail
    if claim.about == "from":
        mails = [isinstance(one, str) and "." in one.rpartition("@")[2] for one in claim.values]
        numbers = [isinstance(one, str) and one.isdigit() for one in claim.values]
        if all(mails):
            yield mail
        if all(numbers):
            yield Claim(about="channel", values=frozenset({"telegram"}))
    if claim.about == "file":
        yield Claim(about="has_attachment", values=frozenset({True}))
    if claim.about == "subject":
        yield Claim(about="mentions", values=claim.values, several=True)


def impossible(way: Way) -> str:
    """The word about which the claims contradict each other; "" when they do not, as far as one can tell."""
    for about, known in gathered(way).items():
        if known.within is not None and not known.within - known.without:
            return about
        if any(_all_covered(about, some, tuple(known.without)) for some in known.some):
            return about
        if about == "from" and _two_senders(known.some):
            return about
    return ""


def _two_senders(some: Sequence[frozenset[Hashable]]) -> bool:
    """Whether two conditions want senders that no one mail can have: it comes from one address."""
    domains = [{str(one).rpartition("@")[2] for one in values} for values in some]
    if not all("." in domain for each in domains for domain in each):
        return False
    for index, one in enumerate(some):
        for other in some[index + 1 :]:
            pairs = product(one, other)
            if not any(covers("from", a, b) or covers("from", b, a) for a, b in pairs):
                return True
    return False


def follows(known: Mapping[str, _Known], other: Way) -> bool:
    """Whether all claims of `other` hold wherever what is `known` (`gathered`) does, as far as one can tell."""
    return all(_claimed(known.get(claim.about), claim) for claim in other)


def _claimed(known: _Known | None, claim: Claim) -> bool:
    if known is None:
        return False
    if claim.several:
        if claim.holds:
            return any(_all_covered(claim.about, some, tuple(claim.values)) for some in known.some)
        return _all_covered(claim.about, claim.values, tuple(known.without))
    if known.within is not None:
        left = known.within - known.without
        return left <= claim.values if claim.holds else left.isdisjoint(claim.values)
    return not claim.holds and claim.values <= known.without
