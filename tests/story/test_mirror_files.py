"""`mirror_files = "names"`: the topic shows names and sizes, a file itself comes on request; other plans are unchanged."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from playground.botapi.model import Message
from tests.steps import chat, mail, order, said_in
from tests.world import World

PLANS = [
    {"name": "careful", "title": "Бережная", "base": True, "mirror_files": "names"},
    {"name": "usual", "title": "Обычная"},
]
BOB = "bob@client.example"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"plan": PLANS}) as made:
        yield made


def documents(world: World, number: str = "SD-1 ·") -> list[Message]:
    """What in the topic is more than words."""
    return [
        message for message in world.group.topic(number).messages if message.kind not in ("text", "forum_topic_created")
    ]


def told(world: World, words: str) -> Message:
    return next(one for one in world.group.topic("SD-1 ·").messages if words in one.text)


async def test_a_file_is_named_and_sent_to_whoever_presses_its_button(world: World) -> None:
    """The trail says who; a second press sends it once more."""
    ann = await chat(world, "Анна", "Не открывается договор")
    ann.send_document(b"secret" * 100, "договор <b>.pdf", caption="Вот он")
    await world.settle()
    assert documents(world) == []
    shown = told(world, "Вот он")
    assert "📎 1. договор" in shown.text
    assert await world.group.press(world.engineer, shown, "📎 договор") == "Файл придёт в тему"
    await world.settle()
    (sent,) = documents(world)
    assert sent.kind == "document"
    async with world.store.view() as view:
        (entry,) = await view.find(Audit, what="file shown")
        assert (entry.who, entry.ticket_id) == ("Борис", 1)


async def test_numbers_replies_and_a_list_send_the_same_files(world: World) -> None:
    """An album has a number for each; a number that is not there is told."""
    from playground.botapi.seat import Piece

    ann = await chat(world, "Анна", "Смотрите")
    ann.album([Piece(kind="photo", data=b"1" * 50), Piece(kind="photo", data=b"2" * 60, caption="Две страницы")])
    await world.settle()
    await world.advance(seconds=2)
    assert documents(world) == []
    await order(world, "SD-1", "/file")
    assert "📎 2. photo.jpg" in told(world, "Файлы заявки").text
    await order(world, "SD-1", "/file 2")
    assert [one.kind for one in documents(world)] == ["photo"]
    await order(world, "SD-1", "/file 3")
    assert "от 1 до 2" in said_in(world.group.topic("SD-1 ·"))
    world.group.say(world.engineer, "/file", topic=world.group.topic("SD-1 ·"), reply_to=told(world, "Две страницы"))
    await world.settle()
    assert len(documents(world)) == 3


async def test_a_rebuilt_topic_an_edit_and_a_whole_mail_name_files_too(world: World) -> None:
    await mail(world, f"Боб <{BOB}>", "Счёт", "Смотрите.", attachments=[("счёт.pdf", b"%PDF" * 200)])
    await order(world, "SD-1", "/full")
    assert documents(world) == []
    world.group.delete_topic(world.group.topic("SD-1 ·"))
    await mail(world, f"Боб <{BOB}>", "Re: [SD-1] Счёт", "Ещё раз.", attachments=[("акт.pdf", b"%PDF" * 9)])
    await world.advance(minutes=1)
    assert documents(world) == []
    assert "[счёт.pdf]" in said_in(world.group.topic("SD-1 ·"))
    assert "📎 2. акт.pdf" in said_in(world.group.topic("SD-1 ·"))


async def test_engineers_files_go_and_other_plans_show_theirs(world: World) -> None:
    ann = await chat(world, "Анна", "Пришлите инструкцию")
    topic = world.group.topic("SD-1 ·")
    seat = world.group.seat(world.engineer)
    seat.send_document(b"manual", "инструкция.pdf", topic=topic, reply_to=topic.messages[0], caption="Держите")
    await world.settle()
    await world.advance(seconds=31)
    assert [one.kind for one in ann.received if one.kind == "document"] == ["document"]
    await order(world, "SD-1", "/plan usual")
    ann.send_document(b"ours", "наш.pdf")
    await world.settle()
    assert [one.text for one in documents(world) if one.from_bot] != []
