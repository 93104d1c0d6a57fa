"""What was said to a client by mistake is taken back: while it waits, and afterwards as far as that goes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Kind, Message, Status
from playground.botapi import Person, Piece, Topic
from playground.botapi.model import Message as Shown
from tests.steps import answer, chat, mail, order, times_mailed
from tests.world import World

LEAD = {"name": "Вера", "telegram": "@vera", "role": "lead"}


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables={"person": [LEAD]}) as made:
        yield made


async def asked(world: World) -> tuple[Person, Topic]:
    ann = await chat(world, "Анна", "Не печатает")
    return ann, world.group.topic("SD-1")


async def undo(world: World, post: Shown | None, topic: Topic, who: Person | None = None) -> Shown:
    given = world.group.say(who or world.engineer, "/undo", topic, reply_to=post)
    await world.settle()
    await world.advance(seconds=5)
    return given


async def record(world: World, kind: Kind = Kind.ANSWER) -> list[Message]:
    async with world.store.view() as view:
        return await view.find(Message, kind=kind)


def heard(person: Person, text: str) -> bool:
    return any(text in message.text for message in person.received)


async def test_an_answer_that_went_is_deleted_at_the_clients(world: World) -> None:
    """Marked in the record and on the post, without a word to anybody; it stopped no clock."""
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Сами виноваты")
    assert heard(ann, "виноваты")
    (ticket,) = await world.tickets()
    assert ticket.answered_at
    before = len(topic.messages)
    await undo(world, post, topic)
    assert not heard(ann, "виноваты")
    assert "🙈" in post.reactions
    assert len(topic.messages) == before + 1  # the command alone
    (message,) = await record(world)
    assert message.withdrawn_at
    (ticket,) = await world.tickets()
    assert ticket.answered_at is None


async def test_alone_it_means_the_authors_own_last_answer(world: World) -> None:
    ann, topic = await asked(world)
    vera = world.bot.world.person("Вера", "vera")
    world.group.add(vera)
    await answer(world, "SD-1", "первый")
    await answer(world, "SD-1", "второй")
    world.group.say(vera, "третий", topic, reply_to=topic.messages[0])
    await world.settle()
    await world.advance(seconds=31)
    await undo(world, None, topic)
    assert [heard(ann, one) for one in ("первый", "второй", "третий")] == [True, False, True]
    await undo(world, None, topic)
    assert [heard(ann, one) for one in ("первый", "второй", "третий")] == [False, False, True]
    await undo(world, None, topic)
    assert "нет ваших ответов" in topic.messages[-1].text


async def test_only_a_lead_takes_back_what_others_said(world: World) -> None:
    ann, topic = await asked(world)
    carl, vera = world.bot.world.person("Карл"), world.bot.world.person("Вера", "vera")
    world.group.add(carl)
    world.group.add(vera)
    post = await answer(world, "SD-1", "Готово")
    await undo(world, post, topic, carl)
    assert heard(ann, "Готово")
    assert "ведущий" in topic.messages[-1].text
    await undo(world, post, topic, vera)
    assert not heard(ann, "Готово")
    await undo(world, post, topic, vera)
    assert "уже отозвано" in topic.messages[-1].text


async def test_of_an_album_all_goes(world: World) -> None:
    ann, topic = await asked(world)
    pieces = [Piece(data=b"1", caption="Схема"), Piece(data=b"2"), Piece(data=b"3")]
    posts = world.group.album(world.engineer, pieces, topic=topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=2)
    await world.advance(seconds=31)
    assert sum(message.kind == "photo" for message in ann.received) == 3
    await undo(world, posts[1], topic)
    assert not any(message.kind == "photo" for message in ann.received)


async def test_what_still_waits_never_goes(world: World) -> None:
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово", go=False)
    await undo(world, post, topic)
    await world.advance(seconds=31)
    assert not heard(ann, "Готово")
    assert post.reactions == ["👀"]


async def test_after_two_days_it_stays_and_that_is_said(world: World) -> None:
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    world.clock.advance(hours=48)
    await undo(world, post, topic)
    assert heard(ann, "Готово")
    assert "48 часов" in topic.messages[-1].text


async def test_what_telegram_does_not_delete_stays_and_that_is_said(world: World) -> None:
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    world.bot.fail_next("deleteMessage", 400, "Bad Request: message can't be deleted for everyone")
    await undo(world, post, topic)
    assert heard(ann, "Готово")
    assert "осталось у клиента" in topic.messages[-1].text
    assert (await record(world))[0].withdrawn_at is None
    await undo(world, post, topic)
    assert not heard(ann, "Готово")


async def test_what_the_client_deleted_themselves_is_withdrawn_as_well(world: World) -> None:
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    world.bot.world.deleted(ann.last("Готово"))
    await undo(world, post, topic)
    assert "🙈" in post.reactions


async def test_a_mail_is_honestly_said_to_be_gone(world: World) -> None:
    await mail(world, "Анна <ann@client.example>", "Принтер", "Не печатает")
    post = await answer(world, "SD-1", "Готово")
    topic = world.group.topic("SD-1")
    await undo(world, post, topic)
    assert "письмо не вернуть" in topic.messages[-1].text
    assert await times_mailed(world, "ann@client.example", "Готово") == 1
    assert (await record(world))[0].withdrawn_at is None


async def test_a_question_taken_back_is_waited_for_no_longer(world: World) -> None:
    ann, topic = await asked(world)
    post = await order(world, "SD-1", "/info Какой номер?")
    assert (await world.tickets())[0].status is Status.WAITING
    await undo(world, post, topic)
    assert not heard(ann, "Какой номер")
    assert (await world.tickets())[0].status is Status.OPEN


async def test_what_is_no_answer_cannot_be_taken_back(world: World) -> None:
    _, topic = await asked(world)
    for text in ("// для своих", "/take", "просто строка"):
        post = await order(world, "SD-1", text)
        await undo(world, post, topic)
        assert "не ответ клиенту" in topic.messages[-1].text, text


async def test_a_thumb_down_quicker_than_the_desk_is_heard(world: World) -> None:
    """The album is still being gathered when it comes; one that is taken away again counts for nothing."""
    ann, topic = await asked(world)
    seat, words = world.group.seat(world.engineer), topic.messages[1]
    first = seat.album([Piece(data=b"1", caption="Ошибка"), b"2"], topic=topic, reply_to=words)
    seat.react(first[0], "👎")
    second = seat.album([Piece(data=b"1", caption="Верно"), b"2"], topic=topic, reply_to=words)
    seat.react(second[0], "👎")
    seat.react(second[0], None)
    await world.settle()
    await world.advance(seconds=2)
    await world.advance(seconds=31)
    assert [heard(ann, one) for one in ("Ошибка", "Верно")] == [False, True]
    assert "👀" in first[0].reactions
    messages = await record(world)
    assert [bool(one.withdrawn_at) for one in messages] == [True, False]


async def test_an_empty_answer_is_refused_kindly(world: World) -> None:
    ann, topic = await asked(world)
    before = len(ann.received)
    for text in ("\u200b", "\u2060 \ufeff", "\u3164"):
        post = world.group.say(world.engineer, text, topic, reply_to=topic.messages[1])
        await world.settle()
        assert topic.messages[-1].reply_to is post
        assert "пустое сообщение" in topic.messages[-1].text
    await world.advance(seconds=31)
    assert len(ann.received) == before


async def test_a_change_that_is_on_its_way_does_not_outlive_the_answer(world: World) -> None:
    """The engineer edits and takes back in one breath, twice: nothing is said of a change, and nothing comes again."""
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    seat, before = world.group.seat(world.engineer), len(topic.messages)
    seat.edit(post, "Готово!")
    seat.say("/undo", topic=topic, reply_to=post)
    seat.say("/undo", topic=topic, reply_to=post)
    await world.settle()
    await world.advance(seconds=31)
    assert not heard(ann, "Готово")
    assert "не дошла" not in "".join(message.text for message in topic.messages[before:])
    (message,) = await record(world)
    assert (message.text, bool(message.withdrawn_at)) == ("Готово!", True)


async def test_nothing_waits_where_no_hold_is_wished(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    tables = {"telegram": {"hold": "0 seconds", "hold_mail": "0 seconds"}}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        ann, _ = await asked(world)
        await mail(world, "Карл <carl@client.example>", "Принтер", "Не печатает")
        await answer(world, "SD-1", "Готово", go=False)
        await answer(world, "SD-2", "И это", go=False)
        assert heard(ann, "Готово")
        assert await times_mailed(world, "carl@client.example", "И это") == 1
