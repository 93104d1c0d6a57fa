"""`make bench`: how quickly a desk is ready, confirms, answers and ends, and what it weighs; figures only, no verdict."""

import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from playground.botapi import BotApiServer, Group, Person
from playground.mail.world import MailWorld

GROUP = -1001000000001
SUPPORT = "support@otvet.example"
TOKEN = "123456:TEST"
LIBRARIES = "import aiogram, aioimaplib, aiosmtplib, sqlmodel, aiosqlite, apscheduler.schedulers.asyncio, holidays"

CONFIG = """
[desk]
name = "ООО Ромашка"
[telegram]
token = "{token}"
api = "{api}"
group = {group}
[[mailbox]]
name = "support"
address = "{support}"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", user = "{support}", password = "secret" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, security = "none", user = "{support}", password = "secret" }}
"""


def imports() -> float:
    """Seconds of the bare import of the libraries, in a process of its own: the baseline of readiness."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", LIBRARIES], check=True)
    return time.perf_counter() - started


def memory(pid: int) -> float:
    """Resident megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(row for row in status.splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The outside world, and how to start a desk in it."""

    bot: BotApiServer
    mails: MailWorld
    group: Group
    client: Person
    config: Path
    baseline: float

    def spawn(self) -> "subprocess.Popen[bytes]":
        with self.config.with_suffix(".log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "desk", "run", "--config", self.config], stderr=log, stdout=log
            )


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 60.0) -> float:
    """Seconds until it holds."""
    started = time.perf_counter()
    while not await condition():
        if time.perf_counter() - started > seconds:
            raise TimeoutError("it did not happen")
        await asyncio.sleep(0.005)
    return time.perf_counter() - started


async def main() -> None:
    baseline = min(imports() for _ in range(3))
    print(f"import of the libraries alone       {baseline:6.2f} s")
    mails = MailWorld(lambda: datetime.now(UTC))
    await mails.start()
    await mails.user(SUPPORT)
    await mails.user("ann@client.example")
    async with await BotApiServer(token=TOKEN).start() as bot:
        engineer, client = bot.world.person("Борис"), bot.world.person("Анна")
        group = bot.world.group("Инженеры", chat_id=GROUP)
        group.add(engineer)
        folder = Path(tempfile.mkdtemp(prefix="otvet-bench-"))
        config = folder / "config.toml"
        ports = {"imap": mails.imap_port, "smtp": mails.smtp_port}
        config.write_text(CONFIG.format(token=TOKEN, api=bot.url, group=GROUP, support=SUPPORT, **ports))
        await measure(Stage(bot=bot, mails=mails, group=group, client=client, config=config, baseline=baseline))
    await mails.stop()


async def measure(stage: Stage) -> None:
    """Print one figure a line."""
    bot, mails, client = stage.bot, stage.mails, stage.client
    for attempt in ("first start (makes the database)", "ready after start"):
        seen = len(bot.called("getUpdates"))
        desk = stage.spawn()
        ready = await until(partial(polled, bot, seen))
        print(f"{attempt:35} {ready:6.2f} s  = {ready - stage.baseline:+.2f} s beyond the imports")
        if attempt.startswith("first"):
            desk.send_signal(signal.SIGTERM)
            await asyncio.to_thread(desk.wait)
    await until(lambda: idle(mails))
    client.start()
    await until(lambda: said(client, "ООО Ромашка"))
    client.say("Не печатает принтер")
    print(f"receipt of a Telegram message       {await until(lambda: said(client, 'SD-1')):6.2f} s")
    await mails.send(sender="ann@client.example", to=SUPPORT, subject="Счёт", text="Пришлите счёт")
    print(f"receipt of a mail                   {await until(lambda: mails.inbox('ann@client.example')):6.2f} s")
    await until(lambda: topics(stage.group, 2))
    await asyncio.sleep(5)
    print(f"memory at rest                      {memory(desk.pid):6.0f} MB")
    started = time.perf_counter()
    desk.send_signal(signal.SIGTERM)
    code = await asyncio.to_thread(desk.wait)
    print(f"end after SIGTERM                   {time.perf_counter() - started:6.2f} s, exit code {code}")


async def polled(bot: BotApiServer, seen: int) -> bool:
    """Whether the desk asked for updates: from now on it hears its clients."""
    return len(bot.called("getUpdates")) > seen


async def idle(mails: MailWorld) -> bool:
    return mails.imap.connections > 0


async def said(person: Person, words: str) -> bool:
    return any(words in message.text and message.from_bot for message in person.chat)


async def topics(group: Group, count: int) -> bool:
    return len(group.topics) >= count


if __name__ == "__main__":
    asyncio.run(main())
