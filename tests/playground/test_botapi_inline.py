"""Inline mode of the local Bot API server: who asks, what may be offered, what a chosen result becomes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineQueryResultArticle, InputTextMessageContent

from playground.botapi import BotApiServer
from playground.botapi.errors import NotPossible
from playground.botapi.inline import InlineQuery, ask, choose

TOKEN = "123456:TEST"


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(token=TOKEN) as made:
        made.world.inline_mode = True
        yield made


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    async with Bot(TOKEN, session=session) as made:
        yield made


def result(name: str, text: str = "Текст <b>") -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        id=name, title=name, input_message_content=InputTextMessageContent(message_text=text, parse_mode=None)
    )


async def query_of(bot: Bot) -> Any:
    updates = await bot.get_updates(timeout=5, allowed_updates=["inline_query", "message", "chosen_inline_result"])
    await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return updates[-1]


async def offer(server: BotApiServer, bot: Bot, seat: Any, *results: InlineQueryResultArticle) -> InlineQuery:
    asking = asyncio.create_task(ask(seat, "слово"))
    update = await query_of(bot)
    assert update.inline_query.query == "слово"
    assert update.inline_query.chat_type == "supergroup"
    await bot.answer_inline_query(update.inline_query.id, list(results), is_personal=True, cache_time=5)
    return await asking


async def test_a_chosen_result_comes_from_the_person_via_the_bot(server: BotApiServer, bot: Bot) -> None:
    """Where feedback is on the bot hears of the choice as well; nobody can change such a message."""
    assert (await bot.get_me()).supports_inline_queries
    group, anna = server.world.group("Группа"), server.world.person("Анна")
    group.add(anna)
    server.world.inbox.drop()
    server.world.inline_feedback = True
    seat = group.seat(anna)
    query = await offer(server, bot, seat, result("один"), result("два"))
    assert (query.personal, query.cache) == (True, 5)
    message = choose(seat, query, "два")
    said, chosen = await bot.get_updates()
    assert said.message is not None
    assert said.message.via_bot is not None
    assert said.message.via_bot.id == bot.id
    assert said.message.from_user is not None
    assert (said.message.from_user.id, said.message.text) == (anna.id, "Текст <b>")
    assert chosen.chosen_inline_result is not None
    assert chosen.chosen_inline_result.result_id == "два"
    with pytest.raises(NotPossible, match="cannot be changed"):
        seat.edit(message, "Другое")
    with pytest.raises(NotPossible, match="no 'три'"):
        choose(seat, query, "три")


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([result("a"), result("a")], "RESULT_ID_DUPLICATE"),
        ([result("я" * 33)], "RESULT_ID_INVALID"),
        ([result(str(number)) for number in range(51)], "RESULTS_TOO_MUCH"),
        ([result("a", "")], "text must be non-empty"),
        ([result("a", "x" * 4097)], "too long"),
    ],
)
async def test_what_telegram_would_not_take(
    server: BotApiServer, bot: Bot, results: list[InlineQueryResultArticle], said: str
) -> None:
    query = server.world.inline.add(server.world.person("Анна").user, "слово")
    with pytest.raises(TelegramBadRequest, match=said):
        await bot.answer_inline_query(query.id, list(results))
    assert query.results is None


async def test_a_query_is_answered_once_and_only_where_there_is_inline_mode(server: BotApiServer, bot: Bot) -> None:
    anna = server.world.person("Анна")
    query = server.world.inline.add(anna.user, "слово")
    await bot.answer_inline_query(query.id, [])
    for number in (query.id, "1"):
        with pytest.raises(TelegramBadRequest, match="query is too old"):
            await bot.answer_inline_query(number, [])
    server.world.inline_mode = False
    with pytest.raises(NotPossible, match="no inline mode"):
        await ask(anna, "слово")
