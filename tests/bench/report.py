"""`make bench-report`: how long a report takes beside a long history, and for how long the desk is held up by it."""

import asyncio
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.__main__ import set_up
from desk.accounts import Pause
from desk.books import book
from desk.desk import Current, Desk
from desk.people import Client, Door
from desk.periods import parse
from desk.posters import poster
from desk.reports import made
from desk.settings import Settings
from desk.tickets import Closing, Priority, Status, Ticket, Type
from reports.printer import Draughtsman
from reports.workbook import render
from rules.chain import compile_chain
from store.files import FolderFiles
from store.store import SqlStore

COUNT = int(os.environ.get("COUNT") or 100_000)
OPEN = 300
NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
LINES = [{"name": "first", "title": "Первая линия"}, {"name": "second", "title": "Вторая линия"}]
PLAN = {
    "name": "base",
    "title": "Базовая",
    "base": True,
    "first_answer": "8 working hours",
    "solve": "40 working hours",
}


async def fill(store: SqlStore) -> None:
    """Three years of tickets, the last of them still open."""
    chance = random.Random(7)  # noqa: S311 - the same every time
    async with store.unit() as unit:
        client = await unit.add(Client(name="Анна", created_at=NOW))
        door = await unit.add(Door(client_id=client.id, channel="telegram", address="1", created_at=NOW, used_at=NOW))
        for number in range(COUNT):
            created = NOW - YEARS * (1 - number / COUNT)
            open_ = number >= COUNT - OPEN
            done = None if open_ else min(created + timedelta(hours=chance.expovariate(1 / 60)), NOW)
            ticket = await unit.add(
                Ticket(
                    client_id=client.id, opened_door_id=door.id, door_id=door.id, subject="Не печатает",
                    line=chance.choice(LINES)["name"], plan="base", taken_by=chance.choice(("Мария", "Пётр", "Ольга")),
                    verdict={"rule": "everything", "line": "first", "asked": []}, type=chance.choice(list(Type)),
                    priority=chance.choice(list(Priority)), created_at=created, active_at=created,
                    client_wrote_at=created, closed_at=done, solved_at=done,
                    closing=Closing.SOLVED if done else None,
                    status=Status.CLOSED if done else chance.choice((Status.OPEN, Status.WAITING, Status.NEW)),
                    answered_at=created + timedelta(hours=2), answer_took=chance.randrange(40_000), answer_limit=28_800,
                    solve_took=chance.randrange(200_000) if done else None, solve_limit=144_000 if done else None,
                )
            )  # fmt: skip
            if done:
                await unit.add(Pause(ticket_id=ticket.id, why=Status.CLOSED, since=done))
        await unit.commit()


async def held_up(stop: asyncio.Event) -> float:
    """The longest time for which the event loop did nothing else."""
    longest, last = 0.0, time.perf_counter()
    while not stop.is_set():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = SqlStore(f"sqlite:///{folder}/desk.db")
        await store.open()
        settings = Settings.model_validate(
            {
                "desk": {"name": "ООО Ромашка", "data": folder}, "telegram": {"token": "123456:TEST", "group": -1001},
                "line": LINES, "plan": [PLAN],
                "rule": [{"name": "everything", "when": {"always": True}, "line": "first"}],
            }
        )  # fmt: skip
        rules = [rule.model_dump() for rule in settings.rule]
        chain = compile_chain(rules, lines=["first", "second"], mailboxes=[], file="bench")
        files = FolderFiles(Path(folder) / "files")
        desk = Desk(current=Current(set_up(settings, chain)), store=store, files=files, now=lambda: NOW)
        started = time.perf_counter()
        await fill(store)
        print(f"{COUNT} tickets over three years, {OPEN} open: made in {time.perf_counter() - started:.1f} s")
        printer = Draughtsman(folder=Path(folder) / "drawing")
        for name in ("2024-01", "2026Q4", "2026-11", "2026-W48"):
            period = parse(name)
            assert period is not None
            stop = asyncio.Event()
            watch = asyncio.create_task(held_up(stop))
            started = time.perf_counter()
            report = await made(desk, period)
            reckoned = time.perf_counter()
            picture = await printer.picture(poster(desk, report))
            drawn = time.perf_counter()
            stop.set()
            held = await watch
            render(book(desk, report))
            written = time.perf_counter()
            print(
                f"{name:>9}: {len(report.fates):6} tickets read and reckoned in {reckoned - started:6.2f} s, drawn in "
                f"{drawn - reckoned:4.2f} s; the desk was held up for {held * 1000:4.0f} ms at most; "
                f"as a workbook {written - drawn:6.2f} s"
            )
            if len(sys.argv) > 1:
                Path(sys.argv[1], f"{name}.png").write_bytes(picture)
        await store.close()


if __name__ == "__main__":
    asyncio.run(main())
