"""A client finds their requests in the chat: the list, one of them, and where the next messages go."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.botapi import Person
from tests.fields import tables
from tests.steps import answer, order, said_in
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def said(world: World, person: Person, text: str, **where: Any) -> None:
    person.say(text, **where)
    await world.settle()
    await world.advance(minutes=2)


async def two(world: World) -> Person:
    ann = world.person("Анна")
    await said(world, ann, "Не печатает")
    await said(world, ann, "/new Нет сети")
    return ann


async def my(world: World, person: Person) -> Any:
    person.say("/my")
    await world.settle()
    return person.last("Ваши заявки")


async def test_the_list_tells_status_new_answers_and_the_last_word(world: World) -> None:
    """What an engineer wrote and took back, noted, or has not sent yet is none of it."""
    ann = await two(world)
    await answer(world, "SD-1", "Проверьте кабель")
    await answer(world, "SD-1", "И бумагу")
    await order(world, "SD-2", "/note Опять они")
    await answer(world, "SD-2", "Ещё не ушло", go=False)
    shown = await my(world, ann)
    assert "SD-1 · в работе · Не печатает · 2 новых ответа" in shown.text
    assert shown.buttons[:2] == ["SD-2 · в работе · «Нет сети»", "SD-1 · в работе · 2 новых ответа · «И бумагу»"]
    assert "Опять они" not in shown.text + "".join(shown.buttons)


async def test_pressing_one_shows_it_and_the_next_messages_go_there(world: World) -> None:
    """Until half an hour has passed since the last of them."""
    ann = await two(world)
    await answer(world, "SD-1", "Проверьте кабель")
    await said(world, ann, "Жду по сети", reply_to=ann.last("SD-2"))
    toast = await ann.press(await my(world, ann), "SD-1")
    await world.settle()
    assert toast == "Дальше пишем в SD-1"
    card = ann.last("пойдут в заявку SD-1")
    assert all(words in card.text for words in ("в работе", "Вы, ", "Не печатает", "Поддержка, ", "Проверьте кабель"))
    await said(world, ann, "Кабель цел")
    await world.advance(minutes=25)
    await said(world, ann, "И бумага есть")
    assert "Кабель цел" in said_in(world.group.topic("SD-1"))
    assert "И бумага есть" in said_in(world.group.topic("SD-1"))
    assert not any("Записали в заявку" in one.text for one in ann.received[-2:])
    await said(world, ann, "А сети нет", reply_to=ann.last("SD-2 зарегистрирована"))
    await world.advance(minutes=31)
    await said(world, ann, "Всё ещё нет")
    assert "Всё ещё нет" in said_in(world.group.topic("SD-2"))


async def test_another_choice_ends_the_first(world: World) -> None:
    ann = await two(world)
    await ann.press(await my(world, ann), "SD-1")
    await ann.press(ann.last("Ваши заявки"), "SD-2")
    await said(world, ann, "Это про сеть")
    assert "Это про сеть" in said_in(world.group.topic("SD-2"))
    await ann.press(ann.last("Ваши заявки"), "SD-1")
    await ann.press(ann.last("пойдут в заявку SD-1"), "Новое обращение")
    await world.settle()
    await said(world, ann, "Сломалась мышь")
    assert [ticket.subject for ticket in await world.tickets()][2:] == ["Сломалась мышь"]


async def test_an_answer_to_a_question_asked_since_is_not_taken_elsewhere(
    sqlite_url: str, clock: Any, tmp_path: Path
) -> None:
    """Whoever was asked after they had chosen answers what they were asked; the next words go where they chose."""
    fields = tables("version")
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, with_mail=False, tables=fields) as world:
        ann = await two(world)
        await ann.press(await my(world, ann), "SD-1")
        await world.advance(minutes=2)
        await said(world, ann, "Это про печать")
        await order(world, "SD-2", "/info")
        await world.advance(minutes=1)
        await said(world, ann, "4.2.1")
        await said(world, ann, "И ещё про печать")
        first, second = (said_in(world.group.topic(number)) for number in ("SD-1", "SD-2"))
        assert "Это про печать" in first
        assert "4.2.1" in second
        assert "4.2.1" not in first
        assert "И ещё про печать" in first


async def test_a_long_list_has_pages(world: World) -> None:
    ann = world.person("Анна")
    for number in range(8):
        ann.say(f"/new Вопрос {number + 1}")
    await world.settle()
    first = await my(world, ann)
    assert [label[:4] for label in first.buttons] == ["SD-8", "SD-7", "SD-6", "SD-5", "SD-4", "SD-3", "▶", "Ново"]
    await ann.press(first, "▶")
    await world.settle()
    assert [label[:4] for label in first.buttons] == ["SD-2", "SD-1", "◀", "Ново"]


async def test_nobody_is_shown_what_is_somebody_elses(world: World) -> None:
    """Neither by a list nor by a button that was kept from before an unlinking."""
    ann, eva = world.person("Анна"), world.person("Ева")
    await said(world, ann, "Не печатает")
    await said(world, eva, "Чужое")
    shown = await my(world, ann)
    assert "Чужое" not in shown.text
    for data in ("d|lookat|2|", "d|mine|2|x", "d|lookat|99|", "d|mine|0|99999999"):
        shown.markup["inline_keyboard"][0][0]["callback_data"] = data
        await ann.press(shown, shown.buttons[0])
    await world.settle()
    assert "Чужое" not in "\n".join(one.text for one in ann.received)


async def test_the_first_hello_offers_what_can_be_pressed(world: World) -> None:
    """In the language of the person's app; nothing of it makes a request."""
    john = world.bot.world.person("John", language_code="en-GB")
    john.start()
    await world.settle()
    hello = john.last()
    assert hello.buttons == ["New request", "My requests", "Language"]
    assert await john.press(hello, "My requests") == "No requests yet. Write what happened."
    await john.press(hello, "Language")
    await world.settle()
    await john.press(john.last("Which language"), "Русский")
    await john.press(hello, "New request")
    await world.settle()
    asked = john.last("Следующее сообщение")
    assert await john.press(asked, "Отмена") == "Хорошо, отменили."
    assert not await world.tickets()


async def test_a_mail_address_is_asked_for_and_can_be_called_off(world: World) -> None:
    ann = world.person("Анна")
    ann.say("/email")
    await world.settle()
    await ann.press(ann.last("адрес"), "Отмена")
    await world.settle()
    ann.say("/email")
    ann.say("ann@client.example")
    await world.settle()
    assert "письмо с кодом" in ann.last().text
    assert not await world.tickets()


async def test_a_phone_number_is_shared_by_a_button(world: World) -> None:
    """Only the number that Telegram vouches for; the button goes away again and no request is made."""
    ann = world.person("Анна")
    ann.say("/phone")
    await world.settle()
    await ann.press(ann.last("номеру"), "Поделиться номером")
    await world.settle()
    assert ann.last().text == "Спасибо, номер записали."
    assert ann.last().markup == {"remove_keyboard": True}
    assert not await world.tickets()
