"""Information in what clients write: recognised by labels, checked, read back from lists, and secrets covered."""

import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk import fields, masking, replies
from desk.configuration import load_settings
from desk.errors import ConfigError, Mistake
from desk.settings import InfoField, Settings
from rules.patterns import check_patterns, compiled

SAMPLE = Path(__file__).parents[2] / "config.toml"
MASK = masking.MASK


def made(name: str, ru: str, en: str, **more: Any) -> InfoField:
    words = {"ru": ru, "en": en}
    return InfoField.model_validate({"name": name, "title": words, "ask": {"ru": f"{ru}?", "en": f"{en}?"}, **more})


INN = made("inn", "ИНН", "TIN", check="inn")
PHONE = made("phone", "Телефон", "Phone", check="phone", labels=["тел"])
VERSION = made("version", "Версия", "Version", check="version", labels=["версия программы"])
MAIL = made("mail", "Почта", "E-mail", check="email")
CODE = made("code", "Код", "Code", check="digits")
WORDS = made("words", "Что произошло", "What happened")
MANY = made("many", "Сколько людей", "How many", choices={"ru": ["один", "все"], "en": ["one", "everyone"]})
FILE = made("log", "Лог", "Log", check="file")
NUMBER = made("number", "Номер", "Number", pattern="[A-Z]-[0-9]{2,4}")
ALL = (INN, PHONE, VERSION, MAIL, CODE, WORDS, MANY, FILE, NUMBER)
PATTERNS = compiled(ALL)
LOGIN = made("login", "Пароль", "Password", secret=True, labels=["временный пароль"])
PIN = made("pin", "ПИН", "PIN", secret=True)


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        (INN, "7707083893", "7707083893"),
        (INN, "наш инн 500100732259, спасибо", "500100732259"),
        (INN, "7707083894", ""),  # its check digit is wrong
        (INN, "77070838931", ""),
        (INN, "١٢٣٤٥٦٧٨٩٠", ""),  # digits of another script
        (PHONE, "8 (999) 123-45-67", "+79991234567"),
        (PHONE, "звоните +49 30 1234 5678 после обеда", "+493012345678"),
        (PHONE, "12345", ""),
        (MAIL, "Вот: Ann@Client.Example.", "ann@client.example"),
        (MAIL, "ann at client", ""),
        (CODE, "12-34 56", "123456"),
        (CODE, "нет", ""),
        (VERSION, "4.2.1", "4.2.1"),
        (VERSION, "Windows 11", "Windows 11"),
        (VERSION, "не знаю", ""),
        (VERSION, f"{'Мы обновились на той неделе, ' * 4}теперь 4.2.1 и всё плохо", "4.2.1"),
        (WORDS, " ошибка\n\n при  печати\x00\u202e ", "ошибка при печати"),
        (WORDS, "…", ""),
        (WORDS, "<b>x</b> & y", "<b>x</b> & y"),
        (WORDS, "я" * 900, "я" * fields.VALUE),
        (MANY, "Один.", "один"),
        (MANY, "everyone", "все"),
        (MANY, "2", "все"),
        (MANY, "человек пять", "человек пять"),
        (MANY, "рассказ " * 30, ""),
        (FILE, "лога нет", ""),
        (FILE, "вот https://disk.example/x?a=1", "https://disk.example/x?a=1"),
        (NUMBER, "a-1042", "a-1042"),
        (NUMBER, "номер A-1042", ""),  # the whole answer must fit
    ],
)
def test_an_answer_counts_when_it_passes_its_fields_check(field: InfoField, said: str, value: str) -> None:
    assert fields.check(field, said, PATTERNS, "ru") == value


def test_a_choice_is_kept_in_the_desks_language() -> None:
    assert fields.check(MANY, "все", PATTERNS, "en") == "everyone"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ИНН: 7707083893", {"inn": "7707083893"}),
        ("Добрый день\nинн 7707083893\nТел. +7 999 123-45-67", {"inn": "7707083893", "phone": "+7 999 123-45-67"}),
        ("• Телефон — 8 999 1234567", {"phone": "8 999 1234567"}),
        ("Version = 4.2", {"version": "4.2"}),
        ("Версия программы: 4.2", {"version": "4.2"}),
        ("ЧТО ПРОИЗОШЛО：всё встало", {"words": "всё встало"}),
        ("Версия:\n\n4.2\nбольше ничего", {"version": "4.2"}),
        ("Версия:\nТелефон: 89991234567", {"phone": "89991234567"}),
        ("Версия: 4.2\nВерсия: 4.3", {"version": "4.2"}),
        ("У нас Телефон: сломан", {}),
        ("Версионность: да", {}),
        ("Версия:", {}),
        ("> Версия: 4.2", {}),
        ("", {}),
    ],
)
def test_labels_at_the_beginning_of_a_line_are_recognised(text: str, found: dict[str, str]) -> None:
    assert fields.labelled(text, ALL) == found


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1. 4.2\n2. 8 999 123 45 67\n3. все", {"version": "4.2", "phone": "+79991234567", "many": "все"}),
        ("1) 4.2\n3) everyone", {"version": "4.2", "many": "все"}),
        ("1) 4.2 2) 89991234567, 3) один", {"version": "4.2", "phone": "+79991234567", "many": "один"}),
        ("3 - один\n1: 4.2", {"version": "4.2", "many": "один"}),
        ("1. Версия? — 4.2\n2. нет\n3. Сколько людей? один", {"version": "4.2", "many": "один"}),
        ("Телефон: 89991234567\nВерсия - 4.2", {"phone": "+79991234567", "version": "4.2"}),
        (
            "Здравствуйте, Мария!\n\n4.2\n89991234567\nодин\n\nС уважением,\nАнна",
            {"version": "4.2", "phone": "+79991234567", "many": "один"},
        ),
        ("> 1. Версия?\n4.2\n> 2. Телефон?\n89991234567\n> 3. Сколько?\nодин",
         {"version": "4.2", "phone": "+79991234567", "many": "один"}),
        ("4.2\n89991234567", {}),  # two lines for three questions
        ("4.2\nпозвоните сами\nодин", {}),  # one of them does not fit
        ("Сейчас узнаю и напишу", {}),
        ("4. что-то ещё", {}),
        ("1.4.2", {}),
        ("1. 4.2\n1. 4.3", {"version": "4.2 1. 4.3"}),
        ("", {}),
    ],
)  # fmt: skip
def test_a_free_reply_to_a_list_is_read_back(text: str, read: dict[str, str]) -> None:
    assert replies.read(text, (VERSION, PHONE, MANY), PATTERNS, "ru") == read


@pytest.mark.parametrize(
    ("text", "read"),
    [("4.2", {"version": "4.2"}), ("Hello,\n4.2\nthanks", {"version": "4.2"}), ("Не знаю", {}), ("1. 4.2", {"version": "4.2"})],
)  # fmt: skip
def test_a_reply_to_one_question_is_its_answer(text: str, read: dict[str, str]) -> None:
    assert replies.read(text, (VERSION,), PATTERNS, "ru") == read


def test_numbers_count_what_is_answered_already_and_order_does_not() -> None:
    """Whoever answers looks at the list as it was sent."""
    three = (VERSION, PHONE, MANY)
    assert replies.read("3. все", three, PATTERNS, "ru", done=["version"]) == {"many": "все"}
    assert replies.read("89991234567\nвсе", three, PATTERNS, "ru", done=["version"]) == {
        "phone": "+79991234567",
        "many": "все",
    }


@pytest.mark.parametrize(
    ("text", "shown", "values"),
    [
        ("Пароль: qwe rty", f"Пароль: {MASK}", {"login": "qwe rty"}),
        ("Логин ann, password=qwerty; пин - 12345.", f"Логин ann, password= {MASK}; пин - {MASK}",
         {"login": "qwerty", "pin": "12345."}),
        ("Пароль:\n\n  qwerty\nвсё", f"Пароль:\n\n{MASK}\nвсё", {"login": "qwerty"}),
        ("временный пароль: a1b2", f"временный пароль: {MASK}", {"login": "a1b2"}),
        ("PASSWORD: x1x2x3\nвхожу с x1x2x3", f"PASSWORD: {MASK}\nвхожу с {MASK}", {"login": "x1x2x3"}),
        ("пароль: abcd\nпин: 4321", f"пароль: {MASK}\nпин: {MASK}", {"login": "abcd", "pin": "4321"}),
        ("пароль: abcd\nпароль: efgh", f"пароль: {MASK}\nпароль: {MASK}", {"login": "abcd; efgh"}),
        ("Пароль не подходит", "Пароль не подходит", {}),
        ("ПИН 4821, не пускает", f"ПИН {MASK}, не пускает", {"pin": "4821"}),
        ("вхожу: ann пароль Zq9xWv77 и всё", f"вхожу: ann пароль {MASK} и всё", {"login": "Zq9xWv77"}),
        ("пароль от базы: qwe12rty\nqwe12rty", f"пароль от базы: {MASK}\n{MASK}", {"login": "qwe12rty"}),
        ("password is: a1b2 пин 1234", f"password is: {MASK} пин {MASK}", {"login": "a1b2", "pin": "1234"}),
        ("Пароль спросил 3 раза, ошибка 4015", "Пароль спросил 3 раза, ошибка 4015", {}),
        ("Пароль не принимает: пишет 4015", "Пароль не принимает: пишет 4015", {}),
        (f"пин {MASK}4821", f"пин {MASK}4821", {}),
        ("Пароль-менеджер: стоит", "Пароль-менеджер: стоит", {}),
        ("İİ пароль: abcd", f"İİ пароль: {MASK}", {"login": "abcd"}),  # its small letter is two characters
        ("", "", {}),
    ],
)  # fmt: skip
def test_secrets_are_covered_by_their_labels(text: str, shown: str, values: dict[str, str]) -> None:
    assert masking.covered(text, (LOGIN, PIN)) == (shown, values)


HOSTILE = (
    "пароль:", "пароль a1b2 ", "пароль a: ", "пароль: a ", "пароль: x, ", "пароль ", "пароль:\n", "1) ", "1)\n", "-", "7", "a@", "a.", " ", "\n",
    "ИНН: 1\n", "(", "версия = ", "\u0300", "И\u0306",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    """Ten times the text takes about ten times as long, not a hundred times."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        works: tuple[Callable[[], object], ...] = (
            lambda: masking.covered(text, (LOGIN, PIN)),
            lambda: fields.labelled(text, ALL),
            lambda: replies.read(text, ALL, PATTERNS, "ru"),
            lambda: [fields.check(field, text, PATTERNS, "ru") for field in ALL],
        )
        began = time.process_time()
        for work in works:
            work()
        return time.process_time() - began

    assert seconds(200_000) < max(seconds(20_000), 0.01) * 40


def test_the_sample_names_fields_in_both_languages_for_every_type() -> None:
    tables = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))
    read = Settings.model_validate(
        {
            "desk": {"name": "x"},
            "telegram": {"token": "1:x", "group": -1},
            "field": tables["field"],
            "requires": tables["requires"],
        }
    )
    assert {"organisation", "client-id", "contact", "phone", "login-email", "product", "version"} <= {
        one.name for one in read.field
    }
    assert read.requires.error
    assert read.requires.request
    assert read.requires.suggestion
    assert [one.name for one in read.field if one.secret] == ["temporary-login"]
    assert check_patterns("config.toml", tables) == []


@pytest.mark.parametrize("pattern", ["(", "a)|(b", "(?=x)", "x{2000}{2000}"])
def test_a_pattern_that_cannot_be_read_is_told_with_its_field(pattern: str) -> None:
    (mistake,) = check_patterns("config.toml", {"field": [{"name": "version", "pattern": pattern}]})
    assert isinstance(mistake, Mistake)
    assert 'config.toml: [[field]] "version" pattern: ' in mistake.told("ru")


def test_a_pattern_that_would_hang_others_does_not_hang_us() -> None:
    evil = made("evil", "Зло", "Evil", pattern="(a+)+b")
    began = time.process_time()
    assert fields.check(evil, "a" * 5000, compiled([evil]), "ru") == ""
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"requires": {"error": ["versoin"]}, "field": ["version"]}, "requires"),
        ({"field": [{"secret": True, "check": "file"}]}, "field"),
        ({"field": [{"secret": True, "from": "client"}]}, "field"),
        ({"field": [{"choices": {"ru": ["да"], "en": ["yes", "no"]}}]}, "field"),
        ({"field": [{"choices": {"ru": [], "en": []}}]}, "field"),
        ({"field": [{"labels": ["a:b"]}]}, "field"),
        ({"field": [{"check": "regex"}]}, "field"),
    ],
)
def test_mistakes_in_fields_are_told(tables: dict[str, Any], key: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    text = '[desk]\nname = "x"\n[telegram]\ntoken = "1:x"\ngroup = -1\n'
    for row in tables.get("field", []):
        more = row if isinstance(row, dict) else {}
        text += '[[field]]\nname = "version"\ntitle = { ru = "В", en = "V" }\nask = { ru = "В?", en = "V?" }\n'
        text += "".join(f"{name} = {_toml(value)}\n" for name, value in more.items())
    if "requires" in tables:
        text += f"[requires]\nerror = {_toml(tables['requires']['error'])}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    assert [key in mistake.place for mistake in caught.value.mistakes] == [True]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'
