"""What goes out when the way out is bad: order, pace, and never silence."""

import asyncio
from collections.abc import Callable
from typing import Any

from desk.parcels import Parcel, ParcelState, Purpose
from playground.botapi import Message
from playground.botapi.pace import Limits
from tests.world import World


async def ticket(world: World, name: str, text: str) -> Any:
    person = world.person(name)
    person.start()
    person.say(text)
    await world.settle()
    return person


async def answer(world: World, number: str, text: str) -> Message:
    topic = world.group.topic(number)
    words = next(m for m in topic.messages if m.from_bot and not m.buttons and m.service is None)
    return world.group.say(world.engineer, text, topic=topic, reply_to=words)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


def texts(person: Any) -> list[str]:
    return [message.text for message in person.received]


async def test_a_delayed_answer_holds_back_those_behind_it_and_only_those(both: World) -> None:
    """429 for one chat: its second answer waits behind the first, another client's goes at once."""
    ann = await ticket(both, "Анна", "Не печатает")
    boris = await ticket(both, "Вера", "Не сканирует")
    both.bot.fail_next("sendMessage", 429, retry_after=30, when=lambda p: str(p.get("chat_id")) == str(ann.id))
    for number, text in (("SD-1", "первое"), ("SD-1", "второе"), ("SD-2", "третье")):
        await answer(both, number, text)
    await both.settle()
    await both.advance(seconds=6)
    assert "третье" in boris.last().text
    assert not [text for text in texts(ann) if "первое" in text or "второе" in text]
    tried = len(both.bot.called("sendMessage"))
    await both.advance(seconds=20)
    assert len(both.bot.called("sendMessage")) == tried
    await both.advance(seconds=11)
    got = [text for text in texts(ann) if "первое" in text or "второе" in text]
    assert ["первое" in got[0], "второе" in got[1], len(got)] == [True, True, 2]


async def test_an_answer_whose_echo_was_lost_goes_again_and_is_marked(world: World) -> None:
    """At least once: Telegram has no key by which the second could be recognised."""
    ann = await ticket(world, "Анна", "Не печатает")
    post = await answer(world, "SD-1", "Готово")
    await world.settle()
    world.bot.answer_then_cut("sendMessage", when=lambda p: "Готово" in str(p.get("text")))
    await world.advance(seconds=6)
    await world.advance(seconds=10)
    assert sum("Готово" in text for text in texts(ann)) == 2
    assert "👌" in str(post.reactions)


async def test_a_server_error_puts_off_everything_and_one_asks_first(world: World) -> None:
    """While Telegram answers 502, nothing else is tried until one got through."""
    people = [await ticket(world, f"Клиент {n}", "Помогите") for n in range(5)]
    for number in range(5):
        await answer(world, f"SD-{number + 1}", "Ответ")
    await world.settle()
    world.bot.fail_next("sendMessage", 502, times=7)
    await moments(world, 6, step=6)
    assert len(refusals(world)) == 5  # all were on their way already
    await moments(world, 4, step=4)
    assert len(refusals(world)) == 6
    await moments(world, 180, step=30)
    for person in people:
        assert sum("Ответ" in text for text in texts(person)) == 1


async def test_ten_minutes_without_telegram_cost_few_writes(world: World) -> None:
    """A channel that is down spins neither the processor nor the database, and everything arrives afterwards."""
    people = [await ticket(world, f"Клиент {n}", "Помогите") for n in range(20)]
    for number in range(20):
        await answer(world, f"SD-{number + 1}", "Ответ")
    await world.settle()
    await world.bot.down()
    commits: list[int] = []
    world.store.on_commit(lambda: commits.append(1))
    for _ in range(60):
        await moments(world, 10, step=10)
    rate = len(commits) / 600
    print(f"{len(commits)} commits in ten minutes without Telegram")
    assert rate < 0.25
    await world.bot.up()
    await moments(world, 93, step=31)
    for person in people:
        assert sum("Ответ" in text for text in texts(person)) == 1


async def test_sixty_new_tickets_keep_the_groups_pace_without_a_single_429(
    sqlite_url: str, clock: Any, tmp_path: Any
) -> None:
    """Receipts go at once; topics, cards and words evenly; an engineer's command is answered meanwhile."""
    pace = {"per_second": 30.0, "chat_per_second": 1.0, "group_per_minute": 20.0}
    world = World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"telegram": {"pace": pace}}, limits=Limits())
    async with world:
        people = [world.person(f"Клиент {n}") for n in range(60)]
        for person in people:
            person.say("Помогите")
        written: list[int] = []
        world.store.on_commit(lambda: written.append(1))
        for _ in range(5):
            await moments(world, 1)
        assert all(any("SD-" in text for text in texts(person)) for person in people)
        await moments(world, 55)
        busy = len(written)
        world.group.say(world.engineer, "/queue")
        await moments(world, 5)
        assert "60" in world.group.last("Открыто").text
        written.clear()
        await moments(world, 60)
        print(f"{busy} commits in the first minute, {len(written)} in the second")
        assert len(written) < 150
        for _ in range(13):
            await moments(world, 60, step=2)
        refused = [call for call in world.bot.calls if call.status == 429]
        assert refused == []
        assert len(world.group.topics) == 60
        assert all(any("Помогите" in m.text for m in topic.messages) for topic in world.group.topics)
        at = sorted(m.at for m in spent(world))
        assert max(sum(0 <= (b - a).total_seconds() < 60 for b in at) for a in at) <= 20
        async with world.store.view() as view:
            parcels = await view.find(Parcel, channel="group")
        assert max(parcel.attempts for parcel in parcels) == 1
        assert {p.state for p in parcels if p.purpose is not Purpose.CARD} == {ParcelState.SENT}


def refusals(world: World) -> list[Any]:
    return [call for call in world.bot.called("sendMessage") if call.status == 502]


def spent(world: World) -> list[Any]:
    """Calls that cost a place in the group."""
    costly = {"sendMessage", "createForumTopic", "editMessageText", "editForumTopic", "closeForumTopic"}
    return [
        call
        for call in world.bot.calls
        if call.method in costly and str(call.params.get("chat_id")) == str(world.group.id)
    ]


async def moments(world: World, seconds: int, step: int = 1) -> None:
    """Let time pass second by second; what waits for its pace is no unrest."""
    for _ in range(seconds // step):
        world.clock.advance(seconds=step)
        world.running.wake()
        await quiet(world)


async def quiet(world: World) -> None:
    """Until all is done that can be done now."""
    calm = 0
    async with asyncio.timeout(30):
        while calm < 2:
            await asyncio.sleep(0.005)
            courier = world.running.courier
            going = courier._busy or courier.looking or world.running.inbox._busy or world.bot.world.inbox.pending
            async with world.store.view() as view:
                due = await view.due_raws(world.clock(), busy=(), limit=1)
            calm = 0 if going or due else calm + 1
