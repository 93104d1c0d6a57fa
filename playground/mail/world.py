"""People with mailboxes on this machine, and what one can do as one of them."""

import asyncio
import email
import email.policy
import inspect
import mimetypes
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from itertools import count
from typing import Any, Self

from playground.mail.imap import ImapServer
from playground.mail.mailboxes import HOST
from playground.mail.smtp import SmtpServer

PASSWORD = "secret"
PATIENCE = 10.0  # seconds that `until` waits before it says what did not happen


class MailWorld:
    """An IMAP server and an SMTP server; `now` gives the time that stands in mails (aware, UTC).

    With `tls` both speak TLS from the first byte, with `starttls` SMTP offers it; `send` is for servers without `tls`.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.now = now
        self.imap = ImapServer(tls)
        self.smtp = SmtpServer(
            local=self._is_local, password=self.imap.check, deliver=self.deliver, tls=tls, starttls=starttls
        )
        self.names: dict[str, str] = {}
        """Address → what its owner is called, where that is known."""
        self.turned: list[Callable[[bool], None]] = []
        """Called with whether the servers are there when they come up or go away."""
        self._numbers = count(1)
        self._changed = asyncio.Event()

    @property
    def imap_port(self) -> int:
        return self.imap.port

    @property
    def smtp_port(self) -> int:
        return self.smtp.port

    async def start(self) -> None:
        await self.imap.up()
        await self.smtp.up()
        self._turned(up=True)

    async def stop(self) -> None:
        self._turned(up=False)
        await self.imap.down()
        await self.smtp.down()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def user(self, address: str, password: str = PASSWORD, *, name: str = "") -> None:
        """Give somebody a mailbox; they log in with the address or with what stands before its @."""
        self.imap.add_user(address.lower(), password)
        if name:
            self.names[address.lower()] = name

    async def send(
        self,
        *,
        sender: str,
        to: str | Sequence[str],
        subject: str = "",
        text: str = "",
        html: str | None = None,
        attachments: Sequence[tuple[str, bytes]] = (),
        in_reply_to: str | EmailMessage | None = None,
        cc: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Write and send a mail as a mail program does; the Message-ID.

        `sender` may carry a name ("Анна <ann@client.example>"); `attachments` are names with contents; `in_reply_to`
        is a Message-ID or a mail from `inbox`. smtplib.SMTPException when the server does not take it.
        """
        people = [to] if isinstance(to, str) else list(to)
        name, address = parseaddr(sender)
        message = EmailMessage()
        message["From"] = formataddr((name, address), "utf-8")
        message["To"] = ", ".join(people)
        if cc:
            message["Cc"] = ", ".join(cc)
        message["Subject"] = subject
        message["Date"] = format_datetime(self.now())
        message["Message-ID"] = f"<{next(self._numbers)}.{self.now():%Y%m%d%H%M%S}@{address.partition('@')[2]}>"
        _thread(message, in_reply_to)
        for key, value in (headers or {}).items():
            del message[key]
            message[key] = value
        message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
        for file_name, content in attachments:
            main, _, sub = (mimetypes.guess_type(file_name)[0] or "application/octet-stream").partition("/")
            message.add_attachment(content, maintype=main, subtype=sub, filename=file_name)
        policy = email.policy.SMTP.clone(max_line_length=998)
        everyone = [parseaddr(person)[1] for person in [*people, *cc]]
        await self.send_raw(message.as_bytes(policy=policy), sender=address, to=everyone)
        return str(message["Message-ID"])

    async def send_raw(self, raw: bytes, *, sender: str, to: str | Sequence[str]) -> None:
        """Send these very bytes through the SMTP server; `sender` may be "" as that of a bounce."""
        everyone = [to] if isinstance(to, str) else list(to)
        await asyncio.to_thread(_speak_smtp, self.smtp_port, sender, everyone, raw)

    async def deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        """Put a mail into a mailbox, stamped as a mail server stamps it."""
        stamped = (
            f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
            f"Received: from playground by playground; {format_datetime(self.now())}\r\n"
        ).encode() + raw
        await self.put(self._owner(recipient), stamped)

    async def put(self, address: str, raw: bytes, *, seen: bool = False, folder: str = "INBOX") -> None:
        """Lay these very bytes into a mailbox, past SMTP."""
        await self.imap.put(address, raw, self.now(), seen=seen, folder=folder)
        self._changed.set()

    async def inbox(self, address: str) -> list[EmailMessage]:
        """Return what lies in somebody's INBOX, oldest first."""
        return await self.folder(address, "INBOX")

    async def folder(self, address: str, name: str) -> list[EmailMessage]:
        """Return what lies in a folder, oldest first; [] when there is no such folder."""
        raws = await self.imap.read(address.lower(), name)
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]

    async def until(self, true: Callable[[], Any] | Callable[[], Awaitable[Any]], *, within: float = PATIENCE) -> Any:
        """Wait until `true()` gives something true and return that; TimeoutError after `within` seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while True:
            self._changed.clear()
            found = true()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            if loop.time() > end:
                raise TimeoutError(f"this did not become true within {within} s: {true}")
            # Mail wakes us at once; what happens elsewhere is looked for forty times a second.
            try:
                async with asyncio.timeout(0.025):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _turned(self, *, up: bool) -> None:
        for listener in self.turned:
            listener(up)

    def _owner(self, recipient: str) -> str:
        local, _, domain = recipient.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}"

    def _is_local(self, recipient: str) -> bool:
        return self.imap.has_user(self._owner(recipient))


def _thread(message: EmailMessage, answered: str | EmailMessage | None) -> None:
    if answered is None:
        return
    if isinstance(answered, str):
        message["In-Reply-To"] = message["References"] = answered
        return
    message["In-Reply-To"] = str(answered["Message-ID"])
    message["References"] = f"{answered.get('References', '')} {answered['Message-ID']}".strip()


def _speak_smtp(port: int, sender: str, to: Sequence[str], raw: bytes) -> None:
    with smtplib.SMTP(HOST, port, local_hostname="client.playground", timeout=30) as line:
        line.sendmail(sender, to, raw)
