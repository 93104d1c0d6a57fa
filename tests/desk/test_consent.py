"""A yes that is billed must be plain: what counts as one, and what is left to people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.consent import plain


@pytest.mark.parametrize(
    "text",
    [
        "согласен", "Согласна.", "СОГЛАСОВАНО!", "Да", "да, согласны", "Мы согласны с оценкой", "Подтверждаю работы",
        "Согласовываю, спасибо", "Согласовано. Приступайте, пожалуйста", "approve", "Approved, thank you!",
        "Yes, please go ahead", "I agree to the estimate", "We agree", "\n\n  Согласен  \nС уважением,\nАнна",
        "Добрый день!\nСогласен", "Здравствуйте, Борис\n\nСогласовано", "✅ Согласен 👍", "Hello Boris,\nApproved.",
    ],
)  # fmt: skip
def test_a_plain_yes_on_the_first_line_is_one(text: str) -> None:
    assert plain(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "Отказываюсь", "нет", "Нет, спасибо", "Не согласен", "Нет, не согласны", "Мы не согласны", "не согласовано", "decline",
        "No, thank you", "I do not agree", "We don't agree", "rejected", "Добрый вечер\nОтклоняю",
    ],
)  # fmt: skip
def test_a_plain_no_is_one(text: str) -> None:
    assert plain(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "", "   \n", "Спасибо", "ок", "Согласен?", "А что если не согласен", "Согласен на 1 час",
        "Согласен, но не больше часа", "Согласен.\nНо не больше часа", "Approved\nonly if it is done by Friday",
        "да нет", "Согласен. Не согласен.", "не отказываюсь", "не нет", "не да", "не отказываюсь, согласен", "не", "| да", "Согласен с тем, что дорого",
        "Мы ещё подумаем", "> Согласен", "Коллега согласен", "Согласен <b>", "не не согласен", "👍", "agree to disagree",
        "Здравствуйте", "Добрый день!\nМожно дешевле?", "Согласен" + " да" * 40, "yesterday", "нету", "дата",
    ],
)  # fmt: skip
def test_what_can_be_meant_otherwise_is_left_to_people(text: str) -> None:
    assert plain(text) is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert plain(text) in (True, False, None)


@given(
    st.sampled_from(["согласен", "approved", "да"]), st.sampled_from(["сколько", "потом", "дорого", "later", "Иван"])
)
def test_one_word_more_that_says_something_makes_it_unplain(yes: str, word: str) -> None:
    assert plain(f"{yes} {word}") is plain(f"{word} {yes}") is None
