"""`/forget`: a lead's yes, thirty days, and then not one row or file has the person any more."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from desk import erasing
from desk.accounts import Detail, Estimate, Rating, Source, Spent
from desk.organisations import Belonging, Contact, Organisation, Reach, Sign
from desk.people import Audit, Client, Door, Suggestion
from desk.tickets import Closing, Participant, Standing, Status, Ticket
from desk.workbench import Appointment, Erasure, Item, Why
from playground.botapi import Person
from store.engine import sync_engine
from tests.steps import answer, code_of, mail, order, said_in
from tests.world import SUPPORT, World

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


async def in_every_table(world: World) -> None:
    """A word of theirs in each column of each table where a person or what was said of them may stand."""
    word, now = "петуния", world.clock()
    async with world.store.unit() as unit:
        ticket = await unit.get(Ticket, 1)
        assert ticket is not None
        client, door = ticket.client_id, ticket.door_id
        tags, verdict = [word], {**ticket.verdict, "facts": {"text": word}}
        ended = {"question": word, "findings": word, "third_party": word, "held_reason": word}
        await unit.save(replace(ticket, tags=tags, verdict=verdict, **ended))
        who = {"by": "Борис", "by_id": "1"}
        rows: list[Any] = [
            Detail(ticket_id=ticket.id, name="city", value=word, source=Source.CLIENT, by=word, at=now),
            Estimate(ticket_id=ticket.id, minutes=5, text=word, by="Борис", by_id="1", at=now, answered_by=word,
                     answered_through=f"mail {ANN}", door_id=door),
            Spent(ticket_id=ticket.id, minutes=5, comment=word, by="Борис", by_id="1", at=now),
            Rating(ticket_id=ticket.id, client_id=client, asked_at=now, stars=4, words=word, given_at=now),
            Appointment(ticket_id=ticket.id, why=Why.CALL, at=now, words=word, data={"link": word}, made_at=now),
            Item(ticket_id=ticket.id, checklist="", place=1, text=word),
            Participant(ticket_id=ticket.id, address=f"{word}@x.example", name=word, standing=Standing.COPIED, at=now),
            Suggestion(client_id=client, other_id=client, ticket_id=ticket.id, reason=word, value=word, at=now),
            Audit(at=now, who=word, what="edited", ticket_id=ticket.id, client_id=client, data={"said": [word]}),
            Audit(at=now, who="Звездопадова", what="elsewhere", data={"address": ANN}),
            Erasure(client_id=client, reason=word, **who, asked_at=now, due_at=now, stopped_at=now),
        ]  # fmt: skip
        for row in rows:
            await unit.add(row)
        company = await unit.add(Organisation(number="A-1", name="Рога", created_at=now, changed_at=now))
        contact = await unit.add(Contact(organisation_id=company.id, name=word, news="yes"))
        await unit.add(Reach(contact_id=contact.id, organisation_id=company.id, channel="mail", address=ANN))
        sign = {"sign": Sign.CONTACT, "value": ANN, "proven": True, "at": now}
        await unit.add(Belonging(client_id=client, organisation_id=company.id, **sign))
        await unit.remember("handed:1", word)
        await unit.remember(f"something:{ANN}", "1")
        await unit.commit()


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
    await in_every_table(world)
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
        done = (await view.find(Erasure))[0]
        assert done.done_at is not None
        assert done.data["files"] == 2
        assert await view.count(Audit, what="forgotten") == 1
        bob = await view.get(Ticket, 2)
        assert bob is not None
    general = "\n".join(one.text for one in world.group.general.messages)
    assert "Данные клиента удалены" in general
    assert "Удалите руками" not in general
    assert [topic.name for topic in world.group.topics if "SD-1" in topic.name] == []
    left_there = [one["Subject"] for one in await world.mails.folder(SUPPORT, "Processed")]
    assert "гладиолус" not in left_there
    assert "Другое" in left_there or bob.subject == "Другое"
    ann.say("Это снова я")
    await world.settle()
    async with world.store.view() as view:
        last = await view.first(Ticket, order="-id")
        assert last is not None
        assert last.client_id != ticket.client_id
        assert await view.count(Door, address=str(ann.id)) == 1


async def stories(url: str, clock: Any, folder: Path, **tables: Any) -> World:
    """A desk whose engineer leads, and a client of whom little is known."""
    made = World(clock=clock, url=url, folder=folder, **tables)
    await made.__aenter__()
    await leading(made)
    ann = made.bot.world.person("Анна Звездопадова", username="zvezda_anna")
    ann.start()
    await made.settle()
    ann.say("Не печатает хризантема")
    await made.settle()
    return made


async def test_a_lead_stops_it_and_everything_stays(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """By number in General; asked twice it is one; nobody but a lead may ask; the card says nothing any more."""
    world = await stories(sqlite_url, clock, tmp_path)
    try:
        colleague = world.bot.world.person("Коллега")
        world.group.add(colleague)
        world.group.say(colleague, "/forget SD-1")
        await world.settle()
        assert "руководител" in world.group.general.messages[-1].text.casefold()
        world.group.say(world.engineer, "/forget @zvezda_anna")
        await world.settle()
        question = world.group.general.messages[-1]
        assert "Забыть клиента?" in question.text
        await world.group.press(world.engineer, question, "Забыть")
        await world.settle()
        await world.advance(seconds=5)
        card = world.group.topic("SD-1 ·").messages[0]
        assert "будут удалены" in card.text
        await order(world, "SD-1", "/forget")
        assert "Уже решено" in said_in(world.group.topic("SD-1 ·"))
        world.group.say(world.engineer, "/forget stop SD-1")
        await world.settle()
        await world.advance(seconds=5)
        assert "будут удалены" not in card.text
        await forgotten(world)
        assert found(world, "хризантема") != []
        async with world.store.view() as view:
            assert [one.done_at for one in await view.find(Erasure)] == [None]
            assert await view.count(Audit, what="forgetting stopped") == 1
    finally:
        await world.__aexit__()


async def test_it_goes_on_where_a_restart_stopped_it(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """One unit at a time, with a new process after each; what somebody new writes meanwhile from that chat stays."""
    world = await stories(sqlite_url, clock, tmp_path)
    try:
        ann = world.bot.world.people[-1]
        world.group.say(world.engineer, f"/forget {ann.id}")
        await world.settle()
        await world.group.press(world.engineer, world.group.general.messages[-1], "Забыть")
        await world.settle()
        world.clock.advance(days=31)
        for piece in range(80):
            await erasing.tick(world.desk, pieces=1)
            if piece == 1:
                ann.say("Снова я: примула")
                await world.settle()
            if piece < 3:
                await world.stop()
                await world.start()
        assert found(world, "хризантема") == []
        assert found(world, "примула") != []
        async with world.store.view() as view:
            (done,) = await view.find(Erasure)
            assert done.done_at is not None
            assert [one.forgotten_at is None for one in await view.find(Client)] == [False, True]
    finally:
        await world.__aexit__()


async def test_without_topics_a_person_is_told_what_to_delete(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    world = await stories(sqlite_url, clock, tmp_path, forum=False)
    try:
        world.group.say(world.engineer, "/forget SD-1")
        await world.settle()
        await world.group.press(world.engineer, world.group.general.messages[-1], "Забыть")
        await world.settle()
        await forgotten(world)
        told = "\n".join(one.text for one in world.group.general.messages)
        assert "Удалите руками" in told
        assert "SD-1" in told.rpartition("Удалите руками")[2]
    finally:
        await world.__aexit__()


async def test_the_question_in_general_names_them_no_longer(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """It stands where no topic goes away with it."""
    world = await stories(sqlite_url, clock, tmp_path)
    try:
        world.group.say(world.engineer, "/forget SD-1")
        await world.settle()
        question = world.group.general.messages[-1]
        await world.group.press(world.engineer, question, "Забыть")
        await world.settle()
        await world.advance(seconds=5)
        assert "Звездопадова" in question.text
        await forgotten(world)
        assert question.text.startswith("Данные клиента удалены")
        assert not [one.text for one in world.group.messages if "Звездопадова" in one.text and one.from_bot]
        assert found(world, "Звездопадова") == []
    finally:
        await world.__aexit__()


async def test_nobody_of_that_name_is_told(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    world = await stories(sqlite_url, clock, tmp_path)
    try:
        for words, said in (
            ("/forget", "О ком речь?"),
            ("/forget none@nowhere.example", "не нашли"),
            ("/forget stop SD-1", "никто не просил"),
        ):
            world.group.say(world.engineer, words)
            await world.settle()
            assert said in world.group.general.messages[-1].text
    finally:
        await world.__aexit__()
