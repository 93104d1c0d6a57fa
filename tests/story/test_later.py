"""A request that was put off rests until its time, or until the client's word."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Status
from desk.workbench import Appointment
from tests.steps import answer, chat, order, said_in
from tests.world import World

PLAN = {"name": "base", "title": "Базовый", "base": True, "first_answer": "4 working hours"}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables={"plan": [PLAN]}) as world:
        yield world


async def test_it_comes_back_once_to_who_put_it_off_also_after_a_restart(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/later до завтра 10:30 перезвонить Анне")
    topic = world.group.topic("SD-1 ·")
    assert "вернёмся завтра в 10:30" in said_in(topic)
    assert "Обещанный срок наступит раньше" in said_in(topic)
    assert "Отложена до: вт 10:30" in topic.messages[0].text
    await world.stop()
    await world.start()
    world.clock.advance(hours=23)
    for _ in range(3):
        await world.advance(seconds=5)
    found = [message for message in topic.messages if "пора вернуться: перезвонить Анне" in message.text]
    assert len(found) == 1
    assert "Борис" in found[0].text
    assert "Отложена" not in topic.messages[0].text


async def test_the_client_s_word_wakes_it_and_the_time_says_nothing_more(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await answer(world, "SD-1", "Смотрим")
    await order(world, "SD-1", "/later 2д")
    ann.say("Ну что там?")
    await world.settle()
    topic = world.group.topic("SD-1 ·")
    assert "клиент ответил раньше срока" in said_in(topic)
    assert (await world.tickets())[0].later_until is None
    world.clock.advance(days=3)
    await world.advance()
    assert "пора вернуться" not in said_in(topic)
    async with world.store.view() as view:
        assert not await view.count(Appointment, done_at=None)


async def test_a_new_time_takes_the_place_of_the_old_one_and_off_takes_it_away(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/later 1д")
    await order(world, "SD-1", "/later 3д спросить")
    world.clock.advance(days=1, hours=2)
    await world.advance()
    topic = world.group.topic("SD-1 ·")
    assert "пора вернуться" not in said_in(topic)
    await order(world, "SD-1", "/later off")
    world.clock.advance(days=4)
    await world.advance()
    assert "пора вернуться" not in said_in(topic)
    assert (await world.tickets())[0].later_until is None


async def test_what_is_closed_meanwhile_does_not_come_back(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/later 1д")
    await order(world, "SD-1", "/close решено")
    world.clock.advance(days=2)
    await world.advance()
    topic = world.group.topic("SD-1 ·")
    assert "пора вернуться" not in said_in(topic)
    (ticket,) = await world.tickets()
    assert ticket.status is Status.CLOSED


async def test_what_is_solved_is_not_put_off(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/solved")
    await order(world, "SD-1", "/later 1д", go=False)
    assert "возвращаться не к чему" in said_in(world.group.topic("SD-1 ·"))


async def test_what_cannot_be_understood_is_said(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    for words in ("", " когда-нибудь", " вчера", " off"):
        await order(world, "SD-1", f"/later{words}", go=False)
    said = said_in(world.group.topic("SD-1 ·"))
    assert said.count("Когда вернуться?") == 3
    assert "и так не отложена" in said
