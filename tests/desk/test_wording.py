"""Subjects, thanks and sizes, as people write them."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from desk import wording
from desk.desk import Desk
from desk.incoming import Incoming, IncomingFile, Sender
from desk.texts import say


def _desk(language: str = "ru") -> Desk:
    """As much of a desk as words need."""
    settings = SimpleNamespace(desk=SimpleNamespace(language=language))
    return cast("Desk", SimpleNamespace(settings=settings, say=lambda key, **values: say(language, key, **values)))


def _incoming(text: str = "", **more: Any) -> Incoming:
    sender = Sender(channel="telegram", address="7", name="Анна")
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Incoming(channel="telegram", place="7", external_id="1", sender=sender, at=at, text=text, **more)


YES = [
    "да",
    "Да!",
    "Да, решено",
    "решено, спасибо",
    "Всё работает, спасибо",
    "Заработало 👍",
    "ок",
    "yes",
    "Yes, works",
    "thanks, works now",
    "It is solved, thank you",
    "It's solved",
    "Добрый день!\n\nДа, всё работает, спасибо.",
    "Да, всё в порядке",
    "Hello, yes, works fine now",
    "Да, спасибо!\n\n> Заявка SD-1 решена. Всё так?\n> Если ответа не будет, закроем её.",
]
NO_YES = [
    "",
    "спасибо",
    "нет",
    "да нет",
    "не решено",
    "не работает",
    "да, но не печатает",
    "решено?",
    "работает 1 из 3",
    "not solved",
    "works on one machine",
    "👍",
    "да " * 40,
    "да <b>и",
    "Добрый день!",
    "> да",
    "Не работает\n> да",
    "не в порядке",
]
THANKS = [
    "спасибо",
    "Спасибо!",
    "СПАСИБО БОЛЬШОЕ!!!",
    "ок, спасибо",
    "Thanks a lot",
    "thank you",
    "🙏",
    "👍👍",
    "Благодарю вас, всё работает",
    "Здравствуйте! Спасибо большое!",
    "Thank you!\n> Request SD-1 is closed: you confirmed that it is solved.",
]
NO_THANKS = [
    "",
    "Спасибо, но не помогло",
    "спасибо, а когда?",
    "Спасибо. Не печатает",
    "не спасибо",
    "работает",
    "ок",
    "👍 5",
    "???",
    "спасибо " * 20,
    "Добрый день, коллеги",
    "> спасибо",
]


@pytest.mark.parametrize("text", THANKS)
def test_thanks_alone_are_known(text: str) -> None:
    assert wording.thanks_alone(_incoming(text))


@pytest.mark.parametrize("text", NO_THANKS)
def test_whatever_says_more_than_thanks_counts(text: str) -> None:
    assert not wording.thanks_alone(_incoming(text))


def test_thanks_with_a_file_are_more_than_thanks() -> None:
    file = IncomingFile(sort="photo", name="a.jpg", mime="image/jpeg", size=3, key="k")
    assert not wording.thanks_alone(_incoming("спасибо", files=(file,)))


SUBJECTS = {
    "  Не печатает  принтер\nвторая строка": "Не печатает принтер",
    "\n\nПозже": "Позже",
    "": "Без темы",
    "слово " * 30: "слово слово слово слово слово слово слово слово слово слово…",
    "щ" * 100: "щ" * 59 + "…",
}


@pytest.mark.parametrize("text", SUBJECTS)
def test_a_subject_is_the_first_words(text: str) -> None:
    subject = wording.subject(_desk(), _incoming(text))
    assert subject == SUBJECTS[text]
    assert len(subject) <= wording.SUBJECT


def test_a_file_without_words_is_named_by_its_kind() -> None:
    file = IncomingFile(sort="voice", name="voice.ogg", mime="audio/ogg", size=3, key="k")
    assert wording.subject(_desk(), _incoming(files=(file,))) == "Голосовое сообщение"


@pytest.mark.parametrize("subject", ["Re: Счёт", "RE: Fwd: Счёт", "Отв: Re[2]: Счёт", "Счёт"])
def test_a_mails_subject_comes_without_its_prefixes(subject: str) -> None:
    assert wording.subject(_desk(), _incoming("Пришлите", subject=subject)) == "Счёт"


SIZES = [
    (0, "1 КБ", "1 KB"),
    (2048, "2 КБ", "2 KB"),
    (3_565_158, "3,4 МБ", "3.4 MB"),
    (26_214_400, "25,0 МБ", "25.0 MB"),
]


@pytest.mark.parametrize(("count", "russian", "english"), SIZES)
def test_a_size_is_written_in_the_desks_language(count: int, russian: str, english: str) -> None:
    assert (wording.size(_desk("ru"), count), wording.size(_desk("en"), count)) == (russian, english)


@pytest.mark.parametrize("text", YES)
def test_a_short_yes_is_one(text: str) -> None:
    assert wording.yes_alone(_incoming(text))


@pytest.mark.parametrize("text", NO_YES)
def test_what_says_more_than_yes_is_none(text: str) -> None:
    assert not wording.yes_alone(_incoming(text))


def test_a_yes_with_a_file_wants_an_eye() -> None:
    file = IncomingFile(sort="photo", name="a.jpg", mime="image/jpeg", size=5)
    assert not wording.yes_alone(_incoming("да", files=(file,)))


@pytest.mark.parametrize("turned", ["\u202eСчёт\u202c", "Сч\u2066ёт\u2069"])
def test_a_subject_does_not_turn_the_direction_of_what_follows(turned: str) -> None:
    """In the list of topics the words after it are the desk's."""
    assert wording.subject(_desk(), _incoming(turned)) == "Счёт"
