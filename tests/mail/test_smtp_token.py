"""Sending through a server that is opened by access tokens."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk.errors import DeliveryDelayed
from mail.smtp import Account, Sender
from mail.xoauth import initial
from playground.mail import MailWorld
from tests.conftest import Clock
from tests.mail.hands import ANN, SUPPORT
from tests.mail.test_oauth import Told, make
from tests.mail.token_server import TokenServer

RAW = b"From: <support@desk.example>\r\nSubject: x\r\n\r\nhello\r\n"


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    async with TokenServer() as running:
        yield running


@pytest.fixture
def by_token(world: MailWorld, tokens: TokenServer) -> TokenServer:
    """The playground's SMTP server takes these tokens and nothing else."""
    world.smtp.tokens = lambda user, token: token in tokens.access_tokens
    return tokens


def sender(world: MailWorld, tokens: TokenServer, clock: Clock, folder: Path, told: Told | None = None) -> Sender:
    token = make(tokens, clock, folder, told)
    return Sender(Account(host="127.0.0.1", port=world.smtp_port, security="none", user="support", token=token))


async def send(through: Sender, number: int = 1) -> None:
    async def write(limit: int | None) -> bytes:
        return RAW

    await through.send(message_id=f"<{number}@x>", sender=SUPPORT, recipient=ANN, compose=write)


async def test_mail_goes_out_with_a_token(
    world: MailWorld, by_token: TokenServer, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    through = sender(world, by_token, clock, tmp_path)
    await send(through, 1)
    await send(through, 2)
    await through.close()
    assert len(await world.inbox(ANN)) == 2
    assert len(by_token.asked) == 1
    mine = [record for record in caplog.records if not record.name.startswith("mail.log")]
    assert not [record for record in mine if "access-" in record.getMessage()]


async def test_a_withdrawn_token_is_replaced_at_once(
    world: MailWorld, by_token: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    through = sender(world, by_token, clock, tmp_path)
    await send(through, 1)
    await through.close()
    by_token.end_all()
    await send(through, 2)
    await through.close()
    assert len(await world.inbox(ANN)) == 2
    assert len(by_token.asked) == 2


async def test_a_token_that_is_never_taken_waits(
    world: MailWorld, by_token: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    """It is not tried for ever."""
    world.smtp.tokens = lambda user, token: False
    with pytest.raises(DeliveryDelayed, match="535") as delayed:
        await send(sender(world, by_token, clock, tmp_path))
    assert delayed.value.everyone
    assert len(by_token.asked) == 2


async def test_with_a_dead_grant_mail_waits_and_goes_when_it_lives_again(
    world: MailWorld, by_token: TokenServer, clock: Clock, tmp_path: Path
) -> None:
    told = Told()
    by_token.error = "invalid_grant"
    through = sender(world, by_token, clock, tmp_path, told)
    with pytest.raises(DeliveryDelayed, match="invalid_grant") as delayed:
        await send(through)
    assert delayed.value.everyone
    assert told.news[-1][0] is False
    by_token.error = ""
    clock.advance(delayed.value.retry_in)
    await send(through)
    await through.close()
    assert len(await world.inbox(ANN)) == 1


def test_a_token_is_written_as_providers_read_it() -> None:
    """The form that Google and Microsoft document, byte for byte; no user can add a field of his own."""
    assert base64.b64decode(initial("a@b.example", "tok")) == b"user=a@b.example\x01auth=Bearer tok\x01\x01"
    assert base64.b64decode(initial("a\x01auth=Bearer other", "tok")).count(b"\x01") == 3
