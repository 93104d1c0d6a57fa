"""What a request is and how urgent: by rules, by the client's buttons, by engineers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.tickets import Priority, Status, Ticket, Type
from tests.steps import chat, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World

LEAD = {"telegram": 777, "name": "Мария", "role": "lead"}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"person": [LEAD]}) as world:
        yield world


async def first(world: World) -> Ticket:
    return (await world.tickets())[0]


def card(world: World, number: str = "SD-1") -> str:
    return world.group.topic(f"{number} ·").messages[0].text


async def trail(world: World, what: str) -> list[Audit]:
    async with world.store.view() as view:
        return await view.find(Audit, what=what)


async def test_an_engineer_sets_type_and_priority_by_command(world: World) -> None:
    """In Russian or English; card, topic and audit trail say so, and what is no type changes nothing."""
    await chat(world, "Анна", "Не печатает принтер")
    assert "Вид: вид не указан · приоритет: обычный" in card(world)
    post = await order(world, "SD-1", "/type ошибка")
    assert post.reactions == ["👌"]
    await order(world, "SD-1", "/priority high")
    ticket = await first(world)
    assert (ticket.type, ticket.priority, ticket.wished) == (Type.ERROR, Priority.HIGH, None)
    assert "Вид: ошибка · приоритет: высокий" in card(world)
    said = said_in(world.group.topic("SD-1 ·"))
    assert "Борис: вид заявки — ошибка." in said
    assert "Борис: приоритет обычный → высокий." in said
    assert [(one.who, one.data) for one in await trail(world, "type set")] == [
        ("Борис", {"before": "", "type": "error"})
    ]
    assert [one.data for one in await trail(world, "priority set")] == [{"before": "normal", "priority": "high"}]
    await order(world, "SD-1", "/type <b>невиданный</b>")
    await order(world, "SD-1", "/priority high")
    said = said_in(world.group.topic("SD-1 ·"))
    assert "/type ошибка, /type вопрос или /type предложение" in said
    assert "Приоритет и так высокий." in said
    assert (await first(world)) == ticket


async def test_the_card_offers_types_and_priorities_by_an_edit(world: World) -> None:
    await chat(world, "Анна", "Не печатает принтер")
    topic = world.group.topic("SD-1 ·")
    before = len(topic.messages)
    await world.group.press(world.engineer, topic.messages[0], "Вид ▸")
    await world.settle()
    assert len(topic.messages) == before
    await world.group.press(world.engineer, topic.messages[0], "предложение")
    await world.advance(seconds=5)
    await world.group.press(world.engineer, topic.messages[0], "Приоритет ▸")
    await world.settle()
    await world.group.press(world.engineer, topic.messages[0], "‹ Назад")
    await world.advance(seconds=5)
    await world.group.press(world.engineer, topic.messages[0], "Приоритет ▸")
    await world.settle()
    await world.group.press(world.engineer, topic.messages[0], "низкий")
    await world.advance(seconds=5)
    ticket = await first(world)
    assert (ticket.type, ticket.priority) == (Type.SUGGESTION, Priority.LOW)
    assert "Вид: предложение · приоритет: низкий" in card(world)


async def test_of_a_critical_request_the_leads_hear(world: World) -> None:
    await chat(world, "Анна", "Всё упало")
    await order(world, "SD-1", "/priority крит")
    topic = world.group.topic("SD-1 ·")
    said = next(message for message in topic.messages if "обычный → критический" in message.text)
    assert said.text.startswith("Мария")


async def test_a_client_says_what_it_is_and_that_it_is_urgent(world: World) -> None:
    """The receipt's buttons go as they are pressed; the wish stands in the card beside our priority, which stays."""
    ann = await chat(world, "Анна", "Не печатает принтер")
    receipt = ann.last("зарегистрирована")
    assert receipt.buttons == ["Ошибка", "Вопрос", "Предложение", "Срочно"]
    assert await ann.press(receipt, "Ошибка") == "Спасибо, отметили."
    await world.advance(seconds=5)
    assert receipt.buttons == ["Срочно"]
    assert receipt.text.endswith("✓ Ошибка")
    assert (await ann.press(receipt, "Срочно")).startswith("Отметили, что срочно")
    await world.advance(seconds=5)
    assert receipt.text.endswith("✓ Ошибка · Срочно")
    ticket = await first(world)
    assert (ticket.type, ticket.priority, ticket.wished) == (Type.ERROR, Priority.NORMAL, Priority.HIGH)
    assert "Вид: ошибка · приоритет: обычный · клиент просит: срочно" in card(world)
    said = said_in(world.group.topic("SD-1 ·"))
    assert "Анна уточняет: это ошибка." in said
    assert "Анна просит: срочно." in said
    await ann.press(receipt, "Уже не срочно")
    await world.advance(seconds=5)
    assert (await first(world)).wished is None
    assert "клиент просит" not in card(world)
    assert receipt.buttons == ["Срочно"]
    assert [one.who for one in await trail(world, "priority wished")] == ["Анна", "Анна"]


async def test_a_type_that_an_engineer_set_meanwhile_stays(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/type request")
    receipt = ann.last("зарегистрирована")
    assert await ann.press(receipt, "Ошибка") == "Спасибо, это мы уже знаем."
    await world.settle()
    assert (await first(world)).type is Type.REQUEST
    assert receipt.buttons == ["Срочно"]


async def test_buttons_of_a_closed_request_do_nothing(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    await order(world, "SD-1", "/close решено")
    receipt = ann.last("зарегистрирована")
    assert await ann.press(receipt, "Срочно") == "Эта заявка уже закрыта."
    assert await ann.press(receipt, "Вопрос") == "Эта заявка уже закрыта."
    ticket = await first(world)
    assert (ticket.status, ticket.type, ticket.wished) == (Status.CLOSED, None, None)


async def test_the_topic_is_not_filled_by_a_client_who_cannot_decide(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    receipt = ann.last("зарегистрирована")
    for _ in range(5):
        await ann.press(receipt, "Срочно")
        await world.advance(seconds=2)
        await ann.press(receipt, "Уже не срочно")
        await world.advance(seconds=2)
    said = said_in(world.group.topic("SD-1 ·"))
    assert said.count("Анна просит: срочно") == 2
    assert len(await trail(world, "priority wished")) == 10


async def test_nobody_else_presses_for_the_client(world: World) -> None:
    ann = await chat(world, "Анна", "Не печатает принтер")
    eve = await chat(world, "Ева", "Где счёт?")
    receipt, forged = ann.last("зарегистрирована"), eve.last("зарегистрирована")
    forged.markup = receipt.markup
    assert await eve.press(forged, "Срочно") == "Эта кнопка больше не действует. Напишите словами, пожалуйста."
    assert await eve.press(forged, "Ошибка") == "Эта кнопка больше не действует. Напишите словами, пожалуйста."
    assert [(one.type, one.wished) for one in await world.tickets()] == [(None, None), (None, None)]


async def test_the_buttons_can_be_switched_off_and_a_rule_may_know_the_type(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    tables = {"desk": {"ask_type": False}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        assert ann.last("зарегистрирована").buttons == []


async def test_a_rule_sets_type_and_priority_and_answers_with_a_template(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """The receipt stays and asks for no type; the template follows in the client's language and the topic shows it."""
    tables = {
        "reply": [{"name": "printers", "ru": "Принтерами <не> занимаемся, {number}.", "en": "No printers, {number}."}],
        "rule": [
            {
                "name": "printers", "when": {"mentions": ["принтер", "printer"]}, "line": "second",
                "type": "request", "priority": "low", "reply": "printers",
            },
            {"name": "down", "when": {"mentions": ["авария"]}, "line": "first", "priority": "critical"},
            {"name": "everything else", "when": {"always": True}, "line": "first"},
        ],
        "person": [LEAD],
    }  # fmt: skip
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        receipt = ann.last("зарегистрирована")
        assert receipt.buttons == ["Срочно"]
        assert ann.last().text == "Принтерами <не> занимаемся, SD-1."
        ticket = await first(world)
        assert (ticket.type, ticket.priority, ticket.status) == (Type.REQUEST, Priority.LOW, Status.NEW)
        said = said_in(world.group.topic("SD-1 ·"))
        assert "отправлен шаблон «printers»" in said
        assert "Вид: вопрос · приоритет: низкий" in card(world)
        await mail(world, "boris@client.example", "Printer", "My printer does not print at all, please help")
        mails = [text_of(one) for one in await mails_of(world, "boris@client.example")]
        assert len(mails) == 2
        assert "No printers, SD-2." in mails[1]
        eve = await chat(world, "Ева", "У нас авария")
        assert "Принтерами" not in said_to(eve)
        assert "Мария, критическая заявка." in said_in(world.group.topic("SD-3 ·"))
        assert "Мария" not in said_in(world.group.topic("SD-1 ·"))


async def test_a_group_without_topics_has_the_same_buttons_and_a_double_press_is_one(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """The card offers types where replies to it are the thread; two presses at once and a restart change nothing."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, forum=False) as world:
        ann = await chat(world, "Анна", "Не печатает принтер")
        shown = world.group.last("Вид: вид не указан")
        await world.group.press(world.engineer, shown, "Вид ▸")
        await world.settle()
        await world.group.press(world.engineer, shown, "ошибка", timeout=None)
        await world.group.press(world.engineer, shown, "ошибка", timeout=None)
        await world.settle()
        await world.advance(seconds=5)
        assert "Вид: ошибка" in shown.text
        assert len(await trail(world, "type set")) == 1
        receipt = ann.last("зарегистрирована")
        await world.stop()
        await world.start()
        await ann.press(receipt, "Срочно", timeout=None)
        await ann.press(receipt, "Срочно", timeout=None)
        await world.settle()
        await world.advance(seconds=5)
        assert (await first(world)).wished is Priority.HIGH
        assert len(await trail(world, "priority wished")) == 1
        assert receipt.text.endswith("✓ Ошибка · Срочно")
