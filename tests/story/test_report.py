"""Reports in the group: asked for by a command, and by themselves at the beginning of a week and of a month."""

import struct
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from playground.botapi.model import Message
from tests.steps import answer, chat, mail, order
from tests.world import World

PLAN = {
    "name": "base",
    "title": "Базовая",
    "base": True,
    "first_answer": "8 working hours",
    "solve": "40 working hours",
}
THURSDAY = datetime(2026, 11, 19, 9, tzinfo=UTC)
"""Noon in Moscow; Monday the 23rd begins at 07:00 UTC."""

DOT = "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
QUICK = {"draw": (sys.executable, "-c", f"import sys; sys.stdout.buffer.write(bytes.fromhex('{DOT}'))")}
"""A picture that takes no time: one grey dot."""

Opened = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def opened(sqlite_url: str, tmp_path: Path, clock: Any) -> Opened:
    """A desk on a Thursday, with what is asked for in its configuration or around it."""

    @asynccontextmanager
    async def make(*, more: dict[str, Any] | None = None, **tables: Any) -> AsyncIterator[World]:
        clock.set(THURSDAY)
        whole = {"plan": [PLAN], **tables}
        async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=whole, **(more or {})) as world:
            yield world

    return make


def reports(world: World) -> list[Message]:
    """What the bot said of a report, with or without a picture."""
    return [message for message in world.group.messages if message.from_bot and "Отчёт: " in message.text]


async def a_day(world: World) -> None:
    """Anna is answered after two hours and helped, Boris by mail waits."""
    await chat(world, "Анна", "Не печатает")
    await world.advance(hours=2)
    await answer(world, "SD-1", "Смотрим")
    await order(world, "SD-1", "/solved Готово")
    await mail(world, "boris@client.example", "Вопрос", "Как настроить?")


async def ask(world: World, text: str) -> Message:
    post = world.group.say(world.engineer, text)
    await world.settle()
    return post


async def wait_until(world: World, moment: datetime) -> None:
    """Let a moment come, and what else General has to say at it go first."""
    world.clock.set(moment)
    await world.advance()
    await world.advance(seconds=10)


async def test_a_picture_with_a_short_text_answers_the_command(opened: Opened) -> None:
    """Of the week as far as it has got: a portrait in General, figures in the text, the asking in the trail."""
    async with opened() as world:
        await a_day(world)
        post = await ask(world, "/report 2026-w47")
        assert post.reactions == ["👀"]
        await world.advance(seconds=5)
        (sent,) = reports(world)
        assert (sent.kind, sent.reply_to, sent.place) == ("photo", post, world.group.general.id)
        assert sent.file is not None
        assert sent.file.data.startswith(b"\x89PNG")
        assert struct.unpack(">II", sent.file.data[16:24]) == (960, 1280)
        assert "Неделя 47 (16.11.2026–22.11.2026, пока по 19.11.2026)" in sent.text
        assert "Принято 2, решено 1, закрыто иначе 0. Открыто 1, было 0; открыто снова 0." in sent.text
        assert "Первый ответ в срок: 100 % (1 из 1). Половина уложилась в 2 ч, девять из десяти в 2 ч." in sent.text
        assert "срок ещё не вышел у 1" in sent.text
        assert "нас 1, клиентов 1, других 0" in sent.text
        assert "Дольше всех ждут нас: SD-2 с 19.11." in sent.text
        async with world.store.view() as view:
            (asked,) = await view.find(Audit, what="report asked")
        assert (asked.who, asked.data) == ("Борис", {"period": "2026-W47"})
        await wait_until(world, datetime(2026, 11, 23, 8, tzinfo=UTC))
        assert len(reports(world)) == 1, "nothing comes by itself unless it is configured"


async def test_the_words_week_month_and_quarter_mean_the_last_whole_ones(opened: Opened) -> None:
    """Several asked for at once come one after the other, each as an answer to its own command."""
    async with opened(more=QUICK) as world:
        given = ["/report", "/report месяц", "/report quarter"]
        posts = [world.group.say(world.engineer, text) for text in given]
        await world.settle()
        await world.advance(seconds=5)
        titles = {message.reply_to: message.text.partition("\n")[0] for message in reports(world)}
        assert [titles[post] for post in posts] == [
            "Отчёт: Неделя 46 (09.11.2026–15.11.2026)",
            "Отчёт: Октябрь 2026 (01.10.2026–31.10.2026)",
            "Отчёт: 3 квартал 2026 (01.07.2026–30.09.2026)",
        ]


async def test_what_cannot_be_reported_is_said_at_once(opened: Opened) -> None:
    wrong = {"/report вчера": "/report week", "/report 2026-13": "/report week", "/report 2027-01": "ещё не начался"}
    async with opened() as world:
        for text, words in wrong.items():
            post = await ask(world, text)
            (said,) = [message for message in world.group.messages if message.from_bot and message.reply_to is post]
            assert words in said.text


async def test_without_a_picture_the_text_comes_and_says_so(opened: Opened) -> None:
    async with opened(more={"draw": (sys.executable, "-c", "raise SystemExit('no pencil')")}) as world:
        await ask(world, "/report week")
        await world.advance(seconds=5)
        (sent,) = reports(world)
        assert sent.kind == "text"
        assert "Картинку нарисовать не удалось" in sent.text


@pytest.mark.parametrize(
    ("tables", "around"),
    [({"desk": {"quiet": True}}, {}), ({}, {"forum": False}), ({}, {"with_mail": False}), ({"rule": [
        {"name": "all", "when": {"always": True}, "line": "only"}], "line": [{"name": "only", "title": "🚀 $x$ <b>"}]}, {})],
    ids=["shadow mode", "no topics", "no mail", "one line"],
)  # fmt: skip
async def test_everywhere_it_comes(opened: Opened, tables: dict[str, Any], around: dict[str, Any]) -> None:
    async with opened(more={**QUICK, **around}, **tables) as world:
        await chat(world, "Анна", "Не печатает")
        await ask(world, "/report 2026-11")
        await world.advance(seconds=5)
        assert [message.kind for message in reports(world)] == ["photo"]


async def test_what_was_asked_before_a_restart_comes_after_it_once(opened: Opened) -> None:
    async with opened(more=QUICK) as world:
        await ask(world, "/report week")
        await world.stop()
        await world.start()
        await world.advance(seconds=5)
        await world.advance(seconds=5)
        assert len(reports(world)) == 1


async def test_by_itself_on_the_first_working_day_of_a_week_a_month_and_a_quarter(opened: Opened) -> None:
    """At the beginning of the working day, once, over restarts; pictures are not kept for ever."""
    async with opened(more=QUICK, reports={"monday": True}) as world:
        await a_day(world)
        assert reports(world) == []
        await wait_until(world, datetime(2026, 11, 23, 6, 59, tzinfo=UTC))
        assert reports(world) == []
        await wait_until(world, datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
        (week,) = reports(world)
        assert "Неделя 47" in week.text
        assert (week.kind, week.reply_to, week.place) == ("photo", None, world.group.general.id)
        await world.stop()
        await world.start()
        await wait_until(world, datetime(2026, 11, 30, 6, 59, tzinfo=UTC))
        assert len(reports(world)) == 1
        for day in (datetime(2026, 11, 30, 7, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)):
            await wait_until(world, day)
        assert [message.text.partition(" (")[0] for message in reports(world)] == [
            "Отчёт: Неделя 47", "Отчёт: Неделя 48", "Отчёт: Ноябрь 2026",
        ]  # fmt: skip
        async with world.store.view() as view:
            kept = await view.recall_all("report.kept.")
        assert len(kept) == 2
        # The first working day of the year, after its holidays.
        for day in (datetime(2027, 1, 8, 7, tzinfo=UTC), datetime(2027, 1, 11, 7, tzinfo=UTC)):
            await wait_until(world, day)
        assert [message.text.partition(" (")[0] for message in reports(world)][3:] == [
            "Отчёт: Неделя 1", "Отчёт: Декабрь 2026", "Отчёт: 4 квартал 2026",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "since", "first"),
    [
        # Monday is a holiday; Monday is slept through; it is switched on on a Thursday.
        ({"calendar": {"extra_days_off": ["2026-11-23"]}}, "2026-11-23T12:00", "2026-11-24T07:00"),
        ({}, "2026-11-22T12:00", "2026-11-25T09:00"),
        ({}, None, "2026-11-30T07:00"),
    ],
    ids=["holiday", "asleep", "switched on"],
)
async def test_a_monday_that_is_no_working_day_is_made_up_for(
    opened: Opened, tables: dict[str, Any], since: str | None, first: str
) -> None:
    async with opened(more={"draw": (sys.executable, "-c", "")}, reports={"monday": True}, **tables) as world:
        await a_day(world)
        await world.advance()
        for moment in filter(None, (since, first)):
            assert reports(world) == []
            await wait_until(world, datetime.fromisoformat(moment).replace(tzinfo=UTC))
        assert len(reports(world)) == 1


async def test_a_week_counted_by_hand(opened: Opened) -> None:
    """Over a lunch, a wait for the client, a night, a weekend, and an opening again that comes after the week.

    Anna: 2 hours to the answer at 14:00, then the client is asked; from their word on Friday at 11:00 an hour to the
    solution: 3 hours in all. Boris, Friday 18:00: an hour before the weekend and one after it to the answer.
    """
    async with opened(more=QUICK) as world:
        anna = await chat(world, "Анна", "Не печатает")
        await world.advance(hours=2)
        await answer(world, "SD-1", "Смотрим")
        await order(world, "SD-1", "/info Какой принтер?")
        await wait_until(world, datetime(2026, 11, 20, 8, tzinfo=UTC))
        anna.say("HP 1020")
        await world.settle()
        await wait_until(world, datetime(2026, 11, 20, 9, tzinfo=UTC))
        await order(world, "SD-1", "/solved Готово")
        await wait_until(world, datetime(2026, 11, 20, 15, tzinfo=UTC))
        await mail(world, "boris@client.example", "Вопрос", "Как настроить?")
        await wait_until(world, datetime(2026, 11, 23, 8, tzinfo=UTC))
        await answer(world, "SD-2", "Вот так")
        anna.say("Снова не печатает")
        await world.settle()
        await ask(world, "/report week")
        await ask(world, "/report 2026-W48")
        await world.advance(seconds=10)
        last, current = (message.text for message in reports(world))
        for words in (
            "Принято 2, решено 1, закрыто иначе 0. Открыто 1, было 0; открыто снова 0.",
            "Первый ответ в срок: 100 % (2 из 2). Половина уложилась в 2 ч, девять из десяти в 2 ч.",
            "Решение в срок: 100 % (1 из 1). Половина уложилась в 3 ч, девять из десяти в 3 ч.",
            "срок ещё не вышел у 1",
        ):
            assert words in last
        assert "Принято 0, решено 0, закрыто иначе 0. Открыто 2, было 1; открыто снова 1." in current


async def test_on_either_database(world: World) -> None:
    """Nothing is open, nothing was promised, and yet there is a picture."""
    await ask(world, "/report 2026-w48")
    await world.advance(seconds=5)
    (sent,) = reports(world)
    assert sent.kind == "photo"
    assert "Принято 0" in sent.text
    assert "судить пока не о чем" in sent.text
