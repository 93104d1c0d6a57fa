"""`/spent`: engineers book time in a ticket's topic, see its history and take back what was wrong."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.accounts import Spent
from desk.people import Audit
from tests.steps import chat, order, said_to
from tests.world import World

PAID = {"name": "paid", "title": "Платный", "base": True, "paid": True}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables={"plan": [PAID]}) as made:
        person = await chat(made, "Анна", "Не печатает принтер")
        yield made
        assert "мин" not in said_to(person)  # no word of it ever goes to the client


async def entries(world: World) -> list[Spent]:
    async with world.store.view() as view:
        return await view.find(Spent)


def card(world: World) -> str:
    return world.group.topic("SD-1 ·").messages[0].text


def last(world: World) -> str:
    return world.group.topic("SD-1 ·").messages[-1].text


async def test_time_is_booked_shown_in_the_card_and_kept_in_the_trail(world: World) -> None:
    """The sum of all engineers; a paid plan shows what is billed of it."""
    assert "Потрачено" not in card(world)
    post = await order(world, "SD-1", "/spent 25m звонил <b>клиенту</b>")
    assert post.reactions == ["👌"]
    assert "Потрачено: 25 мин, к оплате 30 мин" in card(world)
    other = world.bot.world.person("Вера")
    world.group.add(other)
    world.group.say(other, "/spent 1ч 10м", topic=world.group.topic("SD-1 ·"))
    await world.settle()
    await world.advance(seconds=5)
    assert "Потрачено: 1 ч 35 мин, к оплате 2 ч" in card(world)
    assert [(one.by, one.minutes, one.comment) for one in await entries(world)] == [
        ("Борис", 25, "звонил <b>клиенту</b>"),
        ("Вера", 70, ""),
    ]
    async with world.store.view() as view:
        trail = await view.find(Audit, what="time spent")
    assert [(one.who, one.ticket_id, one.data["minutes"]) for one in trail] == [("Борис", 1, 25), ("Вера", 1, 70)]


async def test_the_history_is_listed_with_what_was_withdrawn_and_the_sum(world: World) -> None:
    """One takes back one's own last entry only; it stays in the list, marked, and counts no more."""
    await order(world, "SD-1", "/spent")
    assert "ещё никто не записал" in last(world)
    await order(world, "SD-1", "/spent undo")
    assert "отменять нечего" in last(world)
    await order(world, "SD-1", "/spent 25m звонил")
    await order(world, "SD-1", "/spent 40m писал")
    other = world.bot.world.person("Вера")
    world.group.add(other)
    world.group.say(other, "/spent undo", topic=world.group.topic("SD-1 ·"))
    await world.settle()
    assert "отменять нечего" in last(world)
    await order(world, "SD-1", "/spent undo")
    assert "Отменили запись: 40 мин · писал" in last(world)
    await order(world, "SD-1", "/spent")
    listed = last(world).splitlines()
    assert listed[:2] == ["• 23 ноября, Борис: 25 мин · звонил", "• 23 ноября, Борис: 40 мин · писал (отменено)"]
    assert listed[-1] == "Потрачено: 25 мин, к оплате 30 мин"
    assert "Потрачено: 25 мин, к оплате 30 мин" in card(world)
    await order(world, "SD-1", "/spent undo")
    await order(world, "SD-1", "/spent undo")
    assert "отменять нечего" in last(world)
    assert "Потрачено" not in card(world)
    assert len(await entries(world)) == 2


async def test_what_cannot_be_booked_is_refused_in_a_sentence(world: World) -> None:
    """Each says what is wrong; nothing is kept."""
    for command, said in (
        ("/spent 0m", "больше нуля"),
        ("/spent 25h", "не больше 24 часов"),
        ("/spent -5m", "Сколько времени ушло?"),
        ("/spent 25", "Сколько времени ушло?"),
        ("/spent <script>", "Сколько времени ушло?"),
        ("/spent est 1h", "Согласованной оценки в этой заявке нет"),
        ("/spent est", "Согласованной оценки в этой заявке нет"),
    ):
        await order(world, "SD-1", command, go=False)
        assert said in last(world), command
    assert await entries(world) == []


async def test_nobody_works_more_than_a_whole_day(world: World) -> None:
    """Counted over all tickets of the day; what was withdrawn leaves room again, and so does the next day."""
    await order(world, "SD-1", "/spent 23h долго")
    await order(world, "SD-1", "/spent 2h", go=False)
    assert "За сегодня у вас уже записано 23 ч" in last(world)
    await order(world, "SD-1", "/spent undo", go=False)
    await order(world, "SD-1", "/spent 2h", go=False)
    await world.advance(days=1)
    await order(world, "SD-1", "/spent 23h", go=False)
    assert [one.minutes for one in await entries(world) if one.withdrawn_at is None] == [120, 1380]


async def test_two_entries_at_once_and_a_huge_comment_are_both_kept(world: World) -> None:
    """Also with characters that nothing may choke on, and after a restart."""
    topic = world.group.topic("SD-1 ·")
    for text in ("/spent 5m \u202e\u0007" + "ы" * 3000, "/spent 5m второй"):
        world.group.say(world.engineer, text, topic=topic)
    await world.settle()
    await world.stop()
    await world.start()
    await order(world, "SD-1", "/spent")
    assert "Потрачено: 10 мин" in last(world)
    assert [len(one.comment) for one in await entries(world)] == [500, 6]


async def test_in_a_group_without_topics_commands_reply_to_the_card(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Time and estimates work there as they do in a topic."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, forum=False) as flat:
        person = await chat(flat, "Анна", "Не печатает принтер")
        card_there = flat.group.last("SD-1 ·")
        for command in ("/spent 25m звонил", "/estimate 2h перенести базу"):
            flat.group.say(flat.engineer, command, reply_to=card_there)
            await flat.settle()
        await flat.advance(seconds=31)
        assert "Потрачено: 25 мин" in card_there.text
        assert person.last("Оценка времени: 2 ч").buttons == ["Согласовать", "Отказаться"]


async def test_time_can_be_booked_after_closing(world: World) -> None:
    """By an administrator: others have no input field in a closed topic."""
    await order(world, "SD-1", "/close решено")
    lead = world.bot.world.person("Вера")
    world.group.add(lead, admin=True)
    world.group.say(lead, "/spent 15m отчёт", topic=world.group.topic("SD-1 ·"))
    await world.settle()
    await world.advance(seconds=5)
    assert "Потрачено: 15 мин" in card(world)
