"""An outage: many tickets in a minute reach the group in the order in which they burn, within Telegram's limits."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from playground.botapi.pace import Limits
from tests.world import World

MANY = 16
PACE = {"per_second": 30.0, "chat_per_second": 1.0, "group_per_minute": 20.0}
STEP = 4
RULES = [
    {"name": "burning", "when": {"mentions": ["горит"]}, "line": "first", "priority": "critical"},
    {"name": "everything else", "when": {"always": True}, "line": "first"},
]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"telegram": {"pace": PACE}, "rule": RULES}
    made = World(
        clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables, limits=Limits()
    )
    async with made as world:
        yield world


async def flood(world: World) -> list[Any]:
    """So many people write within one minute; every eighth one's house is on fire, and theirs come last."""
    people = [world.person(f"Клиент {number}") for number in range(MANY)]
    burning = MANY // 8
    for number, person in enumerate(people):
        person.say("горит!" if number >= MANY - burning else f"Не работает {number}")
    await world.bot.world.until(lambda: all(person.received for person in people), timeout=20)
    return people


async def pass_time(world: World, minutes: float) -> None:
    """Let time pass in small steps, with what the courier may do in each of them."""
    until = world.clock() + timedelta(minutes=minutes)
    while world.clock() < until:
        world.clock.advance(seconds=STEP)
        for tick in world.running.ticks():
            if tick.name == "bursts":
                await tick.run()
        world.running.wake()
        await calm(world)


async def calm(world: World) -> None:
    """Until all is done that can be done now; what waits for its pace is no unrest."""
    still = 0
    async with asyncio.timeout(30):
        while still < 2:
            await asyncio.sleep(0.005)
            courier, inbox = world.running.courier, world.running.inbox
            going = courier._busy or courier.looking or inbox._busy or world.bot.world.inbox.pending
            still = 0 if going else still + 1


async def test_a_flood_is_shown_in_order_with_one_card_and_nobody_waits_for_a_receipt(world: World) -> None:
    """Within the server's limits: no 429; the burning ones first; everything is shown in the end, and said to be."""
    started = world.clock()
    people = await flood(world)
    assert all("зарегистрирована" in person.received[0].text for person in people)
    assert world.clock() - started < timedelta(seconds=5)
    await pass_time(world, 1)
    (card,) = [message for message in world.group.general.messages if "Много новых обращений" in message.text]
    assert card.text.splitlines()[0].startswith("Много новых обращений:")
    assert "SD-" in card.text
    assert card.buttons
    wanted = card.buttons[-1]
    assert wanted not in {topic.name.split(" ·")[0] for topic in world.group.topics}
    assert await world.group.press(world.engineer, card, wanted) == "Открываю тему"
    await pass_time(world, 0.5)
    assert wanted in {topic.name.split(" ·")[0] for topic in world.group.topics}
    await pass_time(world, 6)
    numbers = [int(re.findall(r"SD-(\d+)", topic.name)[0]) for topic in world.group.topics]
    assert sorted(numbers) == list(range(1, MANY + 1))
    assert "показаны" in card.text
    assert card.buttons == []
    burning = {ticket.id for ticket in await world.tickets() if ticket.priority.value == "critical"}
    # The first ones were on their way before the fire was known.
    assert burning <= set(numbers[: 4 + len(burning) + 2])
    refused = [call for call in world.bot.calls if call.status == 429]
    assert refused == []
    assert all(len(topic.messages) >= 2 for topic in world.group.topics)


async def test_a_few_new_tickets_need_no_card(world: World) -> None:
    for number in range(4):
        world.person(f"Клиент {number}").say("Не работает")
    await world.bot.world.until(lambda: world.group.topics)
    await pass_time(world, 2)
    assert len(world.group.topics) == 4
    assert [m for m in world.group.general.messages if "Много новых" in m.text] == []
