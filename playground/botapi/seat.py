"""Somebody at their app in one chat: everything that a person does there, as their app would do it."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playground.botapi import drafts, polls, shapes
from playground.botapi.drafts import Draft, Piece
from playground.botapi.entities import found, trimmed, units
from playground.botapi.errors import NotPossible
from playground.botapi.files import png
from playground.botapi.model import GENERAL, Chat, Json, Message, Topic, User

if TYPE_CHECKING:
    from playground.botapi.world import World


class Seat:
    """One person in one chat. `topic`, `reply_to`, `quote`, `anonymous` mean the same in every sending method."""

    def __init__(self, world: "World", user: User, chat: Chat) -> None:
        self.world = world
        self.user = user
        self.chat_here = chat

    def check(self) -> None:
        """Raise NotPossible where the app offers no input field."""

    def post(
        self,
        content: Json,
        *,
        topic: Topic | None = None,
        reply_to: Message | None = None,
        quote: str | None = None,
        anonymous: bool = False,
        **more: Any,
    ) -> Message:
        self.check()
        if reply_to is not None and (reply_to.deleted or reply_to.chat is not self.chat_here):
            raise NotPossible("there is no such message here to reply to")
        thread = topic.id if topic else (reply_to.thread if reply_to else None)
        thread = None if thread == GENERAL else thread
        self._check_topic(thread)
        sender = shapes.ANONYMOUS if anonymous else self.user
        draft = Draft(
            content=content, thread=thread, reply_to=reply_to, quote=_quote(reply_to, quote),
            sender_chat=self.chat_here if anonymous else None, **more,
        )  # fmt: skip
        return self.world.post(self.chat_here, sender, draft)

    def _check_topic(self, thread: int | None) -> None:
        topic = self.chat_here.topics.get(thread or GENERAL)
        if topic is None or topic.deleted:
            raise NotPossible("the topic is not there (any more)")
        member = self.chat_here.members.get(self.user.id)
        manages = member is not None and member.may("can_manage_topics")
        if self.chat_here.is_forum and topic.closed and not manages and topic.creator != self.user.id:
            raise NotPossible(f"the topic «{topic.name}» is closed: the app shows no input field")

    # Saying

    def say(self, text: str, *, entities: Sequence[Any] | None = None, **where: Any) -> Message:
        """A text; `entities` are dicts or aiogram's MessageEntity."""
        if not text.strip():
            raise NotPossible("the app sends no empty message")
        if units(text) > 4096:
            raise NotPossible("the app cuts a text of more than 4096 units into several messages")
        return self.post(drafts.words(text, plain_entities(entities)), **where)

    def send(
        self, kind: str, data: bytes, *, name: str | None = None, caption: str | None = None, size: int | None = None,
        extra: Json | None = None, mime: str | None = None, **where: Any,
    ) -> Message:  # fmt: skip
        """A file of any kind; `size` claims more bytes than `data` has, `extra` adds fields (duration, title)."""
        stored = self.world.files.add(kind, data, name=name, mime=mime, size=size, extra=extra)
        return self.post(drafts.of_file(stored, caption), file=stored, **where)

    def send_photo(self, data: bytes | None = None, **more: Any) -> Message:
        return self.send("photo", png() if data is None else data, **more)

    def send_document(self, data: bytes, name: str = "file.bin", **more: Any) -> Message:
        return self.send("document", data, name=name, **more)

    def send_video(self, data: bytes = b"video", **more: Any) -> Message:
        return self.send("video", data, **more)

    def send_video_note(self, data: bytes = b"video note", **more: Any) -> Message:
        return self.send("video_note", data, **more)

    def send_voice(self, data: bytes = b"OggS", *, duration: int = 3, **more: Any) -> Message:
        return self.send("voice", data, extra={"duration": duration}, **more)

    def send_audio(self, data: bytes = b"ID3", *, duration: int = 60, **more: Any) -> Message:
        return self.send("audio", data, extra={"duration": duration}, **more)

    def send_animation(self, data: bytes = b"animation", **more: Any) -> Message:
        return self.send("animation", data, **more)

    def send_sticker(self, emoji: str = "👍", data: bytes = b"sticker", **more: Any) -> Message:
        return self.send("sticker", data, extra={"emoji": emoji}, **more)

    def send_location(self, latitude: float = 55.7558, longitude: float = 37.6173, **where: Any) -> Message:
        return self.post(drafts.location(latitude, longitude), **where)

    def send_contact(
        self, phone: str, *, first_name: str | None = None, user_id: int | None = None, own: bool = True, **where: Any
    ) -> Message:
        """A contact: one's own, or somebody else's (`own=False`) with the id that they have, if any."""
        name = first_name or (self.user.first_name if own else "Кто-то")
        return self.post(drafts.contact(phone, name, user_id=self.user.id if own else user_id), **where)

    def send_poll(self, question: str, options: Sequence[str] = ("Да", "Нет"), **where: Any) -> Message:
        return self.post(drafts.poll(self.world.number("poll"), question, options), **where)

    def album(self, pieces: Sequence[Piece | bytes], **where: Any) -> list[Message]:
        """Two to ten files as one album: separate messages with one media_group_id."""
        if not 2 <= len(pieces) <= 10:
            raise NotPossible("an album has 2 to 10 files")
        album = str(13_000_000_000_000_000 + self.world.number("album"))
        made = [drafts.piece(self.world.files, item) for item in pieces]
        return [self.post(content, file=stored, album=album, **where) for stored, content in made]

    def forward(self, message: Message, **where: Any) -> Message:
        """A forward of any message that this person sees."""
        origin = {"type": "user", "date": shapes.seconds(message.at), "sender_user": shapes.user(message.sender)}
        return self.post(dict(message.content), file=message.file, origin=origin, **where)

    # Changing

    def edit(self, message: Message, text: str, *, entities: Sequence[Any] | None = None) -> Message:
        """Change one's own text or caption; the bot gets an edited_message."""
        self._own(message)
        if message.via is not None:
            raise NotPossible("what was chosen in inline mode cannot be changed")
        clean, marks = trimmed(text, plain_entities(entities))
        content = dict(message.content)
        field = "text" if "text" in content else "caption"
        names = (field, "entities" if field == "text" else "caption_entities")
        for name in names:
            content.pop(name, None)
        if clean:
            content[field] = clean
            if marks := found(clean, marks):
                content[names[1]] = marks
        self.world.edited(message, content, keep_markup=True)
        return message

    def delete(self, message: Message) -> None:
        """Delete one's own message (an administrator: anybody's); the bot is not told."""
        member = self.chat_here.members.get(self.user.id)
        if not self.chat_here.private and not (member and member.may("can_delete_messages")):
            self._own(message)
        self.world.deleted(message)

    def react(self, message: Message, emoji: str | None, *, anonymous: bool = False) -> None:
        """Put one reaction on a message, or take it back with None."""
        allowed = self.chat_here.reactions
        if emoji is not None and allowed is not None and emoji not in allowed:
            raise NotPossible(f"reaction {emoji} is not allowed in this group")
        if message.deleted:
            raise NotPossible("the message is deleted")
        self.world.reacted(message, shapes.ANONYMOUS if anonymous else self.user, (emoji,) if emoji else ())

    def vote(self, message: Message, *places: int, options: Sequence[int] = ()) -> None:
        """Answer a poll by its options' places, or take the answer back with none; of the bot's own it is told."""
        polls.vote(self.world, self.user, message, places or options)

    async def press(
        self,
        message: Message,
        button: str,
        *,
        timeout: float | None = 5.0,  # noqa: ASYNC109 - reads well in a test
    ) -> str:
        """Press a button by its label (or a part of it) or callback data.

        Returns the bot's answer ("" for an answer without words), the address of a link button, the text of a copy
        button. `timeout=None` does not wait. A button of the reply keyboard sends its text or one's own contact.
        """
        found_button = _button(message, button)
        if "keyboard" in (message.markup or {}):
            return self._press_key(found_button)
        for plain in ("url", "copy_text"):
            if plain in found_button:
                value = found_button[plain]
                return str(value["text"] if isinstance(value, dict) else value)
        data = found_button.get("callback_data")
        if data is None:
            raise NotPossible(f"the button {button!r} does nothing in this small world")
        query = self.world.queries.add(self.user, message, data)
        update = {
            "id": query.id, "from": shapes.user(self.user), "message": shapes.message(message),
            "chat_instance": str(self.chat_here.id), "data": data,
        }  # fmt: skip
        line = f"#{message.id} {self.user.name} presses [{found_button['text']}]"
        self.world.tell("press", line, chat=self.chat_here, data=update)
        self.world.inbox.push("callback_query", update)
        if timeout is None:
            return ""
        try:
            async with asyncio.timeout(timeout):
                await query.answered.wait()
        except TimeoutError:
            raise AssertionError(f"no answer to the press of {button!r}\n{self.world.transcript()}") from None
        assert query.answer is not None
        return query.answer.text

    def _press_key(self, button: Json) -> str:
        contact = button.get("request_contact")
        self.send_contact(f"+7900{self.user.id % 10_000_000:07d}") if contact else self.say(button["text"])
        return ""

    def _own(self, message: Message) -> None:
        member = self.chat_here.members.get(self.user.id)
        hidden = message.sender is shapes.ANONYMOUS and member is not None and member.status != "member"
        if message.sender.id != self.user.id and not hidden:
            raise NotPossible("this is somebody else's message")
        if message.deleted:
            raise NotPossible("the message is deleted")


def plain_entities(entities: Sequence[Any] | None) -> list[Json]:
    """Entities as dicts, whoever wrote them."""
    return [e if isinstance(e, dict) else e.model_dump(mode="json", exclude_none=True) for e in entities or ()]


def _quote(reply_to: Message | None, quote: str | None) -> Json | None:
    if quote is None:
        return None
    at = reply_to.text.find(quote) if reply_to else -1
    if at < 0 or reply_to is None:
        raise NotPossible("one quotes only what stands in the message")
    return {"text": quote, "position": units(reply_to.text[:at]), "is_manual": True}


def _button(message: Message, wanted: str) -> Json:
    buttons = [button for row in message.keyboard for button in row]
    if message.deleted or not buttons:
        raise NotPossible(f"no buttons there to press {wanted!r}: the message is {message.text!r}")
    tests = (
        lambda b: b["text"] == wanted,
        lambda b: b.get("callback_data") == wanted,
        lambda b: wanted in b["text"],
    )
    for test in tests:
        for button in buttons:
            if test(button):
                return button
    raise NotPossible(f"no button {wanted!r} among {message.buttons}")
