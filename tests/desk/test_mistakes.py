"""The mistakes of a configuration are told in the desk's language, whole."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from desk import configuration, mistakes
from desk.command_line import language_of, sentence
from desk.configuration import load_settings
from desk.errors import ConfigError, Mistake
from desk.said import Said, told
from desk.texts import LANGUAGES, sentences
from rules import expressions, values
from rules.checking import check_rules
from scheduler.checking import check_country

LEAST = '[desk]\nname = "X"\nlanguage = "ru"\n[telegram]\ntoken = "1:a"\ngroup = -1\n'
BOX = '[[mailbox]]\nname = "b"\naddress = "a@b.ru"\n'
IMAP, SMTP = 'user = "u", password = "p"', 'smtp = { host = "localhost", security = "none" }\n'
IN_TABLES: list[tuple[str, list[str]]] = [
    ("reminders", [
        'every = "7 dayz"', 'every = "soon"', 'every = "5 fortnights"', 'every = "9999 weeks"', "every = 7", 'evry = "x"',
        'every = "0 days"', 'tick = "2 working days"', "count = -1", "count = 500", "count = 1.5", "count = 'many'",
    ]),
    ("calendar", [
        'hours = { mon = "10-19" }', 'hours = { mon = "10:00-25:00" }', 'hours = { mon = "10:00-10:00" }',
        'hours = { mon = "15:00-10:00" }', 'hours = { mon = "10:00-12:00, 11:00-13:00" }', 'hours = { mon = "" }',
        'hours = { mon = "22:00-06:00, 23:00-22:30" }', 'hours = { mond = "10:00-12:00" }', "hours = { mon = 10 }",
        "hours = 5", 'holidays = "Rusia"', 'holidays = "DE-XX"', 'holidays = "VA-XX"', "extra_days_off = ['1 may']",
        "extra_days_off = [2026-12-30]\nextra_workdays = [2026-12-30]", "short_days = 2026-12-30",
    ]),
    ("store", [
        'url = "mysql://x"', 'url = "sqlite://x"', 'url = "postgre://x"', 'url = { env = "NOT_THERE" }',
        'url = { env = "EMPTY" }', 'url = { env = "ALMOST_THER" }', "url = { en = 1 }",
    ]),
    ("telegrm", []),
]  # fmt: skip
ABOUT = [
    ('name = "X"', 'name = " "'), ('name = "X"', "name = 5"), ('name = "X"\n', ""), ('"ru"', '"rus"'), ('"ru"', "[1]"),
    ("group = -1", "group = 1"), ("group = -1", "group = 'x'"), ('"1:a"', '"a"'), ('"1:a"', '{ env = "TOKN" }'),
    ('"X"', '"X"\ntimezone = "Moscow"'), ('"X"', '"X"\ntimezone = "qq"'), ('"X"', '"X"\nprefix = "S-D"'),
    ('"X"', '"X"\ndata = ""'), ('"X"', '"X"\nquiet = "yes"'), ('"X"', '"X"\nstaff_domains = ["a@b.ru", "x"]'), ("group = -1", 'group = -1\napi = "ftp://x"'),
    ("group = -1", 'group = -1\nproxy = "ftp://x"'), ("group = -1", "group = -1\npace = 5"),
    ("group = -1", "group = -1\npace = { per_second = inf }"), ("group = -1", 'group = -1\npace = { per_second = "1" }'),
]  # fmt: skip
BOXES = [
    f'imap = {{ host = "x.ru", security = "starttls", {IMAP} }}\n{SMTP}',
    f'imap = {{ host = "x.ru", security = "none", {IMAP} }}\n{SMTP}',
    f'imap = {{ host = "x y", port = 0, {IMAP} }}\n{SMTP}',
    f'imap = {{ host = "x.ru", {IMAP} }}\nsmtp = {{ host = "x.ru", user = "u" }}\n',
    f'imap = {{ host = "x.ru", {IMAP} }}\n{SMTP}done = "inbox"\n',
    f'imap = {{ host = "x.ru", {IMAP} }}\n{SMTP}{BOX}imap = {{ host = "x.ru", {IMAP} }}\n{SMTP}',
    "[[mailbox]]\nname = 'a b'\naddress = 'x'",
    f'imap = {{ host = "x.ru", {IMAP} }}\n{SMTP}authserv_id = "a b"\ntrust_from = 1\nform = [{{ from = "x" }}, {{}}, {{ a = 1 }}]\n',
]
RULES = [
    'name = "r"\nwhen = {}\nline = "first"', 'name = "r"\nline = "frst"', "when = 5\nline = 5", 'name = ""\nwen = {}',
    *(f'name = "r"\nline = "first"\nwhen = {{ {when} }}' for when in (
        'chanel = "mail"', 'channel = "fax"', "channel = 5", 'channel = ["mail"]', 'mailbox = "x"', 'language = "de"',
        'from = "x"', 'from = "a b@c.ru"', "from = []", "from = 5", "mentions = [5]", 'mentions = ["!"]', "matches = 5",
        'matches = ""', 'matches = "("', 'matches = "a)"', 'matches = "["', 'matches = "a**b"', 'matches = "*"',
        "matches = '(?=a)'", "matches = '(a)\\1'", "matches = '[z-a]'", "matches = 'a{5000}'", "matches = 'a\\'",
        "matches = '(?P<1>a)'", "matches = '\\bсчёт'", "matches = '(a{100}){100}'", "matches = '((a{10}){10}){10}'",
        'always = "true"', "always = 1", "any = 5", "any = []", "not = 5", "any = [5]",
        f"{'not = { ' * 25}always = true{' }' * 25}",
    )),
    'name = "r"\nwhen = { always = true }\nline = "first"\n[[rule]]\nname = "r"\nline = "first"\nwhen = { always = true }',
    'when = { always = true }\nline = "first"\n[[rule]]\nline = "first"\nwhen = { always = false }',
    'name = "r"\nwhen = { known_client = true }\nline = "first"',
]  # fmt: skip
CONFIGURATIONS = [
    *(f"{LEAST}[{table}]\n{line}\n" for table, lines in IN_TABLES for line in lines or [""]),
    *(LEAST.replace(*pair) for pair in ABOUT),
    *(f"{LEAST}{BOX}{box}" if box.startswith("imap") else f"{LEAST}{box}" for box in BOXES),
    *(f"{LEAST}[[rule]]\n{rule}\n" for rule in RULES),
    f"{LEAST}line = []\n", f"line = []\n{LEAST}", f"line = 5\n{LEAST}", f"{LEAST}[[line]]\ntitle = 'x'\n",
    f"{LEAST}[[line]]\nname = 'a'\ntitle = 'x'\n[[line]]\nname = 'A'\ntitle = 'y'\n", "[desk", "[desk]\nname = 'x",
]  # fmt: skip
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|«[^»]*»|`[^`]*`|\{[^{}]*\}|\[[^\[\]]*\]")
TWO_ENGLISH_WORDS = re.compile(r"\b[A-Za-z]{2,}\s+[A-Za-z]{2,}\b")
TOML_SAYS = re.compile(r"(как TOML:) .*?\. ")


def wrong(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> ConfigError:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    given = environ or {"EMPTY": "", "ALMOST_THERE": "x"}
    with pytest.raises(ConfigError) as caught:
        load_settings(path, given, checks=(check_rules, check_country))
    return caught.value


def english_in(mistake: Mistake) -> list[str]:
    """What is left in English of a mistake told in Russian; keys, values and TOML's own words apart."""
    place = told("ru", mistake.place)
    whole = mistake.told("ru").removeprefix(f"{mistake.file}: ").removeprefix(f"{place}: ")
    bare = QUOTED.sub(" — ", TOML_SAYS.sub(r"\1 ", whole))
    left = TWO_ENGLISH_WORDS.findall(bare)
    return left if re.search("[а-я]{3}", bare) and "number" not in place else [whole]


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_every_mistake_is_told_in_russian(tmp_path: Path, text: str) -> None:
    error = wrong(tmp_path, text)
    assert [left for mistake in error.mistakes for left in english_in(mistake)] == []


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_every_mistake_is_told_in_english(tmp_path: Path, text: str) -> None:
    for mistake in wrong(tmp_path, text).mistakes:
        assert str(mistake) == mistake.told("en")
        assert not re.search("[а-яё]", QUOTED.sub("", mistake.told("en")))


def test_overrides_and_files_are_told_in_russian(tmp_path: Path) -> None:
    environ = {"OTVET__LINE": "1", "OTVET__DESK__NAM": "x", "OTVET__Q": "1"}
    error = wrong(tmp_path, LEAST, environ)
    assert [left for mistake in error.mistakes for left in english_in(mistake)] == []
    assert all(mistake.told("ru").startswith("переменные окружения: OTVET__") for mistake in error.mistakes)
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(ConfigError) as caught:
            load_settings(path, {})
        assert [left for mistake in caught.value.mistakes for left in english_in(mistake)] == []


def test_a_dozen_mistakes_come_under_one_headline_in_one_language(tmp_path: Path) -> None:
    text = (
        '[desk]\nlanguage = "ru"\nprefix = "S-D"\ntimezone = "Moscow"\n[telegram]\ngroup = 1\n[store]\nurl = "x"\n'
        '[calendar]\nholidays = "Rusia"\nhours = { mon = "10-19" }\n[reminders]\nevry = "1 day"\ncount = -1\ntick = 5\n'
        '[[line]]\nname = "a b"\n[[rule]]\nname = "r"\nline = "b"\nwhen = { chanel = "mail" }\n'
    )
    error = wrong(tmp_path, text)
    lines = sentence(error, language_of(["--config", str(tmp_path / "config.toml")], {})).splitlines()
    assert len(lines) == len(error.mistakes) + 1 >= 13
    assert 'Возможно, имелось в виду "channel".' in "\n".join(lines)
    assert [left for mistake in error.mistakes for left in english_in(mistake)] == []


def test_a_sentence_keeps_its_languages_when_something_is_added() -> None:
    inner = Said("config.whole_number")
    whole = Said("config.must_be", wanted=inner, given=Said("config.text")) + "." + Said("config.missing")
    assert whole == "must be a whole number, not text.is missing"
    assert told("ru", whole) == "требуется целое число, а сейчас здесь текст.не указано, а без этого нельзя"
    assert told("ru", "as it is") == "as it is"


def keys() -> Iterable[str]:
    tables = (mistakes._WANTED, configuration._UNREAD, expressions._REASONS, values.KINDS)
    yield from (key for table in tables for key in table.values())
    yield from (key for _, key in mistakes._KINDS)
    yield from (key for key, _ in mistakes._BOUNDS.values())
    yield from (f"rules.unknown_{what}" for what in ("channel", "mailbox", "language"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_a_table_names_is_a_sentence(language: str) -> None:
    assert set(keys()) - sentences(language).keys() == set()
