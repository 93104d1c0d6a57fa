"""Stored mails become what their use-case needs: parsed, their files kept, several at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from desk import intake
from desk.desk import Desk
from desk.errors import Unreadable
from desk.incoming import Incoming, IncomingFile, Raw
from desk.ports import Ready
from desk.settings import Mailbox
from desk.texts import LANGUAGES
from mail import origin
from mail.attachments import Attachment, as_incoming
from mail.key_lookup import ask_dns
from mail.parse import ParsedMail, parse
from mail.quotations import bare
from mail.senders import Senders
from mail.sign import Signer
from mail.signatures import Keys

SMALL = 64 * 1024
"""Bytes of a mail that is parsed where we are: in a millisecond, while two threads would only wait for each other."""


class Reading:
    """For all mailboxes. `ask`: where the keys of signatures are asked for."""

    def __init__(
        self,
        desk: Desk,
        *,
        mailbox_of: Callable[[str], Mailbox],
        signer: Callable[[], Awaitable[Signer]],
        ask: Keys = ask_dns,
    ) -> None:
        self._desk = desk
        self._mailbox_of = mailbox_of
        self._senders = Senders(desk.now, ask=ask)
        boxes = desk.settings.mailbox
        forms = [form.sender for box in boxes for form in box.form]
        self._ours = frozenset(address.lower() for address in (*(box.address for box in boxes), *forms))
        self._signer = signer

    async def read(self, raws: Sequence[Raw]) -> list[Ready | Exception]:
        """See desk.ports.Reader."""
        contents = [await self._desk.files.read(raw.key) if raw.key else raw.body for raw in raws]
        signer = await self._signer()
        parsed = [await self._parsed(raw, content, signer) for raw, content in zip(raws, contents, strict=True)]
        parsed = await asyncio.gather(*map(self._proven, raws, contents, parsed))
        keys = iter(await self._desk.files.keep_all([file.content for one in parsed for file in _files(one)]))
        found: list[Ready | Exception] = []
        for raw, one in zip(raws, parsed, strict=True):
            files = tuple(as_incoming(file, next(keys)) for file in _files(one))
            found.append(one if isinstance(one, Exception) else self._ready(raw, one, files, signer))
        return found

    def close(self) -> None:
        """Give up what is still asked for."""
        self._senders.close()

    async def _proven(self, raw: Raw, content: bytes, parsed: ParsedMail | Exception) -> ParsedMail | Exception:
        """Note whether the mail really comes from its sender; keys of several mails are asked for at once."""
        if isinstance(parsed, Exception):
            return parsed
        mailbox = self._mailbox_of(raw.place)
        vouched = await self._senders.vouched(content, parsed.incoming, mailbox)
        refuted = not vouched and self._senders.refuted(content, parsed.incoming, mailbox)
        return replace(parsed, incoming=replace(parsed.incoming, vouched=vouched, refuted=refuted))

    async def _parsed(self, raw: Raw, content: bytes, signer: Signer) -> ParsedMail | Exception:
        try:
            if len(content) > SMALL:
                return await asyncio.to_thread(self._parse, raw, content, signer)
            await asyncio.sleep(0)  # others have their turn between any two mails
            return self._parse(raw, content, signer)
        except Exception as error:  # noqa: BLE001 - it is told of this mail, and the others go on
            return error

    def _parse(self, raw: Raw, content: bytes, signer: Signer) -> ParsedMail:
        if not content:
            raise Unreadable("mail.unreadable_empty")
        mailbox, desk = self._mailbox_of(raw.place), self._desk.settings.desk
        parsed = parse(
            content,
            mailbox=raw.place,
            own_address=mailbox.address,
            received=raw.at,
            is_own_id=signer.is_own_id,
            zone=desk.zone,
            markers=frozenset(bare(self._desk.texts.say(language, "mail.marker")) for language in LANGUAGES),
        )
        if parsed.unreadable:
            raise parsed.unreadable
        staff = desk.staff_domains
        return origin.settle(content, parsed, mailbox, ours=self._ours, staff=staff, zone=desk.zone)

    def _ready(self, raw: Raw, parsed: ParsedMail, files: tuple[IncomingFile, ...], signer: Signer) -> Ready:
        whole = replace(parsed.incoming, files=files, whole=raw.whole, raw_id=raw.id)
        take = partial(intake.take_in, self._desk, incoming=verified(whole, signer))
        return Ready(take=take, keys=tuple(file.key for file in files))


def verified(incoming: Incoming, signer: Signer) -> Incoming:
    """Keep only tags that we signed: a thread's by its name ("sd7"), an envelope's by its parcel."""
    threads = tuple(name for tag in incoming.tags if (name := signer.read_tag(tag)))
    parcel = next((number for tag in incoming.tags if (number := signer.read_bounce_tag(tag))), 0)
    return replace(incoming, tags=threads, failed_parcel=parcel)


def _files(parsed: ParsedMail | Exception) -> Sequence[Attachment]:
    return () if isinstance(parsed, Exception) else parsed.files
