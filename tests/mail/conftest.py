"""Mailboxes to read: the playground's always, Dovecot's where it is installed; and what reading them needs."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mail.arrivals import Account
from playground.mail import MailWorld
from tests.mail.hands import ANN, SUPPORT, Dovecot, Readers, Stored

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"


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
def dovecot_server() -> Iterator[tuple[int, Path]]:
    """Run Dovecot with its own configuration, users and folders."""
    if not Path(DOVECOT).exists():
        pytest.skip("Dovecot is not installed on this machine (apt-get install dovecot-imapd)")
    if os.geteuid() != 0:
        pytest.skip("Dovecot is started by root only")
    base = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    base.chmod(0o755)
    homes = base / "homes"
    homes.mkdir()
    shutil.chown(homes, "mail", "mail")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (base / "dovecot.conf").write_text(
        f"""
protocols = imap
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
first_valid_uid = 1
default_internal_user = dovecot
maildir_very_dirty_syncs = no
mailbox_idle_check_interval = 1 secs
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={homes}/%u
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
    )
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(base / "dovecot.conf")], stderr=subprocess.DEVNULL)
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            if line.recv(4) == b"* OK":
                break
        if process.poll() is not None:
            pytest.fail(f"Dovecot did not start: {(base / 'log').read_text()[-500:]}")
    yield port, homes
    process.terminate()
    process.wait(10)
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def dovecot(dovecot_server: tuple[int, Path]) -> Dovecot:
    """A fresh user of that server."""
    port, homes = dovecot_server
    home = homes / f"u{os.urandom(4).hex()}"
    for part in ("tmp", "new", "cur"):
        (home / "Maildir" / part).mkdir(parents=True)
    made = Dovecot(port=port, home=home)
    _give_to_mail(home)
    return made


def _give_to_mail(home: Path) -> None:
    for path in (home, *home.rglob("*")):
        shutil.chown(path, "mail", "mail")
