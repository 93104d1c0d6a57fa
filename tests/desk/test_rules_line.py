"""`rules check`, `rules explain` and `rules replay` as people type them: answers, exit codes, no stack trace."""

from pathlib import Path

import pytest

from desk.__main__ import main

CONFIG = """
[desk]
name = "ООО Ромашка"
language = "ru"
[telegram]
token = "1:secret"
group = -1001
[[line]]
name = "first"
title = "Первая"
[[line]]
name = "second"
title = "Вторая"
[[plan]]
name = "vip"
title = "Особый"
first_answer = "2 hours"
[[field]]
name = "inn"
title = { ru = "ИНН", en = "INN" }
ask = { ru = "ИНН?", en = "INN?" }
check = "inn"
"""
REST = '[[rule]]\nname = "rest"\nwhen = { always = true }\nline = "first"\n'


def rule(when: str, *keys: str, name: str = "new") -> str:
    return "\n".join(["[[rule]]", f'name = "{name}"', f"when = {when}", *keys, 'line = "second"', ""])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, *rules: str, name: str = "config.toml") -> None:
    (folder / name).write_text(CONFIG + "".join(rules) + REST, encoding="utf-8")


def test_check_says_that_all_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, rule('{ channel = "mail" }'))
    assert main(["rules", "check"]) == 0
    assert capsys.readouterr().out == "Правила в порядке: 2 правила, лишних и противоречивых нет.\n"


def test_check_tells_what_cannot_be_meant(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only mails have a subject; the desk starts with such rules all the same."""
    write(folder, rule('{ channel = "mail" }'), rule('{ subject = "счёт" }', name="late"))
    assert main(["rules", "check"]) == 1
    said = capsys.readouterr().out
    assert "1 место стоит исправить" in said
    assert (
        'config.toml: [[rule]] "late": до этого правила дело не дойдёт: всё, что ему подходит, забирает "new".' in said
    )
    assert main(["check"]) == 0


def test_check_tells_mistakes_as_everywhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, rule('{ plan = "vop" }', 'assign = "Мария"'))
    assert main(["rules", "check"]) == 2
    said = capsys.readouterr().err
    assert 'when.plan: неизвестный план "vop". Возможно, имелось в виду "vip".' in said
    assert 'assign: неизвестный сотрудник "Мария"' in said


FITS: list[tuple[str, list[str]]] = [
    ('{ to = "@x.example" }', ["--to", "a@x.example"]),
    ('{ client = "анна" }', ["--client", "Анна"]),
    ('{ organisation = "ООО Лютик" }', ["--organisation", "ооо лютик"]),
    ('{ client_id = "A-1" }', ["--client-id", "a-1"]),
    ('{ product = "Учёт" }', ["--product", "Учет"]),
    ('{ plan = "vip" }', ["--plan", "vip"]),
    ('{ type = "error" }', ["--type", "error"]),
    ('{ priority = "low" }', ["--priority", "low"]),
    ("{ fields = { inn = true } }", ["--text", "Здравствуйте\nИНН: 7707083893"]),
    ('{ fields = { inn = "5" } }', ["--field", "inn=5"]),
    ('{ file = "image", has_attachment = true }', ["--file", "a.png"]),
    ('{ hours = "22:00-23:00", working_hours = false }', ["--at", "2026-11-23T22:30"]),
    ('{ hours = "12:00-13:00", working_hours = true, weekdays = "mon" }', ["--at", "2026-11-23T12:30"]),
    ("{ working_hours = false }", ["--at", "2026-11-23T12:30", "--night"]),
    ('{ language = "en" }', ["--language", "en", "--text", "Привет"]),
    ("{ known_client = true }", ["--known"]),
]


@pytest.mark.parametrize(("when", "options"), FITS)
def test_every_word_has_its_option(
    folder: Path, capsys: pytest.CaptureFixture[str], when: str, options: list[str]
) -> None:
    write(folder, rule(when))
    assert main(["rules", "explain", "--channel", "mail"]) == 0
    without = capsys.readouterr().out
    assert main(["rules", "explain", "--channel", "mail", *options]) == 0
    assert (without.partition("\n")[0], capsys.readouterr().out.partition("\n")[0]) == ("Правило: rest", "Правило: new")


def test_explaining_nothing_says_what_to_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    assert main(["rules", "explain"]) == 2
    assert "--ticket SD-7" in capsys.readouterr().err
    assert main(["rules", "explain", "--ticket", "SD-7"]) == 1
    assert "SD-7" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--at", "вчера"], ["--field", "inn"], ["--type", "bug"]])
def test_a_wrong_option_is_a_sentence(folder: Path, words: list[str]) -> None:
    write(folder)
    with pytest.raises(SystemExit) as ended:
        main(["rules", "explain", "--channel", "mail", *words])
    assert ended.value.code == 2


def test_a_wrong_beginning_is_told_how_one_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    with pytest.raises(SystemExit):
        main(["rules", "replay", "--since", "вчера"])
    assert "например, 30d" in capsys.readouterr().err


@pytest.mark.parametrize("since", ["30d", "12h", "2w", "30 days", "2026-11-01"])
def test_replay_takes_rules_from_another_file(folder: Path, capsys: pytest.CaptureFixture[str], since: str) -> None:
    """The other file may be nothing but rules; a mistake in it is told with its name."""
    write(folder)
    (folder / "other").mkdir()
    (folder / "other" / "new.toml").write_text(rule('{ channel = "mail" }') + REST, encoding="utf-8")
    assert main(["rules", "replay", "--since", since, "--rules", "other/new.toml"]) == 0
    assert capsys.readouterr().out.startswith("Заявок: 0")
    assert [one.name for one in (folder / "other").iterdir()] == ["new.toml"]


def test_replay_refuses_rules_with_mistakes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    (folder / "other.toml").write_text(rule('{ chanel = "mail" }') + REST, encoding="utf-8")
    assert main(["rules", "replay", "--rules", "other.toml"]) == 2
    assert 'other.toml: [[rule]] "new" when.chanel' in capsys.readouterr().err
    assert main(["rules", "replay", "--rules", "none.toml"]) == 2


def test_check_tells_of_people_who_are_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody on the line, somebody of another line, leads where there are none; with them nothing is said."""
    person = '[[person]]\ntelegram = 7\nname = "Мария"\nlines = ["first"]\n{role}\n'
    rules = (
        rule('{ channel = "mail" }', 'assign = "on-duty"', 'notify = "leads"'),
        rule('{ language = "en" }', 'assign = "Мария"', name="hers"),
    )
    write(folder, person.format(role=""), *rules)
    assert main(["rules", "check"]) == 1
    said = capsys.readouterr().out
    assert '"new" assign: на линии «second» нет ни одного сотрудника' in said
    assert '"new" notify: звать некого' in said
    assert '"hers" assign: Мария не работает на линии «second»' in said
    write(folder, person.format(role='role = "lead"').replace('lines = ["first"]', ""), *rules)
    assert main(["rules", "check"]) == 0
