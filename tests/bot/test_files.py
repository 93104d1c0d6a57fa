"""Files are fetched and kept before the desk works on their message."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.decode import decode
from bot.files import LARGEST, Fetcher
from bot.poller import arrival
from desk.errors import DeliveryDelayed
from desk.incoming import IncomingFile
from playground.botapi import BotApiServer
from tests.bot.updates import GROUP


@pytest.fixture
async def room(server: BotApiServer, make_room: Any) -> Any:
    server.world.group("Инженеры", chat_id=GROUP)
    return await make_room()


async def fetched(room: Any, sent: Any, later: timedelta = timedelta(0)) -> IncomingFile:
    update = room.server.world.inbox.pending[-1]
    assert update["message"]["message_id"] == sent.id
    decoded = decode(arrival(1, update).body, room.channel.bot)
    assert decoded
    assert decoded.message
    fetcher = Fetcher(bot=room.channel.bot, files=room.desk.files)
    found = await fetcher.fetch([decoded.message], room.clock() + later)
    return found[0]


async def test_a_file_is_kept_whole(room: Any, server: BotApiServer) -> None:
    sent = server.world.person("Анна").send_document(b"log" * 1000, name="лог.txt")
    found = await fetched(room, sent)
    assert (found.name, found.size, found.sort) == ("лог.txt", 3000, "document")
    assert await room.desk.files.read(found.key) == b"log" * 1000
    assert found.remote_id


async def test_a_file_over_twenty_megabytes_is_named_only(room: Any, server: BotApiServer) -> None:
    sent = server.world.person("Анна").send_document(b"x", name="видео.mp4", size=LARGEST + 1)
    found = await fetched(room, sent)
    assert (found.key, found.size) == ("", LARGEST + 1)
    assert not server.called("getFile")


@pytest.mark.parametrize("status", [429, 500, 502])
async def test_telegram_being_away_puts_the_message_off(room: Any, server: BotApiServer, status: int) -> None:
    sent = server.world.person("Анна").send_document(b"x")
    server.fail_next("getFile", status, retry_after=9 if status == 429 else None)
    with pytest.raises(DeliveryDelayed) as caught:
        await fetched(room, sent)
    assert caught.value.retry_in == timedelta(seconds=9 if status == 429 else 5)


async def test_a_lost_connection_puts_the_message_off(room: Any, server: BotApiServer) -> None:
    sent = server.world.person("Анна").send_document(b"x")
    await server.down()
    with pytest.raises(DeliveryDelayed):
        await fetched(room, sent)


@pytest.mark.parametrize("late", [False, True])
async def test_a_refusal_is_believed_after_ten_minutes(room: Any, server: BotApiServer, late: bool) -> None:
    """A file that Telegram never gives must not hold back what the client wrote after it."""
    sent = server.world.person("Анна").send_document(b"x", name="лог.txt")
    server.fail_next("getFile", 400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if late:
        assert (await fetched(room, sent, timedelta(minutes=11))).key == ""
    else:
        with pytest.raises(DeliveryDelayed):
            await fetched(room, sent)


async def test_a_file_that_is_too_big_after_all(room: Any, server: BotApiServer) -> None:
    sent = server.world.person("Анна").send_document(b"x")
    server.fail_next("getFile", 400, "Bad Request: file is too big")
    assert (await fetched(room, sent)).key == ""


@pytest.mark.parametrize("late", [False, True])
async def test_a_download_that_is_not_there(room: Any, server: BotApiServer, late: bool) -> None:
    sent = server.world.person("Анна").send_document(b"x")
    stored = sent.file
    by_path = server.world.files.by_path
    assert by_path(stored.path) if hasattr(stored, "path") else True
    server.world.files.by_path = lambda path: None  # type: ignore[method-assign]
    if late:
        assert (await fetched(room, sent, timedelta(minutes=11))).key == ""
    else:
        with pytest.raises(DeliveryDelayed) as caught:
            await fetched(room, sent)
        assert "TEST" not in str(caught.value)


async def test_a_file_larger_than_it_said(room: Any, server: BotApiServer) -> None:
    sent = server.world.person("Анна").send_document(b"x" * (LARGEST + 1), name="a.bin", size=5)
    found = await fetched(room, sent)
    assert found.key == ""
    assert replace(found, key="k").size == 5


async def test_an_album_of_which_a_file_is_not_to_be_had_leaves_nothing_behind(room: Any, server: BotApiServer) -> None:
    """It is tried again every few seconds for ten minutes; what each try keeps would fill the disk."""
    ann = server.world.person("Анна")
    pieces = [ann.send_document(b"one"), ann.send_document(b"two")]
    updates = [decode(arrival(1, update).body, room.channel.bot) for update in server.world.inbox.pending[-2:]]
    messages = [update.message for update in updates if update and update.message]
    assert [message.message_id for message in messages] == [piece.id for piece in pieces]
    server.fail_next("getFile", 500, when=lambda call: call["file_id"] == pieces[1].content["document"]["file_id"])
    with pytest.raises(DeliveryDelayed):
        await Fetcher(bot=room.channel.bot, files=room.desk.files).fetch(messages, room.clock())
    assert [path for path in room.desk.files.path("0" * 32).parent.parent.rglob("*") if path.is_file()] == []
