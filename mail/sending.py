"""Messages of the desk become mails and leave: which mailbox, whose envelope, which files go with the words."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from desk.desk import Desk
from desk.errors import DeliveryRefused, FilesTooLarge
from desk.parcels import Enclosure, Outgoing, Purpose, Receipt
from desk.settings import Mailbox
from desk.texts import say
from mail import smtp
from mail.compose import TOTAL_LIMIT, Loaded, compose, room_for_files
from mail.compose import Mailbox as From
from mail.needs import Token
from mail.sign import Signer

LOCAL_LIMIT = 64  # letters before an address's @ (RFC 5321, 4.5.3.1.1)

MakeSender = Callable[[Mailbox], smtp.Sender]


class Sending:
    """The sending half of the mail channel. One SMTP connection per mailbox serves all its mails."""

    def __init__(self, desk: Desk, make: MakeSender | None = None) -> None:
        self._desk = desk
        self._make = make or make_sender
        self._senders: dict[str, smtp.Sender] = {}
        self._plain: set[str] = set()  # mailboxes whose server takes no other envelope sender than the address itself

    async def close(self) -> None:
        await asyncio.gather(*(sender.close() for sender in self._senders.values()), return_exceptions=True)

    async def deliver(self, message: Outgoing, mailbox: Mailbox, signer: Signer) -> Receipt:
        """Send one message; see desk.ports.Channel."""
        sender = From(address=mailbox.address, name=self._desk.settings.desk.name)
        message_id = signer.message_id(message.same_as or int(message.id), sender.domain)
        _refuse_too_large(message.files, TOTAL_LIMIT)
        files = [await self._load(file) for file in message.files]

        def write(*, files: Sequence[Loaded]) -> bytes:
            return compose(
                message,
                sender=sender,
                message_id=message_id,
                at=_written_at(message, self._desk.now()),
                files=files,
                reply_to=_reply_to(message, mailbox, signer),
                language=self._desk.settings.desk.language,
                texts=self._desk.texts,
            )

        async def fitting(limit: int | None) -> bytes:
            if not files:
                return write(files=())
            _refuse_too_large(message.files, room_for_files(limit, len(write(files=())), len(files)))
            return await asyncio.to_thread(write, files=files)  # megabytes take their time

        try:
            await self._send(message, mailbox, signer, message_id, fitting)
        except smtp.TooMuch as error:
            if files:  # how much it takes it did not say
                raise FilesTooLarge(0, error.reason) from error
            raise
        except smtp.NoUtf8 as error:
            words = say(self._desk.settings.desk.language, "mail.no_utf8", address=message.place)
            raise DeliveryRefused(words) from error
        root = message.thread or next(iter(message.references), "") or message.in_reply_to or message_id
        return Receipt(external_ids=(message_id,), thread=root, thread_place=mailbox.name)

    async def _send(
        self, message: Outgoing, mailbox: Mailbox, signer: Signer, message_id: str, write: smtp.Write
    ) -> None:
        """Send with the envelope sender that tells most; with the address itself where a server insists on it."""
        server = self._sender(mailbox)
        envelope = self._envelope(message, mailbox, signer)
        # What the server thinks of a mail depends on the recipient: each parcel waits by itself.
        key = f"{message.id}:{message_id}"
        try:
            await server.send(message_id=key, sender=envelope, recipient=message.place, compose=write)
        except smtp.SenderRefused:
            if envelope == mailbox.address:
                raise
            await server.send(message_id=key, sender=mailbox.address, recipient=message.place, compose=write)
            if envelope:
                self._plain.add(mailbox.name)

    def _envelope(self, message: Outgoing, mailbox: Mailbox, signer: Signer) -> str:
        """Return where a bounce goes: nowhere for a receipt, else home, with a tag that names the mail if it may."""
        if message.purpose is Purpose.RECEIPT:
            return ""  # a receipt that comes back would only tell what the next mail tells
        if not mailbox.plus or mailbox.name in self._plain:
            return mailbox.address
        return _tagged(mailbox.address, signer.make_bounce_tag(int(message.id)))

    def _sender(self, mailbox: Mailbox) -> smtp.Sender:
        if mailbox.name not in self._senders:
            self._senders[mailbox.name] = self._make(mailbox)
        return self._senders[mailbox.name]

    async def _load(self, file: Enclosure) -> Loaded:
        content: bytes | None = None
        if file.key:
            try:
                content = await self._desk.files.read(file.key)
            except (OSError, LookupError, ValueError):
                content = None
        return Loaded(name=file.name, mime=file.mime, size=file.size, content=content, sort=file.sort)


def make_sender(mailbox: Mailbox, token: Token | None = None) -> smtp.Sender:
    """Return the one way out of a mailbox; with a token that is what opens it."""
    server = mailbox.smtp
    return smtp.Sender(
        smtp.Account(
            host=server.host,
            port=server.port,
            security=server.security,
            user=server.user,
            password=server.password.get_secret_value(),
            token=token,
        )
    )


def _refuse_too_large(files: Sequence[Enclosure], room: int) -> None:
    """FilesTooLarge when they do not fit together, or when one could never be fetched and only its own id is left."""
    if sum(file.size for file in files) > room or any(not file.key and file.remote_id for file in files):
        raise FilesTooLarge(room)


def _written_at(message: Outgoing, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(message.dated)
    except ValueError:
        return now


def _reply_to(message: Outgoing, mailbox: Mailbox, signer: Signer) -> str:
    thread = re.sub(r"[^a-z0-9]", "", message.number.lower())
    return _tagged(mailbox.address, signer.make_tag(thread)) if mailbox.plus and thread else ""


def _tagged(address: str, tag: str) -> str:
    local, _, domain = address.rpartition("@")
    tagged = f"{local}+{tag}"
    return f"{tagged}@{domain}" if len(tagged) <= LOCAL_LIMIT else address
