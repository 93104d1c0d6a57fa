"""`/queue` and `/mine`: what burns first, what waits on whom, narrowed down and turned page by page."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.indexing import LOOK
from desk.tickets import Status, Ticket
from playground.botapi.model import Message
from tests.steps import chat, order
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as made:
        yield made


async def said(world: World, words: str) -> Message:
    post = world.group.say(world.engineer, words)
    await world.settle()
    return next(one for one in world.group.messages if one.from_bot and one.reply_to is post)


def numbers(message: Message) -> list[str]:
    return [row.split(" · ")[0] for row in message.text.splitlines() if row.startswith("SD-")]


async def change(world: World, number: int, **values: Any) -> None:
    async with world.store.unit() as unit:
        await unit.change(Ticket, values, id=number)
        await unit.commit()


async def test_the_queue_says_what_waits_on_whom(world: World) -> None:
    """Critical on top; what was put off and what is solved apart."""
    for name, text in (
        ("Анна", "Не печатает принтер"), ("Олег", "Не открывается отчёт"), ("Вера", "Нужен счёт"),
        ("Илья", "Молчит сканер"), ("Ян", "Спасибо"), ("Ася", "Касса стоит"),
    ):  # fmt: skip
        await chat(world, name, text)
    await order(world, "SD-6", "/priority critical")
    await order(world, "SD-2", "/info Какой отчёт?")
    await order(world, "SD-3", "/wait банк: ждём выписку")
    await order(world, "SD-5", "/solved")
    await change(world, 4, later_until=world.clock() + timedelta(days=2))
    shown = await said(world, "/queue")
    assert numbers(shown) == ["SD-6", "SD-1", "SD-2", "SD-3", "SD-4"]
    heads = [row for row in shown.text.splitlines() if row and not row.startswith("SD-")]
    assert heads == [
        "Открыто: 5", "Ждут нас: 2", "Ждём клиента: 1", "Ждём других: 1", "Отложены: 1",
        "Ещё 1 решена и ждёт слова клиента.",
    ]  # fmt: skip
    assert "критический" in shown.text
    assert "до ср" in shown.text
    assert numbers(await said(world, "/queue solved")) == ["SD-5"]


async def test_filters_and_plain_words_narrow_it_down(world: World) -> None:
    """A mistyped one is answered with what was meant."""
    await chat(world, "Анна", "Не печатает принтер")
    await chat(world, "Олег", "Не открывается отчёт")
    await order(world, "SD-2", "/line second")
    await order(world, "SD-1", "/take")
    await world.advance(seconds=LOOK.total_seconds())
    cases = {
        "second": ["SD-2"], "Вторая линия": ["SD-2"], "line:first": ["SD-1"], "-line:first": ["SD-2"], "mine": ["SD-1"],
        "мои second": [], "status:новая": ["SD-1", "SD-2"], "waiting": [], "принтеры": ["SD-1"], "from:олег": ["SD-2"],
        "taken:никто": ["SD-2"], "after:2027": [],
    }  # fmt: skip
    assert {words: numbers(await said(world, f"/queue {words}")) for words in cases} == cases
    assert numbers(await said(world, "/mine")) == ["SD-1"]
    assert "line:" in (await said(world, "/queue lien:second")).text
    assert "second" in (await said(world, "/queue line:secnod")).text


async def test_pages_are_turned_in_the_same_message(world: World) -> None:
    """As it is at that moment; a closed ticket is gone, also when the page is."""
    for number in range(12):
        await chat(world, f"Клиент {number}", f"Вопрос номер {number}")
    shown = await said(world, "/queue")
    assert (len(numbers(shown)), shown.buttons[-3:]) == (10, ["‹", "1/2", "›"])
    posts = len(world.group.general.messages)
    await world.group.press(world.engineer, shown, "›")
    await world.settle()
    assert numbers(shown) == ["SD-11", "SD-12"]
    await change(world, 11, status=Status.CLOSED)
    await change(world, 12, status=Status.CLOSED)
    await world.group.press(world.engineer, shown, "2/2")
    await world.settle()
    assert len(numbers(shown)) == 10
    assert len(world.group.general.messages) == posts


async def test_nothing_is_read_that_waits_for_nobody(world: World) -> None:
    """Solved tickets by the thousand are counted, not read."""
    await chat(world, "Анна", "Не печатает принтер")
    async with world.store.unit() as unit:
        (ticket,) = await unit.find(Ticket)
        fields = {name: getattr(ticket, name) for name in ticket.__slots__}
        for _ in range(40):
            await unit.add(Ticket(**{**fields, "id": 0, "status": Status.SOLVED}))
        await unit.commit()
    shown = await said(world, "/queue")
    assert numbers(shown) == ["SD-1"]
    assert "Ещё 40 решены" in shown.text
