"""What every method of the API needs while it is answered: the chat, the thread, the text, the reply, the buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from playground.botapi import checks, entities, shapes
from playground.botapi.drafts import Draft
from playground.botapi.errors import bad, forbidden, migrated
from playground.botapi.files import PHOTO_LIMIT, is_picture, odd_picture
from playground.botapi.html import read_html
from playground.botapi.keyboards import checked_markup
from playground.botapi.markdown import read_markdown
from playground.botapi.markdown_v2 import read_markdown_v2
from playground.botapi.model import GENERAL, MEDIA, Chat, Json, Member, Message, StoredFile, Topic, User
from playground.botapi.pace import Pace
from playground.botapi.reading import Upload
from playground.botapi.world import World

_READERS: Final = {"html": read_html, "markdown": read_markdown, "markdownv2": read_markdown_v2}
"""By parse_mode in small letters."""
_KIND_NAMES: Final = {kind: kind.title().replace("_", "") for kind in MEDIA} | {"voice": "VoiceNote"}
"""What the real server calls the kinds of files in its refusals."""
_SOURCE_LIMIT: Final = 1 << 15
"""Bytes of a text before it is parsed, as in the real server."""


@dataclass(slots=True, kw_only=True, eq=False)
class Settings:
    """What the bot has set about itself: commands, descriptions, menu, webhook."""

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menus: dict[int, Json] = field(default_factory=dict)
    webhook: Json = field(default_factory=dict)
    logged_out: bool = False

    def commands_for(self, chat: Chat, user: User) -> list[Json]:
        """The commands that this user's app offers in that chat: the most particular that were set."""
        member = chat.members.get(user.id)
        rules = member is not None and member.status in {"creator", "administrator"}
        scopes = [f"chat_member:{chat.id}:{user.id}"]
        scopes += [f"chat_administrators:{chat.id}"] if rules else []
        scopes += [f"chat:{chat.id}"]
        scopes += ["all_chat_administrators"] if rules else []
        scopes += ["all_private_chats" if chat.private else "all_group_chats", "default"]
        languages = [user.language_code or "", ""]
        keys = [(scope, language) for scope in scopes for language in languages]
        return next((self.commands[key] for key in keys if key in self.commands), [])


@dataclass(slots=True, kw_only=True, eq=False)
class Context:
    """One call's surroundings."""

    world: World
    settings: Settings
    pace: Pace | None = None
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    note: str | None = None
    """What the real server says about a success, beside its result."""

    @property
    def bot(self) -> User:
        return self.world.bot

    # Places

    def chat(self, chat_id: int | str | None) -> Chat:
        """A chat that the bot may look at; a 400 or 403 as Telegram would say."""
        if chat_id is None:
            raise bad("chat_id is empty")
        chat = self._named(chat_id)
        if chat is None:
            raise bad("chat not found")
        if chat.migrated_to is not None:
            raise migrated(chat.migrated_to)
        if chat.private:
            return chat
        kind = "supergroup" if chat.kind == "supergroup" else "group"
        member = chat.members.get(self.bot.id)
        if member is None:
            raise bad("chat not found")
        if member.status == "kicked":
            raise forbidden(f"bot was kicked from the {kind} chat")
        if not member.inside:
            raise forbidden(f"bot is not a member of the {kind} chat")
        return chat

    def chat_to_write(self, chat_id: int | str | None, *, count: int = 1) -> Chat:
        """A chat that the bot may write to; `count` places of its pace are taken, 0 for what costs nothing."""
        chat = self.chat(chat_id)
        if chat.private:
            if chat.deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
        if self.pace is not None and count:
            self.pace.spend(chat.id, group=not chat.private, count=count)
        return chat

    def _named(self, chat_id: int | str | None) -> Chat | None:
        if isinstance(chat_id, str):
            name = chat_id.removeprefix("@").lower()
            named = (c for c in self.world.chats.values() if not c.private and (c.username or "").lower() == name)
            return next(named, None) if chat_id.startswith("@") else None
        return self.world.chats.get(chat_id or 0)

    def me_in(self, chat: Chat) -> Member:
        return chat.members.get(self.bot.id) or Member(user=self.bot, status="left")

    def require(self, chat: Chat, right: str, words: str) -> None:
        """A 400 unless the bot has that right in the group."""
        if not chat.private and not self.me_in(chat).may(right):
            raise bad(f"not enough rights to {words}")

    def message(self, chat: Chat, message_id: int | None, words: str) -> Message:
        """A message that is there; a 400 "message to {words} not found" else."""
        message = chat.messages.get(message_id or 0)
        if message is None or message.deleted:
            raise bad(f"message to {words} not found")
        return message

    def _thread(self, chat: Chat, thread: int | None, reply_to: Message | None) -> int | None:
        """The topic to write in; a 400 for one that is not there, for General's id, for a closed one."""
        wanted = thread if thread is not None else (reply_to.thread if reply_to else None)
        if thread is not None and (thread == GENERAL or not chat.is_forum or self._topic(chat, thread) is None):
            raise bad("message thread not found")
        topic = self._topic(chat, wanted or GENERAL) if chat.is_forum else None
        if topic is not None and topic.closed and not chat.private:
            manages = self.me_in(chat).may("can_manage_topics") or topic.creator == self.bot.id
            if not manages:
                raise bad("TOPIC_CLOSED")
        return wanted

    @staticmethod
    def _topic(chat: Chat, thread: int) -> Topic | None:
        topic = chat.topics.get(thread)
        return None if topic is None or topic.deleted else topic

    # What a message is made of

    def text(self, text: str, parse_mode: Any, given_entities: Any) -> entities.Text:
        """Words and entities after parsing; a 400 "can't parse entities" where the bot wrote them badly."""
        if len(text.encode()) > _SOURCE_LIMIT:
            raise bad("text is too long")
        mode, known = str(checks.given(parse_mode) or "none").lower(), frozenset(self.world.users)
        if mode == "none" or not text:
            given = [checks.plain(entity) or {} for entity in given_entities or ()]
            plain, found = text, entities.checked(text, given, known)
        elif mode in _READERS:
            plain, found = _READERS[mode](text, known)
        else:
            raise bad("unsupported parse_mode")
        for entity in found:
            if isinstance(entity.get("user"), int):
                entity["user"] = shapes.user(self.world.users[entity["user"]])
        return entities.trimmed(plain, found)

    def caption(self, call: Any) -> entities.Text:
        """A caption after parsing; a 400 for one that is too long."""
        text = self.text(call.caption or "", call.parse_mode, call.caption_entities)
        if entities.units(text[0]) > entities.CAPTION_LIMIT:
            raise bad("message caption is too long")
        return text

    def draft(self, chat: Chat, call: Any) -> Draft:
        """Where and how to send, from the parameters that all sending methods share."""
        reply_to, quote = self._reply(chat, call)
        thread = self._thread(chat, call.message_thread_id, reply_to)
        return Draft(
            thread=thread, reply_to=reply_to, quote=quote, silent=bool(call.disable_notification),
            protected=bool(checks.given(call.protect_content)), effect=getattr(call, "message_effect_id", None),
            markup=checked_markup(getattr(call, "reply_markup", None)),
        )  # fmt: skip

    def _reply(self, chat: Chat, call: Any) -> tuple[Message | None, Json | None]:
        parameters = call.reply_parameters
        wanted = parameters.message_id if parameters else call.reply_to_message_id
        if parameters and wanted is None and checks.plain(parameters):
            raise bad('can\'t find field "message_id"')
        if wanted is None:
            return None, None
        if parameters and parameters.chat_id not in {None, chat.id}:
            raise bad("this local server has not got replies to another chat")
        message = chat.messages.get(wanted)
        elsewhere = message is not None and chat.is_forum and call.message_thread_id not in {None, message.thread}
        if message is None or message.deleted or elsewhere:
            lenient = checks.given(parameters.allow_sending_without_reply) if parameters else None
            if lenient or call.allow_sending_without_reply:
                return None, None
            raise bad("message to be replied not found")
        quote = self._quote(message, parameters) if parameters and parameters.quote else None
        return message, quote

    def _quote(self, message: Message, parameters: Any) -> Json:
        words, _ = self.text(parameters.quote, parameters.quote_parse_mode, parameters.quote_entities)
        at = message.text.find(words)
        if at < 0:
            raise bad("QUOTE_TEXT_INVALID")
        return {"text": words, "position": entities.units(message.text[:at]), "is_manual": True}

    def file(self, kind: str, value: Any, extra: Json | None = None) -> StoredFile:
        """A file that comes along (attach://) or is known already (file_id)."""
        name = str(value)
        if name.startswith(("http://", "https://")):
            raise bad("wrong file identifier/HTTP URL specified: this local server fetches nothing from the net")
        if not name.startswith("attach://"):
            stored = self.world.files.by_id(name)
            if stored.kind != kind:
                raise bad(f"can't use file of type {_KIND_NAMES[stored.kind]} as {_KIND_NAMES[kind]}")
            return stored
        upload = self.uploads.get(name.removeprefix("attach://"))
        if upload is None:
            raise bad("wrong file identifier/HTTP URL specified: there is no such part in the request")
        if not upload.data:
            raise bad("file must be non-empty")
        if kind == "photo" and len(upload.data) > PHOTO_LIMIT:
            raise bad(f'file "{upload.name}" of size {len(upload.data)} bytes is too big for a photo')
        if kind == "photo" and not is_picture(upload.data):
            raise bad("IMAGE_PROCESS_FAILED")
        if kind == "photo" and odd_picture(upload.data):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        mime = upload.mime if upload.mime != "application/octet-stream" else None
        return self.world.files.add(kind, upload.data, name=upload.name, mime=mime, extra=extra)
