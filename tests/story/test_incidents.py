"""An incident: many clients' requests with one cause, one answer to all of them, one end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.parcels import Parcel, ParcelState, Purpose
from desk.people import Door
from desk.tickets import Kind, Message, Status
from desk.workbench import Mailing
from playground.botapi import Person
from playground.botapi.pace import Limits
from tests.steps import answer, chat, mail, mails_of, order, said_in, said_to, text_of
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as world:
        yield world


async def press(world: World, number: str, label: str) -> str | None:
    """Press the newest button that begins so in a ticket's topic; the toast."""
    topic = world.group.topic(f"{number} ·")
    shown = next(one for one in reversed(topic.messages) if any(name.startswith(label) for name in one.buttons))
    name = next(name for name in shown.buttons if name.startswith(label))
    toast = await world.group.press(world.engineer, shown, name)
    await world.settle()
    return toast


async def send(world: World, number: str, text: str, button: str = "Отправить всем") -> None:
    await order(world, number, f"/incident ответ {text}", go=False)
    await press(world, number, button)
    await world.advance(seconds=3)
    await world.advance(seconds=31)
    await world.advance(seconds=15)


async def people(world: World, *names: str) -> list[Person]:
    return [await chat(world, name, f"Не открывается портал, {name}") for name in names]


async def made(world: World) -> list[Person]:
    """SD-1 to SD-3 of three clients, and the incident SD-4 of nobody."""
    found = await people(world, "Анна", "Вера", "Глеб")
    world.group.say(world.engineer, "/incident Портал не открывается")
    await world.settle()
    await order(world, "SD-4", "/incident SD-1 SD-2 SD-3")
    return found


async def test_one_answer_reaches_each_client_in_their_own_door_and_is_kept_in_their_ticket(world: World) -> None:
    ann, vera, gleb = await made(world)
    await mail(world, "Dina <dina@client.example>", "Портал", "Портал не открывается")
    await order(world, "SD-4", "/incident SD-5")
    topic = world.group.topic("SD-4 ·")
    assert "открытых заявок 4" in topic.messages[0].text
    assert "Часть массовой проблемы SD-4" in world.group.topic("SD-1 ·").messages[0].text
    await order(world, "SD-4", "/incident ответ Чиним, <b>готово</b> к 15:00", go=False)
    assert "Этот ответ уйдёт 4 клиентам" in topic.messages[-1].text
    assert said_to(ann).count("Чиним") == 0
    await press(world, "SD-4", "Отправить всем")
    assert topic.messages[-1].text.startswith("Отправлено 0 из 4.")
    await world.advance(seconds=3)
    await world.advance(seconds=31)
    await world.advance(seconds=15)
    for person in (ann, vera, gleb):
        assert said_to(person).count("Чиним, <b>готово</b> к 15:00") == 1
    assert sum("Чиним" in text_of(one) for one in await mails_of(world, "dina@client.example")) == 1
    assert topic.messages[-1].text.startswith("Отправлено 4 из 4.")
    assert topic.messages[-1].buttons == []
    assert "отвечает всем по массовой проблеме SD-4" in said_in(world.group.topic("SD-1 ·"))
    async with world.store.view() as view:
        kept = await view.find(Message, kind=Kind.ANSWER)
        assert sorted(one.ticket_id for one in kept) == [1, 2, 3, 5]
        assert (await view.find(Mailing))[0].ended_at is not None
    tickets = await world.tickets()
    assert all(one.answered_at for one in tickets if one.id != 4)
    for other in (vera, gleb):
        assert "Анна" not in said_to(other)


async def test_a_client_with_two_requests_reads_it_once_and_the_closed_and_blocked_are_told(world: World) -> None:
    ann, vera, gleb = await made(world)
    ann.say("/new Портал опять не открывается")
    await world.settle()
    await order(world, "SD-4", "/incident SD-5")
    vera.block()
    await order(world, "SD-3", "/close решено")
    await send(world, "SD-4", "Чиним")
    assert said_to(ann).count("Чиним") == 1
    assert "Чиним" not in said_to(gleb)
    shown = world.group.topic("SD-4 ·").messages[-1].text
    assert "Отправлено 1 из 1." in shown or "Отправлено 1 из 2." in shown


async def test_one_blocked_meanwhile_is_named(world: World) -> None:
    ann, vera, _ = await made(world)
    vera.block()
    await world.settle()
    async with world.store.unit() as unit:  # as if nobody had heard of it yet
        await unit.change(Door, {"shut_at": None}, channel="telegram", address=str(vera.user.id))
        await unit.commit()
    await send(world, "SD-4", "Чиним")
    assert "Отправлено 2 из 3. Не дошло 1: SD-2." in said_in(world.group.topic("SD-4 ·"))
    assert said_to(ann).count("Чиним") == 1


async def test_an_incident_that_nobody_wrote_of_speaks_of_no_client(world: World) -> None:
    """Nothing says that somebody is told, or to be called, where there is nobody."""
    await made(world)
    topic = world.group.topic("SD-4 ·")
    assert "incidents" not in said_in(topic)
    assert "Своего клиента нет" in topic.messages[0].text
    for words in ("/client", "/call завтра 15:00 https://meet.example/x", "/info Какая модель?"):
        await order(world, "SD-4", words)
        assert topic.messages[-1].text.startswith("У этой массовой проблемы нет своего клиента.")
    await order(world, "SD-4", "/wait провайдера")
    assert "её заявкам скажите сами" in topic.messages[-1].text
    await world.pass_days(8)
    assert "не дописаться" not in said_in(topic)


async def test_an_answer_to_all_that_one_takes_back_is_said_in_its_topic(world: World) -> None:
    """There is no post of an engineer's that could bear the mark; the others keep the answer."""
    ann, vera, _ = await made(world)
    await send(world, "SD-4", "Чиним")
    await order(world, "SD-1", "/undo")
    assert "Ответ отозван, у клиента его больше нет. Борис: «Чиним»" in said_in(world.group.topic("SD-1 ·"))
    assert [said_to(one).count("Чиним") for one in (ann, vera)] == [0, 1]


async def test_a_part_that_is_merged_meanwhile_is_told_where_it_goes_on_and_once(world: World) -> None:
    """What it was merged into takes its place, and is not told a second time when it is a part itself."""
    ann, vera, _ = await made(world)
    for person in (ann, vera):
        person.say("/new Портал снова не открывается")
        await world.settle()
    await order(world, "SD-4", "/incident SD-6")
    await order(world, "SD-4", "/incident ответ Чиним", go=False)
    await press(world, "SD-4", "Отправить всем")
    for number, other in ((1, 5), (2, 6)):
        await order(world, f"SD-{number}", f"/merge SD-{other}", go=False)
        await press(world, f"SD-{number}", "Объединить")
    for _ in range(4):
        await world.advance(seconds=15)
    assert [said_to(one).count("Чиним") for one in (ann, vera)] == [1, 1]
    assert "отвечает всем по массовой проблеме SD-4" in said_in(world.group.topic("SD-5 ·"))


async def test_its_card_counts_what_is_still_open(world: World) -> None:
    await made(world)
    await world.advance(minutes=2)
    card = world.group.topic("SD-4 ·").messages[0]
    assert "открытых заявок 3" in card.text
    await order(world, "SD-3", "/close решено")
    await world.advance(minutes=1)
    assert "открытых заявок 2" in card.text


async def test_those_with_a_word_of_their_own_can_be_left_out(world: World) -> None:
    ann, vera, gleb = await made(world)
    await answer(world, "SD-1", "Вам уже починили")
    await order(world, "SD-2", "/info Какой адрес?")
    await order(world, "SD-4", "/incident answer Чиним", go=False)
    assert "Ждут своего ответа или уже получили отдельный: SD-1, SD-2" in said_in(world.group.topic("SD-4 ·"))
    await press(world, "SD-4", "Без них (1)")
    await world.advance(seconds=3)
    await world.advance(seconds=31)
    assert [said_to(one).count("Чиним") for one in (ann, vera, gleb)] == [0, 0, 1]


async def test_two_presses_send_once_and_stopping_takes_back_what_waits(world: World) -> None:
    ann, vera, _ = await made(world)
    await order(world, "SD-4", "/incident ответ Чиним", go=False)
    topic = world.group.topic("SD-4 ·")
    asked = topic.messages[-1]
    await world.group.press(world.engineer, asked, "Отправить всем (3)")
    assert "больше не действует" in str(await world.group.press(world.engineer, asked, "Отправить всем (3)"))
    await world.settle()
    await world.advance(seconds=3)
    toast = await press(world, "SD-4", "Остановить")
    assert "не уйдёт: 3" in str(toast)
    await world.advance(minutes=1)
    await world.advance(minutes=1)
    assert "Чиним" not in said_to(ann) + said_to(vera)
    assert "остановил(а) отправку" in topic.messages[-1].text
    assert topic.messages[-1].buttons == []
    async with world.store.view() as view:
        assert await view.count(Parcel, purpose=Purpose.ANSWER, state=ParcelState.QUEUED) == 0


async def test_solving_it_solves_its_parts_after_a_confirmation(world: World) -> None:
    ann, vera, _ = await made(world)
    await order(world, "SD-3", "/close решено")
    await order(world, "SD-4", "/solved Портал снова работает", go=False)
    assert "будут решены 2 заявки" in said_in(world.group.topic("SD-4 ·"))
    assert [one.status for one in await world.tickets()][3] is not Status.SOLVED
    await press(world, "SD-4", "Все (2)")
    await world.advance(seconds=3)
    await world.advance(seconds=31)
    await world.advance(seconds=15)
    statuses = [one.status for one in await world.tickets()]
    assert statuses == [Status.SOLVED, Status.SOLVED, Status.CLOSED, Status.SOLVED]
    for person in (ann, vera):
        assert said_to(person).count("Портал снова работает") == 1
        assert "работает" in next(one.text for one in person.received if len(one.buttons) == len(("да", "нет")))
    assert "Отправлено 2 из 2." in world.group.topic("SD-4 ·").messages[-1].text


async def test_closing_it_alone_leaves_its_parts(world: World) -> None:
    await made(world)
    await order(world, "SD-4", "/close решено", go=False)
    await press(world, "SD-4", "Только эту")
    statuses = [one.status for one in await world.tickets()]
    assert statuses == [Status.NEW, Status.NEW, Status.NEW, Status.CLOSED]


async def test_a_new_request_alike_is_offered_the_incident(world: World) -> None:
    await made(world)
    await chat(world, "Егор", "У меня портал не открывается со вчера")
    await chat(world, "Жанна", "Не печатает принтер")
    await world.advance(seconds=5)
    await press(world, "SD-5", "К массовой проблеме SD-4")
    assert (await world.tickets())[4].parent_id == 4
    assert not [name for name in world.group.topic("SD-6 ·").messages[0].buttons if "массовой" in name]


async def test_a_client_s_request_may_be_the_incident_and_its_client_reads_the_answer_too(world: World) -> None:
    ann, vera = await people(world, "Анна", "Вера")
    await order(world, "SD-1", "/incident Портал лежит")
    await order(world, "SD-2", "/incident SD-1")
    assert (await world.tickets())[1].parent_id == 1
    await send(world, "SD-1", "Чиним")
    assert [said_to(one).count("Чиним") for one in (ann, vera)] == [1, 1]
    assert "Портал лежит" not in said_to(ann) + said_to(vera)


async def test_in_shadow_mode_nothing_goes_and_the_topic_says_so(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    tables = {"desk": {"quiet": True}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables) as world:
        found = await made(world)
        await send(world, "SD-4", "Чиним")
        assert "Тихий режим: 3 не ушло." in world.group.topic("SD-4 ·").messages[-1].text
        assert [said_to(one) for one in found] == ["", "", ""]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/incident", "Массовая проблема:"),
        ("/incident SD-2", "не массовая проблема"),
        ("/incident ответ Чиним", "не массовая проблема"),
        ("/incident стоп", "Останавливать нечего"),
        ("/incident убрать", "и так не часть"),
        ("/incident SD-1", "та же самая"),
    ],
)
async def test_what_cannot_be_done_is_said(world: World, words: str, said: str) -> None:
    await people(world, "Анна", "Вера")
    await order(world, "SD-1", words, go=False)
    text = world.group.topic("SD-1 ·").messages[-1].text
    assert said in text or (words == "/incident SD-1" and "не массовая проблема" in text)


async def test_thirty_seven_clients_under_telegram_s_limits_with_a_restart_in_the_middle(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Everybody reads it once, nobody twice, and the message in the topic counts to the end."""
    tables = {"telegram": {"pace": {"per_second": 30.0, "chat_per_second": 1.0, "group_per_minute": 20.0}}}
    made = World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=tables, limits=Limits())
    async with made as world:
        world.group.say(world.engineer, "/incident Портал")
        await pass_time(world, 10)
        clients = [world.person(f"Клиент {number}") for number in range(37)]
        for person in clients:
            person.say("Портал не открывается")
        await pass_time(world, 10)
        numbers = " ".join(f"SD-{one.id}" for one in await world.tickets() if one.id != 1)
        topic = world.group.topic("SD-1 ·")
        world.group.say(world.engineer, f"/incident {numbers}", topic=topic)
        await pass_time(world, 5)
        world.group.say(world.engineer, "/incident ответ Чиним, к 15:00 будет готово", topic=topic)
        await pass_time(world, 120)
        asked = next(one for one in topic.messages if "уйдёт 37 клиентам" in one.text)
        await world.group.press(world.engineer, asked, "Отправить всем (37)")
        while not any("Чиним" in said_to(one) for one in clients):
            await pass_time(world, 1, step=1)
        assert sum("Чиним" in said_to(one) for one in clients) < 37
        assert [call for call in world.bot.calls if call.status == 429] == []
        await world.stop()
        await world.start()
        await pass_time(world, 150)
        assert [said_to(one).count("Чиним") for one in clients] == [1] * 37
        assert asked.text.startswith("Отправлено 37 из 37.")


async def pass_time(world: World, seconds: int, step: int = 2) -> None:
    """Let time pass in small steps; what waits for its pace is no unrest."""
    for _ in range(seconds // step):
        world.clock.advance(seconds=step)
        for tick in world.running.ticks():
            if tick.name == "incidents":
                await tick.run()
        world.running.wake()
        await calm(world)


async def calm(world: World) -> None:
    """Until all is done that can be done now."""
    still = 0
    async with asyncio.timeout(30):
        while still < 2:
            await asyncio.sleep(0.005)
            courier = world.running.courier
            going = courier._busy or courier.looking or world.running.inbox._busy or world.bot.world.inbox.pending
            async with world.store.view() as view:
                due = await view.due_raws(world.clock(), busy=(), limit=1)
            still = 0 if going or due else still + 1
