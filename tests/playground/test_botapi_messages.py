"""Messages through aiogram's own client: sending of every kind, files, edits, albums, reactions, errors."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramUnauthorizedError
from aiogram.types import (
    BufferedInputFile,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputPollOption,
    KeyboardButton,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from playground.botapi import BotApiServer, Message, NotPossible, Person, Piece, World, png


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest.fixture
def anna(world: World) -> Person:
    person = world.person("Анна Петрова", "anna")
    person.start()
    return person


def upload(name: str = "a.bin", data: bytes = b"data") -> BufferedInputFile:
    return BufferedInputFile(data, name)


def buttons(*rows: tuple[str, str]) -> InlineKeyboardMarkup:
    keys = [[InlineKeyboardButton(text=label, callback_data=data)] for label, data in rows]
    return InlineKeyboardMarkup(inline_keyboard=keys)


@pytest.mark.parametrize("kind", ["photo", "document", "video", "video_note", "voice", "audio", "animation", "sticker"])
async def test_every_file_is_sent_seen_sent_again_and_downloaded(bot: Bot, anna: Person, kind: str) -> None:
    """A file arrives whole, can be sent again by its id and fetched by getFile."""
    data = png(200, 100) if kind == "photo" else b"bytes of " + kind.encode()
    send = getattr(bot, f"send_{kind}")
    sent = await send(anna.id, upload("имя.bin", data))
    shape = getattr(sent, kind)
    shape = shape[-1] if kind == "photo" else shape
    await send(anna.id, shape.file_id)
    file = await bot.get_file(shape.file_id)
    assert file.file_path
    downloaded = await bot.download_file(file.file_path)
    assert downloaded is not None
    assert downloaded.read() == data
    assert [message.kind for message in anna.received] == [kind, kind]
    assert anna.received[0].file is anna.received[1].file
    if kind == "photo":
        assert (shape.width, shape.height) == (200, 100)


@pytest.mark.parametrize("mime", ["text/plain\r\nX-Other: header", "no type", "\ud800/x"])
async def test_a_file_of_any_name_and_type_can_be_fetched(bot: Bot, anna: Person, mime: str) -> None:
    """Line breaks and halves of letters get no further: a type that is none is guessed by the name."""
    message = anna.send_document(b"data", name="a\r\n\ud800b.txt", mime=mime)
    shape = message.content["document"]
    assert (shape["file_name"], shape["mime_type"]) == ("ab.txt", "text/plain")
    downloaded = await bot.download(shape["file_id"])
    assert downloaded is not None
    assert downloaded.read() == b"data"


async def test_places_contacts_and_polls_are_sent(bot: Bot, anna: Person) -> None:
    """What is no file arrives as its own kind."""
    await bot.send_location(anna.id, 55.75, 37.61)
    await bot.send_venue(anna.id, 55.75, 37.61, "Офис", "Тверская, 1")
    await bot.send_contact(anna.id, "+79001234567", "Иван")
    poll = await bot.send_poll(anna.id, "Удобно?", ["Да", InputPollOption(text="Нет")])
    assert [message.kind for message in anna.received] == ["location", "venue", "contact", "poll"]
    assert poll.poll is not None
    assert [option.text for option in poll.poll.options] == ["Да", "Нет"]


async def test_people_send_every_kind_and_the_bot_gets_it(bot: Bot, anna: Person) -> None:
    """Each kind of message of a person comes as an update that aiogram understands."""
    for kind in ("photo", "video", "video_note", "voice", "audio", "animation", "sticker", "location", "poll"):
        getattr(anna, f"send_{kind}")(*(["Когда?"] if kind == "poll" else []))
    anna.send_document(b"log", "errors.log", caption="вот")
    anna.send_contact("+79001112233")
    anna.send_contact("+79004445566", own=False, first_name="Пётр")
    updates = await bot.get_updates()
    messages = [update.message for update in updates if update.message]
    assert [message.content_type for message in messages] == [
        "text", "photo", "video", "video_note", "voice", "audio", "animation", "sticker", "location", "poll",
        "document", "contact", "contact",
    ]  # fmt: skip
    assert messages[-3].caption == "вот"
    assert messages[-2].contact
    assert messages[-2].contact.user_id == anna.id
    assert messages[-1].contact
    assert messages[-1].contact.user_id is None


async def test_big_files_are_told_but_not_handed_out(bot: Bot, anna: Person) -> None:
    """Over 20 MB getFile refuses; an upload over 50 MB is refused too."""
    anna.send_document(b"", "dump.zip", size=21 * 1024 * 1024)
    message = (await bot.get_updates())[-1].message
    assert message
    assert message.document
    assert message.document.file_size == 21 * 1024 * 1024
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await bot.get_file(message.document.file_id)
    with pytest.raises(Exception, match="Request Entity Too Large"):
        await bot.send_document(anna.id, upload("big.bin", b"0" * (50 * 1024 * 1024 + 1)))


async def test_an_album_of_a_person_is_several_updates(bot: Bot, anna: Person) -> None:
    """Separate updates share one media_group_id."""
    anna.album([Piece(data=png(), caption="две"), png()])
    updates = await bot.get_updates(offset=2)
    assert len({update.message.media_group_id for update in updates if update.message}) == 1
    assert len(updates) == 2


async def test_the_bot_sends_and_copies_albums(bot: Bot, anna: Person) -> None:
    """sendMediaGroup and copyMessages keep files together; documents do not mix with photos."""
    sent = await bot.send_media_group(
        anna.id,
        [InputMediaPhoto(media=upload("1.png", png()), caption="<b>раз</b>", parse_mode="HTML"),
         InputMediaPhoto(media=upload("2.png", png(8, 8)))],
    )  # fmt: skip
    await bot.copy_messages(anna.id, anna.id, [message.message_id for message in sent])
    first, second, third, fourth = anna.received
    assert first.album == second.album != third.album == fourth.album
    assert third.text == "раз"
    assert third.entities[0]["type"] == "bold"
    mixed = [InputMediaPhoto(media=upload("1.png", png())), InputMediaDocument(media=upload())]
    with pytest.raises(TelegramBadRequest, match="document can't be mixed with other media types"):
        await bot.send_media_group(anna.id, mixed)
    with pytest.raises(TelegramBadRequest, match="2 to 10"):
        await bot.send_media_group(anna.id, mixed[:1])


async def test_copies_and_forwards(bot: Bot, world: World, anna: Person) -> None:
    """A copy has no author, a forward tells where it comes from; what is missing is passed over or refused."""
    boris = world.person("Борис")
    boris.start()
    photo = anna.send_photo(caption="экран")
    copied = await bot.copy_message(boris.id, anna.id, photo.id, caption="<i>другая</i>", parse_mode="HTML")
    forwarded = await bot.forward_message(boris.id, anna.id, photo.id)
    assert boris.received[0].id == copied.message_id
    assert boris.received[0].text == "другая"
    assert boris.received[0].origin is None
    assert forwarded.forward_origin
    assert forwarded.forward_origin.type == "user"
    many = await bot.forward_messages(boris.id, anna.id, [photo.id, photo.id + 500])
    assert len(many) == 1
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await bot.copy_message(boris.id, anna.id, 999)
    with pytest.raises(TelegramBadRequest, match="message to forward not found"):
        await bot.forward_message(boris.id, anna.id, 999)
    with pytest.raises(TelegramBadRequest, match="there are no messages to copy"):
        await bot.copy_messages(boris.id, anna.id, [999])


async def test_edits_change_what_people_see(bot: Bot, anna: Person) -> None:
    """Text, caption, buttons and media change in place; the same again is refused."""
    text = await bot.send_message(anna.id, "раз", reply_markup=buttons(("Да", "yes")))
    await bot.edit_message_text("два", chat_id=anna.id, message_id=text.message_id, reply_markup=buttons(("Да", "yes")))
    assert anna.last().text == "два"
    assert anna.last().buttons == ["Да"]
    assert anna.last().edited
    with pytest.raises(TelegramBadRequest, match="message is not modified: specified new message content"):
        await bot.edit_message_reply_markup(
            chat_id=anna.id, message_id=text.message_id, reply_markup=buttons(("Да", "yes"))
        )
    await bot.edit_message_reply_markup(chat_id=anna.id, message_id=text.message_id)
    assert anna.last().buttons == []
    photo = await bot.send_photo(anna.id, upload("a.png", png()))
    await bot.edit_message_caption(chat_id=anna.id, message_id=photo.message_id, caption="подпись")
    assert anna.last().text == "подпись"
    await bot.edit_message_media(
        InputMediaDocument(media=upload("b.txt"), caption="файл"), chat_id=anna.id, message_id=photo.message_id
    )
    assert (anna.last().kind, anna.last().text) == ("document", "файл")
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await bot.edit_message_text("x", chat_id=anna.id, message_id=photo.message_id)
    with pytest.raises(TelegramBadRequest, match="there is no caption in the message to edit"):
        await bot.edit_message_caption(chat_id=anna.id, message_id=text.message_id, caption="x")
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=anna.id, message_id=anna.chat[0].id)


async def test_deletions(bot: Bot, anna: Person) -> None:
    """What is deleted is gone for people; deleting it again is refused, in a batch it is passed over."""
    first, second = [await bot.send_message(anna.id, text) for text in ("раз", "два")]
    await bot.delete_message(anna.id, first.message_id)
    assert [message.text for message in anna.received] == ["два"]
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(anna.id, first.message_id)
    await bot.delete_messages(anna.id, [first.message_id, second.message_id])
    assert anna.received == []
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=anna.id, message_id=second.message_id)


async def test_an_edit_of_a_person_is_an_edited_message(bot: Bot, anna: Person) -> None:
    """Text and caption changed by their author come as edited_message."""
    text, photo = anna.say("раз"), anna.send_photo(caption="до")
    anna.edit(text, "два")
    anna.edit(photo, "после")
    edits = [update.edited_message for update in await bot.get_updates() if update.edited_message]
    assert [(edit.message_id, edit.text or edit.caption) for edit in edits] == [(text.id, "два"), (photo.id, "после")]
    assert all(edit.edit_date for edit in edits)


async def test_replies_and_quotes(bot: Bot, anna: Person) -> None:
    """A reply carries the message that it answers; a quote must stand in it."""
    mine = await bot.send_message(anna.id, "первая строка")
    anna.say("почему?", reply_to=anna.last(), quote="строка")
    update = (await bot.get_updates())[-1].message
    assert update
    assert update.reply_to_message
    assert update.reply_to_message.message_id == mine.message_id
    assert update.quote
    assert update.quote.text == "строка"
    assert update.quote.position == 7
    reply = ReplyParameters(message_id=update.message_id, quote="почему")
    answer = await bot.send_message(anna.id, "потому", reply_parameters=reply)
    assert answer.reply_to_message
    assert answer.quote
    wrong = ReplyParameters(message_id=update.message_id, quote="зачем")
    with pytest.raises(TelegramBadRequest, match="QUOTE_TEXT_INVALID"):
        await bot.send_message(anna.id, "потому", reply_parameters=wrong)
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(anna.id, "кому?", reply_parameters=ReplyParameters(message_id=777))
    lenient = ReplyParameters(message_id=777, allow_sending_without_reply=True)
    assert (await bot.send_message(anna.id, "всем", reply_parameters=lenient)).reply_to_message is None


async def test_reactions_both_ways(bot: Bot, anna: Person) -> None:
    """The bot sets one emoji of Telegram's list; it hears people's when it asked for them."""
    message = anna.say("привет")
    await bot.set_message_reaction(anna.id, message.id, [ReactionTypeEmoji(emoji="👀")])
    assert message.reactions == ["👀"]
    await bot.set_message_reaction(anna.id, message.id, [])
    assert message.reactions == []
    for wrong in ("🦖", "OK"):
        with pytest.raises(TelegramBadRequest, match="REACTION_INVALID"):
            await bot.set_message_reaction(anna.id, message.id, [ReactionTypeEmoji(emoji=wrong)])
    two = [ReactionTypeEmoji(emoji="👀"), ReactionTypeEmoji(emoji="👌")]
    with pytest.raises(TelegramBadRequest, match="REACTIONS_TOO_MANY"):
        await bot.set_message_reaction(anna.id, message.id, two)
    with pytest.raises(TelegramBadRequest, match="message to react not found"):
        await bot.set_message_reaction(anna.id, 999, [])
    await bot.get_updates(offset=100, allowed_updates=["message", "message_reaction"])
    sent = await bot.send_message(anna.id, "держите")
    anna.react(anna.last(), "👍")
    anna.react(anna.last(), None)
    changes = [update.message_reaction for update in await bot.get_updates()]
    assert [(c.message_id, len(c.old_reaction), len(c.new_reaction)) for c in changes if c] == [
        (sent.message_id, 0, 1),
        (sent.message_id, 1, 0),
    ]


async def test_a_reply_keyboard_sends_words_or_the_own_contact(bot: Bot, anna: Person) -> None:
    """Its buttons write for the person; request_contact shares their own number."""
    keys = [[KeyboardButton(text="Мой номер", request_contact=True)], [KeyboardButton(text="Нет")]]
    await bot.send_message(anna.id, "Номер?", reply_markup=ReplyKeyboardMarkup(keyboard=keys))
    await anna.press(anna.last("Номер?"), "Мой номер")
    await anna.press(anna.last("Номер?"), "Нет")
    contact, text = (update.message for update in (await bot.get_updates())[-2:])
    assert contact
    assert contact.contact
    assert contact.contact.user_id == anna.id
    assert text
    assert text.text == "Нет"
    copy = InlineKeyboardButton(text="Код", copy_text=CopyTextButton(text="123456"))
    link = InlineKeyboardButton(text="Сайт", url="https://example.com")
    await bot.send_message(anna.id, "Вот", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[copy, link]]))
    assert await anna.press(anna.last(), "Код") == "123456"
    assert await anna.press(anna.last(), "Сайт") == "https://example.com/"
    with pytest.raises(NotPossible, match="no button"):
        await anna.press(anna.last(), "Чего нет")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"text": "я" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "  \n"}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x", "reply_markup": buttons(("да", "я" * 33))}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "chat_id": 42}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "business_connection_id": "b"}, "this local server has not got the parameter"),
        ({"text": "x", "parse_mode": "wiki"}, "unsupported parse_mode"),
    ],
)
async def test_wrong_texts_are_refused_in_telegrams_words(
    bot: Bot, anna: Person, arguments: dict[str, object], reason: str
) -> None:
    """Nothing is posted when a text, its buttons or its place are wrong."""
    with pytest.raises(TelegramBadRequest, match=reason):
        await bot.send_message(**{"chat_id": anna.id, **arguments})
    assert anna.received == []


async def test_wrong_files_are_refused(bot: Bot, anna: Person) -> None:
    """A caption too long, an empty file, no picture, a wrong kind or id."""
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_photo(anna.id, upload("a.png", png()), caption="я" * 1025)
    with pytest.raises(TelegramBadRequest, match="file must be non-empty"):
        await bot.send_document(anna.id, upload("a.txt", b""))
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(anna.id, upload("a.png", b"not a picture"))
    voice = await bot.send_voice(anna.id, upload())
    assert voice.voice
    with pytest.raises(TelegramBadRequest, match="can't use file of type VoiceNote as Photo"):
        await bot.send_photo(anna.id, voice.voice.file_id)
    with pytest.raises(TelegramBadRequest, match="wrong file identifier"):
        await bot.send_document(anna.id, "no-such-id")
    with pytest.raises(TelegramBadRequest, match="invalid file_id"):
        await bot.get_file("no-such-id")


async def test_who_cannot_be_written_to(bot: Bot, world: World, anna: Person) -> None:
    """Blocked, never started, gone: a 403 with the reason of each."""
    stranger = world.person("Чужой")
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "x")
    anna.block()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(anna.id, "x")
    with pytest.raises(NotPossible, match="blocked"):
        anna.say("x")
    anna.unblock()
    await bot.send_message(anna.id, "снова")
    anna.delete_account()
    with pytest.raises(TelegramForbiddenError, match="user is deactivated"):
        await bot.send_message(anna.id, "x")
    states = [u.my_chat_member.new_chat_member.status for u in await bot.get_updates() if u.my_chat_member]
    assert states == ["kicked", "member"]


async def test_a_wrong_token_is_unauthorized(server: BotApiServer, anna: Person) -> None:
    """Any other token gets 401 for methods and files alike."""
    api = TelegramAPIServer.from_base(server.url)
    async with Bot("1:WRONG", session=AiohttpSession(api=api)) as stranger:
        with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
            await stranger.get_me()


def test_a_message_tells_what_people_see(anna: Person) -> None:
    """Text, kind, author and place can be read off a message."""
    message: Message = anna.say("привет")
    assert (message.text, message.kind, message.from_bot, message.reactions) == ("привет", "text", False, [])
    anna.delete(message)
    assert message not in anna.chat
