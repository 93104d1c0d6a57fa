"""The operator's own sentences: which may be replaced, and what is wrong with one."""

import ast
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from desk.configuration import load_settings
from desk.errors import ConfigError
from desk.own_texts import CLIENTS, FORMS, check_texts, is_for_clients, mistakes, replaceable, written
from desk.settings import Settings
from desk.texts import LANGUAGES, SLOT, Texts, filled, sentences

ROOT = Path(__file__).parents[2]
NOT_TO_CLIENTS = {
    "closing.words_*",  # what engineers may say for a reason
    "partner.*",  # to a partner, in the partner's language
}


@pytest.mark.parametrize(
    ("language", "key", "sentence", "said"),
    [
        ("ru", "client.recept_telegram", "x", "there is no such text"),
        ("ru", "client.", "x", "there is no such text"),
        ("ru", "group.taken", "x", "read by engineers"),
        ("ru", "client.new", "", "empty"),
        ("ru", "client.new", " \n ", "empty"),
        ("ru", "client.new", "x" * 2_001, "2001 characters, 2000 at most"),
        ("ru", "client.new", "a\x07b", "nobody sees"),
        ("ru", "client.new", "a\u202eb", "nobody sees"),
        ("ru", "client.moved", "Перенесли.", "{number} is missing"),
        ("ru", "client.moved", "{nomer} {number}", "no value {nomer}"),
        ("ru", "client.moved", "Заявка {number", "braces do not match"),
        ("ru", "client.moved", "Заявка {number}}", "braces do not match"),
        ("ru", "client.moved", "Заявка {}{number}", "braces do not match"),
        ("ru", "client.moved", "Заявка {number!r}", "braces do not match"),
        ("ru", "client.new", "{number}", "no value {number}"),
        ("ru", "client.moved", "{number|a|b|c} {number}", "no number"),
        ("ru", "client.code_wrong", "{left|раз|раза} {left}", "so many forms of the word: 3"),
        ("ru", "client.code_wrong", "{left|раз||раз} {left}", "so many forms of the word: 3"),
        ("en", "client.code_wrong", "{left|a|b|c} {left}", "so many forms of the word: 2"),
        ("ru", "client.button_keep", "a\nb", "single line"),
        ("ru", "client.button_keep", "x" * 81, "81 characters, 80 at most"),
        ("ru", "mail.marker", "— пишите —", "12 letters"),
    ],
)
def test_what_is_wrong_with_a_sentence(language: str, key: str, sentence: str, said: str) -> None:
    assert [said in message for message, _ in mistakes(language, key, sentence)] == [True]


@pytest.mark.parametrize(
    ("language", "key", "sentence"),
    [
        ("ru", "client.receipt_telegram", "Приняли, номер {number}."),
        ("ru", "client.code_wrong", "Не то. Ещё {left} {left|раз|раза|раз}."),
        ("en", "client.code_wrong", "Wrong. {left} {left|try|tries}."),
        ("ru", "client.new", "Пишите <b>смело</b> & много\nстрок"),
        ("ru", "when.today", "сегодня же"),
        ("en", "mail.marker", "--- please write above this line ---"),
        ("ru", "bot.command_new", "новый вопрос"),
    ],
)
def test_a_good_sentence_is_taken(language: str, key: str, sentence: str) -> None:
    assert list(mistakes(language, key, sentence)) == []


def test_every_sentence_of_ours_would_do() -> None:
    """The checks refuse nothing that is delivered with the desk."""
    wrong = [
        (key, message)
        for language in LANGUAGES
        for key in replaceable()
        for message, _ in mistakes(language, key, sentences(language)[key])
    ]
    assert wrong == []
    assert all(FORMS[language] > 1 for language in LANGUAGES)


def test_all_mistakes_are_told_at_once_with_their_place_and_the_nearest_key(tmp_path: Path) -> None:
    """Bare keys are the clients' own, others stand in a table of their area or with a full stop."""
    path = tmp_path / "config.toml"
    path.write_text(
        '[desk]\nname = "x"\n[telegram]\ntoken = "1:a"\ngroup = -1001\n'
        '[texts.ru]\nrecipt_mail = "x"\nmoved = "нет"\nmail.qoted = "x"\n"when.tody" = "x"\nnew = 5\n'
        '[texts.en]\nnew = ""\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as error:
        load_settings(path, environ={}, checks=(check_texts,))
    told = {one.place: (str(one.message), str(one.suggestion)) for one in error.value.mistakes}
    assert told["[texts.ru] recipt_mail"][1] == 'Did you mean "receipt_mail"?'
    assert told["[texts.ru] moved"][0].startswith("{number} is missing")
    assert told["[texts.ru] mail.qoted"][1] == 'Did you mean "mail.quoted"?'
    assert told["[texts.ru] when.tody"][1] == 'Did you mean "when.today"?'
    assert told["[texts.en] new"][0] == "the text is empty."
    assert any("new" in place and "text" in message for place, (message, _) in told.items() if "ru" in place)


def test_a_table_of_an_area_a_dotted_key_and_a_bare_one_are_the_same() -> None:
    for table in ({"when": {"today": "ныне"}}, {"when.today": "ныне"}):
        settings = Settings.model_validate(
            {
                "desk": {"name": "x"},
                "telegram": {"token": "1:a", "group": -1001},
                "texts": {"ru": {"new": "а", **table}},
            }
        )
        assert settings.texts.ru == {"client.new": "а", "when.today": "ныне"}
    assert written("client.new") == "new"
    assert written("when.today") == "when.today"


def test_what_is_no_table_is_left_to_the_settings() -> None:
    for tables in ({}, {"texts": None}, {"texts": []}, {"texts": {"ru": []}}, {"texts": {"fr": {"new": "x"}}}):
        assert check_texts("config.toml", tables) == []


def test_texts_say_the_own_sentence_and_ours_where_there_is_none() -> None:
    texts = Texts({"ru": {"client.moved": "Ушло в {number}."}})
    assert texts.say("ru", "client.moved", number="SD-1") == "Ушло в SD-1."
    assert texts.say("en", "client.moved", number="SD-1") == filled(
        "en", sentences("en")["client.moved"], {"number": "SD-1"}
    )
    assert texts.say("xx", "client.moved", number="SD-1") == "Ушло в SD-1."


def test_whatever_is_said_in_a_clients_language_may_be_replaced() -> None:
    """A sentence for which a language is chosen is one for a client: its key must be among theirs."""
    said = {
        (key, path.name)
        for room in ("desk", "bot", "mail")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for key in _keys(node)
    }
    assert len(said) > 40
    left = [
        (key, name)
        for key, name in sorted(said)
        if not is_for_clients(key) and not any(fnmatchcase(key, form) for form in NOT_TO_CLIENTS)
    ]
    assert left == []


def _keys(call: ast.Call) -> list[str]:
    """The keys of `desk.say(key, language)` and of `work.tell_client(…, key, …)`; of a composed one its beginning."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    whose = getattr(call.func.value, "id", "") if isinstance(call.func, ast.Attribute) else ""
    spoken = (name == "say" and whose in ("desk", "clients") and len(call.args) > 1) or name == "tell_client"
    found = []
    for argument in call.args if spoken else ():
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SLOT.sub("", node.value):
                area, stop, rest = node.value.partition(".")
                if stop and rest and area.isidentifier() and " " not in rest:
                    found.append(node.value + ("x" if rest.endswith("_") else ""))
    return found


def test_every_form_of_the_clients_keys_fits_a_sentence() -> None:
    assert [form for form in CLIENTS if not any(fnmatchcase(key, form) for key in sentences("ru"))] == []
