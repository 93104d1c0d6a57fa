"""Until when a notice holds, as an engineer writes it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.errors import Refusal
from desk.notices import LONGEST, read

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # 15:00 in Moscow, a Sunday
DESK: Any = SimpleNamespace(settings=SimpleNamespace(desk=SimpleNamespace(zone=ZoneInfo("Europe/Moscow"))))


@pytest.mark.parametrize(
    ("words", "text", "until"),
    [
        ("Обновляем сервер до 18:00", "Обновляем сервер", "22.11 18:00"),
        ("Обновляем сервер, до 18:00.", "Обновляем сервер", "22.11 18:00"),
        ("Обновляем сервер (до 18.30)", "Обновляем сервер", "22.11 18:30"),
        ("до 18:00 обновляем сервер", "обновляем сервер", "22.11 18:00"),
        ("До 18:00: обновляем сервер", "обновляем сервер", "22.11 18:00"),
        ("Сервер обновляется until 18:00", "Сервер обновляется", "22.11 18:00"),
        ("Until tomorrow 10:00 the server is down", "the server is down", "23.11 10:00"),
        ("Нет связи до завтра", "Нет связи", "24.11 00:00"),
        ("Нет связи до завтра в 10:00", "Нет связи", "23.11 10:00"),
        ("Нет связи до 25.11 10:00", "Нет связи", "25.11 10:00"),
        ("Нет связи до 25.11.2026 10:00", "Нет связи", "25.11 10:00"),
        ("Нет связи до 25.11", "Нет связи", "26.11 00:00"),
        ("Нет связи до 2026-11-25 10:00", "Нет связи", "25.11 10:00"),
        ("Нет связи до 05.01 10:00", "Нет связи", "05.01 10:00"),
        ("В 15:30 остановим базу, работаем до 18:00", "В 15:30 остановим базу, работаем", "22.11 18:00"),
        ("Не звоните до вечера, чиним до 18:00", "Не звоните до вечера, чиним", "22.11 18:00"),
        ("<b>Чиним</b>\nи ждём\nдо 18:00", "<b>Чиним</b>\nи ждём", "22.11 18:00"),
    ],
)
def test_the_time_stands_before_or_after_the_words(words: str, text: str, until: str) -> None:
    said, at = read(words, now=NOW, desk=DESK)
    assert (said, f"{at.astimezone(ZoneInfo('Europe/Moscow')):%d.%m %H:%M}") == (text, until)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Обновляем сервер", "notice.until_when"), ("Обновляем до упора", "notice.until_when"),
        ("до 18:00 или до вечера, пока не знаем", "notice.passed"), ("до 18:00", "notice.what"),
        ("Чиним до 25:00", "notice.no_such_time"), ("Чиним до 31.02 10:00", "notice.no_such_time"),
        ("Чиним до 10:00", "notice.passed"), ("Чиним до 20.11 10:00", "notice.passed"),
        ("Чиним до 25.11.2027 10:00", "notice.too_far"), ("ж" * (LONGEST + 1) + " до 18:00", "notice.too_long"),
        ("до " * 20_000, "notice.until_when"), (" " * 50_000 + "x", "notice.until_when"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(words: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(words, now=NOW if key != "notice.passed" else NOW.replace(hour=20), desk=DESK)
    assert refused.value.key == key
