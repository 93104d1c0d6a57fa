"""Nothing is confirmed before it is stored, and nothing that Telegram does stops the polling."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetUpdates

from bot.poller import CONFLICTS, FULL_PAUSE, Poller, arrival, backoff, lane_of
from bot.session import open_bot
from desk.errors import AlreadyRunning, NoRoom
from desk.ports import Arrival
from desk.texts import say
from playground.botapi import BotApiServer
from tests.bot.updates import FORUM, GROUP, PRIVATE, TOKEN, USER, Listening, raw_message

CALL = GetUpdates()


class Stop(Exception):
    """The test has seen enough."""


class World:
    """Time, answers and a store of the test's own."""

    def __init__(self, *answers: Any) -> None:
        self.session = Listening(*answers, Stop())
        self.at = 0.0
        self.slept: list[float] = []
        self.health: list[tuple[bool, str]] = []
        self.stored: list[Arrival] = []
        self.full = 0
        bot = Bot(TOKEN, session=self.session)
        self.poller = Poller(bot, self.say, on_health=self.hear, clock=lambda: self.at, sleep=self.sleep)

    def say(self, key: str, **values: object) -> str:
        return say("ru", key, **values)

    def hear(self, ok: bool, reason: str) -> None:
        self.health.append((ok, reason))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    async def receive(self, arrivals: Sequence[Arrival]) -> None:
        if self.full:
            self.full -= 1
            raise NoRoom
        self.stored.extend(arrivals)

    async def run(self) -> None:
        with suppress(Stop):
            await self.poller.run(self.receive)

    @property
    def offsets(self) -> list[int | None]:
        return [method.offset for method in self.session.asked]  # type: ignore[attr-defined]


def update(number: int, **fields: Any) -> dict[str, Any]:
    return {"update_id": number, "message": raw_message(text="x", **fields)}


async def test_updates_are_asked_for_by_name_and_confirmed_after_storing() -> None:
    world = World([update(5), update(6)], [])
    await world.run()
    assert [stored.external_id for stored in world.stored] == ["5", "6"]
    assert {(stored.channel, stored.place) for stored in world.stored} == {("telegram", "123456")}
    assert world.offsets == [None, 7, 7]
    first = world.session.asked[0]
    assert isinstance(first, GetUpdates)
    assert first.allowed_updates == [
        "message", "edited_message", "callback_query", "my_chat_member", "chat_member", "message_reaction",
        "poll_answer",
    ]  # fmt: skip


async def test_a_full_disk_confirms_nothing_and_goes_on_by_itself() -> None:
    world = World([update(5)], [])
    world.full = 3
    await world.run()
    assert len(world.stored) == 1
    assert world.slept == [FULL_PAUSE] * 3
    assert [ok for ok, _ in world.health] == [False] * 3 + [True]
    assert "диск" in world.health[0][1]


async def test_whatever_keeps_updates_from_being_stored_confirms_nothing() -> None:
    world = World([update(5)], [])
    failing = iter([ConnectionError("the database is away")])

    async def receive(arrivals: Sequence[Arrival]) -> None:
        for error in failing:
            raise error
        await world.receive(arrivals)

    with suppress(Stop):
        await world.poller.run(receive)
    assert len(world.stored) == 1
    assert world.offsets == [None, 6, 6]


async def test_what_is_no_update_is_passed_over() -> None:
    """One malformed update must not keep back those behind it."""
    world = World(["nonsense", {"no": "id"}, {"update_id": 7, "from_the_future": {}}, update(8)], [])
    await world.run()
    assert [stored.external_id for stored in world.stored] == ["8"]
    assert world.offsets == [None, 9, 9]


@pytest.mark.parametrize(
    "error",
    [
        TelegramServerError(method=CALL, message="Bad Gateway"),
        TelegramNetworkError(method=CALL, message="ClientOSError"),
        ClientDecodeError("x", ValueError(), "<html>"),
    ],
)
async def test_a_bad_connection_is_tried_again_ever_more_slowly(error: Exception) -> None:
    world = World(*[error] * 8, [update(5)])
    await world.run()
    assert len(world.stored) == 1
    assert len(world.slept) == 8
    for index, pause in enumerate(world.slept):
        assert min(30, 2**index) / 2 <= pause <= min(30, 2**index)
    assert [ok for ok, _ in world.health] == [False] * 7 + [True]


async def test_telegrams_own_wait_is_obeyed() -> None:
    world = World(TelegramRetryAfter(method=CALL, message="x", retry_after=17), [])
    await world.run()
    assert world.slept == [17.0]


async def test_a_revoked_token_is_said_in_a_sentence() -> None:
    world = World(TelegramUnauthorizedError(method=CALL, message="Unauthorized"))
    await world.run()
    assert world.slept == [30.0]
    assert "BotFather" in world.health[0][1]


CONFLICT = TelegramConflictError(method=CALL, message="Conflict: terminated by other getUpdates request")
WEBHOOK = TelegramConflictError(method=CALL, message="Conflict: can't use getUpdates method while webhook is active")


async def test_a_second_process_gives_up_at_the_start() -> None:
    world = World(*[CONFLICT] * CONFLICTS)
    with pytest.raises(AlreadyRunning, match="уже работает"):
        await world.run()
    assert world.slept == [1, 2, 4]


async def test_the_long_poll_of_a_process_that_just_ended_may_linger() -> None:
    world = World(CONFLICT, CONFLICT, [update(5)])
    await world.run()
    assert len(world.stored) == 1


async def test_a_webhook_stops_the_start() -> None:
    world = World(WEBHOOK)
    with pytest.raises(AlreadyRunning, match="doctor"):
        await world.run()


@pytest.mark.parametrize("error", [CONFLICT, WEBHOOK])
async def test_a_conflict_while_running_is_told_and_tried_again(error: Exception) -> None:
    world = World([], *[error] * 6, [update(5)])
    world.session.answers.insert(1, TelegramRetryAfter(method=CALL, message="x", retry_after=100))
    await world.run()
    assert len(world.stored) == 1
    assert world.slept == [100, *[3.0] * 6]
    assert world.health[-1] == (True, "")
    assert len(world.health) == 7


def test_pauses_grow_to_half_a_minute() -> None:
    assert all(0.5 <= backoff(1) <= 1 for _ in range(20))
    assert all(15 <= backoff(50) <= 30 for _ in range(20))


QUERY = {"id": "1", "from": USER, "chat_instance": "1", "data": "x"}
TOPIC = {"message_thread_id": 5, "is_topic_message": True}


@pytest.mark.parametrize(
    ("body", "lane"),
    [
        (raw_message(text="x"), "tg:77"),
        (raw_message(text="x", **TOPIC), "tg:77"),
        (raw_message(text="x", chat=FORUM), f"tg:{GROUP}:"),
        (raw_message(text="x", chat=FORUM, **TOPIC), f"tg:{GROUP}:5"),
        (raw_message(text="x", chat=FORUM, message_thread_id=9), f"tg:{GROUP}:"),
        ({**QUERY, "message": raw_message(chat=FORUM, **TOPIC)}, f"tg:{GROUP}:5"),
        ({**QUERY, "message": {"chat": PRIVATE, "message_id": 1, "date": 0}}, "tg:77"),
        (QUERY, "tg::"),
    ],
)
def test_a_lane_is_a_private_chat_or_a_topic(body: dict[str, Any], lane: str) -> None:
    assert lane_of(body) == lane


def test_pictures_of_an_album_are_marked() -> None:
    assert arrival(1, update(5, media_group_id="13")).album == "13"
    edit = {"update_id": 6, "edited_message": raw_message(media_group_id="13")}
    assert arrival(1, edit).album == ""


def test_any_letters_can_be_stored() -> None:
    """JSON may carry half of a surrogate pair, which has no UTF-8."""
    found = arrival(1, json.loads(json.dumps(update(5)).replace('"x"', r'"\ud83d"')))
    assert json.loads(found.body)["message"]["text"] == "\ud83d"


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


async def test_messages_come_in_from_a_server_and_a_cancel_ends_at_once(server: BotApiServer) -> None:
    stored: list[Arrival] = []

    async def receive(arrivals: Sequence[Arrival]) -> None:
        stored.extend(arrivals)

    bot = open_bot(TOKEN, server.url, None)
    ann = server.world.person("Анна")
    ann.say("раз")
    task = asyncio.create_task(Poller(bot, lambda key, **_: key).run(receive))
    await until(lambda: len(stored) == 1 and not server.world.inbox.pending)
    ann.say("два")
    await until(lambda: len(stored) == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
    await bot.session.close()
    assert [json.loads(each.body)["message"]["text"] for each in stored] == ["раз", "два"]


async def test_of_two_processes_the_newcomer_gives_up(server: BotApiServer) -> None:
    """The first keeps taking messages."""
    stored: list[Arrival] = []

    async def receive(arrivals: Sequence[Arrival]) -> None:
        stored.extend(arrivals)

    async def hurried(seconds: float) -> None:
        await asyncio.sleep(seconds / 100)

    bots = [open_bot(TOKEN, server.url, None) for _ in range(2)]
    ages = iter([0.0, 0.0])  # made and started long ago
    first = Poller(bots[0], lambda key, **_: key, clock=lambda: next(ages, 1000.0), sleep=hurried)
    running = asyncio.create_task(first.run(receive))
    await until(lambda: server.world.inbox._poller is not None)
    second = Poller(bots[1], lambda key, **_: key, sleep=hurried)
    with pytest.raises(AlreadyRunning, match="running_elsewhere"):
        await asyncio.wait_for(second.run(receive), 5)
    server.world.person("Анна").say("живы?")
    await until(lambda: len(stored) == 1)
    running.cancel()
    for bot in bots:
        await bot.session.close()
