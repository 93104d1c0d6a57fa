"""The outside world of the demo: a Bot API server, an IMAP and SMTP server, people, and a clock that can jump."""

import json
import secrets
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from playground.botapi import BotApiServer, Group, Person
from playground.clock import Clock
from playground.mail.world import MailWorld

BOT = "romashka_help_bot"
SUPPORT = "support@romashka.example"
BORIS = "boris@client.example"
PASSWORD = "secret"
GROUP = -1001234567890

MONDAY = datetime(2026, 11, 23, 8, 35, tzinfo=UTC)
"""The story begins on a working morning in Moscow, half past eleven."""

NAMES: Final = {
    "ru": {
        "company": "ООО Ромашка", "engineers": "Инженеры", "maria": "Мария", "peter": "Пётр", "anna": "Анна",
        "boris": "Борис Петров", "base": "Базовая поддержка", "warranty": "Гарантия", "first": "Первая линия",
        "second": "Вторая линия", "bills": "счета", "rest": "всё остальное",
    },
    "en": {
        "company": "Daisy Ltd", "engineers": "Engineers", "maria": "Maria", "peter": "Peter", "anna": "Anna",
        "boris": "Boris Petrov", "base": "Basic support", "warranty": "Warranty", "first": "First line",
        "second": "Second line", "bills": "invoices", "rest": "everything else",
    },
}  # fmt: skip
"""What people and things are called, in the language of the demo."""

LIBRARY: Final = Path(__file__).parent / "library"
"""Ready-made answers and articles, a folder for each language."""

FIELDS: Final = (
    {
        "name": "device",
        "title": {"ru": "Устройство", "en": "Device"},
        "ask": {
            "ru": "Какое устройство? Модель написана на наклейке сзади.",
            "en": "Which device? The model is on the label at the back.",
        },
        "labels": ["модель", "model"],
    },
    {
        "name": "place",
        "title": {"ru": "Где стоит", "en": "Where it is"},
        "ask": {"ru": "Где оно стоит?", "en": "Where is it?"},
        "choices": {"ru": ["Офис", "Склад", "Магазин"], "en": ["Office", "Warehouse", "Shop"]},
    },
)
"""What an error needs, so that cards and «Нужны данные» have something to say."""

CLOCK_FILE, SETUP_FILE = "clock", "stage.json"
"""What a desk in a process of its own finds in the stage's folder: the time, and its configuration."""


@dataclass
class Stage:
    """Everything around the desk. `tables` is the configuration that makes a desk work here."""

    clock: Clock
    folder: Path
    bot: BotApiServer
    mails: MailWorld
    language: str = "ru"
    mails_cut: bool = False  # the mail servers are away for a while, by somebody's wish
    group: Group = field(init=False)
    maria: Person = field(init=False)
    peter: Person = field(init=False)
    anna: Person = field(init=False)
    boris: Person = field(init=False)

    @classmethod
    async def opened(cls, folder: Path | None = None, language: str = "ru") -> Self:
        """Start the servers and let people in."""
        folder = folder or Path(tempfile.mkdtemp(prefix="otvet-demo-"))
        clock = Clock.starting(MONDAY, folder / CLOCK_FILE)
        # A token of its own, since a desk lets no second one on the same machine work for the same bot.
        token = f"{100_000_000 + secrets.randbelow(900_000_000)}:DEMO-{secrets.token_hex(8)}"
        # Updates are kept for ever: time jumps here before a desk could have asked for them.
        bot = await BotApiServer(token=token, bot_username=BOT, now=clock, control=True, keep_updates=None).start()
        mails = MailWorld(clock)
        await mails.start()
        stage = cls(clock=clock, folder=folder, bot=bot, mails=mails, language=language)
        await stage._let_in()
        return stage

    async def cut_mails(self) -> None:
        """Take the mail servers away, connections and all, until `mend_mails`."""
        self.mails_cut = True
        await self.mails.stop()

    async def mend_mails(self) -> None:
        """Let them come back on the same ports with all that lay in them."""
        await self.mails.start()
        self.mails_cut = False

    async def _let_in(self) -> None:
        await self.mails.user(SUPPORT, PASSWORD)
        world, names = self.bot.world, NAMES[self.language]
        await self.mails.user(BORIS, PASSWORD, name=names["boris"])
        world.inline_mode = True
        self.group = world.group(names["engineers"], chat_id=GROUP)
        self.maria, self.peter, self.anna, self.boris = (
            world.person(names[who], language_code=self.language) for who in ("maria", "peter", "anna", "boris")
        )
        self.group.add(self.maria, admin=True)
        self.group.add(self.peter)
        world.inbox.drop()

    def jump(self, by: timedelta) -> None:
        """Let time pass at once; the mail server says that it is still there, so the desk looks again."""
        self.clock.jump(by)
        self.mails.imap.still_here()

    async def close(self, *, forget: bool = False) -> None:
        """Stop the servers; `forget`: and take everything away that lies on the disk."""
        await self.mails.stop()
        await self.bot.stop()
        if forget:
            shutil.rmtree(self.folder, ignore_errors=True)

    def write_down(self) -> None:
        """Leave the configuration where a desk in a process of its own finds it."""
        file = self.folder / SETUP_FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps(self.tables(), ensure_ascii=False), encoding="utf-8")

    def addresses(self) -> dict[str, str]:
        """Where the servers are, for whoever wants to go on by hand."""
        mails = self.mails
        return {
            "api": self.bot.url,
            "token": self.bot.token,
            "imap": f"127.0.0.1:{mails.imap_port}",
            "smtp": f"127.0.0.1:{mails.smtp_port}",
            "support": SUPPORT,
            "client": BORIS,
            "password": PASSWORD,
            "folder": str(self.folder),
        }

    def tables(self) -> dict[str, Any]:
        """`config.toml` for this stage, as tables."""
        names = NAMES[self.language]
        account = {"host": "127.0.0.1", "security": "none", "user": SUPPORT, "password": PASSWORD}
        return {
            "desk": {"name": names["company"], "language": self.language, "data": str(self.folder)},
            "store": {"url": f"sqlite:///{self.folder / 'desk.db'}"},
            "telegram": {
                "token": self.bot.token,
                "api": self.bot.url,
                "group": GROUP,
                "hold": "5 seconds",  # as long as a person may watch an answer wait
                "hold_mail": "10 seconds",
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
            "library": {name: str(LIBRARY / self.language / name) for name in ("answers", "articles")},
            "field": [dict(one) for one in FIELDS],
            "requires": {"error": [one["name"] for one in FIELDS]},
            "calendar": {"holidays": "RU"},
            "plan": [
                {"name": "base", "title": names["base"], "base": True, "first_answer": "16 working hours"},
                {
                    "name": "warranty",
                    "title": names["warranty"],
                    "first_answer": "8 working hours",
                    "solve": "40 working hours",
                },
            ],
            "line": [
                {"name": "first", "title": names["first"]},
                {"name": "second", "title": names["second"], "plan": "warranty"},
            ],
            "person": [{"telegram": self.maria.id, "name": self.maria.name, "role": "lead"}],
            "rule": [
                {
                    "name": names["bills"],
                    "when": {"channel": "mail", "mentions": ["счёт", "invoice"]},
                    "line": "second",
                },
                {"name": names["rest"], "when": {"always": True}, "line": "first"},
            ],
        }
