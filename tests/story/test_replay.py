"""`rules replay` and `rules explain --ticket`: tickets decided once more, from the database alone."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import replaying
from desk.__main__ import set_up
from desk.desk import Current, Desk
from desk.errors import Refusal
from desk.settings import Settings
from desk.tickets import Kind, Message, Ticket, TicketId
from rules.checking import chain_of
from tests.steps import chat, mail, order
from tests.world import World

REST = {"name": "rest", "when": {"always": True}, "line": "first"}
FIELDS = [{"name": "inn", "title": {"ru": "ИНН", "en": "INN"}, "ask": {"ru": "ИНН?", "en": "INN?"}, "check": "inn"}]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"rule": [REST], "field": FIELDS}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        yield world


def by(world: World, *rules: dict[str, Any]) -> Desk:
    """The desk as a shell sees it, with other rules."""
    settings = Settings.model_validate(world.config() | {"rule": [*rules, REST]})
    return replace(world.desk, current=Current(set_up(settings, chain_of(settings))))


async def lines(desk: Desk, world: World, *, everything: bool = False) -> list[str]:
    since = world.clock() - timedelta(days=30)
    return [line async for line in replaying.replay(desk, since, everything=everything)]


RULES: list[tuple[dict[str, Any], list[int]]] = [
    ({"channel": "mail"}, [2, 3]),
    ({"from": "ann@client.example"}, [2, 3]),
    ({"to": "boss@client.example"}, [2]),
    ({"subject": "счёт"}, [2]),
    ({"file": "log"}, [2]),
    ({"mailbox": "support"}, [2, 3]),
    ({"client": "Вера"}, [1]),
    ({"mentions": "принтер"}, [1]),
    ({"fields": {"inn": "7707083893"}}, [1]),
    ({"known_client": True}, [3]),
    ({"working_hours": False}, [3]),
    ({"hours": "22:00-23:00"}, [3]),
    ({"weekdays": "mon"}, [1, 2, 3]),
    ({"language": "en"}, [3]),
    ({"channel": "telegram", "known_client": False}, [1]),
]


async def test_a_changed_file_is_played_over_what_came(world: World) -> None:
    """Every word finds the tickets that it would have found when they came, moved and closed ones too."""
    await chat(world, "Вера", "Принтер не печатает\nИНН: 7707083893")
    await world.mails.user("boss@client.example")
    await mail(
        world, "Анна <ann@client.example>", "Re: Счёт", "Где он?",
        cc=["boss@client.example"], attachments=[("desk.log", b"x")],
    )  # fmt: skip
    await order(world, "SD-1", "/line second")
    await order(world, "SD-1", "/solved", go=True)
    await world.advance(hours=10, minutes=15)
    await mail(world, "Анна <ann@client.example>", "Scanner", "The scanner does not work at all, please help us.")
    for when, wanted in RULES:
        said = await lines(by(world, {"name": "new", "when": when, "line": "second"}), world)
        assert [int(line.partition(" ")[0].removeprefix("SD-")) for line in said[:-1]] == wanted, when


async def test_the_summary_counts_and_the_rows_say_what_is_otherwise(world: World) -> None:
    await chat(world, "Вера", "Принтер <b>")
    await chat(world, "Анна", "Счёт")
    new = {"name": "print", "when": {"mentions": ["принтер"]}, "line": "second", "priority": "high", "type": "error"}
    said = await lines(by(world, new), world)
    changes = "линия first → second; вид — → ошибка; приоритет обычный → высокий; правило «rest» → «print»"
    assert said == [
        f"SD-1 · Принтер <b>: {changes}",
        "Заявок: 2, по этим правилам иначе: 1. По линиям: first 2 → 1, second 0 → 1.",
    ]
    everything = await lines(by(world, new), world, everything=True)
    assert everything[1] == "SD-2 · Счёт: так же («rest»)"
    assert await lines(by(world), world) == ["Заявок: 2, по этим правилам иначе: 0. По линиям: first 2 → 2."]
    late = [line async for line in replaying.replay(by(world, new), world.clock() + timedelta(days=1))]
    assert late == ["Заявок: 0, по этим правилам иначе: 0. По линиям: —."]


async def test_a_ticket_is_explained_as_it_came(world: World) -> None:
    await chat(world, "Вера", "Принтер")
    again = await replaying.one(by(world), "sd-1")
    assert (again.before.rule, again.facts.text, again.facts.channel) == ("rest", "Принтер", "telegram")
    with pytest.raises(Refusal):
        await replaying.one(by(world), "SD-99")
    async with world.store.unit() as unit:
        await unit.save(replace(again.ticket, verdict={"rule": "rest", "asked": []}))
        await unit.commit()
    with pytest.raises(Refusal, match="not_explained"):
        await replaying.one(by(world), "SD-1")


async def test_tickets_from_before_facts_were_kept_are_played_as_well(world: World) -> None:
    """What they were decided by is found out again; one whose verdict cannot be read is left out."""
    await mail(world, "ann@client.example", "Счёт", "Где он?", attachments=[("desk.log", b"x")])
    await chat(world, "Вера", "Принтер")
    async with world.store.unit() as unit:
        first, second = await unit.find(Ticket)
        await unit.save(replace(first, verdict={key: value for key, value in first.verdict.items() if key != "facts"}))
        await unit.save(replace(second, verdict={"odd": True}))
        await unit.commit()
    when = {"mailbox": "support", "file": ".log", "subject": "счёт", "from": "@client.example", "known_client": False}
    said = await lines(by(world, {"name": "new", "when": when, "line": "second"}), world)
    assert said[-1] == "Заявок: 1, по этим правилам иначе: 1. По линиям: first 1 → 0, second 0 → 1."


async def test_a_thousand_tickets_take_less_than_seconds(world: World) -> None:
    """The time is printed; the bound only keeps minutes out."""
    await chat(world, "Вера", "Принтер")
    async with world.store.unit() as unit:
        [ticket] = await unit.find(Ticket)
        for _ in range(999):
            fresh = await unit.add(replace(ticket, id=TicketId(0)))
            await unit.add(
                Message(ticket_id=fresh.id, kind=Kind.WORDS, author="Вера", channel="telegram", text="Не печатает принтер", at=ticket.created_at)
            )  # fmt: skip
        await unit.commit()
    started = time.perf_counter()
    said = await lines(by(world, {"name": "new", "when": {"mentions": "печатать"}, "line": "second"}), world)
    took = time.perf_counter() - started
    print(f"1,000 tickets: {took:.2f} s")
    assert len(said) == 1000
    assert took < 5
