"""The folders of answers and articles as they are read: what is in a file, and what is wrong with one."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.calendar import WEEK, WorkingTime, parse_hours
from desk.errors import ConfigError
from desk.library import LARGEST, check_library, read
from desk.office_hours import in_words
from desk.placeholders import NAMES, filled, names_in, shown, stray
from desk.settings import Settings
from rules.text import stems
from tests.conftest import MONDAY

ROOT = Path(__file__).parents[2]


def settings(folder: Path, **tables: Any) -> Settings:
    made = {
        "desk": {"name": "Ромашка"},
        "telegram": {"token": "1:a", "group": -100},
        "library": {"answers": "answers", "articles": "articles"},
        **tables,
    }
    return Settings.model_validate(made, context={"folder": folder})


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")


def test_an_answer_has_a_title_words_and_a_text_in_each_language(tmp_path: Path) -> None:
    write(
        tmp_path,
        "answers/reset.md",
        "---\ntitle: «Сброс»\nwords: 'пароль, вход'\nline: first\n---\n## RU\nДа.\n\n## en \nYes.\n",
    )
    write(tmp_path, "answers/deep/Bare.md", "Просто текст\n# не заголовок ответа")
    write(tmp_path, "answers/README.md", "О папке")
    write(tmp_path, "answers/_draft.md", "{oops}")
    bare, reset = read(settings(tmp_path), stems).answers
    assert (reset.name, reset.title, reset.words, reset.line) == ("reset", "«Сброс»", "пароль, вход", "first")
    assert dict(reset.texts) == {"ru": "Да.", "en": "Yes."}
    assert (bare.title, dict(bare.texts)) == ("Bare", {"ru": "Просто текст\n# не заголовок ответа"})
    assert bare.text("en") == bare.text("ru")


def test_an_article_is_inside_unless_it_says_that_it_is_public(tmp_path: Path) -> None:
    write(tmp_path, "articles/a/one.md", "---\npublic: true\nproduct: Касса\n---\n\n# Печать чека #\n\nТекст\n# Дальше")
    write(tmp_path, "articles/two.md", "Printing without a heading")
    one, two = read(settings(tmp_path), stems).articles
    assert (one.name, one.title, one.text) == ("a/one", "Печать чека", "Текст\n# Дальше")
    assert (one.public, one.product, one.language) == (True, "Касса", "ru")
    assert (two.title, two.public, two.language) == ("two", False, "en")


def test_folders_that_are_not_there_are_empty(tmp_path: Path) -> None:
    library = read(settings(tmp_path), stems)
    assert (library.answers, library.articles) == ((), ())
    assert library.answer_index.find("пароль", 3) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("answers/a.md", "---\ntitle: А\n---\n## ru\nДа\n\nМы, {nmae}!", 'строка 7: Подстановки {nmae} нет. Возможно, имелось в виду "name".'),
        ("answers/a.md", "Да, {}", "строка 1: Подстановки {…} нет."),
        ("answers/a.md", "## ru\nтак { нельзя", "строка 2: Лишняя фигурная скобка."),
        ("answers/a.md", "---\ntitel: А\n---\nДа", 'строка 2: Ключа titel здесь нет. Возможно, имелось в виду "title".'),
        ("answers/a.md", "---\nчто это\n---\nДа", "строка 2: Здесь ожидается «ключ: значение»."),
        ("answers/a.md", "---\ntitle: А\nДа", "строка 1: Начало файла открыто строкой «---»"),
        ("answers/a.md", "---\nline: frist\n---\nДа", 'строка 2: Линии «frist» нет. Возможно, имелось в виду "first".'),
        ("answers/a.md", "---\ntype: eror\n---\nДа", 'строка 2: Вида «eror» нет. Возможно, имелось в виду "error".'),
        ("answers/a.md", "## ru\n", "В файле нет текста ответа."),
        ("answers/a.md", "/close", "строка 1: Ответ не может начинаться с «/»"),
        ("answers/a.md", "## ru\n@boris посмотри", "строка 2: Ответ не может начинаться"),
        ("answers/a.md", "я" * 3_501, "строка 1: Ответ длиннее 3500 знаков."),
        ("answers/а б.md", "Да", "Имя файла может состоять"),
        ("articles/a.md", "---\npublic: yes\n---\n# А\nБ", "строка 2: Вместо yes здесь должно стоять true или false."),
        ("articles/a.md", "---\nlanguage: de\n---\n# А\nБ", "строка 2: Языка «de» нет."),
        ("articles/a.md", "---\nurl: example.com\n---\n# А", "строка 2: Это не ссылка: example.com."),
        ("articles/a.md", "# А", "В статье нет ни текста, ни ссылки."),
        ("articles/a.md", "x" * (LARGEST + 1), "Файл больше 200 КБ."),
    ],
)  # fmt: skip
def test_a_mistake_names_file_and_line_and_what_was_meant(tmp_path: Path, path: str, text: str, said: str) -> None:
    """The check at start and the reading itself find the same."""
    write(tmp_path, path, text)
    found = check_library(str(tmp_path / "config.toml"), {})
    assert len(found) == 1
    assert f"{path}: {said}" in found[0].told("ru")
    with pytest.raises(ConfigError) as error:
        read(settings(tmp_path), stems)
    assert [one.told("ru") for one in error.value.mistakes] == [one.told("ru") for one in found]


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    """Two answers of one name, a file that is no text, and a folder that is none."""
    write(tmp_path, "answers/a.md", "Да")
    write(tmp_path, "answers/x/A.md", "Нет")
    (tmp_path / "answers/b.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "articles").write_text("")
    said = "\n".join(one.told("ru") for one in check_library(str(tmp_path / "config.toml"), {}))
    assert said.count("\n") == 2
    for words in ("Готовый ответ с именем A уже есть", "не в кодировке UTF-8", "Это не папка"):
        assert words in said


def test_the_samples_are_right() -> None:
    folder = ROOT / "docs" / "samples"
    library = read(settings(folder), stems)
    assert {one.name for one in library.answers} >= {"password", "working-hours"}
    assert all(set(one.texts) == {"ru", "en"} for one in library.answers)
    assert {one.public for one in library.articles} == {True, False}


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values", "said", "missing"),
    [
        ("Здравствуйте, {name}!", {"name": "Анна"}, "Здравствуйте, Анна!", []),
        ("{ name } {name}", {"name": "Анна"}, "Анна Анна", []),
        ("Для {product|программы}", {"product": ""}, "Для программы", []),
        ("Для {product|программы}", {"product": "Кассы"}, "Для Кассы", []),
        ("{deadline} и {product}, {deadline}", {}, " и , ", ["deadline", "product"]),
        ('{{"a": 1}} {number}', {"number": "SD-7"}, '{"a": 1} SD-7', []),
        ("{name}", {"name": "{number} <b>"}, "{number} <b>", []),
    ],
)
def test_values_are_put_in_once(text: str, values: dict[str, str], said: str, missing: list[str]) -> None:
    """What a client is called is never taken for a placeholder."""
    assert filled(text, values) == (said, missing)


@given(st.text(alphabet="{}|an me\n", max_size=40))
def test_whatever_passes_the_check_leaves_no_braces_of_its_own(text: str) -> None:
    if stray(text) is None and all(name in NAMES for name, _ in names_in(text)):
        said, _ = filled(text.replace("{{", "").replace("}}", ""), dict.fromkeys(NAMES, "x"))
        if stray(text.replace("{{", "").replace("}}", "")) is None:
            assert "{" not in said
            assert "}" not in said
        assert "{name}" not in shown(text, dict.fromkeys(NAMES, "имя"))


@pytest.mark.parametrize(
    ("hours", "ru", "en"),
    [
        (dict.fromkeys(WEEK[:5], "10:00-14:00, 15:00-19:00"), "пн–пт 10:00–14:00, 15:00–19:00 (МСК)", "Mon–Fri 10:00–14:00, 15:00–19:00 (MSK)"),
        ({"mon": "9:00-18:00", "tue": "9:00-18:00", "fri": "9:00-17:00"}, "пн–вт 9:00–18:00; пт 9:00–17:00 (МСК)", "Mon–Tue 9:00–18:00; Fri 9:00–17:00 (MSK)"),
        ({"sat": "22:00-24:00"}, "сб 22:00–24:00 (МСК)", "Sat 22:00–24:00 (MSK)"),
        (dict.fromkeys(WEEK, "00:00-24:00"), "круглосуточно", "round the clock"),
    ],
)  # fmt: skip
def test_working_hours_read_as_people_write_them(hours: dict[str, str], ru: str, en: str) -> None:
    week = {day: parse_hours(text) for day, text in hours.items()}
    calendar = WorkingTime(zone=ZoneInfo("Europe/Moscow"), hours=week)
    assert in_words("ru", calendar, MONDAY) == ru
    assert in_words("en", calendar, MONDAY) == en
