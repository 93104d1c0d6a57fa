"""Stored mails become what their use-case needs: parsed in a thread, their files kept, several at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from desk import intake
from desk.desk import Desk
from desk.errors import Unreadable
from desk.incoming import Incoming, IncomingFile, Raw
from desk.ports import Ready
from mail.bodies import Attachment
from mail.parse import ParsedMail, parse
from mail.sign import Signer


class Reading:
    """For all mailboxes. `address_of` says which address a mailbox of that name has."""

    def __init__(
        self, desk: Desk, *, address_of: Callable[[str], str], signer: Callable[[], Awaitable[Signer]]
    ) -> None:
        self._desk = desk
        self._address_of = address_of
        self._signer = signer

    async def read(self, raws: Sequence[Raw]) -> list[Ready | Exception]:
        """See desk.ports.Reader."""
        contents = [await self._desk.files.read(raw.key) if raw.key else raw.body for raw in raws]
        signer = await self._signer()
        parsed = await asyncio.to_thread(self._parse_all, raws, contents, signer)
        keys = iter(await self._desk.files.keep_all([file.content for one in parsed for file in _files(one)]))
        found: list[Ready | Exception] = []
        for raw, one in zip(raws, parsed, strict=True):
            files = tuple(_described(file, next(keys)) for file in _files(one))
            found.append(one if isinstance(one, Exception) else self._ready(raw, one, files, signer))
        return found

    def _parse_all(
        self, raws: Sequence[Raw], contents: Sequence[bytes], signer: Signer
    ) -> list[ParsedMail | Exception]:
        parsed: list[ParsedMail | Exception] = []
        for raw, content in zip(raws, contents, strict=True):
            try:
                parsed.append(self._parse(raw, content, signer))
            except Exception as error:  # noqa: BLE001 - it is told of this mail, and the others go on
                parsed.append(error)
        return parsed

    def _parse(self, raw: Raw, content: bytes, signer: Signer) -> ParsedMail:
        if not content:
            raise Unreadable("mail.unreadable_empty")
        return parse(
            content,
            mailbox=raw.place,
            own_address=self._address_of(raw.place),
            received=raw.at,
            is_own_id=signer.is_own_id,
        )

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


def _described(file: Attachment, key: str) -> IncomingFile:
    return IncomingFile(
        sort=_sort(file.mime), name=file.name, mime=file.mime, size=len(file.content), key=key, inline=file.inline
    )


def _sort(mime: str) -> str:
    """Return a file's sort in the desk's words (desk.tickets.File)."""
    main, _, kind = mime.partition("/")
    if main == "image" and kind in ("jpeg", "jpg", "png", "webp"):
        return "photo"
    return main if main in ("video", "audio") else "document"
