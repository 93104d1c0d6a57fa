"""One IMAP connection that never hangs: every wait ends by an answer, a lost line or a time limit.

Rule: aioimaplib leaves commands pending for ever when the line breaks, the server says BYE or a command is cancelled,
and goes on thinking that a folder is selected. So each wait is raced against the loss of the connection, and after
anything but a plain answer the connection is thrown away.

Longer than most modules: each part works around a defect of the library, and they only make sense side by side.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from desk.texts import say
from mail import wire, xoauth

T = TypeVar("T")

CLOSED, SILENT, REFUSED = ("", "mail.lost_closed"), ("", "mail.lost_silent"), ("", "mail.lost_refused")

ANSWER_WITHIN = 30.0  # seconds for a command's answer; a FETCH may take this long without a byte arriving
SLOW = 6  # times that: opening and searching a folder of many thousands, which the server may have to index first
FETCH_WITHIN = 900.0  # seconds for a whole answer to FETCH, over a slow line too
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Response codes (RFC 5530) of a server that cannot log anybody in just now.
_COUNT = re.compile(rb"\* (\d+) (EXISTS|EXPUNGE)", re.IGNORECASE)
PASSING = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN"}


class Lost(Exception):
    """The connection is gone or was thrown away; why, in somebody else's words or by a `key` of desk/texts."""

    def __init__(self, words: str = "", key: str = "") -> None:
        self.words = words
        self.key = key
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """Why, in a language where it is ours to say."""
        return say(language, self.key, words=self.words) if self.key else self.words


class Refused(Exception):
    """The server answered NO or BAD, in its own words; `codes` are its response codes."""

    def __init__(self, words: str, codes: Iterable[str] = ()) -> None:
        self.codes = frozenset(codes)
        super().__init__(words)


class LoginRefused(Refused):
    """These credentials are not accepted."""


def why(error: BaseException) -> tuple[str, str]:
    """What Lost says of an error: words, and a key where they can be said better."""
    if isinstance(error, TimeoutError):
        return SILENT
    if isinstance(error, ConnectionRefusedError) or isinstance(error.__cause__, ConnectionRefusedError):
        return REFUSED
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError | EOFError):
        return CLOSED
    return str(error) or type(error).__name__, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    uidvalidity: int
    uidnext: int


class Session:
    """An authenticated connection. Lost from any method: throw it away and connect anew."""

    def __init__(self, *, within: float = ANSWER_WITHIN) -> None:
        self._client: Any = None
        self._within = within
        self._gone: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
        self._idle: asyncio.Future[Any] | None = None
        self._lying = -1  # mails in the folder, as far as the server has told
        self._news = False

    async def connect(self, host: str, port: int, *, tls: bool) -> None:
        """Open the line and wait for the greeting."""
        from aioimaplib import aioimaplib  # only who polls pays for the import

        # IMAP4_SSL would drop the callback; IMAP4 with a context is the same connection.
        self._client = aioimaplib.IMAP4(
            host,
            port,
            timeout=self._within,
            conn_lost_cb=self._connection_lost,
            ssl_context=await asyncio.to_thread(ssl.create_default_context) if tls else None,
        )
        self._listen()
        await self._wait(self._client.wait_hello_from_server())

    async def login(self, user: str, password: str) -> None:
        """LoginRefused, or Refused when the server cannot log in anybody just now."""
        answer = await self._wait(self._client.login(wire.quoted(user), password))
        await self._logged_in(answer, wire.words(answer.lines))

    async def login_by_token(self, user: str, token: str) -> None:
        """The same with an access token (XOAUTH2)."""
        answer, words = await self._wait(xoauth.authenticate(self._client.protocol, user, token))
        await self._logged_in(answer, words)

    async def _logged_in(self, answer: Any, words: str) -> None:
        if answer.result != "OK":
            codes = set(wire.codes(answer.lines))
            error = Refused if codes & PASSING else LoginRefused
            raise error(words, codes)
        await self._wait(self._client.protocol.capability())  # what it can do for us it says only now

    def can(self, capability: str) -> bool:
        return capability in {word.upper() for word in self._client.protocol.capabilities}

    async def select(self, folder: str) -> Selected:
        opening = self._client.protocol.select(wire.folder(folder))
        answer = self._good(await self._wait(opening, within=self._within * SLOW))
        codes = wire.codes(answer.lines)
        return Selected(uidvalidity=int(codes.get("UIDVALIDITY", "0")), uidnext=int(codes.get("UIDNEXT", "0")))

    def _listen(self) -> None:
        """Hear of new mail in the answer to any command: IDLE, begun after that, would not speak of it again."""
        protocol = self._client.protocol
        heard = protocol._untagged_response  # noqa: SLF001 - aioimaplib throws these lines away

        def hear(line: bytes) -> Any:
            if told := _COUNT.match(line):
                lying = self._lying - 1 if told[2].upper() == b"EXPUNGE" else int(told[1])
                self._news = self._news or lying > self._lying
                self._lying = lying
            return heard(line)

        protocol._untagged_response = hear  # noqa: SLF001

    def nothing_new(self) -> None:
        """Forget what was told of new mail: it is about to be looked for."""
        self._news = False

    async def search(self, *criteria: str) -> list[int]:
        """Return uids in ascending order."""
        searching = self._client.protocol.search(*criteria, by_uid=True, charset=None)
        answer = self._good(await self._wait(searching, within=self._within * SLOW))
        numbers = (word for line in answer.lines[:-1] for word in bytes(line).split())
        return sorted({int(word) for word in numbers if word.isdigit()})

    async def since(self, day: date) -> list[int]:
        """Return the uids of mails that the server received on that day or later."""
        return await self.search("SINCE", f"{day.day}-{MONTHS[day.month - 1]}-{day.year}")

    async def fetch(self, uids: Sequence[int], what: str) -> list[wire.Fetched]:
        """Return what the server has of these; a few dozen uids at most, for aioimaplib recurses per line."""
        # aioimaplib's own limit runs from the last bytes that came, so that a large mail may take its time.
        answer = self._good(await self._wait(self._client.uid("fetch", wire.uid_set(uids), what), within=FETCH_WITHIN))
        return wire.read_fetch(answer.lines)

    async def exists(self, folder: str) -> bool:
        return bool((await self._wait(self._client.status(wire.folder(folder), "(MESSAGES)"))).result == "OK")

    async def create(self, folder: str) -> None:
        """Make and subscribe a folder, so that mail programs show it."""
        self._good(await self._wait(self._client.create(wire.folder(folder))))
        await self._wait(self._client.subscribe(wire.folder(folder)))

    async def delimiter(self) -> str:
        """Return what stands between a folder and one inside it."""
        answer = self._good(await self._wait(self._client.list('""', '""')))
        for line in answer.lines[:-1]:
            parts = bytes(line).decode(errors="replace").partition(")")[2].split('"')
            if len(parts) > 1 and parts[1]:
                return parts[1].removeprefix("\\") or "\\"
        return "/"

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """Move; a server without MOVE copies and expunges these and no other mails."""
        chosen, target = wire.uid_set(uids), wire.folder(folder)
        if self.can("MOVE"):
            self._good(await self._wait(self._client.uid("move", chosen, target)))
            return
        self._good(await self._wait(self._client.uid("copy", chosen, target)))
        await self.delete(uids)

    async def delete(self, uids: Sequence[int]) -> None:
        """Delete these and no other mails of the open folder."""
        chosen = wire.uid_set(uids)
        self._good(await self._wait(self._client.uid("store", chosen, "+FLAGS.SILENT", r"(\Deleted)")))
        if self.can("UIDPLUS"):
            self._good(await self._wait(self._client.uid("expunge", chosen)))
        elif set(await self.search("DELETED")) <= set(uids):
            # A bare EXPUNGE would also take what a person has only marked; then ours stay marked too.
            self._good(await self._wait(self._client.expunge()))

    async def wait_for_news(self, seconds: float, *, idle: bool = True) -> None:
        """Return when the server speaks, or has spoken, of a change, at the latest after so many seconds."""
        if self._news:
            return
        if not idle:
            await self._sleep(seconds)
            self._good(await self._wait(self._client.noop()))
            return
        self._idle = idling = await self._wait(self._client.idle_start(timeout=seconds + 60))
        try:
            pushed = await self._wait(self._client.wait_server_push(timeout=seconds), own_limit=True)
        except TimeoutError:
            pushed = []
        if isinstance(pushed, list) and any(bytes(line).upper().startswith(b"BYE") for line in pushed):
            raise self._drop(bytes(pushed[0]).decode(errors="replace")[:200], "mail.lost_goodbye")
        self._client.idle_done()
        await self._wait(idling)
        self._idle = None

    async def close(self) -> None:
        """Say goodbye if the server still listens; never raises."""
        if self._client is None or self._client.protocol.transport is None:
            self._abandon()
            return
        if not self._gone.done() and self._idle is None and self._client.protocol.pending_sync_command is None:
            try:
                async with asyncio.timeout(min(2.0, self._within)):
                    await self._client.logout()
            except Exception:  # noqa: BLE001, S110 - whatever aioimaplib raises here, we are leaving
                pass
        self._abandon()

    async def _sleep(self, seconds: float) -> None:
        await asyncio.wait({self._gone}, timeout=seconds)
        if self._gone.done():
            raise self._drop(*self._gone.result())

    async def _wait(self, doing: Awaitable[T], *, within: float | None = None, own_limit: bool = False) -> T:
        """Return the answer, or raise Lost; `own_limit`: the caller waits with a limit and wants its TimeoutError."""
        task: asyncio.Future[T] = asyncio.ensure_future(doing)
        limit = None if own_limit else within or self._within
        try:
            both: set[asyncio.Future[Any]] = {task, self._gone}
            await asyncio.wait(both, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            task.cancel()
            self._abandon()
            raise
        if task.done():
            try:
                return task.result()
            except TimeoutError:
                if own_limit:
                    raise
                raise self._drop(*SILENT) from None
            except (OSError, ssl.SSLError, ValueError) as error:
                raise self._drop(*why(error)) from error
            except Exception as error:
                if not type(error).__module__.startswith("aioimaplib"):
                    raise
                # The library's own limit names the whole command, which says nothing to people.
                timed_out = type(error).__name__ == "CommandTimeout"
                raise self._drop(*(SILENT if timed_out else (str(error) or type(error).__name__, ""))) from error
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise self._drop(*(self._gone.result() if self._gone.done() else SILENT))

    def _good(self, answer: Any) -> Any:
        if answer.result != "OK":
            raise Refused(wire.words(answer.lines), wire.codes(answer.lines))
        return answer

    def _connection_lost(self, error: Exception | None) -> None:
        if not self._gone.done():
            self._gone.set_result(why(error) if error else CLOSED)

    def _drop(self, words: str, key: str = "") -> Lost:
        self._abandon()
        return Lost(words, key)

    def _abandon(self) -> None:
        """Forget the connection: what aioimaplib still waits for would wait for ever."""
        if self._client is None:
            return
        protocol = self._client.protocol
        if protocol.transport is not None:
            protocol.transport.abort()
        self._client._client_task.cancel()  # noqa: SLF001 - a connection attempt has no other handle
        if self._client._idle_waiter is not None:  # noqa: SLF001 - its timer would outlive us by half an hour
            self._client._idle_waiter.cancel()  # noqa: SLF001
        pending = [*self._client.tasks, *protocol.tasks, *([self._idle] if self._idle is not None else [])]
        for task in pending:
            task.cancel()
        self._connection_lost(None)
