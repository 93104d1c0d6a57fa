"""What happens by itself: for the leads in the morning, and for any day in a shell; and that it happens just so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import preview
from desk.errors import Refusal
from desk.people import Audit
from desk.tickets import Status, Ticket
from playground.botapi.model import Message
from tests.steps import chat, mail, order, said_in
from tests.world import World

LEAD = 777_000_777
PEOPLE = [{"telegram": LEAD, "name": "Мария", "role": "lead"}, {"telegram": 5, "name": "Борис"}]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"person": PEOPLE}) as made:
        made.group.add(made.bot.world.person("Мария", user_id=LEAD))
        yield made


async def ticket_of(world: World, number: int = 1) -> Ticket:
    return next(ticket for ticket in await world.tickets() if ticket.id == number)


def previews(world: World) -> list[Message]:
    return [one for one in world.group.messages if one.from_bot and "Сегодня сделается само" in one.text]


async def morning(world: World, day: int, month: int = 12, *, hour: int = 7, minute: int = 0) -> None:
    """Ten o'clock in Moscow of a day, with what the desk does until then and at that moment."""
    until = datetime(2026, month, day, hour, minute, tzinfo=UTC)
    while until - world.clock() > timedelta(hours=12):
        world.clock.advance(hours=12)
        await world._hear()
        await world.advance()
    world.clock.set(until)
    await world._hear()
    await world.advance()


async def four(world: World) -> None:
    """One that closes for silence on 14 December, one solved, one that waits for others, one that is ours."""
    await chat(world, "Анна <b>", "Не печатает")
    await order(world, "SD-1", "/info Какой номер?")
    await chat(world, "Пётр", "Нет сети")
    await order(world, "SD-2", "/solved")
    await chat(world, "Вера", "Нет связи")
    await order(world, "SD-3", "/wait ждём провайдера")
    await chat(world, "Олег", "Ничего не ждёт")


async def test_every_working_morning_the_leads_see_what_will_happen(world: World) -> None:
    """Once a day, whatever is restarted; nobody is disturbed where nothing is due."""
    await four(world)
    await morning(world, 30, 11, hour=6, minute=59)
    assert not previews(world)
    await morning(world, 30, 11)
    (seen,) = previews(world)
    assert seen.place == world.group.general.id
    assert "Мария, посмотрите" in seen.text
    for words in (
        "Закроем:\n• SD-2 · Пётр · Нет сети — решена 23 ноября",
        "Напомним:\n• SD-1 · Анна <b> · Не печатает — с 23 ноября ждём ответа, напоминание 1 из 2",
        "Скажем клиенту, что ждём других:\n• SD-3 · Вера · Нет связи — ждём провайдера",
    ):
        assert words in seen.text
    assert "SD-4" not in seen.text
    assert seen.buttons == ["SD-2: не закрывать", "SD-1: не закрывать"]
    await world.stop()
    await world.start()
    for minute in (1, 30, 59):
        await morning(world, 30, 11, minute=minute)
    assert (await ticket_of(world, 2)).status is Status.SOLVED  # an hour for the leads
    await morning(world, 30, 11, hour=9, minute=5)
    assert (await ticket_of(world, 2)).status is Status.CLOSED
    await morning(world, 1)
    await morning(world, 5)  # a Saturday
    assert [one.text for one in previews(world)] == [seen.text]


async def test_a_lead_says_do_not_close(world: World) -> None:
    """A period later it may; nobody else is obeyed; two presses are one; the trail has it."""
    await four(world)
    await morning(world, 30, 11)
    (seen,) = previews(world)
    masha = world.bot.world.person("Мария", user_id=LEAD)
    assert "только руководитель" in await world.group.press(world.engineer, seen, "SD-2: не закрывать")
    said = await asyncio.gather(*(world.group.press(masha, seen, "SD-2: не закрывать") for _ in range(2)))
    await world.settle()
    assert all("7 декабря" in one for one in said)
    topic = said_in(world.group.topic("SD-2 ·"))
    assert topic.count("Мария: не закрывать. До 7 декабря") == 1
    async with world.store.view() as view:
        assert await view.count(Audit, what="spared", who="Мария", ticket_id=2) == 1
    for day in (1, 2, 3, 4):
        await morning(world, day, hour=12)
        assert (await ticket_of(world, 2)).status is Status.SOLVED
    await morning(world, 7)
    assert "SD-2" in previews(world)[-1].text
    await morning(world, 7, hour=12)
    assert (await ticket_of(world, 2)).status is Status.CLOSED
    assert "ничего не ждёт" in await world.group.press(masha, seen, "SD-2: не закрывать")


async def test_a_reminded_ticket_that_is_spared_closes_a_period_later(world: World) -> None:
    """The reminder names the day that is true then."""
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/info Какой номер?")
    await morning(world, 30, 11, hour=7)
    masha = world.bot.world.person("Мария", user_id=LEAD)
    said = await world.group.press(masha, previews(world)[0], "SD-1: не закрывать")
    assert "21 декабря" in said
    await morning(world, 30, 11, hour=12)
    assert "1 из 2" in ann.last().text
    assert "21 декабря" in ann.last().text
    ann.say("Номер 5")
    await world.settle()
    assert (await ticket_of(world)).spared_until is None


async def test_only_so_many_are_listed_and_the_rest_counted(world: World) -> None:
    await chat(world, "Анна", "Не печатает")
    (ticket,) = await world.tickets()
    due = [
        preview.Due(
            step=preview.Next.CLOSE,
            at=world.clock(),
            client="Анна" * 50,
            ticket=replace(ticket, id=number, subject="ы" * 60),
        )
        for number in range(1, 100)
    ]
    async with world.store.unit() as unit:
        await preview._tell(world.desk, unit, due)
        await unit.commit()
    await world.settle()
    (seen,) = previews(world)
    assert len(seen.buttons) == preview.LISTED
    assert "… и ещё 79" in seen.text


@pytest.mark.parametrize(
    "tables",
    [
        {"person": []},
        {"person": PEOPLE, "reminders": {"preview": False}},
        {"person": PEOPLE, "desk": {"quiet": True}},
    ],
)
async def test_without_leads_or_wish_or_voice_there_is_no_preview(
    sqlite_url: str, clock: Any, tmp_path: Path, tables: dict[str, Any]
) -> None:
    """And then nothing waits for it."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        await chat(world, "Пётр", "Нет сети")
        await order(world, "SD-1", "/solved")
        await morning(world, 1, hour=7, minute=1)
        assert not previews(world)
        quiet = bool(tables.get("desk"))
        assert ((await ticket_of(world)).status is Status.CLOSED) is not quiet


async def test_a_ticket_that_cannot_be_closed_says_why(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/solved")
    ann.block()
    await world.settle()
    await morning(world, 30, 11)
    assert "не выйдет, все пути к клиенту закрыты" in previews(world)[0].text


async def test_the_days_to_come_are_printed_as_they_then_happen(world: World) -> None:
    """Three weeks told at once, then lived: each day's steps, tickets reminded first and closed later among them."""
    await four(world)
    await mail(world, "Zoe <zoe@client.example>", "Printer", "It does not print.")
    await order(world, "SD-5", "/info Which one?")
    first = world.clock().date()
    days = [first + timedelta(days=number) for number in range(23)]
    before = await state(world)
    told = {day: await steps(world, day) for day in days}
    assert await state(world) == before  # nothing was changed by asking
    assert sum(map(len, told.values())) == 10
    happened: dict[date, list[str]] = {}
    for day in days:
        seen = await counts(world)
        for hour in (7, 9):
            if datetime(day.year, day.month, day.day, hour, tzinfo=UTC) > world.clock():
                await morning(world, day.day, day.month, hour=hour, minute=5)
        happened[day] = changed(seen, await counts(world))
    assert happened == told


async def steps(world: World, day: date) -> list[str]:
    async with world.store.view() as view:
        start = datetime(day.year, day.month, day.day, tzinfo=world.desk.settings.desk.zone)
        due = await preview.reckon(world.desk, view, start, start + timedelta(days=1))
    return sorted(f"SD-{one.ticket.id} {one.step.value}" for one in due)


async def state(world: World) -> list[Ticket]:
    return await world.tickets()


async def counts(world: World) -> dict[int, Ticket]:
    return {ticket.id: ticket for ticket in await world.tickets()}


def changed(before: dict[int, Ticket], after: dict[int, Ticket]) -> list[str]:
    """What happened to the tickets, in the words of `steps`."""
    found = []
    for id_, ticket in after.items():
        was = before[id_]
        if ticket.status is Status.CLOSED and was.status is not Status.CLOSED:
            found.append(f"SD-{id_} {'confirm' if was.status is Status.SOLVED else 'close'}")
        elif ticket.reminded > was.reminded:
            found.append(f"SD-{id_} {'tell' if ticket.status is Status.THIRD_PARTY else 'remind'}")
    return sorted(found)


async def test_a_day_in_the_shell(world: World) -> None:
    """A day, or from a time on; today without one; what is over, or ages away, is refused."""
    await four(world)
    said = await preview.due_on(world.desk, date(2026, 11, 30))
    assert said.splitlines()[0].startswith("30.11.2026")
    for words in ("SD-1 · Анна <b>", "SD-2 · Пётр", "SD-3 · Вера"):
        assert words in said
    assert "SD-1" in await preview.due_on(world.desk, date(2026, 12, 14))
    assert "Закроем" in await preview.due_on(world.desk, date(2026, 12, 14))
    assert "Ничего" in await preview.due_on(world.desk, None)
    assert "Ничего" in await preview.due_on(world.desk, datetime(2026, 11, 30, 15))  # noqa: DTZ001 - the desk's own
    assert "SD-1" in await preview.due_on(world.desk, datetime(2026, 11, 30, 11))  # noqa: DTZ001
    assert "SD-1" not in await preview.due_on(world.desk, datetime(2026, 11, 30, 11, tzinfo=UTC))
    for day in (date(2026, 11, 22), date(2099, 1, 1), date(9999, 12, 30)):
        with pytest.raises(Refusal):
            await preview.due_on(world.desk, day)
