"""`make bench-mail`: mail to ticket from a Dovecot on this machine, beside django-helpdesk; figures only, no verdict.

COUNT mails (1,000), and GROWTH mails (20,000; 0 skips it) for how memory grows. django-helpdesk comes from PyPI into
.venv-bench, an environment of its own.
"""

import imaplib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mail.parse import parse
from tests.bench.dovecot import Server, dovecot
from tests.bench.letters import SUPPORT, letters

ROOT = Path(__file__).parents[2]
PEER = "django-helpdesk==2.6.1"
VENV = ROOT / ".venv-bench"
AT_ONCE = 50


def fetching(server: Server, user: str) -> float:
    """Mails a second that imaplib fetches, fifty at a time, and throws away: nobody can be quicker than the server."""
    line = imaplib.IMAP4("127.0.0.1", server.port)
    line.login(user, "secret")
    line.select("INBOX", readonly=True)
    uids = line.uid("SEARCH", "ALL")[1][0].split()
    began = time.perf_counter()
    for start in range(0, len(uids), AT_ONCE):
        line.uid("FETCH", b",".join(uids[start : start + AT_ONCE]).decode(), "(BODY.PEEK[])")
    speed = len(uids) / (time.perf_counter() - began)
    line.logout()
    return speed


def parsing(mails: Sequence[bytes]) -> float:
    """Mails a second that are parsed, with nothing else done to them."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    for mail in mails:
        parse(mail, mailbox="support", own_address=SUPPORT, received=now, is_own_id=lambda _: False)
    return len(mails) / (time.perf_counter() - began)


def desk(server: Server, user: str, mails: Sequence[bytes]) -> dict[str, Any]:
    """The desk in a process of its own, on a database of its own."""
    server.mailbox(user, mails)
    with tempfile.TemporaryDirectory(prefix="otvet-bench-") as folder:
        command = [sys.executable, "-m", "tests.bench.intake", folder, str(server.port), user, str(len(mails))]
        return measured(command, folder=ROOT)


def peer(server: Server, user: str, mails: Sequence[bytes]) -> dict[str, Any]:
    """django-helpdesk in a process of its own. CalledProcessError when it cannot be installed."""
    python = VENV / "bin" / "python"
    if not (VENV / "installed").exists():
        print(f"installing {PEER} into {VENV.name} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True, capture_output=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True, capture_output=True)
        (VENV / "installed").touch()
    server.mailbox(user, mails)
    script = Path(__file__).with_name("django_helpdesk.py")
    with tempfile.TemporaryDirectory(prefix="otvet-bench-") as folder:
        return measured([str(python), str(script), folder, str(server.port), user], folder=Path(folder))


def measured(command: Sequence[str], *, folder: Path) -> dict[str, Any]:
    """What a process measured of itself."""
    done = subprocess.run(
        command, check=True, cwd=folder, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def show(name: str, found: dict[str, Any], count: int) -> None:
    speed, cpu = count / found["seconds"], found["cpu"] / count * 1000
    print(
        f"{name:32} {speed:7.0f} mails/s {cpu:6.2f} ms CPU a mail, {found['peak']:4.0f} MB at most; "
        f"{found['messages']} messages in {found['tickets']} tickets",
        flush=True,
    )


def main(count: int, growth: int) -> None:
    mails = letters(count)
    print(f"{count} mails, {min(map(len, mails)) / 1000:.0f} to {max(map(len, mails)) / 1000:.0f} kB; SQLite on disk")
    with dovecot() as server:
        server.mailbox("raw", mails)
        print(f"{'fetching alone (imaplib)':32} {fetching(server, 'raw'):7.0f} mails/s")
        print(f"{'parsing alone':32} {parsing(mails):7.0f} mails/s", flush=True)
        ours = desk(server, "desk", mails)
        show("the desk, all but delivery", ours, count)
        try:
            theirs = peer(server, "peer", mails)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"{PEER} cannot be measured here: {error}\n{getattr(error, 'stderr', b'').decode()[-500:]}")
        else:
            show(f"{PEER} get_email", theirs, count)
            print(f"{'speed':32} {theirs['seconds'] / ours['seconds']:7.1f} times")
            print(f"{'CPU a mail':32} {ours['cpu'] / theirs['cpu']:7.0%} of it", flush=True)
        if growth:
            long = desk(server, "long", letters(growth))
            show(f"the desk, {growth} mails", long, growth)
            print(f"{'memory after 1,000 and at the end':32} {long['early']:.0f} and {long['late']:.0f} MB")


if __name__ == "__main__":
    try:
        main(int(os.environ.get("COUNT") or 1_000), int(os.environ.get("GROWTH") or 20_000))
    except RuntimeError as error:
        sys.exit(str(error))
