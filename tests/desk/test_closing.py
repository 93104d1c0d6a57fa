"""How an engineer names a reason for closing, and that a client is told every one of them."""

from datetime import UTC, datetime
from typing import cast

import pytest

from desk import closing
from desk.desk import Desk
from desk.people import ClientId, DoorId
from desk.texts import LANGUAGES, say
from desk.tickets import NEEDS_FINDINGS, Closing, Ticket


class Speaker:
    """As much of a desk as is needed to read words: it speaks."""

    def say(self, key: str, language: str = "", /, **values: object) -> str:
        return say(language or "ru", key, **values)


SPEAKER = cast("Desk", Speaker())


@pytest.mark.parametrize(
    ("text", "reason", "rest"),
    [
        ("duplicate SD-5", Closing.DUPLICATE, "SD-5"),
        ("dup", Closing.DUPLICATE, ""),
        ("дуб 5", Closing.DUPLICATE, "5"),
        ("Дубликат, SD-5", Closing.DUPLICATE, "SD-5"),
        ("решено", Closing.SOLVED, ""),
        ("РЕШЕНО: поменяли кабель", Closing.SOLVED, "поменяли кабель"),
        ("решено первая строка\nвторая  строка", Closing.SOLVED, "первая строка\nвторая  строка"),
        ("no answer", Closing.NO_ANSWER, ""),
        ("no_answer", Closing.NO_ANSWER, ""),
        ("не отвечает", Closing.NO_ANSWER, ""),
        ("not reproduced on three machines", Closing.NOT_REPRODUCED, "on three machines"),
        ("не воспр", Closing.NOT_REPRODUCED, ""),
        ("out of scope", Closing.OUT_OF_SCOPE, ""),
        ("out", Closing.OUT_OF_SCOPE, ""),
        ("вне поддержки это к бухгалтерии", Closing.OUT_OF_SCOPE, "это к бухгалтерии"),
        ("грубость", Closing.ABUSE, ""),
        ("отозвана", Closing.WITHDRAWN, ""),
        ("чужая программа сбой в 1С", Closing.SOFTWARE, "сбой в 1С"),
        ("линия", Closing.EQUIPMENT, ""),
        ("в план развития сделаем к весне", Closing.DEVELOPMENT, "сделаем к весне"),
        # What names none, or could name several, is asked about.
        ("", None, ""),
        ("   ", None, "   "),
        ("не", None, "не"),
        ("no", None, "no"),
        ("чуж", None, "чуж"),
        ("стороннее", None, "стороннее"),
        ("нет проблем больше", None, "нет проблем больше"),
        ("не печатает, купите новый", None, "не печатает, купите новый"),
        ("engineer", None, "engineer"),
        ("<b>решено</b>", None, "<b>решено</b>"),
        ("\u0000\u202e", None, "\u0000\u202e"),
    ],
)
def test_the_reason_that_words_begin_with(text: str, reason: Closing | None, rest: str) -> None:
    assert closing.read(SPEAKER, text) == (reason, rest)


def test_a_huge_text_is_read_at_once() -> None:
    """Ten thousand words that name nothing."""
    words = "не " * 10_000
    assert closing.read(SPEAKER, words) == (None, words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", closing.REASONS)
def test_every_reason_can_be_named_by_each_of_its_words(reason: Closing, language: str) -> None:
    for word in closing.words(SPEAKER, reason, language):
        assert closing.read(SPEAKER, f"{word} потому")[0] is reason, word


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", closing.REASONS)
def test_every_reason_has_a_wording_that_says_what_was_found_and_what_to_do(reason: Closing, language: str) -> None:
    values = {"number": "SD-1", "findings": "НАШЛИ", "other": "SD-5"}
    said = say(language, f"closing.for_{reason.value}", **values)
    assert "SD-1" in said
    assert ("НАШЛИ" in said) is (reason in NEEDS_FINDINGS)
    assert len(said) < 4096 - closing.LONGEST


@pytest.mark.parametrize(
    ("question", "waited", "key"),
    [
        ("Какая версия?", True, "client.closed_no_answer"),
        ("Какая версия?", False, "closing.for_no_answer"),
        ("", True, "closing.for_no_answer"),
    ],
)
def test_only_a_question_that_was_left_unanswered_is_named_on_closing(question: str, waited: bool, key: str) -> None:
    """By what was asked, and whether the answer was still to come."""
    assert closing.wording(SPEAKER, _ticket(question), Closing.NO_ANSWER, waited=waited).key == key


def _ticket(question: str) -> Ticket:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Ticket(
        client_id=ClientId(1), opened_door_id=DoorId(1), door_id=DoorId(1), line="first", subject="", language="ru", verdict={},
        question=question, created_at=at, active_at=at, client_wrote_at=at,
    )  # fmt: skip
