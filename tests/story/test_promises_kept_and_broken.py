"""Plans at work: receipts that promise, clocks that stand and run, a nudge and a breach once each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.accounts import Pause
from desk.durations import parse_span
from desk.people import Audit
from desk.tickets import Priority, Status, Ticket
from tests.steps import answer, chat, last_mail, mail, order, said_in, said_to, text_of
from tests.world import SUPPORT, World

BASE = {
    "name": "base",
    "title": "Базовая",
    "base": True,
    "first_answer": "8 working hours",
    "solve": "16 working hours",
    "terms": {"critical": {"first_answer": "2 working hours", "solve": "4 working hours"}},
}
WARRANTY = {"name": "warranty", "title": "Гарантия", "first_answer": "4 working hours"}
ROUND = {
    "name": "round",
    "title": "Круглосуточная",
    "first_answer": "2 hours",
    "calendar": {
        "timezone": "Asia/Yekaterinburg",
        "holidays": "",
        "hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"),
    },
}
ANEW = {
    "name": "anew",
    "title": "С каждым словом",
    "first_answer": "4 working hours",
    "restart_on_client_message": True,
}
LEAD = {"telegram": 700_700, "name": "Мария", "role": "lead"}
LINES = [
    {"name": "first", "title": "Первая линия"},
    {"name": "second", "title": "Вторая линия", "plan": "warranty"},
]
TABLES: dict[str, Any] = {"plan": [BASE, WARRANTY, ROUND, ANEW], "person": [LEAD], "line": LINES}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=TABLES) as made:
        yield made


@pytest.fixture
async def both(store_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    """The same on either database."""
    async with World(clock=clock, url=store_url, folder=tmp_path, tables=TABLES) as made:
        yield made


async def ticket_of(world: World) -> Ticket:
    return (await world.tickets())[-1]


def topic(world: World) -> str:
    return said_in(world.group.topic("SD-1 ·"))


def card(world: World) -> str:
    return world.group.topic("SD-1 ·").messages[0].text


def general(world: World) -> str:
    return "\n".join(message.text for message in world.group.general.messages)


async def test_the_receipt_promises_by_the_plan_and_the_card_says_what_is_left(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    assert "Ответим до вт 12:00 (МСК)." in said_to(ann)
    assert (await ticket_of(world)).answered_at is None, "the receipt is the desk's own word"
    assert "План: Базовая\nОтветить до вт 12:00, осталось 8 ч (на пн 12:00)\nРешить до ср 12:00" in card(world)


async def test_each_reads_the_promise_in_their_own_language_and_by_the_zone_of_their_plan(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """A plan round the clock promises at night, and never says that we are closed."""
    clock.set(datetime(2026, 11, 28, 22, 30, tzinfo=UTC))  # a Saturday night
    tables = {**TABLES, "plan": [{**BASE, "base": False}, {**ROUND, "base": True}, WARRANTY]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann = await chat(world, "Ann", "The printer in our office does not print any more")
        assert "We will answer by Sun 05:30 (UTC+05)." in said_to(ann)
        assert "closed" not in said_to(ann)


async def test_out_of_hours_the_receipt_says_when_work_begins_too(world: World) -> None:
    world.clock.set(datetime(2026, 11, 28, 9, 0, tzinfo=UTC))  # a Saturday
    await mail(world, "ann@client.example", "Принтер", "Не печатает")
    said = text_of(await last_mail(world, "ann@client.example"))
    assert "начнём в понедельник в 10:00 (МСК), ответим до пн 19:00 (МСК)." in " ".join(said.split())


async def test_a_nudge_and_a_breach_are_told_once_each_whatever_is_restarted(both: World) -> None:
    """At three quarters the one who has it, at the end the lead too; and nobody in the night between."""
    world = both
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/take")
    await world.advance(hours=6, minutes=30)  # 18:30, 5.5 of the 8 hours are used
    assert "скоро срок" not in topic(world)
    await world.stop()
    await world.start()
    await world.advance(hours=15, minutes=30)  # Tuesday, 10:00: three quarters were used up yesterday at 19:00
    for _ in range(3):
        await world.advance(minutes=1)
    assert topic(world).count("скоро срок ответа: вт 12:00") == 1
    assert "Борис" in next(one for one in topic(world).splitlines() if "скоро срок ответа" in one)
    assert "срок ответа прошёл" not in topic(world).lower()
    await world.advance(hours=2)
    await world.stop()
    await world.start()
    await world.advance(minutes=1)
    assert topic(world).count("срок ответа прошёл: вт 12:00. Ответьте") == 1
    breach = next(one for one in topic(world).splitlines() if "срок ответа прошёл: вт 12:00" in one)
    assert "Борис" in breach
    assert "Мария" in breach
    assert general(world).count("SD-1: срок ответа прошёл, вт 12:00. Линия Первая линия, в работе у: Борис.") == 1
    assert "Срок ответа прошёл" in card(world)


async def test_what_passed_while_the_desk_was_off_is_told_as_a_breach_alone(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await chat(world, "Олег", "Не открывается отчёт")
    await world.stop()
    world.clock.advance(days=1, hours=2)
    await world.start()
    await world.advance(minutes=1)
    await world.advance(seconds=10)
    assert topic(world).count("срок ответа прошёл: вт 12:00") == 1
    assert "скоро срок ответа" not in topic(world)
    told = [message.text for message in world.group.general.messages if "срок ответа прошёл" in message.text]
    assert len(told) == 1, "two broken promises of one moment come in one message"
    assert "SD-1" in told[0]
    assert "SD-2" in told[0]


async def test_the_clocks_stand_while_the_client_owes_the_word_and_go_on_after_it(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await world.advance(hours=1)
    await order(world, "SD-1", "/info Какой номер?")
    await world.advance(minutes=1)
    ticket = await ticket_of(world)
    assert ticket.answered_at is not None, "a question of a person is an answer"
    assert ticket.answer_took == pytest.approx(3605, abs=60)
    assert ticket.answer_limit == 8 * 3600
    assert "Часы стоят: ждём клиента. На решение останется 14 ч 59 мин" in card(world)
    await world.advance(days=9)
    assert "срок решения" not in topic(world).lower()
    ann.say("Номер 12345")
    await world.settle()
    await world.advance(seconds=10)
    assert "осталось 14 ч 59 мин" in card(world)
    await order(world, "SD-1", "/solved Заменили кабель")
    ticket = await ticket_of(world)
    assert ticket.solve_took == pytest.approx(3600, abs=120)
    assert ticket.solve_limit == 16 * 3600


async def test_opened_again_the_solution_goes_on_from_what_was_used(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await world.advance(hours=1)
    await order(world, "SD-1", "/solved Заменили кабель")
    first = await ticket_of(world)
    assert first.answered_at is not None, "words told with /solved are an answer"
    assert first.solve_took is not None
    await world.advance(days=3)
    ann.say("Опять не печатает")
    await world.settle()
    again = await ticket_of(world)
    assert (again.status, again.solve_took, again.solve_limit) == (Status.OPEN, None, None)
    await world.advance(hours=1)
    await order(world, "SD-1", "/close solved")
    closed = await ticket_of(world)
    assert closed.solve_took == pytest.approx(2 * 3600, abs=180)


async def test_a_button_alone_is_no_answer(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/solved")
    ticket = await ticket_of(world)
    assert (ticket.answered_at, ticket.answer_took) == (None, None)
    assert ticket.solve_took is not None


def comes_back(failed: str) -> bytes:
    """A mail server's report that the mail with this Message-ID could not be delivered."""
    return (
        f"Return-Path: <>\r\nDelivered-To: {SUPPORT}\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {SUPPORT}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <1.dsn@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; ann@client.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {failed}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("again", [False, True])
async def test_a_mail_that_comes_back_was_no_answer(world: World, *, again: bool) -> None:
    """The clock runs as if it had never stopped; a later answer that did arrive counts instead."""
    await mail(world, "ann@client.example", "Принтер", "Не печатает")
    await answer(world, "SD-1", "Уже смотрим")
    failed = str((await last_mail(world, "ann@client.example"))["Message-ID"])
    first = (await ticket_of(world)).answered_at
    assert first is not None
    if again:
        await world.advance(hours=1)
        await answer(world, "SD-1", "Нашли причину")
    await world.mails.put(SUPPORT, comes_back(failed))
    await world.settle()
    ticket = await ticket_of(world)
    if again:
        assert ticket.answered_at is not None
        assert ticket.answered_at - first >= timedelta(hours=1)
        assert ticket.answer_took == pytest.approx(3600, abs=120)
    else:
        assert (ticket.answered_at, ticket.answer_took, ticket.answer_limit) == (None, None, None)
        await world.advance(days=1)
        assert "рок ответа прошёл: вт 12:00" in topic(world)


async def test_a_question_that_comes_back_stopped_no_clock(world: World) -> None:
    await mail(world, "ann@client.example", "Принтер", "Не печатает")
    await order(world, "SD-1", "/info Какой номер?")
    failed = str((await last_mail(world, "ann@client.example"))["Message-ID"])
    assert (await ticket_of(world)).answered_at is not None
    await world.advance(hours=1)
    assert "Часы стоят: ждём клиента" in card(world)
    await world.mails.put(SUPPORT, comes_back(failed))
    await world.settle()
    async with world.store.view() as view:
        assert await view.count(Pause) == 0
    assert (await ticket_of(world)).answered_at is None
    await world.advance(days=1)
    assert topic(world).count("рок ответа прошёл: вт 12:00") == 1


async def test_an_answer_counts_when_it_has_arrived_not_when_it_was_written(world: World) -> None:
    await mail(world, "ann@client.example", "Принтер", "Не печатает")
    await answer(world, "SD-1", "Уже смотрим", go=False)
    assert (await ticket_of(world)).answered_at is None
    await world.advance(seconds=31)
    ticket = await ticket_of(world)
    assert ticket.answered_at == world.clock()
    await world.advance(days=2)
    assert "срок ответа" not in general(world)
    assert "Ответили в срок" in card(world)


async def test_another_line_or_plan_counts_from_the_start_and_the_topic_says_so(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await world.advance(hours=1)
    await order(world, "SD-1", "/line second")
    ticket = await ticket_of(world)
    assert (ticket.plan, ticket.answer_from) == ("warranty", None)
    assert "Сроки пересчитаны: план «Гарантия», другая линия (Борис)." in topic(world)
    assert "Ответить до пн 17:00, осталось 2 ч 59 мин" in topic(world)
    assert "Срока решения нет" in topic(world)
    await order(world, "SD-1", "/plan Круглосуточная")
    ticket = await ticket_of(world)
    assert (ticket.plan, ticket.plan_by) == ("round", "Борис")
    assert "Ответить до пн 16:00 (UTC+05)" in topic(world)
    await order(world, "SD-1", "/plan")
    assert "План этой заявки: Круглосуточная (выбрал(а) Борис). Есть: base, warranty, round, anew." in topic(world)
    await order(world, "SD-1", "/plan nonsense")
    assert "Такого плана нет. Есть: base, warranty, round, anew" in topic(world)
    await order(world, "SD-1", "/plan auto")
    ticket = await ticket_of(world)
    assert (ticket.plan, ticket.plan_by) == ("warranty", "")
    async with world.store.view() as view:
        assert await view.count(Audit, what="plan", who="Борис") == 2
        moved = await view.first(Audit, what="plan set", who="Борис")
    assert moved is not None
    assert moved.data == {"before": "base", "plan": "warranty"}


async def test_a_raised_priority_counts_from_the_raise_and_a_lowered_one_from_the_start(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await world.advance(hours=1)
    await order(world, "SD-1", "/priority critical")
    raised = await ticket_of(world)
    assert raised.answer_from is not None
    assert raised.answer_from - raised.created_at >= timedelta(hours=1)
    assert "приоритет повышен, считаем с этой минуты" in topic(world)
    assert "Ответить до пн 16:00" in topic(world)
    await world.advance(hours=3)
    assert "рок ответа прошёл: пн 16:00" in topic(world)
    await order(world, "SD-1", "/priority normal")
    lowered = await ticket_of(world)
    assert (lowered.answer_from, lowered.solve_from) == (None, None)
    assert "answer:100" not in lowered.warned
    assert "приоритет понижен, считаем с начала заявки" in topic(world)


async def test_each_word_of_the_client_may_start_the_first_clock_anew(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/plan anew")
    await answer(world, "SD-1", "Уже смотрим")
    assert (await ticket_of(world)).answered_at is not None
    await world.advance(hours=1)
    ann.say("А теперь и сканер")
    await world.settle()
    ticket = await ticket_of(world)
    assert (ticket.answered_at, ticket.answer_took, ticket.answer_from) == (None, None, world.clock())
    await world.advance(hours=23)
    assert "рок ответа прошёл" in topic(world)


async def test_a_changed_word_that_answers_us_starts_the_clock_anew_too(world: World) -> None:
    ann = world.person("Анна")
    said = ann.say("Не печатает принтер")
    await world.settle()
    await order(world, "SD-1", "/plan anew")
    await order(world, "SD-1", "/info Какая модель?")
    await world.advance(minutes=5)
    assert (await ticket_of(world)).answered_at is not None
    ann.edit(said, "Не печатает принтер HP 1020")
    await world.settle()
    found = await ticket_of(world)
    assert (found.status, found.answered_at, found.answer_from) == (Status.OPEN, None, found.client_wrote_at)


async def test_a_word_that_belonged_elsewhere_starts_no_clock(world: World) -> None:
    """«Это другой вопрос» gives the answered ticket its answer back."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/plan anew")
    await answer(world, "SD-1", "Замените кабель")
    await order(world, "SD-1", "/solved")
    before = await ticket_of(world)
    await world.advance(hours=1)
    ann.say("Как продлить договор?")
    await world.settle()
    assert (await ticket_of(world)).answered_at is None
    await ann.press(ann.received[-1], "Это другой вопрос")
    await world.settle()
    after = (await world.tickets())[0]
    assert len(await world.tickets()) == 2
    clocks = ("status", "answered_at", "answer_took", "answer_from", "solve_took")
    assert [getattr(after, name) for name in clocks] == [getattr(before, name) for name in clocks]


async def test_the_clocks_stand_while_others_are_waited_for(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await world.advance(hours=1)
    await order(world, "SD-1", "/wait Ростелеком")
    await world.advance(days=9)
    assert "рок решения" not in general(world)
    assert "Ответили в срок (1 ч)\nЧасы стоят: ждём других (Ростелеком). На решение останется 15 ч" in card(world)
    ann.say("Есть новости?")
    await world.settle()
    await world.advance(days=3)
    assert topic(world).count("срок решения прошёл: пт 12:00") == 1


async def test_other_plans_after_a_reload_are_watched_at_once(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await world.advance(hours=4, minutes=30)
    assert "рок ответа" not in topic(world)
    setup = world.desk.current.setup
    sooner = [plan.model_copy(update={"first_answer": parse_span("2 working hours")}) for plan in setup.settings.plan]
    world.desk.current.setup = replace(setup, settings=setup.settings.model_copy(update={"plan": sooner}))
    await world.advance(minutes=1)
    assert topic(world).count("рок ответа прошёл: пн 14:00") == 1


async def test_two_orders_at_once_leave_one_plan_and_one_reckoning(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    for text in ("/plan warranty", "/plan warranty", "/plan round", "/priority critical"):
        world.group.say(world.engineer, text, topic=world.group.topic("SD-1 ·"))
    await world.settle()
    ticket = await ticket_of(world)
    assert (ticket.plan, ticket.priority) == ("round", Priority.CRITICAL)
    assert topic(world).count("Сроки пересчитаны: план «Гарантия»") == 1


async def test_in_shadow_mode_the_engineers_hear_of_it_all_the_same(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    tables = {**TABLES, "desk": {"quiet": True}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        await chat(world, "Анна", "Не печатает принтер")
        await world.advance(days=2)
        await world.advance(seconds=10)
        assert "рок ответа прошёл" in topic(world)
        assert "SD-1: срок ответа прошёл" in general(world)


async def test_without_a_plan_no_hour_is_promised_and_nobody_is_nudged(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        await world.advance(days=30)
        assert "Ответим до" not in said_to(ann)
        assert "рок ответа" not in topic(world)
        assert general(world).count("SD-1") == 0
        await order(world, "SD-1", "/plan base")
        assert "В конфигурации нет ни одного плана" in topic(world)


async def test_what_was_promised_nothing_stays_so_until_line_or_contract_say_otherwise(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """A desk that promises on one line alone; a request from before there were plans is the same."""
    tables = {**TABLES, "plan": [WARRANTY]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        await order(world, "SD-1", "/priority critical")
        assert (await ticket_of(world)).plan == ""
        assert "Ответим до" not in said_to(ann)
        assert "Сроки пересчитаны" not in topic(world)
        await order(world, "SD-1", "/line second")
        assert (await ticket_of(world)).plan == "warranty"
        assert "Ответить до пн 17:00" in topic(world)


async def test_a_group_without_topics_hears_of_deadlines_too(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    async with World(
        clock=clock, url=sqlite_url, folder=tmp_path, tables=TABLES, with_mail=False, forum=False
    ) as world:
        await chat(world, "Анна", "Не печатает принтер")
        await world.advance(days=2)
        await world.advance(seconds=10)
        said = "\n".join(message.text for message in world.group.messages)
        assert "рок ответа прошёл" in said


async def test_the_queue_lists_first_what_is_due_first(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    await chat(world, "Олег", "Не открывается отчёт")
    await order(world, "SD-2", "/plan round")
    world.group.say(world.engineer, "/queue")
    await world.settle()
    rows = [row for row in general(world).splitlines() if " · " in row and row.startswith("SD-")]
    assert [row.split(" · ")[0] for row in rows] == ["SD-2", "SD-1"]
    assert "ответ до пн 16:00 (UTC+05)" in rows[0]
    assert "ответ до вт 12:00" in rows[1]
