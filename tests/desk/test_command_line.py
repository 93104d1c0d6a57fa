"""The command line as people use it: commands, exit codes, sentences, and no stack trace."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.__main__ import main
from desk.doctor import look_at_rights
from desk.findings import OK, WARNING
from desk.incoming import Raw, RawState
from store.files import FolderFiles
from store.store import SqlStore

ROOT = Path(__file__).parents[2]
CONFIG = """
[desk]
name = "ООО Ромашка"
language = "{language}"
[telegram]
token = {{ env = "TELEGRAM_TOKEN" }}
group = -1001
[[line]]
name = "first"
title = "Первая"
[[line]]
name = "money"
title = "Деньги"
[[rule]]
name = "bills"
when = {{ mentions = ["счёт"] }}
line = "money"
[[rule]]
name = "rest"
when = {{ always = true }}
line = "first"
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:secret-of-the-bot")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(language="ru"), encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, config: Path) -> Run:
    def command(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
        return subprocess.run(
            [sys.executable, "-m", "desk", *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return command


def test_alone_it_prints_its_help(run: Run) -> None:
    done = run()
    assert done.returncode == 0
    for name in ("run", "demo", "check", "doctor", "rules", "quarantine", "migrate", "backup", "restore"):
        assert name in done.stdout


COMMANDS = [
    ["run"], ["demo"], ["check"], ["doctor"], ["rules", "explain"], ["quarantine", "list"], ["quarantine", "show"],
    ["quarantine", "retry"], ["quarantine", "drop"], ["migrate"], ["backup"], ["restore"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_takes_a_configuration(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert "--config PATH" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["nonsense"], ["check", "--nonsense"], ["quarantine"], ["quarantine", "show", "x"]])
def test_wrong_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "usage: otvet" in capsys.readouterr().err


def test_check_accepts_what_is_right(run: Run) -> None:
    started = time.monotonic()
    done = run("check")
    print(f"check took {time.monotonic() - started:.2f} s")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Настройки в порядке: 0 почтовых ящиков, 2 линии, 2 правила.\n"


def test_check_tells_all_mistakes_and_ends_with_two(run: Run, config: Path) -> None:
    text = CONFIG.format(language="ru").replace("mentions", "mention").replace("-1001", "1001")
    config.write_text(f'{text}\n[calendar]\nholidays = "Rusia"\n', encoding="utf-8")
    done = run("check", TELEGRAM_TOKEN="")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Настройки не приняты, 4 ошибки:" in done.stderr
    for words in ("TELEGRAM_TOKEN пуста", "отрицательное", '"mentions"', "RU"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["run"], ["migrate"], ["doctor"], ["backup", "x"], ["rules", "explain", "--channel", "mail"]]
)
def test_no_command_starts_with_a_wrong_configuration(run: Run, words: list[str]) -> None:
    done = run(*words, "--config", "missing.toml")
    assert done.returncode == 2
    assert "missing.toml: такого файла нет." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", ["--config=english.toml", "--config english.toml"])
def test_sentences_are_in_the_language_of_the_desk(run: Run, config: Path, path: str) -> None:
    config.with_name("english.toml").write_text(CONFIG.format(language="en"), encoding="utf-8")
    assert "The configuration is fine" in run("check", *path.split()).stdout


@pytest.mark.parametrize(
    ("words", "rule", "line"),
    [(["--subject", "Ваши счета"], "bills", "money"), (["--text", "Не печатает", "--attachment"], "rest", "first")],
)
def test_explain_names_the_rule_and_the_line(
    config: Path, capsys: pytest.CaptureFixture[str], words: list[str], rule: str, line: str
) -> None:
    command = ["rules", "explain", "--config", str(config), "--channel", "mail", "--from", "a@example.com", *words]
    assert main(command) == 0
    shown = capsys.readouterr().out.splitlines()
    assert (shown[0], shown[1]) == (f"Правило: {rule}", f"Линия: {line}")
    assert shown[2].startswith("Почему: ")


def test_migrate_makes_the_database_and_may_be_repeated(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["migrate", "--config", str(config)]) == 0
        assert "База данных в порядке" in capsys.readouterr().out
    assert (config.parent / "data/desk.db").exists()


async def put_in_quarantine(folder: Path) -> None:
    store = SqlStore(f"sqlite:///{folder / 'data/desk.db'}")
    await store.open()
    key = await FolderFiles(folder / "data/files").keep(b"Subject: \x1b[2Jevil\r\n\r\nhello")
    at = datetime(2026, 11, 22, tzinfo=UTC)
    mail = Raw(
        channel="mail", place="support", external_id="7:1", lane="a@b", key=key, at=at, not_before=at,
        state=RawState.QUARANTINED, attempts=3, error="ValueError: no idea",
    )  # fmt: skip
    async with store.unit() as unit:
        await unit.add(mail)
        await unit.commit()
    await store.close()


def test_quarantine_lists_shows_retries_and_drops(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import asyncio

    def told(*words: str, code: int = 0) -> str:
        assert main(["quarantine", *words, "--config", str(config)]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    (config.parent / "data").mkdir()
    assert told("list") == "В карантине ничего нет.\n"
    asyncio.run(put_in_quarantine(config.parent))
    line = "1  2026-11-22 00:00Z  mail  support  7:1  3 попытки, последняя 2026-11-22 00:00Z  ValueError: no idea"
    assert line in told("list")
    shown = told("show", "1")
    assert "hello" in shown
    assert "\x1b" not in shown
    assert "Попробуем ещё раз: работающая служба возьмёт сообщение 1 в течение минуты" in told("retry", "1")
    assert told("list") == "В карантине ничего нет.\n"
    assert "1" in told("drop", "1", code=1)


@pytest.mark.parametrize(
    ("at", "code", "said"),
    [
        ((), 0, "Ничего"),
        (("--at", "2199-12-31"), 1, "Так далеко не считаем"),
        (("--at", "1999-12-31"), 1, "уже прошёл"),
        (("--at", "завтра"), 2, "не день"),
        (("--at", "2026-13-45"), 2, "не день"),
    ],
)
def test_what_is_due_is_told_for_a_day(
    config: Path, capsys: pytest.CaptureFixture[str], at: tuple[str, ...], code: int, said: str
) -> None:
    command = ["due", *at, "--config", str(config)]
    try:
        assert main(command) == code
    except SystemExit as exit_:  # argparse's own way to end
        assert exit_.code == code
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_a_backup_comes_back(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = config.parent / "saved.tar.gz"
    at = ["--config", str(config)]
    assert main(["migrate", *at]) == 0
    assert main(["backup", str(saved), *at]) == 0
    assert saved.exists()
    assert main(["restore", str(saved), "--force", *at]) == 0
    assert str(saved) in capsys.readouterr().out


@pytest.mark.parametrize("words", [["backup", "{}"], ["report", "--month", "2025-11", "--out", "{}.xlsx"]])
def test_a_folder_that_is_not_there_is_named(
    config: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """And not the file beside it that would be written first."""
    assert main(["migrate", "--config", str(config)]) == 0
    folder = config.parent / "nowhere"
    assert main([word.format(folder / "it") for word in words] + ["--config", str(config)]) == 1
    assert f"{folder}." in capsys.readouterr().err


def test_what_cannot_be_restored_is_told_in_the_language_of_the_desk(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database that is not empty, a damaged archive, one that is not there."""
    import asyncio

    saved, at = config.parent / "saved.tar.gz", ["--config", str(config)]
    assert main(["migrate", *at]) == 0
    asyncio.run(put_in_quarantine(config.parent))
    assert main(["backup", str(saved), *at]) == 0
    capsys.readouterr()
    assert main(["restore", str(saved), *at]) == 1
    assert capsys.readouterr().err.startswith("База данных не пуста (")
    (config.parent / "damaged").write_bytes(b"PK" * 1000)
    assert main(["restore", str(config.parent / "damaged"), *at]) == 1
    assert "не резервная копия, или она повреждена" in capsys.readouterr().err
    assert main(["restore", str(config.parent / "nowhere"), *at]) == 1
    assert capsys.readouterr().err == f"Нет такого файла или папки: {config.parent / 'nowhere'}.\n"


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")
def test_what_the_desk_makes_is_for_its_own_user_alone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Folder, database and backup; a folder that was there is left as it is, and the doctor warns."""
    import asyncio

    at, data, saved = ["--config", str(config)], config.parent / "data", config.parent / "saved.tar.gz"
    before = os.umask(0o022)
    try:
        assert main(["migrate", *at]) == 0
        assert main(["backup", str(saved), *at]) == 0
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (data, data / "desk.db", saved)] == [0o700, 0o600, 0o600]
    (fine,) = asyncio.run(look_at_rights(data, "ru"))
    data.chmod(0o755)
    assert main(["migrate", *at]) == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o755
    (warned,) = asyncio.run(look_at_rights(data, "ru"))
    assert (fine.state, warned.state) == (OK, WARNING)
    assert f"chmod 700 {data}" in warned.advice
    assert asyncio.run(look_at_rights(config.parent / "nowhere", "ru")) == []


def test_the_doctor_tells_one_line_for_each_thing(run: Run) -> None:
    done = run("doctor", OTVET__TELEGRAM__API="http://127.0.0.1:9")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert all(line[0] in "✓!✗" for line in lines[:-1])
    assert any(line.startswith("✗") for line in lines)
    assert any("ГБ" in line for line in lines)
    assert "secret-of-the-bot" not in done.stdout + done.stderr


@pytest.mark.slow
def test_the_running_desk_keeps_a_second_one_off_and_ends_cleanly(config: Path, run: Run) -> None:
    """Telegram cannot be reached here; the desk waits for it and still ends at once when told."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OTVET__TELEGRAM__API": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "desk", "run", "--config", str(config)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as first:
        try:
            deadline = time.monotonic() + 30
            while not (config.parent / "data/desk.db").exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            second = run("run")
            assert (second.returncode, second.stdout) == (1, "")
            assert f"занят другой запущенной службой (процесс {first.pid})" in second.stderr
            assert "Traceback" not in second.stderr
            started = time.monotonic()
            first.terminate()
            _, log = first.communicate(timeout=15)
        finally:
            first.kill()
    assert first.returncode == 0, log
    assert time.monotonic() - started < 10
    assert "secret-of-the-bot" not in log


def test_a_folder_in_place_of_a_file_is_said_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--config", str(config)]
    assert main(["migrate", *at]) == 0
    capsys.readouterr()
    assert main(["clients", "export", str(config.parent), *at]) == 1
    assert capsys.readouterr().err == f"{config.parent} — это папка; назовите файл.\n"
