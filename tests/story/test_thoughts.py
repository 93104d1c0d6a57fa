"""What the desk thinks, asked over its read-only look while the desk works: the picture agrees with what happened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.incoming import RawState
from desk.lifecycle import MOVES, Step
from desk.parcels import Act, ParcelState, Purpose
from desk.texts import LANGUAGES, sentences
from desk.thoughts import Thoughts
from desk.tickets import Status
from rules.chain import Chain
from store.store import SqlStore
from tests.fields import FIELDS
from tests.steps import answer, chat, link_of, mail, order
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"field": FIELDS}) as made:
        yield made


@asynccontextmanager
async def looking(world: World) -> AsyncIterator[Thoughts]:
    store = SqlStore(world.url, read_only=True)
    await store.open()
    chain = world.desk.router
    assert isinstance(chain, Chain)
    try:
        yield Thoughts(replace(world.desk, store=store), store.version, chain.in_words)
    finally:
        await store.close()


def went(picture: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The way as (status, step, who)."""
    return [(hop["status"], hop["step"], hop["who"]) for hop in picture["state"]["way"]]


async def test_the_way_of_a_ticket_is_the_way_that_it_went(world: World) -> None:
    """Written, answered, asked, answered by the client, others waited for, solved, confirmed, opened again."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    async with looking(world) as thoughts:
        assert went(await thoughts.ticket(1)) == [("new", "", "")]
        await world.advance(minutes=10)
        await answer(world, "SD-1", "Смотрим")
        await world.advance(minutes=10)
        await order(world, "SD-1", "/info Какая модель?")
        await world.advance(minutes=10)
        ann.say("HP 1010")
        await world.settle()
        for text in ("/wait провайдера", "/solved"):
            await world.advance(minutes=10)
            await order(world, "SD-1", text)
        await world.advance(minutes=10)
        await ann.press(ann.last("решена"), "Да, решено")
        await world.settle()
        await world.advance(minutes=10)
        card = next(one for one in world.group.topic("SD-1 ·").messages if "Открыть снова" in one.buttons)
        await world.group.press(world.engineer, card, "Открыть снова")
        await world.settle()
        picture = await thoughts.ticket(1)
    assert went(picture) == [
        ("new", "", ""), ("open", "answered", "Борис"), ("waiting", "asked", "Борис"),
        ("open", "client_wrote", "Анна"), ("third_party", "depends", "Борис"), ("solved", "solved", "Борис"),
        ("closed", "confirmed", "Анна"), ("open", "reopened", "Борис"),
    ]  # fmt: skip
    times = [hop["at"] for hop in picture["state"]["way"]]
    assert times == sorted(times)
    assert picture["state"]["now"] == "open" == picture["status"]


async def test_what_opened_a_ticket_is_not_what_came_next(world: World) -> None:
    """Answered in the very second in which the client wrote: it is the answer that made it open."""
    await chat(world, "Анна", "Не печатает принтер")
    await answer(world, "SD-1", "Смотрим")
    async with looking(world) as thoughts:
        assert [step for _, step, _ in went(await thoughts.ticket(1))] == ["", "answered"]


async def test_a_ticket_that_the_client_let_go_closed_by_silence(world: World) -> None:
    """The step that nobody took is told as such; a word of thanks after the solution opens nothing."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    await world.advance(minutes=10)
    await order(world, "SD-1", "/solved")
    await world.advance(minutes=10)
    ann.say("спасибо")
    await world.settle()
    async with looking(world) as thoughts:
        assert went(await thoughts.ticket(1)) == [("new", "", ""), ("solved", "solved", "Борис")]
        following = (await thoughts.ticket(1))["promises"]["next"]
        assert following["what"] == "confirm"
        await world.pass_days(9)
        assert went(await thoughts.ticket(1))[-1] == ("closed", "silence", "")


async def test_one_ticket_in_both_languages(world: World) -> None:
    """The rules with their reasons, whose it is, what goes out and what happened, in the words of who asks."""
    await mail(world, "Анна <ann@client.example>", "Счёт за ноябрь", "Пришлите счёт, пожалуйста.")
    async with looking(world) as thoughts:
        russian, english = await thoughts.ticket(1, "ru"), await thoughts.ticket(1, "en")
    assert russian["rule"]["asked"][0]["why"] == "канал — почта; упомянуто «счёт»"
    assert english["rule"]["asked"][0]["why"] == "the channel is mail; it mentions “счёт”"
    assert russian["rule"] | {"asked": []} == {
        "rule": "billing words", "line": "Вторая линия", "asked": [], "later": ["everything else"],
    }  # fmt: skip
    assert (russian["status_word"], english["status_word"]) == ("новая", "new")
    assert [door["shown"] for door in english["who"]["doors"]] == ["mail ann@client.example"]
    assert {row["what"] for row in english["outbox"]["rows"]} >= {"receipt", "the client’s words"}
    assert {row["state"] for row in english["outbox"]["rows"]} == {"sent"}
    assert {row["who"] for row in english["trail"]["rows"]} == {"", "Анна"}
    assert await link_of(world, "ann@client.example")
    assert "start=L" not in f"{russian}{english}"
    assert english["trail"]["count"] == len(english["trail"]["rows"])


async def test_the_overview_counts_what_came_and_what_waits(world: World) -> None:
    """Tickets page by page, the newest first, of all or of those undone; the version changes with what happens."""
    async with looking(world) as thoughts:
        before = await thoughts.version()
        for name in ("Анна", "Павел", "Инна"):
            await chat(world, name, "Не печатает принтер")
        assert await thoughts.version() != before
        await order(world, "SD-2", "/solved")
        whole = await thoughts.overview("en")
        assert [row["number"] for row in whole["tickets"]["rows"]] == ["SD-3", "SD-2", "SD-1"]
        assert {one["status"]: one["count"] for one in whole["counts"]["tickets"] if one["count"]} == {
            "new": 2, "solved": 1,
        }  # fmt: skip
        assert [one["word"] for one in whole["heard"]] == ["Telegram", "mail support"]
        assert [one["rule"] for one in whole["rules"]] == ["billing words", "everything else"]
        assert whole["outbox"] == {"rows": [], "count": 0}
        undone = await thoughts.overview("en", undone=True)
        assert [row["number"] for row in undone["tickets"]["rows"]] == ["SD-3", "SD-1"]
        older = await thoughts.overview("en", before=3)
        assert [row["number"] for row in older["tickets"]["rows"]] == ["SD-2", "SD-1"]


async def test_a_topic_and_a_clients_chat_name_their_ticket(world: World) -> None:
    """The topic by its thread, a client's chat by the newest ticket that is not closed; others name none."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    topic = world.group.topic("SD-1 ·")
    async with looking(world) as thoughts:
        assert await thoughts.looked_at(world.group.id, topic.id) == 1
        assert await thoughts.looked_at(world.group.id, 1) is None
        assert await thoughts.looked_at(ann.chat_here.id, None) == 1
        assert await thoughts.looked_at(424242, None) is None
        for number in (0, 7, 1 << 60):
            with pytest.raises(LookupError):
                await thoughts.ticket(number)


async def test_what_is_covered_stays_covered(world: World) -> None:
    """A secret that a client sent stands nowhere in what the page is told."""
    await chat(world, "Анна", "Не пускает. Пароль: qwe12rty")
    async with looking(world) as thoughts:
        told = f"{await thoughts.ticket(1)}{await thoughts.overview()}"
    assert "Не пускает" in told
    assert "qwe12rty" not in told


def test_whatever_the_page_may_name_has_words() -> None:
    """Every step, status, purpose, act and state, in both languages."""
    keys = [f"thoughts.step_{step.name.lower()}" for step in Step]
    keys += [f"group.status_{status.value}" for status in Status]
    keys += [f"thoughts.purpose_{one.value}" for one in Purpose]
    keys += [f"thoughts.act_{one.value}" for one in Act if one is not Act.SAY]
    keys += [f"thoughts.state_{one.value}" for one in ParcelState]
    keys += [f"thoughts.raw_{one.value}" for one in RawState]
    for language in LANGUAGES:
        assert [key for key in keys if key not in sentences(language)] == []


async def test_the_next_working_hour_is_worked(world: World) -> None:
    """By day the next full hour; before work and around lunch when work begins; on Friday's evening Monday's first."""
    async with looking(world) as thoughts:
        for at, begins in (
            ("2026-11-23T08:35", "2026-11-23T09:00"),
            ("2026-11-23T09:00", "2026-11-23T10:00"),
            ("2026-11-23T10:20", "2026-11-23T12:00"),
            ("2026-11-23T15:20", "2026-11-24T07:00"),
            ("2026-11-23T04:00", "2026-11-23T07:00"),
            ("2026-11-23T11:30", "2026-11-23T12:00"),
            ("2026-11-27T16:30", "2026-11-30T07:00"),
        ):
            found = thoughts.next_working(datetime.fromisoformat(at).replace(tzinfo=UTC))
            assert found == datetime.fromisoformat(begins).replace(tzinfo=UTC)


async def test_the_picture_has_every_move_that_there_is(world: World) -> None:
    """The moves that the page draws are the table's, step by step."""
    await chat(world, "Анна", "Не печатает принтер")
    async with looking(world) as thoughts:
        machine = (await thoughts.ticket(1))["machine"]
    assert [one["status"] for one in machine["states"]] == [status.value for status in MOVES]
    assert {(one["from"], one["step"], one["to"]) for one in machine["moves"]} == {
        (status.value, step.name.lower(), to.value) for status, steps in MOVES.items() for step, to in steps.items()
    }
