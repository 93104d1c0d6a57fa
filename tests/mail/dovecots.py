"""Dovecot servers of the tests' own: started with their own configuration, users and folders, ended afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mail.hands import Dovecot

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
BY_PASSWORD = """
passdb {
  driver = static
  mechanisms = plain login
  args = password=secret
}
"""


@dataclass
class DovecotServer:
    """A server that runs; `user` makes somebody with an empty mailbox."""

    port: int
    base: Path

    def user(self) -> Dovecot:
        home = self.base / "homes" / f"u{os.urandom(4).hex()}"
        for part in ("tmp", "new", "cur"):
            (home / "Maildir" / part).mkdir(parents=True)
        for path in (home, *home.rglob("*")):
            shutil.chown(path, "mail", "mail")
        return Dovecot(port=self.port, home=home)

    def kick(self, home: Path) -> int:
        """End the sessions of one user as an administrator does, who is told BYE; how many there were."""
        found = 0
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (process / "cmdline").read_bytes()
                if words.startswith(b"dovecot/imap\0") or b"imap" in words.split(b"\0")[0]:
                    environment = (process / "cwd").readlink()
                    if environment == home:
                        os.kill(int(process.name), signal.SIGTERM)
                        found += 1
        return found

    def doveadm(self, *words: str) -> str:
        command = ["doveadm", "-c", str(self.base / "dovecot.conf"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@contextmanager
def dovecot_server(*, login: str = BY_PASSWORD, more: str = "") -> Iterator[DovecotServer]:
    """Run Dovecot; `login` says who gets in, `more` goes to the end of its configuration."""
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
auth_failure_delay = 0
mail_max_userip_connections = 100
namespace inbox {{
  inbox = yes
  separator = /
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
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
{login.replace("{base}", str(base))}
{more}
"""
    )
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(base / "dovecot.conf")], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                if line.recv(4) == b"* OK":
                    break
            if process.poll() is not None:
                pytest.fail(f"Dovecot did not start: {(base / 'log').read_text()[-500:]}")
            time.sleep(0.02)  # a server process in another room of the machine: nothing to await
        else:
            pytest.fail("Dovecot did not begin to listen")
        yield DovecotServer(port=port, base=base)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(base, ignore_errors=True)
