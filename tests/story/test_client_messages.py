"""Whatever a client sends makes or continues a ticket and arrives in the topic as something readable."""

from collections.abc import Callable
from typing import Any

import pytest

from desk.tickets import File
from playground.botapi.drafts import Piece
from playground.botapi.files import png
from playground.botapi.model import Message
from tests.world import SUPPORT, World

Sends = Callable[[Any], Message]

KINDS: dict[str, tuple[Sends, str, str]] = {
    "text": (lambda ann: ann.say("Не печатает"), "text", "Не печатает"),
    "photo": (lambda ann: ann.send_photo(), "photo", ""),
    "photo with words": (lambda ann: ann.send_photo(caption="Вот ошибка"), "photo", "Вот ошибка"),
    "document": (lambda ann: ann.send_document(b"log", "журнал.log"), "document", ""),
    "video": (lambda ann: ann.send_video(b"moving"), "video", ""),
    "video note": (lambda ann: ann.send_video_note(b"round"), "video_note", ""),
    "voice": (lambda ann: ann.send_voice(b"OggS voice"), "voice", ""),
    "audio": (lambda ann: ann.send_audio(b"ID3 song"), "audio", ""),
    "animation": (lambda ann: ann.send_animation(b"GIF"), "animation", ""),
    "sticker": (lambda ann: ann.send_sticker("👍", b"webp"), "sticker", "Стикер 👍"),
    "location": (lambda ann: ann.send_location(55.75, 37.61), "text", "Место: 55.75, 37.61"),
    "contact": (lambda ann: ann.send_contact("+79001234567", own=False), "text", "+79001234567"),
    "poll": (lambda ann: ann.send_poll("Когда?", ("Утром", "Вечером")), "text", "• Утром"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_message_makes_a_ticket_and_is_readable(world: World, kind: str) -> None:
    send, shown, words = KINDS[kind]
    ann = world.person("Анна")
    ann.start()
    sent = send(ann)
    await world.settle()
    assert [ticket.id for ticket in await world.tickets()] == [1]
    _, *mirrored = world.group.topic("SD-1").messages
    assert shown in [message.kind for message in mirrored]
    assert "Анна" in mirrored[0].text
    assert words in "\n".join(message.text for message in mirrored)
    assert "SD-1" in ann.last().text
    await _kept_whole(world, sent)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_message_continues_a_ticket(world: World, kind: str) -> None:
    """The second message is confirmed by a reaction, without words."""
    send, shown, words = KINDS[kind]
    ann = world.person("Анна")
    ann.say("Первое")
    await world.settle()
    answers, before = len(ann.received), len(world.group.topic("SD-1").messages)
    sent = send(ann)
    await world.settle()
    assert len(await world.tickets()) == 1
    fresh = world.group.topic("SD-1").messages[before:]
    assert shown in [message.kind for message in fresh]
    assert words in "\n".join(message.text for message in fresh)
    assert sent.reactions == ["👀"]
    assert len(ann.received) == answers


async def _kept_whole(world: World, sent: Message) -> None:
    async with world.store.view() as view:
        files = await view.find(File)
    contents = [await world.desk.files.read(file.key) for file in files]
    assert contents == ([sent.file.data] if sent.file else [])


async def test_an_album_is_one_message(world: World) -> None:
    """Its captions and files stay together, whatever the order in which they are worked on."""
    ann = world.person("Анна")
    album = ann.album([Piece(data=png(), caption="Первая"), Piece(data=png()), Piece(data=png(), caption="Третья")])
    await world.settle()
    await world.advance(seconds=2)
    assert len(await world.tickets()) == 1
    _, *mirrored = world.group.topic("SD-1").messages
    assert [message.kind for message in mirrored] == ["photo"] * 3
    assert len({message.album for message in mirrored}) == 1
    assert "Первая" in mirrored[0].text
    assert "Третья" in mirrored[0].text
    assert [message.reply_to for message in ann.received] == [album[0]]


async def test_an_album_of_a_known_ticket_is_confirmed_once(world: World) -> None:
    ann = world.person("Анна")
    ann.say("Не печатает")
    await world.settle()
    album = ann.album([Piece(data=png()), Piece(kind="video", data=b"moving")])
    await world.settle()
    await world.advance(seconds=2)
    assert [message.reactions for message in album] == [["👀"], []]
    assert [message.kind for message in world.group.topic("SD-1").messages[-2:]] == ["photo", "video"]


async def test_a_file_over_20_megabytes_is_told_to_both_sides(world: World) -> None:
    """The client hears where else to send it, the engineers see name and size."""
    ann = world.person("Анна")
    ann.send_document(b"x", "дамп.zip", size=25 * 1024 * 1024, caption="Вот дамп")
    await world.settle()
    words = world.group.topic("SD-1").messages[-1]
    assert "Вот дамп" in words.text
    assert "«дамп.zip» (25,0 МБ)" in words.text
    told = ann.last("дамп.zip")
    assert SUPPORT in told.text
    assert "20 МБ" in told.text


async def test_the_large_files_of_an_album_are_told_at_once(world: World) -> None:
    ann = world.person("Анна")
    large = 30 * 1024 * 1024
    pieces = [Piece(kind="document", data=b"x", name=f"{name}.zip", size=large) for name in "ab"]
    ann.album([*pieces, Piece(kind="document", data=b"small", name="c.zip")])
    await world.settle()
    await world.advance(seconds=2)
    assert "«a.zip», «b.zip»" in ann.last("20 МБ").text
    assert len([message for message in ann.received if "20 МБ" in message.text]) == 1
    assert world.group.topic("SD-1").messages[-1].kind == "document"


async def test_a_file_that_telegram_does_not_give_is_not_called_too_large(world: World) -> None:
    """After ten minutes of trying the words arrive without the file, and the client is asked for it again."""
    ann = world.person("Анна")
    world.bot.fail_next("getFile", 400, times=1000, description="Bad Request: wrong file_id")
    ann.send_document(b"abc", "файл.txt", caption="Смотрите")
    await world.advance(minutes=5)
    assert not await world.tickets()
    for _ in range(4):
        await world.advance(minutes=3)
    assert "Смотрите" in world.group.topic("SD-1").messages[-1].text
    assert "не удалось получить" in world.group.topic("SD-1").messages[-1].text
    assert "ещё раз" in ann.last("файл.txt").text


async def test_a_text_that_is_too_long_with_its_author_goes_on_in_a_second_message(world: World) -> None:
    ann = world.person("Анна")
    text = "слово " * 680 + "конец."
    assert len(text) < 4096
    ann.say(text)
    await world.settle()
    _, words, rest = world.group.topic("SD-1").messages
    assert f"{words.text} {rest.text}" == f"Анна · Telegram\n{text}"


async def test_markup_and_hostile_signs_arrive_as_they_were_written(world: World) -> None:
    ann = world.person("<b>Анна</b> & \u202eanna")
    text = "<script>alert(1)</script> & *жирно* _курсив_ `код` [a](tg://user?id=1) \u202eobratno 👩‍👩‍👧"
    ann.say(text)
    await world.settle()
    (ticket,) = await world.tickets()
    assert text in world.group.topic("SD-1").messages[-1].text
    assert ticket.subject in world.group.topic("SD-1").name


async def test_a_message_of_signs_only_makes_a_ticket(world: World) -> None:
    ann = world.person("Анна")
    ann.say("???")
    await world.settle()
    assert world.group.topic("SD-1").name == "SD-1 · Анна · ???"


async def test_a_picture_with_a_command_below_it_is_not_lost(world: World) -> None:
    ann = world.person("Анна")
    ann.send_photo(caption="/help")
    await world.settle()
    assert world.group.topic("SD-1").messages[-1].kind == "photo"


async def test_an_unknown_command_is_a_message(world: World) -> None:
    """What begins with a slash may be a path; what a client wrote is never thrown away."""
    ann = world.person("Анна")
    ann.say("/etc/hosts не открывается")
    await world.settle()
    assert "/etc/hosts не открывается" in world.group.topic("SD-1").messages[-1].text
