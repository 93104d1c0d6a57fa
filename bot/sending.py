"""One message to one chat: words, buttons and files as Telegram calls."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import (
    SendAnimation,
    SendAudio,
    SendDocument,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
    SendSticker,
    SendVideo,
    SendVideoNote,
    SendVoice,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    FSInputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

from bot.buttons import keyboard, markup
from bot.mishaps import Mishap, told
from bot.render import Rendered, batches, captioned, render, sendable
from desk.errors import DeliveryRefused
from desk.parcels import Enclosure, Outgoing
from desk.ports import Files

MEGABYTE = 1024 * 1024
UPLOAD = 50 * MEGABYTE  # bytes; Bot API, "Sending files"
PHOTO = 10 * MEGABYTE
REMEMBERED = 200  # messages that broke off half sent
REFUSED_FORMS = frozenset({Mishap.FILE, Mishap.REFUSED})
Part = Callable[[], Awaitable[list[str]]]
Media = InputMediaPhoto | InputMediaVideo | InputMediaDocument | InputMediaAudio

_SINGLE: dict[str, tuple[type[TelegramMethod[Message]], str]] = {
    "photo": (SendPhoto, "photo"),
    "video": (SendVideo, "video"),
    "animation": (SendAnimation, "animation"),
    "audio": (SendAudio, "audio"),
    "voice": (SendVoice, "voice"),
    "video_note": (SendVideoNote, "video_note"),
    "sticker": (SendSticker, "sticker"),
    "document": (SendDocument, "document"),
}
_IN_ALBUM: dict[str, type[Media]] = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a message goes. `reply_must`: the message replied to is the thread, without it nothing may be sent."""

    chat_id: int
    thread: int | None = None
    reply_to: int | None = None
    reply_must: bool = False
    previews: bool = True

    def common(self, message: Outgoing, *, first: bool) -> dict[str, object]:
        """The parameters that all calls share; only the first message of several replies, unless replying is all."""
        reply = None
        if self.reply_to and (first or self.reply_must):
            reply = ReplyParameters(message_id=self.reply_to, allow_sending_without_reply=not self.reply_must)
        return {
            "chat_id": self.chat_id,
            "message_thread_id": self.thread,
            "reply_parameters": reply,
            "disable_notification": True if message.silent else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Says messages; aiogram's errors rise to the caller.

    A message that broke off between two parts goes on there when it is said again, until a restart.
    """

    bot: Bot
    files: Files
    _begun: dict[tuple[Outgoing, Target], list[list[str]]] = field(default_factory=dict)

    async def say(self, message: Outgoing, target: Target) -> list[str]:
        """Send words and files; the ids of all messages in their order. DeliveryRefused when that is nothing."""
        key = (message, target)
        done = self._begun.pop(key, [])
        try:
            for part in self._parts(message, target)[len(done) :]:
                done.append(await part())
        except AiogramError:
            if done and message.id:
                self._begun[key] = done
                if len(self._begun) > REMEMBERED:
                    del self._begun[next(iter(self._begun))]
            raise
        if not done:
            raise DeliveryRefused("nothing to send")
        return [external_id for part in done for external_id in part]

    def _parts(self, message: Outgoing, target: Target) -> list[Part]:
        """What becomes of a message, in order; each part gives the ids of what it sent."""
        text = render(message)
        under = captioned(message, text)
        parts: list[Part] = []
        if text.plain.strip() and not under:
            parts.append(partial(self._words, message, text, target))
        if text.whole:
            parts.append(partial(self._whole, message, text, target))
        for batch in batches(sendable(message.files)):
            send = self._album if len(batch) > 1 else self._single
            chosen: Any = batch if len(batch) > 1 else batch[0]
            caption = text if under else None
            parts.append(partial(send, message, chosen, target, caption=caption, first=not parts))
        return parts

    async def _words(self, message: Outgoing, text: Rendered, target: Target) -> list[str]:
        call = SendMessage(
            text=text.html,
            parse_mode="HTML",
            link_preview_options=None if target.previews else LinkPreviewOptions(is_disabled=True),
            reply_markup=markup(message.buttons),
            **target.common(message, first=True),  # type: ignore[arg-type]
        )
        return [str((await self._call(call, text)).message_id)]

    async def _call(self, call: TelegramMethod[Message], text: Rendered | None) -> Message:
        """Call; where Telegram does not understand the markup, the same words go plain."""
        try:
            return await self.bot(call)
        except AiogramError as error:
            if text is None or told(error).mishap is not Mishap.MARKUP:
                raise
        field = "text" if hasattr(call, "text") else "caption"
        return await self.bot(call.model_copy(update={field: text.plain, "parse_mode": None}))

    async def _whole(self, message: Outgoing, text: Rendered, target: Target) -> list[str]:
        """The full text as a file, after the part that fits."""
        file = BufferedInputFile(text.whole.encode(), filename=f"{message.number or 'message'}.txt")
        call = SendDocument(document=file, **target.common(message, first=False))  # type: ignore[arg-type]
        return [str((await self.bot(call)).message_id)]

    async def _single(
        self, message: Outgoing, file: Enclosure, target: Target, *, caption: Rendered | None, first: bool
    ) -> list[str]:
        problem: AiogramError | None = None
        for form in _forms(file):
            method, field = _SINGLE.get(form.sort, _SINGLE["document"])
            values = target.common(message, first=first)
            if caption:
                values |= {"caption": caption.html, "parse_mode": "HTML", "reply_markup": keyboard(message.buttons)}
            call = method(**{field: self._content(form)}, **values)
            try:
                return [str((await self._call(call, caption)).message_id)]
            except AiogramError as error:
                if told(error).mishap not in REFUSED_FORMS:
                    raise
                problem = error
        raise problem or DeliveryRefused(f"{file.name}: {file.size // MEGABYTE} MB")

    async def _album(
        self,
        message: Outgoing,
        batch: Sequence[Enclosure],
        target: Target,
        *,
        caption: Rendered | None,
        first: bool,
    ) -> list[str]:
        by_id = [next(iter(_forms(file)), file) for file in batch]
        by_upload = [replace(file, remote_id="") if file.key else file for file in by_id]
        for forms in (by_id, by_upload) if by_id != by_upload else (by_id,):
            try:
                return await self._album_once(message, forms, target, caption=caption, first=first)
            except AiogramError as error:
                if told(error).mishap not in REFUSED_FORMS:
                    raise
        # One bad picture must not keep back the others.
        sent: list[str] = []
        for index, file in enumerate(batch):
            words = caption if index == 0 else None
            sent += await self._single(message, file, target, caption=words, first=first and index == 0)
        return sent

    async def _album_once(
        self,
        message: Outgoing,
        batch: Sequence[Enclosure],
        target: Target,
        *,
        caption: Rendered | None,
        first: bool,
    ) -> list[str]:
        common = target.common(message, first=first)
        html = {"caption": caption.html, "parse_mode": "HTML"} if caption else {}
        plain = {"caption": caption.plain} if caption else {}
        try:
            sent = await self.bot(SendMediaGroup(media=self._media(batch, html), **common))  # type: ignore[arg-type]
        except AiogramError as error:
            if caption is None or told(error).mishap is not Mishap.MARKUP:
                raise
            sent = await self.bot(SendMediaGroup(media=self._media(batch, plain), **common))  # type: ignore[arg-type]
        return [str(each.message_id) for each in sent]

    def _media(self, batch: Sequence[Enclosure], words: dict[str, str]) -> list[Media]:
        """The batch as an album with the words under its first file."""
        album: list[Media] = []
        for index, file in enumerate(batch):
            kind = _IN_ALBUM.get(file.sort, InputMediaDocument)
            album.append(kind(media=self._content(file), **(words if index == 0 else {})))  # type: ignore[arg-type]
        return album

    def _content(self, file: Enclosure) -> str | FSInputFile:
        if file.remote_id:
            return file.remote_id
        path = Path(self.files.path(file.key))
        if not path.exists():
            raise DeliveryRefused(f"{file.name}: the file is not there any more")
        return FSInputFile(path, filename=file.name)


def _forms(file: Enclosure) -> list[Enclosure]:
    """The ways to send a file, best first: what Telegram has already, an upload, an upload as a plain document."""
    forms = [file] if file.remote_id else []
    if file.key and file.size <= UPLOAD:
        uploaded = replace(file, remote_id="")
        if file.sort != "photo" or file.size <= PHOTO:
            forms.append(uploaded)
        if file.sort != "document":
            forms.append(replace(uploaded, sort="document"))
    return forms
