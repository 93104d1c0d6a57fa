"""What the tests of reading mail work with: a desk that only keeps, pollers, a server's mailbox on disk."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.ports import Arrival
from mail.arrivals import Account
from mail.imap import Poller
from mail.needs import Pauses

SUPPORT = "support@desk.example"
ANN = "ann@client.example"
QUICK = Pauses(
    first=timedelta(milliseconds=20),
    longest=timedelta(milliseconds=100),
    refused=timedelta(milliseconds=20),
    stopped=timedelta(hours=1),
)


def letter(number: int, *, size: int = 0) -> bytes:
    """A plain mail from Ann, told apart by its number; `size` bytes are added to it."""
    head = f"From: Anna <{ANN}>\r\nSubject: letter {number}\r\nMessage-ID: <{number}@client.example>\r\n\r\ntext\r\n"
    return head.encode() + (b"x" * 75 + b"\r\n") * (size // 77)


@dataclass
class Stored:
    """What the desk would do with arrivals: it keeps them, or fails as it is told to."""

    arrivals: list[Arrival] = field(default_factory=list)
    health: list[tuple[bool, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)  # raised one by one before anything is kept

    async def receive(self, arrivals: Sequence[Arrival]) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.arrivals.extend(arrivals)

    async def known(self, mailbox: str, ids: Sequence[str]) -> set[str]:
        return {one.external_id for one in self.arrivals if one.place == mailbox and one.external_id in ids}

    async def on_health(self, mailbox: str, ok: bool, reason: str) -> None:
        self.health.append((ok, reason))

    async def recall(self, key: str) -> str:
        return self.facts.get(key, "")

    async def remember(self, key: str, value: str) -> None:
        self.facts[key] = value

    def subjects(self) -> list[str]:
        return [_subject(one.content) for one in self.arrivals]


def _subject(content: bytes) -> str:
    return next(line[9:].decode() for line in content.splitlines() if line.lower().startswith(b"subject: "))


class Readers:
    """Starts pollers and ends them."""

    def __init__(self, account: Account, stored: Stored) -> None:
        self.account = account
        self.stored = stored
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *, quiet: bool = False, account: Account | None = None) -> asyncio.Task[None]:
        poller = Poller(
            account or self.account,
            memory=self.stored,
            known=self.stored.known,
            on_health=self.stored.on_health,
            now=lambda: datetime.now(UTC),
            quiet=quiet,
            pauses=QUICK,
            answer_within=timedelta(seconds=5),
        )
        task = asyncio.create_task(poller.run(self.stored.receive))
        self._tasks.append(task)
        return task

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


@dataclass
class Dovecot:
    """A Dovecot of the tests' own: one user whose Maildir lies in `home`."""

    port: int
    home: Path

    def put(self, content: bytes, *, seen: bool = False) -> None:
        """Deliver as a mail server does: written aside, then renamed into place."""
        name = f"{datetime.now(UTC).timestamp():.6f}.{os.urandom(4).hex()}.test"
        maildir = self.home / "Maildir"
        (maildir / "tmp" / name).write_bytes(content)
        (maildir / "tmp" / name).rename(maildir / ("cur" if seen else "new") / (f"{name}:2,S" if seen else name))

    def restored(self, *, uidvalidity: int) -> "Dovecot":
        """The same mails in a mailbox that counts anew, as after a restore from a backup."""
        home = self.home.with_name(f"{self.home.name}-restored")
        shutil.copytree(self.home, home, ignore=shutil.ignore_patterns("dovecot*"))
        (home / "Maildir" / "dovecot-uidlist").write_text(f"3 V{uidvalidity} N1 G{'abcdef' * 5}ab\n")
        for path in (home, *home.rglob("*")):
            shutil.chown(path, "mail", "mail")
        return Dovecot(port=self.port, home=home)

    def lying(self, folder: str = "") -> int:
        place = self.home / "Maildir" / (f".{folder}" if folder else "")
        return sum(len(list((place / part).glob("*"))) for part in ("new", "cur") if (place / part).is_dir())
