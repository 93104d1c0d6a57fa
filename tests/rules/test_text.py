"""Words are found whole and in any form, and hostile texts take no more than their length."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.text import TEXT_LIMIT, Words, fold, stem, stems

quick = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Счёт № 5 за ноябрь", ("счет", "5", "за", "ноябр")),
        ("Invoices, please!", ("invoic", "pleas")),
        ("snake_case e-mail", ("snake", "case", "e", "mail")),
        ("", ()),
        ("--- !!! 🙂", ()),
        ("1С:Бухгалтерия", ("1с", "бухгалтер")),
    ],
)
def test_words_of_a_text(text: str, found: tuple[str, ...]) -> None:
    assert stems(text) == found


def test_folding_joins_letter_and_mark() -> None:
    assert fold("ЁЛКА И\u0306од е\u0308ж") == "елка йод еж"


def test_words_that_are_no_words_stay_as_they_are() -> None:
    assert stem("а" * 5_000) == "а" * 5_000


@quick
@given(st.lists(st.sampled_from(["а", "б", "счет", "акт"]), max_size=12), st.data())
def test_every_part_of_a_text_is_found_in_it(words: list[str], data: st.DataObject) -> None:
    text = Words(" ".join(words))
    start = data.draw(st.integers(0, len(words)))
    part = tuple(words[start : start + 3])
    assert not part or text.has(tuple(map(stem, part)))


@quick
@given(st.lists(st.sampled_from(["a", "b"]), max_size=8), st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=4))
def test_a_phrase_is_found_exactly_where_it_stands(words: list[str], phrase: list[str]) -> None:
    stands = f" {' '.join(phrase)} " in f" {' '.join(words)} "
    assert Words(" ".join(words)).has(tuple(phrase)) is stands


@quick
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert "" not in stems(text)


HOSTILE = {
    "one word repeated": "а " * 500_000,
    "one long word": "ся" * 500_000,
    "marks without letters": "\u0301\u0316" * 500_000,
    "a letter with marks": "е" + "\u0308" * 1_000_000,
    "signs": "_-" * 500_000,
    "different words": " ".join(f"слово{n}ами" for n in range(80_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read_in_time_of_its_length(name: str) -> None:
    """The time is printed, not asserted; a quadratic reading would take minutes and be noticed."""
    start = time.perf_counter()
    words = Words(HOSTILE[name], "акт сверки")
    assert words.has(("акт", "сверк"))
    assert not words.has(("а", "а", "б"))
    print(f"{name}: {time.perf_counter() - start:.2f} s")


def test_what_is_beyond_the_limit_is_not_read() -> None:
    assert stems("." * TEXT_LIMIT + "счёт") == ()
