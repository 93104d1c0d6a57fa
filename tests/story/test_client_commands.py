"""What a client asks of the bot with a slash."""

import pytest

from desk.tickets import Status
from playground.botapi.drafts import Piece
from playground.botapi.files import png
from tests.world import World


async def test_new_with_words_opens_a_ticket_at_once(world: World) -> None:
    ann = world.person("Анна")
    ann.say("Не печатает")
    ann.say("/new Нет сети")
    await world.settle()
    assert [ticket.subject for ticket in await world.tickets()] == ["Не печатает", "Нет сети"]
    assert "SD-2" in ann.last().text


async def test_new_below_a_picture_opens_a_ticket_with_it(world: World) -> None:
    ann = world.person("Анна")
    ann.say("Не печатает")
    ann.send_photo(caption="/new Нет сети")
    await world.settle()
    assert world.group.topic("SD-2").messages[-1].kind == "photo"
    assert world.group.topic("SD-2").name.endswith("Нет сети")


async def test_new_alone_makes_the_next_message_a_new_ticket(world: World) -> None:
    """Only the next one, and also when the desk was restarted between the two."""
    ann = world.person("Анна")
    ann.say("Не печатает")
    ann.say("/new")
    await world.settle()
    assert len(await world.tickets()) == 1
    await world.stop()
    await world.start()
    ann.say("Нет сети")
    ann.say("Совсем нет")
    await world.settle()
    assert [ticket.subject for ticket in await world.tickets()] == ["Не печатает", "Нет сети"]


async def test_new_alone_makes_the_next_album_one_new_ticket(world: World) -> None:
    ann = world.person("Анна")
    ann.say("Не печатает")
    ann.say("/new")
    ann.album([Piece(data=png()), Piece(data=png(), caption="Нет сети")])
    await world.settle()
    await world.advance(seconds=2)
    assert [ticket.subject for ticket in await world.tickets()] == ["Не печатает", "Нет сети"]


async def test_new_with_words_fulfils_an_earlier_new(world: World) -> None:
    ann = world.person("Анна")
    ann.say("/new")
    ann.say("/new Нет сети")
    ann.say("Совсем нет")
    await world.settle()
    assert len(await world.tickets()) == 1


async def test_my_lists_the_tickets_with_their_status(world: World) -> None:
    ann = world.person("Анна")
    ann.say("/my")
    await world.settle()
    assert ann.last().text == "Заявок пока нет. Напишите, что случилось."
    ann.say("Не печатает")
    await world.settle()
    world.group.say(world.engineer, "/close решено", world.group.topic("SD-1"))
    await world.settle()
    ann.say("/new Нет сети")
    await world.settle()
    ann.say("/my")
    world.person("Ева").say("Чужое")
    await world.settle()
    rows = ann.last("Ваши заявки").text.splitlines()[1:]
    assert sorted(rows) == ["SD-1 · закрыта · Не печатает", "SD-2 · новая · Нет сети"]


async def test_close_asks_which_and_closes_that_one(world: World) -> None:
    ann = world.person("Анна")
    ann.say("/close")
    await world.settle()
    assert ann.last().text == "Открытых заявок нет."
    ann.say("Не печатает")
    ann.say("/new Нет сети")
    ann.say("/close")
    await world.settle()
    which = ann.last("Какую")
    assert sorted(which.buttons) == ["SD-1 · Не печатает", "SD-2 · Нет сети"]
    assert "SD-1" in await ann.press(which, "SD-1")
    await world.settle()
    assert [ticket.status for ticket in await world.tickets()] == [Status.CLOSED, Status.NEW]
    assert "по вашей просьбе" in ann.last("SD-1 закрыта").text
    assert world.group.topic("SD-1").closed
    assert "Закрыта клиентом" in world.group.topic("SD-1").messages[-1].text


@pytest.mark.parametrize("before", [True, False])
async def test_lang_chooses_the_language(world: World, *, before: bool) -> None:
    """By a button; before the first request and after it."""
    ann = world.person("Анна")
    if not before:
        ann.say("Не печатает")
    ann.say("/lang")
    await world.settle()
    await ann.press(ann.last("На каком языке"), "English")
    ann.say("/new Нет сети")
    await world.settle()
    assert "is registered" in ann.last().text


async def test_help_names_every_command(world: World) -> None:
    ann = world.person("Анна")
    ann.say("/help")
    await world.settle()
    for command in ("/new", "/my", "/close", "/email", "/phone", "/lang", "/export", "/help"):
        assert command in ann.last().text
    assert not await world.tickets()
