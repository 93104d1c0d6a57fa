"""`/forget`: a lead's yes, thirty days, and then not one row or file has the person any more."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from desk import erasing
from desk.people import Audit, Client, Door
from desk.tickets import Closing, Status, Ticket
from desk.workbench import Erasure
from playground.botapi import Person
from store.engine import sync_engine
from tests.steps import answer, code_of, mail, order, said_in
from tests.world import World

ANN = "anna.zvezda@client.example"
WORDS = ("Звездопадова", "zvezda", "хризантема", "рододендрон", "гладиолус", "настурция", "петуния", "anna.zvezda")
"""What nobody but this person has."""


@pytest.fixture
async def world(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with forgetful(store_url, clock, tmp_path) as made:
        yield made


def forgetful(url: str, clock: Any, folder: Path) -> World:
    """A desk for these stories."""
    return World(clock=clock, url=url, folder=folder)


async def leading(world: World) -> None:
    """The engineer of the world leads from now on."""
    world.tables["person"] = [{"telegram": world.engineer.id, "name": "Борис", "role": "lead"}]
    await world.stop()
    await world.start()


async def everywhere(world: World) -> Person:
    """Somebody who is in every corner: by Telegram and mail, with files, notes, details, a mark, in others' requests."""
    ann = world.bot.world.person("Анна Звездопадова", username="zvezda_anna")
    ann.start()
    await world.settle()
    ann.say("Не печатает хризантема")
    await world.settle()
    ann.send_document("рододендрон".encode(), "рододендрон.txt", caption="Вот рододендрон")
    await world.settle()
    ann.say(f"/email {ANN}")
    await world.mails.user(ANN)
    await world.settle()
    await world.advance(seconds=1)
    ann.say(await code_of(world, ANN))
    await world.settle()
    pdf = [("гладиолус.pdf", b"x" * 90)]
    await mail(world, f"Анна Звездопадова <{ANN}>", "гладиолус", "Письмо про гладиолус", attachments=pdf)
    await order(world, "SD-1", "/note Анна просит: хризантема")
    await answer(world, "SD-1", "Анна Звездопадова, поливайте")
    ann.edit(next(one for one in ann.chat if one.text == "Не печатает хризантема"), "Не печатает настурция")
    await mail(world, "Боб <bob@client.example>", "Другое", f"Напишите на {ANN}", cc=[ANN])
    return ann


async def agreed(world: World, where: str = "SD-1") -> None:
    """The lead asks and says yes."""
    await order(world, where, "/forget")
    question = next(one for one in world.group.topic(f"{where} ·").messages if "Забыть клиента?" in one.text)
    assert "Звездопадова" in question.text
    assert "Файлов: 2" in question.text
    await world.group.press(world.engineer, question, "Забыть")
    await world.settle()
    await world.advance(seconds=5)


async def forgotten(world: World) -> None:
    """The grace is over, and the desk does what is due."""
    world.clock.advance(days=31)
    for _ in range(20):
        await erasing.tick(world.desk)
        await world.settle()


def found(world: World, *words: str) -> list[str]:
    """Where in the database or among the files one of these words is."""
    engine = sync_engine(world.url)
    places = []
    try:
        with engine.connect() as connection:
            tables = _tables(connection)
            for table in tables:
                for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():  # noqa: S608
                    for column, value in row.items():
                        shown = _shown(value)
                        places += [f"{table}.{column}: {word}" for word in words if word.casefold() in shown]
    finally:
        engine.dispose()
    for path in (world.folder / "data" / "files").rglob("*"):
        if path.is_file():
            shown = _shown(path.read_bytes())
            places += [f"{path.name}: {word}" for word in words if word.casefold() in shown]
    return places


def _tables(connection: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    else:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return [str(row[0]) for row in connection.execute(text(query))]


def _shown(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        data = bytes(value)
        decoded = data.decode("utf-8", errors="ignore")
        if data.isascii():
            decoded += data.decode("unicode_escape", errors="ignore")  # as JSON writes letters
        return decoded.casefold()
    return str(value).casefold()


async def test_after_thirty_days_not_one_row_or_file_has_them(world: World) -> None:
    """Every column of every table is looked at; figures stay, and who writes again is somebody new."""
    await leading(world)
    ann = await everywhere(world)
    assert {place.rpartition(": ")[2] for place in found(world, "Звездопадова", "хризантема", "рододендрон", ANN)} == {
        "Звездопадова", "хризантема", "рододендрон", ANN,
    }  # fmt: skip
    await agreed(world)
    assert "данные клиента будут удалены" in said_in(world.group.topic("SD-1 ·")).casefold()
    assert "Звездопадова" in " ".join(found(world, "Звездопадова"))
    await forgotten(world)
    left = found(world, *WORDS, str(ann.id))
    assert "\n".join(left) == ""
    async with world.store.view() as view:
        ticket = await view.get(Ticket, 1)
        assert ticket is not None
        assert (ticket.status, ticket.closing, ticket.line) == (Status.CLOSED, Closing.WITHDRAWN, "first")
        assert ticket.answered_at is not None
        client = await view.get(Client, ticket.client_id)
        assert client is not None
        assert client.forgotten_at is not None
        (done,) = await view.find(Erasure)
        assert done.done_at is not None
        assert done.data["files"] == 2
        assert await view.count(Audit, what="forgotten") == 1
        bob = await view.get(Ticket, 2)
        assert bob is not None
    general = "\n".join(one.text for one in world.group.general.messages)
    assert "Данные клиента удалены" in general
    ann.say("Это снова я")
    await world.settle()
    async with world.store.view() as view:
        last = await view.first(Ticket, order="-id")
        assert last is not None
        assert last.client_id != ticket.client_id
        assert await view.count(Door, address=str(ann.id)) == 1
