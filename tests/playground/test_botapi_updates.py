"""How the bot gets its updates from the local Bot API server: polling and webhooks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from playground.botapi import BotApiServer, Person, World
from tests.conftest import Clock

# Polling


async def test_updates_stay_until_confirmed(bot: Bot, anna: Person) -> None:
    """The same come again without an offset; an offset forgets those before it; a negative one keeps the last."""
    for text in ("раз", "два", "три"):
        anna.say(text)
    assert len(await bot.get_updates()) == 3
    first = (await bot.get_updates(limit=1))[0]
    assert first.message
    assert first.message.text == "раз"
    assert len(await bot.get_updates(offset=first.update_id + 1)) == 2
    last = await bot.get_updates(offset=-1)
    assert [update.message.text for update in last if update.message] == ["три"]
    assert len(await bot.get_updates(limit=500)) == 1


async def test_updates_that_nobody_fetches_are_gone_after_a_day(
    bot: Bot, anna: Person, world: World, clock: Clock
) -> None:
    """24 hours by the server's clock, told in the transcript."""
    anna.say("раз")
    clock.at += timedelta(hours=23)
    anna.say("два")
    assert len(await bot.get_updates()) == 2
    clock.at += timedelta(hours=2)
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["два"]
    assert "1 updates are gone" in world.transcript()


async def test_a_waiting_poller_gets_what_arrives(bot: Bot, anna: Person, server: BotApiServer) -> None:
    """A long poll answers as soon as something comes, and with nothing after its time."""
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await server.world.until(lambda: server.called("getUpdates"))
    anna.say("я здесь")
    assert len(await waiting) == 1
    assert await bot.get_updates(offset=100, timeout=0) == []


async def test_the_older_of_two_pollers_is_displaced(bot: Bot, server: BotApiServer) -> None:
    """It gets 409 with Telegram's advice; the newer goes on."""
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await server.world.until(lambda: server.called("getUpdates"))
    newer = asyncio.create_task(bot.get_updates(timeout=30))
    with pytest.raises(TelegramConflictError, match="make sure that only one bot instance is running"):
        await older
    server.world.inbox.release()
    assert await newer == []


async def test_allowed_updates_decide_what_is_made(bot: Bot, anna: Person) -> None:
    """Reactions come only to those who ask; the wish stays until another; an empty list is the default."""
    message = anna.say("раз")
    anna.react(message, "👍")
    assert [u.event_type for u in await bot.get_updates(allowed_updates=["message_reaction"])] == ["message"]
    anna.say("два")
    anna.react(message, "👎")
    assert [u.event_type for u in await bot.get_updates()] == ["message", "message_reaction"]
    await bot.get_updates(allowed_updates=[])
    anna.react(message, "🔥")
    assert len(await bot.get_updates()) == 2


async def test_aiograms_dispatcher_runs_on_it(bot: Bot, anna: Person, world: World) -> None:
    """The real polling loop gets messages, answers presses and stops."""
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"вы: {message.text}")

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, polling_timeout=5))
    anna.start("abc")
    answer = await world.until(lambda: anna.last("вы:"))
    assert answer.text == "вы: /start abc"
    await dispatcher.stop_polling()
    await polling


# Webhooks


@asynccontextmanager
async def hook(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A bot's own little server; its address."""
    app = web.Application()
    app.router.add_post("/hook", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_updates_with_the_secret_and_again_after_a_failure(
    bot: Bot, anna: Person, world: World, server: BotApiServer
) -> None:
    """An update stays until a 2xx; getUpdates is refused meanwhile; a method in the answer is carried out."""
    got: list[tuple[str | None, Any]] = []

    async def receive(request: web.Request) -> web.Response:
        got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        if len(got) == 1:
            return web.Response(status=500)
        if len(got) == 2:
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        return web.json_response({"method": "sendMessage", "chat_id": anna.id, "text": "из ответа"})

    async with hook(receive) as url:
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await world.until(lambda: server.called("getUpdates"))
        await bot.set_webhook(
            url, secret_token="s3cret", allowed_updates=["message"], max_connections=500, drop_pending_updates=True
        )
        with pytest.raises(TelegramConflictError, match="terminated by setWebhook request"):
            await waiting
        anna.say("привет")
        await world.until(lambda: not world.inbox.pending and anna.last("из ответа"))
        assert [secret for secret, _ in got] == ["s3cret"] * 3
        assert got[0][1] == got[2][1]
        assert got[0][1]["message"]["text"] == "привет"
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count, info.max_connections) == (url, 0, 100)
        assert info.allowed_updates == ["message"]
        assert info.last_error_message == "Wrong response from the webhook: 302 Found"
        assert info.last_error_date
        with pytest.raises(TelegramConflictError, match="while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.get_updates() == []


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "нет", "content_type": "application/json"},
        {"text": "[1]", "content_type": "application/json"},
        {"text": "--", "content_type": "multipart/form-data"},
        {"text": "[" * 100_000, "content_type": "application/json"},
        {"body": b"{}", "headers": {"Content-Type": "application/json; charset=there-is-none"}},
        {"body": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"text": '{"method": "logOut"}', "content_type": "application/json"},
        {"text": "method=getMe", "content_type": "application/x-www-form-urlencoded"},
    ],
)
async def test_what_a_webhook_answers_besides_does_no_harm(
    bot: Bot, anna: Person, server: BotApiServer, answer: dict[str, Any]
) -> None:
    """Words that are no method, and methods that a webhook may not order, are passed over; the next update comes."""

    async def receive(_: web.Request) -> web.Response:
        return web.Response(**answer)

    async with hook(receive) as url:
        await bot.set_webhook(url)
        for words in ("раз", "два"):
            anna.say(words)
            await server.world.until(lambda: not server.world.inbox.pending)
    assert [call.method for call in server.calls] == ["setWebhook"]


async def test_a_webhook_that_is_not_there_is_told(bot: Bot, anna: Person, world: World) -> None:
    """The update waits, the trouble stands in getWebhookInfo."""

    async def receive(_: web.Request) -> web.Response:
        return web.Response()

    async with hook(receive) as url:
        pass
    await bot.set_webhook(url)
    anna.say("ау")
    await world.until(lambda: "Connection refused" in world.transcript())
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (1, "Connection refused")


@pytest.mark.parametrize("nowhere", ["http://[::1/x", "http://a:99999/", "http://a..b/", f"http://{'a' * 64}.com/"])
async def test_an_address_that_is_none_is_no_webhook(bot: Bot, nowhere: str) -> None:
    """It is refused at once; nobody begins to look for it."""
    with pytest.raises(TelegramBadRequest, match="invalid webhook URL specified"):
        await bot.set_webhook(nowhere)
    assert (await bot.get_webhook_info()).url == ""


async def test_aiograms_webhook_handler_runs_on_it(bot: Bot, anna: Person, world: World) -> None:
    """It answers with a method and a file in one form."""
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def send(message: Message) -> SendDocument:
        return SendDocument(chat_id=message.chat.id, document=BufferedInputFile(b"log", "a.log"), caption="вот")

    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token="s3cret")
    async with hook(handler.handle) as url:
        await bot.set_webhook(url, secret_token="s3cret")
        anna.say("журнал?")
        sent = await world.until(lambda: anna.last("вот"))
    assert (sent.file.name, sent.file.data) == ("a.log", b"log")


async def test_the_real_servers_notes_come_with_the_result(server: BotApiServer, http: aiohttp.ClientSession) -> None:
    """setWebhook says beside true what it did."""
    said = []
    for body in ({"url": "https://bot.example"}, {"url": ""}, {}):
        method = "setWebhook" if "url" in body else "deleteWebhook"
        async with http.post(f"{server.url}/bot{server.token}/{method}", json=body) as answer:
            said.append((await answer.json())["description"])
    assert said == ["Webhook was set", "Webhook was deleted", "Webhook is already deleted"]
