"""Public keys of signatures, asked of DNS in threads of their own and remembered for a while."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from mail.signatures import Keys

THREADS = 4  # slow name servers hold up these and not the threads in which mails are read
REMEMBERED = 1_000  # keys
KEPT = timedelta(hours=1)
KEPT_ABSENT = timedelta(minutes=1)  # a name server that is silent costs its seconds once a minute
FAIR = 2.0  # seconds in which a name server could have answered
T = TypeVar("T")


def ask_dns(name: str, seconds: float) -> bytes | None:
    """The first TXT record of a name; None when there is none. dns.exception.DNSException when it cannot be had."""
    import dns.rdatatype
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, dns.rdatatype.TXT, lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    record = next(iter(answer), None)
    return b"".join(record.strings) if record is not None else None


class KeyLookup:
    """Does what takes long beside the event loop, within a deadline, and never asks for one key twice in a row."""

    def __init__(self, now: Callable[[], datetime], ask: Keys = ask_dns) -> None:
        self._now = now
        self._ask = ask
        self._known: OrderedDict[str, tuple[datetime, bytes | None]] = OrderedDict()
        self._lock = Lock()
        self._threads: ThreadPoolExecutor | None = None

    def key(self, name: str, until: float) -> bytes | None:
        """The key of that name; None when there is none, or none was to be had until that moment (time.monotonic)."""
        with self._lock:
            ends, key = self._known.get(name, (None, None))
        if ends and ends > self._now():
            return key
        seconds = until - time.monotonic()
        if seconds <= 0:
            return None
        try:
            key = self._ask(name, seconds)
        except Exception:  # noqa: BLE001 - whatever keeps us from the key, the mail is then not proven
            key = None
        if key is None and seconds < FAIR:
            return None  # it had to be asked in a hurry
        with self._lock:
            self._known[name] = (self._now() + (KEPT if key else KEPT_ABSENT), key)
            self._known.move_to_end(name)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return key

    async def beside(self, work: Callable[[float], T], *, otherwise: T, within: float) -> T:
        """What `work` returns, done in a thread and told until when; `otherwise` when that takes longer."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mail.keys")
        until = time.monotonic() + within
        try:
            async with asyncio.timeout(within):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work, until)
        except TimeoutError:
            return otherwise

    def close(self) -> None:
        """Let the threads go; what they still ask for is of no interest any more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
