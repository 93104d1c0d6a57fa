"""Reading and sending over TLS: a certificate that can be trusted works, any other is a failure in words."""

import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

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
