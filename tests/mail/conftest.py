"""Mailboxes to read: the playground's always, Dovecot's where it is installed; and what reading them needs."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from mail.arrivals import Account
from playground.mail import MailWorld
from tests.mail.dovecots import DovecotServer, dovecot_server
from tests.mail.hands import ANN, SUPPORT, Dovecot, Readers, Stored


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
async def world() -> AsyncIterator[MailWorld]:
    """The playground's servers with the desk's mailbox and Ann's."""
    async with MailWorld(lambda: datetime.now(UTC)) as made:
        await made.user(SUPPORT)
        await made.user(ANN)
        yield made


@pytest.fixture
async def readers(world: MailWorld, stored: Stored) -> AsyncIterator[Readers]:
    """Pollers of the playground's mailbox."""
    account = Account(
        name="support",
        address=SUPPORT,
        host="127.0.0.1",
        port=world.imap_port,
        tls=False,
        user="support",
        password="secret",
    )
    made = Readers(account, stored)
    yield made
    await made.stop()


@pytest.fixture(scope="session")
def shared_dovecot() -> Iterator[DovecotServer]:
    """One Dovecot for all tests that need nothing special of it."""
    with dovecot_server() as running:
        yield running


@pytest.fixture
def dovecot(shared_dovecot: DovecotServer) -> Dovecot:
    """A fresh user of that server."""
    return shared_dovecot.user()
