"""Which words mean which type and which priority."""

import pytest

from desk.sorts import PRIORITIES, TYPES, named
from desk.tickets import Priority, Type


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("error", Type.ERROR), ("Ошибка", Type.ERROR), (" ОШИБ ", Type.ERROR), ("вопрос", Type.REQUEST),
        ("req", Type.REQUEST), ("предложение", Type.SUGGESTION), ("пред", Type.SUGGESTION),
        ("", None), ("ош", None), ("что-то", None), ("<b>error</b>", None), ("error error", None), ("x" * 5000, None),
    ],
)  # fmt: skip
def test_a_type_is_known_by_its_word_or_the_beginning_of_one(word: str, kind: Type | None) -> None:
    assert named(word, TYPES) is kind


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        ("critical", Priority.CRITICAL), ("крит", Priority.CRITICAL), ("ВЫСОКИЙ", Priority.HIGH),
        ("срочно", Priority.HIGH), ("обычный", Priority.NORMAL), ("низ", Priority.LOW), ("low", Priority.LOW),
        ("несрочный", Priority.LOW), ("lo", None), ("medium-rare", None),
    ],
)  # fmt: skip
def test_a_priority_is_known_by_its_word_or_the_beginning_of_one(word: str, priority: Priority | None) -> None:
    assert named(word, PRIORITIES) is priority
