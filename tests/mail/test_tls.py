"""Reading and sending over TLS: a certificate that can be trusted works, any other is a failure in words."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.errors import DeliveryDelayed
from mail.smtp import Account, Sender
from playground.mail import MailWorld
from tests.mail.hands import ANN, SUPPORT, Readers, Stored, letter

RAW = b"From: <support@desk.example>\r\nSubject: x\r\n\r\nhello\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for "localhost" with its key, made on the spot."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed on this machine; the tests of TLS need a certificate made by it")
    path = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(path / "key.pem"), "-out", str(path / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return made


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts that certificate, as an operator would make it do."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))


async def write(limit: int | None) -> bytes:
    return RAW


async def users(world: MailWorld) -> None:
    await world.user(SUPPORT)
    await world.user(ANN)


async def test_a_mailbox_is_read_over_tls(
    context: ssl.SSLContext, trusted: None, readers: Readers, stored: Stored
) -> None:
    """From the greeting to IDLE, and after a broken connection."""
    async with MailWorld(lambda: datetime.now(UTC), tls=context) as world:
        await users(world)
        readers.start(account=replace(readers.account, host="localhost", port=world.imap_port, tls=True))
        await world.until(lambda: world.imap.idling)
        await world.put(SUPPORT, letter(1))
        await world.until(lambda: len(stored.arrivals) == 1)
        world.imap.cut()
        await world.put(SUPPORT, letter(2))
        await world.until(lambda: len(stored.arrivals) == 2)
        await readers.stop()


async def test_a_certificate_that_nobody_vouches_for_is_told(
    context: ssl.SSLContext, readers: Readers, stored: Stored
) -> None:
    """No password is sent to it."""
    async with MailWorld(lambda: datetime.now(UTC), tls=context) as world:
        await users(world)
        readers.start(account=replace(readers.account, host="localhost", port=world.imap_port, tls=True))
        await world.until(lambda: stored.health)
        assert "certificate" in stored.health[0][1].lower()
        assert world.imap.login_attempts == 0
        await readers.stop()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_goes_out_over_tls(context: ssl.SSLContext, trusted: None, security: str) -> None:
    """From the first byte, or after STARTTLS; several mails over one connection."""
    async with MailWorld(lambda: datetime.now(UTC), **{security: context}) as world:
        await users(world)
        sender = Sender(
            Account(host="localhost", port=world.smtp_port, security=security, user="support", password="secret")
        )
        for _ in range(2):
            await sender.send(message_id="<1@x>", sender=SUPPORT, recipient=ANN, compose=write)
        await sender.close()
        assert len(await world.inbox(ANN)) == 2
        assert world.smtp.connections_made == (1 if security == "tls" else 2)  # STARTTLS begins a second one inside


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_no_mail_goes_to_a_server_that_nobody_vouches_for(context: ssl.SSLContext, security: str) -> None:
    """It waits until the operator looks at the certificate."""
    async with MailWorld(lambda: datetime.now(UTC), **{security: context}) as world:
        await users(world)
        sender = Sender(
            Account(host="localhost", port=world.smtp_port, security=security, user="support", password="secret")
        )
        with pytest.raises(DeliveryDelayed, match=r"(?i)certificate") as delayed:
            await sender.send(message_id="<1@x>", sender=SUPPORT, recipient=ANN, compose=write)
        assert delayed.value.everyone
        await sender.close()


async def test_a_server_without_starttls_gets_no_mail(world: MailWorld) -> None:
    """What was to be secured is not sent in the open."""
    sender = Sender(Account(host="localhost", port=world.smtp_port, security="starttls"))
    with pytest.raises(DeliveryDelayed):
        await sender.send(message_id="<1@x>", sender=SUPPORT, recipient=ANN, compose=write)
    await sender.close()
    assert await world.inbox(ANN) == []


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[int]:
    """A server that does what a test says with each connection; its port."""
    talks: list[asyncio.Task[Any]] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.append(task)
        with suppress(OSError):
            await talk(reader, writer)
        writer.transport.abort()

    async with await asyncio.start_server(met, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for task in talks:
            async with asyncio.timeout(5):
                await task
    await asyncio.sleep(0)  # aborted transports close their sockets in the next round


async def test_what_was_slipped_in_before_tls_is_not_believed(context: ssl.SSLContext, trusted: None) -> None:
    """Words in the open behind the answer to STARTTLS are no answer of the server inside of TLS (RFC 3207)."""
    taken: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        secured = False
        while line := await reader.readline():
            command = line.strip().upper()
            if command.startswith(b"EHLO"):
                writer.write(b"250 real\r\n" if secured else b"250-outside\r\n250 STARTTLS\r\n")
            elif command == b"STARTTLS":
                writer.write(b"220 go\r\n250-slipped in\r\n250 SIZE 1\r\n")
                await writer.start_tls(context)
                secured = True
            elif command == b"DATA":
                writer.write(b"354 go\r\n")
                taken.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"250 ok\r\n")

    limits: list[int | None] = []

    async def compose(limit: int | None) -> bytes:
        limits.append(limit)
        return RAW

    async with serving(serve) as port:
        sender = Sender(Account(host="localhost", port=port, security="starttls"))
        await sender.send(message_id="<1@x>", sender=SUPPORT, recipient=ANN, compose=compose)
        await sender.close()
    assert limits == [None]
    assert len(taken) == 1


@pytest.mark.parametrize("answer", [b"454 4.7.0 TLS not available\r\n", b"220 go\r\nnot tls at all\r\n", b""])
async def test_a_starttls_that_fails_sends_nothing_in_the_open(trusted: None, answer: bytes) -> None:
    """Neither the password nor the mail."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            heard.append(line[:8])
            if line.startswith(b"EHLO"):
                writer.write(b"250-outside\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
            elif line.startswith(b"STARTTLS"):
                writer.write(answer)
                if not answer:
                    break

    async with serving(serve) as port:
        account = Account(host="localhost", port=port, security="starttls", user="support", password="secret")
        sender = Sender(account, answer_within=2)
        with pytest.raises(DeliveryDelayed):
            await sender.send(message_id="<1@x>", sender=SUPPORT, recipient=ANN, compose=write)
        await sender.close()
    assert not [line for line in heard if line.startswith((b"AUTH", b"MAIL", b"DATA"))]
