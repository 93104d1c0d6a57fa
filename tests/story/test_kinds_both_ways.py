"""Every kind of message passes both ways as what it is, and to mail as files, links or words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.tickets import Kind, Message
from playground.botapi import Person, Piece, Topic
from playground.botapi.drafts import location
from playground.botapi.model import Message as Shown
from tests.steps import answer, chat, last_mail, mail, said_in, text_of
from tests.world import World

FILES = ("photo", "document", "video", "video_note", "voice", "audio", "animation", "sticker")


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def asked(world: World) -> tuple[Person, Topic]:
    ann = await chat(world, "Анна", "Не печатает")
    return ann, world.group.topic("SD-1")


def venue(seat: Any, **where: Any) -> Shown:
    place = location(55.7558, 37.6173)
    shown: Shown = seat.post(place | {"venue": place | {"title": "Офис", "address": "Тверская, 1"}}, **where)
    return shown


def send_each(seat: Any, **where: Any) -> None:
    """One of every kind that has no words of its own."""
    for kind in FILES:
        seat.send(kind, b"\x89PNG\r\n\x1a\n" if kind == "photo" else b"bytes", **where)
    seat.send_location(55.7558, 37.6173, **where)
    venue(seat, **where)
    seat.send_contact("+79001234567", first_name="Пётр", own=False, **where)
    seat.send_poll("Когда удобно?", ("Утром", "Вечером"), **where)
    seat.post({"dice": {"emoji": "🎲", "value": 5}}, **where)


KINDS = [*FILES, "location", "venue", "contact", "poll", "text"]


async def test_a_clients_kinds_arrive_in_the_topic_as_what_they_are(world: World) -> None:
    """Each under a line with its author; places and contacts with words to copy, a poll shown and closed to votes."""
    ann, topic = await asked(world)
    before = len(topic.messages)
    send_each(ann)
    await world.settle()
    new = [message for message in topic.messages[before:] if message.from_bot]
    assert [message.kind for message in new if message.kind != "text"] == KINDS[:-1]
    alone = {"video_note", "sticker", "location", "venue", "contact", "poll"}
    for index, message in enumerate(new):
        named = new[index - 1] if message.kind in alone else message
        assert named.text.startswith("Анна · Telegram"), message.kind
    said = said_in(topic)
    for words in ("pt=37.6173,55.7558", "Офис, Тверская, 1", "Контакт: Пётр, +79001234567", "• Вечером", "🎲 выпало 5"):
        assert words in said
    (poll,) = [message.content["poll"] for message in new if message.kind == "poll"]
    assert (poll["is_closed"], [one["text"] for one in poll["options"]]) == (True, ["Утром", "Вечером"])


async def test_an_engineers_kinds_reach_the_client_as_what_they_are_and_nothing_besides(world: World) -> None:
    ann, topic = await asked(world)
    before = len(ann.received)
    send_each(world.group.seat(world.engineer), topic=topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=31)
    new = ann.received[before:]
    assert [message.kind for message in new] == KINDS
    assert [message.text for message in new] == [""] * (len(KINDS) - 1) + ["🎲 выпало 5"]
    assert new[0].reply_to is not None


async def test_the_answer_to_a_poll_comes_back(world: World) -> None:
    """As the client's words under the engineer's poll; a vote taken back too. A poll is taken back like any answer."""
    ann, topic = await asked(world)
    seat = world.group.seat(world.engineer)
    asked_poll = seat.send_poll("Когда удобно?", ("Утром", "Вечером"), topic=topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=31)
    poll = ann.received[-1]
    ann.vote(poll, 1)
    await world.settle()
    shown = topic.messages[-1]
    assert ("Ответ на опрос «Когда удобно?»: Вечером" in shown.text, shown.reply_to) == (True, asked_poll)
    ann.vote(poll)
    await world.settle()
    assert "отозван" in topic.messages[-1].text
    assert len(await world.tickets()) == 1
    seat.say("/undo", topic=topic, reply_to=asked_poll)
    await world.settle()
    assert poll.deleted


async def test_to_mail_they_go_as_files_links_and_words(world: World) -> None:
    await mail(world, "Анна <ann@client.example>", "Принтер", "Не печатает")
    topic = world.group.topic("SD-1")
    seat = world.group.seat(world.engineer)
    expected = {
        "send_voice": (".og",), "send_sticker": ("sticker",), "send_location": ("maps/?pt=37.6173,55.7558",),
        "send_contact": ("Пётр, +79001234567",), "send_poll": ("• Вечером", "письмом"),
    }  # fmt: skip
    given: dict[str, tuple[Any, ...]] = {
        "send_contact": ("+79001234567",), "send_poll": ("Когда?", ("Утром", "Вечером"))
    }  # fmt: skip
    for name, wanted in expected.items():
        more = {"first_name": "Пётр", "own": False} if name == "send_contact" else {}
        getattr(seat, name)(*given.get(name, ()), topic=topic, reply_to=topic.messages[1], **more)
        await world.settle()
        await world.advance(seconds=31)
        sent = await last_mail(world, "ann@client.example")
        names = [part.get_filename() or "" for part in sent.walk()]
        for one in wanted:
            assert one in text_of(sent) or any(one in each for each in names), name


async def test_replies_and_quotations_lead_to_the_same_message_on_the_other_side(world: World) -> None:
    ann, topic = await asked(world)
    first = await answer(world, "SD-1", "Выключите и включите. Помогло?")
    await answer(world, "SD-1", "И напишите модель")
    ours = ann.last("Выключите")
    ann.say("Да, выключил", reply_to=ours, quote="Выключите")
    await world.settle()
    shown = topic.messages[-1]
    assert (shown.reply_to, shown.quote and shown.quote["text"]) == (first, "Выключите")
    assert shown.text == "Анна · Telegram\nДа, выключил"
    own = next(message for message in ann.chat if message.text == "Не печатает")
    ann.say("это ещё раз", reply_to=own)
    await world.settle()
    assert topic.messages[-1].reply_to is topic.messages[1]
    seat = world.group.seat(world.engineer)
    seat.say("Какой именно?", topic=topic, reply_to=topic.messages[1], quote="печатает")
    await world.settle()
    await world.advance(seconds=31)
    got = ann.last("Какой именно")
    assert (got.reply_to, got.quote and got.quote["text"]) == (own, "печатает")


async def test_a_quotation_that_does_not_stand_there_is_left_out(world: World) -> None:
    """The desk's own lines that an engineer picks never reach the client; the client's go as a line of the text."""
    ann, topic = await asked(world)
    seat = world.group.seat(world.engineer)
    post = seat.say("Готово", topic=topic, reply_to=topic.messages[1], quote="Анна · Telegram")
    await world.settle()
    await world.advance(seconds=31)
    got = ann.last("Готово")
    assert (got.text, got.quote) == ("Готово", None)
    seat.edit(post, "Сделано")
    await world.settle()
    await world.advance(seconds=31)
    world.bot.world.edited(post, {"text": "совсем другое"})
    ann.say("Спасибо", reply_to=ann.last("Сделано"), quote="Сделано")
    world.bot.fail_next("sendMessage", 400, "Bad Request: QUOTE_TEXT_INVALID", when=lambda p: "Спасибо" in str(p))
    await world.settle()
    assert any(message.text.endswith("> Сделано\nСпасибо") for message in topic.messages)


async def test_a_forward_says_whose_it_was(world: World) -> None:
    ann, topic = await asked(world)
    carl = world.person("Карл")
    ann.forward(carl.say("у нас так же"))
    await world.settle()
    shown = next(message for message in topic.messages if "у нас так же" in message.text)
    assert shown.text.startswith("Анна · Telegram\nПереслано от: Карл")


async def test_what_telegram_does_not_take_as_it_is_goes_in_words(world: World) -> None:
    ann, topic = await asked(world)
    world.bot.fail_next("sendContact", 400, "Bad Request: PHONE_NUMBER_INVALID")
    seat = world.group.seat(world.engineer)
    seat.send_contact("+70", first_name="Пётр", own=False, topic=topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=31)
    assert ann.received[-1].text == "Контакт: Пётр, +70"


async def test_a_long_text_comes_in_parts_and_a_longer_one_as_a_file(world: World) -> None:
    """In full and in order; an engineer's four thousand characters with the number above them are two messages."""
    ann, _ = await asked(world)
    ann.say("/new Ещё")
    await world.settle()
    text = " ".join(f"слово{index}" for index in range(420))
    before = len(ann.received)
    await answer(world, "SD-1", text)
    assert " ".join(" ".join(message.text for message in ann.received[before:]).split()).endswith(text)
    await mail(world, "Карл <carl@client.example>", "Журнал", "\n".join(f"строка {index}" for index in range(600)))
    other = world.group.topic("SD-3")
    assert [message.kind for message in other.messages[1:]] == ["text", "text"]
    assert "строка 599" in other.messages[2].text


async def test_a_file_over_fifty_megabytes_is_told(world: World) -> None:
    await mail(world, "Анна <ann@client.example>", "Принтер", "Не печатает")
    topic = world.group.topic("SD-1")
    seat = world.group.seat(world.engineer)
    seat.send_document(b"big", "big.iso", size=60 * 1024 * 1024, topic=topic, reply_to=topic.messages[1])
    await world.settle()
    await world.advance(seconds=31)
    assert "big.iso" in said_in(topic)


async def test_what_a_message_is_stays_in_the_record(world: World) -> None:
    ann, _ = await asked(world)
    ann.send_location(1.5, 2.5)
    ann.album([Piece(data=b"1", caption="раз"), Piece(data=b"2")])
    await world.settle()
    await world.advance(seconds=2)
    async with world.store.view() as view:
        place, album = (await view.find(Message, kind=Kind.WORDS))[1:]
    assert place.data["native"] == {"kind": "location", "latitude": 1.5, "longitude": 2.5, "live": False}
    assert list(album.data["captions"].values()) == ["раз", ""]
