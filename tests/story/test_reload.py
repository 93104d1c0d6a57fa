"""The configuration is read again while the desk works: all of it or nothing, told in General."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from playground.botapi import Person
from tests.steps import chat, order, said_in, said_to
from tests.world import World

REST = {"name": "rest", "when": {"always": True}, "line": "first"}
PRINT = {"name": "print <b>", "when": {"mentions": ["принтер"]}, "line": "second", "priority": "high"}


@pytest.fixture
def world(sqlite_url: str, clock: Any, tmp_path: Path) -> World:
    return World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables={"rule": [REST]})


def lead_of(world: World) -> Person:
    lead = world.bot.world.person("Мария", user_id=777)
    world.group.add(lead)
    world.tables["person"] = [{"telegram": 777, "name": "Мария", "role": "lead"}]
    return lead


async def again(world: World) -> None:
    """As a new process."""
    await world.stop()
    await world.start()


async def test_a_lead_reloads_and_the_next_message_goes_by_the_new_rules(world: World) -> None:
    """Tickets that are there keep their verdict; the group hears who it was and what changed."""
    async with world:
        lead = lead_of(world)
        await again(world)
        await chat(world, "Анна", "Принтер не печатает")
        world.tables["rule"] = [PRINT, REST]
        world.tables["telegram"] = {"plain_text": "reply"}
        world.group.say(lead, "/reload")
        await world.settle()
        await world.reread()
        general = said_in(world.group.general)
        assert "Мария: настройки перечитаны. Изменилось: [telegram]; [[rule]] +print <b>." in general
        await chat(world, "Вера", "Принтер не печатает")
        assert [(one.line, one.priority.value, one.verdict["rule"]) for one in await world.tickets()] == [
            ("first", "normal", "rest"),
            ("second", "high", "print <b>"),
        ]
        assert world.desk.settings.telegram.plain_text == "reply"
        async with world.store.view() as view:
            (entry,) = await view.find(Audit, what="configuration read again")
        assert (entry.who, entry.data["waiting"]) == ("Мария", [])


async def test_with_a_mistake_nothing_changes_and_all_mistakes_are_told(world: World) -> None:
    async with world:
        lead = lead_of(world)
        await again(world)
        before = world.desk.current.setup
        world.tables["rule"] = [{**PRINT, "line": "secnd"}, {**REST, "when": {"alwais": True}}]
        world.tables["reminders"] = {"count": -1}
        world.group.say(lead, "/reload")
        await world.settle()
        await world.reread()
        general = said_in(world.group.general)
        assert "⚠ Мария: настройки не перечитаны, в них 3 ошибки. Всё работает по прежним." in general
        assert 'line: неизвестная линия "secnd". Возможно, имелось в виду "second".' in general
        assert 'неизвестное слово "alwais"' in general
        assert "[reminders] count" in general
        assert world.desk.current.setup is before
        await chat(world, "Вера", "Принтер не печатает")
        assert [one.line for one in await world.tickets()] == ["first"]


async def test_connections_wait_for_a_restart_and_the_rest_applies(world: World) -> None:
    async with world:
        lead = lead_of(world)
        await again(world)
        was = world.desk.settings
        world.tables |= {
            "desk": {"name": "ООО Лютик", "quiet": True, "data": str(world.folder / "other")},
            "store": {"url": f"sqlite:///{world.folder}/other.db"},
            "telegram": {"token": "7:OTHER", "plain_text": "reply"},
            "reminders": {"tick": "5 minutes", "count": 5},
        }
        world.group.say(lead, "/reload")
        await world.settle()
        await world.reread()
        general = said_in(world.group.general)
        assert "только после перезапуска: [store], [telegram], [desk] data, [desk] quiet, [reminders] tick." in general
        now = world.desk.settings
        assert (now.desk.name, now.reminders.count, now.telegram.plain_text) == ("ООО Лютик", 5, "reply")
        assert (now.store, now.telegram.token, now.desk.data) == (was.store, was.telegram.token, was.desk.data)
        assert (now.desk.quiet, now.reminders.tick) == (False, was.reminders.tick)
        client = await chat(world, "Вера", "Принтер не печатает")
        assert "SD-1" in said_to(client)
        assert "7:OTHER" not in general


async def test_only_leads_reload_and_a_client_never(world: World) -> None:
    async with world:
        lead_of(world)
        await again(world)
        world.tables["rule"] = [PRINT, REST]
        world.group.say(world.engineer, "/reload")
        stranger = await chat(world, "Анна", "/reload")
        await world.settle()
        await world.reread()
        assert "Это может только руководитель" in said_in(world.group.general)
        assert "перечитаны" not in said_to(stranger)
        assert len(world.desk.settings.rule) == 1
        await chat(world, "Вера", "Сканер")
        await order(world, "SD-1", "/reload")
        assert len(world.desk.settings.rule) == 1


async def test_two_reloads_at_once_in_the_middle_of_messages_lose_nothing(world: World) -> None:
    """Each message is decided by one whole setup, whichever; the two wishes end with what the file says last."""
    async with world:
        lead = lead_of(world)
        await again(world)
        people = [world.person(f"Клиент {number}") for number in range(6)]
        world.tables["rule"] = [PRINT, REST]
        for index, person in enumerate(people):
            person.say("Принтер не печатает")
            if index in {1, 3}:
                world.group.say(lead, "/reload")
                world.desk.current.wishes.put_nowait("SIGHUP")
            await asyncio.sleep(0)
        await world.settle()
        await world.reread()
        tickets = await world.tickets()
        assert len(tickets) == 6
        assert {(one.line, one.priority.value) for one in tickets} <= {("first", "normal"), ("second", "high")}
        assert [rule.name for rule in world.desk.settings.rule] == ["print <b>", "rest"]
        assert "Изменилось: [[rule]] +print <b>." in said_in(world.group.general)
        await again(world)
        await chat(world, "Последний", "Принтер не печатает")
        assert (await world.tickets())[-1].line == "second"
