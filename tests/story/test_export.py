"""`/export`: a client's own data to their own proven door, or to a lead; and nothing that is not theirs."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from playground.botapi import Person
from playground.botapi.model import Message
from tests.steps import answer, chat, code_of, last_mail, mail, order, said_to
from tests.world import World

ANN = "ann@client.example"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        made.tables = {"person": [{"telegram": made.engineer.id, "name": "Борис", "role": "lead"}]}
        await made.stop()
        await made.start()
        yield made


async def a_conversation(world: World) -> Person:
    """A client with a file, an answer, a note, an answer taken back, a stranger and another client."""
    ann = await chat(world, "Анна <b>", "Не печатает <script>")
    ann.send_document(b"log" * 50, "журнал 1.txt", caption="Журнал")
    await world.settle()
    await answer(world, "SD-1", "Перезагрузите")
    await order(world, "SD-1", "/note Она опять за своё")
    taken = await answer(world, "SD-1", "Ой, не то", go=False)
    world.group.seat(world.engineer).react(taken, "👎")
    await world.settle()
    await mail(world, "Чужой <other@client.example>", "Секрет другого", "Это не её дело")
    return ann


def opened(world: World, message: Message) -> dict[str, bytes]:
    """The files of a zip that the bot sent."""
    stored = world.bot.world.files.by_id(message.content["document"]["file_id"])
    assert stored is not None
    data = stored.data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zips_in(messages: list[Message]) -> list[Message]:
    return [one for one in messages if one.from_bot and one.kind == "document" and "data" in str(one.content)]


def checked(files: dict[str, bytes]) -> None:
    """Theirs is there, nothing else is."""
    data = json.loads(files["data.json"])
    (request,) = data["requests"]
    texts = [message["text"] for message in request["messages"]]
    assert "Не печатает <script>" in texts
    assert "Перезагрузите" in texts
    whole = "".join(part.decode(errors="ignore") for part in files.values())
    for foreign in ("опять за своё", "Ой, не то", "не её дело", "Секрет другого"):
        assert foreign not in whole
    assert "<script>" not in files["read-me.html"].decode()
    assert [body for name, body in files.items() if name.startswith("files/")] == [b"log" * 50]


async def test_a_client_gets_their_own_data_once_a_day(world: World) -> None:
    ann = await a_conversation(world)
    ann.say("/export")
    await world.settle()
    await world.advance(seconds=20)
    (sent,) = zips_in(ann.chat)
    checked(opened(world, sent))
    ann.say("/export")
    await world.settle()
    await world.advance(seconds=20)
    assert len(zips_in(ann.chat)) == 1
    assert "раз в сутки" in said_to(ann)
    async with world.store.view() as view:
        assert [one.data["to"] for one in await view.find(Audit, what="data given out")] == ["client"]
    kept = len([one for one in (world.folder / "data" / "files").rglob("*") if one.is_file()])
    await world.advance(days=4)
    assert len([one for one in (world.folder / "data" / "files").rglob("*") if one.is_file()]) == kept - 1


async def test_by_mail_it_goes_to_a_proven_address_alone(world: World) -> None:
    ann = await a_conversation(world)
    ann.say("/export mail")
    await world.settle()
    assert "который вы подтвердили" in said_to(ann)
    ann.say(f"/email {ANN}")
    await world.mails.user(ANN)
    await world.settle()
    ann.say(await code_of(world, ANN))
    await world.settle()
    ann.say("/export почта")
    await world.settle()
    await world.advance(seconds=20)
    (part,) = (await last_mail(world, ANN)).iter_attachments()
    with zipfile.ZipFile(io.BytesIO(part.get_payload(decode=True))) as archive:  # type: ignore[arg-type]
        checked({name: archive.read(name) for name in archive.namelist()})
    assert zips_in(ann.chat) == []


async def test_an_address_that_wrote_before_it_was_proven_is_proven_by_the_code_as_well(world: World) -> None:
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает")
    ann = await chat(world, "Анна", "Это снова я")
    ann.say("/export mail")
    await world.settle()
    assert "который вы подтвердили" in said_to(ann)
    ann.say(f"/email {ANN}")
    await world.settle()
    ann.say(await code_of(world, ANN))
    await world.settle()
    ann.say("/export mail")
    await world.settle()
    await world.advance(seconds=20)
    assert [part.get_filename() for part in (await last_mail(world, ANN)).iter_attachments()] == [
        "SD-data-2026-11-23.zip"
    ]


async def test_a_lead_gets_it_privately_or_is_asked_before_the_group_sees_it(world: World) -> None:
    await a_conversation(world)
    await order(world, "SD-1", "/export")
    await world.advance(seconds=20)
    topic = world.group.topic("SD-1 ·")
    assert zips_in(topic.messages) == []
    question = next(one for one in topic.messages if "Лично вам не написать" in one.text)
    world.engineer.start()
    await world.settle()
    world.group.say(world.engineer, "/export SD-1")
    await world.settle()
    await world.advance(seconds=20)
    (private,) = zips_in(world.engineer.chat)
    checked(opened(world, private))
    await world.group.press(world.engineer, question, "Прислать сюда")
    await world.settle()
    await world.advance(seconds=20)
    (shown,) = zips_in(topic.messages)
    checked(opened(world, shown))


async def test_who_has_no_data_and_who_leads_not_get_none(world: World) -> None:
    nobody = world.person("Никто")
    nobody.say("/export")
    await world.settle()
    assert "нет ваших данных" in said_to(nobody)
    await a_conversation(world)
    colleague = world.bot.world.person("Коллега")
    world.group.add(colleague)
    world.group.say(colleague, "/export SD-1")
    await world.settle()
    await world.advance(seconds=20)
    assert "руководител" in world.group.general.messages[-1].text.casefold()
