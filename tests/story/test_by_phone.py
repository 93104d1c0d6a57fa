"""An engineer writes down what a client said on the phone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.organisations import Contact, Organisation, Reach
from desk.people import Client, Door, OrganisationId
from desk.tickets import Kind, Message, Status
from tests.steps import answer, chat, last_mail, mail, order, said_in, said_to, text_of
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as world:
        yield world


async def new(world: World, words: str) -> str:
    """What `/new` says in General."""
    world.group.say(world.engineer, f"/new {words}")
    await world.settle()
    return world.group.general.messages[-1].text


async def contacts(world: World) -> None:
    """A contract with two people in it."""
    now = world.clock()
    async with world.store.unit() as unit:
        acme = await unit.add(Organisation(number="A-1042", name="Акме", created_at=now, changed_at=now))
        for name, phone in (("Иван Петров", "+79990000001"), ("Пётр Иванов", "+79990000002")):
            person = await unit.add(Contact(organisation_id=OrganisationId(acme.id), name=name, role="кладовщик"))
            await unit.add(Reach(contact_id=person.id, organisation_id=acme.id, channel="phone", address=phone))
        await unit.commit()


async def test_an_unknown_phone_makes_a_client_who_can_only_be_called(world: World) -> None:
    said = await new(world, "8 (999) 123-45-67 Иван Петров: не печатает <b>принтер</b>")
    assert said.startswith("SD-1: Иван Петров")
    assert "только позвонить" in said
    topic = world.group.topic("SD-1 ·")
    assert "не печатает <b>принтер</b>" in said_in(topic)
    assert "записал Борис" in said_in(topic)
    await answer(world, "SD-1", "Посмотрим", go=False)
    assert "знаем только по телефону: +79991234567" in topic.messages[-1].text
    async with world.store.view() as view:
        assert await view.count(Message, kind=Kind.ANSWER) == 0
        (door,) = await view.find(Door)
        assert (door.channel, door.address) == ("phone", "+79991234567")
    assert (await new(world, "+79991234567 и сканер")).startswith("SD-2: Иван Петров")
    async with world.store.view() as view:
        assert await view.count(Client) == 1
    await order(world, "SD-1", "/solved")
    assert "когда он подтвердит, закройте" in said_in(topic)
    await order(world, "SD-1", "/close решено")
    assert (await world.tickets())[0].status is Status.CLOSED


async def test_a_known_client_gets_a_receipt_where_they_read(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    said = await new(world, "SD-1 звонила, касса не открывается")
    assert said.startswith("SD-2: Анна")
    assert "SD-2" in said_to(ann)
    async with world.store.view() as view:
        message = (await view.find(Message, ticket_id=2))[0]
    assert (message.kind, message.channel, message.text) == (Kind.WORDS, "desk", "звонила, касса не открывается")
    await answer(world, "SD-2", "Выезжаем")
    assert "Выезжаем" in said_to(ann)


async def test_a_new_mail_address_gets_the_receipt_by_mail(world: World) -> None:
    await world.mails.user("ann@client.example")
    assert (await new(world, "ann@client.example Анна: не печатает")).startswith("SD-1: Анна")
    assert "SD-1" in text_of(await last_mail(world, "ann@client.example"))
    await mail(world, "Ann <ann@client.example>", "Вопрос", "и ещё")
    async with world.store.view() as view:
        assert await view.count(Client) == 1


async def test_several_are_offered_and_one_is_chosen_once(world: World) -> None:
    await contacts(world)
    assert await new(world, "a-1042 не приехал груз") == "Кто обратился?"
    asked = world.group.general.messages[-1]
    assert [one for one in asked.buttons if "Иван Петров" in one]
    await world.group.press(world.engineer, asked, asked.buttons[0])
    await world.settle()
    (ticket,) = await world.tickets()
    assert ticket.organisation_id == 1
    assert "не приехал груз" in said_in(world.group.topic("SD-1 ·"))
    assert asked.text.startswith("SD-1: ")
    assert asked.buttons == []
    assert (await new(world, "+79990000001 ещё раз")).startswith("SD-2: ")
    async with world.store.view() as view:
        assert await view.count(Client) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Кто обратился и с чем?"),
        ("+79991234567", "Кто обратился и с чем?"),
        ("не печатает принтер", "Кто обратился и с чем?"),
        ("a@ текст", "Кто обратился и с чем?"),
        ("Никто Никакой: не печатает", "среди клиентов не нашлось"),
        ("@nobody не печатает", "среди клиентов не нашлось"),
        ("B-77 не печатает", "среди клиентов не нашлось"),
        ("SD-99 не печатает", "среди клиентов не нашлось"),
    ],
)
async def test_who_cannot_be_found_is_said(world: World, words: str, said: str) -> None:
    assert said in await new(world, words)
    assert await world.tickets() == []
