"""Numbers and the words that go with them agree, in both languages, in every sentence."""

import pytest

from desk.texts import LANGUAGES, SLOT, filled, plural, sentences

NUMBERS = (0, 1, 2, 5, 11, 21, 101)
WHICH = {
    "ru": {0: 2, 1: 0, 2: 1, 5: 2, 11: 2, 21: 0, 101: 0},
    "en": {0: 1, 1: 0, 2: 1, 5: 1, 11: 1, 21: 1, 101: 1},
}
"""The place of the form that goes with a number (CLDR: ru one/few/many, en one/other)."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", NUMBERS)
def test_the_form_that_goes_with_a_number(language: str, number: int) -> None:
    forms = {"ru": ["заявка", "заявки", "заявок"], "en": ["request", "requests"]}[language]
    assert plural(language, number, forms) == forms[WHICH[language][number]]


@pytest.mark.parametrize(
    ("number", "form"), [(12, 2), (14, 2), (22, 1), (24, 1), (25, 2), (100, 2), (102, 1), (111, 2), (112, 2), (1001, 0)]
)
def test_russian_numbers_that_are_easily_mistaken(number: int, form: int) -> None:
    assert plural("ru", number, ["0", "1", "2"]) == str(form)


def counting() -> list[tuple[str, str]]:
    found = [(language, key) for language in LANGUAGES for key, text in sentences(language).items() if "|" in text]
    return [
        (language, key) for language, key in found if any(words for _, words in SLOT.findall(sentences(language)[key]))
    ]


@pytest.mark.parametrize(("language", "key"), counting())
def test_every_sentence_with_a_number_takes_the_right_form(language: str, key: str) -> None:
    """Each of its words, with each number; and no form is empty or has a brace left."""
    text = sentences(language)[key]
    slots = SLOT.findall(text)
    for number in NUMBERS:
        said = filled(language, text, {name: number for name, _ in slots})
        assert "{" not in said, said
        for _, words in slots:
            if words:
                form = words[1:].split("|")[WHICH[language][number]]
                assert form.strip() or "||" in words, key
                assert form in said, (key, number)


def test_a_sentence_counts_in_both_languages_or_names_a_number_that_needs_no_word() -> None:
    """What has forms in Russian has the same values in English."""
    russian, english = (sentences(language) for language in LANGUAGES)
    for key, text in russian.items():
        counted = {name for name, words in SLOT.findall(text) if words}
        assert counted <= {name for name, _ in SLOT.findall(english[key])}, key


def test_no_form_is_the_same_as_another_by_mistake() -> None:
    """Three equal Russian forms are no forms; «заявка|заявка|заявок» is a slip."""
    for key, text in sentences("ru").items():
        for _, words in SLOT.findall(text):
            forms = words[1:].split("|") if words else []
            assert len(forms) < 3 or forms[0] != forms[2] or forms[1] != forms[0], key
