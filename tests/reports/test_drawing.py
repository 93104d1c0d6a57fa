"""The picture of a report, drawn by the real process."""

import asyncio
import os
import struct
import sys
import zlib
from pathlib import Path

import pytest

from desk.errors import NoPicture
from desk.prints import Bars, Poster, Tile, Tone
from reports.drawing import draw
from reports.printer import Draughtsman


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where matplotlib keeps what it knows of the fonts; read once for all tests."""
    return tmp_path_factory.mktemp("fonts")


def poster(**changes: object) -> Poster:
    values: dict[str, object] = {
        "title": "Неделя 48",
        "subtitle": "ООО Ромашка · 23–29 ноября 2026",
        "tiles": (Tile(value="42", label="Принято"), Tile(value="71 %", label="Решено в срок", tone=Tone.BAD)),
        "charts": (
            Bars(title="По дням", names=("пн", "вт"), labels=("принято", "решено"), values=((3, 4), (2, 0))),
            Bars(title="Кого ждём", names=("Нас", "Клиента"), values=((9, 6),), lying=True),
        ),
        "footer": "30.11.2026",
    }
    return Poster(**{**values, **changes})  # type: ignore[arg-type]


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the inflated rows (still filtered) of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, zlib.decompress(data)


def strict(folder: Path) -> Draughtsman:
    """A letter that the font does not have, or anything else to warn of, ends the process."""
    return Draughtsman(folder=folder, command=(sys.executable, "-W", "error", "-m", "reports.drawing"))


async def test_a_picture_is_a_portrait_with_something_on_it(folder: Path) -> None:
    width, height, rows = pixels(await strict(folder).picture(poster()))
    assert (width, height) == (960, 1280)
    assert len(set(rows)) > 50


@pytest.mark.parametrize(
    "changes",
    [
        {"tiles": (), "charts": ()},
        {"charts": (Bars(title="Пусто", names=(), labels=("а", "б"), values=((), ())),)},
        {"charts": (Bars(title="Ноль", names=("а",), values=((0,),), lying=True),)},
        {"charts": (Bars(title="Месяц", names=tuple(map(str, range(31))), values=((1,) * 31, (2,) * 31)),)},
        {"title": "$\\frac{1}{0}$ <b>", "subtitle": "🚀\x00\x1b[31m 会社\n" * 20, "footer": "я" * 10_000},
        {"charts": (Bars(title="🚀" * 300, names=("$x^$" * 90, "🚀"), values=((10**15, 1),), lying=True),)},
    ],
)
def test_whatever_stands_in_it_is_drawn(changes: dict[str, object]) -> None:
    """Nothing at all, emoji, formulas and control characters: a letter that the font lacks would be a warning."""
    assert draw(poster(**changes)).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import time; time.sleep(600)", "not drawn within"),
        ("raise SystemExit('no pencil')", "no pencil"),
        ("print('not a picture')", "exit code 0"),
    ],
)
async def test_a_drawing_process_that_fails_is_told(folder: Path, code: str, words: str) -> None:
    lame = Draughtsman(folder=folder, command=(sys.executable, "-c", code), patience=1.0)
    with pytest.raises(NoPicture, match=words):
        await lame.picture(poster())


async def test_the_drawing_process_sees_no_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123:SECRET")
    code = "import os, sys; sys.exit(','.join(sorted(os.environ)) )"
    with pytest.raises(NoPicture) as told:
        await Draughtsman(folder=folder, command=(sys.executable, "-c", code)).picture(poster())
    assert "MPLCONFIGDIR" in told.value.reason
    assert "TELEGRAM_TOKEN" not in told.value.reason


async def test_nothing_goes_on_drawing_when_the_desk_stops(folder: Path, tmp_path: Path) -> None:
    """A picture that is called off takes its process with it."""
    begun = tmp_path / "pid"
    code = f"import os, pathlib, time; pathlib.Path({str(begun)!r}).write_text(str(os.getpid())); time.sleep(600)"
    drawing = asyncio.create_task(Draughtsman(folder=folder, command=(sys.executable, "-c", code)).picture(poster()))
    async with asyncio.timeout(30):
        while not (begun.exists() and begun.read_text()):
            await asyncio.sleep(0.01)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
