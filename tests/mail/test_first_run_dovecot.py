"""A mailbox with years of mail at the very first start: what is chosen is taken to its end, also after a kill."""

import logging
import os
import pwd

import pytest

from mail.arrivals import Account
from playground.mail import MailWorld
from tests.mail.hands import Dovecot, Readers, Stored, letter

pytestmark = [pytest.mark.dovecot, pytest.mark.slow]

OLD = 10_000


@pytest.fixture
def full(dovecot: Dovecot) -> Dovecot:
    """Every other mail was opened by somebody."""
    owner = pwd.getpwnam("mail")
    for number in range(OLD):
        path = dovecot.home / "Maildir" / "cur" / f"{1_700_000_000 + number}.{number}.old:2,{'S' if number % 2 else ''}"
        path.write_bytes(letter(number))
        os.chown(path, owner.pw_uid, owner.pw_gid)
    return dovecot


@pytest.mark.parametrize(("first_run", "wanted"), [("new", 0), ("unseen", OLD // 2), ("all", OLD)])
async def test_what_was_chosen_at_the_first_start_is_taken_once_each(
    full: Dovecot, readers: Readers, stored: Stored, world: MailWorld, caplog: pytest.LogCaptureFixture,
    first_run: str, wanted: int,
) -> None:  # fmt: skip
    """Stopped in the middle; people opened the rest meanwhile; new mail is taken in any case."""
    caplog.set_level(logging.INFO, logger="mail.imap")
    account = Account(
        name="support", address="support@desk.example", host="127.0.0.1", port=full.port, tls=False,
        user=full.home.name, password="secret", first_run=first_run,
    )  # fmt: skip
    readers.start(account=account, quiet=True)
    await world.until(lambda: len(stored.arrivals) >= min(wanted, 500) and stored.facts, within=60)
    await readers.stop()
    (told,) = [record for record in caplog.records if record.message == "mail.first_run"]
    assert told.__dict__["taken"] == wanted
    for path in (full.home / "Maildir" / "cur").glob("*:2,"):
        path.rename(f"{path}S")
    full.put(letter(OLD + 1))
    readers.start(account=account, quiet=True)
    await world.until(lambda: len(stored.arrivals) >= wanted + 1, within=120)
    await readers.stop()
    assert len({one.external_id for one in stored.arrivals}) == len(stored.arrivals) == wanted + 1
    assert f"letter {OLD + 1}" in stored.subjects()
