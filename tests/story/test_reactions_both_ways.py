"""Reactions pass both ways, are taken back both ways, and change nothing but what is seen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Status
from playground.botapi import Person, Topic
from tests.steps import answer, chat, mail, order, said_in
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def asked(world: World) -> tuple[Person, Topic]:
    ann = await chat(world, "Анна", "Не печатает")
    return ann, world.group.topic("SD-1")


async def test_a_clients_reaction_stands_on_the_engineers_post(world: World) -> None:
    """Instead of 👌, which comes back; an edit of the answer leaves it; the status stays."""
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    ours, before = ann.last("Готово"), len(topic.messages)
    (ticket,) = await world.tickets()
    for emoji, seen in (("👍", "👍"), ("🔥", "🔥"), (None, "👌"), ("🎉", "🎉")):
        ann.react(ours, emoji)
        await world.settle()
        assert post.reactions == [seen]
    world.group.seat(world.engineer).edit(post, "Готово!")
    await world.settle()
    await world.advance(seconds=5)
    assert (ours.text, post.reactions) == ("Готово!", ["🎉"])
    assert len(topic.messages) == before
    (after,) = await world.tickets()
    assert (after.status, after.client_wrote_at) == (ticket.status, ticket.client_wrote_at)


async def test_what_would_be_misread_on_the_post_is_said_in_a_line(world: World) -> None:
    """A client's 👀 or 👎 is none of the desk's signs; of our own words there is no post to put it on."""
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    ann.react(ann.last("Готово"), "👎")
    await world.settle()
    assert post.reactions == ["👌"]
    line = world.group.last("👎 на «Готово»", topic=topic)
    assert line.silent
    await order(world, "SD-1", "/solved Поменяли кабель")
    ann.react(ann.last("кабель"), "❤")
    await world.settle()
    assert "❤ на «Поменяли кабель" in said_in(topic)
    ann.react(ann.received[0], "👍")  # the greeting
    ann.react(next(message for message in ann.chat if message.text == "Не печатает"), "👍")
    await world.settle()
    assert "👍" not in said_in(topic)


async def test_an_engineers_reaction_stands_on_the_clients_message(world: World) -> None:
    """Taken back by whose it is; what the desk's signs are, and what nobody means to send, stays inside."""
    ann, topic = await asked(world)
    vera = world.bot.world.person("Вера")
    world.group.add(vera, admin=True)
    first = next(message for message in ann.chat if message.text == "Не печатает")
    said = ann.say("Совсем")
    await world.settle()
    shown = topic.messages[2]
    assert said.reactions == ["👀"]
    for emoji in ("👌", "👎", "✍", "🙈", "💩", "🖕"):
        world.group.react(world.engineer, shown, emoji)
    world.group.react(vera, shown, "👍", anonymous=True)
    await world.settle()
    assert said.reactions == ["👀"]
    world.group.react(world.engineer, shown, "🙏")
    world.group.react(world.engineer, topic.messages[1], "👍")
    await world.settle()
    assert [said.reactions, first.reactions] == [["🙏"], ["👍"]]
    world.group.react(vera, shown, "👌")
    world.group.react(vera, shown, None)
    await world.settle()
    assert said.reactions == ["🙏"]
    world.group.react(world.engineer, shown, None)
    world.group.react(world.engineer, topic.messages[1], None)
    await world.settle()
    assert [said.reactions, first.reactions] == [["👀"], []]
    (ticket,) = await world.tickets()
    assert (ticket.status, ticket.answered_at) == (Status.OPEN, None)


@pytest.fixture
async def strict(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    reactions = ["👀", "✍", "👌", "👎"]
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, reactions=reactions, with_mail=False) as made:
        yield made


async def test_where_the_group_does_not_allow_it_a_quiet_line_says_so(strict: World) -> None:
    ann, topic = await asked(strict)
    post = await answer(strict, "SD-1", "Готово")
    ann.react(ann.last("Готово"), "👍")
    await strict.settle()
    assert post.reactions == ["👌"]
    assert strict.group.last("👍 на «Готово»", topic=topic).silent


async def test_a_mail_has_none_and_shadow_mode_sends_none(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"desk": {"quiet": True}}) as world:
        ann, topic = await asked(world)
        world.group.react(world.engineer, topic.messages[1], "👍")
        await world.settle()
        assert next(message for message in ann.chat if message.text == "Не печатает").reactions == []
    async with World(clock=clock, url=f"{sqlite_url}2", folder=tmp_path / "2") as world:
        await mail(world, "Карл <carl@client.example>", "Принтер", "Не печатает")
        world.group.react(world.engineer, world.group.topic("SD-1").messages[1], "👍")
        await world.settle()
        assert len(await world.tickets()) == 1
