"""Sends mail through one SMTP server, several mails over one connection; answers become the desk's own errors."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from desk.errors import DeliveryDelayed, DeliveryRefused, DoorShut, OtvetError
from mail.addresses import needs_utf8, on_the_line
from mail.headers import one_line
from mail.needs import Token
from mail.smtp_answers import blames_sender, is_dead, is_too_much, size_limit, words_of
from mail.smtp_login import connect

if TYPE_CHECKING:
    import aiosmtplib

ANSWER_WITHIN = 60.0  # seconds for a command
SLOWEST = 30_000  # bytes a second; a large mail may take as long as it takes at that
IDLE_FOR = 30.0  # seconds after which an unused connection is closed
FAREWELL = 2.0  # seconds that a mail on its way may still take when we are to close
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 900))
"""After the first failure in a row, the second …; a short "come again" costs seconds, a long one is not hammered."""
LOGIN_PAUSE = timedelta(minutes=5)
_GONE = {421, 454}  # "closing", "temporary authentication failure": the server, not the mail
CLOSING, TEMPORARY, PERMANENT = 421, 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An SMTP server and how to log in; `user` "" means without log-in."""

    host: str
    port: int
    security: str = "tls"  # "tls" | "starttls" | "none"
    user: str = ""
    password: str = field(default="", repr=False)
    token: Token | None = field(default=None, repr=False, compare=False)  # logs in instead of the password


Write = Callable[[int | None], Awaitable[bytes]]
"""Makes a mail for the bytes that the server takes at most, None when it named no limit."""


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

    async def send(self, *, message_id: str, sender: str, recipient: str, compose: Write) -> None:
        """Send what `compose` makes.

        `sender` "" is the null sender of automatic mail. DeliveryDelayed, DeliveryRefused, DoorShut, or one of the
        three below; whatever `compose` raises passes through with nothing sent.
        """
        import aiosmtplib

        to = on_the_line(recipient)
        if not to:
            raise DeliveryRefused(f"{one_line(recipient)[:200]!r} is no address that mail can be sent to")
        failures = self._failures  # several that wait for one dead server are one failure
        async with self._lock:
            try:
                await self._talk(sender, to, compose)
            except aiosmtplib.SMTPAuthenticationError as error:
                self._drop()
                wait = _pause(failures + 1) if error.code // 100 == TEMPORARY else LOGIN_PAUSE
                raise DeliveryDelayed(wait, words_of(error), everyone=True) from error
            except aiosmtplib.SMTPResponseException as error:
                await self._answered(message_id, error, failures + 1)
            except (aiosmtplib.SMTPException, OSError) as error:
                self._drop()
                self._failures = failures + 1
                reason = one_line(str(error))[:500] or type(error).__name__
                raise DeliveryDelayed(_pause(self._failures), reason, everyone=True) from error
            except OtvetError:
                if self._client is not None:
                    self._close_later()  # nothing was said: the connection is as good as before
                raise
            except BaseException:
                self._drop()  # cancelled in the middle of a conversation
                raise
            self._failures = 0
            self._tries.pop(message_id, None)
            self._close_later()

    async def _talk(self, sender: str, to: str, compose: Write) -> None:
        """Hand one mail over. A connection used before may be at its end: then a new one is made at once."""
        import aiosmtplib

        client, used = await self._connected()
        raw = await compose(size_limit(client))
        try:
            await self._announce(client, sender, to, raw)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPResponseException) as error:
            if not used or getattr(error, "code", CLOSING) != CLOSING:
                raise
            self._drop()
            client, _ = await self._connected()
            await self._announce(client, sender, to, raw)
        await client.data(raw, timeout=self._within + len(raw) / SLOWEST)

    async def close(self) -> None:
        """Say goodbye to the server, in the middle of a mail without its leave."""
        try:
            async with asyncio.timeout(FAREWELL), self._lock:
                await self._quit()
        except TimeoutError:
            self._drop()

    async def _connected(self) -> "tuple[aiosmtplib.SMTP, bool]":
        """Return a connection, and whether it was used before."""
        if self._closing is not None:
            self._closing.cancel()
        if self._client is not None and self._client.is_connected:
            if await self._listens(self._client):
                return self._client, True
            self._drop()
        self._client = client = make_client(self._account, self._within)
        try:
            await connect(client, self._account.user, self._account.token)
        except BaseException:
            self._drop()  # half a log-in is none
            raise
        return client, False

    async def _listens(self, client: "aiosmtplib.SMTP") -> bool:
        """Return whether a connection used before is still good for another mail."""
        import aiosmtplib

        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True

    async def _announce(self, client: "aiosmtplib.SMTP", sender: str, to: str, raw: bytes) -> None:
        options = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
        if needs_utf8(to) or needs_utf8(sender):
            if not client.supports_extension("smtputf8"):
                raise NoUtf8(to)
            options += ["BODY=8BITMIME", "SMTPUTF8"]
        await client.mail(sender, options=options, encoding="utf-8")
        await client.rcpt(to, encoding="utf-8")

    async def _answered(self, message_id: str, error: "aiosmtplib.SMTPResponseException", failures: int) -> None:
        """Raise what a server's refusal means for us; `failures`: how many in a row, if it is the server's own."""
        import aiosmtplib

        said, code = words_of(error), error.code
        if code in _GONE or not TEMPORARY * 100 <= code < (PERMANENT + 1) * 100:
            self._drop()
            self._failures = failures
            raise DeliveryDelayed(_pause(self._failures), said, everyone=True) from error
        self._close_later()
        if code // 100 == TEMPORARY:
            tries = self._tries[message_id] = self._tries.get(message_id, 0) + 1
            raise DeliveryDelayed(_pause(tries), said) from error
        self._tries.pop(message_id, None)
        at_recipient = isinstance(error, aiosmtplib.SMTPRecipientRefused)
        if is_too_much(code, said, at_recipient=at_recipient):
            raise TooMuch(said) from error
        # Many servers judge the sender only when they know the recipient.
        if isinstance(error, aiosmtplib.SMTPSenderRefused) or (at_recipient and blames_sender(said)):
            raise SenderRefused(said) from error
        if at_recipient and is_dead(code, said):
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


class TooMuch(DeliveryRefused):
    """The server does not take a mail of this size."""


class NoUtf8(DeliveryRefused):
    """The server cannot write to such an address, which has letters beyond ASCII before its @."""


def make_client(account: Account, within: float) -> "aiosmtplib.SMTP":
    """Return a client that is not connected yet; with a token it logs in by that afterwards."""
    import aiosmtplib

    password = account.user and not account.token
    return aiosmtplib.SMTP(
        hostname=account.host,
        port=account.port,
        use_tls=account.security == "tls",
        start_tls=account.security == "starttls",
        username=account.user if password else None,
        password=account.password if password else None,
        timeout=within,
        # The library would ask DNS for this machine's name, which can take seconds and says nothing to the server.
        local_hostname="[127.0.0.1]",
    )


def _pause(failures: int) -> timedelta:
    return PAUSES[min(max(failures, 1), len(PAUSES)) - 1]
