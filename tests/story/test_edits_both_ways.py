"""Who changes what they wrote changes what the other side reads, as far as that goes; every version is kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Kind, Message, Revision
from playground.botapi import Person, Piece, Topic
from playground.botapi.model import Message as Shown
from tests.steps import answer, chat, mail, order, said_in, times_mailed
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def asked(world: World) -> tuple[Person, Topic]:
    ann = await chat(world, "Анна", "Не печатает")
    return ann, world.group.topic("SD-1")


async def change(world: World, post: Shown, text: str) -> None:
    world.group.seat(world.engineer).edit(post, text)
    await world.settle()
    await world.advance(seconds=31)


def words(person: Person) -> list[str]:
    return [message.text for message in person.received]


async def test_an_engineers_edit_changes_the_clients_copy(world: World) -> None:
    """Twice, in the same message, without a new one; every version is kept and /full shows them."""
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Перзагрузите <b>")
    theirs = ann.last("Перзагрузите")
    before = len(ann.received), len(topic.messages)
    for text in ("Перезагрузите", "Перезагрузите & ждите"):
        await change(world, post, text)
        assert theirs.text == text
    assert (len(ann.received), len(topic.messages)) == before
    assert post.reactions == ["👌"]
    async with world.store.view() as view:
        assert [one.text for one in await view.find(Revision)] == ["Перзагрузите <b>", "Перезагрузите"]
    world.group.say(world.engineer, "/full", topic, reply_to=post)
    await world.settle()
    told = topic.messages[-1].text
    assert told.index("Перзагрузите <b>") < told.index("Сейчас: Перезагрузите & ждите")


async def test_a_longer_text_goes_on_in_more_messages_and_a_shorter_one_takes_them_away(world: World) -> None:
    """The number above it makes the longest text two messages; of a picture the words go below it."""
    ann, topic = await asked(world)
    ann.say("/new Ещё вопрос")
    await world.settle()
    post = await answer(world, "SD-1", "коротко")
    count = len(ann.received)
    await change(world, post, "слово " * 682)
    assert len(ann.received) == count + 1
    assert "".join(words(ann)[-1:]).endswith("слово")
    await change(world, post, "снова коротко")
    assert len(ann.received) == count
    assert ann.last("снова").text.endswith("снова коротко")
    seat = world.group.seat(world.engineer)
    photo = seat.send_photo(topic=topic, reply_to=topic.messages[1], caption="вот")
    await world.settle()
    await world.advance(seconds=31)
    for text in ("вот так", "д" * 1024):
        await change(world, photo, text)
        assert text in ann.received[-1].text
    assert [message.kind for message in ann.received[-2:]] == ["photo", "text"]


async def test_of_an_album_the_words_under_one_picture_change(world: World) -> None:
    """Both ways; those under the others stay, and a picture without words takes none away."""
    ann, topic = await asked(world)
    pieces = [Piece(data=b"1", caption="первая"), Piece(data=b"2", caption="вторая"), Piece(data=b"3")]
    posts = world.group.album(world.engineer, pieces, topic=topic, reply_to=topic.messages[1])
    theirs = ann.album(pieces)
    await world.settle()
    await world.advance(seconds=2)
    await world.advance(seconds=31)
    await change(world, posts[1], "2-я")
    world.bot.world.edited(posts[2], dict(posts[2].content))
    ann.edit(theirs[0], "")
    world.bot.world.edited(theirs[2], dict(theirs[2].content))
    await world.settle()
    await world.advance(seconds=31)
    assert ann.last("2-я").text == "первая\n2-я"
    shown = [message for message in topic.messages if message.kind == "photo" and message.from_bot]
    assert shown[0].text.startswith("Анна · Telegram\nвторая\n")


async def test_what_went_never_becomes_a_note_at_the_clients(world: World) -> None:
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    for text in ("// между нами", "/note между нами", "@vera глянь"):
        before = len(topic.messages)
        await change(world, post, text)
        assert ann.received[-1].text == "Готово"
        assert ["/undo" in message.text for message in topic.messages[before:]] == [True]
    async with world.store.view() as view:
        assert [one.text for one in await view.find(Message, kind=Kind.ANSWER)] == ["Готово"]


async def test_a_question_changes_where_it_stands(world: World) -> None:
    ann, topic = await asked(world)
    post = await order(world, "SD-1", "/info Какая модель?")
    await change(world, post, "/info Какая модель и цвет?")
    assert "модель и цвет" in ann.received[-1].text
    (ticket,) = await world.tickets()
    assert ticket.question == "Какая модель и цвет?"
    assert "модель и цвет" in topic.messages[0].text


async def test_what_cannot_be_changed_is_said(world: World) -> None:
    """A message that the client deleted; an answer of a client who is somebody else's by now is left alone."""
    ann, topic = await asked(world)
    post = await answer(world, "SD-1", "Готово")
    world.bot.world.deleted(ann.last("Готово"))
    await change(world, post, "Готово!")
    assert "не дошла" in topic.messages[-1].text
    assert topic.messages[-1].reply_to is post


async def test_a_mail_is_gone_and_a_correction_can_be_sent(world: World) -> None:
    await mail(world, "Анна <ann@client.example>", "Принтер", "Не печатает")
    post = await answer(world, "SD-1", "Приедем в среду")
    topic = world.group.topic("SD-1")
    await change(world, post, "Приедем в четверг")
    told = topic.messages[-1]
    assert "письмо не изменить" in told.text
    assert await times_mailed(world, "ann@client.example", "четверг") == 0
    seat = world.group.seat(world.engineer)
    assert await seat.press(told, "исправление") == "Отправляем"
    assert await seat.press(told, "исправление") != "Отправляем"
    await world.settle()
    await world.advance(seconds=31)
    assert await times_mailed(world, "ann@client.example", "Исправление") == 1
    assert await times_mailed(world, "ann@client.example", "четверг") == 1
    assert topic.messages[-1] is told  # the correction is not itself asked to be corrected
    await change(world, post, "Приедем в пятницу")
    assert [one.reply_to for one in topic.messages if "письмо не изменить" in one.text] == [post, post]


async def test_a_clients_edit_shows_on_their_words_and_below_them_where_it_matters(world: World) -> None:
    ann, topic = await asked(world)
    said = next(message for message in ann.chat if message.text == "Не печатает")
    ann.edit(said, "Не печатает Canon")
    await world.settle()
    assert topic.messages[1].text == "Анна · Telegram\nНе печатает Canon\nбыло: Не печатает"
    assert len(topic.messages) == 2
    await answer(world, "SD-1", "Смотрим")
    ann.edit(said, "Не печатает Epson")
    await world.settle()
    assert topic.messages[1].text == "Анна · Telegram\nНе печатает Epson\nбыло: Не печатает Canon"
    last = topic.messages[-1]
    assert ("изменено: Не печатает Epson" in last.text, last.reply_to) == (True, topic.messages[1])
    world.group.say(world.engineer, "/full", topic, reply_to=topic.messages[1])
    await world.settle()
    assert "Не печатает\n" in topic.messages[-1].text
    assert "Сейчас: Не печатает Epson" in topic.messages[-1].text


async def test_what_no_longer_fits_goes_on_below_in_the_topic(world: World) -> None:
    """Not in General, where nobody would know whose it is."""
    ann, topic = await asked(world)
    said = next(message for message in ann.chat if message.text == "Не печатает")
    general = len(world.group.general.messages)
    text = "слово " * 682
    ann.edit(said, text)
    await world.settle()
    assert " ".join(message.text for message in topic.messages[1:]).count("слово") == 682
    assert len(world.group.general.messages) == general


async def test_an_edit_of_words_that_are_gone_from_the_topic_is_told(world: World) -> None:
    ann, topic = await asked(world)
    world.bot.world.deleted(topic.messages[1])
    ann.edit(next(message for message in ann.chat if message.text == "Не печатает"), "Не печатает Canon")
    await world.settle()
    assert "изменено: Не печатает Canon" in said_in(topic)
    assert "было: Не печатает" in said_in(topic)


async def test_it_is_the_same_in_a_group_without_topics(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    """Edits both ways, a place and a quotation, and taking back, all as replies to the card or to what hangs below it."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, forum=False, with_mail=False) as world:
        ann = await chat(world, "Анна", "Не печатает")
        card, shown = (message for message in world.group.messages if message.from_bot)
        seat = world.group.seat(world.engineer)
        post = seat.say("Перзагрузите", reply_to=shown)
        await world.settle()
        await world.advance(seconds=5)
        seat.edit(post, "Перезагрузите")
        ann.edit(next(message for message in ann.chat if message.text == "Не печатает"), "Не печатает HP")
        await world.settle()
        assert ann.received[-1].text == "Перезагрузите"
        assert "Не печатает HP\nбыло: Не печатает" in shown.text
        ann.send_location(reply_to=ann.received[-1])
        await world.settle()
        place = world.group.messages[-1]
        assert place.kind == "location"
        seat.say("/undo", reply_to=card)
        await world.settle()
        assert not any("Перезагрузите" in message.text for message in ann.received)
        assert "🙈" in post.reactions
