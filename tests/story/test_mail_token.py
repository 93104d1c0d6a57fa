"""A mailbox opened by a token: when the grant dies, General hears of it at once, and mail waits until it lives again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.mail.token_server import TokenServer
from tests.steps import answer, mail, mails_of, text_of
from tests.world import SUPPORT, World

ANN = "ann@client.example"


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    async with TokenServer() as running:
        yield running


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path, tokens: TokenServer) -> AsyncIterator[World]:
    """Mail is sent by token; it is read by password, for the playground's IMAP server knows no tokens."""
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        made.mails.smtp.tokens = lambda user, token: token in tokens.access_tokens
        box = {
            "name": "support", "address": SUPPORT, "first_run": "all",
            "imap": {"host": "127.0.0.1", "port": made.mails.imap_port, "security": "none", "user": SUPPORT, "password": "secret"},
            "smtp": {"host": "127.0.0.1", "port": made.mails.smtp_port, "security": "none", "user": SUPPORT},
            "oauth": {"provider": "other", "client_id": "c", "refresh_token": "refresh-1", "token_url": tokens.url},
        }  # fmt: skip
        made.tables["mailbox"] = [box]
        await made.stop()
        await made.start()
        yield made


async def test_a_dead_grant_is_told_at_once_and_mail_waits_for_its_return(world: World, tokens: TokenServer) -> None:
    await mail(world, f"Анна <{ANN}>", "Принтер", "Не печатает.")
    assert len(await mails_of(world, ANN)) == 1
    tokens.error = "invalid_grant"
    tokens.end_all()
    world.mails.smtp.cut()
    world.clock.advance(hours=2)
    await answer(world, "SD-1", "Выключите и включите.")
    await world.advance(minutes=2)
    told = [one.text for one in world.group.messages if "Вход в почту" in one.text]
    assert len(told) == 1
    assert "python -m desk login support" in told[0]
    assert "invalid_grant" in told[0]
    assert "refresh-1" not in told[0]
    assert len(await mails_of(world, ANN)) == 1
    tokens.error = ""
    for _ in range(3):
        await world.advance(minutes=2)
    assert "Выключите" in text_of((await mails_of(world, ANN))[-1])
    told = [one.text for one in world.group.messages if "Вход в почту" in one.text]
    assert [("снова" in one) for one in told] == [False, True]
