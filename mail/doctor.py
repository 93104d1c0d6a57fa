"""Looks at every mailbox: can we connect, log in, find the folders, send? One finding each, with what to do."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desk.errors import DeliveryDelayed
from desk.findings import FAILED, OK, WARNING, Finding
from desk.settings import Mailbox, Settings
from desk.texts import say
from mail import smtp
from mail.arrivals import size_in_words
from mail.grants import token_of
from mail.mime import MAIL_LIMIT
from mail.oauth import TokenDead, TokenTrouble
from mail.session import CLOSED, LoginRefused, Lost, Refused, Session, why
from mail.smtp_answers import size_limit
from mail.smtp_login import connect

if TYPE_CHECKING:
    import aiosmtplib

PATIENCE = 10.0  # seconds for each answer


async def check(settings: Settings) -> Sequence[Finding]:
    """Return what was found at every mailbox, IMAP before SMTP, mailboxes in their order. Never raises."""
    looks = [_Look(mailbox, settings) for mailbox in settings.mailbox]
    found = await asyncio.gather(*(look.all() for look in looks))
    return [finding for findings in found for finding in findings]


class _Look:
    """One mailbox."""

    def __init__(self, mailbox: Mailbox, settings: Settings) -> None:
        self._mailbox = mailbox
        self._language = settings.desk.language
        self._token = token_of(mailbox, settings, lambda: datetime.now(UTC)) if mailbox.oauth else None

    async def all(self) -> list[Finding]:
        return [*await self._grant(), *await self._imap(), *await self._smtp()]

    async def _grant(self) -> list[Finding]:
        """Renew the token as the desk does; the newest one is kept, so a running desk is not disturbed."""
        if self._token is None:
            return []
        name = self._say("oauth", mailbox=self._mailbox.name)
        try:
            await self._token.get()
        except TokenTrouble as trouble:
            dead = isinstance(trouble, TokenDead)
            detail = self._say("token_dead" if dead else "token_away", words=trouble.words)
            advice = self._say("token_dead_advice" if dead else "token_away_advice", mailbox=self._mailbox.name)
            return [Finding(name=name, state=FAILED, detail=detail, advice=advice)]
        return [Finding(name=name, state=OK, detail=self._say("token_fine"))]

    def _say(self, key: str, **values: object) -> str:
        return say(self._language, f"mail.doctor_{key}", **values)

    def _why(self, error: Exception) -> str:
        import aiosmtplib

        cut_off = any(isinstance(one, aiosmtplib.SMTPServerDisconnected) for one in (error, error.__cause__))
        return Lost(*(CLOSED if cut_off else why(error))).said(self._language)

    def _finding(self, kind: str, state: str, detail: str, advice: str = "") -> Finding:
        server = self._mailbox.imap if kind == "imap" else self._mailbox.smtp
        name = self._say(kind, mailbox=self._mailbox.name, host=server.host, port=server.port)
        return Finding(name=name, state=state, detail=detail, advice=advice)

    async def _reachable(self, kind: str) -> Finding | None:
        """Return what keeps us from the server, by name, connection and TLS in this order; None when nothing does."""
        server = self._mailbox.imap if kind == "imap" else self._mailbox.smtp
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE):
                await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            detail = self._say("no_dns", host=server.host, words=error)
            return self._finding(kind, FAILED, detail, self._say("dns_advice"))
        context = await asyncio.to_thread(ssl.create_default_context) if server.security == "tls" else None
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(server.host, server.port, ssl=context)
        except ssl.SSLError as error:
            return self._finding(kind, FAILED, self._say("tls", words=error), self._say("tls_advice"))
        except OSError as error:
            detail = self._say("no_connection", words=self._why(error))
            return self._finding(kind, FAILED, detail, self._say("connection_advice"))
        writer.close()
        return None

    async def _imap(self) -> list[Finding]:
        if trouble := await self._reachable("imap"):
            return [trouble]
        imap = self._mailbox.imap
        session = Session(within=PATIENCE)
        try:
            await session.connect(imap.host, imap.port, tls=imap.security != "none")
            try:
                await self._log_in(session)
            except Refused as error:
                detail = self._say("login", words=error)
                return [self._finding("imap", FAILED, detail, self._login_advice(by_token=self._mailbox.imap_by_token))]
            found = [self._finding("imap", OK, self._say("connected"))]
            return [*found, *self._capabilities(session), await self._inbox(session), await self._done(session)]
        except TokenTrouble:
            return []  # told already
        except Lost as error:
            detail = self._say("no_connection", words=error.said(self._language))
            return [self._finding("imap", FAILED, detail, self._say("connection_advice"))]
        finally:
            await session.close()

    async def _log_in(self, session: Session) -> None:
        imap = self._mailbox.imap
        if self._token is None or not self._mailbox.imap_by_token:
            await session.login(imap.user, imap.password.get_secret_value())
            return
        if not session.can("AUTH=XOAUTH2"):
            raise LoginRefused(say(self._language, "mail.no_xoauth2"))
        await session.login_by_token(imap.user, await self._token.get())

    def _login_advice(self, *, by_token: bool) -> str:
        return self._say("token_login_advice" if by_token else "login_advice")

    def _capabilities(self, session: Session) -> list[Finding]:
        folder = self._mailbox.done
        good = [word for word in ("IDLE", "MOVE", "UIDPLUS") if session.can(word)]
        found = [self._finding("imap", OK, self._say("capabilities", words=", ".join(good)))] if good else []
        if not session.can("IDLE"):
            found.append(self._finding("imap", WARNING, self._say("no_idle"), self._say("no_idle_advice")))
        if not session.can("MOVE"):
            lack = "no_move" if session.can("UIDPLUS") else "no_uidplus"
            advice = self._say(f"{lack}_advice", folder=folder)
            found.append(self._finding("imap", WARNING, self._say(lack), advice))
        return found

    async def _inbox(self, session: Session) -> Finding:
        folder = self._mailbox.inbox
        try:
            await session.select(folder)
            count = len(await session.search("ALL"))
        except Refused as error:
            detail = self._say("inbox_failed", folder=folder, words=error)
            return self._finding("imap", FAILED, detail, self._say("inbox_advice"))
        return self._finding("imap", OK, self._say("inbox", folder=folder, count=count))

    async def _done(self, session: Session) -> Finding:
        folder = self._mailbox.done
        there = await session.exists(folder) or await session.exists(f"INBOX{await session.delimiter()}{folder}")
        return self._finding("imap", OK, self._say("done" if there else "done_made", folder=folder))

    async def _smtp(self) -> list[Finding]:
        import aiosmtplib

        if trouble := await self._reachable("smtp"):
            return [trouble]
        server = self._mailbox.smtp
        password = server.password.get_secret_value()
        client = smtp.make_client(
            smtp.Account(
                host=server.host,
                port=server.port,
                security=server.security,
                user=server.user,
                password=password,
                token=self._token if self._mailbox.smtp_by_token else None,
            ),
            PATIENCE,
        )
        try:
            await connect(client, server.user, self._token if self._mailbox.smtp_by_token else None)
            found = [self._finding("smtp", OK, self._say("connected" if server.user else "sent_off"))]
            return [*found, self._size(size_limit(client)), await self._sender(client)]
        except DeliveryDelayed:
            return []  # no token: told already
        except aiosmtplib.SMTPAuthenticationError as error:
            detail = self._say("login", words=f"{error.code} {error.message}")
            return [self._finding("smtp", FAILED, detail, self._login_advice(by_token=self._mailbox.smtp_by_token))]
        except (aiosmtplib.SMTPException, OSError) as error:
            tls = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
            no_starttls = server.security == "starttls" and not isinstance(error, OSError)
            # aiosmtplib's plain error, past the connection: no way to log in that both sides know.
            if server.user and type(error) is aiosmtplib.SMTPException and not no_starttls:
                return [self._finding("smtp", FAILED, self._say("no_auth", words=error), self._say("no_auth_advice"))]
            key = "tls" if tls or no_starttls else "no_connection"
            advice = self._say("tls_advice" if key == "tls" else "connection_advice")
            return [self._finding("smtp", FAILED, self._say(key, words=self._why(error)), advice)]
        finally:
            client.close()

    def _size(self, limit: int | None) -> Finding:
        words = size_in_words(limit or MAIL_LIMIT, self._language)
        if limit is None or limit >= MAIL_LIMIT:
            return self._finding("smtp", OK, self._say("size", size=words))
        return self._finding("smtp", WARNING, self._say("size_small", size=words), self._say("size_advice"))

    async def _sender(self, client: "aiosmtplib.SMTP") -> Finding:
        """Ask whether our address may send; nothing is sent."""
        import aiosmtplib

        address = self._mailbox.address
        try:
            await client.mail(address)
            await client.rset()
        except aiosmtplib.SMTPResponseException as error:
            detail = self._say("sender_refused", address=address, words=f"{error.code} {error.message}")
            return self._finding("smtp", FAILED, detail, self._say("sender_advice"))
        return self._finding("smtp", OK, self._say("sender", address=address))
