"""Rude words are found in every form and disguise; ordinary words are nobody's abuse."""

import time
from pathlib import Path

import pytest

from rules.conduct import Lexicon, disguised, lexicon
from rules.word_lists import check_words, read

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
SHIPPED = read([SAMPLES / "abuse.ru.txt", SAMPLES / "abuse.en.txt"])
STRONG = lexicon(
    [
        "хуй",
        "еблан",
        "бля",
        "псих",
        "ебать",
        "сука*",
        "-сукно",
        "cunt",
        "ass",
        "cock",
        "tit",
        "rape",
        "дура*",
        "-дурман",
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Вы дурак", "дурака", "ДУРАКАМИ!", "ваш инженер — идиот", "идиоты.", "кретины", "козёл", "козел", "козлы", "Козлам",
        "дурaк", "дypak", "д у р а к", "д.у.р.а.к", "ду-рак", "д-у-р-а-к", "дур@к", "дуууурааак", "дуурак", "1диот",
        "ид1от", "идиооот", "и д и о т ы", "т в а р ь", "м р а 3 ь", "мра3ь", "урод\u200bы", "у\u0336р\u0336о\u0336д\u0336", "cyka",
        "козлина и дурак", "да пошли вы все", "Пошёл ты!", "клиент/дурак", "«дурак»", "дурак,дурак", "д\u00adу\u00adр\u00adак",
        "You idiot", "IDIOTS", "id1ot", "1d10t", "idi0t", "i d i o t", "i.d.i.o.t", "idiооt", "mоrоn", "m0r0n", "a$$hole",
        "идите нахуй", "ёбаный принтер", "хуёвая работа", "заебали", "П И З Д Е Ц", "блядская", "пидорасы", "п1здец",
        "a55h0le", "ash0le", "fuuuuck", "fucking", "f.u.c.k", "shut up", "Shut  up!", "go to hell", "𝐢𝐝𝐢𝐨𝐭", "ｉｄｉｏｔ", "b@stard",
    ],
)  # fmt: skip
def test_a_rude_word_is_found_however_it_is_written(text: str) -> None:
    assert SHIPPED(f"Здравствуйте. {text}") != ()


@pytest.mark.parametrize(
    "text",
    [
        "хлебать щи", "застраховать", "застрахуй груз", "оскорблять нельзя", "психолог", "психующий", "употребление",
        "потреблять", "корабля", "рубля", "колебание", "небалованный", "скипидар", "мандарин", "команда", "сукно",
        "суккулент", "ассортимент", "гадание", "гадать", "уродиться", "урожай", "скотч", "творить", "затвор", "тварный",
        "страхуй", "ребус", "EBITDA", "ебитда", "херсонский", "рублях", "пидстол", "хуэвэй", "Хуанхэ", "гандикап", "бла-бла",
        "дурман", "Дуров", "дуралюмин", "козырёк", "козлятник", "идиома", "уродилась", "сук дерева", "болванка", "крем", "подоконник",
        "Scunthorpe", "assess", "class", "bass", "cocktail", "Penistone", "analysis", "Dickens", "grape", "therapist",
        "Essex", "title", "button", "shiitake", "Cockburn", "Samsung A55", "4S", "h2o", "и т.д. и т.п.", "а, в, с, у, к",
        "а б в г д е", "1 2 3 4 5 6", "idiot@example.com", "https://example.com/idiot", "idiomatic", "accumulate", "Hello",
        "Не печатает принтер HP LaserJet 1020", "", "   ", "!!!", "@", "<b></b>", "\x00\x01",
    ],
)  # fmt: skip
def test_an_ordinary_word_is_no_abuse(text: str) -> None:
    assert SHIPPED(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "хлебать", "застрахуй", "застраховать", "оскорбляя", "рубля", "корабля", "употреблять", "команда", "психолог",
        "колебать", "сукно", "сукном", "дурман", "Scunthorpe", "assess", "classic", "cocktail", "titration", "grape",
        "drape", "A55", "@ss",
    ],
)  # fmt: skip
def test_what_stands_inside_of_a_word_is_never_looked_at(text: str) -> None:
    """Also with a list of the strongest words."""
    assert STRONG(text) == ()


def test_the_signs_of_a_list() -> None:
    """A prefix, a form as it stands, a word that is never meant, a phrase; comments and blank lines are nothing."""
    words = lexicon(["# comment", "", "крив*  # begins so", "=руки", "-кривизна", "руки крюки", "   "])
    assert [words(text) for text in ("криворукий", "руки", "рука", "кривизной", "руки-крюки", "криво сделано")] == [
        ("криворукий",), ("руки",), (), (), ("руки", "рук крюк"), ("криво",),
    ]  # fmt: skip
    assert lexicon(["# nothing", "!!!"]) == Lexicon()


def test_words_come_once_and_a_few_at_most() -> None:
    assert SHIPPED("дурак дурак дурака", "дурак") == ("дурак", "дурака")
    assert len(SHIPPED("дурак идиот кретин дебил болван тварь мразь")) == 5


@pytest.mark.parametrize(
    "text",
    [
        "а1 " * 100_000, "д у р " * 100_000, "а" * 300_000, "а-" * 150_000, "x" + "\u0336" * 300_000, "@" * 300_000,
        " ".join(str(number) + "а" for number in range(40_000)), "w." * 150_000, "a@b." * 80_000, "𝐢 " * 100_000,
    ],
)  # fmt: skip
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    SHIPPED(text)
    assert time.perf_counter() - started < 0.7


MEANT = {
    "«договор»,": set(),  # a letter of its own alphabet: it is what it is
    "window": set(),
    "мост": {"мост", "moct"},  # every letter has a look-alike
    "дуурак": {"дуурак", "дурак"},
    "д.о.м.а": {"дома"},
}


@pytest.mark.parametrize("run", MEANT)
def test_only_what_may_be_meant_otherwise_is_read_otherwise(run: str) -> None:
    """Most words of a letter are neither stretched nor disguised, and cost nothing more."""
    assert set(disguised(run)) == MEANT[run]


def test_without_a_list_nothing_is_looked_at() -> None:
    class Unread(str):
        __slots__ = ()

        def __getitem__(self, part: object) -> str:  # type: ignore[override]
            raise AssertionError("it was read")

    assert lexicon([])(Unread("дурак")) == ()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.txt", None, "there is no file none.txt"),
        ("empty.txt", b"# nothing\n\n", "names no word"),
        ("win.txt", "дурак".encode("cp1251"), "not UTF-8"),
        ("folder", "", "folder cannot be read"),
    ],
)
def test_a_list_that_cannot_be_used_is_a_mistake(
    tmp_path: Path, name: str, content: bytes | str | None, words: str
) -> None:
    if content == "":
        (tmp_path / name).mkdir()
    elif isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    found = check_words(str(tmp_path / "config.toml"), {"conduct": {"words": [name]}})
    assert [(one.place, words in one.message) for one in found] == [("[conduct] words", True)]


def test_what_is_no_list_of_names_is_left_to_the_settings() -> None:
    for table in (None, [], {}, {"words": "abuse.txt"}, {"words": [1, ""]}):
        assert check_words("config.toml", {"conduct": table}) == []
