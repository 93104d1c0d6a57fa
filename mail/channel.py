"""The mail channel: mailboxes are read, stored mails become messages of the desk, its messages become mails."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from desk import health, keys, tally
from desk.desk import Desk
from desk.errors import DeliveryRefused
from desk.incoming import Raw
from desk.parcels import Act, Outgoing, Receipt
from desk.ports import Ready, Receive
from desk.settings import Mailbox
from mail.arrivals import Account
from mail.erasing import erase
from mail.grants import keep_proven, token_of
from mail.imap import Poller
from mail.key_lookup import ask_dns
from mail.needs import Pauses
from mail.oauth import Token
from mail.parse import CHANNEL
from mail.reading import Reading
from mail.sending import Sending, make_sender
from mail.sign import Signer
from mail.signatures import Keys
from mail.smtp import Sender


class MailChannel:
    """Every mailbox of the configuration."""

    def __init__(
        self, desk: Desk, mailboxes: Sequence[Mailbox], *, pauses: Pauses | None = None, ask: Keys = ask_dns
    ) -> None:
        self._desk = desk
        self._mailboxes = list(mailboxes)
        self._pauses = pauses
        self._sending = Sending(desk, self._make_sender)
        self._reading = Reading(desk, mailbox_of=self._mailbox, signer=self._own_signer, ask=ask)
        self._tokens: dict[str, Token] = {}
        self._signer: Signer | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (CHANNEL,)

    async def run(self, receive: Receive) -> None:
        """Read all mailboxes until cancelled; one that fails does not trouble the others."""
        if not self._mailboxes:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as group:
            for mailbox in self._mailboxes:
                group.create_task(self._poller(mailbox).run(receive), name=f"mail.{mailbox.name}")
                if mailbox.oauth:
                    group.create_task(keep_proven(self._token(mailbox), self._pauses), name=f"token.{mailbox.name}")

    async def close(self) -> None:
        """See desk.ports.Channel."""
        self._reading.close()
        await self._sending.close()

    async def work(self, raws: Sequence[Raw]) -> None:
        """Parse each mail, keep its files and hand it to the use-case."""
        for raw, ready in zip(raws, await self.read(raws), strict=True):
            if isinstance(ready, Exception):
                raise ready
            async with self._desk.working_on([raw.id]).unit() as unit:
                await ready.take(unit)
                await unit.commit()

    async def read(self, raws: Sequence[Raw]) -> list[Ready | Exception]:
        """See desk.ports.Reader."""
        return await self._reading.read(raws)

    def reserve(self, message: Outgoing, *, before: Sequence[Act] = ()) -> timedelta:
        """Mail has no pace of its own."""
        del message, before
        return timedelta(0)

    def release(self, message: Outgoing) -> None:
        """Nothing was taken."""

    async def deliver(self, message: Outgoing) -> Receipt:
        """See mail.sending; other acts than saying something mean nothing in mail and are done at once."""
        if message.act is Act.DELETE and self._mailboxes:
            await erase(self._account(self._mailbox(message.mailbox)), message.target.split())
        if message.act is not Act.SAY:
            return Receipt()
        if not self._mailboxes:
            raise DeliveryRefused("no mailbox is configured")
        return await self._sending.deliver(message, self._mailbox(message.mailbox), await self._own_signer())

    async def recall(self, key: str) -> str:
        """Remember for the pollers, in the store."""
        async with self._desk.view() as unit:
            return await unit.recall(key)

    async def remember(self, key: str, value: str) -> None:
        async with self._desk.store.unit() as unit:
            await unit.remember(key, value)
            await unit.commit()

    def _poller(self, mailbox: Mailbox) -> Poller:
        return Poller(
            self._account(mailbox),
            memory=self,
            known=self._known,
            on_health=self._heard,
            fetched=partial(tally.fetched, self._desk),
            now=self._desk.now,
            quiet=self._desk.settings.desk.quiet,
            pauses=self._pauses,
        )

    def _account(self, mailbox: Mailbox) -> Account:
        return Account(
            name=mailbox.name,
            address=mailbox.address,
            host=mailbox.imap.host,
            port=mailbox.imap.port,
            tls=mailbox.imap.security != "none",
            user=mailbox.imap.user,
            password=mailbox.imap.password.get_secret_value(),
            token=self._token(mailbox) if mailbox.imap_by_token else None,
            inbox=mailbox.inbox,
            done=mailbox.done,
            poll=mailbox.poll.plain or timedelta(seconds=60),
            first_run=mailbox.first_run,
            language=self._desk.settings.desk.language,
        )

    def _make_sender(self, mailbox: Mailbox) -> Sender:
        return make_sender(mailbox, self._token(mailbox) if mailbox.smtp_by_token else None)

    def _token(self, mailbox: Mailbox) -> Token:
        """Return the mailbox's one token, for reading and for sending."""
        if mailbox.name not in self._tokens:
            self._tokens[mailbox.name] = token_of(mailbox, self._desk.settings, self._desk.now, self._token_state)
        return self._tokens[mailbox.name]

    async def _token_state(self, mailbox: str, alive: bool, words: str) -> None:
        await health.token(self._desk, mailbox, alive=alive, reason=words)

    async def _known(self, mailbox: str, ids: Sequence[str]) -> set[str]:
        async with self._desk.view() as unit:
            # Counted one by one: the rows themselves would bring the mails with them.
            return {id_ for id_ in ids if await unit.count(Raw, channel=CHANNEL, place=mailbox, external_id=id_)}

    async def _heard(self, mailbox: str, ok: bool, reason: str) -> None:
        await health.heard(self._desk, f"{CHANNEL}.{mailbox}", ok=ok, reason=reason)

    def _mailbox(self, name: str) -> Mailbox:
        """Return the mailbox of that name; the first one for a name that the configuration no longer has."""
        return next((mailbox for mailbox in self._mailboxes if mailbox.name == name), self._mailboxes[0])

    async def _own_signer(self) -> Signer:
        if self._signer is None:
            async with self._desk.store.unit() as unit:
                secret = await keys.secret(unit)
                await unit.commit()
            self._signer = Signer(hmac.digest(secret, b"mail", hashlib.sha256))
        return self._signer
