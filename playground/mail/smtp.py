"""An SMTP server in this process: takes mail for local people, refuses the rest, and fails when told to."""

import asyncio
import base64
import logging
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from playground.mail.mailboxes import HOST

SIZE_LIMIT = 35_000_000  # bytes; what large providers accept


@dataclass(slots=True)
class SmtpFaults:
    """What the SMTP server does wrong; everything may be changed while it runs."""

    refuse_logins: bool = False
    busy: int = 0  # answer 451 to the next so many mails
    greylist: bool = False  # 451 at the first try of a sender and recipient, as against spam
    full: bool = False  # 452: no space
    refuse_null_sender: bool = False  # 550 to MAIL FROM:<>
    refuse: dict[str, str] = field(default_factory=dict)  # recipient → the whole answer, "554 5.7.1 we do not like you"
    drop_after_data: int = 0  # keep the next so many mails but hang up instead of saying so
    hold: asyncio.Event | None = None  # a slow server: mail is answered when this is set
    size_limit: int = SIZE_LIMIT
    silent_about_size: bool = False  # takes no more than that all the same, and says so only when it has come
    knows_utf8: bool = False  # SMTPUTF8
    mechanisms: tuple[str, ...] = ("LOGIN", "PLAIN")
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    """Command → its next answers, instead of doing what it asks; DATA's is that to the mail itself, b"" hangs up."""


Deliver = Callable[[str, str, bytes], Awaitable[None]]
"""Puts a mail into a local mailbox: envelope sender, recipient, content."""

# aiosmtpd warns its own users, at every login, of an attribute that only aiosmtpd itself sets.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class _Protocol(SMTP):
    def __init__(self, server: "SmtpServer", **options: Any) -> None:
        super().__init__(server, **options)
        self._owner = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._owner.protocols.add(self)
        self._owner.connections_made += 1
        super().connection_made(transport)

    async def scripted(self, command: str) -> bool:
        """Answer a command as a test says; whether there was something to say."""
        answers = self._owner.faults.answers.get(command, [])
        if not answers:
            return False
        answer = answers.pop(0)
        if answer:
            await self.push(answer)
        else:
            self.hang_up()
        return True

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds its commands by these names
        if not await self.scripted("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        if not await self.scripted("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if not await self.scripted("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if not await self.scripted("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not await self.scripted("begin DATA"):
            await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        if not await self.scripted("RSET"):
            await super().smtp_RSET(arg)

    def hang_up(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._owner.protocols.discard(self)
        super().connection_lost(error)


class SmtpServer:
    """One port that stays the same when the server goes down and comes up."""

    def __init__(
        self,
        *,
        local: Callable[[str], bool],
        password: Callable[[str, str], bool],
        deliver: Deliver,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        self.faults = SmtpFaults()
        self.tokens: Callable[[str, str], bool] | None = None  # whether this user's access token is good
        self.port = 0
        self.connections_made = 0
        self.envelopes: list[tuple[str, tuple[str, ...]]] = []
        self.protocols: set[_Protocol] = set()
        self._local = local
        self._tls = tls
        self._starttls = starttls
        self._password = password
        self._deliver = deliver
        self._grey: set[tuple[str, str]] = set()
        self._server: asyncio.Server | None = None

    async def up(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, HOST, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        for _ in range(3):  # the broken connections tell their handlers
            await asyncio.sleep(0)

    def cut(self) -> None:
        """Break every connection without a word."""
        for protocol in list(self.protocols):
            protocol.hang_up()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        del server, envelope
        session.host_name = hostname
        return [line for line in responses if not (self.faults.silent_about_size and line.startswith("250-SIZE"))]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        if self.faults.busy > 0:
            self.faults.busy -= 1
            return "451 4.3.2 busy, come again"
        null = address in ("", "<>")
        if self.faults.refuse_null_sender and null:
            return "550 5.7.1 mail without a sender is not taken here"
        envelope.mail_from = "<>" if null else address  # aiosmtpd takes an empty one for a missing MAIL
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if address.lower() in self.faults.refuse:
            return self.faults.refuse[address.lower()]
        if not self._local(address):
            return f"550 5.1.1 <{address}>: no such user here"
        pair = (envelope.mail_from or "", address)
        if self.faults.greylist and pair not in self._grey:
            self._grey.add(pair)
            return "451 4.7.1 greylisted, come again"
        if self.faults.full:
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str | bytes:  # noqa: N802
        del session
        if self.faults.hold is not None:
            await self.faults.hold.wait()
        content = bytes(envelope.content or b"") if not isinstance(envelope.content, str) else envelope.content.encode()
        if answers := self.faults.answers.get("DATA"):
            answer = answers.pop(0)
            assert isinstance(server, _Protocol)
            if answer:
                return answer
            server.hang_up()
            return "451 gone"
        sender = (envelope.mail_from or "").strip("<>")
        self.envelopes.append((sender, tuple(envelope.rcpt_tos)))
        for recipient in envelope.rcpt_tos:
            await self._deliver(sender, re.sub(r"\s", "", recipient), content)
        if self.faults.drop_after_data > 0:
            self.faults.drop_after_data -= 1
            assert isinstance(server, _Protocol)
            server.hang_up()
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name for it
        """Take an access token; a bad one is refused as Google does: by a challenge, then, after an answer, by 535."""
        with suppress(ValueError, IndexError):
            user, bearer = base64.b64decode(args[1], validate=True).decode().split("\x01")[:2]
            token = bearer.removeprefix("auth=Bearer ")
            if self.tokens is not None and self.tokens(user.removeprefix("user="), token):
                return AuthResult(success=True)
        await server.challenge_auth('{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}')
        return AuthResult(success=False, handled=False)

    def _protocol(self) -> _Protocol:
        return _Protocol(
            self,
            data_size_limit=self.faults.size_limit,
            hostname="playground",
            ident="playground",
            auth_require_tls=self._starttls is not None,
            tls_context=self._starttls,
            authenticator=self._authenticate,
            auth_exclude_mechanism=[one for one in ("LOGIN", "PLAIN") if one not in self.faults.mechanisms],
            enable_SMTPUTF8=self.faults.knows_utf8,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        del server, session, envelope, mechanism
        good = not self.faults.refuse_logins and self._password(data.login.decode(), data.password.decode())
        return AuthResult(success=good, handled=False)
