"""The outside world of the demo: a Bot API server, an IMAP and SMTP server, people, and a clock that can jump."""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from playground.botapi import BotApiServer, Group, Person
from playground.mail.world import MailWorld

TOKEN = "123456:DEMO"
SUPPORT = "support@romashka.example"
BORIS = "boris@client.example"
PASSWORD = "secret"
GROUP = -1001234567890

MONDAY = datetime(2026, 11, 23, 8, 35, tzinfo=UTC)
"""The story begins on a working morning in Moscow, five past ten."""


class Clock:
    """Time goes on as it does outside, from a moment of ours, and jumps when told to."""

    def __init__(self, start: datetime) -> None:
        self._shift = start - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def jump(self, by: timedelta) -> None:
        self._shift += by


@dataclass
class Stage:
    """Everything around the desk. `tables` is the configuration that makes a desk work here."""

    clock: Clock
    folder: Path
    bot: BotApiServer
    mails: MailWorld
    group: Group = field(init=False)
    maria: Person = field(init=False)
    anna: Person = field(init=False)
    boris: Person = field(init=False)

    @classmethod
    async def opened(cls, folder: Path | None = None) -> Self:
        """Start the servers and let people in."""
        clock = Clock(MONDAY)
        bot = await BotApiServer(token=TOKEN, bot_username="romashka_help_bot", now=clock, control=True).start()
        mails = MailWorld(clock)
        await mails.start()
        stage = cls(clock=clock, folder=folder or Path(tempfile.mkdtemp(prefix="otvet-demo-")), bot=bot, mails=mails)
        await mails.user(SUPPORT, PASSWORD)
        await mails.user(BORIS, PASSWORD)
        stage.group = bot.world.group("Инженеры", chat_id=GROUP)
        stage.maria = bot.world.person("Мария")
        stage.group.add(stage.maria)
        stage.anna = bot.world.person("Анна")
        stage.boris = bot.world.person("Борис Петров")
        bot.world.inbox.drop()
        return stage

    def jump(self, by: timedelta) -> None:
        """Let time pass at once; the mail server says that it is still there, so the desk looks again."""
        self.clock.jump(by)
        self.mails.imap.still_here()

    async def close(self) -> None:
        await self.mails.stop()
        await self.bot.stop()

    def addresses(self) -> dict[str, str]:
        """Where the servers are, for whoever wants to go on by hand."""
        mails = self.mails
        return {
            "api": self.bot.url,
            "token": TOKEN,
            "imap": f"127.0.0.1:{mails.imap_port}",
            "smtp": f"127.0.0.1:{mails.smtp_port}",
            "support": SUPPORT,
            "client": BORIS,
            "password": PASSWORD,
            "folder": str(self.folder),
        }

    def tables(self) -> dict[str, Any]:
        """`config.toml` for this stage, as tables."""
        account = {"host": "127.0.0.1", "security": "none", "user": SUPPORT, "password": PASSWORD}
        return {
            "desk": {"name": "ООО Ромашка", "data": str(self.folder)},
            "store": {"url": f"sqlite:///{self.folder / 'desk.db'}"},
            "telegram": {
                "token": TOKEN,
                "api": self.bot.url,
                "group": GROUP,
                "pace": {"per_second": 0, "chat_per_second": 0, "group_per_minute": 0},
            },
            "mailbox": [
                {
                    "name": "support",
                    "address": SUPPORT,
                    "imap": {**account, "port": self.mails.imap_port},
                    "smtp": {**account, "port": self.mails.smtp_port},
                    "poll": "1 second",
                    "first_run": "all",
                }
            ],
            "calendar": {"holidays": "RU"},
            "plan": [
                {"name": "base", "title": "Базовая поддержка", "base": True, "first_answer": "16 working hours"},
                {
                    "name": "warranty",
                    "title": "Гарантия",
                    "first_answer": "8 working hours",
                    "solve": "40 working hours",
                },
            ],
            "line": [
                {"name": "first", "title": "Первая линия"},
                {"name": "second", "title": "Вторая линия", "plan": "warranty"},
            ],
            "person": [{"telegram": self.maria.id, "name": "Мария", "role": "lead"}],
            "rule": [
                {"name": "счета", "when": {"channel": "mail", "mentions": ["счёт", "invoice"]}, "line": "second"},
                {"name": "всё остальное", "when": {"always": True}, "line": "first"},
            ],
        }
