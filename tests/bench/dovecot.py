"""A Dovecot on this machine for measuring: one user, whose mails are put into the Maildir before anybody reads them."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
CONFIG = """
protocols = imap
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
maildir_very_dirty_syncs = yes
first_valid_uid = 1
default_internal_user = dovecot
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={base}/homes/%u
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


class Server:
    """A running Dovecot."""

    def __init__(self, base: Path, port: int) -> None:
        self.base = base
        self.port = port

    def mailbox(self, user: str, letters: Sequence[bytes]) -> None:
        """Make a user whose inbox holds these mails."""
        maildir = self.base / "homes" / user / "Maildir"
        for part in ("tmp", "new", "cur"):
            (maildir / part).mkdir(parents=True)
        for number, letter in enumerate(letters):
            (maildir / "new" / f"{1_700_000_000 + number}.{number}.bench").write_bytes(letter)
        for path in (maildir.parent, *maildir.parent.rglob("*")):
            shutil.chown(path, "mail", "mail")


@contextmanager
def dovecot() -> Iterator[Server]:
    """Start and end it. RuntimeError with what is missing."""
    if not Path(DOVECOT).exists() or os.geteuid() != 0:
        raise RuntimeError("measuring needs Dovecot (apt-get install dovecot-imapd) and root, who alone starts it")
    base = Path(tempfile.mkdtemp(prefix="otvet-dovecot-"))
    base.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (base / "dovecot.conf").write_text(CONFIG.format(base=base, port=port), encoding="ascii")
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(base / "dovecot.conf")], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                if line.recv(4) == b"* OK":
                    break
        yield Server(base, port)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(base, ignore_errors=True)
