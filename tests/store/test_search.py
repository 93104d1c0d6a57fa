"""Tickets are found by their stems, alike on both engines, and the index follows the tables by itself."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from desk.search import APART, Document, Part, Sought, Term
from desk.tickets import Message, Status, Ticket, TicketId
from store.doctor import check
from store.search_tables import NOTED
from store.store import SqlStore

UPGRADE = Path(__file__).parent / "upgrade"


def term(words: str, **more: Any) -> Term:
    return Term(stems=tuple(words.split()), **more)


async def filled(store: SqlStore, make: Any, *said: str, **fields: Any) -> list[TicketId]:
    """A ticket for each, with these stems in its index and nothing due."""
    async with store.unit() as unit:
        client = await unit.add(make.client())
        door = await unit.add(make.door(client.id))
        tickets = [await unit.add(make.ticket(client.id, door.id, **fields)) for _ in said]
        due = dict(await unit.search_due(100))
        for ticket, words in zip(tickets, said, strict=True):
            subject, _, rest = words.partition("|")
            document = Document(
                ticket_id=ticket.id, subject=tuple(subject.split()), who=("ann", "acme"), said=tuple(rest.split()),
                marks=("every", "tag", "счет" if "счет" in rest else "нет"),
            )  # fmt: skip
            await unit.search_keep(document, due[ticket.id])
        assert await unit.search_left() == 0
        await unit.commit()
    return [ticket.id for ticket in tickets]


QUESTIONS: Sequence[tuple[Sequence[Term], Sequence[int]]] = (
    ([term("принтер")], [1, 3, 2]),  # in the subject first, then the newer
    ([term("принтер"), term("счет")], [3]),
    ([term("не печата")], [1]),
    ([term("печата не")], []),
    ([term("конец начал")], []),  # a phrase does not reach from one message into the next
    ([term("принтер"), term("счет", absent=True)], [1, 2]),
    ([term("счет", absent=True)], [2, 1]),
    ([term("acme", part=Part.WHO)], [3, 2, 1]),
    ([term("acme", part=Part.SAID)], []),
    ([term("при", begun=True)], [1, 3, 2]),
    ([term("tag счет", part=Part.MARKS)], [3]),
    ([term("OR")], []),
    ([term("near")], [2]),
)


async def test_questions_find_what_they_ask_for(store: SqlStore, make: Any) -> None:
    await filled(store, make, "принтер|не печата", f"друг|принтер near конец {APART} начал", "ещ|принтер счет")
    async with store.view() as view:
        found = [await view.search(Sought(terms=tuple(terms))) for terms, _ in QUESTIONS]
    assert [sorted(one) for one in found] == [sorted(wanted) for _, wanted in QUESTIONS]
    assert found[0][0] == 1


async def test_the_ticket_itself_must_fit(store: SqlStore, make: Any, clock: Any) -> None:
    """With words and without; nothing means nothing is asked."""
    ids = await filled(store, make, "а|принтер", "б|принтер", "в|принтер")
    async with store.unit() as unit:
        second = await unit.get(Ticket, ids[1])
        assert second
        await unit.change(Ticket, {"status": Status.WAITING, "line": "second", "taken_id": "7"}, id=ids[1])
        await unit.commit()
    for terms in ((), (term("принтер"),)):
        async with store.view() as view:
            found = [
                await view.search(Sought(terms=terms, **one))
                for one in (
                    {"statuses": (Status.WAITING,)}, {"not_statuses": (Status.WAITING,)}, {"lines": ("second", "x")},
                    {"taken_id": "7"}, {"taken_id": ""}, {"not_types": (next(iter(Status)),)},
                    {"after": clock(), "before": clock()}, {"after": clock()},
                )
            ]  # fmt: skip
        assert [sorted(one) for one in found] == [[2], [1, 3], [2], [2], [1, 3], [1, 2, 3], [], [1, 2, 3]]


async def test_the_index_hears_of_every_change(store: SqlStore, make: Any) -> None:
    """Whoever makes it and however; what says nothing new makes nothing due."""
    async with store.unit() as unit:
        everything = await make.everything(unit)  # noqa: F841
        await unit.commit()
    async with store.unit() as unit:
        for id_, times in await unit.search_due(1_000):
            await unit.search_forget(id_, times)
        ticket = (await unit.find(Ticket))[0]
        await unit.save(ticket)
        await unit.change(Ticket, {"status": Status.OPEN}, id=ticket.id)
        assert await unit.search_left() == 0
        await unit.change(Message, {"text": "иначе"}, ticket_id=ticket.id)
        assert [id_ for id_, _ in await unit.search_due(10)] == [ticket.id]
        await unit.commit()


async def test_what_changes_while_it_is_read_stays_due(store: SqlStore, make: Any) -> None:
    (id_,) = await filled(store, make, "а|б")
    async with store.unit() as unit:
        await unit.add(make.message(id_))
        ((_, times),) = await unit.search_due(5)
        await unit.add(make.message(id_))
        await unit.search_keep(Document(ticket_id=id_, said=("здравствуйт",)), times)
        assert await unit.search_left() == 1
        await unit.search_forget(id_, times + 1)
        assert await unit.search_left() == 0
        assert await unit.search(Sought(terms=(term("здравствуйт"),))) == []
        await unit.commit()


async def test_similar_tickets_share_rare_words(store: SqlStore, make: Any) -> None:
    """Only ended ones, the most alike first, the newer among equals."""
    said = ["а|счет принтер", "б|принтер", "в|принтер", "г|сканер", *["д|счет"] * 6]
    ids = await filled(store, make, *said, status=Status.CLOSED)
    async with store.unit() as unit:
        await unit.change(Ticket, {"status": Status.OPEN}, id=ids[3])
        found = await unit.search_alike({"принтер": 1.0, "счет": 1.0, "сканер": 9.0}, but=[ids[2]], limit=3)
    assert [id_ for id_, _ in found] == [ids[0], ids[1], ids[9]]


async def test_every_table_of_words_is_watched(store: SqlStore) -> None:
    async with store._database.reading() as connection:
        on_sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        on_postgres = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        names = (await connection.execute(text(on_sqlite if store._database.file else on_postgres))).scalars().all()
    assert {name.split("_")[1] for name in names} == {table for table, _, _ in NOTED}


async def test_the_doctor_says_how_far_the_index_is(store: SqlStore, store_url: str, make: Any) -> None:
    """Only while it is far behind."""
    assert [one.state for one in await check(store_url, "ru")] == ["ok"]
    async with store.unit() as unit:
        client = await unit.add(make.client())
        door = await unit.add(make.door(client.id))
        for _ in range(60):
            await unit.add(make.ticket(client.id, door.id))
        await unit.commit()
    assert [(one.state, one.detail) for one in await check(store_url, "ru")][1:] == [("warning", "в поиске 0 из 60")]


@pytest.mark.parametrize("revision", ["0002", "0003", "0004"])
async def test_an_upgraded_database_is_due_as_a_whole(revision: str, tmp_path: Path) -> None:
    """With what was written before; a start that finds no index makes one."""
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((UPGRADE / f"{revision}.sql").read_text(encoding="utf-8"))
        connection.commit()
    for _ in range(2):
        store = SqlStore(f"sqlite:///{path}")
        await store.open()
        async with store.view() as view:
            assert await view.search_left() == await view.count(Ticket) > 0
        await store.close()
