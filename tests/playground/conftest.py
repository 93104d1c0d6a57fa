"""A local Bot API server with a bot of aiogram's at it, for the tests of that server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from playground.botapi import BotApiServer, Person, World
from tests.conftest import Clock


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(now=clock, webhook_pause=0, control=True) as server:
        yield server


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with client(server) as bot:
        yield bot


@asynccontextmanager
async def client(server: BotApiServer) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    async with await session.create_session():  # its own close would wait a quarter of a second
        yield Bot(server.token, session=session)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def world(server: BotApiServer) -> World:
    return server.world


@pytest.fixture
def anna(world: World) -> Person:
    return world.person("Анна Петрова")


async def call(http: aiohttp.ClientSession, server: BotApiServer, method: str, **request: Any) -> tuple[int, Any]:
    """One request to the bot's method: the status and what was answered."""
    async with http.post(f"{server.url}/bot{server.token}/{method}", **request) as answer:
        return answer.status, await answer.json()
