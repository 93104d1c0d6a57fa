"""The methods that send: texts, files, places, contacts, polls, albums."""

from typing import Any, Final

from aiogram import methods as m
from aiogram.methods import TelegramMethod

from playground.botapi import checks, drafts, shapes
from playground.botapi.calls.table import answers
from playground.botapi.context import Context
from playground.botapi.drafts import Draft
from playground.botapi.entities import TEXT_LIMIT, Text, found, units
from playground.botapi.errors import bad
from playground.botapi.model import Chat, Json, StoredFile

_KIND: Final[dict[type[TelegramMethod[Any]], str]] = {
    m.SendPhoto: "photo", m.SendDocument: "document", m.SendVideo: "video", m.SendVideoNote: "video_note",
    m.SendVoice: "voice", m.SendAudio: "audio", m.SendAnimation: "animation", m.SendSticker: "sticker",
}  # fmt: skip
_EXTRA: Final = ("duration", "width", "height", "length", "performer", "title", "emoji")
_ALBUM_KINDS: Final = {"photo", "video", "document", "audio"}


@answers(m.SendMessage)
def send_message(api: Context, call: m.SendMessage) -> Json:
    text = api.text(call.text, call.parse_mode, call.entities)
    chat = api.chat_to_write(call.chat_id)
    return _sent(api, chat, call, full_text(text))


def full_text(text: Text) -> Json:
    """The fields of a text message; a 400 for an empty or too long one."""
    words, entities = text
    if not words:
        raise bad("text must be non-empty")
    if units(words) > TEXT_LIMIT:
        raise bad("message is too long")
    marks = found(words, entities)
    return {"text": words} | ({"entities": marks} if marks else {})


@answers(*_KIND)
def send_file(api: Context, call: Any) -> Json:
    kind = _KIND[type(call)]
    caption = api.caption(call) if hasattr(call, "caption") else ("", [])
    chat = api.chat_to_write(call.chat_id)
    stored = api.file(kind, getattr(call, kind), extra(call))
    content = drafts.of_file(stored, *caption) | flags(call)
    return _sent(api, chat, call, content, stored)


def extra(call: Any) -> Json:
    """What a bot tells about a file besides its bytes."""
    told = ((name, checks.given(getattr(call, name, None))) for name in _EXTRA)
    return {name: int(value.total_seconds()) if hasattr(value, "total_seconds") else value
            for name, value in told if value is not None}  # fmt: skip


def flags(call: Any) -> Json:
    fields = {
        "has_media_spoiler": getattr(call, "has_spoiler", None),
        "show_caption_above_media": checks.given(getattr(call, "show_caption_above_media", None)),
    }
    return {name: True for name, value in fields.items() if value}


@answers(m.SendLocation)
def send_location(api: Context, call: m.SendLocation) -> Json:
    _point(call)
    chat = api.chat_to_write(call.chat_id)
    place = drafts.location(call.latitude, call.longitude)
    if call.horizontal_accuracy:
        place["location"]["horizontal_accuracy"] = call.horizontal_accuracy
    return _sent(api, chat, call, place)


@answers(m.SendVenue)
def send_venue(api: Context, call: m.SendVenue) -> Json:
    _point(call)
    chat = api.chat_to_write(call.chat_id)
    place = drafts.location(call.latitude, call.longitude)
    ids = ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type")
    known = shapes.present({name: getattr(call, name) for name in ids})
    return _sent(api, chat, call, place | {"venue": place | {"title": call.title, "address": call.address, **known}})


def _point(call: Any) -> None:
    if not (-90 <= call.latitude <= 90 and -180 <= call.longitude <= 180):
        raise bad("invalid location specified")


@answers(m.SendContact)
def send_contact(api: Context, call: m.SendContact) -> Json:
    chat = api.chat_to_write(call.chat_id)
    content = drafts.contact(call.phone_number, call.first_name, last_name=call.last_name)
    content["contact"] |= shapes.present({"vcard": call.vcard})
    return _sent(api, chat, call, content)


@answers(m.SendPoll)
def send_poll(api: Context, call: m.SendPoll) -> Json:
    pictures = call.media or any(getattr(option, "media", None) for option in call.options)
    if call.type == "quiz" or call.description or pictures:
        raise bad("this local server has got neither quizzes nor media and descriptions in polls")
    # Of all entities a poll keeps only custom emoji: here the words alone.
    question, _ = api.text(call.question, call.question_parse_mode, call.question_entities)
    if not 1 <= units(question) <= 300:
        raise bad("poll question length must not exceed 300" if question else "poll question must be non-empty")
    options = [_option(api, option) for option in call.options]
    if not 2 <= len(options) <= 12:
        raise bad("poll must have at least 2 option" if len(options) < 2 else "poll can't have more than 12 options")
    chat = api.chat_to_write(call.chat_id)
    more: Json = {
        "is_anonymous": call.is_anonymous is not False, "type": call.type or "regular",
        "allows_multiple_answers": bool(call.allows_multiple_answers), "is_closed": bool(call.is_closed),
        "allows_revoting": call.allows_revoting is not False, "members_only": bool(call.members_only),
    }  # fmt: skip
    return _sent(api, chat, call, drafts.poll(api.world.number("poll"), question, options, **more))


def _option(api: Context, option: Any) -> str:
    text, _ = (option, []) if isinstance(option, str) else api.text(
        option.text, option.text_parse_mode, option.text_entities
    )  # fmt: skip
    if not 1 <= units(text) <= 100:
        raise bad("poll options length must not exceed 100" if text else "poll options must be non-empty")
    return text


@answers(m.SendMediaGroup)
def send_media_group(api: Context, call: m.SendMediaGroup) -> list[Json]:
    kinds = {str(item.type) for item in call.media}
    if not 2 <= len(call.media) <= 10:
        few = "there are no messages to send" if not call.media else "album must contain 2 to 10 items"
        raise bad("too many messages to send as an album" if len(call.media) > 10 else few)
    if kinds - _ALBUM_KINDS:
        raise bad(f"can't parse InputMedia: type \"{min(kinds - _ALBUM_KINDS)}\" can't be used in sendMediaGroup")
    for alone in ("document", "audio"):
        if alone in kinds and len(kinds) > 1:
            raise bad(f"{alone} can't be mixed with other media types")
    captions = [api.caption(item) for item in call.media]
    chat = api.chat_to_write(call.chat_id, count=len(call.media))
    files = [api.file(str(item.type), item.media, extra(item)) for item in call.media]
    draft = api.draft(chat, call)
    draft.album = new_album(api)
    made = []
    for item, stored, caption in zip(call.media, files, captions, strict=True):
        draft.content, draft.file = drafts.of_file(stored, *caption) | flags(item), stored
        made.append(shapes.message(api.world.post(chat, api.bot, draft)))
    return made


def new_album(api: Context) -> str:
    return str(13_000_000_000_000_000 + api.world.number("album"))


@answers(m.SendChatAction)
def send_chat_action(api: Context, call: m.SendChatAction) -> bool:
    if call.action not in {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }:  # fmt: skip
        raise bad("wrong parameter action in request")
    chat = api.chat_to_write(call.chat_id, count=0)
    api.world.tell("action", f"the bot is {call.action}", chat=chat, data={"action": call.action})
    return True


def _sent(api: Context, chat: Chat, call: Any, content: Json, stored: StoredFile | None = None) -> Json:
    draft: Draft = api.draft(chat, call)
    draft.content, draft.file = content, stored
    return shapes.message(api.world.post(chat, api.bot, draft))
