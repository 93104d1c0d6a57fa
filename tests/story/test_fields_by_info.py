"""`/info` asks for exactly what is missing, in either door; a free reply is read back; reminders name what is left."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Status
from tests.fields import asked, card, say, tables, trail, values
from tests.steps import answer, chat, last_mail, mail, order, said_in, said_to, times_mailed
from tests.steps import text_of as raw_text_of
from tests.world import World

ANN = "anna@client.example"


def text_of(letter: Any) -> str:
    return raw_text_of(letter).replace("\r\n", "\n")


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    made = {**tables("version", "many", "inn", type="request"), "requires": {"request": ["version", "many", "inn"]}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=made) as world:
        yield world


async def status(world: World) -> Status:
    return (await world.tickets())[0].status


async def test_info_in_a_chat_is_one_list_and_its_answer_is_read_by_numbers(world: World) -> None:
    ann = await chat(world, "Анна", "Сломалось")
    await order(world, "SD-1", "/info")
    listed = ann.last("1. Версия").text
    assert "2. Сколько людей, напишите? (один / все)\n3. ИНН" in listed
    assert await status(world) is Status.WAITING
    assert "Борис спрашивает клиента:\n1. Версия" in said_in(world.group.topic("SD-1 ·"))
    await say(world, ann, "1) 4.2 3) 7707083893")
    assert await values(world) == {"version": "4.2", "inn": "7707083893"}
    assert await status(world) is Status.OPEN
    assert "Не хватает: сколько людей" in await card(world)
    await order(world, "SD-1", "/info")  # exactly what is missing
    assert ann.last("Ждём вашего ответа").text.startswith("Сколько людей, напишите? (один / все)")
    assert await ann.press(ann.last("Ждём вашего ответа"), "все") == "все"
    await world.settle()
    assert (await values(world))["many"] == "все"
    assert await status(world) is Status.OPEN
    assert "заявка снова за нами" in said_in(world.group.topic("SD-1 ·"))
    await order(world, "SD-1", "/info", go=False)  # nothing is missing: the engineer is asked what to ask
    assert "что спросить у клиента?" in world.group.topic("SD-1 ·").messages[-1].text


async def test_the_button_asks_for_the_same_and_one_by_one_on_a_phone(world: World) -> None:
    ann = await chat(world, "Анна", "Сломалось")
    topic = world.group.topic("SD-1 ·")
    said = await world.group.press(world.engineer, topic.messages[0], "Нужны данные")
    assert said == "Спросили клиента о том, чего не хватает"
    await world.advance(seconds=31)
    before = len(asked(ann))
    twice = [ann.press(ann.last("1. Версия"), "по одному") for _ in range(2)]
    assert await asyncio.gather(*twice) == ["Спрашиваем по одному."] * 2
    await world.settle()
    assert asked(ann)[before:] == ["Версия"]
    await say(world, ann, "4.2")
    await ann.press(ann.last("Сколько людей"), "Пропустить")
    await world.settle()
    await say(world, ann, "7707083893")
    assert await values(world) == {"version": "4.2", "inn": "7707083893"}
    assert ann.received[-1].text == "Спасибо, записали."
    assert await status(world) is Status.OPEN
    await order(world, "SD-1", "/info")  # an engineer may ask again for what was skipped
    assert ann.last("Ждём вашего ответа").text.startswith("Сколько людей")


async def test_a_client_who_has_engineers_answer_first_is_still_asked_by_info(world: World) -> None:
    ann = await chat(world, "Анна", "Сломалось")
    await answer(world, "SD-1", "Смотрим")
    await order(world, "SD-1", "/info")
    await say(world, ann, "4.2\nвсе\n7707083893")
    assert await values(world) == {"version": "4.2", "many": "все", "inn": "7707083893"}
    assert ann.received[-1].text == "Спасибо, записали."


async def test_the_reminder_names_only_what_is_left_and_stops_when_nothing_is(world: World) -> None:
    ann = await chat(world, "Анна", "Сломалось")
    await order(world, "SD-1", "/info")
    await order(world, "SD-1", "/set version 4.2")
    await order(world, "SD-1", "/waive inn")
    await world.pass_days(8)
    reminder = ann.last("Напоминание 1").text
    assert "Сколько людей" in reminder
    assert "Версия" not in reminder
    assert "ИНН" not in reminder
    assert "Сколько людей" in (await world.tickets())[0].question  # the letter of closing would name the same
    await order(world, "SD-1", "/waive", go=False)
    assert await status(world) is Status.OPEN
    await world.pass_days(15)
    assert said_to(ann).count("Напоминание") == 1
    assert "заявка снова за нами" in said_in(world.group.topic("SD-1 ·"))
    assert "field waived" in await trail(world)


async def test_editing_the_command_or_asking_in_words_changes_no_list(world: World) -> None:
    ann = await chat(world, "Анна", "Сломалось")
    post = world.group.say(world.engineer, "/info", topic=world.group.topic("SD-1 ·"))
    await world.settle()
    world.group.edit(world.engineer, post, "/info ")
    await world.advance(seconds=31)
    assert "1. Версия" in ann.last("Ждём вашего ответа").text
    await order(world, "SD-1", "/info А какая погода?")
    await world.pass_days(8)
    assert "погода" in ann.last("Напоминание 1").text  # the last question is what is owed
    await order(world, "SD-1", "/waive", go=False)
    assert await status(world) is Status.WAITING


async def test_a_mail_gets_one_list_in_its_receipt_and_the_reply_is_read_back(world: World) -> None:
    await mail(world, ANN, "Не печатает", "Здравствуйте!\nСколько людей: все")
    receipt = text_of(await last_mail(world, ANN))
    assert "зарегистрирована" in receipt
    assert "1. Версия, напишите?\n2. ИНН, напишите?" in receipt
    assert await status(world) is Status.NEW  # our own first request stops nothing
    first = (await last_mail(world, ANN))["Message-ID"]
    await mail(
        world, ANN, "Re: Не печатает", "Добрый день!\n\n2. 7707083893\n1. 4.2\n\nС уважением,\nАнна", in_reply_to=first
    )
    assert await values(world) == {"many": "все", "version": "4.2", "inn": "7707083893"}
    assert "Не хватает" not in await card(world)
    assert len(await world.tickets()) == 1


async def test_what_cannot_be_told_apart_stays_words_and_the_next_list_is_shorter(world: World) -> None:
    await mail(world, ANN, "Не печатает", "Здравствуйте!")
    first = (await last_mail(world, ANN))["Message-ID"]
    await mail(world, ANN, "Re: Не печатает", "Сейчас узнаю у коллег.\nИНН 7707083893", in_reply_to=first)
    assert await values(world) == {"inn": "7707083893"}
    assert "Не хватает: версия, сколько людей" in await card(world)
    await order(world, "SD-1", "/info")
    asked_for = await last_mail(world, ANN)
    assert "1. Версия, напишите?\n2. Сколько людей, напишите? (один / все)" in text_of(asked_for)
    await world.pass_days(8)
    reminder = await last_mail(world, ANN)
    assert "1. Версия" in text_of(reminder)
    await mail(world, ANN, "Re: Не печатает", "4.2\nвсе", in_reply_to=reminder["Message-ID"])
    assert await values(world) == {"inn": "7707083893", "version": "4.2", "many": "все"}
    assert await times_mailed(world, ANN, "Спасибо, записали") == 0  # no mail for a word of thanks


async def test_an_english_client_is_asked_in_english(world: World) -> None:
    await mail(world, ANN, "Printer broken", "Hello, the printer does not work any more, please help me.")
    assert "1. Version, please?\n2. How many, please? (one / everyone)" in text_of(await last_mail(world, ANN))
    first = (await last_mail(world, ANN))["Message-ID"]
    await mail(world, ANN, "Re: Printer broken", "Version: 4.2\n2) everyone", in_reply_to=first)
    assert await values(world) == {"version": "4.2", "many": "все"}  # engineers read their own language


async def test_a_group_without_topics_asks_by_a_reply_to_the_card(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    async with World(
        clock=clock, url=sqlite_url, folder=tmp_path, tables=tables("version"), with_mail=False, forum=False
    ) as world:
        ann = await chat(world, "Анна", "Сломалось")
        shown = next(one for one in world.group.messages if "SD-1" in one.text)
        world.group.say(world.engineer, "/info", reply_to=shown)
        await world.settle()
        await world.advance(seconds=31)
        assert "Версия, напишите?" in ann.last("Ждём вашего ответа").text
        await say(world, ann, "4.2")
        assert await values(world) == {"version": "4.2"}


async def test_two_engineers_ask_at_once_and_the_client_is_asked_once(world: World) -> None:
    ann = await chat(world, "Анна", "Сломалось")
    topic = world.group.topic("SD-1 ·")
    await world.group.press(world.engineer, topic.messages[0], "Нужны данные")
    assert "только что спросили" in await world.group.press(world.engineer, topic.messages[0], "Нужны данные")
    await order(world, "SD-1", "/info")
    assert "только что спросили" in topic.messages[-1].text
    assert said_to(ann).count("Ждём вашего ответа") == 1


async def test_a_mails_signature_and_files_fill_fields(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    made = tables("log", "inn", "version")
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=made) as world:
        text = "Не печатает.\n\n--\nАнна\nИНН: 7707083893"
        await mail(world, ANN, "Принтер", text, attachments=[("app.log", b"log")])
        assert (await values(world)).keys() == {"log", "inn"}
        assert text_of(await last_mail(world, ANN)).count("Версия, напишите?") == 1
        assert "Не хватает: версия" in await card(world)


async def test_a_reply_to_the_reminder_is_read_like_one_to_the_list(world: World) -> None:
    ann = await chat(world, "Анна", "Сломалось")
    await order(world, "SD-1", "/info")
    await order(world, "SD-1", "/set version 4.2")
    await world.pass_days(8)
    assert "2. Сколько людей, напишите? (один / все)\n3. ИНН" in ann.last("Напоминание 1").text
    ann.say("все\n7707083893", reply_to=ann.last("Напоминание 1"))
    await world.settle()
    assert await values(world) == {"version": "4.2", "many": "все", "inn": "7707083893"}


async def test_a_list_may_end_in_a_question_with_choices(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables("version", "many")) as world:
        await mail(world, ANN, "Принтер", "Не печатает.")
        assert "1. Версия, напишите?\n2. Сколько людей, напишите? (один / все)" in text_of(await last_mail(world, ANN))
        assert len(await world.tickets()) == 1


async def test_the_receipt_of_a_critical_mail_asks_nothing(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    made = tables("version", priority="critical")
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=made) as world:
        await mail(world, ANN, "Авария", "Всё встало.")
        assert "зарегистрирована" in text_of(await last_mail(world, ANN))
        assert await times_mailed(world, ANN, "Версия, напишите?") == 0
        await order(world, "SD-1", "/info")  # an engineer may
        assert await times_mailed(world, ANN, "Версия, напишите?") == 1


async def test_an_answer_in_latin_letters_does_not_change_the_language(world: World) -> None:
    """It is the name of a program, to a question in a chat, to a list in a chat, to a list in a mail's receipt."""
    ann = await chat(world, "Анна", "Сломалось")
    await say(world, ann, "Release 4.2 of Microsoft Dynamics Navision")
    assert asked(ann) == ["Версия", "Сколько людей"]
    await order(world, "SD-1", "/info")
    await say(world, ann, "I know nothing about Microsoft Dynamics Navision")
    await order(world, "SD-1", "/solved")
    assert "Заявка SD-1 решена" in ann.last().text
    await mail(world, ANN, "Сканер", "Не сканирует больше ничего")
    first = (await last_mail(world, ANN))["Message-ID"]
    await mail(world, ANN, "Re: Сканер", "1. Release 4.2 of Microsoft Dynamics Navision", in_reply_to=first)
    await answer(world, "SD-2", "Смотрим")
    await order(world, "SD-2", "/solved")
    assert "Заявка SD-2 решена" in text_of(await last_mail(world, ANN))
