"""After closing a client is asked for a mark: whom, when, by which door, and what follows from it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import rating, work
from desk.accounts import Rating
from desk.people import Audit
from desk.tickets import Closing, Kind, Message, Status, Ticket
from playground.botapi import Person
from tests.steps import answer, chat, last_mail, link_of, mail, mails_of, order, said_in, said_to, text_of
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
QUESTION = "Оцените, пожалуйста, нашу работу"
STARS = ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A desk with a lead, that has looked for closed tickets once."""
    boxes = [{"authserv_id": "mx.otvet.example"}]
    people = [{"telegram": "@boss", "name": "Мария", "role": "lead"}]
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, boxes=boxes, tables={"person": people}) as made:
        await rating.tick(made.desk)
        yield made


async def closed_in_telegram(world: World, name: str = "Анна", number: str = "SD-1", *, go: bool = True) -> Person:
    """A client in Telegram whose ticket an engineer answered and closed; with `go`, until they were asked."""
    person = await chat(world, name, "Не печатает принтер")
    await answer(world, number, "Заменили картридж")
    await order(world, number, "/close решено")
    if go:
        await world.advance(minutes=6)
    return person


async def closed_by_mail(world: World) -> Any:
    """The same by mail; what it asks for a mark with."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await answer(world, "SD-1", "Заменили картридж")
    await order(world, "SD-1", "/close решено")
    await world.advance(minutes=6)
    asked = await last_mail(world, ANN)
    assert QUESTION in text_of(asked)
    return asked


async def ratings(world: World) -> list[Rating]:
    async with world.store.view() as view:
        return await view.find(Rating)


async def stars(world: World) -> list[int | None]:
    return [one.stars for one in await ratings(world)]


async def statuses(world: World) -> list[Status]:
    return [one.status for one in await world.tickets()]


def asked(person: Person) -> int:
    return sum(QUESTION in message.text for message in person.received)


def general(world: World) -> str:
    return said_in(world.group.general)


async def press(world: World, person: Person, stars: int) -> str:
    toast = await person.press(person.last(QUESTION), f"{stars} ★")
    await world.settle()
    return str(toast)


async def test_a_mark_and_a_word_in_telegram(world: World) -> None:
    """A star, then a reply to «пара слов?»: shown in the topic, kept, audited; nothing opens again."""
    person = await closed_in_telegram(world)
    assert person.last().buttons == STARS
    assert "★★★★★" in await press(world, person, 5)
    assert person.last(QUESTION).buttons == STARS  # it can be changed
    assert "✓ Ваша оценка: ★★★★★" in person.last(QUESTION).text
    person.say("Быстро и вежливо, спасибо!", reply_to=person.last("пару слов"))
    await world.settle()
    await world.advance(minutes=1)
    assert "записали" in person.last().text
    (kept,) = await ratings(world)
    assert (kept.stars, kept.words, kept.engineer) == (5, "Быстро и вежливо, спасибо!", "Борис")
    topic = said_in(world.group.topic("SD-1 ·"))
    assert "Оценка клиента: ★★★★★ (5 из 5), Анна" in topic
    assert "Быстро и вежливо" in topic
    assert "оценка" not in general(world)
    assert await statuses(world) == [Status.CLOSED]
    async with world.store.view() as view:
        trail = await view.find(Audit, what__in=["marked", "marked in words"])
        assert await view.count(Message, kind=Kind.WORDS) == 2  # the word is in the record as well
    assert [(one.who, one.data.get("stars")) for one in trail] == [("Анна", 5), ("Анна", None)]


async def test_what_is_no_reply_to_the_question_is_ordinary(world: World) -> None:
    """Words to the question for stars, or to nothing, are a message as ever."""
    person = await closed_in_telegram(world)
    await press(world, person, 4)
    person.say("Опять не печатает", reply_to=person.last(QUESTION))
    await world.settle()
    assert await statuses(world) == [Status.OPEN]
    assert "Опять не печатает" in said_in(world.group.topic("SD-1 ·"))
    assert (await ratings(world))[0].words == ""


async def test_a_digit_typed_below_the_question_is_a_mark(world: World) -> None:
    """Not when something else was said in between, nor when a new request was asked for."""
    person = await closed_in_telegram(world)
    person.say("4")
    await world.settle()
    assert await stars(world) == [4]
    assert await statuses(world) == [Status.CLOSED]
    person.say("5")  # below «записали»
    await world.settle()
    assert await stars(world) == [4]
    assert await statuses(world) == [Status.OPEN]
    other = await closed_in_telegram(world, "Ева", "SD-2")
    other.say("/new")
    await world.settle()
    other.say("3")
    await world.settle()
    assert await stars(world) == [4, None]
    assert len(await world.tickets()) == 3


async def test_a_word_comes_within_a_day_and_once(world: World) -> None:
    person = await closed_in_telegram(world)
    await press(world, person, 4)
    question = person.last("пару слов")
    person.say("Хорошо", reply_to=question)
    await world.settle()
    person.say("И ещё: снова не печатает", reply_to=question)
    await world.settle()
    assert (await ratings(world))[0].words == "Хорошо"
    assert await statuses(world) == [Status.OPEN]
    other = await closed_in_telegram(world, "Ева", "SD-2")
    await press(world, other, 4)
    await world.advance(hours=25)
    other.say("Поздно, но спасибо за помощь", reply_to=other.last("пару слов"))
    await world.settle()
    assert [one.words for one in await ratings(world)] == ["Хорошо", ""]
    assert (await statuses(world))[1] is Status.OPEN


async def test_a_low_mark_goes_to_the_leads_at_once_and_so_does_its_word(world: World) -> None:
    """They are mentioned in the topic and in General, with who answered; a higher one later calls nobody."""
    person = await closed_in_telegram(world)
    await press(world, person, 2)
    assert "SD-1 «Не печатает принтер»: низкая оценка" in general(world)
    assert "@boss" in general(world)
    assert "Отвечал(а): Борис" in general(world)
    person.say("Ждал <b>три</b> дня", reply_to=person.last("Что было не так?"))
    await world.settle()
    assert "Ждал <b>три</b> дня" in general(world)
    assert said_in(world.group.topic("SD-1 ·")).count("@boss") == 2
    await press(world, person, 5)
    await press(world, person, 4)
    assert general(world).count("низкая оценка") == 2
    assert "было 2 из 5, стало ★★★★★ (5 из 5)" in said_in(world.group.topic("SD-1 ·"))


async def test_a_mark_can_be_changed_for_a_day_and_not_endlessly(world: World) -> None:
    """Pressed twice it is one mark; after a day, and after many changes, it stays."""
    person = await closed_in_telegram(world)
    question = person.last(QUESTION)
    await asyncio.gather(*(person.press(question, "5 ★") for _ in range(3)))
    await world.settle()
    assert said_in(world.group.topic("SD-1 ·")).count("Оценка клиента") == 1
    assert sum("пару слов" in message.text for message in person.received) == 1
    for one in (1, 2, 1, 2, 1):
        await press(world, person, one)
    assert "уже нельзя" in await press(world, person, 5)
    assert await stars(world) == [1]
    other = await closed_in_telegram(world, "Ева", "SD-2")
    await press(world, other, 3)
    await world.stop()
    await world.start()
    await world.advance(hours=23)
    await press(world, other, 4)
    await world.advance(hours=2)
    assert "уже нельзя" in await press(world, other, 5)
    assert await stars(world) == [1, 4]


async def test_a_mark_by_mail_is_one_digit_and_opens_nothing(world: World) -> None:
    """The words below are the word; a second answer within a day changes it; one too late is shown only."""
    question = await closed_by_mail(world)
    assert "t.me/" in text_of(question)
    await mail(world, ANN_WRITES, "Re: Принтер", "2\nДолго ждали.", in_reply_to=question)
    (kept,) = await ratings(world)
    assert (kept.stars, kept.words) == (2, "Долго ждали.")
    assert "Долго ждали." in general(world)
    await mail(world, ANN_WRITES, "Re: Принтер", "Оценка: 5", in_reply_to=question)
    assert await stars(world) == [5]
    await world.advance(hours=25)
    await mail(world, ANN_WRITES, "Re: Принтер", "1!", in_reply_to=question)
    assert await stars(world) == [5]
    assert "она не засчитана" in said_in(world.group.topic("SD-1 ·"))
    assert await statuses(world) == [Status.CLOSED]
    await mail(world, ANN_WRITES, "Re: Принтер", "5 принтеров не печатают", in_reply_to=question)
    assert await statuses(world) == [Status.OPEN]


async def test_a_forged_mail_is_no_mark(world: World) -> None:
    """Without the question's id, refuted by our server, or from somebody else: it is not the client's mark."""
    question = await closed_by_mail(world)
    await mail(world, ANN_WRITES, "Re: [SD-1] Принтер", "1")
    forged = {"Authentication-Results": "mx.otvet.example; dmarc=fail header.from=client.example"}
    await mail(world, ANN_WRITES, "Re: Принтер", "1", in_reply_to=question, headers=forged)
    await mail(world, "eve@evil.example", "Re: Принтер", "1", in_reply_to=question)
    assert await stars(world) == [None]


async def test_a_client_who_writes_to_others_too_still_gives_a_mark(world: World) -> None:
    """The question went to them alone: no link for who may read along, but their digit counts and opens nothing."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.", cc=["boss@client.example"])
    await answer(world, "SD-1", "Заменили картридж")
    await order(world, "SD-1", "/close решено")
    await world.advance(minutes=6)
    question = await last_mail(world, ANN)
    assert QUESTION in text_of(question)
    assert "?start=" not in text_of(question)
    await mail(world, "boss@client.example", "Re: Принтер", "1", in_reply_to=question)
    assert await stars(world) == [None]
    await mail(world, ANN_WRITES, "Re: Принтер", "5", in_reply_to=question, cc=["boss@client.example"])
    assert await stars(world) == [5]
    assert (await statuses(world))[0] is Status.CLOSED


async def test_an_automatic_answer_is_no_mark(world: World) -> None:
    question = await closed_by_mail(world)
    await mail(world, ANN_WRITES, "Re: Принтер", "5", in_reply_to=question, headers={"Auto-Submitted": "auto-replied"})
    assert await stars(world) == [None]
    assert await statuses(world) == [Status.CLOSED]


async def test_the_mails_link_leads_to_the_stars(world: World) -> None:
    """Whoever opens it gives the mark in Telegram; the link is good for once."""
    await closed_by_mail(world)
    payload = await link_of(world, ANN)
    person = world.person("Анна")
    person.start(payload)
    await world.settle()
    await press(world, person, 4)
    assert await stars(world) == [4]
    eve = world.person("Ева")
    eve.start(payload)
    await world.settle()
    assert QUESTION not in said_to(eve)
    assert await statuses(world) == [Status.CLOSED]


async def test_nobody_is_asked_twice_in_fourteen_days_nor_about_one_ticket(world: World) -> None:
    """Counted by person: also after their two doors turned out to be one; a ticket has one mark for good."""
    person = await closed_in_telegram(world)
    assert asked(person) == 1
    person.say("/new Сканер")
    await world.settle()
    await answer(world, "SD-2", "Починили")
    await order(world, "SD-2", "/close решено")
    await world.advance(minutes=6)
    await order_reopened(world, "SD-1")
    assert asked(person) == 1
    await world.advance(days=14)
    person.say("/new Монитор")
    await world.settle()
    await answer(world, "SD-3", "Заменили")
    await order(world, "SD-3", "/close решено")
    await world.advance(minutes=6)
    assert asked(person) == 2
    assert [one.ticket_id for one in await ratings(world)] == [1, 3]


async def order_reopened(world: World, number: str) -> None:
    """A closed ticket is opened in General and closed once more."""
    world.group.say(world.engineer, f"/reopen {number}")
    await world.settle()
    await order(world, number, "/close решено")
    await world.advance(minutes=6)


async def test_one_person_in_two_doors_is_asked_once(world: World) -> None:
    await closed_by_mail(world)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    heard = asked(person)
    person.say("/new Сканер")
    await world.settle()
    await answer(world, "SD-2", "Починили")
    await order(world, "SD-2", "/close решено")
    await world.advance(minutes=6)
    assert asked(person) == heard
    assert len(await ratings(world)) == 1


async def test_after_which_closings_a_mark_is_asked(world: World) -> None:
    """Where work was done; never after silence, a double, a withdrawal, a refusal or an article."""
    person = await closed_in_telegram(world, go=False)
    looked = world.clock() - timedelta(hours=1)
    silent = {Closing.NO_ANSWER, Closing.DUPLICATE, Closing.OUT_OF_SCOPE, Closing.ABUSE, Closing.WITHDRAWN}
    no = silent | {Closing.ARTICLE}
    world.clock.advance(minutes=6)
    for closing in Closing:
        async with world.store.unit() as unit:
            await unit.change(Ticket, {"closing": closing})
            await unit.remove(Rating)
            await unit.remember(f"rated:telegram:{person.id}", "")
            await unit.remember("ratings.looked", looked.isoformat())
            await unit.commit()
        await rating.tick(world.desk)
        assert len(await ratings(world)) == (closing not in no), closing


async def test_nobody_is_asked_whom_nobody_answered_or_who_wrote_again(world: World) -> None:
    """Closed without a word of ours; opened again before we looked; opened by a machine."""
    person = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/close решено")
    again = await closed_in_telegram(world, "Ева", "SD-2", go=False)
    again.say("Опять не печатает")
    await world.settle()
    robot = {"Auto-Submitted": "auto-generated", "List-Id": "<news.client.example>"}
    await mail(world, "robot@client.example", "Диск заполнен", "95 %", headers=robot)
    await answer(world, "SD-3", "Почистили")
    await order(world, "SD-3", "/close решено")
    await world.advance(minutes=6)
    assert asked(person) == asked(again) == 0
    assert not any(QUESTION in text_of(one) for one in await mails_of(world, "robot@client.example"))
    assert await ratings(world) == []


async def test_marks_are_asked_in_working_hours_and_soon_or_never(world: World) -> None:
    """Closed on Friday night it is asked on Monday; a desk that was away for a week does not ask any more."""
    world.clock.set(datetime(2026, 11, 27, 16, 30, tzinfo=UTC))  # 19:30 in Moscow
    person = await closed_in_telegram(world)
    await world.advance(hours=12)
    assert asked(person) == 0
    world.clock.set(datetime(2026, 11, 30, 7, 10, tzinfo=UTC))
    await world.advance(minutes=1)
    assert asked(person) == 1
    late = await closed_in_telegram(world, "Ева", "SD-2", go=False)
    await world.stop()
    world.clock.advance(timedelta(days=7))
    await world.start()
    await world.advance(minutes=6)
    assert asked(late) == 0


async def test_what_was_closed_before_the_first_look_is_never_asked_about(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Nor what was closed while asking was switched off, or in shadow mode."""
    off = {"marks": {"ask": False}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=off) as world:
        person = await closed_in_telegram(world)
        await world.stop()
        world.tables = {"marks": {}}
        await world.start()
        await world.advance(minutes=6)
        await world.advance(minutes=6)
        assert asked(person) == 0
        other = await closed_in_telegram(world, "Ева", "SD-2")
        assert asked(other) == 1
        assert SUPPORT not in said_to(other)


async def test_a_question_on_its_way_does_not_go_when_the_ticket_is_opened_again(world: World) -> None:
    """Telegram was away for a while; meanwhile an engineer took the ticket up again."""
    person = await closed_in_telegram(world, go=False)
    world.bot.fail_next("sendMessage", 502, times=1, when=lambda call: QUESTION in str(call.get("text")))
    await world.advance(minutes=1)
    assert (len(await ratings(world)), asked(person)) == (1, 0)
    async with world.store.unit() as unit:
        (ticket,) = await unit.find(Ticket)
        await work.reopen(world.desk, unit, ticket, "Борис")
        await unit.commit()
    await world.advance(minutes=10)
    assert asked(person) == 0


async def test_a_client_who_blocked_the_bot_is_asked_by_mail_or_not_at_all(world: World) -> None:
    """The mark then comes by the door that is left."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    person.say("И скрипит")
    await world.settle()
    await answer(world, "SD-1", "Заменили картридж")
    alone = await closed_in_telegram(world, "Ева", "SD-2", go=False)
    person.block()
    alone.block()
    await world.settle()
    await order(world, "SD-1", "/close решено")
    await world.advance(minutes=6)
    question = await last_mail(world, ANN)
    assert QUESTION in text_of(question)
    await mail(world, ANN_WRITES, "Re: Принтер", "5", in_reply_to=question)
    assert await stars(world) == [5]
    assert [one.ticket_id for one in await ratings(world)] == [1]


async def test_a_restart_between_closing_and_asking_loses_nothing_and_asks_once(world: World) -> None:
    person = await closed_in_telegram(world, go=False)
    await world.stop()
    await world.start()
    await world.advance(minutes=6)
    await asyncio.gather(rating.tick(world.desk), rating.tick(world.desk))
    await world.settle()
    assert asked(person) == 1


async def test_an_english_client_is_asked_in_english(world: World) -> None:
    person = await chat(world, "Ann", "My printer does not print any more, please help me")
    await answer(world, "SD-1", "Replaced the cartridge")
    await order(world, "SD-1", "/close решено")
    await world.advance(minutes=6)
    assert "Please rate our work" in person.last().text


async def test_time_estimate_and_mark_on_either_database(store_url: str, clock: Any, tmp_path: Path) -> None:
    """The whole way of one ticket, from time booked to the mark."""
    async with World(clock=clock, url=store_url, folder=tmp_path, with_mail=False) as world:
        await rating.tick(world.desk)
        person = await chat(world, "Анна", "Не печатает принтер")
        await order(world, "SD-1", "/spent 25m звонил")
        await order(world, "SD-1", "/estimate 2h перенести базу")
        await person.press(person.last("Оценка времени"), "Согласовать")
        await world.settle()
        await order(world, "SD-1", "/spent est 90m перенёс")
        assert "Потрачено: 1 ч 55 мин, к оплате 1 ч 30 мин" in world.group.topic("SD-1 ·").messages[0].text
        await order(world, "SD-1", "/spent undo")
        await order(world, "SD-1", "/close решено")
        await world.advance(minutes=6)
        await press(world, person, 5)
        assert await stars(world) == [5]
