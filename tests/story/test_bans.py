"""A lead bans a client: told once, kept in the record, shown when the ban is lifted."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit, Client
from desk.tickets import Message, Status
from playground.botapi import Person
from playground.botapi.files import png
from tests.steps import HELD, chat, code_of, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World

BORIS = 700_000_001


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"person": [{"name": "Борис", "telegram": BORIS, "role": "lead"}]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as made:
        yield made


async def said(world: World, ann: Person, text: str) -> None:
    ann.say(text)
    await world.settle()


async def words_kept(world: World) -> list[str]:
    async with world.store.view() as view:
        return [one.text for one in await view.find(Message)]


async def ban(world: World, text: str = "/ban оскорбления") -> None:
    await order(world, "SD-1", text)


async def test_the_banned_are_told_once_and_nothing_of_theirs_is_lost_or_shown(world: World) -> None:
    """Words, files, commands, edits and presses: no ticket, no receipt, no post, and all of it in the record."""
    ann = await chat(world, "Анна", "Не печатает")
    await ban(world)
    assert ann.last().text == "Мы больше не принимаем от вас обращения. Причина: оскорбления"
    topic, told = world.group.topic("SD-1"), len(ann.received)
    shown = [message.text for message in topic.messages[1:]]
    word = ann.say("Вот вам")
    ann.send_photo(png(), caption="и картинка")
    ann.edit(word, "Вот вам ещё")
    for text in ("/new И новое", "/my", "/start"):
        await said(world, ann, text)
    assert "не принимаются" in await ann.press(ann.last("зарегистрирована"), "Срочно")
    await world.settle()
    assert (len(ann.received), len(await world.tickets())) == (told, 1)
    assert [message.text for message in topic.messages[1:]] == shown
    kept = await words_kept(world)
    assert [text for text in ("Вот вам ещё", "и картинка", "/new И новое", "/my") if text not in kept] == []


async def test_lifting_it_shows_what_came_meanwhile(world: World) -> None:
    """With the files, in General by number too; the client is told and writes on."""
    ann = await chat(world, "Анна", "Не печатает")
    await ban(world)
    await said(world, ann, "Вот вам <b>так</b>")
    ann.send_photo(png(), caption="и картинка")
    await world.settle()
    world.group.say(world.engineer, "/unban SD-1")
    await world.settle()
    topic = world.group.topic("SD-1")
    assert "Вот вам <b>так</b>" in said_in(topic)
    assert "и картинка" in said_in(topic)
    assert any(message.kind == "photo" for message in topic.messages)
    assert "2 сообщения" in said_in(topic)
    assert "снова принимаем" in ann.last().text
    await said(world, ann, "Спасибо, теперь вежливо")
    assert "теперь вежливо" in said_in(topic)


async def test_the_card_counts_once_a_day(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await ban(world)
    card = world.group.topic("SD-1").messages[0]
    assert "🚫 Заблокирован 23 ноября (Борис): оскорбления. С тех пор 0 сообщений." in card.text
    for _ in range(3):
        await said(world, ann, "Вот вам")
    await world.advance(seconds=HELD)
    assert "С тех пор 3 сообщения." in card.text
    await said(world, ann, "И ещё")
    await world.advance(minutes=5)
    assert "С тех пор 3 сообщения." in card.text
    await world.advance(hours=24)
    await said(world, ann, "И снова")
    await world.advance(minutes=5)
    assert "С тех пор 5 сообщений." in card.text


async def test_the_banned_are_not_reminded_of_an_answer_that_would_not_be_taken(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    await order(world, "SD-1", "/info Какая модель?")
    await ban(world)
    told = len(ann.received)
    await world.pass_days(15)
    assert len(ann.received) == told
    assert [ticket.status for ticket in await world.tickets()] == [Status.OPEN]


async def test_linked_people_are_banned_through_all_their_doors(world: World) -> None:
    """A mail makes no ticket either; and whoever turns out to be the banned person is banned with them."""
    ann = await chat(world, "Анна", "Не печатает")
    await ban(world)
    await mail(world, "eva@client.example", "Счёт", "Где счёт за октябрь?")
    assert len(await world.tickets()) == 2
    world.group.say(world.engineer, "/unban", world.group.topic("SD-1"))
    await world.settle()
    ann.say("/email eva@client.example")
    await world.settle()
    ann.say(await code_of(world, "eva@client.example"))
    await world.settle()
    await ban(world, "/ban снова")
    had = len(await mails_of(world, "eva@client.example"))
    await mail(world, "eva@client.example", "Ещё", "Отвечайте!")
    assert len(await world.tickets()) == 2
    assert len(await mails_of(world, "eva@client.example")) == had
    assert "Отвечайте!" in await words_kept(world)


async def test_who_is_linked_to_somebody_banned_is_banned_too(world: World) -> None:
    await mail(world, "eva@client.example", "Счёт", "Где счёт за октябрь?")
    ann = await chat(world, "Анна", "Не печатает")
    ann.say("/email eva@client.example")
    await world.settle()
    await order(world, "SD-1", "/ban оскорбления")
    assert "больше не принимаем" in text_of((await mails_of(world, "eva@client.example"))[-1])
    ann.say(await code_of_before_last(world))
    await world.settle()
    told = len(ann.received)
    await said(world, ann, "Это опять я")
    assert len(ann.received) == told
    assert len(await world.tickets()) == 2


async def code_of_before_last(world: World) -> str:
    mails = await mails_of(world, "eva@client.example")
    found = next(text_of(one) for one in mails if "код" in text_of(one))
    return "".join(sign for sign in found if sign.isdigit())[-6:]


@pytest.mark.parametrize(
    ("who", "text", "answer"),
    [
        ("lead", "/ban", "клиент это прочитает"),
        ("lead", "/ban " + "я" * 501, "слишком длинная"),
        ("lead", "/unban", "не заблокирован"),
        ("engineer", "/ban грубит", "только руководител"),
        ("anonymous", "/ban грубит", "аноним"),
    ],
)
async def test_only_a_lead_bans_and_says_why(world: World, who: str, text: str, answer: str) -> None:
    await chat(world, "Анна", "Не печатает")
    topic = world.group.topic("SD-1")
    person = world.engineer
    if who == "engineer":
        person = world.bot.world.person("Глеб")
        world.group.add(person)
    world.group.say(person, text, topic, anonymous=who == "anonymous")
    await world.settle()
    assert answer in said_in(topic).casefold()
    async with world.store.view() as view:
        assert not await view.find(Client, banned_at__ne=None)


async def test_the_trail_names_who_banned_and_who_lifted_it(world: World) -> None:
    await chat(world, "Анна", "Не печатает")
    await ban(world)
    await ban(world)
    assert "уже заблокирован" in said_in(world.group.topic("SD-1"))
    await order(world, "SD-1", "/unban")
    async with world.store.view() as view:
        trail = await view.find(Audit, what__in=("banned", "unbanned"))
    assert [(one.who, one.what, one.data["reason"]) for one in trail] == [
        ("Борис", "banned", "оскорбления"),
        ("Борис", "unbanned", "оскорбления"),
    ]
    assert "снова принимаем" in said_to(world.bot.world.people[-1])
