"""A critical request at night: who is on call hears at once, the leads after a quarter of an hour; all else is silent."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Priority
from desk.workbench import Appointment, Why
from playground.botapi.model import Message
from tests.steps import chat, order
from tests.world import World

NIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # two in the morning in Moscow
ALWAYS = {"holidays": "", "hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")}
PLANS = [
    {"name": "base", "title": "Базовая", "base": True, "first_answer": "16 working hours"},
    {"name": "always", "title": "Круглосуточная", "first_answer": "2 hours", "calendar": ALWAYS},
]
LEAD = {"telegram": 777, "name": "Мария", "role": "lead"}
OLGA = {"telegram": 888, "name": "Ольга"}
URGENT = {"name": "urgent", "when": {"mentions": ["сервер"]}, "priority": "critical", "plan": "always", "stop": False}
BASE = {"name": "base", "when": {"mentions": ["касса"]}, "priority": "critical", "stop": False}
REST = {"name": "rest", "when": {"always": True}, "line": "first"}
NIGHTLY = [{"people": ["Ольга"], "hours": "20:00-10:00"}]


def world_of(clock: Any, url: str, folder: Path, *, duty: Any = NIGHTLY, **more: Any) -> World:
    clock.set(NIGHT)
    lines = [{"name": "first", "title": "Первая линия", "duty": duty}, {"name": "second", "title": "Вторая линия"}]
    tables = {"plan": PLANS, "person": [LEAD, OLGA], "line": lines, "rule": [URGENT, BASE, REST], **more}
    return World(clock=clock, url=url, folder=folder, with_mail=False, tables=tables)


def loud(world: World, number: str = "SD-1 ·") -> list[Message]:
    """What made a sound in a topic."""
    return [one for one in world.group.topic(number).messages if one.from_bot and not one.silent]


async def test_on_call_is_called_at_once_and_the_lead_once_after_a_quarter_of_an_hour(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """A restart in between forgets nothing and repeats nothing."""
    async with world_of(clock, sqlite_url, tmp_path) as world:
        await chat(world, "Анна", "Лежит сервер!")
        calls = [one.text for one in loud(world) if "критическая заявка" in one.text]
        assert [text.split(",")[0] for text in calls] == ["Ольга"]
        await world.stop()
        await world.start()
        await world.advance(minutes=14)
        assert not any("клиенту не ответили" in one.text for one in loud(world))
        await world.advance(minutes=1)
        await world.advance(minutes=30)
        told = [one.text for one in loud(world) if "клиенту не ответили" in one.text]
        assert [text.split(",")[0] for text in told] == ["Мария"]
        assert "Звали: Ольга" in told[0]


@pytest.mark.parametrize("what", ["/take", "answer"])
async def test_who_takes_it_or_answers_saves_the_lead_the_call(
    sqlite_url: str, clock: Any, tmp_path: Path, what: str
) -> None:
    async with world_of(clock, sqlite_url, tmp_path) as world:
        await chat(world, "Анна", "Лежит сервер!")
        if what == "answer":
            topic = world.group.topic("SD-1 ·")
            world.group.say(world.engineer, "Смотрим", topic=topic, reply_to=topic.messages[0])
            await world.settle()
        else:
            await order(world, "SD-1", what, go=False)
        await world.advance(minutes=20)
        assert not any("клиенту не ответили" in one.text for one in loud(world))
        async with world.store.view() as view:
            [appointment] = await view.find(Appointment, why=Why.ON_CALL)
        assert appointment.done_at is not None


@pytest.mark.parametrize("words", ["Не печатает", "Не работает касса"])
async def test_at_night_nothing_else_makes_a_sound(sqlite_url: str, clock: Any, tmp_path: Path, words: str) -> None:
    """Neither an ordinary request nor a critical one of a client who is served in working hours."""
    async with world_of(clock, sqlite_url, tmp_path) as world:
        await chat(world, "Анна", words)
        assert loud(world) == []
        assert any("Дежурят: Ольга" in one.text for one in world.group.topic("SD-1 ·").messages)


async def test_where_nobody_is_on_duty_the_leads_are_called(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """Also when an engineer finds out at night that it is critical, and once only while the client goes on writing."""
    rule = {**URGENT, "priority": "high"}
    async with world_of(clock, sqlite_url, tmp_path, duty=[], rule=[rule, REST]) as world:
        ann = await chat(world, "Анна", "Лежит сервер!")
        assert loud(world) == []
        await order(world, "SD-1", "/priority critical", go=False)
        ann.say("Ну что там?")
        await world.settle()
        assert [one.text.split(",")[0] for one in loud(world) if "критическая заявка" in one.text] == ["Мария"]
        assert (await world.tickets())[0].priority is Priority.CRITICAL


async def test_by_day_a_critical_request_goes_to_the_leads_as_ever(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    async with world_of(clock, sqlite_url, tmp_path) as world:
        clock.advance(hours=10)
        await chat(world, "Анна", "Лежит сервер!")
        assert not any("круглосуточно" in one.text for one in loud(world))
        async with world.store.view() as view:
            assert await view.count(Appointment) == 0
