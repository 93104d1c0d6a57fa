"""A rude client: marked, reminded once, and a lead decides."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.tickets import Closing, Status, Ticket
from playground.botapi import Person
from tests.steps import chat, link_of, mail, mails_of, said_in, said_to, text_of
from tests.world import World

WORDS = Path(__file__).parents[2] / "docs" / "samples"
LISTS = {"words": [str(WORDS / "abuse.ru.txt"), str(WORDS / "abuse.en.txt")]}
RULE = "просим обходиться без оскорблений"


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    tables = {"conduct": LISTS, "person": [{"telegram": 1, "name": "Мария", "role": "lead"}]}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as made:
        yield made


async def lead(world: World) -> Person:
    """A lead in the group, as the configuration knows them."""
    maria = world.bot.world.person("Мария")
    world.group.add(maria)
    world.tables["person"] = [{"telegram": maria.id, "name": "Мария", "role": "lead"}]
    await world.stop()
    await world.start()
    return maria


async def first(world: World) -> Ticket:
    return (await world.tickets())[0]


async def test_a_rude_request_is_marked_and_a_lead_refuses(world: World) -> None:
    """The words stand masked in the topic, the lead is mentioned and alone decides; the client reads why."""
    maria = await lead(world)
    ann = await chat(world, "Анна", "Принтер не печатает, дур@ки вы все")
    ticket = await first(world)
    topic = world.group.topic("SD-1 ·")
    assert (ticket.tags, ticket.status) == (["abuse"], Status.NEW)
    alarm = next(message for message in topic.messages if "Похоже на грубость" in message.text)
    assert alarm.text.startswith("Мария, ⚠ Похоже на грубость: «д••••и».")
    assert said_to(ann).count(RULE) == 1
    await world.advance(seconds=5)
    assert "⚠ Пометка: грубость" in topic.messages[0].text
    assert "Это может только руководитель" in await world.group.press(world.engineer, alarm, "Отказать")
    assert (await first(world)).status is Status.NEW
    assert await world.group.press(maria, alarm, "Отказать") == "Закрыто, клиенту сообщим"
    await world.settle()
    ticket = await first(world)
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.ABUSE)
    assert alarm.text.endswith("✓ Мария: в обслуживании отказано.")
    assert alarm.buttons == []
    assert "в обслуживании отказано" in said_to(ann)


async def test_what_a_lead_finds_fine_is_not_marked_again_for_the_same_words(world: World) -> None:
    maria = await lead(world)
    ann = await chat(world, "Анна", "Программа «Идиот» не открывается")
    topic = world.group.topic("SD-1 ·")
    alarm = next(message for message in topic.messages if "Похоже на грубость" in message.text)
    assert await world.group.press(maria, alarm, "Это не так") == "Пометка снята"
    await world.settle()
    assert (await first(world)).tags == []
    assert alarm.text.endswith("✓ Мария: это не грубость, пометка снята.")
    ann.say("Тот самый «Идиот» Достоевского")
    await world.settle()
    assert (await first(world)).tags == []
    ann.say("А вы бездарь")
    await world.settle()
    assert (await first(world)).tags == ["abuse"]
    assert said_to(ann).count(RULE) == 1
    assert await world.group.press(maria, topic.messages[-1], "Это не так") == "Пометка снята"
    async with world.store.view() as view:
        trail = [one.who for one in await view.find(Audit, ticket_id=1) if one.what.startswith("abuse")]
    assert trail == ["desk", "Мария", "desk", "Мария"]


async def test_later_words_and_edits_are_looked_at_and_the_rule_is_said_once_to_a_client(world: World) -> None:
    """Whatever number of requests they have; nobody is dropped, every word arrives."""
    ann = await chat(world, "Анна", "Не печатает")
    assert (await first(world)).tags == []
    post = ann.say("Когда почините?")
    await world.settle()
    ann.edit(post, "Когда почините, идиоты?")
    await world.settle()
    assert (await first(world)).tags == ["abuse"]
    ann.say("/new И сканер тоже, кретины")
    await world.settle()
    assert [one.tags for one in await world.tickets()] == [["abuse"], ["abuse"]]
    assert said_to(ann).count(RULE) == 1
    assert said_in(world.group.topic("SD-2 ·")).count("Похоже на грубость: «к•••••ы»") == 1


async def test_mail_is_looked_at_and_what_it_quotes_is_not(world: World) -> None:
    await mail(world, "boris@client.example", "Shut up and help", "The invoice is wrong")
    await mail(world, "carl@client.example", "Вопрос", "Добрый день, где счёт?\n\n> вы идиоты\n> и кретины\n")
    await world.advance(minutes=1)
    assert [one.tags for one in await world.tickets()] == [["abuse"], []]
    texts = [text_of(one) for one in await mails_of(world, "boris@client.example")]
    assert sum("please write without insults" in text for text in texts) == 1


async def test_a_desk_without_lists_looks_for_nothing_and_one_without_leads_lets_anybody_decide(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False) as world:
        await chat(world, "Анна", "Вы идиоты")
        assert (await first(world)).tags == []
        await world.stop()
        world.tables = {"conduct": LISTS, "desk": {"quiet": True}}
        await world.start()
        eve = await chat(world, "Ева", "Вы идиоты")
        topic = world.group.topic("SD-2 ·")
        assert said_to(eve) == ""
        alarm = next(message for message in topic.messages if "Похоже на грубость" in message.text)
        assert await world.group.press(world.engineer, alarm, "Это не так") == "Пометка снята"
        await world.settle()
        assert await world.group.press(world.engineer, topic.messages[0], "Вид ▸") == ""
        world.tables = {"conduct": LISTS}
        await world.stop()
        await world.start()
        eve.say("Всё ещё не работает, кретины")
        await world.settle()
        assert said_to(eve).count(RULE) == 1


async def test_linked_clients_are_reminded_once(world: World) -> None:
    """Rude by mail, linked to Telegram, rude there: the rule was said already."""
    await mail(world, "boris@client.example", "Счёт", "Где счёт, идиоты? Жду уже третью неделю, сколько можно ждать")
    boris = world.person("Борис К.")
    boris.start(await link_of(world, "boris@client.example"))
    await world.settle()
    boris.say("/new И акт где, кретины?")
    await world.settle()
    assert [one.tags for one in await world.tickets()] == [["abuse"], ["abuse"]]
    assert RULE not in said_to(boris)
    assert sum(RULE in text_of(one) for one in await mails_of(world, "boris@client.example")) == 1


async def test_a_request_that_was_decided_about_is_not_decided_again(world: World) -> None:
    maria = await lead(world)
    await chat(world, "Анна", "Вы идиоты")
    topic = world.group.topic("SD-1 ·")
    alarm = next(message for message in topic.messages if "Похоже на грубость" in message.text)
    await world.group.press(maria, alarm, "Отказать", timeout=None)
    await world.group.press(maria, alarm, "Отказать", timeout=None)
    await world.group.press(maria, alarm, "Это не так", timeout=None)
    await world.settle()
    ticket = await first(world)
    assert (ticket.status, ticket.closing, ticket.tags) in [
        (Status.CLOSED, Closing.ABUSE, ["abuse"]), (Status.CLOSED, Closing.ABUSE, []),
    ]  # fmt: skip
    async with world.store.view() as view:
        assert await view.count(Audit, what="closed") == 1
