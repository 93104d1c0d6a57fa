"""One desk that reads one mailbox, measured from within: its work on mails and nothing else.

Usage: intake.py FOLDER PORT USER COUNT. Prints JSON. The courier does not run, so that receipts, cards and topics get
as far as the outbox and no further: what Telegram's and SMTP's pace would add is not mail to ticket.
"""

import asyncio
import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import snowballstemmer  # noqa: F401 - what a running desk has imported long before a mail comes
from aioimaplib import aioimaplib  # noqa: F401

from desk.__main__ import set_up
from desk.desk import Current, Desk
from desk.inbox import Inbox
from desk.incoming import Raw, RawState
from desk.settings import Settings
from desk.tickets import Message, Ticket
from mail.channel import MailChannel
from rules.chain import compile_chain
from store.files import FolderFiles
from store.store import SqlStore
from tests.bench.letters import SUPPORT

EARLY = 1_000
"""Mails after which memory is looked at for the first time: what is needed once is there by then."""


def settings(folder: Path, port: int, user: str) -> Settings:
    server = {"host": "127.0.0.1", "port": port, "user": user, "password": "secret", "security": "none"}
    return Settings.model_validate({
        "desk": {"name": "ООО Ромашка", "language": "ru", "data": str(folder)},
        "store": {"url": f"sqlite:///{folder}/desk.db"},
        "telegram": {"token": "123456:BENCH", "group": -1001},
        "mailbox": [{"name": "support", "address": SUPPORT, "imap": server, "smtp": server, "first_run": "all"}],
        "calendar": {"holidays": "RU"},
        "line": [{"name": "first", "title": "Первая линия"}, {"name": "second", "title": "Вторая линия"}],
        "rule": [
            {"name": "billing", "when": {"channel": "mail", "mentions": ["счёт", "invoice", "договор"]}, "line": "second"},
            {"name": "passwords", "when": {"mentions": ["пароль", "password"], "from": ["*@client.example"]}, "line": "first"},
            {"name": "files", "when": {"has_attachment": True, "language": "en"}, "line": "second"},
            {"name": "everything", "when": {"always": True}, "line": "first"},
        ],
    })  # fmt: skip


def memory(name: str) -> float:
    """Megabytes: VmRSS now, VmHWM at the most."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(row for row in status.splitlines() if row.startswith(name)).split()[1]) / 1024


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(folder: Path, port: int, user: str, count: int) -> dict[str, Any]:
    chosen = settings(folder, port, user)
    store = SqlStore(chosen.store.url)
    await store.open()
    chain = compile_chain(
        [rule.model_dump() for rule in chosen.rule],
        lines=[line.name for line in chosen.line],
        mailboxes=["support"],
        file="config.toml",
    )
    files = FolderFiles(folder / "files")
    desk = Desk(current=Current(set_up(chosen, chain)), store=store, files=files, now=lambda: datetime.now(UTC))
    async with store.unit() as unit:  # so that receipts carry a link, as beside a bot
        await unit.remember("telegram.username", "bench_bot")
        await unit.commit()
    channel = MailChannel(desk, chosen.mailbox)
    inbox = Inbox(desk, [channel])
    store.on_commit(inbox.wake)
    began, used = time.perf_counter(), cpu()
    tasks = [asyncio.create_task(inbox.run()), asyncio.create_task(channel.run(inbox.receive))]
    early = 0.0
    while (done := await finished(desk)) < count and not any(task.done() for task in tasks):
        early = early or (memory("VmRSS") if done >= EARLY else 0.0)
        await asyncio.sleep(0.05)
    seconds, used = time.perf_counter() - began, cpu() - used
    async with store.view() as view:
        found = {
            "messages": await view.count(Message),
            "tickets": await view.count(Ticket),
            "quarantined": await view.count(Raw, state=RawState.QUARANTINED),
        }
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await inbox.drain(1)
    await channel.close()
    await store.close()
    return {"seconds": seconds, "cpu": used, "peak": memory("VmHWM"), "early": early, "late": memory("VmRSS"), **found}


async def finished(desk: Desk) -> int:
    """Mails that are done with, whatever became of them."""
    async with desk.view() as view:
        return await view.count(Raw, state__in=(RawState.DONE, RawState.QUARANTINED))


if __name__ == "__main__":
    place, port, user, count = sys.argv[1:5]
    print(json.dumps(asyncio.run(measure(Path(place), int(port), user, int(count)))))
