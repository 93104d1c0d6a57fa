"""Which ticket a client's message belongs to, and the button that says otherwise."""

from typing import Any

from desk.tickets import Status
from playground.botapi import Person
from playground.botapi.drafts import Piece
from playground.botapi.files import png
from playground.botapi.model import Message
from tests.world import World


async def _say(world: World, ann: Person, text: str, **more: Any) -> Message:
    said = ann.say(text, **more)
    await world.settle()
    await world.advance(seconds=5)
    return said


async def _two(world: World) -> Person:
    ann = world.person("Анна")
    await _say(world, ann, "Не печатает")
    await _say(world, ann, "/new Нет сети")
    return ann


async def _order(world: World, topic: str, text: str) -> None:
    world.group.say(world.engineer, text, world.group.topic(topic))
    await world.settle()
    await world.advance(seconds=6)


async def _statuses(world: World) -> list[Status]:
    return [ticket.status for ticket in await world.tickets()]


def _words(world: World, topic: str) -> str:
    return "\n".join(message.text for message in world.group.topic(topic).messages)


async def test_a_reply_to_our_message_goes_to_its_ticket(world: World) -> None:
    """Also when another ticket was active last."""
    ann = await _two(world)
    await _say(world, ann, "Это про печать", reply_to=ann.last("SD-1"))
    assert "Это про печать" in _words(world, "SD-1")
    assert "Это про печать" not in _words(world, "SD-2")


async def test_a_reply_to_ones_own_message_goes_to_its_ticket(world: World) -> None:
    ann = world.person("Анна")
    first = await _say(world, ann, "Не печатает")
    await _say(world, ann, "/new Нет сети")
    await _say(world, ann, "И ещё скрипит", reply_to=first)
    assert "И ещё скрипит" in _words(world, "SD-1")


async def test_without_a_reply_the_most_recently_active_open_ticket_goes_on(world: World) -> None:
    """With several open ones a line says which, with the button."""
    ann = await _two(world)
    await _say(world, ann, "Печать снова", reply_to=ann.last("SD-1"))
    await _say(world, ann, "Где же вы")
    assert "Где же вы" in _words(world, "SD-1")
    assert ann.last().text == "Записали в заявку SD-1 «Не печатает»."
    assert ann.last().buttons == ["Это другой вопрос"]


async def test_a_word_after_closing_reopens_and_says_so(world: World) -> None:
    ann = world.person("Анна")
    await _say(world, ann, "Не печатает")
    await _order(world, "SD-1", "/close решено")
    assert world.group.topic("SD-1").closed
    await world.advance(days=29)
    await _say(world, ann, "Опять не печатает")
    assert await _statuses(world) == [Status.OPEN]
    assert not world.group.topic("SD-1").closed
    assert ann.last().text.startswith("Заявка SD-1 «Не печатает» снова открыта")
    assert ann.last().buttons == ["Это другой вопрос"]


async def test_a_word_too_long_after_closing_is_a_new_ticket(world: World) -> None:
    ann = world.person("Анна")
    await _say(world, ann, "Не печатает")
    await _order(world, "SD-1", "/close решено")
    await world.advance(days=31)
    await _say(world, ann, "Опять не печатает")
    assert await _statuses(world) == [Status.CLOSED, Status.NEW]


async def test_the_ticket_closed_last_reopens(world: World) -> None:
    ann = await _two(world)
    await _order(world, "SD-2", "/close решено")
    await _order(world, "SD-1", "/close решено")
    await _say(world, ann, "Не помогло")
    assert await _statuses(world) == [Status.OPEN, Status.CLOSED]


async def test_thanks_alone_are_shown_and_reopen_nothing(world: World) -> None:
    """Neither what is closed nor what is solved."""
    ann = world.person("Анна")
    await _say(world, ann, "Не печатает")
    for order, status in (("/solved", Status.SOLVED), ("/close решено", Status.CLOSED)):
        await _order(world, "SD-1", order)
        answers = len(ann.received)
        thanks = await _say(world, ann, "Спасибо большое!")
        assert await _statuses(world) == [status]
        assert _words(world, "SD-1").endswith("Спасибо большое!")
        assert (thanks.reactions, len(ann.received)) == (["👀"], answers)
    assert world.group.topic("SD-1").closed


async def test_a_word_after_solving_opens_and_offers_the_way_out(world: World) -> None:
    """It may just as well be a new question that came to the old place."""
    ann = world.person("Анна")
    await _say(world, ann, "Не печатает")
    await _order(world, "SD-1", "/solved")
    await _say(world, ann, "Теперь нет сети")
    assert await _statuses(world) == [Status.OPEN]
    await ann.press(ann.last("снова открыта"), "Это другой вопрос")
    await world.settle()
    assert await _statuses(world) == [Status.SOLVED, Status.NEW]


async def test_another_question_moves_to_a_new_ticket_and_closes_the_old_one_again(world: World) -> None:
    """Also after a restart; pressed twice it moves once; the receipt is that of the new ticket."""
    ann = world.person("Анна")
    await _say(world, ann, "Не печатает")
    await _order(world, "SD-1", "/close решено")
    (before,) = await world.tickets()
    said = await _say(world, ann, "Нет сети")
    line = ann.last("снова открыта")
    await world.stop()
    await world.start()
    assert "SD-2" in await ann.press(line, "Это другой вопрос")
    await world.settle()
    await world.advance(seconds=5)
    old, new = await world.tickets()
    assert old == before
    assert new.status is Status.NEW
    assert world.group.topic("SD-1").closed
    assert "SD-2" in _words(world, "SD-1")
    assert world.group.topic("SD-2").name == "SD-2 · Анна · Нет сети"
    assert ann.last("Заявка SD-2 зарегистрирована").reply_to is said
    assert line.buttons == []


async def test_the_button_pressed_twice_moves_once(world: World) -> None:
    ann = await _two(world)
    await _say(world, ann, "Третье")
    line = ann.last("Записали")
    await ann.press(line, "другой", timeout=None)
    await ann.press(line, "другой", timeout=None)
    await world.settle()
    assert len(await world.tickets()) == 3


async def test_an_untouched_ticket_is_new_again_when_the_word_moves_away(world: World) -> None:
    ann = await _two(world)
    before = await world.tickets()
    await _say(world, ann, "Третье")
    assert await _statuses(world) == [Status.NEW, Status.OPEN]
    await ann.press(ann.last("Записали"), "другой")
    await world.settle()
    assert (await world.tickets())[:2] == before


async def test_an_album_moves_as_a_whole(world: World) -> None:
    ann = await _two(world)
    ann.album([Piece(data=png(), caption="Третье"), Piece(data=png())])
    await world.settle()
    await world.advance(seconds=2)
    await ann.press(ann.last("Записали"), "другой")
    await world.settle()
    await world.advance(seconds=5)
    assert [message.kind for message in world.group.topic("SD-3").messages[1:]] == ["photo", "photo"]


async def test_when_two_words_move_away_the_ticket_is_what_it_was_before_the_first(world: World) -> None:
    """While the second still stands there the ticket stays open."""
    ann = await _two(world)
    before = await world.tickets()
    await _say(world, ann, "Третье")
    first = ann.last("Записали")
    await world.advance(minutes=2)  # within a minute it would be the same thought
    await _say(world, ann, "Четвёртое")
    second = ann.last("Записали")
    assert second is not first
    await ann.press(first, "другой")
    await world.settle()
    assert (await _statuses(world))[:2] == [Status.NEW, Status.OPEN]
    await ann.press(second, "другой")
    await world.settle()
    assert (await world.tickets())[:2] == before


async def test_what_an_engineer_did_meanwhile_is_not_undone(world: World) -> None:
    ann = world.person("Анна")
    await _say(world, ann, "Не печатает")
    await _order(world, "SD-1", "/close решено")
    await _say(world, ann, "Нет сети")
    line = ann.last("снова открыта")
    topic = world.group.topic("SD-1")
    world.group.say(world.engineer, "Смотрим", topic, world.group.last("Нет сети", topic=topic))
    await world.settle()
    await world.advance(seconds=6)
    await ann.press(line, "другой")
    await world.settle()
    assert await _statuses(world) == [Status.OPEN, Status.NEW]


async def test_a_reply_to_the_line_goes_where_the_message_went(world: World) -> None:
    ann = await _two(world)
    await _say(world, ann, "Третье")
    line = ann.last("Записали")
    await ann.press(line, "другой")
    await world.settle()
    await _say(world, ann, "Ещё про третье", reply_to=line)
    assert "Ещё про третье" in _words(world, "SD-3")


async def test_nobody_moves_another_clients_message(world: World) -> None:
    """A button's data can be sent by anybody who knows how it is made."""
    ann = await _two(world)
    await _say(world, ann, "Третье")
    eve = world.person("Ева")
    await _say(world, eve, "Моё")
    await _say(world, eve, "/new Второе моё")
    await _say(world, eve, "Третье моё")
    forged = eve.last("Записали")
    assert forged.markup is not None
    forged.markup = ann.last("Записали").markup
    await eve.press(forged, "другой")
    await world.settle()
    assert len(await world.tickets()) == 4
