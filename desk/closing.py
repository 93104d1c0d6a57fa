"""Why a ticket is closed: the closed list, how an engineer names a reason, and the regulation's wording of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.desk import Desk
from desk.parcels import Action, Button
from desk.texts import LANGUAGES
from desk.tickets import NEEDS_FINDINGS, Closing, Status, Ticket

REASONS = tuple(one for one in Closing if one is not Closing.ENGINEER)
"""What may be chosen."""

LONGEST = 2_000
"""Characters of an engineer's words that go with a reason: the letter has 4,096 for them, the wording and the work."""

SHORTEST = 3
"""Letters of a word's beginning that still name a reason."""

SHOWN = 300
"""Characters of whom we wait for that the card shows."""

CLOCK_ANEW: Mapping[str, Any] = {
    "clock_from": None, "reminded": 0, "snoozed_until": None, "reminder_id": None, "held_reason": "",
    "spared_until": None,
}  # fmt: skip
"""What a ticket's clock shows before the word that starts it has arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The sentence that a client reads, by its key and values."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def wording(desk: Desk, ticket: Ticket, reason: Closing, other: Ticket | None = None, *, waited: bool = False) -> Said:
    """What the client is told; a duplicate of somebody else's ticket is not named to them.

    `waited`: their answer to our question was still to come; one that they have answered is not held against them.
    """
    if reason is Closing.NO_ANSWER and waited and ticket.question:
        return Said(key="client.closed_no_answer")
    if reason is Closing.DUPLICATE and (other is None or other.client_id != ticket.client_id):
        return Said(key="closing.for_duplicate_other")
    key = f"closing.for_{Closing.SOLVED if reason is Closing.ENGINEER else reason}"
    if reason is Closing.DUPLICATE and other:
        return Said(key=key, values={"other": desk.number(other.id)})
    return Said(key=key, values={"findings": ticket.findings} if reason in NEEDS_FINDINGS else {})


def words(desk: Desk, reason: Closing, language: str = "") -> list[str]:
    """The title of a reason, then what else it is called."""
    named = [word.strip() for word in desk.say(f"closing.words_{reason.value}", language).split(",")]
    return [word for word in named if word] or [reason.value]


def title(desk: Desk, reason: Closing) -> str:
    name = words(desk, reason)[0]
    return f"{name[:1].upper()}{name[1:]}"


def read(desk: Desk, text: str) -> tuple[Closing | None, str]:
    """The reason that a command's words begin with, and the words after it; None and all of them when it names none.

    Each word of a name may be cut short where that leaves one reason only.
    """
    names = list(_names(desk))
    longest = max(len(name) for _, name in names)
    given = text.split(maxsplit=longest)
    for count in range(min(longest, len(text.split())), 0, -1):
        head = [_bare(word) for word in given[:count]]
        exact = {reason for reason, name in names if name == head}
        found = exact or {reason for reason, name in names if _begins(name, head, alone=count == len(text.split()))}
        if len(found) == 1:
            rest = text.split(maxsplit=count)
            return found.pop(), rest[count].strip() if len(rest) > count else ""
    return None, text


def _names(desk: Desk) -> Iterator[tuple[Closing, list[str]]]:
    for reason in REASONS:
        yield reason, [reason.value]
        for language in LANGUAGES:
            for name in words(desk, reason, language):
                yield reason, [_bare(word) for word in name.split()]


def _bare(word: str) -> str:
    return word.casefold().replace("ё", "е").strip(".,:;!—–-«»\"'()")


def _begins(name: list[str], head: list[str], *, alone: bool) -> bool:
    """Whether these words are those of a name, each cut short at will; fewer of them only when nothing follows."""
    if len(head) > len(name) or (len(head) < len(name) and not alone):
        return False
    whole = sum(len(word) for word in head) >= SHORTEST
    return whole and all(len(word) > 1 and full.startswith(word) for word, full in zip(head, name, strict=False))


def card_rows(desk: Desk, ticket: Ticket) -> list[str]:
    """Whom it waits for, while it does."""
    waits = ticket.status is Status.THIRD_PARTY
    return [desk.say("closing.card_third", whom=ticket.third_party[:SHOWN])] if waits else []


def card_buttons(desk: Desk, ticket: Ticket) -> tuple[Button, ...]:
    """Waiting for others, or taking it up again; and closing."""
    waits = ticket.status is Status.THIRD_PARTY
    other = Button(
        label=desk.say("closing.button_back") if waits else desk.say("closing.button_third"),
        action=Action.REOPEN if waits else Action.THIRD_PARTY,
        ticket=ticket.id,
    )
    return (other, Button(label=desk.say("closing.button_close"), action=Action.CLOSE, ticket=ticket.id))
