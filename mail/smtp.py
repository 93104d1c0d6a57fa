"""Sends mail through one SMTP server, several mails over one connection; answers become the desk's own errors."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from desk.errors import DeliveryDelayed, DeliveryRefused, DoorShut
from mail.headers import one_line

if TYPE_CHECKING:
    import aiosmtplib

ANSWER_WITHIN = 60.0  # seconds for a command; a large mail may take this long between two answers
IDLE_FOR = 30.0  # seconds after which an unused connection is closed
FAREWELL = 2.0  # seconds that a mail on its way may still take when we are to close
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 900))
"""After the first failure in a row, the second …; a short "come again" costs seconds, a long one is not hammered."""
LOGIN_PAUSE = timedelta(minutes=5)
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~.-]{1,64}@[A-Za-z0-9._:\[\]-]{1,255}")
_SHUT = {550, 551, 553}
_GONE = {421, 454}  # "closing", "temporary authentication failure": the server, not the mail
TEMPORARY, PERMANENT = 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An SMTP server and how to log in; `user` "" means without log-in."""

    host: str
    port: int
    security: str = "tls"  # "tls" | "starttls" | "none"
    user: str = ""
    password: str = field(default="", repr=False)


class Sender:
    """One account. Mails go one after another."""

    def __init__(self, account: Account, *, answer_within: float = ANSWER_WITHIN, idle_for: float = IDLE_FOR) -> None:
        self._account = account
        self._within = answer_within
        self._idle_for = idle_for
        self._lock = asyncio.Lock()
        self._client: aiosmtplib.SMTP | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._failures = 0
        self._tries: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(
        self, *, message_id: str, sender: str, recipient: str, compose: Callable[[int | None], bytes]
    ) -> None:
        """Send what `compose` makes for the server's size limit in bytes (None: it named none).

        `sender` "" is the null sender of automatic mail. DeliveryDelayed, DeliveryRefused or DoorShut.
        """
        import aiosmtplib

        if not _ADDRESS.fullmatch(recipient):
            raise DeliveryRefused(f"{one_line(recipient)[:200]!r} is no address that mail can be sent to")
        failures = self._failures  # several that wait for one dead server are one failure
        async with self._lock:
            try:
                client = await self._connected()
                await self._speak(client, sender, recipient, compose(size_limit(client)))
            except aiosmtplib.SMTPAuthenticationError as error:
                self._drop()
                raise DeliveryDelayed(LOGIN_PAUSE, _said(error), everyone=True) from error
            except aiosmtplib.SMTPResponseException as error:
                await self._answered(message_id, error, failures + 1)
            except (aiosmtplib.SMTPException, OSError) as error:
                self._drop()
                self._failures = failures + 1
                reason = one_line(str(error)) or type(error).__name__
                raise DeliveryDelayed(_pause(self._failures), reason, everyone=True) from error
            except BaseException:
                self._drop()  # cancelled in the middle of a conversation
                raise
            self._failures = 0
            self._tries.pop(message_id, None)
            self._close_later()

    async def close(self) -> None:
        """Say goodbye to the server, in the middle of a mail without its leave."""
        try:
            async with asyncio.timeout(FAREWELL), self._lock:
                await self._quit()
        except TimeoutError:
            self._drop()

    async def _connected(self) -> "aiosmtplib.SMTP":
        if self._closing is not None:
            self._closing.cancel()
        if self._client is not None and self._client.is_connected:
            if await self._listens(self._client):
                return self._client
            self._drop()
        self._client = client = make_client(self._account, self._within)
        await client.connect()
        return client

    async def _listens(self, client: "aiosmtplib.SMTP") -> bool:
        """Return whether a connection used before is still good for another mail."""
        import aiosmtplib

        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True

    async def _speak(self, client: "aiosmtplib.SMTP", sender: str, recipient: str, raw: bytes) -> None:
        options = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
        await client.mail(sender, options=options)
        await client.rcpt(recipient)
        await client.data(raw)

    async def _answered(self, message_id: str, error: "aiosmtplib.SMTPResponseException", failures: int) -> None:
        """Raise what a server's refusal means for us; `failures`: how many in a row, if it is the server's own."""
        import aiosmtplib

        said, code = _said(error), error.code
        if code in _GONE or not TEMPORARY * 100 <= code < (PERMANENT + 1) * 100:
            self._drop()
            self._failures = failures
            raise DeliveryDelayed(_pause(self._failures), said, everyone=True) from error
        self._close_later()
        if code // 100 == TEMPORARY:
            tries = self._tries[message_id] = self._tries.get(message_id, 0) + 1
            raise DeliveryDelayed(_pause(tries), said) from error
        self._tries.pop(message_id, None)
        if isinstance(error, aiosmtplib.SMTPSenderRefused):
            raise SenderRefused(said) from error
        if isinstance(error, aiosmtplib.SMTPRecipientRefused) and is_dead(code, said):
            raise DoorShut(said) from error
        raise DeliveryRefused(said) from error

    def _close_later(self) -> None:
        def now() -> None:
            task = asyncio.ensure_future(self.close())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        if self._closing is not None:
            self._closing.cancel()
        self._closing = asyncio.get_running_loop().call_later(self._idle_for, now)

    async def _quit(self) -> None:
        import aiosmtplib

        client, self._client = self._client, None
        if self._closing is not None:
            self._closing.cancel()
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=2)
        except (aiosmtplib.SMTPException, OSError):
            client.close()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class SenderRefused(DeliveryRefused):
    """The server does not take this envelope sender."""


def make_client(account: Account, within: float) -> "aiosmtplib.SMTP":
    """Return a client that is not connected yet."""
    import aiosmtplib

    return aiosmtplib.SMTP(
        hostname=account.host,
        port=account.port,
        use_tls=account.security == "tls",
        start_tls=account.security == "starttls",
        username=account.user or None,
        password=account.password or None,
        timeout=within,
        # The library would ask DNS for this machine's name, which can take seconds and says nothing to the server.
        local_hostname="[127.0.0.1]",
    )


def size_limit(client: "aiosmtplib.SMTP") -> int | None:
    """Return the bytes of a mail that the server takes at most, None when it named no limit."""
    said = client.esmtp_extensions.get("size", "").strip()
    return int(said) if said.isdigit() and int(said) > 0 else None


def is_dead(code: int, said: str) -> bool:
    """Return whether a refused recipient means that the address does not exist; a policy's "no" does not."""
    enhanced = _ENHANCED.search(said)
    if enhanced is None:
        return code in _SHUT
    return enhanced[1] == "5" and (enhanced[2] == "1" or (enhanced[2], enhanced[3]) == ("2", "1"))


def _said(error: "aiosmtplib.SMTPResponseException") -> str:
    return one_line(f"{error.code} {error.message}")[:500]


def _pause(failures: int) -> timedelta:
    return PAUSES[min(max(failures, 1), len(PAUSES)) - 1]
