"""The morning of a line: what is open and new, on whom it waits, what is late and due today, who is on duty."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desk import digest
from tests.steps import chat, order, said_in
from tests.world import World

PLANS = [{"name": "base", "title": "Базовая", "base": True, "first_answer": "4 working hours"}]
PEOPLE = [{"telegram": 888, "name": "Ольга"}]
LINES = [
    {"name": "first", "title": "Первая линия", "duty": [{"people": ["Ольга"], "hours": "10:00-19:00"}]},
    {"name": "second", "title": "Вторая линия"},
]
RULES = [{"name": "all", "when": {"always": True}, "line": "first"}]


def world_of(clock: Any, url: str, folder: Path, **more: Any) -> World:
    tables = {"plan": PLANS, "person": PEOPLE, "line": LINES, "rule": RULES, **more}
    return World(clock=clock, url=url, folder=folder, with_mail=False, tables=tables)


def mornings(world: World) -> list[str]:
    return [one.text for one in world.group.general.messages if "доброе утро" in one.text]


async def test_each_morning_a_line_reads_how_it_stands_once(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """Not before work begins, not twice after a restart, nothing for a line without requests."""
    async with world_of(clock, sqlite_url, tmp_path) as world:
        await chat(world, "Анна", "Не печатает")
        await chat(world, "Вера", "Сканер молчит")
        await order(world, "SD-2", "/info Какой сканер?", go=False)
        await world.advance(seconds=10, tick=False)
        clock.set(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
        await chat(world, "Глеб", "Ночной вопрос")
        await world.advance(minutes=1)
        assert mornings(world) == []
        clock.set(datetime(2026, 11, 24, 7, 0, 30, tzinfo=UTC))
        await world.advance()
        await world.stop()
        await world.start()
        await world.advance(minutes=1)
        [text] = mornings(world)
        assert text.startswith("Первая линия: доброе утро")
        assert "Открыто: 3, из них новых с конца прошлого рабочего дня: 1." in text
        assert "Ждут нас: 2, ждём клиента: 1, ждём других: 0." in text
        late, today = text.split("Просрочено: 1")[1].split("Срок сегодня: 1")
        assert "SD-1 Не печатает" in late
        assert "SD-3 Ночной вопрос: ответ до вт 14:00" in today
        assert "Дежурят: Ольга (до вт 19:00" in text
        clock.set(datetime(2026, 11, 25, 7, 1, tzinfo=UTC))
        await world.advance()
        assert "Просрочено: 2" in mornings(world)[1]


async def test_no_morning_on_a_day_off_late_in_the_day_or_where_it_is_switched_off(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    async with world_of(clock, sqlite_url, tmp_path) as world:
        await chat(world, "Анна", "Не печатает")
        clock.set(datetime(2026, 11, 28, 7, 1, tzinfo=UTC))  # a Saturday
        await world.advance()
        clock.set(datetime(2026, 11, 30, 7, 0, tzinfo=UTC) + digest.LATEST)
        await world.advance()
        world.tables["reminders"] = {"digest": False}
        await world.stop()
        await world.start()
        clock.set(datetime(2026, 12, 1, 7, 0, tzinfo=UTC) + timedelta(minutes=1))
        await world.advance()
        assert "доброе утро" not in said_in(world.group.general)
