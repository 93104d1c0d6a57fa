"""The language of a text is told by its letters."""

import pytest

from desk.language import guess_language, heard, of_app


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


@pytest.mark.parametrize(
    ("before", "text", "asked", "language"),
    [
        ("", "Hello, where is my invoice?", False, "en"),
        ("", "Microsoft", True, "en"),
        ("", "123", False, ""),
        ("ru", "123", False, "ru"),
        ("ru", "ok, thanks", False, "ru"),
        ("ru", "Could we go on in English, please?", False, "en"),
        ("ru", "Microsoft Dynamics Navision 2018", True, "ru"),
        ("ru", "Вот лог:\nConnectionError: the server did not answer within thirty seconds", False, "ru"),
        ("en", "Давайте дальше по-русски, пожалуйста", False, "ru"),
        ("en", "Давайте дальше по-русски, пожалуйста", True, "ru"),
    ],
)
def test_names_and_logs_do_not_change_the_language_of_who_writes_russian(
    before: str, text: str, asked: bool, language: str
) -> None:
    assert heard(before, text, asked=asked) == language


@pytest.mark.parametrize(
    ("code", "language"),
    [("ru", "ru"), ("ru-RU", "ru"), ("RU", "ru"), ("be", "ru"), ("kk", "ru"), ("en-GB", "en"), ("de", "en"), ("", "")],
)
def test_the_language_of_an_app(code: str, language: str) -> None:
    """Who has neither Russian nor English reads the one that is known where their app's is spoken."""
    assert of_app(code) == language
