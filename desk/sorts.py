"""The types and priorities of tickets as people say, read and press them."""

from collections.abc import Mapping
from typing import TypeVar

from desk.desk import Desk
from desk.parcels import Action, Button
from desk.tickets import Priority, Ticket, Type

Kind = TypeVar("Kind", Type, Priority)

TYPES: Mapping[Type, tuple[str, ...]] = {
    Type.ERROR: ("error", "bug", "ошибка", "сбой"),
    Type.REQUEST: ("request", "question", "вопрос", "запрос"),
    Type.SUGGESTION: ("suggestion", "idea", "предложение", "пожелание"),
}
"""The words that an engineer may say for each, whatever the desk's language."""

PRIORITIES: Mapping[Priority, tuple[str, ...]] = {
    Priority.CRITICAL: ("critical", "критический", "критичный", "критично", "авария"),
    Priority.HIGH: ("high", "urgent", "высокий", "срочный", "срочно"),
    Priority.NORMAL: ("normal", "обычный", "средний", "обычно"),
    Priority.LOW: ("low", "низкий", "несрочный"),
}

ABUSE = "abuse"
"""The tag of a ticket whose client was rude."""

LEAST_LETTERS = 3
"""So many letters of a word are enough where only one kind begins so: «крит», «пред»."""


def named(word: str, kinds: Mapping[Kind, tuple[str, ...]]) -> Kind | None:
    """What a word means, whole or by its beginning; None when it means nothing or several."""
    wanted = word.strip().casefold().replace("ё", "е")
    for kind, words in kinds.items():
        if wanted in words:
            return kind
    if len(wanted) < LEAST_LETTERS:
        return None
    begun = {kind for kind, words in kinds.items() if any(each.startswith(wanted) for each in words)}
    return begun.pop() if len(begun) == 1 else None


def type_in_words(desk: Desk, kind: Type | None) -> str:
    """«ошибка», or what says that nobody told."""
    return desk.say(f"triage.type_{kind.value}" if kind else "triage.type_unknown")


def priority_in_words(desk: Desk, priority: Priority) -> str:
    return desk.say(f"triage.priority_{priority.value}")


def card_rows(desk: Desk, ticket: Ticket) -> list[str]:
    """«ошибка · высокий · клиент просит: срочно», and the mark that it may have."""
    return [_kind_row(desk, ticket), *([desk.say("conduct.card")] if ABUSE in ticket.tags else [])]


def _kind_row(desk: Desk, ticket: Ticket) -> str:
    kind, priority = type_in_words(desk, ticket.type), priority_in_words(desk, ticket.priority)
    row = desk.say("triage.card_type", type=kind, priority=priority)
    if ticket.wished is None:
        return row
    return f"{row} · {desk.say('triage.card_wished', wished=desk.say(f'triage.wished_{ticket.wished.value}'))}"


def type_buttons(desk: Desk, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    """The types that it is not, to choose from on the card itself."""
    chosen = [(type_in_words(desk, kind), kind.value) for kind in Type if kind is not ticket.type]
    rows = [(Button(label=label, action=Action.TYPE, ticket=ticket.id, arg=arg),) for label, arg in chosen]
    return (*rows, (_back(desk, ticket, Action.TYPES),))


def priority_buttons(desk: Desk, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    chosen = [(priority_in_words(desk, one), one.value) for one in Priority if one is not ticket.priority]
    rows = [(Button(label=label, action=Action.PRIORITY, ticket=ticket.id, arg=arg),) for label, arg in chosen]
    return (*rows, (_back(desk, ticket, Action.PRIORITIES),))


def _back(desk: Desk, ticket: Ticket, action: Action) -> Button:
    return Button(label=desk.say("group.button_back"), action=action, ticket=ticket.id, arg="back")


def card_buttons(desk: Desk, ticket: Ticket) -> tuple[Button, ...]:
    """The card's row that leads to both."""
    return (
        Button(label=desk.say("triage.button_types"), action=Action.TYPES, ticket=ticket.id),
        Button(label=desk.say("triage.button_priorities"), action=Action.PRIORITIES, ticket=ticket.id),
    )
