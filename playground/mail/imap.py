"""An IMAP server in this process: pymap's memory mailboxes, and the faults that real servers show."""

import asyncio
import hmac
import ssl
from argparse import Namespace
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Event, Subsystem
from pymap.exceptions import InvalidAuth
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement, Flag, ObjectId
from pymap.selected import SelectedMailbox
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials

HOST = "127.0.0.1"


@dataclass(slots=True)
class ImapFaults:
    """What the IMAP server does wrong; everything may be changed while it runs."""

    refuse_logins: bool = False
    missing: set[str] = field(default_factory=set)  # capabilities it lacks: "MOVE", "IDLE", "UIDPLUS"
    cut_after: int | None = None  # bytes that it still says before it hangs up
    deaf: bool = False  # accepts connections and never says a word


class _Config(Config):
    def __init__(self, faults: ImapFaults) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            demo_data=False,
            demo_user="",
            demo_password="",
            host=HOST,
            port=0,
            tls_enabled=False,
            reject_dnsbl=False,
            invalid_user_sleep=0.0,
            cpu_subsystem=Subsystem.for_asyncio(),
            bad_command_limit=None,
        )
        self.faults = faults

    @property
    def greeting(self) -> bytes:
        return b"playground ready"  # pymap would ask DNS for this machine's name

    @property
    def login_capability(self) -> Sequence[bytes]:
        return [word for word in super().login_capability if word.decode() not in self.faults.missing]


class _Mailbox(MailboxData):
    """Rule: IDLE tells what came between the last command and IDLE; pymap alone waits for the next change."""

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        behind = selected.mod_sequence is not None and selected.mod_sequence != self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if behind else wait_on)


class _Mailboxes(MailboxSet):
    def __init__(self) -> None:
        super().__init__()
        self._inbox = _Mailbox(self._content_cache, self._thread_cache)

    async def add_mailbox(self, name: str) -> ObjectId:
        await super().add_mailbox(name)
        self._set[name] = mailbox = _Mailbox(self._content_cache, self._thread_cache)
        return mailbox.mailbox_id


class _Login(Login):
    """Log-in by the whole address or by what stands before its @."""

    def __init__(self, config: _Config, faults: ImapFaults) -> None:
        super().__init__(config)
        self.faults = faults
        self.attempts = 0

    def address(self, name: str) -> str:
        near = [address for address in self.users_dict if name.lower() in (address, address.partition("@")[0])]
        return near[0] if near else ""

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        self.attempts += 1
        address = self.address(credentials.authcid)
        secret = getattr(credentials, "_secret", "") or ""
        known = self.users_dict[address].password or "" if address else ""
        if self.faults.refuse_logins or not address or not hmac.compare_digest(known.encode(), secret.encode()):
            raise InvalidAuth
        return Identity(address, self, None, frozenset())

    async def authorize(self, authenticated: Any, authzid: str) -> Identity:
        del authzid
        return Identity(authenticated.name, self, None, frozenset())


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
        self._tls = tls
        self._config = _Config(self.faults)
        self._login = _Login(self._config, self.faults)
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
        self._config.set_cache.setdefault(address, (_Mailboxes(), FilterSet()))

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
            found.append(bytes(loaded.get_body(binary=True)))
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

    async def renumber(self, address: str, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY, as after a restore; the sessions that have it open are cut."""
        mailbox = await self._mailbox(address, folder)
        mailbox._uid_validity += 1  # noqa: SLF001 - pymap never changes it
        self.cut()

    async def _mailbox(self, address: str, folder: str) -> MailboxData:
        return await self._config.set_cache[address][0].get_mailbox(folder)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line: Any = _Line(writer, self.faults)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._lines.add(line)
        try:
            if self.faults.deaf:
                await reader.read()
            # A reset by the other side is this server's daily bread.
            with suppress(ConnectionError, asyncio.CancelledError):
                await self._imap(reader, line, SocketInfoLocal(writer))
        finally:
            self._lines.discard(line)
            self._tasks.discard(task)
            writer.close()
