"""Dovecot in trouble: cut wires, goodbyes, silence, lacks, people at work in the same mailbox. Nothing lost or doubled."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mail.arrivals import Account
from playground.mail import MailWorld
from tests.mail.dovecots import DovecotServer, dovecot_server
from tests.mail.hands import Dovecot, Readers, Stored, letter
from tests.mail.proxy import Proxy

pytestmark = pytest.mark.dovecot


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    return Account(
        name="support", address="support@desk.example", host="127.0.0.1", port=dovecot.port, tls=False,
        user=dovecot.home.name, password="secret", first_run="all", poll=timedelta(seconds=1),
    )  # fmt: skip


@pytest.fixture
async def proxy(dovecot: Dovecot) -> AsyncIterator[Proxy]:
    async with Proxy(dovecot.port) as made:
        yield made


@pytest.mark.parametrize("cut_after", [2_000, 9_000, 40_000, 90_000])
async def test_a_wire_cut_in_the_middle_of_fetch(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld, proxy: Proxy, cut_after: int
) -> None:
    """Half a mail is never handed in; what was stored before the cut is only moved afterwards."""
    for number in range(8):
        dovecot.put(letter(number, size=20_000))
    proxy.cut_after = cut_after
    readers.start(account=replace(account, port=proxy.port))
    await world.until(lambda: len(stored.arrivals) >= 8 and dovecot.lying() == 0, within=15)
    assert proxy.connections >= 2
    assert sorted(stored.subjects()) == sorted(f"letter {number}" for number in range(8))
    assert {len(one.content) for one in stored.arrivals} == {len(letter(1, size=20_000))}
    assert dovecot.lying("Processed") == 8


async def test_a_goodbye_in_idle(
    shared_dovecot: DovecotServer,
    dovecot: Dovecot,
    account: Account,
    readers: Readers,
    stored: Stored,
    world: MailWorld,
) -> None:
    """The server ends the session (BYE); mail that comes afterwards is read by a new one."""
    readers.start(account=replace(account, poll=timedelta(seconds=60)))
    await world.until(lambda: stored.health)
    await asyncio.sleep(0.3)  # until it idles, which only Dovecot knows
    assert shared_dovecot.kick(dovecot.home) == 1
    dovecot.put(letter(1))
    await world.until(lambda: stored.arrivals, within=8)
    await world.until(lambda: dovecot.lying() == 0)


async def test_a_server_that_goes_silent_is_given_up(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld, proxy: Proxy
) -> None:
    """Connections stand and nothing comes: told as silence, and read again as soon as it speaks."""
    readers.start(account=replace(account, port=proxy.port))
    await world.until(lambda: stored.health)
    proxy.swallow = True
    dovecot.put(letter(1))
    await world.until(lambda: stored.health[-1][0] is False, within=20)
    assert "не отвечает" in stored.health[-1][1]
    proxy.swallow = False
    await world.until(lambda: stored.arrivals, within=15)
    assert stored.subjects() == ["letter 1"]


async def test_refused_logins_stop_with_a_word(
    account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    readers.start(account=replace(account, password="wrong"))
    await world.until(lambda: stored.health and "трижды" in stored.health[-1][1], within=20)


@pytest.fixture(scope="module")
def poor() -> Iterator[DovecotServer]:
    """A Dovecot that does not speak of MOVE."""
    with dovecot_server(more="imap_capability = IMAP4rev1 LITERAL+ IDLE UIDPLUS NAMESPACE") as running:
        yield running


async def test_without_move_only_what_was_stored_is_expunged(
    poor: DovecotServer, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """What a person has marked as deleted in the same inbox stays theirs."""
    box = poor.user()
    theirs = box.home / "Maildir" / "cur" / f"1.{os.urandom(4).hex()}.theirs:2,ST"
    theirs.write_bytes(letter(99))
    shutil.chown(theirs, "mail", "mail")
    box.put(letter(1))
    box.put(letter(2))
    readers.start(account=replace(account, port=box.port, user=box.home.name, first_run="unseen"))
    await world.until(lambda: box.lying("Processed") == 2, within=8)
    assert sorted(stored.subjects()) == ["letter 1", "letter 2"]
    ours = theirs.name.split(":")[0]  # the copies are there before the originals are gone
    await world.until(
        lambda: [path.name.split(":")[0] for path in (box.home / "Maildir" / "cur").iterdir()] == [ours], within=8
    )


async def test_the_servers_indexes_are_lost(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """A new UIDVALIDITY under the poller's feet: mail goes on, what is known keeps its digest."""
    readers.start(account=account, quiet=True)
    dovecot.put(letter(1))
    await world.until(lambda: stored.arrivals, within=5)
    await readers.stop()
    for path in (dovecot.home / "Maildir").glob("dovecot*"):
        path.unlink()
    (dovecot.home / "Maildir" / "dovecot-uidlist").write_text(f"3 V4242 N1 G{'abcdef' * 5}ab\n")
    shutil.chown(dovecot.home / "Maildir" / "dovecot-uidlist", "mail", "mail")
    dovecot.put(letter(2))
    readers.start(account=account, quiet=True)
    await world.until(lambda: len(stored.arrivals) >= 3, within=8)
    assert sorted(stored.subjects()) == ["letter 1", "letter 1", "letter 2"]
    assert len({one.digest for one in stored.arrivals}) == 2


@pytest.mark.parametrize("act", ["open", "delete", "move"])
async def test_a_person_at_work_in_the_inbox_while_we_fetch(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld, act: str
) -> None:
    """Between storing and moving somebody opens, deletes or moves the mail away: once stored, no failure."""
    receive = stored.receive

    async def meddling(arrivals: object) -> None:
        for path in [*(dovecot.home / "Maildir" / "new").iterdir(), *(dovecot.home / "Maildir" / "cur").iterdir()]:
            with contextlib.suppress(FileNotFoundError):
                meddle(path)
        await receive(arrivals)  # type: ignore[arg-type]

    def meddle(path: Path) -> None:
        name = path.name.split(":")[0]
        if act == "delete":
            path.unlink()
        elif act == "open":
            path.rename(dovecot.home / "Maildir" / "cur" / f"{name}:2,S")
        else:
            elsewhere = dovecot.home / "Maildir" / ".Elsewhere" / "cur"
            elsewhere.mkdir(parents=True, exist_ok=True)
            path.rename(elsewhere / f"{name}:2,S")

    stored.receive = meddling  # type: ignore[method-assign,assignment]
    for number in range(3):
        dovecot.put(letter(number))
    readers.start(account=account)
    await world.until(lambda: len(stored.arrivals) >= 3, within=8)
    stored.receive = receive  # type: ignore[method-assign]
    dovecot.put(letter(9))
    await world.until(lambda: "letter 9" in stored.subjects() and dovecot.lying() == 0, within=10)
    assert sorted(stored.subjects()) == ["letter 0", "letter 1", "letter 2", "letter 9"]
    assert all(ok for ok, _ in stored.health)


async def test_a_mail_moved_back_to_the_inbox_has_the_digest_that_it_had(
    dovecot: Dovecot, account: Account, readers: Readers, stored: Stored, world: MailWorld
) -> None:
    """It comes under another number, is known by its content, and leaves the inbox again."""
    readers.start(account=account)
    dovecot.put(letter(1))
    await world.until(lambda: dovecot.lying("Processed") == 1, within=8)
    for part in ("new", "cur"):
        for path in (dovecot.home / "Maildir" / ".Processed" / part).iterdir():
            path.rename(dovecot.home / "Maildir" / "cur" / f"{path.name.split(':')[0]}.back:2,S")
    await world.until(lambda: len(stored.arrivals) == 2 and dovecot.lying() == 0, within=8)
    assert stored.arrivals[0].digest == stored.arrivals[1].digest
    assert stored.arrivals[0].external_id != stored.arrivals[1].external_id
