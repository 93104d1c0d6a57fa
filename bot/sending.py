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
)

from bot import natives
from bot.buttons import keyboard, markup
from bot.forms import MEGABYTE, forms
from bot.mishaps import Mishap, told
from bot.pages import pages
from bot.render import Rendered, batches, captioned, render, sendable
from bot.target import Target
from desk.errors import DeliveryRefused
from desk.parcels import Enclosure, Outgoing
from desk.ports import Files

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
        except AiogramError as error:
            if message.picked and told(error).mishap is Mishap.QUOTE:
                return await self.say(_without_quote(message), target)
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
        each = pages(message)
        text = render(each[-1])
        under = captioned(message, text) and len(each) == 1
        parts: list[Part] = []
        if text.plain.strip() and not under:
            for index, page in enumerate(each):
                parts.append(partial(self._words, page, render(page), target, first=index == 0))
        if message.native:
            parts.append(partial(self._native, message, target, first=not parts))
        if text.whole:
            parts.append(partial(self._whole, message, text, target))
        for batch in batches(sendable(message.files)):
            send = self._album if len(batch) > 1 else self._single
            chosen: Any = batch if len(batch) > 1 else batch[0]
            caption = text if under else None
            parts.append(partial(send, message, chosen, target, caption=caption, first=not parts))
        return parts

    async def _words(self, message: Outgoing, text: Rendered, target: Target, *, first: bool = True) -> list[str]:
        call = SendMessage(
            text=text.html,
            parse_mode="HTML",
            link_preview_options=None if target.previews else LinkPreviewOptions(is_disabled=True),
            reply_markup=markup(message.buttons),
            **target.common(message, first=first),  # type: ignore[arg-type]
        )
        return [str((await self._call(call, text)).message_id)]

    async def _native(self, message: Outgoing, target: Target, *, first: bool) -> list[str]:
        """A place, a contact, a poll; in words where Telegram does not take it and none were sent yet."""
        try:
            return natives.ids(message, await self.bot(natives.call(message, target.common(message, first=first))))
        except AiogramError as error:
            if told(error).mishap not in REFUSED_FORMS:
                raise
        if not first and message.text:
            return []
        bare = replace(message, text=natives.words(message), native="", picked="")
        return await self._words(bare, render(bare), target, first=first)

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
        for form in forms(file):
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
        by_id = [next(iter(forms(file)), file) for file in batch]
        by_upload = [replace(file, remote_id="") if file.key else file for file in by_id]
        for those in (by_id, by_upload) if by_id != by_upload else (by_id,):
            try:
                return await self._album_once(message, those, target, caption=caption, first=first)
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


def _without_quote(message: Outgoing) -> Outgoing:
    """The same without the words to quote. The engineers read them in the text; a client must not get more than typed.

    A quotation that does not stand in the client's own message may come from the desk's lines around it.
    """
    lines = "\n".join(f"> {line}" for line in message.picked.splitlines()) if message.channel == "group" else ""
    return replace(message, picked="", text="\n".join(part for part in (lines, message.text) if part))
