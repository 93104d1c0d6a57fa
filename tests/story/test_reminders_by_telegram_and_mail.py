"""What the desk does by itself in WAITING: reminders, and closing after silence that was the client's."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import chores
from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelId, ParcelState, Purpose
from desk.tickets import Closing, Status, Ticket
from playground.botapi import Person
from tests.steps import answer, chat, last_mail, link_of, mail, order, said_in, said_to, text_of, times_mailed
from tests.world import SUPPORT, World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"


async def ticket_of(world: World, number: int = 1) -> Ticket:
    return next(ticket for ticket in await world.tickets() if ticket.id == number)


async def asked_in_telegram(world: World) -> Person:
    """A client in Telegram who was asked for something on Monday noon, Moscow time."""
    person = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/info Пришлите серийный номер")
    assert "Пришлите серийный номер" in person.last().text
    return person


async def asked_by_mail(world: World) -> None:
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await order(world, "SD-1", "/info Пришлите серийный номер")
    assert "Пришлите серийный номер" in text_of(await last_mail(world, ANN))


def reminders(person: Person) -> list[str]:
    return [message.text for message in person.received if message.text.startswith("Напоминание")]


async def test_a_reminder_that_cannot_be_marked_any_more_alarms_nobody(world: World) -> None:
    """The client pressed and deleted the message: the press counts, and nothing else goes to them or to the topic."""
    person = await asked_in_telegram(world)
    await world.pass_days(7)
    chat_id = str(person.id)
    words = "Bad Request: message to edit not found"
    world.bot.fail_next("editMessageText", 400, words, when=lambda call: str(call.get("chat_id")) == chat_id)
    await person.press(person.last("Напоминание 1 из 2"), "Ещё актуально")
    await world.settle()
    assert (await ticket_of(world)).kept == 1
    assert "Клиент не получил" not in said_in(world.group.topic("SD-1 ·"))


async def test_a_month_of_silence_in_telegram(world: World) -> None:
    """Two reminders, a week apart, then the closing letter: which, what was asked, when, and what was done."""
    person = await asked_in_telegram(world)
    await order(world, "SD-1", "/done заменили картридж")
    await world.pass_days(6)
    assert not reminders(person)
    await world.pass_days(1)
    (first,) = reminders(person)
    assert "1 из 2" in first
    assert "Пришлите серийный номер" in first
    assert "14 декабря" in first  # 30 November, 7 December, then five working days
    assert person.last().buttons == ["Ещё актуально", "Решено", "Дайте 2 недели"]
    await world.pass_days(7)
    assert "2 из 2" in reminders(person)[1]
    assert "14 декабря" in reminders(person)[1]
    await world.pass_days(6)
    assert (await ticket_of(world)).status is Status.WAITING
    await world.pass_days(1)
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.NO_ANSWER)
    letter = person.last().text
    assert "ответ от клиента не получен" in letter
    assert "Пришлите серийный номер" in letter
    assert "заменили картридж" in letter
    assert world.group.topic("SD-1 ·").closed
    await world.pass_days(30)
    assert len(reminders(person)) == 2
    assert person.last().text == letter


async def test_a_month_of_silence_by_mail(world: World) -> None:
    """The same through the other door, in the thread and marked automatic."""
    await asked_by_mail(world)
    await answer(world, "SD-1", "Попробуйте другой кабель")
    await world.pass_days(8)
    reminder = await last_mail(world, ANN)
    assert "1 из 2" in text_of(reminder)
    assert reminder["Auto-Submitted"]
    assert reminder["In-Reply-To"]
    await world.pass_days(14)
    letter = text_of(await last_mail(world, ANN))
    assert "ответ от клиента не получен" in letter
    assert "Пришлите серийный номер" in letter
    assert "Попробуйте другой кабель" in letter
    assert await times_mailed(world, ANN, "Напоминание") == 2


async def test_only_a_waiting_ticket_is_reminded(world: World) -> None:
    """NEW and OPEN stay as they are, however long; SOLVED closes without a reminder."""
    await chat(world, "Анна", "Новая")
    await chat(world, "Пётр", "С ответом")
    await answer(world, "SD-2", "Смотрим")
    await chat(world, "Вера", "Решена")
    await order(world, "SD-3", "/solved")
    await world.pass_days(60)
    assert [ticket.status for ticket in await world.tickets()] == [Status.NEW, Status.OPEN, Status.CLOSED]
    async with world.store.view() as view:
        assert not await view.count(Parcel, purpose=Purpose.REMINDER)


async def test_the_clock_starts_when_the_question_is_delivered(world: World) -> None:
    """Two days of a mail server that is away are two days more for the client."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    await world.mails.smtp.down()
    await order(world, "SD-1", "/info Пришлите серийный номер")
    await world.pass_days(2)
    assert (await ticket_of(world)).clock_from is None
    await world.mails.smtp.up()
    await world.advance(hours=6)
    delivered = (await ticket_of(world)).clock_from
    assert delivered is not None
    await world.pass_days(6)
    assert not await times_mailed(world, ANN, "Напоминание")
    await world.pass_days(2)
    assert await times_mailed(world, ANN, "Напоминание 1 из 2") == 1


async def test_reminders_and_closing_keep_to_working_hours(world: World, clock: Any) -> None:
    """Asked on Saturday: the reminder comes on Monday morning, however often the desk looks."""
    clock.set(clock().replace(day=28))  # Saturday
    person = await asked_in_telegram(world)
    clock.set(clock().replace(month=12, day=5, hour=12))  # Saturday again
    await world.advance(minutes=10)
    clock.set(clock().replace(day=7, hour=6, minute=59))  # Monday, 9:59 in Moscow
    await world.advance(seconds=1)
    assert not reminders(person)
    clock.set(clock().replace(hour=7, minute=0))
    await world.advance(seconds=1)
    assert len(reminders(person)) == 1


async def test_without_reminders_the_ticket_closes_after_its_time(store_url: str, clock: Any, tmp_path: Path) -> None:
    """count = 0: close_after the delivered question."""
    tables = {"reminders": {"count": 0}}
    async with World(clock=clock, url=store_url, folder=tmp_path, tables=tables) as world:
        person = await asked_in_telegram(world)
        await world.pass_days(6)
        assert (await ticket_of(world)).status is Status.WAITING
        await world.pass_days(1)
        assert (await ticket_of(world)).status is Status.CLOSED
        assert not reminders(person)


async def test_still_needed_starts_anew_twice_then_an_engineer_decides(world: World) -> None:
    """A double tap counts once."""
    person = await asked_in_telegram(world)
    for kept in (1, 2):
        await world.pass_days(8)
        button = person.last("Напоминание 1 из 2")
        await asyncio.gather(person.press(button, "Ещё актуально"), person.press(button, "Ещё актуально"))
        await world.settle()
        ticket = await ticket_of(world)
        assert (ticket.status, ticket.reminded, ticket.kept) == (Status.WAITING, 0, kept)
    await world.pass_days(8)
    said = await person.press(person.last("Напоминание 1 из 2"), "Ещё актуально")
    await world.settle()
    assert "инженеру" in said
    assert (await ticket_of(world)).status is Status.OPEN
    assert "Решите, как быть дальше" in said_in(world.group.topic("SD-1 ·"))
    await world.pass_days(60)
    assert (await ticket_of(world)).status is Status.OPEN


async def test_solved_by_the_client(world: World) -> None:
    """The button under a reminder confirms: closed as solved, nothing comes after it, a second press finds nothing."""
    person = await asked_in_telegram(world)
    await world.pass_days(8)
    button = person.last("Напоминание")
    said = await asyncio.gather(person.press(button, "Решено"), person.press(button, "Решено"))
    await world.settle()
    assert sum("Спасибо" in one for one in said) == 1
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.SOLVED)
    assert sum("подтвердили" in message.text for message in person.received) == 1
    await world.pass_days(40)
    assert len(reminders(person)) == 1


async def test_two_weeks_are_fourteen_days(world: World) -> None:
    """The next reminder comes 14 days later, and the count is not spent by it."""
    person = await asked_in_telegram(world)
    await world.pass_days(15)
    assert len(reminders(person)) == 2
    await person.press(person.last("2 из 2"), "Дайте 2 недели")
    await world.settle()
    await world.pass_days(13)
    assert (await ticket_of(world)).status is Status.WAITING
    assert len(reminders(person)) == 2
    await world.pass_days(1)
    assert "2 из 2" in reminders(person)[2]
    await world.pass_days(8)
    assert (await ticket_of(world)).status is Status.CLOSED


async def test_any_human_mail_opens_and_an_out_of_office_does_not_count(world: World) -> None:
    """The clock goes on over a machine's words and stops at a person's."""
    await asked_by_mail(world)
    question = await last_mail(world, ANN)
    headers = {"Auto-Submitted": "auto-replied"}
    await mail(world, ANN_WRITES, "Автоответ", "Я в отпуске до января.", in_reply_to=question, headers=headers)
    assert (await ticket_of(world)).status is Status.WAITING
    assert "не считается ответом" in said_in(world.group.topic("SD-1 ·"))
    await world.pass_days(8)
    reminder = await last_mail(world, ANN)
    assert "1 из 2" in text_of(reminder)
    await mail(world, ANN_WRITES, "Re: Принтер", "ок", in_reply_to=reminder)
    assert (await ticket_of(world)).status is Status.OPEN
    await world.pass_days(40)
    assert (await ticket_of(world)).status is Status.OPEN
    assert len(await world.tickets()) == 1


async def test_a_reminder_that_waits_never_leaves_after_an_answer(world: World) -> None:
    """The mail server was away when it was due; the client answered meanwhile."""
    await asked_by_mail(world)
    question = await last_mail(world, ANN)
    await world.mails.smtp.down()
    await world.pass_days(8)
    async with world.store.view() as view:
        assert await view.count(Parcel, purpose=Purpose.REMINDER, state=ParcelState.QUEUED) == 1
    await world.mails.smtp.up()
    raw = f"From: {ANN}\r\nTo: {SUPPORT}\r\nSubject: Re\r\nMessage-ID: <late@client.example>\r\n"
    raw += f"In-Reply-To: {question['Message-ID']}\r\n\r\nSerial 12345\r\n"
    await world.mails.put(SUPPORT, raw.encode())
    await world.settle()
    assert (await ticket_of(world)).status is Status.OPEN
    await world.pass_days(3)
    assert not await times_mailed(world, ANN, "Напоминание")


async def test_an_undelivered_reminder_keeps_the_ticket_open_and_is_told_once(world: World) -> None:
    """Weeks of a mail server that is away close nothing; the engineers hear of it, once."""
    await asked_by_mail(world)
    await world.mails.smtp.down()
    await world.pass_days(21)
    assert (await ticket_of(world)).status is Status.WAITING
    assert said_in(world.group.topic("SD-1 ·")).count("Напоминание клиенту ещё не доставлено") == 1
    await world.mails.smtp.up()
    await world.pass_days(2)
    assert await times_mailed(world, ANN, "Напоминание 1 из 2") == 1
    await world.pass_days(4)
    assert await times_mailed(world, ANN, "Напоминание") == 1
    await world.pass_days(4)
    assert await times_mailed(world, ANN, "Напоминание 2 из 2") == 1


async def test_with_every_door_shut_nothing_closes_and_it_is_told_once(world: World) -> None:
    """The client blocked the bot and has no mail; let in again, the reminder goes."""
    person = await asked_in_telegram(world)
    person.block()
    await world.settle()
    await world.pass_days(30)
    assert (await ticket_of(world)).status is Status.WAITING
    assert said_in(world.group.topic("SD-1 ·")).count("Пора напомнить или закрыть") == 1
    person.unblock()
    await world.settle()
    await world.pass_days(1)
    assert len(reminders(person)) == 1


async def test_a_reminder_refused_without_another_door_is_told_once(world: World) -> None:
    """The 403 comes with the reminder itself: no loop of attempts, no closing."""
    person = await asked_in_telegram(world)
    person.chat_here.blocked = True
    await world.pass_days(30)
    assert (await ticket_of(world)).status is Status.WAITING
    told = said_in(world.group.topic("SD-1 ·"))
    assert told.count("Клиент не получил напоминание") == 1
    person.unblock()
    await world.settle()
    await world.pass_days(1)
    assert len(reminders(person)) == 1


async def test_a_reminder_goes_through_the_other_door(world: World) -> None:
    """Telegram is shut: the reminder comes by mail and counts once."""
    await mail(world, ANN_WRITES, "Принтер", "Не печатает.")
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    person.say("Пишу отсюда")
    await world.settle()
    await order(world, "SD-1", "/info Пришлите номер")
    person.chat_here.blocked = True
    await world.pass_days(8)
    assert await times_mailed(world, ANN, "Напоминание 1 из 2") == 1
    ticket = await ticket_of(world)
    assert (ticket.reminded, ticket.reminder_id) == (1, None)
    assert "Отправили другим путём" in said_in(world.group.topic("SD-1 ·"))


async def test_nothing_closes_while_the_mailbox_is_not_read(world: World) -> None:
    """The client may have answered by mail; told once, and closed when it is read again."""
    person = await asked_in_telegram(world)
    await world.pass_days(20)
    assert len(reminders(person)) == 2
    await world.mails.imap.down()
    await world.settle()
    for _ in range(10):
        await world.advance(hours=6, tick=True)
    assert (await ticket_of(world)).status is Status.WAITING
    assert said_in(world.group.topic("SD-1 ·")).count("почта больше часа не читается") == 1
    await world.mails.imap.up()


async def test_nothing_closes_while_a_mail_of_the_client_is_in_quarantine(world: World) -> None:
    """It may be the answer; once it is dropped, the ticket closes."""
    await asked_by_mail(world)
    async with world.store.unit() as unit:
        held = await unit.add(
            Raw(
                channel="mail",
                place="support",
                external_id="9:9",
                lane=f"mail:{ANN}",
                at=world.clock(),
                not_before=world.clock(),
                state=RawState.QUARANTINED,
            )
        )
        await unit.commit()
    await world.pass_days(28)
    assert (await ticket_of(world)).status is Status.WAITING
    assert said_in(world.group.topic("SD-1 ·")).count("лежит в карантине") == 1
    async with world.store.unit() as unit:
        await unit.change(Raw, {"state": RawState.DROPPED}, id=held.id)
        await unit.commit()
    await world.pass_days(1)
    assert (await ticket_of(world)).status is Status.CLOSED


async def test_after_a_day_of_outage_nothing_closes_for_two_working_days(world: World) -> None:
    """A desk that was off delays and skips nothing: it reminds at once and closes when clients had their time."""
    person = await asked_in_telegram(world)
    await world.pass_days(19)
    assert len(reminders(person)) == 2
    await world.stop()
    world.clock.advance(days=9)  # Monday, 21 December
    await world.start()
    await world.settle()
    await world.advance(seconds=1)
    assert (await ticket_of(world)).status is Status.WAITING
    await world.pass_days(1)
    assert (await ticket_of(world)).status is Status.WAITING
    assert said_in(world.group.topic("SD-1 ·")).count("долгий перерыв") == 1
    assert sum("перерыв больше суток" in m.text for m in world.group.messages) == 1
    await world.pass_days(2)
    assert (await ticket_of(world)).status is Status.CLOSED
    assert len(reminders(person)) == 2


async def test_an_outage_over_both_reminders_sends_both_a_week_apart(world: World) -> None:
    """Three weeks off: the first at once, the second a week after it."""
    person = await asked_in_telegram(world)
    await world.stop()
    world.clock.advance(days=21)
    await world.start()
    await world.settle()
    await world.advance(minutes=1)
    assert len(reminders(person)) == 1
    await world.pass_days(6)
    assert len(reminders(person)) == 1
    await world.pass_days(2)
    assert len(reminders(person)) == 2


async def test_doubled_ticks_do_nothing_twice(world: World) -> None:
    """Five at once, at each of the three due moments."""
    person = await asked_in_telegram(world)
    for days in (7, 8, 8):
        world.clock.advance(days=days - 1)
        await world.pass_days(1)
        await asyncio.gather(*(chores.tick(world.desk) for _ in range(5)))
        await world.settle()
    await world.pass_days(8)
    assert len(reminders(person)) == 2
    assert said_to(person).count("ответ от клиента не получен") == 1


async def test_a_clock_that_jumps_back_sends_nothing_again(world: World) -> None:
    """An hour, a week; and it goes on from there."""
    person = await asked_in_telegram(world)
    await world.pass_days(8)
    assert len(reminders(person)) == 1
    for back in (timedelta(hours=1), timedelta(days=7)):
        world.clock.set(world.clock() - back)
        await world.advance(seconds=1)
        assert len(reminders(person)) == 1
    await world.pass_days(14)
    assert len(reminders(person)) == 2


async def due_to_close(world: World) -> Person:
    """A ticket that the next look would close."""
    person = await asked_in_telegram(world)
    await world.pass_days(20)
    assert len(reminders(person)) == 2
    async with world.store.unit() as unit:
        for source in ("telegram", "mail.support"):
            await unit.remember(f"heard.{source}", (world.clock() + timedelta(days=2)).isoformat())
        await unit.commit()
    world.clock.advance(days=1)
    return person


async def test_a_word_that_is_stored_but_not_worked_on_keeps_the_ticket(world: World) -> None:
    """An album rests before it is whole; the closing waits for it."""
    person = await due_to_close(world)
    person.album([b"one", b"two"])

    async def stored() -> bool:
        async with world.store.view() as view:
            return await view.count(Raw, state=RawState.NEW) == 2

    await world.mails.until(stored)
    await chores.tick(world.desk)
    assert (await ticket_of(world)).status is Status.WAITING
    await world.advance(seconds=2)
    assert (await ticket_of(world)).status is Status.OPEN
    assert "ответ от клиента не получен" not in said_to(person)


@pytest.mark.parametrize("head_start", [0.0, 0.01, 0.03])
async def test_a_reply_that_races_the_closing_wins(world: World, head_start: float) -> None:
    """Whoever comes first, in the end the ticket is open and has the client's words; no second ticket is made."""
    person = await due_to_close(world)
    person.say("Вот номер: 12345")
    if head_start:
        await asyncio.wait([asyncio.create_task(world.bot.world.until(lambda: not world.bot.world.inbox.pending))])
    await asyncio.gather(*(chores.tick(world.desk) for _ in range(3)))
    await world.settle()
    await world.advance(seconds=5)
    (ticket,) = await world.tickets()
    assert ticket.status is Status.OPEN
    assert ticket.closing is None
    assert not world.group.topic("SD-1 ·").closed
    assert "12345" in said_in(world.group.topic("SD-1 ·"))


async def test_a_reminder_given_up_by_a_mistake_of_ours_holds_the_ticket_and_is_told_once(world: World) -> None:
    """Recording it failed, the parcel was given up: the engineers decide, and nothing closes silently."""
    await asked_in_telegram(world)
    topic = world.group.topic("SD-1")
    async with world.store.unit() as unit:
        ticket = await unit.get(Ticket, 1)
        assert ticket
        parcel = await unit.first(Parcel, purpose=Purpose.QUESTION)
        assert parcel
        lost = await unit.add(
            replace(parcel, id=ParcelId(0), purpose=Purpose.REMINDER, state=ParcelState.FAILED, error="boom")
        )
        await unit.save(replace(ticket, reminder_id=lost.id))
        await unit.commit()
    await world.advance(hours=1)
    await world.advance(hours=1)
    told = [message for message in topic.messages if "не получил напоминание" in message.text]
    assert len(told) == 1
    (ticket,) = await world.tickets()
    assert (ticket.status, ticket.reminder_id, ticket.held_reason) == (Status.WAITING, None, "undelivered")
