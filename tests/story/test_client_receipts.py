"""What a client is told when a request is registered, when to expect an answer, and in which language."""

from datetime import UTC, datetime

import pytest

from desk.people import Client, Door
from tests.world import World

OPEN = "Сейчас рабочее время, ответим, как только разберёмся."
MOMENTS = {
    "at work": (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), OPEN),
    "friday evening": (
        datetime(2026, 11, 20, 17, 0, tzinfo=UTC),
        "Сейчас нерабочее время; начнём в понедельник в 10:00 (МСК).",
    ),
    "saturday": (
        datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        "Сейчас нерабочее время; начнём в понедельник в 10:00 (МСК).",
    ),
    "sunday": (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), "Сейчас нерабочее время; начнём завтра в 10:00 (МСК)."),
    "night": (datetime(2026, 11, 23, 22, 0, tzinfo=UTC), "Сейчас нерабочее время; начнём сегодня в 10:00 (МСК)."),
    "lunch": (datetime(2026, 11, 23, 11, 30, tzinfo=UTC), "Сейчас нерабочее время; начнём сегодня в 15:00 (МСК)."),
    "new year": (datetime(2026, 12, 31, 9, 0, tzinfo=UTC), "Сейчас нерабочее время; начнём 11 января в 10:00 (МСК)."),
}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_receipt_has_the_number_and_when_work_begins(world: World, moment: str) -> None:
    at, when = MOMENTS[moment]
    world.clock.set(at)
    ann = world.person("Анна")
    said = ann.say("Не печатает")
    await world.settle()
    (receipt,) = ann.received
    assert receipt.text == f"Заявка SD-1 зарегистрирована. {when} Дополнить можно прямо здесь."
    assert receipt.reply_to is said


async def test_there_is_one_receipt_for_a_ticket(world: World) -> None:
    """Further messages are confirmed by a reaction, not by words."""
    ann = world.person("Анна")
    first = ann.say("Не печатает")
    more = [ann.say(f"Ещё {number}") for number in range(3)]
    await world.settle()
    assert len(ann.received) == 1
    assert [message.reactions for message in (first, *more)] == [[], ["👀"], ["👀"], ["👀"]]


async def test_outside_working_hours_the_topic_makes_no_sound(world: World) -> None:
    world.clock.set(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    world.person("Анна").say("Не печатает")
    await world.settle()
    assert [message.silent for message in world.group.topic("SD-1").messages] == [True, True]


async def test_in_working_hours_the_clients_words_are_heard(world: World) -> None:
    world.person("Анна").say("Не печатает")
    await world.settle()
    assert not world.group.topic("SD-1").messages[-1].silent


async def test_a_client_is_answered_in_the_language_they_write(world: World) -> None:
    tom = world.bot.world.person("Tom", language_code="en")
    tom.say("The printer does not print")
    await world.settle()
    assert tom.last().text.startswith("Request SD-1 is registered.")


async def test_the_chosen_language_outweighs_the_written_one(world: World) -> None:
    """Also when it was chosen before the first request."""
    tom = world.bot.world.person("Tom", language_code="en")
    tom.start()
    tom.say("/lang ru")
    tom.say("The printer does not print")
    await world.settle()
    assert tom.last().text.startswith("Заявка SD-1 зарегистрирована.")


@pytest.mark.parametrize(("app", "receipt"), [("en", "Request SD-1"), ("uk", "Заявка SD-1"), (None, "Заявка SD-1")])
async def test_without_words_the_apps_language_is_spoken(world: World, app: str | None, receipt: str) -> None:
    """Until the client writes: many English apps belong to people who write Russian."""
    tom = world.bot.world.person("Tom", language_code=app)
    tom.send_photo()
    await world.settle()
    assert tom.last().text.startswith(receipt)
    tom.say("/new Нет сети")
    await world.settle()
    assert tom.last().text.startswith("Заявка SD-2 зарегистрирована.")


@pytest.mark.parametrize("words", ["VPN", "HP 1320"])
async def test_a_name_in_capitals_is_no_english(world: World, words: str) -> None:
    ann = world.person("Анна")
    ann.say(words)
    await world.settle()
    assert ann.last().text.startswith("Заявка SD-1 зарегистрирована.")


async def test_the_desks_words_for_a_sticker_are_not_the_clients_language(world: World) -> None:
    tom = world.bot.world.person("Tom", language_code="en")
    tom.send_sticker("👋")
    tom.say("/new My VPN is down")
    await world.settle()
    assert tom.last().text.startswith("Request SD-2 is registered.")


async def test_start_makes_nothing(world: World) -> None:
    """No client, no ticket, no topic; a greeting."""
    ann = world.person("Анна")
    ann.start()
    ann.start()
    await world.settle()
    async with world.store.view() as view:
        assert await view.count(Client) == 0
        assert await view.count(Door) == 0
    assert not await world.tickets()
    assert not world.group.topics
    assert len(ann.received) == 2
