"""Starts desks that may be killed: everything is imported once, each desk is a forked process of its own.

Usage: forker.py CONFIG LOG. A line "start" on stdin begins a desk, "kill" ends it by SIGKILL, "term" by SIGTERM; the
answers are its process id and its exit code.
"""

import os
import signal
import sys
import traceback
from pathlib import Path

import aiosmtplib  # noqa: F401 - what a desk would import late
from aioimaplib import aioimaplib  # noqa: F401

import bot.channel  # noqa: F401
import mail.channel  # noqa: F401
import scheduler.jobs  # noqa: F401
import store.store  # noqa: F401
from desk.__main__ import load, main
from scheduler.workdays import days_off


def start(config: str, journal: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        handle = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        code = main(["run", "--config", config])
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - whatever it is, the test must read of it
        traceback.print_exc()
    finally:
        os._exit(code)


def serve(config: str, journal: str) -> None:
    pid = 0
    days_off(load(Path(config))[0].calendar.holidays)  # warms what is slow at first use
    for line in sys.stdin:
        if line.strip() == "start":
            pid = start(config, journal)
            print(pid, flush=True)
            continue
        os.kill(pid, signal.SIGKILL if line.strip() == "kill" else signal.SIGTERM)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2])
