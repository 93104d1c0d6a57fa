"""What is searched: the words of a ticket as they are kept for it, and a question as the store answers it. Pure values.

Rule: every word here is a stem of letters and digits alone, so neither a document nor a question has anything in it
that a database could take for an order.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.tickets import Priority, Status, TicketId, Type

MOST = 500
"""Tickets that one question finds at most; the newest of them, when more have the words."""

LONGEST_STEM = 60
"""Characters; what is longer is no word that anybody looks for."""

APART = "ℵℵ"
"""Stands between two messages, so that no phrase reaches from one into the next. A word that nobody writes."""

EVERY = "every"
FILE = "file"
TAG = "tag"
TAKEN = "taken"
"""Marks of a document: every one has the first, so that a question of absent words alone can be asked too."""

_PASSES = 4
_WORD = re.compile(r"[^\W_]+")


class Part(StrEnum):
    """Where a word stands in a ticket."""

    ANY = ""
    SUBJECT = "subject"
    WHO = "who"  # names and addresses of the client, the organisation and everybody who wrote
    SAID = "said"
    MARKS = "marks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The stems of one ticket."""

    ticket_id: TicketId
    subject: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Stems that stand next to each other; `absent`: that must not. `begun`: the last one is only a beginning."""

    stems: tuple[str, ...]
    part: Part = Part.ANY
    absent: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A question: all terms, and what the ticket itself must be. Empty collections ask for nothing."""

    terms: tuple[Term, ...] = ()
    lines: tuple[str, ...] = ()
    not_lines: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    not_statuses: tuple[Status, ...] = ()
    types: tuple[Type, ...] = ()
    not_types: tuple[Type, ...] = ()
    priorities: tuple[Priority, ...] = ()
    not_priorities: tuple[Priority, ...] = ()
    taken_id: str | None = None  # "" is nobody
    after: datetime | None = None  # it was opened since then …
    before: datetime | None = None  # … and before then

    @property
    def empty(self) -> bool:
        return self == Sought()


def clean(stems: Iterable[str]) -> tuple[str, ...]:
    """Stems fit for a document or a question; what is no word is left out."""
    return tuple(stem[:LONGEST_STEM] for stem in stems if _WORD.fullmatch(stem))


def roots(stems: Callable[[str], Sequence[str]], text: str) -> tuple[str, ...]:
    """The words of a text as they are kept and looked for: cut again until nothing falls off.

    Snowball takes «журнал» for a verb and cuts it to «журна», but «журналы» to «журнал»; cut again they are the same.
    """
    found = clean(stems(text))
    for _ in range(_PASSES):
        again = clean(stems(" ".join(found)))
        if again == found:
            break
        found = again
    return found
