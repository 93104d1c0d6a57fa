"""The whole desk at work in one process: real store, dispatcher, IMAP and SMTP, a clock that tests move."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from bot.channel import TelegramChannel
from desk.__main__ import set_up
from desk.configuration import settings_of
from desk.desk import Current, Desk, Setup
from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState
from desk.running import Running
from desk.settings import Settings
from desk.tickets import Ticket
from mail.channel import MailChannel
from playground.botapi import BotApiServer, Group, Person
from playground.mail.world import MailWorld
from reports.printer import DRAW, Draughtsman
from rules.checking import chain_of, check_rules
from store.files import FolderFiles
from store.store import SqlStore

TOKEN = "123456:TEST"
SUPPORT = "support@otvet.example"
GROUP = -1001000000001
NO_PACE = {"per_second": 0.0, "chat_per_second": 0.0, "group_per_minute": 0.0}
WEEK = ("mon", "tue", "wed", "thu", "fri")


def config(
    bot: BotApiServer,
    mails: MailWorld | None,
    folder: Path,
    url: str,
    *,
    boxes: Sequence[dict[str, Any]] = ({},),
    **tables: Any,
) -> dict[str, Any]:
    """A configuration for the servers of a test; `tables` replace or extend its tables, `boxes` the mailboxes' keys."""
    made: dict[str, Any] = {
        "desk": {"name": "ООО Ромашка", "language": "ru", "data": str(folder / "data")},
        "store": {"url": url},
        "telegram": {"token": TOKEN, "api": bot.url, "group": GROUP, "pace": NO_PACE, "just_wrote": "0 seconds"},
        "mailbox": [],
        "calendar": {"holidays": "RU"},
        "library": {"answers": str(folder / "answers"), "articles": str(folder / "articles")},
        "reminders": {},
        "line": [{"name": "first", "title": "Первая линия"}, {"name": "second", "title": "Вторая линия"}],
        "rule": [
            {"name": "billing words", "when": {"channel": "mail", "mentions": ["счёт", "invoice"]}, "line": "second"},
            {"name": "everything else", "when": {"always": True}, "line": "first"},
        ],
    }
    if mails:
        made["mailbox"] = [_mailbox(mails, box) for box in boxes]
    for name, table in tables.items():
        made[name] = {**made.get(name, {}), **table} if isinstance(table, dict) else table
    return made


def _mailbox(mails: MailWorld, keys: dict[str, Any]) -> dict[str, Any]:
    address = keys.get("address", SUPPORT)
    secret = {"user": address, "password": "secret", "host": "127.0.0.1", "security": "none"}
    return {
        "name": "support",
        "address": address,
        "imap": {**secret, "port": mails.imap_port},
        "smtp": {**secret, "port": mails.smtp_port},
        "poll": "60 seconds",
        "first_run": "all",
        **keys,
    }


def build_desk(settings: Settings, store: SqlStore, files: FolderFiles, now: Callable[[], Any]) -> Desk:
    return Desk(current=Current(set_up(settings, chain_of(settings))), store=store, files=files, now=now)


@dataclass
class World:
    """A running desk with its outside world."""

    clock: Any
    url: str
    folder: Path
    tables: dict[str, Any] = field(default_factory=dict)
    boxes: Sequence[dict[str, Any]] = ({},)  # the mailboxes, by the keys in which they are not the usual one
    shared: MailWorld | None = None  # mail servers of another world, to which this desk's mailboxes belong too
    with_mail: bool = True
    reactions: Any = "all"
    forum: bool = True
    files: Callable[[Path], FolderFiles] = FolderFiles
    private_topics: bool = False  # people's chats with the bot have topics
    limits: Any = None  # playground.botapi.pace.Limits: the server keeps Telegram's pace
    ask: Callable[[str, float], bytes | None] = lambda _name, _seconds: None  # the keys of signatures
    draw: tuple[str, ...] = DRAW  # the command that draws reports
    more_groups: Sequence[int] = ()  # ids of further groups of engineers, all forums
    bot: BotApiServer = field(init=False)
    mails: MailWorld = field(init=False)
    group: Group = field(init=False)
    others: list[Group] = field(default_factory=list)
    engineer: Person = field(init=False)
    desk: Desk = field(init=False)
    store: SqlStore = field(init=False)
    running: Running = field(init=False)
    telegram: TelegramChannel = field(init=False)

    async def __aenter__(self) -> Self:
        server = BotApiServer(
            token=TOKEN, now=self.clock, limits=self.limits, private_topics=self.private_topics,
            keep_updates=None,  # time jumps here before a desk could have asked
        )  # fmt: skip
        self.bot = await server.start()
        self.mails = self.shared or MailWorld(self.clock)
        if not self.shared:
            await self.mails.start()
        for address in self._addresses():
            await self.mails.user(address)
        self.group = self.bot.world.group("Инженеры", forum=self.forum, chat_id=GROUP, reactions=self.reactions)
        self.engineer = self.bot.world.person("Борис")
        self.group.add(self.engineer)
        for number in self.more_groups:
            self.others.append(self.bot.world.group(f"Группа {number}", forum=True, chat_id=number))
            self.others[-1].add(self.engineer)
        self.bot.world.inbox.drop()
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        if not self.shared:
            await self.mails.stop()
        await self.bot.stop()

    async def start(self) -> None:
        """Start the desk (again), as a new process would."""
        settings = Settings.model_validate(self.config())
        self.store = SqlStore(self.url)
        await self.store.open()
        self.desk = build_desk(settings, self.store, self.files(self.folder / "data" / "files"), self.clock)
        self.desk = replace(self.desk, reread=self._reread)
        self.telegram = TelegramChannel(self.desk, clock=lambda: self.clock().timestamp())
        await self.telegram.open()
        channels = [self.telegram, MailChannel(self.desk, settings.mailbox, ask=self.ask)]
        printer = Draughtsman(folder=self.folder / "data" / "drawing", command=self.draw)
        self.running = Running(self.desk, channels, printer)
        self.running.start()

    def config(self) -> dict[str, Any]:
        mails = self.mails if self.with_mail else None
        return config(self.bot, mails, self.folder, self.url, boxes=self.boxes, **self.tables)

    def _reread(self) -> Setup:
        """What the desk is to be by the tables as they are now, checked as at start."""
        settings = settings_of(self.folder / "config.toml", self.config(), {}, (check_rules,))
        return set_up(settings, chain_of(settings))

    async def reread(self) -> None:
        """Wait until every wish for the configuration to be read again is fulfilled, and told."""
        async with asyncio.timeout(10):
            await self.desk.current.wishes.join()
        await self.settle()

    async def stop(self) -> None:
        """End the desk; the world outside goes on."""
        await self.running.stop()
        await self.store.close()

    async def settle(self, seconds: float = 10.0) -> None:
        """Wait until everything that came in is worked on and everything due has gone."""
        deadline = time.monotonic() + seconds
        quiet = 0
        while quiet < 3:
            if time.monotonic() > deadline:
                raise AssertionError(f"the desk does not come to rest: {await self._pending()}")
            quiet = 0 if await self._pending() else quiet + 1
            await asyncio.sleep(0.01)

    async def _pending(self) -> str:
        if self.bot.world.inbox.pending:
            return f"updates {self.bot.world.inbox.pending}"
        reading = self.with_mail and not self.desk.settings.desk.quiet
        if reading and any([await self.mails.imap.uids(address) for address in self._addresses()]):
            return "mails in the inbox"
        now = self.clock()
        async with self.store.view() as view:
            # What stands in its lane behind something that waits (an album, a held answer) is not due.
            raws = await view.due_raws(now, busy=(), limit=5) + await view.find(Raw, state=RawState.WORKING)
            due = await view.due_parcels(now, busy=(), limit=5)
            going = await view.find(Parcel, state=ParcelState.SENDING)
        return f"raws {[raw.id for raw in raws]} parcels {[p.id for p in due + going]}" if raws or due or going else ""

    def _addresses(self) -> list[str]:
        return [box.get("address", SUPPORT) for box in self.boxes]

    async def advance(self, *, tick: bool = True, **parts: float) -> None:
        """Let time pass, then let the desk do what is due."""
        self.clock.advance(**parts)
        if tick:
            for each in self.running.ticks():
                await each.run()
        self.running.inbox.wake()
        self.running.courier.wake()
        await self.settle()

    async def pass_days(self, days: int) -> None:
        """Let days pass as they do: half a day at a time, with the ticks in between."""
        for _ in range(days * 2):
            self.clock.advance(hours=12)
            await self._hear()
            await self.advance()

    async def _hear(self) -> None:
        """In half a day every source was read many times; here no time passed for that."""
        sources = ["telegram", *(f"mail.{box.name}" for box in self.desk.settings.mailbox)]
        async with self.store.unit() as unit:
            for source in sources:
                await unit.remember(f"heard.{source}", self.clock().isoformat())
            await unit.commit()

    async def tickets(self) -> list[Ticket]:
        async with self.store.view() as view:
            return await view.find(Ticket)

    def person(self, name: str) -> Person:
        """A client whose chat with the bot is open."""
        return self.bot.world.person(name)
