"""Many mails at once: taken in by groups, and none of them pays for another."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from desk.desk import Current
from desk.facts import Facts, Verdict
from desk.groups import TOGETHER, group
from desk.inbox import BEHIND, HELD_UP, Inbox
from desk.incoming import Raw, RawState
from desk.ports import Arrival, Router
from desk.tickets import File, Message, Ticket
from mail.channel import MailChannel
from tests.faults.test_disk import FREE, Ceiling
from tests.world import World


def mail(text: str, sender: str = "ann", *, message_id: str = "") -> bytes:
    head = f"From: <{sender}@client.example>\r\nTo: support@otvet.example\r\nSubject: {text}\r\n"
    named = f"Message-ID: <{message_id or text}@client.example>\r\n"
    return f"{head}{named}\r\n{text}\r\n".encode()


def arriving(uid: int, content: bytes, sender: str = "ann") -> Arrival:
    digest = hashlib.sha256(content).hexdigest()
    lane = f"mail:{sender}@client.example"
    return Arrival(channel="mail", place="support", external_id=f"1:{uid}", lane=lane, content=content, digest=digest)


@dataclass
class Picky:
    """Rules with a mistake in them that one request brings to light."""

    rules: Router
    asked: int = 0

    def decide(self, facts: Facts) -> Verdict:
        if "яд" in facts.subject:
            self.asked += 1
            raise ZeroDivisionError("яд")
        return self.rules.decide(facts)


@asynccontextmanager
async def working(world: World, router: Router | None = None, *, held_up: float = HELD_UP) -> AsyncIterator[Inbox]:
    """The desk's inbox alone, at work on mails."""
    await world.running.stop()
    setup = world.desk.current.setup
    desk = replace(world.desk, current=Current(replace(setup, router=router or setup.router)))
    inbox = Inbox(desk, [MailChannel(desk, world.desk.settings.mailbox)], held_up=held_up)
    world.store.on_commit(inbox.wake)
    task = asyncio.create_task(inbox.run())
    try:
        yield inbox
    finally:
        task.cancel()
        await asyncio.wait({task})
        await inbox.drain(1)


async def raws(world: World) -> list[Raw]:
    async with world.store.view() as view:
        return await view.find(Raw, channel="mail")


async def until(world: World, inbox: Inbox, true: Callable[[list[Raw]], bool]) -> list[Raw]:
    async with asyncio.timeout(30):
        while not true(found := await raws(world)):
            await asyncio.sleep(0.02)
            world.clock.advance(seconds=1)
            inbox.wake()
    return found


async def until_over(world: World, inbox: Inbox) -> list[Raw]:
    over = (RawState.DONE, RawState.QUARANTINED)
    return await until(world, inbox, lambda found: all(raw.state in over for raw in found))


async def texts(world: World, **where: object) -> list[str]:
    async with world.store.view() as view:
        return [message.text.split()[0] for message in await view.find(Message, channel="mail", **where)]


async def test_one_mail_that_brings_a_mistake_to_light_costs_the_others_nothing(both: World) -> None:
    """It is tried three times and set aside; what its sender wrote later waits for that, everybody else does not."""
    rules = Picky(both.desk.router)
    async with working(both, rules) as inbox:
        letters = [arriving(n, mail(f"{n}", f"client{n}"), f"client{n}") for n in range(20)]
        poison, later = arriving(100, mail("яд")), arriving(101, mail("после"))
        await inbox.receive([*letters[:10], poison, later, *letters[10:]])
        held = await until(both, inbox, lambda found: sum(raw.state is RawState.DONE for raw in found) == 20)
        assert "после" not in await texts(both) or rules.asked > 3
        found = {raw.external_id: raw for raw in await until_over(both, inbox)}
    assert len(held) == 22
    assert (found["1:100"].state, found["1:100"].attempts) == (RawState.QUARANTINED, 3)
    assert rules.asked == 4  # once in the group, and in each of three attempts by itself
    assert {raw.attempts for uid, raw in found.items() if uid not in ("1:100", "1:101")} == {1}
    assert sorted(await texts(both)) == sorted([*map(str, range(20)), "после"])
    assert "ZeroDivisionError" in found["1:100"].error


async def test_what_cannot_be_stored_goes_to_quarantine_with_its_beginning(both: World) -> None:
    """The others that came with it are stored and worked on; General is told once."""
    async with working(both) as inbox:
        broken: Any = replace(arriving(2, mail("сломано")), digest=None)  # a mistake of ours in what is handed in
        await inbox.receive([arriving(1, mail("один")), broken, arriving(3, mail("три"))])
        found = {raw.external_id: raw for raw in await until_over(both, inbox)}
    assert found["1:2"].state is RawState.QUARANTINED
    assert b"From: <ann@client.example>" in found["1:2"].body
    assert await texts(both) == ["один", "три"]
    both.running.start()
    await both.settle()
    assert len([m for m in both.group.messages if "сохранено только начало" in m.text]) == 1


async def test_the_order_of_a_sender_is_kept(both: World) -> None:
    """Three senders, more than two groups, handed in by different lots."""
    people = ("ann", "bob", "eve")
    letters = [arriving(n, mail(f"{n}", people[n % 3]), people[n % 3]) for n in range(2 * TOGETHER + 20)]
    async with working(both) as inbox:
        for start in (0, 7, 60):
            await inbox.receive(letters[start : {0: 7, 7: 60, 60: None}[start]])
        await until_over(both, inbox)
    for who, name in enumerate(people):
        said = await texts(both, author_id=f"{name}@client.example")
        assert said == [str(n) for n in range(len(letters)) if n % 3 == who]


async def test_twice_the_same_in_one_group_is_one_message(both: World) -> None:
    """Under two numbers, or under one; the same Message-ID with other words is another message."""
    same, other = mail("одно", message_id="x"), mail("другое", message_id="x")
    async with working(both) as inbox:
        await inbox.receive([arriving(1, same), arriving(2, same), arriving(2, same), arriving(3, other)])
        found = {raw.external_id: raw for raw in await until_over(both, inbox)}
    assert await texts(both) == ["одно", "другое"]
    assert {uid: raw.state for uid, raw in found.items()} == dict.fromkeys(("1:1", "1:2", "1:3"), RawState.DONE)
    assert found["1:2"].error == f"a copy of {found['1:1'].id}"


async def test_a_mail_whose_file_is_gone_does_not_hold_up_its_group(both: World) -> None:
    """A large mail lies in a file; somebody removed it. It alone goes to quarantine."""
    large = arriving(1, mail("большое") + b"x" * 200_000, "bob")
    async with working(both) as inbox:
        await inbox.receive([large])
        (raw,) = await raws(both)
    await both.desk.files.drop(raw.key)
    async with both.store.unit() as unit:
        await unit.change(Raw, {"state": RawState.NEW, "attempts": 0}, id=raw.id)
        await unit.commit()
    again = Inbox(both.desk, [MailChannel(both.desk, both.desk.settings.mailbox)])
    task = asyncio.create_task(again.run())
    await again.receive([arriving(2, mail("малое"))])
    found = {raw.external_id: raw for raw in await until_over(both, again)}
    task.cancel()
    await asyncio.wait({task})
    await again.drain(1)
    assert found["1:1"].state is RawState.QUARANTINED
    assert "малое" in await texts(both)


async def test_somebody_in_telegram_does_not_wait_for_a_flood_of_mail(world: World) -> None:
    """While hundreds of mails wait, a chat's message is done with after a few groups of them at the most."""
    people = [f"client{n}" for n in range(40)]
    flood = [arriving(n, mail(f"{n}", people[n % 40]), people[n % 40]) for n in range(16 * TOGETHER)]
    for start in range(0, 4 * TOGETHER, TOGETHER):
        await world.running.inbox.receive(flood[start : start + TOGETHER])

    async def go_on() -> None:
        for start in range(4 * TOGETHER, len(flood), TOGETHER):
            await world.running.inbox.receive(flood[start : start + TOGETHER])

    going = asyncio.create_task(go_on())
    ann = world.person("Анна")
    waited: list[int] = []
    for number in range(3):
        ann.say(f"вопрос {number}")
        before = await telegram(world, number)
        waited.append(await telegram(world, number + 1, since=before))
    left = 16 * TOGETHER - await finished(world)
    await going
    async with asyncio.timeout(60):
        while await finished(world) < 16 * TOGETHER:
            await asyncio.sleep(0.05)
    assert left > 0, "the flood was over too soon to say anything"
    assert max(waited) <= 6 * TOGETHER, waited


async def finished(world: World) -> int:
    async with world.store.view() as view:
        return await view.count(Raw, channel="mail", state=RawState.DONE)


async def telegram(world: World, count: int, *, since: int | None = None) -> int:
    """How many mails are done with when so many chat messages are; or were done with since."""
    async with asyncio.timeout(30):
        while True:
            async with world.store.view() as view:
                done = await view.count(Raw, channel="telegram", state=RawState.DONE)
            if done >= count:
                return await finished(world) - (since or 0)
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("sizes", "interrupted", "count"),
    [
        ([10] * 70, (), TOGETHER),
        ([3_000_000, 10], (), 1),  # a large one goes alone
        ([1_500_000, 500_000, 500_000], (), 2),
        ([10] * 5, (0,), 1),  # what a kill interrupted is tried alone
        ([10] * 5, (3,), 3),
    ],
)
def test_what_goes_together(sizes: Sequence[int], interrupted: Sequence[int], count: int, clock: Any) -> None:
    rows = [
        Raw(
            channel="mail", place="p", external_id=str(n), lane="l", size=size, at=clock(), not_before=clock(),
            interrupted=int(n in interrupted),
        )
        for n, size in enumerate(sizes)
    ]  # fmt: skip
    assert len(group(rows)) == count


async def test_a_stop_in_the_middle_of_a_group_is_no_attempt(both: World) -> None:
    """Everything that was begun is put back as it was, and worked on at the next start."""
    letters = [arriving(n, mail(f"{n}", f"client{n}"), f"client{n}") for n in range(30)]
    async with working(both) as inbox:
        await inbox.receive(letters)
        async with asyncio.timeout(10):
            while not any(raw.state is RawState.WORKING for raw in await raws(both)):
                await asyncio.sleep(0)
        await inbox.drain(within=0.0)
    left = await raws(both)
    assert {raw.state for raw in left} <= {RawState.NEW, RawState.DONE}
    assert {(raw.attempts, raw.interrupted) for raw in left if raw.state is RawState.NEW} <= {(0, 0)}
    both.running.inbox._recovered = False
    again = Inbox(both.desk, [MailChannel(both.desk, both.desk.settings.mailbox)])
    task = asyncio.create_task(again.run())
    await until_over(both, again)
    task.cancel()
    await asyncio.wait({task})
    await again.drain(1)
    assert sorted(await texts(both), key=int) == [str(n) for n in range(30)]
    async with both.store.view() as view:
        assert await view.count(Ticket) == 30


async def test_a_flood_waits_on_its_server(world: World) -> None:
    """No more is taken in than a few groups ahead of the work, however much there is; then it goes on."""
    people = [f"client{n}" for n in range(40)]
    most = 0
    async with working(world, held_up=60.0) as inbox:  # however slow the machine is
        for start in range(0, 12 * TOGETHER, TOGETHER):
            lot = range(start, start + TOGETHER)
            await inbox.receive([arriving(n, mail(f"{n}", people[n % 40]), people[n % 40]) for n in lot])
            async with world.store.view() as view:
                most = max(most, await view.count(Raw, state=RawState.NEW))
        found = await until_over(world, inbox)
    assert len(found) == 12 * TOGETHER
    assert most <= BEHIND + TOGETHER


async def test_a_full_database_leaves_no_files_of_what_could_not_be_taken_in(world: World) -> None:
    """They come again with the next try; kept each time, they would fill what room there is."""
    ceiling = Ceiling(world)
    text = mail("{n}", "client{n}").decode().replace("\r\n\r\n", "\r\nContent-Type: application/pdf\r\n\r\n")
    letters = [arriving(n, text.format(n=n).encode() + b"x" * 9_000, f"client{n}") for n in range(20)]
    folder = world.folder / "data" / "files"
    inbox = Inbox(world.desk, [])
    await world.running.stop()
    await inbox.receive(letters)
    await ceiling.lower(world)
    async with working(world) as full:
        before = {raw.state for raw in await raws(world)}
        await until(world, full, lambda _: full._disk._full_at is not None)
        assert before <= {RawState.NEW, RawState.WORKING}
        async with asyncio.timeout(10):
            while any(path.is_file() for path in folder.rglob("*")):
                await asyncio.sleep(0.01)
        ceiling.pages = FREE
        found = await until_over(world, full)
        await full._disk.stop()
    assert {(raw.state, raw.attempts) for raw in found} == {(RawState.DONE, 1)}
    async with world.store.view() as view:
        assert await view.count(Ticket) == 20
        files = await view.find(File)
    assert len(files) == 20
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {file.key for file in files}
