"""The demo as a person starts it: the transcript, and the page with all that its command line promises."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desk.__main__ import main

LIMIT = 150.0
"""Seconds after which something that should happen is taken for lost."""


@pytest.mark.slow
def test_the_demo_plays_its_story_to_the_end(tmp_path: Path) -> None:
    """Every scene of the transcript comes about without a terminal, the process ends well by itself and leaves nothing."""
    played = subprocess.run(
        [sys.executable, "-m", "desk", "demo"], capture_output=True, text=True, timeout=180, check=False,
        stdin=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-3000:]
    scenes = (
        "Ответим до ср",
        "SD-1 · Анна · Не печатает принтер на складе",
        "SD-2 · Борис Петров · Счёт за ноябрь",
        "Здравствуйте, Анна! Уже смотрим",
        "Готово: boris@client.example и этот чат теперь одно целое",
        "Борис Петров подтверждает: решено",
        "Оценка клиента: ★★★★★",
        "Напоминание 1 из 2",
        "Напоминание 2 из 2",
        "ответ от клиента не получен",
        "• Переустановили драйвер принтера",
        "Конец",
    )
    found = [played.stdout.find(scene) for scene in scenes]
    assert -1 not in found, dict(zip(scenes, found, strict=True))
    assert found == sorted(found)
    assert "Traceback" not in played.stderr
    assert _left(tmp_path) == []


@dataclass
class Started:
    """A demo that runs, with what it has said so far."""

    process: subprocess.Popen[bytes]
    temporary: Path
    ears: int
    heard: str = ""
    children: set[int] = field(default_factory=set)

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + LIMIT
        while not condition():
            assert time.monotonic() < end, self.heard
            with suppress(BlockingIOError, OSError):
                self.heard += os.read(self.ears, 65536).decode()
            self.children |= _children(self.process.pid)
            time.sleep(0.05)

    def hears(self, words: str) -> None:
        self.until(lambda: words in self.heard)

    def ends(self) -> int:
        """The exit code, with everything gone that it had started."""
        self.until(lambda: self.process.poll() is not None)
        self.until(lambda: not any(_lives(child) for child in self.children))
        return int(self.process.returncode)


@contextmanager
def started(tmp_path: Path, *options: str, terminal: bool, **environ: str) -> Iterator[Started]:
    """`otvet demo` as a process, at a terminal of its own or without any."""
    plain = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}}
    ears, mouth = pty.openpty() if terminal else os.pipe()
    os.set_blocking(ears, False)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    own_terminal = ["setsid", "--ctty"] if terminal else []  # so that its Ctrl+C and its end reach the process
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # an ignored one, as under `nohup`, would be inherited
    process = subprocess.Popen(
        [*own_terminal, sys.executable, "-m", "desk", "demo", *options], stdin=mouth if terminal else subprocess.DEVNULL,
        stdout=mouth, stderr=mouth, env=plain | {"TMPDIR": str(temporary), **environ},
    )  # fmt: skip
    signal.signal(signal.SIGHUP, before)
    os.close(mouth)
    try:
        yield Started(process=process, temporary=temporary, ears=ears)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        with suppress(OSError):
            os.close(ears)


@pytest.mark.slow
def test_the_page_opens_once_at_a_terminal_and_ctrl_c_takes_everything_away(tmp_path: Path) -> None:
    """Where the usual port is taken the next one is told; the browser is opened there once; nothing stays behind."""
    noted = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >>{noted}\necho noise\n', encoding="utf-8")
    browser.chmod(0o755)
    with _taken(8080), started(tmp_path, terminal=True, BROWSER=f"{browser} %s") as demo:
        demo.hears("Запускаю")
        demo.hears("Ctrl+C остановит")
        url = re.findall(r"http://127\.0\.0\.1:\d+/", demo.heard)[-1]
        port = int(url.rstrip("/").rpartition(":")[2])
        assert f"Порт 8080 занят, поэтому страница на порту {port}" in demo.heard
        assert "<title>Otvet</title>" in _page(url)
        demo.until(noted.exists)
        os.write(demo.ears, b"\x03")
        assert demo.ends() == 0
    assert noted.read_text(encoding="utf-8").split() == [url]
    assert "noise" not in demo.heard
    assert "Traceback" not in demo.heard
    assert "ничего не осталось" in demo.heard
    assert _left(demo.temporary) == []


@pytest.mark.slow
def test_a_page_for_others_has_a_token_in_its_address(tmp_path: Path) -> None:
    """With a host all addresses work that were printed, and only with the token; SIGTERM ends it in order."""
    options = ("--page", "--host", "0.0.0.0", "--port", "0", "--language", "en")
    with started(tmp_path, *options, terminal=False) as demo:
        demo.hears("Ctrl+C stops it")
        addresses = re.findall(r"http://\S+/\?token=\S+", demo.heard)
        assert len(addresses) == 2, demo.heard
        assert not any("0.0.0.0" in address for address in addresses)
        for address in addresses:
            assert "<title>Otvet</title>" in _page(address)
            with pytest.raises(urllib.error.HTTPError, match="403"):
                _page(address.partition("?")[0])
        demo.process.send_signal(signal.SIGTERM)
        assert demo.ends() == 0
    assert _left(demo.temporary) == []


@pytest.mark.slow
def test_a_terminal_closed_while_the_demo_starts_leaves_nothing(tmp_path: Path) -> None:
    """Whoever closes the window in the first second finds neither a process nor a folder later."""
    with started(tmp_path, "--port", "0", terminal=True) as demo:
        demo.hears("Запускаю")
        demo.until(lambda: any(_is_desk(child) for child in demo.children))
        os.close(demo.ears)
        assert demo.ends() == 0
    assert _left(demo.temporary) == []


@pytest.mark.slow
def test_a_desk_that_does_not_come_up_is_told_with_its_log(tmp_path: Path) -> None:
    """The sentence names the log, which is still there to be read."""
    with started(tmp_path, "--page", "--port", "0", terminal=False) as demo:
        demo.until(lambda: any(_is_desk(child) for child in demo.children))
        for child in demo.children:
            if _is_desk(child):
                os.kill(child, signal.SIGKILL)
        assert demo.ends() == 1
    found = re.search(r"Otvet не запустился.* (\S+desk\.log)", demo.heard)
    assert found, demo.heard
    assert Path(found[1]).exists()
    assert "Traceback" not in demo.heard


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--port", "many"], 2, "порт — целое число от 0 до 65535, а не 'many'"),
        (["--port", "65536"], 2, "порт — целое число от 0 до 65535, а не '65536'"),
        (["--port", "-1"], 2, "порт — целое число"),
        (["--host", ""], 2, "адрес — имя машины или IP"),
        (["--host", "http://here/"], 2, "адрес — имя машины или IP"),
        (["--host", "192.0.2.77"], 1, "У этой машины нет адреса 192.0.2.77"),
    ],
)
def test_a_wrong_address_is_answered_with_a_sentence(
    options: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is started for an address that cannot be."""
    try:
        ended = main(["demo", "--page", "--no-browser", *options])
    except SystemExit as error:
        ended = int(str(error.code))
    assert ended == code
    assert sentence in capsys.readouterr().err


def test_a_port_that_was_asked_for_and_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever names a port wants that one: another would be looked for in vain."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["demo", "--page", "--no-browser", "--port", str(port)]) == 1
    assert f"Порт {port} занят" in capsys.readouterr().err


@contextmanager
def _taken(port: int) -> Iterator[None]:
    """Somebody listens there, we or whoever did so already."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            other.bind(("127.0.0.1", port))
            other.listen()
        yield


def _page(address: str) -> str:
    """What a browser gets there, cookies and all."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(address, timeout=LIMIT) as answer:
        return str(answer.read().decode())


def _left(temporary: Path) -> list[str]:
    return [path.name for path in temporary.iterdir() if path.name.startswith("otvet")]


def _children(parent: int) -> set[int]:
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    return {int(pid) for pid, above in (line.split() for line in listing.splitlines()) if int(above) == parent}


def _lives(process: int) -> bool:
    state = subprocess.run(["ps", "-o", "state=", "-p", str(process)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def _is_desk(process: int) -> bool:
    line = subprocess.run(["ps", "-o", "args=", "-p", str(process)], capture_output=True, text=True, check=False).stdout
    return "--behind" in line
