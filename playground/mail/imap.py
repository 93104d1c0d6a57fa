"""An IMAP server in this process: one port, many connections, and the faults that real servers show."""

import asyncio
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement, Flag
from pymap.user import UserMetadata

from playground.mail.mailboxes import HOST, Config, ImapFaults, Login, Mailboxes


class _Line:
    """A connection's writing side, which can break in the middle of a word."""

    def __init__(self, writer: asyncio.StreamWriter, faults: ImapFaults) -> None:
        self._writer = writer
        self._faults = faults
        self.idling = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        # Between "+" and the answer that ends IDLE only lines with "*" are said.
        self.idling = data[:1] == b"+" or (self.idling and data[:1] == b"*")
        left = self._faults.cut_after
        if left is None:
            self._writer.write(data)
            return
        self._writer.write(data[:left])
        self._faults.cut_after = max(0, left - len(data))
        if left < len(data):
            self._faults.cut_after = None
            self._writer.close()

    def writelines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.write(line)

    def abort(self) -> None:
        self._writer.transport.abort()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


class ImapServer:
    """Mailboxes by address, served on one port that stays the same when the server goes down and comes up."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.faults = ImapFaults()
        self.port = 0
        self.heard: list[Callable[[str, str], None]] = []
        """Called after whatever happened in a mailbox: its address, and "new" (a mail came) or "changed"."""
        self._tls = tls
        self._config = Config(self.faults)
        self._login = Login(self._config, self.faults)
        self._imap = IMAPServer(self._login, self._config)
        self._server: asyncio.Server | None = None
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def login_attempts(self) -> int:
        return self._login.attempts

    @property
    def connections(self) -> int:
        return len(self._lines)

    @property
    def idling(self) -> int:
        """How many connections wait in IDLE."""
        return sum(line.idling for line in self._lines)

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self.port, limit=2**20, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Break every connection without a word."""
        for line in list(self._lines):
            line.abort()

    def bye(self, *, hang_up: bool = True) -> None:
        """Say BYE on every connection, in the middle of IDLE too."""
        for line in list(self._lines):
            line.write(b"* BYE the server goes to sleep\r\n")
            if hang_up:
                line.close()

    def still_here(self) -> None:
        """Say so on every connection, as Dovecot does every two minutes: whoever waits in IDLE looks again."""
        for line in list(self._lines):
            line.write(b"* OK Still here\r\n")

    def add_user(self, address: str, password: str) -> None:
        self._login.users_dict[address] = UserMetadata(self._config, address, password=password)
        self._config.set_cache.setdefault(address, (Mailboxes(self.faults, partial(self._tell, address)), FilterSet()))

    @property
    def addresses(self) -> list[str]:
        """Whose mailboxes there are, in the order in which they came."""
        return list(self._login.users_dict)

    def password(self, address: str) -> str:
        """What its owner types in; KeyError for a stranger."""
        return self._login.users_dict[address].password or ""

    def has_user(self, address: str) -> bool:
        return address in self._login.users_dict

    def check(self, name: str, password: str) -> bool:
        """Return whether this name and password belong to somebody here."""
        address = self._login.address(name)
        return bool(address) and self._login.users_dict[address].password == password

    async def put(self, address: str, raw: bytes, at: datetime, *, folder: str = "INBOX", seen: bool = False) -> None:
        mailbox = await self._mailbox(address, folder)
        flags = frozenset({Flag(b"\\Seen")} if seen else set())
        await mailbox.append(AppendMessage(raw, at, flags), recent=True)

    async def read(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """Return the mails of a folder, oldest first; [] when there is no such folder."""
        try:
            mailbox = await self._mailbox(address, folder)
        except KeyError:
            return []
        found = []
        async for message in mailbox.messages():
            loaded = await message.load_content(FetchRequirement.CONTENT)
            found.append(bytes(loaded.get_body(binary=False)))
        return found

    async def uids(self, address: str, folder: str = "INBOX") -> list[int]:
        return [message.uid async for message in (await self._mailbox(address, folder)).messages()]

    async def seen(self, address: str, folder: str = "INBOX") -> list[bool]:
        """Return for each mail whether somebody opened it."""
        flag = Flag(b"\\Seen")
        return [flag in message.permanent_flags async for message in (await self._mailbox(address, folder)).messages()]

    async def open_all(self, address: str, folder: str = "INBOX") -> None:
        """Mark every mail as read, as a person who looks into the mailbox does."""
        mailbox = await self._mailbox(address, folder)
        async for message in mailbox.messages():
            message.permanent_flags = message.permanent_flags | {Flag(b"\\Seen")}

    async def folders(self, address: str) -> list[str]:
        return ["INBOX", *self._config.set_cache[address][0]._set]  # noqa: SLF001 - pymap offers no plain listing

    async def remove(self, address: str, folder: str) -> None:
        """Delete a folder with all that lies in it, as a person does."""
        await self._config.set_cache[address][0].delete_mailbox(folder)

    async def renumber(self, address: str, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY, as after a restore; the sessions that have it open are cut."""
        mailbox = await self._mailbox(address, folder)
        mailbox._uid_validity += 1  # noqa: SLF001 - pymap never changes it
        self.cut()

    def _tell(self, address: str, what: str) -> None:
        for listener in self.heard:
            listener(address, what)

    async def _mailbox(self, address: str, folder: str) -> MailboxData:
        return await self._config.set_cache[address][0].get_mailbox(folder)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line: Any = _Line(writer, self.faults)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._lines.add(line)
        try:
            # A reset by the other side is this server's daily bread.
            with suppress(ConnectionError, asyncio.CancelledError):
                if self.faults.deaf:
                    await reader.read()
                await self._imap(reader, line, SocketInfoLocal(writer))
        finally:
            self._lines.discard(line)
            self._tasks.discard(task)
            writer.close()
