"""The same reading against Dovecot, a server that the project did not write."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mail.arrivals import Account
from playground.mail import MailWorld
from tests.mail.hands import Dovecot, Readers, Stored, letter

pytestmark = pytest.mark.dovecot


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return Account(
        name="support", address="support@desk.example", host="127.0.0.1", port=dovecot.port, tls=False,
        user=dovecot.home.name, password="secret", first_run="all",
    )  # fmt: skip


async def test_new_mail_comes_by_idle_and_is_moved(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """Delivered as a mail server does it, handed in, moved to a folder that was made for it."""
    readers.start(account=account)
    await world.until(lambda: stored.health)
    dovecot.put(letter(1))
    await world.until(lambda: stored.arrivals, within=5)
    await world.until(lambda: (dovecot.lying("Processed"), dovecot.lying()) == (1, 0))
    assert stored.subjects() == ["letter 1"]


async def test_a_thousand_mails_come_once_each(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """More than one answer's worth."""
    for number in range(1_000):
        dovecot.put(letter(number), seen=number % 3 == 0)
    readers.start(account=account)
    await world.until(lambda: len(stored.arrivals) == 1_000, within=60)
    await world.until(lambda: dovecot.lying("Processed") == 1_000, within=30)
    assert len(set(stored.subjects())) == 1_000


async def test_a_new_uidvalidity_reads_everything_again(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """The server forgot its numbers: mails come under new ids with the digests they had."""
    readers.start(account=account, quiet=True)
    dovecot.put(letter(1))
    await world.until(lambda: stored.arrivals)
    await readers.stop()
    restored = dovecot.restored(uidvalidity=99_999_999)
    readers.start(account=replace(account, user=restored.home.name), quiet=True)
    await world.until(lambda: len(stored.arrivals) == 2)
    assert stored.arrivals[0].digest == stored.arrivals[1].digest
    assert stored.arrivals[1].external_id.startswith("99999999:")


async def test_first_run_unseen_leaves_what_was_read(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """Old mail that somebody has read stays; new mail that somebody reads is taken."""
    dovecot.put(letter(1), seen=True)
    dovecot.put(letter(2))
    readers.start(account=replace(account, first_run="unseen", poll=timedelta(seconds=1)))
    await world.until(lambda: stored.subjects() == ["letter 2"])
    dovecot.put(letter(3), seen=True)
    await world.until(lambda: stored.subjects() == ["letter 2", "letter 3"])
    await world.until(lambda: dovecot.lying() == 1)


async def test_a_folder_with_a_russian_name(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """Modified UTF-7, as this server reads it."""
    readers.start(account=replace(account, done="Обработано"))
    dovecot.put(letter(1))
    await world.until(lambda: dovecot.lying("&BB4EMQRABDAEMQQ+BEIEMAQ9BD4-") == 1)


async def test_shadow_mode_leaves_mail_unseen(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """The server's own flags say so."""
    dovecot.put(letter(1))
    readers.start(account=account, quiet=True)
    await world.until(lambda: stored.arrivals)
    await readers.stop()
    names = [path.name for path in (dovecot.home / "Maildir").glob("*/*.test*")]
    assert len(names) == 1
    assert "S" not in names[0].partition(":2,")[2]
