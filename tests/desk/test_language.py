"""The language of a text is told by its letters."""

import pytest

from desk.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Здравствуйте, не приходит счёт", "ru"),
        ("Hello, where is my invoice?", "en"),
        ("", ""),
        ("12345 !!! 🙂", ""),
        ("Не працює пошта", "ru"),
        ("Не работает Microsoft Outlook", "ru"),
        ("Ошибка: https://example.com/very/long/path/to/the/page?with=query", "ru"),
        ("ann.example@company.example Спасибо", "ru"),
        ("The word «счёт» means invoice in English", "en"),
        ("Größe prüfen", "en"),
        ("x" * 1_000_000, "en"),
    ],
)
def test_language_by_share_of_letters(text: str, language: str) -> None:
    assert guess_language(text) == language
