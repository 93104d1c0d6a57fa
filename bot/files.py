"""Fetches the files of a message from Telegram and keeps them, before the desk works on the message."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramBadRequest, TelegramRetryAfter
from aiogram.types import Message
from aiohttp import ClientError, ClientResponseError

from bot.contents import Attachment, attachments
from bot.redact import redact
from bot.session import PROXY_ERRORS
from desk.errors import DeliveryDelayed
from desk.incoming import IncomingFile
from desk.ports import Files

LARGEST = 20 * 1024 * 1024  # bytes; Bot API, getFile
PATIENCE = timedelta(minutes=10)  # how long a message waits for a file that Telegram says it cannot give now
RETRY = timedelta(seconds=5)
CLIENT_ERRORS = range(400, 500)
log = logging.getLogger(__name__)


class TooLarge(Exception):
    """More than getFile hands out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    bot: Bot
    files: Files

    async def fetch(self, messages: Sequence[Message], now: datetime) -> tuple[IncomingFile, ...]:
        """All files of a message or album, in order, or none of them; DeliveryDelayed when Telegram cannot be reached.

        A file that Telegram will not give (over 20 MB, or refused for ten minutes) comes with an empty key.
        """
        fetched: list[IncomingFile] = []
        try:
            for message in messages:
                patient = now - message.date < PATIENCE
                for attachment in attachments(message):
                    fetched.append(await self._one(attachment, patient=patient))
        except BaseException:  # they are fetched again at every attempt and would fill the disk
            for file in fetched:
                if file.key:
                    await self.files.drop(file.key)
            raise
        return tuple(fetched)

    async def _one(self, attachment: Attachment, *, patient: bool) -> IncomingFile:
        content = None
        if attachment.size <= LARGEST:
            content = await self._content(attachment.file_id, patient=patient)
        return IncomingFile(
            sort=attachment.sort,
            name=attachment.name,
            mime=attachment.mime,
            size=attachment.size if content is None else len(content),
            key="" if content is None else await self.files.keep(content),
            remote_id=attachment.file_id,
        )

    async def _content(self, file_id: str, *, patient: bool) -> bytes | None:
        try:
            return await self._download(file_id)
        except TooLarge:
            return None
        except TelegramRetryAfter as error:
            raise DeliveryDelayed(timedelta(seconds=error.retry_after), "getFile: too many requests") from error
        except TelegramBadRequest as error:
            if "too big" in error.message.lower() or not patient:
                log.warning("a file is not to be had: %s", error.message)
                return None
            raise DeliveryDelayed(RETRY, redact(error.message)) from error
        except ClientResponseError as error:
            if error.status in CLIENT_ERRORS and not patient:
                log.warning("a file is not to be had: HTTP %d", error.status)
                return None
            raise DeliveryDelayed(RETRY, f"a file's download: HTTP {error.status}") from error
        except (TelegramAPIError, ClientDecodeError, ClientError, OSError, *PROXY_ERRORS) as error:
            # The errors' own words may carry the file's address, which carries the token.
            raise DeliveryDelayed(RETRY, f"a file's download: {type(error).__name__}") from error

    async def _download(self, file_id: str) -> bytes:
        file = await self.bot.get_file(file_id)
        if not file.file_path or (file.file_size or 0) > LARGEST:
            raise TooLarge
        url = self.bot.session.api.file_url(self.bot.token, file.file_path)
        content = bytearray()
        async for chunk in self.bot.session.stream_content(url, timeout=120):
            content += chunk
            if len(content) > LARGEST:
                raise TooLarge
        return bytes(content)
