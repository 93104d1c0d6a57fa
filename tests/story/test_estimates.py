"""`/estimate`: the client agrees to work outside the plan, by name, in either door; whoever else says yes does not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.accounts import Agreement, Estimate, Pause
from desk.people import Audit
from desk.tickets import Closing, Status, Ticket
from playground.botapi import Message, Person
from tests.steps import answer, chat, last_mail, link_of, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World

ANN = "ann@client.example"
ANN_WRITES = f"Анна Петрова <{ANN}>"
BOSS = "boss@client.example"
ASKED = "Оценка времени: 2 ч. Согласны?"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """A desk whose mail server says whom it could verify."""
    boxes = [{"authserv_id": "mx.otvet.example"}]
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, boxes=boxes) as made:
        yield made


async def asked_in_telegram(world: World) -> Person:
    person = await chat(world, "Анна", "Перенесите базу")
    await order(world, "SD-1", "/estimate 2h перенести базу <b>целиком</b>")
    assert ASKED in person.last().text
    return person


async def asked_by_mail(world: World, **more: Any) -> Any:
    await mail(world, ANN_WRITES, "База", "Перенесите базу.", **more)
    await order(world, "SD-1", "/estimate 2h перенести базу")
    question = await last_mail(world, ANN)
    assert ASKED in text_of(question)
    return question


async def estimates(world: World) -> list[Estimate]:
    async with world.store.view() as view:
        return await view.find(Estimate)


async def states(world: World) -> list[Agreement]:
    return [one.state for one in await estimates(world)]


async def ticket_of(world: World) -> Ticket:
    return (await world.tickets())[0]


def topic(world: World) -> str:
    return said_in(world.group.topic("SD-1 ·"))


async def press(world: World, person: Person, message: Message, button: str) -> str:
    toast = await person.press(message, button)
    await world.settle()
    return str(toast)


async def test_a_client_agrees_by_a_button_and_it_is_written_down_by_name(world: World) -> None:
    """While they are asked the ticket waits and its clocks stand; then it goes on, and time is booked on it."""
    person = await asked_in_telegram(world)
    assert (await ticket_of(world)).status is Status.WAITING
    await world.advance(hours=3)
    question = person.last(ASKED)
    assert "перенести базу <b>целиком</b>" in question.text
    assert await press(world, person, question, "Согласовать") == "Согласовано. Спасибо, приступаем."
    await world.advance(seconds=5)
    (estimate,) = await estimates(world)
    assert (estimate.state, estimate.answered_by) == (Agreement.AGREED, "Анна")
    assert estimate.answered_through == f"telegram {person.id}"
    async with world.store.view() as view:
        (trail,) = await view.find(Audit, what="estimate agreed")
        (pause,) = await view.find(Pause)
    assert (trail.who, trail.at, trail.data["minutes"]) == ("Анна", estimate.answered_at, 120)
    assert trail.data["text"] in question.text
    assert pause.until == pause.since + timedelta(hours=3)
    assert (await ticket_of(world)).status is Status.OPEN
    assert "✅ Анна" in topic(world)
    assert question.buttons == []
    assert "✓ Согласовано" in question.text
    await order(world, "SD-1", "/spent est 90m перенос")
    assert "Потрачено: 1 ч 30 мин, к оплате 1 ч 30 мин" in world.group.topic("SD-1 ·").messages[0].text
    assert "Оценка: 2 ч, согласовано: Анна" in world.group.topic("SD-1 ·").messages[0].text
    await order(world, "SD-1", "/spent смета 1h ещё")
    assert "Согласовано 2 ч; 30 мин сверх этого в счёт не пойдёт" in topic(world)
    assert "Потрачено: 2 ч 30 мин, к оплате 2 ч" in world.group.topic("SD-1 ·").messages[0].text


async def test_a_client_refuses_and_nothing_can_be_booked(world: World) -> None:
    person = await asked_in_telegram(world)
    assert await press(world, person, person.last(ASKED), "Отказаться") == "Поняли, делать не будем."
    assert await states(world) == [Agreement.REFUSED]
    assert "❌ Анна" in topic(world)
    assert (await ticket_of(world)).status is Status.OPEN
    await order(world, "SD-1", "/spent est 1h")
    assert "Согласованной оценки в этой заявке нет" in topic(world)


async def test_a_reminder_can_be_answered_like_the_estimate_itself(world: World) -> None:
    """It carries the same buttons; by mail an answer to it counts as well."""
    person = await asked_in_telegram(world)
    await world.pass_days(7)
    reminder = person.last("Напоминание 1 из 2")
    assert reminder.buttons[:2] == ["Согласовать", "Отказаться"]
    await press(world, person, reminder, "Отказаться")
    assert await states(world) == [Agreement.REFUSED]
    assert reminder.buttons == person.last(ASKED).buttons == []
    await mail(world, ANN_WRITES, "Отчёты", "Перенесите отчёты.")
    await order(world, "SD-2", "/estimate 2h перенести отчёты")
    await world.pass_days(7)
    await mail(world, ANN_WRITES, "Re: Отчёты", "Согласовано", in_reply_to=await last_mail(world, ANN))
    assert await states(world) == [Agreement.REFUSED, Agreement.AGREED]


async def test_two_presses_at_once_are_one_answer(world: World) -> None:
    """The first counts; the other is told so, also after a restart, and nobody else's press does anything."""
    person = await asked_in_telegram(world)
    question = person.last(ASKED)
    await asyncio.gather(person.press(question, "Согласовать"), person.press(question, "Отказаться"))
    await world.settle()
    async with world.store.view() as view:
        assert await view.count(Audit, what__in=["estimate agreed", "estimate refused"]) == 1
    assert topic(world).count("· перенести базу") == 1
    assert "Оценка" in topic(world)


async def test_a_press_after_a_restart_counts(world: World) -> None:
    person = await asked_in_telegram(world)
    await world.stop()
    await world.start()
    await press(world, person, person.last(ASKED), "Согласовать")
    assert await states(world) == [Agreement.AGREED]


async def test_a_second_estimate_replaces_the_first_whose_buttons_are_dead(world: World) -> None:
    person = await asked_in_telegram(world)
    old = person.last(ASKED)
    await order(world, "SD-1", "/estimate 3h перенести базу и отчёты")
    assert await states(world) == [Agreement.WITHDRAWN, Agreement.ASKED]
    assert old.buttons == []
    assert "вместо неё пришлём другую" in old.text
    await press(world, person, person.last("Оценка времени: 3 ч"), "Согласовать")
    assert await states(world) == [Agreement.WITHDRAWN, Agreement.AGREED]


async def test_an_estimate_is_taken_back_before_and_after_it_has_gone(world: World) -> None:
    """👎 in the first seconds: the client never sees it. Later `/estimate undo` tells them."""
    person = await chat(world, "Анна", "Перенесите базу")
    post = await order(world, "SD-1", "/estimate 2h перенести", go=False)
    world.group.react(world.engineer, post, "👎")
    await world.settle()
    await world.advance(seconds=31)
    assert "Оценка" not in said_to(person)
    assert await states(world) == [Agreement.WITHDRAWN]
    assert (await ticket_of(world)).status is Status.OPEN
    await order(world, "SD-1", "/estimate 2h перенести")
    question = person.last(ASKED)
    await order(world, "SD-1", "/estimate undo")
    assert await states(world) == [Agreement.WITHDRAWN, Agreement.WITHDRAWN]
    assert (await ticket_of(world)).status is Status.OPEN
    assert question.buttons == []
    assert "отозвали оценку по заявке SD-1" in said_to(person)
    await order(world, "SD-1", "/estimate undo")
    assert "отзывать нечего" in topic(world)


async def test_what_is_no_estimate_is_refused_in_a_sentence(world: World) -> None:
    """Each says what is wrong and what to write; the client hears of none."""
    person = await chat(world, "Анна", "Перенесите базу")
    for command, said in (
        ("/estimate 2h", "Напишите время и что сделаете"),
        ("/estimate перенести базу", "Напишите время и что сделаете"),
        ("/estimate 0m перенести", "больше нуля"),
        ("/estimate 9999h перенести", "не больше 1000 часов"),
        ("/estimate 2h " + "ы" * 2000, "короче"),
        ("/estimate", "ещё не было"),
        ("/estimate undo", "отзывать нечего"),
    ):
        await order(world, "SD-1", command)
        assert said in world.group.topic("SD-1 ·").messages[-1].text, command
    assert await estimates(world) == []
    assert "Оценка" not in said_to(person)


async def test_an_edited_command_asks_nobody_what_it_said_before(world: World) -> None:
    """Before it had gone it is taken back; the engineer gives it again."""
    person = await chat(world, "Анна", "Перенесите базу")
    post = await order(world, "SD-1", "/estimate 2h перенести", go=False)
    world.group.edit(world.engineer, post, "/estimate 20h перенести")
    await world.settle()
    await world.advance(seconds=31)
    assert "Оценка" not in said_to(person)
    assert await states(world) == [Agreement.WITHDRAWN]


async def test_words_are_for_the_engineers_and_the_button_still_counts(world: World) -> None:
    """A yes that replies to nothing is words too, and its writer is told what to do; a reply to the estimate counts."""
    person = await asked_in_telegram(world)
    person.say("А что туда входит?")
    await world.settle()
    person.say("согласен")
    await world.settle()
    assert await states(world) == [Agreement.ASKED]
    assert "это ответ на другое сообщение, он не засчитан" in topic(world)
    assert "нажмите, пожалуйста, кнопку" in person.last().text
    person.say("Согласен!", reply_to=person.last(ASKED))
    await world.settle()
    await world.advance(seconds=5)
    assert await states(world) == [Agreement.AGREED]
    assert "Записали ваше согласие: 2 ч" in said_to(person)
    assert person.last(ASKED).buttons == []


async def test_reminders_repeat_the_estimate_and_silence_closes(world: World) -> None:
    """As for any question; a press after the closing is too late."""
    person = await asked_in_telegram(world)
    question = person.last(ASKED)
    await world.pass_days(7)
    assert ASKED in person.last("Напоминание 1 из 2").text
    await world.pass_days(15)
    ticket = await ticket_of(world)
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.NO_ANSWER)
    assert "уже решена или закрыта" in await press(world, person, question, "Согласовать")
    assert await states(world) == [Agreement.ASKED]


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Согласен.\n\nС уважением,\nАнна", Agreement.AGREED),
        ("Отказываюсь", Agreement.REFUSED),
        ("Согласен, но не больше часа", Agreement.ASKED),
    ],
)
async def test_an_answer_by_mail_counts_when_it_is_plain(world: World, words: str, state: Agreement) -> None:
    question = await asked_by_mail(world)
    await mail(world, ANN_WRITES, "Re: База", words, in_reply_to=question)
    await world.advance(seconds=5)
    (estimate,) = await estimates(world)
    assert estimate.state is state
    assert (await ticket_of(world)).status is Status.OPEN
    if state is Agreement.ASKED:
        assert "не засчитан" not in topic(world)
    else:
        assert (estimate.answered_by, estimate.answered_through) == ("Анна Петрова", f"mail {ANN}")
        assert "Записали ваш" in text_of(await last_mail(world, ANN))


async def test_a_mail_that_proves_nothing_does_not_count(world: World) -> None:
    """Without the estimate's id, and from a server that refutes it: shown, not counted, and the topic says so."""
    question = await asked_by_mail(world)
    await mail(world, ANN_WRITES, "Re: [SD-1] База", "Согласен")
    assert await states(world) == [Agreement.ASKED]
    assert "проверить отправителя письма не удалось" in topic(world)
    forged = "mx.otvet.example; dmarc=fail header.from=client.example"
    await mail(
        world, ANN_WRITES, "Re: База", "Согласен", in_reply_to=question, headers={"Authentication-Results": forged}
    )
    assert await states(world) == [Agreement.ASKED]
    assert topic(world).count("не засчитан") == 2


async def test_a_yes_to_another_mail_of_ours_is_not_a_yes_to_the_estimate(world: World) -> None:
    await mail(world, ANN_WRITES, "База", "Перенесите базу.")
    await answer(world, "SD-1", "Сервер перезагрузить?")
    other = await last_mail(world, ANN)
    await order(world, "SD-1", "/estimate 2h перенести базу")
    await mail(world, ANN_WRITES, "Re: База", "Да", in_reply_to=other)
    assert await states(world) == [Agreement.ASKED]
    assert "это ответ на другое сообщение" in topic(world)


async def test_who_has_a_copy_cannot_agree_nor_be_taken_for_the_client(world: World) -> None:
    """A participant is not the client; and their copy's id proves nobody: then the server's word is needed."""
    vouched = {"Authentication-Results": "mx.otvet.example; dmarc=pass header.from=client.example"}
    await world.mails.user(BOSS)
    question = await asked_by_mail(world, headers=vouched, cc=[BOSS])
    assert any(ASKED in text_of(one) for one in await mails_of(world, BOSS))
    await mail(world, f"Шеф <{BOSS}>", "Re: База", "Согласен", in_reply_to=question, headers=vouched)
    assert "согласовать может только сам клиент" in topic(world)
    await mail(world, ANN_WRITES, "Re: База", "Согласен", in_reply_to=question)
    assert "проверить отправителя письма не удалось" in topic(world)
    assert await states(world) == [Agreement.ASKED]
    await mail(world, ANN_WRITES, "Re: База", "Согласен", in_reply_to=question, headers=vouched)
    assert await states(world) == [Agreement.AGREED]


async def test_a_strangers_yes_in_the_thread_counts_for_nothing(world: World) -> None:
    question = await asked_by_mail(world)
    await mail(world, "eve@evil.example", "Re: База", "Согласен", in_reply_to=question)
    assert await states(world) == [Agreement.ASKED]
    assert "согласовать может только сам клиент" in topic(world)
    assert (await ticket_of(world)).status is Status.WAITING


async def test_the_mails_link_leads_to_the_buttons(world: World) -> None:
    """Whoever opens it is the client, with the same estimate in their chat; an answer there ends it in both."""
    await asked_by_mail(world)
    person = world.person("Анна")
    person.start(await link_of(world, ANN))
    await world.settle()
    await press(world, person, person.last(ASKED), "Согласовать")
    (estimate,) = await estimates(world)
    assert (estimate.state, estimate.answered_through) == (Agreement.AGREED, f"telegram {person.id}")


async def test_a_chat_of_somebody_else_cannot_answer(world: World) -> None:
    """A button's data sent from another chat is refused."""
    person = await asked_in_telegram(world)
    eve = await chat(world, "Ева", "Где мой счёт?")
    await order(world, "SD-2", "/estimate 5m найти счёт")
    shown = eve.last("Оценка времени: 5 мин")
    shown.keyboard[0][0]["callback_data"] = person.last(ASKED).keyboard[0][0]["callback_data"]
    assert "больше не действует" in await press(world, eve, shown, "Согласовать")
    assert (await states(world))[0] is Agreement.ASKED


async def test_in_shadow_mode_no_client_is_asked(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"desk": {"quiet": True}}) as world:
        person = world.person("Анна")
        person.start()
        person.say("Перенесите базу")
        await world.settle()
        await order(world, "SD-1", "/estimate 2h перенести")
        assert said_to(person) == ""
        assert await states(world) == [Agreement.ASKED]
