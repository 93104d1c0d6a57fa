"""What has been kept long enough goes, and says so where it was; what is open, opened again or in quarantine stays."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.incoming import Raw, RawState
from desk.parcels import Parcel
from desk.people import Audit
from desk.tickets import File, Message, Ticket
from tests.steps import chat, mail, order, said_in
from tests.world import World

ANN = "ann@client.example"
PDF = [("договор.pdf", b"%PDF" * 300)]


def contents(world: World) -> list[Path]:
    return [path for path in (world.folder / "data" / "files").rglob("*") if path.is_file()]


async def tick(world: World) -> None:
    """Let what is due go: retention alone, as half a year of reminders is another story."""
    from desk import retention

    await retention.tick(world.desk)
    await world.settle()


async def reopened(world: World) -> None:
    world.group.say(world.engineer, "/reopen SD-1")
    await world.settle()


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"marks": {"ask": False}}) as made:
        yield made


async def closed_with_files(world: World) -> None:
    """SD-1 by mail and SD-2 by Telegram, both with a file and closed; SD-3 open with one."""
    await mail(world, f"Анна <{ANN}>", "Договор", "Смотрите.", attachments=PDF)
    bob = await chat(world, "Борис-клиент", "Не печатает")
    bob.send_document(b"log" * 100, "журнал.txt")
    await world.settle()
    await order(world, "SD-1", "/close решено")
    await order(world, "SD-2", "/close решено")
    await mail(world, "Карл <carl@client.example>", "Акт", "Смотрите.", attachments=PDF)


async def test_files_and_raws_of_closed_requests_go_after_their_time(world: World) -> None:
    """A day before nothing goes; then contents go from the disk too, names stay, and the trail tells it."""
    await closed_with_files(world)
    before = len(contents(world))
    world.clock.advance(days=179)
    await tick(world)
    assert len(contents(world)) == before
    world.clock.advance(days=2)
    await tick(world)
    async with world.store.view() as view:
        files = await view.find(File)
        assert [file.key != "" for file in files] == [False, False, True]
        assert [file.name for file in files] == ["договор.pdf", "журнал.txt", "договор.pdf"]
        raws = await view.find(Raw)
        full = [raw for raw in raws if raw.key or raw.body]
        assert {raw.lane for raw in full} == {"mail:carl@client.example"}
        assert len(raws) > len(full)
        told = [(entry.ticket_id, entry.data["what"]) for entry in await view.find(Audit, what="kept long enough")]
        assert (1, "files") in told
        assert (2, "files") in told
        assert (1, "raw") in told
    assert len(contents(world)) == 1  # Karl's
    await reopened(world)
    await order(world, "SD-1", "/file")
    assert "договор.pdf" in said_in(world.group.topic("SD-1 ·"))
    assert "удалён по сроку" in said_in(world.group.topic("SD-1 ·"))
    await order(world, "SD-1", "/file 1")
    assert "удалён по сроку хранения" in said_in(world.group.topic("SD-1 ·"))


async def test_a_mail_that_comes_once_more_after_that_makes_no_second_request(world: World) -> None:
    """Its row stays without its bytes, and the mail box may be numbered anew."""
    await closed_with_files(world)
    world.clock.advance(days=181)
    await tick(world)
    async with world.store.view() as view:
        raws = await view.count(Raw, channel="mail")
        assert await view.count(Ticket) == 3
    assert raws == 2


async def test_a_request_that_was_opened_again_keeps_everything(world: World) -> None:
    await closed_with_files(world)
    world.clock.advance(days=100)
    await reopened(world)
    world.clock.advance(days=100)
    await tick(world)
    async with world.store.view() as view:
        of_first = await view.find(Message, ticket_id=1)
        (file,) = await view.find(File, message_id__in=[one.id for one in of_first])
        assert file.key
    await order(world, "SD-1", "/close решено")
    world.clock.advance(days=181)
    await tick(world)
    async with world.store.view() as view:
        (gone,) = await view.find(File, id=file.id)
        assert not gone.key


async def test_quarantine_keeps_its_message_however_old(world: World) -> None:
    await closed_with_files(world)
    async with world.store.unit() as unit:
        raw = await unit.first(Raw, lane=f"mail:{ANN}")
        assert raw is not None
        await unit.change(Raw, {"state": RawState.QUARANTINED}, id=raw.id)
        await unit.commit()
    world.clock.advance(days=400)
    await tick(world)
    async with world.store.view() as view:
        (kept,) = await view.find(Raw, id=raw.id)
        assert (kept.key, kept.body) == (raw.key, raw.body)


async def test_words_parcels_and_the_trail_go_where_they_are_told_to(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Not one column has the words any more; how long it took and how it was closed stays."""
    keep = {"files": "30 days", "raw": "30 days", "messages": "30 days", "parcels": "30 days", "audit": "300 days"}
    tables = {"retention": keep, "marks": {"ask": False}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        await mail(world, f"Анна <{ANN}>", "Хризантема", "Хризантема завяла.", attachments=PDF)
        await order(world, "SD-1", "/note Хризантема: полить")
        await order(world, "SD-1", "/close решено")
        world.clock.advance(days=31)
        await tick(world)
        async with world.store.view() as view:
            ticket = await view.get(Ticket, 1)
            assert ticket is not None
            assert ticket.closing is not None
            assert ticket.subject == "тема удалена по сроку"
            held = [message.text for message in await view.find(Message)]
            sent = [str(parcel.body) for parcel in await view.find(Parcel)]
            assert "Хризантема" not in "".join([*held, *sent, str(ticket.verdict)])
            assert await view.count(Audit, what="closed") == 1
        world.clock.advance(days=300)
        await tick(world)
        async with world.store.view() as view:
            assert await view.count(Audit, what="closed") == 0
            assert await view.count(Audit, what="kept long enough") >= 1


async def test_two_rows_of_one_content_keep_it_until_both_have_gone(world: World) -> None:
    """A file that went to several is one file on the disk."""
    await closed_with_files(world)
    async with world.store.unit() as unit:
        carls = (await unit.find(File))[-1]
        anns = (await unit.find(File))[0]
        await unit.change(File, {"key": carls.key}, id=anns.id)
        await unit.commit()
    world.clock.advance(days=181)
    await tick(world)
    assert await world.desk.files.read(carls.key)
