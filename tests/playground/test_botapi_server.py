"""The server itself: parameters, pace, misfortunes, waiting, the control side."""

import asyncio
import base64
import json
import signal
import sys
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import SendMessage
from aiogram.types import BotCommand, BotCommandScopeChat, MenuButtonCommands

from playground.botapi import BotApiServer, Limits, Person, World
from playground.botapi.__main__ import arguments
from playground.botapi.calls.table import HANDLERS
from playground.botapi.checks import METHODS
from tests.conftest import Clock
from tests.playground.conftest import call, client

# Parameters


@pytest.mark.parametrize(
    "case",
    [
        ("sendMesage", {}, 404, "Not Found"),
        ("sendMessage", {"chat_id": 5, "text": "x", "tekst": "y"}, 400, "has no parameter tekst"),
        ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
        ("sendMessage", {"chat_id": 5}, 400, "message text is empty"),
        ("sendMessage", {"chat_id": 5, "text": "x", "disable_notification": "perhaps"}, 400, "disable_notification"),
        ("sendMessage", {"chat_id": 5, "text": "x", "reply_markup": {"inline_keybord": []}}, 400, "unknown field"),
        ("sendMessage", {"chat_id": 5, "text": "x", "reply_markup": "{"}, 400, "it is not JSON"),
        ("sendMessage", {"chat_id": 5, "text": "x", "message_thread_id": "two"}, 400, "message_thread_id"),
        ("getChat", {"chat_id": [1]}, 400, "chat_id"),
        ("sendLocation", {"chat_id": 5, "latitude": 1}, 400, 'parameter "longitude" is required'),
        ("sendDice", {"chat_id": 5}, 400, "this local server has not got the method sendDice"),
    ],
)
async def test_parameters_are_checked(
    http: aiohttp.ClientSession, server: BotApiServer, case: tuple[str, dict[str, Any], int, str]
) -> None:
    """Unknown methods and parameters, missing and ill-typed ones are refused with their name."""
    method, body, status, words = case
    got, answer = await call(http, server, method, json=body)
    assert (got, answer["ok"], answer["error_code"]) == (status, False, status)
    assert words in answer["description"]


async def test_every_form_of_a_request_is_read(http: aiohttp.ClientSession, server: BotApiServer, anna: Person) -> None:
    """Query, form, multipart and JSON; nested values as JSON strings; a file in the field of its own name."""
    anna.start()
    base = f"{server.url}/bot{server.token}"
    async with http.get(f"{base}/SENDMESSAGE", params={"chat_id": str(anna.id), "text": "1"}) as answer:
        assert answer.status == 200
    markup = json.dumps({"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]})
    form = {"chat_id": str(anna.id), "text": "2", "reply_markup": markup, "disable_notification": "1"}
    assert (await call(http, server, "sendMessage", data=form))[0] == 200
    assert (await call(http, server, "sendMessage", json={"chat_id": anna.id, "text": "3"}))[0] == 200
    parts = aiohttp.FormData({"chat_id": str(anna.id)})
    parts.add_field("document", b"bytes", filename="4.txt", content_type="text/plain")
    assert (await call(http, server, "sendDocument", data=parts))[0] == 200
    one, two, three, four = anna.received
    assert (one.text, two.text, two.buttons, two.silent, three.text) == ("1", "2", ["Да"], True, "3")
    assert four.file
    assert (four.file.name, four.file.data, four.file.mime) == ("4.txt", b"bytes", "text/plain")
    for body in ("[1]", "{"):
        headers = {"Content-Type": "application/json"}
        status, answer_ = await call(http, server, "getMe", data=body, headers=headers)
        assert status == 400
        assert "can't parse request body" in answer_["description"]
    async with http.get(f"{server.url}/file/bot{server.token}/documents/nothing.bin") as answer:
        assert answer.status == 404
    async with http.get(f"{server.url}/file/bot1:WRONG/documents/nothing.bin") as answer:
        assert answer.status == 401


def test_what_is_answered_is_known_to_aiogram() -> None:
    """No handler stands under a name that the Bot API does not have."""
    assert set(HANDLERS) <= set(METHODS)


async def test_commands_texts_and_menu_are_kept(bot: Bot, anna: Person, server: BotApiServer) -> None:
    """By scope and language, as they were set."""
    anna.start()
    scope = BotCommandScopeChat(chat_id=anna.id)
    await bot.set_my_commands([BotCommand(command="new", description="Новый")])
    await bot.set_my_commands([BotCommand(command="queue", description="Queue")], scope=scope, language_code="en")
    assert [command.command for command in await bot.get_my_commands()] == ["new"]
    smith = server.world.person("Smith", language_code="en")
    smith.start()
    offered = [server.settings.commands_for(who.chat_here, who.user) for who in (anna, smith)]
    assert [[command["command"] for command in commands] for commands in offered] == [["new"], ["new"]]
    await bot.set_my_commands([BotCommand(command="hi", description="Hi")], scope=BotCommandScopeChat(chat_id=smith.id))
    assert server.settings.commands_for(smith.chat_here, smith.user)[0]["command"] == "hi"
    assert [c.command for c in await bot.get_my_commands(scope=scope, language_code="en")] == ["queue"]
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == []
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="Новый", description="x")])
    with pytest.raises(TelegramBadRequest, match="invalid language code"):
        await bot.get_my_commands(language_code="rus")
    await bot.set_my_description("Служба поддержки")
    await bot.set_my_short_description("Поддержка", language_code="ru")
    await bot.set_my_name("Ответ")
    assert (await bot.get_my_description(language_code="en")).description == "Служба поддержки"
    assert (await bot.get_my_short_description(language_code="ru")).short_description == "Поддержка"
    assert (await bot.get_my_name()).name == "Ответ"
    await bot.set_chat_menu_button(anna.id, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(anna.id)).type == "commands"
    assert await bot.send_chat_action(anna.id, "typing")
    with pytest.raises(TelegramBadRequest, match="wrong parameter action"):
        await bot.send_chat_action(anna.id, "sleeping")
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_inline_query("1", [])
    assert await bot.close()
    assert await bot.log_out()
    with pytest.raises(TelegramBadRequest, match="Logged out"):
        await bot.get_me()


# Pace and misfortunes


async def test_telegrams_pace_is_kept_when_asked_for(clock: Clock) -> None:
    """One a second to a person, twenty a minute to a group; retry_after says when."""
    async with BotApiServer(now=clock, limits=Limits()) as server, client(server) as bot:
        anna, group = server.world.person("Анна"), server.world.group("Группа")
        anna.start()
        await bot.send_message(anna.id, "1")
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.send_message(anna.id, "2")
        assert caught.value.retry_after == 1
        clock.at += timedelta(seconds=1)
        await bot.send_message(anna.id, "2")
        for number in range(20):
            await bot.send_message(group.id, str(number))
        clock.at += timedelta(seconds=20)
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.create_forum_topic(group.id, "ещё")
        assert caught.value.retry_after == 40


async def test_misfortunes_come_as_ordered(bot: Bot, anna: Person, server: BotApiServer) -> None:
    """So many failures for the calls that are meant, having done nothing; then all is well."""
    anna.start()
    server.fail_next("sendMessage", 429, retry_after=7)
    server.fail_next("SendMessage", 500, times=2, when=lambda params: params["text"] == "эта")
    with pytest.raises(TelegramRetryAfter, match="retry after 7"):
        await bot.send_message(anna.id, "эта")
    await bot.send_message(anna.id, "другая")
    for _ in range(2):
        with pytest.raises(TelegramServerError):
            await bot.send_message(anna.id, "эта")
    await bot.send_message(anna.id, "эта")
    assert [message.text for message in anna.received] == ["другая", "эта"]
    assert [call.status for call in server.called("sendMessage")] == [429, 200, 500, 500, 200]


async def test_the_work_is_done_but_the_answer_is_cut_off(bot: Bot, anna: Person, server: BotApiServer) -> None:
    """The message is there, the bot does not know."""
    anna.start()
    server.answer_then_cut("sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(anna.id, "дошло")
    assert anna.last().text == "дошло"
    await bot.send_message(anna.id, "и это")


async def test_a_hanging_method_goes_on_when_released(bot: Bot, anna: Person, server: BotApiServer) -> None:
    """It has done nothing before; a caller that goes away leaves nothing behind."""
    anna.start()
    server.hang("sendMessage")
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot(SendMessage(chat_id=anna.id, text="не дождался"), request_timeout=0.05)  # type: ignore[arg-type]
    sending = asyncio.create_task(bot.send_message(anna.id, "дождался"))
    await server.world.until(lambda: len(server.called("sendMessage")) == 2)
    assert anna.received == []
    server.release("sendMessage")
    await sending
    assert [message.text for message in anna.received] == ["дождался"]
    server.hang("*")
    server.clear()
    assert await bot.get_me()


async def test_down_and_up_again_on_the_same_address(bot: Bot, anna: Person, server: BotApiServer) -> None:
    """Waiting calls are cut, new ones refused; afterwards nothing is lost."""
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await server.world.until(lambda: server.called("getUpdates"))
    url = server.url
    await server.down()
    for attempt in (waiting, bot.get_me()):
        with pytest.raises(TelegramNetworkError):
            await attempt
    anna.say("пока вас не было")
    await server.up()
    assert server.url == url
    assert len(await bot.get_updates()) == 1


# Waiting and watching


async def test_until_tells_the_story_when_it_does_not_come_true(anna: Person, world: World) -> None:
    """The error carries the transcript."""
    anna.say("где ответ?")
    with pytest.raises(AssertionError, match=r"(?s)not within 0.01 s: an answer.*Анна Петрова: где ответ\?"):
        await world.until(lambda: anna.last("вот"), timeout=0.01, what="an answer")
    assert await world.until(lambda: anna.chat) == anna.chat

    async def slowly() -> bool:
        return True

    assert await world.until(slowly)


async def test_events_can_be_followed(anna: Person, world: World) -> None:
    """A reader gets what was and what comes."""
    stream = world.events()
    assert (await anext(stream)).kind == "person"
    anna.say("раз")
    event = await anext(stream)
    assert (event.kind, event.chat, event.data["text"]) == ("message", anna.id, "раз")
    await stream.aclose()


async def test_private_chats_have_topics_when_switched_on() -> None:
    """The bot opens one thread per ticket with a person."""
    async with BotApiServer(private_topics=True) as server, client(server) as bot:
        anna = server.world.person("Анна")
        anna.start()
        assert (await bot.get_me()).has_topics_enabled
        topic = await bot.create_forum_topic(anna.id, "SD-1")
        await bot.send_message(anna.id, "здесь", message_thread_id=topic.message_thread_id)
        anna.say("да", topic=anna.topics[0])
        update = (await bot.get_updates())[-1].message
        assert update
        assert update.is_topic_message
        assert update.message_thread_id == topic.message_thread_id


# The control side


async def test_people_act_over_http(http: aiohttp.ClientSession, server: BotApiServer, bot: Bot) -> None:
    """Person, group, messages, files, presses, faults: the same as in process."""

    async def post(path: str, **body: Any) -> Any:
        async with http.post(f"{server.url}/control/{path}", json=body) as answer:
            told = await answer.json()
            return told.get("result") if told["ok"] else (answer.status, told["description"])

    async def get(path: str) -> Any:
        async with http.get(f"{server.url}/control/{path}") as answer:
            return (await answer.json())["result"]

    person = await post("person", name="Анна")
    await post("do", person=person["id"], action="start", payload="x")
    data = base64.b64encode(b"log").decode()
    sent = await post("do", person="Анна", action="send_document", data=data, name="a.log")
    assert sent["document"]["file_name"] == "a.log"
    await post("do", person="Анна", action="album", pieces=[{"data": data}, {"data": data}])
    await post("do", person="Анна", action="react", message=sent["message_id"], emoji="👍")
    group = await post("group", title="Группа")
    await post("do", group=group["id"], person="Анна", action="add")
    topic = await post("do", group="Группа", action="create_topic", name="SD-1")
    said = await post(
        "do", group="Группа", person="Анна", action="say", text="в теме", topic=topic["message_thread_id"]
    )
    assert said["message_thread_id"] == topic["message_thread_id"]
    assert [t["name"] for t in await get(f"topics?id={group['id']}")] == ["General", "SD-1"]
    await post("fault", action="fail_next", method="getMe", status=500)
    with pytest.raises(TelegramServerError):
        await bot.get_me()
    assert (await get("calls"))[0]["status"] == 500
    assert len(await get(f"chat?id={person['id']}")) == 4
    assert [p["first_name"] for p in await get("people")] == ["Анна"]
    assert [g["title"] for g in await get("groups")] == ["Группа"]
    assert (await get("events"))[0]["kind"] == "person"
    assert len(await get("pending")) >= 4
    assert "в теме" in await get("transcript")
    assert (await post("do", person="Никто", action="say", text="x"))[0] == 404
    assert (await post("do", person="Анна", action="fly"))[0] == 400
    assert (await post("do", action="say", text="x"))[0] == 400
    assert (await post("fault", action="explode"))[0] == 400
    assert (await post("do", group="Группа", person="Анна", action="say", text=" "))[0] == 400
    async with http.get(f"{server.url}/control/stream") as stream:
        assert (await stream.content.readline()).startswith(b"id: 1")
    async with http.get(f"{server.url}/control/nothing") as answer:
        assert answer.status == 404


@pytest.mark.slow
async def test_it_runs_as_a_process_of_its_own(http: aiohttp.ClientSession) -> None:
    """It prints its address, answers, and ends on SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "playground.botapi", "--port", "0", "--token", "7:X", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with http.get(f"{url}/bot7:X/getMe") as answer:
        assert (await answer.json())["result"]["id"] == 7
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


def test_the_command_line_has_its_defaults() -> None:
    """Port 8081, the sample token, no pace."""
    options = arguments([])
    assert (options.port, options.token, options.pace) == (8081, "123456:TEST", False)
