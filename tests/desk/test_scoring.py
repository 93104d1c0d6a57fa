"""A mark is one digit alone on the first line; everything else is a message like any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.scoring import scored, shown


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("5", (5, "")),
        ("5!", (5, "")),
        (" 4. ", (4, "")),
        ("Оценка: 5", (5, "")),
        ("оценка 3", (3, "")),
        ("Моя оценка — 2", (2, "")),
        ("Ставлю 5!!!", (5, "")),
        ("Rating: 1", (1, "")),
        ("5/5", (5, "")),
        ("4 из 5", (4, "")),
        ("5 звёзд", (5, "")),
        ("⭐⭐⭐⭐", (4, "")),
        ("★", (1, "")),
        ("5\ufe0f\u20e3", (5, "")),
        ("2\nДолго ждали,\nтри дня.", (2, "Долго ждали,\nтри дня.")),
        ("\n5\r\n\r\nСпасибо!", (5, "Спасибо!")),
    ],
)
def test_a_digit_alone_is_a_mark_and_what_is_below_it_are_its_words(text: str, mark: tuple[int, str]) -> None:
    assert scored(text) == mark


@pytest.mark.parametrize(
    "text",
    ["", "0", "6", "10", "55", "-5", "4.5", "5 принтеров не печатают", "Осталось 5", "Спасибо!\n5", "пять", "٥", "⭐" * 6,
     "5?", "> 5", "<b>5</b>", "5/10", "Оценка", "1-5"],
)  # fmt: skip
def test_what_is_no_mark_is_left_alone(text: str) -> None:
    assert scored(text) is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    found = scored(text)
    assert found is None or 1 <= found[0] <= 5


@pytest.mark.parametrize(("stars", "words"), [(1, "★☆☆☆☆"), (5, "★★★★★")])
def test_a_mark_is_shown_as_stars(stars: int, words: str) -> None:
    assert shown(stars) == words
