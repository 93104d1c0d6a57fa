"""A desk on a real store with its Telegram channel, at a local Bot API server."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from bot.channel import TelegramChannel
from bot.decode import KINDS
from bot.poller import arrival
from bot.raw import RawGetUpdates
from desk.__main__ import set_up
from desk.delivery import Courier
from desk.desk import Current, Desk
from desk.inbox import Inbox
from desk.settings import Settings
from playground.botapi import BotApiServer
from rules.chain import compile_chain
from store.files import FolderFiles
from store.store import SqlStore
from tests.bot.updates import GROUP, TOKEN


def make_settings(**telegram: Any) -> Settings:
    no_pace = {"per_second": 0.0, "chat_per_second": 0.0, "group_per_minute": 0.0}
    return Settings.model_validate(
        {
            "desk": {"name": "ООО Ромашка", "language": "ru"},
            "telegram": {"token": TOKEN, "group": GROUP, "pace": no_pace, **telegram},
            "line": [{"name": "first", "title": "Первая линия"}],
            "rule": [{"name": "everything", "when": {"always": True}, "line": "first"}],
        }
    )


def make_desk(settings: Settings, store: SqlStore, files: FolderFiles, now: Callable[[], datetime]) -> Desk:
    rules = [rule.model_dump() for rule in settings.rule]
    chain = compile_chain(rules, lines=["first"], mailboxes=[], file="config.toml")
    return Desk(current=Current(set_up(settings, chain)), store=store, files=files, now=now)


@pytest.fixture
def desk(sqlite_store: SqlStore, files: FolderFiles, clock: Any) -> Desk:
    return make_desk(make_settings(), sqlite_store, files, clock)


@dataclass
class Room:
    """Everything at work together: what people do at the server reaches the desk, what the desk says reaches them."""

    server: BotApiServer
    desk: Desk
    channel: TelegramChannel
    clock: Any
    inbox: Inbox = field(init=False)
    courier: Courier = field(init=False)
    offset: int = 0

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.desk, [self.channel])
        self.courier = Courier(self.desk, [self.channel])

    async def settle(self, *, rest: bool = True) -> None:
        """Fetch, work and deliver until nothing happens; with `rest` the time passes that albums and cards wait."""
        for _ in range(8):
            moved = await self.fetch()
            if rest:
                self.clock.advance(seconds=6)
            moved += await self.inbox.work_once()
            moved += await self.courier.deliver_once()
            if not moved:
                return

    async def fetch(self) -> int:
        found: list[Any] = await self.channel.bot(
            RawGetUpdates(offset=self.offset, timeout=0, allowed_updates=list(KINDS))
        )  # type: ignore[assignment]
        if found:
            await self.inbox.receive([arrival(self.channel.bot.id, update) for update in found])
            self.offset = found[-1]["update_id"] + 1
        return len(found)


@pytest.fixture
async def server(clock: Any) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(token=TOKEN, now=clock) as server:
        yield server


@pytest.fixture
async def make_room(
    server: BotApiServer, sqlite_store: SqlStore, files: FolderFiles, clock: Any
) -> AsyncIterator[Callable[..., Any]]:
    """Open a room; arguments are the telegram table's."""
    opened: list[TelegramChannel] = []

    async def make(**telegram: Any) -> Room:
        settings = make_settings(api=server.url, **telegram)
        desk = make_desk(settings, sqlite_store, files, clock)
        channel = TelegramChannel(desk, settings.telegram)
        opened.append(channel)
        await channel.open()
        return Room(server=server, desk=desk, channel=channel, clock=clock)

    yield make
    for channel in opened:
        await channel.close()
