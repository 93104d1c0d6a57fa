"""From one of the client's messages on, a conversation becomes a request of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import File, Message, Status
from playground.botapi.model import Message as Shown
from tests.steps import answer, chat, last_mail, mail, mails_of, said_in, said_to, text_of
from tests.world import World

PLAN = {"name": "base", "title": "Базовый", "base": True, "first_answer": "4 working hours"}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"plan": [PLAN]}) as world:
        yield world


def mirrored(world: World, number: str, words: str) -> Shown:
    return next(one for one in world.group.topic(f"{number} ·").messages[1:] if words in one.text)


async def split(world: World, number: str, words: str, command: str = "/split") -> None:
    topic = world.group.topic(f"{number} ·")
    world.group.say(world.engineer, command, topic=topic, reply_to=mirrored(world, number, words))
    await world.settle()
    await world.advance(seconds=5)


async def test_the_messages_go_with_their_files_and_later_words_follow_them(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await answer(world, "SD-1", "Смотрим")
    began = world.clock()
    other = ann.say("И касса не открывается")
    await world.settle()
    ann.send_photo(b"picture", caption="вот касса")
    await world.settle()
    await world.advance(minutes=30)
    await split(world, "SD-1", "И касса")
    first, second = await world.tickets()
    assert (second.status, second.subject, second.related_id) == (Status.NEW, "И касса не открывается", 1)
    assert second.answer_from == began
    topic = world.group.topic("SD-2 ·")
    assert "И касса не открывается" in said_in(topic)
    assert "вот касса" in said_in(topic)
    assert "отделена от SD-1" in said_in(topic)
    assert "2 сообщения клиента — теперь отдельная заявка SD-2" in said_in(world.group.topic("SD-1 ·"))
    assert "SD-2" in said_to(ann)
    async with world.store.view() as view:
        moved = await view.find(Message, ticket_id=second.id)
        assert [one.text for one in moved if one.channel == "telegram"] == ["И касса не открывается", "вот касса"]
        assert await view.count(File, message_id=moved[1].id) == 1
    ann.say("открылась!", reply_to=other)
    await world.settle()
    assert "открылась!" in said_in(topic)
    ann.edit(other, "И касса не открывается совсем")
    await world.settle()
    assert "не открывается совсем" in said_in(topic)
    assert first.id == 1


async def test_the_engineer_s_words_are_the_subject(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    ann.say("И касса не открывается")
    await world.settle()
    await split(world, "SD-1", "И касса", "/split Касса на Тверской")
    assert (await world.tickets())[1].subject == "Касса на Тверской"


@pytest.mark.parametrize(("words", "said"), [("Не печатает", "отделять нечего"), ("", "Ответьте командой /split")])
async def test_what_cannot_be_split_is_said(world: World, words: str, said: str) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    ann.say("И касса не открывается")
    await world.settle()
    topic = world.group.topic("SD-1 ·")
    shown = mirrored(world, "SD-1", words) if words else topic.messages[0]
    world.group.say(world.engineer, "/split", topic=topic, reply_to=shown)
    await world.settle()
    assert said in topic.messages[-1].text
    assert len(await world.tickets()) == 1


async def test_a_mail_split_off_keeps_its_thread(world: World) -> None:
    first = await mail(world, "Ann <ann@client.example>", "Принтер", "Не печатает принтер")
    second = await mail(
        world, "Ann <ann@client.example>", "Re: Принтер", "И касса не открывается", headers={"In-Reply-To": first}
    )
    await split(world, "SD-1", "И касса")
    assert len(await world.tickets()) == 2
    receipt = next(one for one in await mails_of(world, "ann@client.example") if "SD-2" in text_of(one))
    assert receipt["In-Reply-To"] == second
    await mail(world, "Ann <ann@client.example>", "Re: Принтер", "открылась", headers={"In-Reply-To": second})
    assert "открылась" in said_in(world.group.topic("SD-2 ·"))
    await mail(world, "Ann <ann@client.example>", "Re: Принтер", "запечатал", headers={"In-Reply-To": first})
    assert "запечатал" in said_in(world.group.topic("SD-1 ·"))
    await answer(world, "SD-2", "Хорошо, что открылась")
    assert "Хорошо, что открылась" in text_of(await last_mail(world, "ann@client.example"))
