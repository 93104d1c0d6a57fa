"""`/announce`: a look before, one message to each who agreed, by their best door and in their language, and a way out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from desk import client_commands
from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Audit, Client, Door
from desk.tickets import Ticket
from desk.workbench import Mailing
from playground.botapi import Person
from playground.botapi.model import Message
from tests.steps import chat, last_mail, mail, mails_of, said_to, text_of
from tests.world import World

HEAD = "client id;organisation;product;contact;e-mail;telegram;news\n"
ROWS = (
    "A-1;Рога;Касса, Склад;Боб;bob@roga.example;;да\n"
    "A-1;Рога;;Ева;eva@roga.example;;нет\n"
    "B-2;Копыта;Склад;Карл;carl@kopyta.example;;да\n"
)
TEXT = "/announce Касса ru: Вышла версия 2.0 <b>\nen: Version 2.0 is out"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        made.tables = {"person": [{"telegram": made.engineer.id, "name": "Борис", "role": "lead"}]}
        await made.stop()
        await made.start()
        said, well = await client_commands.bring_in(made.desk, (HEAD + ROWS).encode(), apply=True, skip_refused=False)
        assert well, said
        for address in ("bob@roga.example", "eva@roga.example", "carl@kopyta.example"):
            await made.mails.user(address)
        yield made


async def member(world: World, name: str, **values: Any) -> Person:
    """A client of A-1 in Telegram."""
    person = await chat(world, name, "Здравствуйте, есть вопрос")
    async with world.store.unit() as unit:
        door = await unit.first(Door, channel="telegram", address=str(person.id))
        assert door is not None
        client = await unit.get(Client, door.client_id)
        assert client is not None
        await unit.save(replace(client, organisation_id=1, **values))
        await unit.commit()
    return person


async def command(world: World, text: str) -> Message:
    world.group.say(world.engineer, text)
    await world.settle()
    return world.group.general.messages[-1]


async def sent(world: World, text: str = TEXT) -> Message:
    """The announcement is shown, sent, and all of it has gone."""
    shown = await command(world, text)
    await world.group.press(world.engineer, shown, "Отправить")
    await world.settle()
    for _ in range(3):
        await world.advance(seconds=20)
    return shown


async def test_who_agreed_is_told_once_by_their_door_and_in_their_language(world: World) -> None:
    """The preview counts them and says who is left out and why; the count goes on in the same message."""
    ann = await member(world, "Анна", news_at=world.clock())
    john = await member(world, "John", news_at=world.clock(), language="en")
    quiet = await member(world, "Тихон")
    gone = await member(world, "Отказник", news_at=world.clock(), no_news_at=world.clock())
    shown = await command(world, TEXT)
    assert "Вышла версия 2.0 <b>" in shown.text
    assert "EN: Version 2.0 is out" in shown.text
    assert "в Telegram — 2, почтой — 1" in shown.text
    assert "не давали согласия — 1" in shown.text
    assert "отказались — 1" in shown.text
    assert "Вышла версия" not in said_to(ann)
    await world.group.press(world.engineer, shown, "Отправить")
    await world.settle()
    for _ in range(4):
        await world.advance(seconds=20)
    assert said_to(ann).count("Вышла версия 2.0 <b>") == 1
    assert said_to(john).count("Version 2.0 is out") == 1
    assert "версия" not in said_to(quiet) + said_to(gone)
    letter = text_of(await last_mail(world, "bob@roga.example"))
    assert "Вышла версия 2.0 <b>" in letter
    assert "ответьте словом «стоп»" in letter
    assert await mails_of(world, "eva@roga.example") == []
    assert await mails_of(world, "carl@kopyta.example") == []
    assert "закончена: отправлено 3 из 3" in shown.text
    assert shown.buttons == []
    async with world.store.view() as view:
        assert await view.count(Audit, what="announced") == 1
        (mailing,) = await view.find(Mailing)
        assert mailing.ended_at is not None
        assert await view.count(Parcel, mailing_id=mailing.id, urgency__ne=40) == 0


async def test_a_restart_in_between_tells_nobody_twice(world: World) -> None:
    people = [await member(world, f"Клиент {number}", news_at=world.clock()) for number in range(3)]
    shown = await command(world, TEXT)
    await world.group.press(world.engineer, shown, "Отправить")
    await world.settle()
    await world.stop()
    await world.start()
    for _ in range(4):
        await world.advance(seconds=20)
    await world.stop()
    await world.start()
    for _ in range(2):
        await world.advance(seconds=20)
    assert [said_to(person).count("Вышла версия") for person in people] == [1, 1, 1]


async def test_a_lead_stops_or_drops_it_and_nobody_else_may_send_it(world: World) -> None:
    ann = await member(world, "Анна", news_at=world.clock())
    shown = await command(world, TEXT)
    stranger = world.bot.world.person("Коллега")
    world.group.add(stranger)
    assert "руководител" in (await world.group.press(stranger, shown, "Отправить")).casefold()
    await world.group.press(world.engineer, shown, "Отменить")
    await world.settle()
    assert "никому не отправлено" in shown.text
    await world.advance(minutes=1)
    assert "версия" not in said_to(ann)
    ann.block()
    again = await command(world, TEXT)
    await world.group.press(world.engineer, again, "Отправить")
    await world.settle()
    await world.group.press(world.engineer, again, "Остановить")
    await world.advance(minutes=1)
    assert "остановил" in again.text
    async with world.store.view() as view:
        assert await view.count(Parcel, purpose=Purpose.NEWS, state=ParcelState.SENT) == 0


async def test_there_is_a_way_out_in_both_doors_and_back_in_one(world: World) -> None:
    """A button in Telegram; by mail the word «стоп», or what the mail program sends; the list's «да» wins no more."""
    ann = await member(world, "Анна", news_at=world.clock())
    await sent(world)
    news = next(one for one in ann.received if "Вышла версия" in one.text)
    assert await ann.press(news, "🔕 Не получать новости") == "Новостей больше не пришлём."
    await world.settle()
    letter = await last_mail(world, "bob@roga.example")
    out = str(letter["List-Unsubscribe"]).strip("<>")
    address, _, subject = out.removeprefix("mailto:").partition("?subject=")
    tickets = len(await world.tickets())
    forged = unquote(subject)[:-3] + "000"
    await mail(world, "Боб <bob@roga.example>", unquote(subject), "", to=address)
    assert len(await world.tickets()) == tickets
    await mail(world, "Кто-то <evil@other.example>", forged, "")
    assert len(await world.tickets()) == tickets + 1
    shown = await command(world, TEXT)
    assert "в Telegram — 0, почтой — 0" in shown.text
    assert "отказались — 2" in shown.text
    ann.say("/my")
    await world.settle()
    await ann.press(ann.last("Ваши"), "🔔 Получать новости о продукте")
    await world.settle()
    assert "в Telegram — 1" in (await command(world, TEXT)).text


async def test_the_word_stop_ends_it_and_any_other_answer_is_a_request(world: World) -> None:
    ann = await member(world, "Анна", news_at=world.clock())
    await sent(world)
    tickets = len(await world.tickets())
    letter = await last_mail(world, "bob@roga.example")
    await mail(world, "Боб <bob@roga.example>", "Re: Новости: Касса", "Стоп.\n", in_reply_to=letter)
    assert len(await world.tickets()) == tickets
    assert "Новостей больше не пришлём" in text_of(await last_mail(world, "bob@roga.example"))
    news = next(one for one in ann.received if "Вышла версия" in one.text)
    ann.say("А как обновиться?", reply_to=news)
    await world.settle()
    assert len(await world.tickets()) == tickets + 1
    async with world.store.view() as view:
        last = await view.first(Ticket, order="-id")
        assert last is not None
        assert last.subject == "А как обновиться?"


async def test_an_unknown_product_and_empty_words_are_told(world: World) -> None:
    assert "Есть: Касса, Склад" in (await command(world, "/announce Телевизор сломался")).text
    assert "Напишите текст" in (await command(world, "/announce Касса")).text
    assert "не больше" in (await command(world, f"/announce Касса {'а' * 3100}")).text
