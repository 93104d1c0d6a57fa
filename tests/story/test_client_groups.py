"""A client's own group, bound to an organisation."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desk.configuration import load_settings
from desk.errors import ConfigError
from desk.incoming import Raw
from desk.organisations import Organisation
from desk.people import Client, Door, Suggestion
from playground.botapi import Group, Person
from playground.botapi.model import Message, Topic
from tests.steps import answer, chat, order, said_in, said_to
from tests.world import World

CLIENTS = -1001000000077
BASIC = -4000077


@pytest.fixture
async def world(clock: Any, sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"client_group": [{"chat": CLIENTS, "organisation": "а-1042"}]}
    made = World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False)
    async with made:
        async with made.store.unit() as unit:
            moments = {"created_at": clock(), "changed_at": clock()}
            await unit.add(Organisation(number="A-1042", name="ООО Акме", valid_until=date(2027, 1, 1), **moments))
            await unit.commit()
        yield made


@pytest.fixture
def group(world: World) -> Group:
    return world.bot.world.group("Акме и поддержка", forum=False, chat_id=CLIENTS)


def member(world: World, group: Group, name: str) -> Person:
    person = world.bot.world.person(name)
    group.add(person)
    return person


def name_of(world: World) -> str:
    return f"@{world.bot.world.bot.username}"


def spoken(group: Group) -> list[Message]:
    return [one for one in group.messages if one.from_bot and one.service is None]


def topic_of(world: World, number: str = "SD-1") -> Topic:
    return world.group.topic(f"{number} ·")


async def test_a_mention_becomes_a_ticket_of_the_organisation(world: World, group: Group) -> None:
    """The receipt replies to it, the engineers read who wrote, and the answer comes back as a reply."""
    anna = member(world, group, "Анна")
    asked = group.say(anna, f"{name_of(world)}, не печатает принтер")
    await world.settle()
    (ticket,) = await world.tickets()
    assert ticket.organisation_id is not None
    assert ticket.subject == "не печатает принтер"
    (receipt,) = spoken(group)
    assert "SD-1" in receipt.text
    assert receipt.reply_to is asked
    assert "Анна" in said_in(topic_of(world))
    assert "ООО Акме" in topic_of(world).messages[0].text
    await answer(world, "SD-1", "Включите его")
    said = spoken(group)[-1]
    assert "Включите его" in said.text
    assert said.reply_to is asked


async def test_what_people_say_to_one_another_is_neither_read_nor_kept(world: World, group: Group) -> None:
    """No ticket, no words in the store."""
    anna, boris = member(world, group, "Анна"), member(world, group, "Борис Б.")
    first = group.say(anna, "Кто взял мою кружку?")
    group.say(boris, "Не я", reply_to=first)
    await world.settle()
    assert await world.tickets() == []
    assert spoken(group) == []
    async with world.store.view() as view:
        assert not [
            raw
            for raw in await view.find(Raw)
            if "кружку".encode() in raw.body or b"\\u043a\\u0440\\u0443\\u0436" in raw.body
        ]


async def test_a_reply_goes_on_and_another_mention_is_another_ticket(world: World, group: Group) -> None:
    """To our word or to a colleague's that is in the ticket; the same person within ten minutes goes on as well."""
    anna, boris = member(world, group, "Анна"), member(world, group, "Глеб")
    asked = group.say(anna, f"{name_of(world)} не печатает принтер")
    await world.settle()
    group.say(boris, "У меня тоже", reply_to=spoken(group)[0])
    group.say(boris, "И сканер", reply_to=asked)
    group.say(anna, f"И ещё он гудит {name_of(world)}")
    await world.settle()
    assert len(await world.tickets()) == 1
    for words in ("У меня тоже", "И сканер", "И ещё он гудит"):
        assert words in said_in(topic_of(world))
    group.say(boris, f"{name_of(world)} нужна новая мышь")
    await world.settle()
    assert [ticket.subject for ticket in await world.tickets()] == ["не печатает принтер", "нужна новая мышь"]


async def test_a_call_in_reply_brings_the_words_it_replies_to(world: World, group: Group) -> None:
    """As a quotation under whose they are."""
    anna, boris = member(world, group, "Анна"), member(world, group, "Глеб")
    first = group.say(anna, "Касса не открывается")
    group.say(boris, f"{name_of(world)} посмотрите, пожалуйста", reply_to=first)
    await world.settle()
    assert "О сообщении от Анна:\n> Касса не открывается\nпосмотрите, пожалуйста" in said_in(topic_of(world))


async def test_an_edit_calls_the_bot_and_a_later_one_reaches_the_topic(world: World, group: Group) -> None:
    """What was not for us before may be by now."""
    anna = member(world, group, "Анна")
    said = group.say(anna, "Не печатает")
    await world.settle()
    assert await world.tickets() == []
    group.edit(anna, said, f"Не печатает {name_of(world)}")
    await world.settle()
    assert [ticket.subject for ticket in await world.tickets()] == ["Не печатает"]
    group.edit(anna, said, f"Не печатает вовсе {name_of(world)}")
    await world.settle()
    assert "Не печатает вовсе" in said_in(topic_of(world))


async def test_nobody_is_linked_with_a_group(world: World, group: Group) -> None:
    """Somebody's address or phone in it suggests nothing, and their own chat stays their own."""
    anna = await chat(world, "Анна", "Где мой счёт?")
    group.add(anna)
    group.say(anna, f"{name_of(world)} пишите на a@acme.example, мой телефон +7 999 123-45-67")
    await world.settle()
    async with world.store.view() as view:
        assert await view.find(Suggestion) == []
        doors = await view.find(Door)
    assert len({door.client_id for door in doors}) == 2
    await answer(world, "SD-2", "Пишем туда")
    assert "Пишем туда" not in said_to(anna)
    assert "Пишем туда" in spoken(group)[-1].text


async def test_in_a_group_with_topics_the_answer_stays_in_its_topic(world: World) -> None:
    """Two requests from one topic are two requests all the same."""
    group = world.bot.world.group("Акме с темами", forum=True, chat_id=CLIENTS)
    anna, boris = member(world, group, "Анна"), member(world, group, "Глеб")
    printers = group.create_topic("Принтеры", by=anna)
    group.say(anna, f"{name_of(world)} не печатает", topic=printers)
    group.say(boris, f"{name_of(world)} нужна мышь", topic=printers)
    await world.settle()
    assert [ticket.subject for ticket in await world.tickets()] == ["не печатает", "нужна мышь"]
    await answer(world, "SD-1", "Включите его")
    assert "Включите его" in said_in(printers)
    assert [one.place for one in spoken(group)] == [printers.id] * 3


async def test_buttons_work_for_the_people_of_the_group(world: World, group: Group) -> None:
    """Under the question whether it is solved."""
    anna = member(world, group, "Анна")
    group.say(anna, f"{name_of(world)} не печатает")
    await world.settle()
    await order(world, "SD-1", "/solved заменили картридж")
    last = spoken(group)[-1]
    await group.press(anna, last, last.buttons[0])
    await world.settle()
    (ticket,) = await world.tickets()
    assert ticket.status == "closed"


async def test_put_out_the_door_is_shut(world: World, group: Group) -> None:
    """And the topic says so."""
    anna = member(world, group, "Анна")
    group.say(anna, f"{name_of(world)} не печатает")
    await world.settle()
    group.ban_bot()
    await world.settle()
    async with world.store.view() as view:
        assert (await view.find(Door))[0].shut_at is not None


async def test_a_group_that_became_a_supergroup_stays_the_clients(clock: Any, sqlite_url: str, tmp_path: Path) -> None:
    """Its id is another one: the same client asks, and answers go to where it is now."""
    tables = {"client_group": [{"chat": BASIC, "organisation": "A-1042"}]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        group = world.bot.world.group("Акме", forum=False, basic=True, chat_id=BASIC)
        anna = member(world, group, "Анна")
        group.say(anna, f"{name_of(world)} не печатает")
        await world.settle()
        group.migrate()
        await world.settle()
        await answer(world, "SD-1", "Включите его")
        assert "Включите его" in spoken(group)[-1].text
        group.say(anna, f"{name_of(world)} нужна мышь", reply_to=spoken(group)[-1])
        await world.settle()
        async with world.store.view() as view:
            assert len(await view.find(Client)) == 1
        assert "нужна мышь" in said_in(topic_of(world))


async def test_it_says_how_to_be_called_when_it_is_let_in(world: World) -> None:
    """Once, and it stays; a group that is bound to nobody is left as ever."""
    theirs = world.bot.world.group("Акме и поддержка", forum=False, chat_id=CLIENTS, with_bot=False)
    theirs.add_bot()
    await world.settle()
    (welcome,) = spoken(theirs)
    assert name_of(world) in welcome.text
    other = world.bot.world.group("Чужие", forum=False, with_bot=False)
    other.add_bot()
    await world.settle()
    assert any("не" in one.text for one in spoken(other))
    assert not other.chat.members[world.bot.world.bot.id].inside
    assert theirs.chat.members[world.bot.world.bot.id].inside


async def test_a_group_of_an_unknown_organisation_is_served_all_the_same(world: World) -> None:
    """It is nobody's, and the client is called as the group."""
    world.tables["client_group"] = [{"chat": CLIENTS, "organisation": "B-7"}]
    await world.stop()
    await world.start()
    theirs = world.bot.world.group("Бета", forum=False, chat_id=CLIENTS)
    anna = member(world, theirs, "Анна")
    theirs.say(anna, f"{name_of(world)} не печатает")
    await world.settle()
    (ticket,) = await world.tickets()
    assert ticket.organisation_id is None
    async with world.store.view() as view:
        assert [client.name for client in await view.find(Client)] == ["Бета"]


def test_the_engineers_group_is_no_clients(tmp_path: Path) -> None:
    """Whatever is said in it would be taken for a client's words: told at start."""
    file = tmp_path / "config.toml"
    file.write_text(
        '[desk]\nname = "X"\n[telegram]\ntoken = "1:a"\ngroup = -5\n'
        '[[client_group]]\nchat = -5\norganisation = "A-1"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"\[\[client_group\]\] chat"):
        load_settings(file)
