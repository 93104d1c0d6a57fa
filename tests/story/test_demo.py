"""The demo as a person starts it."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_demo_plays_its_story_to_the_end() -> None:
    """Every scene of the transcript comes about, and the process ends well by itself."""
    played = subprocess.run(
        [sys.executable, "-m", "desk", "demo"], capture_output=True, text=True, timeout=180, check=False
    )
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
