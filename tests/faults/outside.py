"""The outside world for desks that are processes of their own: servers here, a configuration file for them."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from playground.botapi import BotApiServer, Group, Person
from playground.mail.world import MailWorld
from tests.world import GROUP, SUPPORT

ROOT = Path(__file__).parents[2]
CONFIG = """
[desk]
name = "ООО Ромашка"
data = "{folder}/data"
[store]
url = "{url}"
[telegram]
token = "{token}"
api = "{api}"
group = {group}
just_wrote = "0 seconds"
pace = {{ per_second = 0, chat_per_second = 0, group_per_minute = 0 }}
[[mailbox]]
name = "support"
address = "{support}"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", user = "{support}", password = "secret" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, security = "none", user = "{support}", password = "secret" }}
first_run = "all"
[calendar]
holidays = "RU"
[[line]]
name = "first"
title = "Первая линия"
[[rule]]
name = "everything"
when = {{ always = true }}
line = "first"
"""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Outside:
    """Telegram and mail servers in this process, with an engineer in the group."""

    folder: Path
    url: str
    # Of its own: desks of one bot keep each other off on this machine, and tests run side by side.
    token: str = field(default_factory=lambda: f"{secrets.randbelow(10**8) + 10**8}:TEST")
    bot: BotApiServer = field(init=False)
    mails: MailWorld = field(init=False)
    group: Group = field(init=False)
    engineer: Person = field(init=False)

    async def __aenter__(self) -> Self:
        self.bot = await BotApiServer(token=self.token, now=now, keep_updates=None).start()
        self.mails = MailWorld(now)
        await self.mails.start()
        await self.mails.user(SUPPORT)
        self.group = self.bot.world.group("Инженеры", chat_id=GROUP)
        self.engineer = self.bot.world.person("Борис")
        self.group.add(self.engineer)
        self.bot.world.inbox.drop()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.mails.stop()
        await self.bot.stop()

    def config(self, name: str = "config.toml", url: str = "") -> Path:
        """Write a configuration for these servers."""
        path = self.folder / name
        text = CONFIG.format(
            folder=self.folder, url=url or self.url, token=self.token, api=self.bot.url, group=GROUP, support=SUPPORT,
            imap=self.mails.imap_port, smtp=self.mails.smtp_port,
        )  # fmt: skip
        path.write_text(text, encoding="utf-8")
        return path


@dataclass
class Forker:
    """Desks that start in a moment and may be killed at any."""

    process: asyncio.subprocess.Process

    async def ask(self, word: str) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n".encode())
        return int(await self.process.stdout.readline())


@asynccontextmanager
async def forker(config: Path, journal: Path) -> AsyncIterator[Forker]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.forker", str(config), str(journal),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    try:
        yield Forker(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
