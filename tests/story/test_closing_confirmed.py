"""Solved: the client says yes or no, or says nothing for long enough."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.tickets import Closing, Status, Ticket
from playground.botapi import Person
from tests.steps import answer, chat, last_mail, link_of, mail, order, said_in, said_to, text_of
from tests.world import World

ANN = "ann@client.example"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def ticket_of(world: World) -> Ticket:
    return (await world.tickets())[0]


async def solved(world: World, text: str = "") -> Person:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", f"/solved {text}".strip())
    return ann


async def solved_by_mail(world: World) -> None:
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    await order(world, "SD-1", "/solved")


async def test_silence_for_its_time_closes_what_is_solved(world: World) -> None:
    """Five working days from the word's delivery; the client is told the day before and the reason after."""
    ann = await solved(world, "Поменяли кабель")
    assert ann.last().text.startswith("Поменяли кабель\n\nЗаявка SD-1 решена.")
    assert "30 ноября" in ann.last().text
    assert ann.last().buttons == ["Да, решено", "Не решено"]
    await world.pass_days(6)
    assert (await ticket_of(world)).status is Status.SOLVED
    await world.pass_days(2)
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.SOLVED)
    assert said_to(ann).count("возражений от вас не было") == 1
    assert world.group.topic("SD-1 ·").closed
    await world.pass_days(10)
    assert said_to(ann).count("SD-1 закрыта") == 1


async def test_the_client_confirms_with_a_button(world: World) -> None:
    """Twice at once is once; the trail has their name; «Не решено» comes too late."""
    ann = await solved(world)
    word = ann.last("решена")
    said = await asyncio.gather(ann.press(word, "Да, решено"), ann.press(word, "Да, решено"))
    await world.settle()
    assert sum("Спасибо" in one for one in said) == 1
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.SOLVED)
    assert said_to(ann).count("вы подтвердили") == 1
    assert "Анна подтверждает: решено" in said_in(world.group.topic("SD-1 ·"))
    assert word.buttons == []
    async with world.store.view() as view:
        assert await view.count(Audit, what="closed", who="Анна", ticket_id=1) == 1


async def test_not_solved_opens_it_and_asks_what_is_left(world: World) -> None:
    ann = await solved(world)
    assert "что осталось" in await ann.press(ann.last("решена"), "Не решено")
    await world.settle()
    assert (await ticket_of(world)).status is Status.OPEN
    assert "«Не решено»" in said_in(world.group.topic("SD-1 ·"))
    await world.pass_days(20)
    assert (await ticket_of(world)).status is Status.OPEN


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Да", Status.CLOSED),
        ("решено, спасибо", Status.CLOSED),
        ("thanks, works", Status.CLOSED),
        ("Спасибо!", Status.SOLVED),
        ("Не решено", Status.OPEN),
        ("Да, но теперь не сканирует", Status.OPEN),
    ],
)
async def test_a_word_in_the_chat_is_read_with_care(world: World, words: str, status: Status) -> None:
    ann = await solved(world)
    ann.say(words)
    await world.settle()
    assert (await ticket_of(world)).status is status
    assert words in said_in(world.group.topic("SD-1 ·"))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Да", Status.CLOSED),
        ("Да, решено.\n\nС уважением,\nАнна Петрова", Status.CLOSED),
        ("Спасибо!", Status.SOLVED),
        ("Нет, не решено", Status.OPEN),
    ],
)
async def test_an_answer_by_mail_is_read_with_care(world: World, words: str, status: Status) -> None:
    """It quotes our letter, whose «да» is ours and not theirs."""
    await solved_by_mail(world)
    letter = await last_mail(world, ANN)
    assert "ответьте «да»" in text_of(letter)
    quoted = "\n".join(f"> {line}" for line in text_of(letter).splitlines())
    text = f"{words}\n\n23.11.2026 12:00, ООО Ромашка пишет:\n{quoted}"
    await mail(world, f"Анна <{ANN}>", "Re: Принтер", text, in_reply_to=letter)
    assert (await ticket_of(world)).status is status


async def test_a_yes_to_a_later_question_of_ours_confirms_nothing(world: World) -> None:
    ann = await solved(world)
    await answer(world, "SD-1", "А второй принтер тоже не печатает?")
    ann.say("да")
    await world.settle()
    assert (await ticket_of(world)).status is Status.OPEN


async def test_a_yes_that_may_be_meant_for_another_ticket_closes_none(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает")
    ann.say("/new Нет сети")
    await world.settle()
    await order(world, "SD-1", "/solved")
    ann.say("да")
    await world.settle()
    assert Status.CLOSED not in [ticket.status for ticket in await world.tickets()]


async def test_the_clock_starts_with_the_delivery_and_not_before(world: World) -> None:
    """Four days of a mail server that is away are four days more."""
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    await world.mails.smtp.down()
    await order(world, "SD-1", "/solved")
    await world.pass_days(9)
    assert (await ticket_of(world)).status is Status.SOLVED
    assert "ещё не доставлено" in said_in(world.group.topic("SD-1 ·"))
    await world.mails.smtp.up()
    await world.pass_days(6)
    assert (await ticket_of(world)).status is Status.SOLVED
    await world.pass_days(4)
    assert (await ticket_of(world)).status is Status.CLOSED


async def test_what_the_client_could_not_be_told_never_closes_by_itself(world: World) -> None:
    """The bot is blocked: told once in the topic."""
    ann = await chat(world, "Анна", "Не печатает")
    ann.chat_here.blocked = True
    await order(world, "SD-1", "/solved")
    await world.pass_days(20)
    assert (await ticket_of(world)).status is Status.SOLVED
    assert said_in(world.group.topic("SD-1 ·")).count("Сама заявка дальше не пойдёт") == 1


async def test_in_shadow_mode_nothing_is_closed_as_solved(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """Nor afterwards, as the client was never asked."""
    tables = {"desk": {"quiet": True}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann = await solved(world)
        await world.pass_days(10)
        await world.stop()
        world.tables = {}
        await world.start()
        await world.pass_days(10)
        assert (await ticket_of(world)).status is Status.SOLVED
        assert not ann.received


def came_back(failed: str) -> bytes:
    """A mail server's report that Ann's mailbox is full."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: support@otvet.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <1.dsn@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ANN}\r\nAction: failed\r\nStatus: 5.2.2\r\n"
        "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {failed}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(("command", "status"), [("/solved", Status.SOLVED), ("/wait ждём завод", Status.THIRD_PARTY)])
async def test_a_word_that_comes_back_sets_nothing_in_motion(world: World, command: str, status: Status) -> None:
    """What was counted as delivered was not: the engineers hear of it, and nothing happens by itself."""
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    await order(world, "SD-1", command)
    sent = str((await last_mail(world, ANN))["Message-ID"])
    await world.mails.put("support@otvet.example", came_back(sent))
    await world.settle()
    assert "Сама заявка дальше не пойдёт" in said_in(world.group.topic("SD-1 ·"))
    mails = len(await world.mails.inbox(ANN))
    await world.pass_days(9)
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.reminder_id) == (status, None)
    assert len(await world.mails.inbox(ANN)) == mails


async def test_a_word_that_comes_back_goes_through_the_other_door_and_counts_from_there(world: World) -> None:
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    ann = world.person("Анна")
    ann.start(await link_of(world, ANN))
    await world.settle()
    await mail(world, f"Анна <{ANN}>", "Re: SD-1 Принтер", "Пишу почтой.")
    await order(world, "SD-1", "/solved")
    sent = str((await last_mail(world, ANN))["Message-ID"])
    await world.advance(days=2)
    await world.mails.put("support@otvet.example", came_back(sent))
    await world.settle()
    await world.advance(seconds=1)
    assert "SD-1 решена" in said_to(ann)
    ticket = await ticket_of(world)
    assert ticket.clock_from is not None
    assert (world.clock() - ticket.clock_from).days == 0


@pytest.mark.parametrize("command", ["/solved", "/wait ждём завод"])
async def test_what_was_taken_back_before_it_went_never_goes(world: World, command: str) -> None:
    """The mail server was away; the engineer thought better of it."""
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    mails = len(await world.mails.inbox(ANN))
    await world.mails.smtp.down()
    await order(world, "SD-1", command)
    await order(world, "SD-1", "/reopen")
    await world.mails.smtp.up()
    await world.pass_days(1)
    assert (await ticket_of(world)).status is Status.OPEN
    assert len(await world.mails.inbox(ANN)) == mails


async def test_a_doubled_tick_closes_once(world: World) -> None:
    ann = await solved(world)
    await world.pass_days(6)
    await world.advance(hours=12)
    world.clock.advance(hours=13)
    await world._hear()
    await asyncio.gather(*(tick.run() for tick in world.running.ticks() * 2))
    await world.advance(minutes=1)
    assert (await ticket_of(world)).status is Status.CLOSED
    assert said_to(ann).count("SD-1 закрыта") == 1
