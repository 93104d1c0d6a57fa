"""A unit writes and reads the desk's values, all of it or nothing."""

import asyncio
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from desk.errors import AlreadyDone
from desk.incoming import Raw, RawState
from desk.people import Audit, Client, Door, Proof
from desk.tickets import Kind, Message, Status, Ticket
from store.columns import NAME_LIMIT, Choice, Name, Words
from store.store import SqlStore
from store.tables import TABLES


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_table_has_the_names_of_its_value(kind: type[Any]) -> None:
    """Columns are fields, in the same order; a field that may be None is a column that may be NULL."""
    columns = TABLES[kind].columns
    assert is_dataclass(kind)
    assert [field.name for field in fields(kind)] == [column.name for column in columns]
    for name, hint in get_type_hints(kind).items():
        assert columns[name].nullable == (type(None) in getattr(hint, "__args__", ())), name
        kinds = [hint, *getattr(hint, "__args__", ())]
        chosen = any(isinstance(one, type) and issubclass(one, StrEnum) for one in kinds)
        assert isinstance(columns[name].type, Choice) == chosen


async def test_every_value_comes_back_as_it_was(store: SqlStore, make: Any) -> None:
    """Every field of every kind, on both engines, to the microsecond."""
    make.now = make.now.replace(microsecond=123457)
    async with store.unit() as unit:
        things = await make.everything(unit)
        assert {type(thing) for thing in things} == set(TABLES)
        await unit.commit()
    async with store.view() as unit:
        for thing in things:
            assert await unit.get(type(thing), thing.id) == thing
            assert repr(await unit.get(type(thing), thing.id)) == repr(thing)


async def test_what_is_not_committed_did_not_happen(store: SqlStore, make: Any) -> None:
    """Leaving without a commit undoes everything."""
    async with store.unit() as unit:
        await make.people(unit)
    async with store.view() as unit:
        assert await unit.count(Client) == 0


async def test_an_exception_undoes_everything(store: SqlStore, make: Any) -> None:
    """The exception itself comes out unchanged."""
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - leaving by the exception is the point
        async with store.unit() as unit:
            await make.people(unit)
            raise ZeroDivisionError
    async with store.unit() as unit:
        assert await unit.count(Ticket) == 0


async def test_ticket_numbers_have_no_gaps(store: SqlStore, make: Any) -> None:
    """A number that was not committed is given to the next ticket; one whose ticket is gone is not."""
    async with store.unit() as unit:
        client, door, ticket = await make.people(unit)
        await unit.commit()
    assert ticket.id == 1
    async with store.unit() as unit:
        assert (await unit.add(make.ticket(client.id, door.id))).id == 2
    async with store.unit() as unit:
        assert (await unit.add(make.ticket(client.id, door.id))).id == 2
        await unit.commit()
    async with store.unit() as unit:
        await unit.remove(Ticket, id=2)
        await unit.commit()
    async with store.unit() as unit:
        assert (await unit.add(make.ticket(client.id, door.id))).id == 3


async def test_a_removed_rows_id_is_not_given_again(store: SqlStore, make: Any) -> None:
    """Message-IDs are made from ids."""
    async with store.unit() as unit:
        first = await unit.add(make.parcel())
        await unit.commit()
    async with store.unit() as unit:
        await unit.remove(type(first), id=first.id)
        assert (await unit.add(make.parcel())).id > first.id
        await unit.commit()


async def test_save_writes_every_field(store: SqlStore, make: Any) -> None:
    """And says so when there is no such row."""
    async with store.unit() as unit:
        client, _, ticket = await make.people(unit)
        changed = await unit.save(replace(ticket, status=Status.WAITING, taken_by="Иван\0"))
        assert changed.taken_by == "Иван"
        assert await unit.get(Ticket, ticket.id) == changed
        with pytest.raises(LookupError, match="no Client 99"):
            await unit.save(replace(client, id=99))
    async with store.unit() as unit:
        with pytest.raises(ValueError, match="has an id already"):
            await unit.add(client)


async def test_conditions(store: SqlStore, make: Any) -> None:
    """Each suffix means what the port says."""
    names = ["Анна", "Борис", "anna", "100%_"]
    cases = [
        ({"name": "Анна"}, [1]),
        ({"name__ne": "Анна"}, [2, 3, 4]),
        ({"id__lt": 2}, [1]),
        ({"id__le": 2}, [1, 2]),
        ({"id__gt": 3}, [4]),
        ({"id__ge": 3}, [3, 4]),
        ({"id__in": {1, 4, 9}}, [1, 4]),
        ({"id__in": []}, []),
        ({"name__in": ("Анна", "anna")}, [1, 3]),
        ({"name__has": "нн"}, [1]),
        ({"name__has": "ANN"}, []),
        ({"name__has": "%_"}, [4]),
        ({"name__has": ""}, [1, 2, 3, 4]),
        ({"joined_to": None}, [1, 2, 3]),
        ({"joined_to__ne": None}, [4]),
        ({"joined_to__ne": 1}, [1, 2, 3]),
        ({"joined_to__in": [1, None]}, [1, 2, 3, 4]),
        ({"created_at__lt": make.now.astimezone(timezone(timedelta(hours=3))) + timedelta(microseconds=2)}, [1, 2]),
        ({"name": "Анна", "id": 2}, []),
    ]
    async with store.unit() as unit:
        for number, name in enumerate(names):
            joined = 1 if number == 3 else None
            await unit.add(
                make.client(name=name, joined_to=joined, created_at=make.now + timedelta(microseconds=number))
            )
        for where, ids in cases:
            assert [client.id for client in await unit.find(Client, **where)] == ids, where
            assert await unit.count(Client, **where) == len(ids), where
            found = await unit.first(Client, **where)
            assert (found.id if found else None) == (ids[0] if ids else None), where


async def test_many_values_in_one_condition(store: SqlStore, make: Any) -> None:
    """Ten thousand ids are a condition like any other."""
    async with store.unit() as unit:
        client = await unit.add(make.client())
        assert await unit.find(Client, id__in=range(1, 10_001)) == [client]


@pytest.mark.parametrize("where", [{"nmae": 1}, {"name__like": "x"}, {"id__has": "x"}])
async def test_a_wrong_condition_is_a_mistake(sqlite_store: SqlStore, where: dict[str, Any]) -> None:
    """It names the field or the word."""
    async with sqlite_store.view() as unit:
        with pytest.raises(TypeError, match=next(iter(where)).split("__", maxsplit=1)[0]):
            await unit.find(Client, **where)
        with pytest.raises(TypeError, match="structure"):
            await unit.find(Audit, data={})
        with pytest.raises(TypeError, match="not kept"):
            await unit.find(Proof)


async def test_order(store: SqlStore, make: Any) -> None:
    """By a field, ties by id; "-" is exactly the other way round; None comes first."""
    async with store.unit() as unit:
        for name, joined in [("б", None), ("а", 2), ("Б", 1), ("а", None)]:
            await unit.add(make.client(name=name, joined_to=joined))
        orders = {"id": [1, 2, 3, 4], "name": [3, 2, 4, 1], "joined_to": [1, 4, 3, 2]}
        for order, ids in orders.items():
            assert [client.id for client in await unit.find(Client, order=order)] == ids
            assert [client.id for client in await unit.find(Client, order=f"-{order}")] == ids[::-1]
        assert [client.id for client in await unit.find(Client, order="-id", limit=2)] == [4, 3]


async def test_change_and_remove_say_how_many(store: SqlStore, make: Any) -> None:
    """Both work on whatever the conditions find."""
    async with store.unit() as unit:
        for number in range(3):
            await unit.add(make.raw(str(number)))
        assert await unit.change(Raw, {"state": RawState.WORKING, "error": "x\0"}, id__ge=2) == 2
        assert [(raw.state, raw.error) for raw in await unit.find(Raw, state=RawState.WORKING)] == [
            ("working", "x")
        ] * 2
        assert await unit.change(Raw, {"state": RawState.DONE}, id=99) == 0
        assert await unit.remove(Raw, state=RawState.WORKING) == 2
        assert await unit.count(Raw) == 1
        with pytest.raises(ValueError, match="never changes"):
            await unit.change(Raw, {"id": 5})


async def test_facts(store: SqlStore) -> None:
    """Small facts are kept under names, found by the beginning of the name, forgotten by an empty value."""
    async with store.unit() as unit:
        assert await unit.recall("a") == ""
        for key, value in {"mail:я": "1", "mail:b": "2", "mail": "3", "maim": "4"}.items():
            await unit.remember(key, value)
        await unit.remember("mail:b", "5")
        await unit.commit()
    async with store.unit() as unit:
        assert await unit.recall("mail:b") == "5"
        assert await unit.recall_all("mail:") == {"mail:b": "5", "mail:я": "1"}
        await unit.remember("mail:b", "")
        await unit.remember("nothing", "")
        assert await unit.recall_all("") == {"mail": "3", "mail:я": "1", "maim": "4"}


async def test_a_naive_time_is_refused(store: SqlStore, make: Any) -> None:
    """In a value, in a condition, in a change."""
    naive = datetime(2026, 11, 23)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="aware"):
        async with store.unit() as unit:
            await unit.add(make.client(created_at=naive))
    with pytest.raises(ValueError, match="aware"):
        async with store.view() as unit:
            await unit.find(Client, created_at__lt=naive)
    with pytest.raises(ValueError, match="aware"):
        async with store.view() as unit:
            await unit.due_parcels(naive, busy=(), limit=1)


async def test_a_time_of_another_zone_is_the_same_moment(store: SqlStore, make: Any) -> None:
    """It comes back in UTC."""
    moscow = make.now.astimezone(timezone(timedelta(hours=3)))
    async with store.unit() as unit:
        client = await unit.add(make.client(created_at=moscow))
        found = await unit.get(Client, client.id)
    assert client.created_at.tzinfo is UTC
    assert found == client
    assert found.created_at == moscow


async def test_a_view_cannot_write(store: SqlStore, make: Any) -> None:
    """None of the writing methods, and there is nothing to commit."""
    async with store.view() as unit:
        for attempt in (
            unit.add(make.client()),
            unit.save(make.client(id=1)),
            unit.change(Client, {"name": "x"}),
            unit.remove(Client),
            unit.remember("a", "b"),
            unit.commit(),
        ):
            with pytest.raises(RuntimeError, match="view"):
                await attempt


async def test_a_view_sees_one_instant(store: SqlStore, make: Any) -> None:
    """What others commit meanwhile does not show, and they do not wait."""
    async with store.view() as view:
        assert await view.count(Client) == 0
        async with store.unit() as unit:
            await unit.add(make.client())
            await unit.commit()
        assert await view.count(Client) == 0
    async with store.view() as view:
        assert await view.count(Client) == 1


async def test_a_unit_ends_with_its_commit(store: SqlStore, make: Any) -> None:
    """Whatever is asked of it afterwards is a mistake of ours."""
    async with store.unit() as unit:
        await unit.add(make.client())
        await unit.commit()
        for attempt in (unit.add(make.client()), unit.count(Client), unit.commit()):
            with pytest.raises(RuntimeError, match="was committed"):
                await attempt
    async with store.unit() as unit:
        pass
    with pytest.raises(RuntimeError, match="was left"):
        await unit.count(Client)


async def test_a_unit_ends_with_its_first_error(store: SqlStore, make: Any) -> None:
    """A row that breaks a rule of the tables spoils the unit on both engines, and nobody else's."""
    async with store.unit() as unit:
        client, *_ = await make.people(unit)
        await unit.commit()
    async with store.unit() as unit:
        with pytest.raises(Exception, match=r"(?i)unique"):
            await unit.add(make.door(client.id))
        with pytest.raises(RuntimeError, match="failed"):
            await unit.commit()
    async with store.unit() as unit:
        with pytest.raises(Exception, match=r"(?i)foreign"):
            await unit.add(make.door(999, "x"))
    async with store.unit() as unit:
        assert await unit.count(Door) == 1


async def test_commits_are_told(store: SqlStore, make: Any) -> None:
    """After the commit of a writing unit, not after one that was left."""
    seen = []
    store.on_commit(lambda: seen.append(1))
    async with store.unit() as unit:
        await unit.add(make.client())
        assert not seen
        await unit.commit()
    async with store.unit() as unit:
        await unit.add(make.client())
    async with store.view() as unit:
        await unit.count(Client)
    assert seen == [1]


async def test_finished_raws_are_done_with_the_commit(store: SqlStore, make: Any) -> None:
    """All of them, only with the commit, and only once."""
    async with store.unit() as unit:
        raws = [await unit.add(make.raw(str(number), error="before")) for number in range(3)]
        await unit.change(Raw, {"state": RawState.WORKING}, id=raws[1].id)
        await unit.commit()
    ids = [raw.id for raw in raws[:2]]
    async with store.unit(finishing=ids) as unit:
        await unit.add(make.client())
    async with store.unit(finishing=ids) as unit:
        assert await unit.count(Raw, state=RawState.DONE) == 0
        await unit.commit()
    async with store.view() as unit:
        states = [(raw.state, raw.error) for raw in await unit.find(Raw)]
    assert states == [("done", ""), ("done", ""), ("new", "before")]
    with pytest.raises(AlreadyDone):
        async with store.unit(finishing=ids):
            pytest.fail("it was done before")
    async with store.unit(finishing=[*ids, raws[2].id]) as unit:
        await unit.commit()


async def test_a_unit_may_say_otherwise_about_its_raw(store: SqlStore, make: Any) -> None:
    """A message that its own unit quarantined is not marked done."""
    async with store.unit() as unit:
        raw = await unit.add(make.raw("1"))
        await unit.commit()
    async with store.unit(finishing=[raw.id]) as unit:
        await unit.change(Raw, {"state": RawState.QUARANTINED}, id=raw.id)
        await unit.commit()
    async with store.view() as unit:
        assert (await unit.get(Raw, raw.id)).state is RawState.QUARANTINED


async def test_long_names_are_told_apart(store: SqlStore, make: Any) -> None:
    """A Message-ID of any length can be looked up and is unique, though it is not kept whole."""
    beginning = "ж" * 5000
    async with store.unit() as unit:
        one = await unit.add(make.raw(beginning + "1"))
        two = await unit.add(make.raw(beginning + "2"))
        assert len(one.external_id) == NAME_LIMIT
        assert await unit.find(Raw, external_id=beginning + "2") == [two]
        assert await unit.get(Raw, one.id) == one


@given(text=st.text(st.characters()), name=st.text(st.characters(), max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back(text: str, name: str, any_text_store: Any, make: Any) -> None:
    """Whatever Unicode allows, in texts, names and structures; only NUL and lone surrogates give way."""

    def kept(value: str) -> str:
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    async def there_and_back(store: SqlStore) -> None:
        async with store.unit() as unit:
            *_, ticket = await make.people(unit)
            message = await unit.add(make.message(ticket.id, text, external_id=name))
            audit = await unit.add(Audit(at=make.now, who="x", what="x", data={name: [text, {"a": text}]}))
            assert await unit.get(Message, message.id) == message
            assert await unit.get(Audit, audit.id) == audit
            assert message.text == kept(text)
            assert audit.data == {kept(name): [kept(text), {"a": kept(text)}]}
            assert await unit.find(Message, external_id=name, text=text, text__has=text) == [message]

    any_text_store(there_and_back)


@pytest.fixture
def any_text_store(store_url: str) -> Any:
    """Runs something with an open store: hypothesis and pytest-asyncio do not meet."""

    async def with_store(call: Any) -> None:
        store = SqlStore(store_url)
        try:
            await call(store)
        finally:
            await store.close()

    return lambda call: asyncio.run(with_store(call))


def test_texts_and_names_are_settled_alike() -> None:
    """A surrogate pair split by a careless cut is one replacement character, a whole pair is its character."""
    for column in (Words(), Name()):
        assert column.settle("a\ud83d") == "a�"
        assert column.settle("\ud83d\ude00") == "😀"
        assert column.settle(Kind.WORDS) == "words"


async def test_a_question_that_takes_long_is_answered_beside_the_loop(sqlite_store: SqlStore, make: Any) -> None:
    """It is broken off and asked again in the driver's thread; a change is never broken off."""
    async with sqlite_store.unit() as unit:
        speaker: Any = unit._speaker  # type: ignore[attr-defined]
        speaker._raw.set_progress_handler(speaker._long, 100)  # everything is long now
        for number in range(50):
            await unit.add(make.client(name=f"client {number}"))
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(others())
        assert await unit.count(Client, name__has="client") == 50
        assert len(await unit.find(Client, order="-name", name__has="client 4")) == 11
        assert turns > 0
        assert await unit.change(Client, {"language": "ru"}, name__has="client") == 50
        task.cancel()
        await unit.commit()
    async with sqlite_store.view() as view:
        assert await view.count(Client, language="ru") == 50


async def test_a_long_row_of_statements_lets_others_have_their_turn(sqlite_store: SqlStore, make: Any) -> None:
    """Nobody waits until a unit of thousands of statements is over."""
    longest, last = 0.0, asyncio.get_running_loop().time()

    async def others() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0)
            now = asyncio.get_running_loop().time()
            longest, last = max(longest, now - last), now

    task = asyncio.create_task(others())
    began = asyncio.get_running_loop().time()
    async with sqlite_store.unit() as unit:
        for number in range(5_000):
            await unit.add(make.client(name=f"client {number}"))
        await unit.commit()
    whole = asyncio.get_running_loop().time() - began
    task.cancel()
    assert longest < whole / 4


async def test_what_was_erased_is_overwritten_in_the_file(sqlite_store: SqlStore) -> None:
    """SQLite would leave it in pages that it has no more use for."""
    async with sqlite_store._database.reading() as connection:
        assert (await connection.execute(text("PRAGMA secure_delete"))).scalar() == 1
