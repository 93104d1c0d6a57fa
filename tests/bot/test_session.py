"""The connection to the Bot API under servers and proxies that misbehave."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramBadRequest, TelegramNetworkError, TelegramServerError
from aiogram.methods import GetMe, SendMediaGroup, SendMessage

from bot.session import Session, open_bot
from playground.botapi import BotApiServer
from tests.bot.updates import PRIVATE, TOKEN


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = open_bot(TOKEN, "http://127.0.0.1:9", None)
    yield bot
    await bot.session.close()


def answered(bot: Bot, method: Any, content: Any, status: int = 200) -> Any:
    assert isinstance(bot.session, Session)
    text = content if isinstance(content, str) else json.dumps(content)
    return bot.session.check_response(bot, method, status, text).result


ODD = {"message_id": 5, "date": 1, "chat": PRIVATE, "forward_origin": {"type": "from_mars"}}


async def test_a_message_that_was_sent_is_sent_even_when_its_echo_is_odd(bot: Bot) -> None:
    """Taken for a failure it would go twice."""
    sent = answered(bot, SendMessage(chat_id=1, text="x"), {"ok": True, "result": ODD})
    assert sent.message_id == 5
    album = answered(bot, SendMediaGroup(chat_id=1, media=[]), {"ok": True, "result": [ODD, ODD]})
    assert [message.message_id for message in album] == [5, 5]


async def test_a_gateways_page_is_a_server_error(bot: Bot) -> None:
    with pytest.raises(TelegramServerError):
        answered(bot, GetMe(), "<html>Bad Gateway</html>", 502)


@pytest.mark.parametrize("content", ["<html>", {"ok": True, "result": {"id": "x"}}, {"ok": True, "result": 5}])
async def test_what_cannot_be_read_is_said(bot: Bot, content: Any) -> None:
    with pytest.raises(ClientDecodeError):
        answered(bot, GetMe(), content)


async def test_telegrams_refusals_stay_what_they_are(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest):
        answered(bot, GetMe(), {"ok": False, "error_code": 400, "description": "Bad Request"}, 400)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://127.0.0.1:9"])
async def test_a_proxy_that_does_not_run_is_a_bad_connection(proxy: str) -> None:
    bot = open_bot(TOKEN, "http://127.0.0.1:9", proxy)
    with pytest.raises(TelegramNetworkError):
        await bot.get_me()
    await bot.session.close()


async def test_a_proxy_that_is_none_is_a_bad_connection(server: BotApiServer) -> None:
    bot = open_bot(TOKEN, server.url, server.url.replace("http", "socks5"))
    with pytest.raises(TelegramNetworkError):
        await bot.get_me()
    await bot.session.close()


async def test_a_server_is_reached_through_a_proxy(server: BotApiServer, socks: str) -> None:
    bot = open_bot(TOKEN, server.url, socks)
    me = await bot.get_me()
    assert me.username == "otvet_bot"
    await bot.session.close()


@pytest.fixture
async def socks() -> AsyncIterator[str]:
    """A SOCKS5 proxy without passwords (RFC 1928), as small as can be."""
    import asyncio
    from contextlib import suppress

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(str(part) for part in await reader.readexactly(4))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        there, back = await asyncio.open_connection(host, port)
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await asyncio.gather(pump(reader, back), pump(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
