"""Duty: who is mentioned under a new request, whose turn it is, and what /onduty, /offduty and /duty do to it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playground.botapi import Person
from tests.steps import chat, said_in
from tests.world import World

HOURS = {"people": ["Мария"], "days": ["mon", "tue", "wed", "thu", "fri"], "hours": "10:00-19:00"}
LATE = {"people": ["Вера"], "hours": "19:00-22:00"}
RULES = [{"name": "all", "when": {"always": True}, "line": "first"}]


class Team(World):
    """A desk whose engineers are known by their numbers."""

    maria: Person
    vera: Person


async def team(clock: Any, url: str, folder: Path, **line: Any) -> Team:
    """A desk with a schedule, its engineers in the group; to be closed by `async with`."""
    world = Team(clock=clock, url=url, folder=folder, with_mail=False)
    await world.__aenter__()
    world.maria, world.vera = world.bot.world.person("Маша"), world.bot.world.person("Верочка")
    for one in (world.maria, world.vera):
        world.group.add(one)
    world.tables = {
        "rule": RULES,
        "person": [{"telegram": world.maria.id, "name": "Мария"}, {"telegram": world.vera.id, "name": "Вера"}],
        "line": [{"name": "first", "title": "Первая линия", **line}],
    }
    await world.stop()
    await world.start()
    return world


async def say(world: World, who: Person, text: str) -> str:
    """What the desk answers in General."""
    count = len(world.group.general.messages)
    world.group.say(who, text)
    await world.settle()
    return "\n".join(one.text for one in world.group.general.messages[count + 1 :])


def called(world: World, number: str) -> str:
    """The last line of a request's first words, and that names in it are links that notify."""
    [first] = [one for one in world.group.topic(f"{number} ·").messages if one.text.startswith("Клиент")][:1]
    return first.text.splitlines()[-1]


async def test_new_requests_name_who_is_on_duty_by_the_schedule_and_by_their_own_word(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """/onduty and /offduty outweigh the schedule until that shift ends; the names stand under the client's words."""
    world = await team(clock, sqlite_url, tmp_path, duty=[HOURS, LATE])
    try:
        await chat(world, "Клиент 1", "Не работает")
        assert called(world, "SD-1") == "Дежурят: Мария"
        said = await say(world, world.vera, "/onduty")
        assert "Дежурят: Мария, Вера." in said
        assert "Первая линия: Мария (до пн 19:00" in said
        assert "с пн 19:00 (МСК): Вера" in said
        await chat(world, "Клиент 2", "Не работает")
        assert called(world, "SD-2") == "Дежурят: Мария, Вера"
        assert "Дежурят: Вера." in await say(world, world.maria, "/offduty")
        await chat(world, "Клиент 3", "Не работает")
        assert called(world, "SD-3") == "Дежурят: Вера"
        assert "не дежурите" in await say(world, world.maria, "/offduty")
        clock.set(datetime(2026, 11, 24, 7, 30, tzinfo=UTC))  # the next morning the schedule tells again
        assert "Мария (до вт 19:00" in await say(world, world.vera, "/duty")
        await chat(world, "Клиент 4", "Не работает")
        assert called(world, "SD-4") == "Дежурят: Мария"
    finally:
        await world.__aexit__()


async def test_new_requests_go_round_until_everybody_has_as_many_as_they_may(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """When all have their cap a request stays nobody's and says so; what was solved makes room again."""
    both = {"people": ["Мария", "Вера"]}
    world = await team(clock, sqlite_url, tmp_path, duty=[both], assign="in turn", cap=1)
    try:
        for number, whose in ((1, "Мария"), (2, "Вера"), (3, "")):
            await chat(world, f"Клиент {number}", "Не работает")
            assert (await world.tickets())[-1].taken_by == whose
        assert called(world, "SD-1") == "Очередь: Мария"
        said = called(world, "SD-3")
        assert "У всех дежурных уже не меньше 1 заявки" in said
        assert said.endswith("Дежурят: Мария, Вера")
        world.group.say(world.vera, "/solved", topic=world.group.topic("SD-2 ·"))
        await world.settle()
        await chat(world, "Клиент 4", "Не работает")
        assert (await world.tickets())[-1].taken_id == str(world.vera.id)
    finally:
        await world.__aexit__()


async def test_where_nobody_is_on_duty_a_request_is_nobody_s(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """By a schedule that has nobody now; the topic mentions nobody and the command says who comes."""
    clock.set(datetime(2026, 11, 28, 9, 0, tzinfo=UTC))
    world = await team(clock, sqlite_url, tmp_path, duty=[HOURS], assign="in turn")
    try:
        await chat(world, "Клиент 1", "Не работает")
        assert (await world.tickets())[0].taken_by == ""
        assert "Дежурят" not in said_in(world.group.topic("SD-1 ·"))
        assert "сейчас никто; с пн 10:00 (МСК): Мария" in await say(world, world.maria, "/duty")
    finally:
        await world.__aexit__()
