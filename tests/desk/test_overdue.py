"""The watch over many tickets at once: all are seen, each is told once, General is not flooded."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from desk import overdue
from desk.calendar import NoDaysOff
from desk.desk import Current, Desk, Setup
from desk.overdue import Watch
from desk.parcels import Parcel, Purpose
from desk.people import Client, Door, Proof
from desk.settings import Settings
from desk.tickets import Status, Ticket
from store.store import SqlStore
from tests.conftest import Clock

MANY = overdue.AT_ONCE + 30
PLAN = {"name": "base", "title": "Базовая", "base": True, "first_answer": "8 working hours"}
NOTHING: Any = None  # neither rules nor files are asked


def desk_of(store: SqlStore, clock: Clock, plans: list[dict[str, Any]]) -> Desk:
    settings = Settings.model_validate(
        {
            "desk": {"name": "ООО Ромашка"},
            "telegram": {"token": "123456:TEST", "group": -1001234567890},
            "plan": plans,
        }
    )
    setup = Setup.of(settings, NOTHING, lambda _country: NoDaysOff())
    return Desk(current=Current(setup), store=store, files=NOTHING, now=clock)


async def fill(store: SqlStore, at: datetime) -> None:
    """So many open tickets, and as many that nobody waits for or that nothing was promised for."""
    async with store.unit() as unit:
        client = await unit.add(Client(name="Анна", created_at=at))
        door = await unit.add(
            Door(client_id=client.id, channel="telegram", address="1", proof=Proof.FIRST, created_at=at, used_at=at)
        )
        others = [(Status.CLOSED, "base"), (Status.SOLVED, "base"), (Status.OPEN, ""), (Status.OPEN, "forgotten")]
        for status, plan in [*[(Status.NEW, "base"), (Status.OPEN, "base")] * (MANY // 2), *others]:
            await unit.add(
                Ticket(
                    client_id=client.id,
                    opened_door_id=door.id,
                    door_id=door.id,
                    line="first",
                    status=status,
                    subject="Принтер",
                    verdict={},
                    created_at=at,
                    active_at=at,
                    client_wrote_at=at,
                    plan=plan,
                )
            )
        await unit.commit()


async def told(store: SqlStore) -> tuple[int, list[str]]:
    """How many lines stand in topics, and the messages in General."""
    async with store.view() as view:
        lines = await view.count(Parcel, purpose=Purpose.EVENT)
        return lines, [str(one.body["text"]) for one in await view.find(Parcel, purpose=Purpose.ALARM)]


async def test_after_a_long_time_off_each_of_many_is_told_once(sqlite_store: SqlStore, clock: Clock) -> None:
    await fill(sqlite_store, clock() - timedelta(days=10))
    desk = desk_of(sqlite_store, clock, [PLAN])
    await Watch(desk).tick()
    lines, general = await told(sqlite_store)
    assert lines == MANY
    assert len(general) < MANY / 10, "broken promises of one moment are gathered"
    rows = "\n".join(general).splitlines()
    assert sorted(int(row.split(":")[0].removeprefix("SD-")) for row in rows) == list(range(1, MANY + 1))
    await Watch(desk).tick()  # as after a restart
    assert await told(sqlite_store) == (lines, general)
    async with sqlite_store.view() as view:
        marks = {tuple(ticket.warned) for ticket in await view.find(Ticket, id__le=MANY)}
    assert marks == {("answer:50", "answer:75", "answer:90", "answer:100")}


async def test_two_looks_at_once_tell_each_ticket_once(sqlite_store: SqlStore, clock: Clock) -> None:
    """The schedule's and one that somebody asked for."""
    await fill(sqlite_store, clock() - timedelta(days=10))
    watch = Watch(desk_of(sqlite_store, clock, [PLAN]))
    await asyncio.gather(watch.tick(), watch.tick())
    lines, _ = await told(sqlite_store)
    assert lines == MANY


async def test_a_ticket_that_changed_is_reckoned_again_and_the_rest_is_not_touched(
    sqlite_store: SqlStore, clock: Clock
) -> None:
    clock.set(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))  # Monday noon: due on Tuesday noon
    await fill(sqlite_store, clock())
    watch = Watch(desk_of(sqlite_store, clock, [PLAN]))
    await watch.tick()
    assert await told(sqlite_store) == (0, [])
    async with sqlite_store.unit() as unit:
        await unit.change(Ticket, {"answer_from": clock() - timedelta(days=7)}, id=5)
        await unit.commit()
    clock.advance(minutes=1)
    await watch.tick()
    lines, general = await told(sqlite_store)
    assert (lines, [row.split(":")[0] for row in general]) == (1, ["SD-5"])


async def test_without_plans_nothing_is_looked_at(sqlite_store: SqlStore, clock: Clock) -> None:
    await fill(sqlite_store, clock() - timedelta(days=10))
    await Watch(desk_of(sqlite_store, clock, [])).tick()
    assert await told(sqlite_store) == (0, [])
