"""Telegram's messages in the desk's words."""

from typing import Any

import pytest
from aiogram.types import Message, Update
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import buttons, translate
from bot.contents import LONGEST_NAME, attachments, safe_name
from bot.decode import decode
from bot.plain import cut, plain, units
from desk.parcels import Action, Button
from tests.bot.updates import FORUM, GROUP, USER, body, raw_message

PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 10},
    {"file_id": "large", "file_unique_id": "l", "width": 900, "height": 600, "file_size": 1000},
]


def read(**fields: Any) -> Message:
    update = decode(body("message", raw_message(**fields)))
    assert isinstance(update, Update)
    assert update.message
    return update.message


def media(**extra: Any) -> dict[str, Any]:
    return {"file_id": "f", "file_unique_id": "u", "file_size": 5, **extra}


ORIGIN = {"type": "hidden_user", "date": 1, "sender_user_name": "Пётр"}
POLL = {
    "id": "1", "question": "Когда?", "options": [
        {"text": "Сегодня", "voter_count": 0, "persistent_id": "a"}, {"text": "Завтра", "voter_count": 0, "persistent_id": "b"},
    ],
    "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
    "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
}  # fmt: skip
PLACE = {"latitude": 55.7, "longitude": 37.6}
CASES = [
    ("text", {"text": "Не печатает"}, "Не печатает", []),
    (
        "a hidden link is written out",
        {"text": "см. тут", "entities": [{"type": "text_link", "offset": 4, "length": 3, "url": "https://a.ru/x"}]},
        "см. тут (https://a.ru/x)",
        [],
    ),
    (
        "a hidden link after an emoji of two units",
        {"text": "🙂 тут и", "entities": [{"type": "text_link", "offset": 3, "length": 3, "url": "https://a.ru"}]},
        "🙂 тут (https://a.ru) и",
        [],
    ),
    ("photo without words", {"photo": PHOTO}, "", ["photo"]),
    ("photo with caption", {"photo": PHOTO, "caption": "вот"}, "вот", ["photo"]),
    ("document", {"document": media(file_name="лог.txt"), "caption": "лог"}, "лог", ["document"]),
    ("animation is one file", {"animation": media(width=1, height=1, duration=1), "document": media()}, "", ["animation"]),
    ("video", {"video": media(width=1, height=1, duration=1)}, "", ["video"]),
    ("video note", {"video_note": media(length=1, duration=1)}, "", ["video_note"]),
    ("voice", {"voice": media(duration=1)}, "", ["voice"]),
    ("audio", {"audio": media(duration=1, title="Песня", performer="Хор")}, "", ["audio"]),
    (
        "live photo",
        {"live_photo": media(width=1, height=1, duration=1), "photo": PHOTO},
        "",
        ["video"],
    ),
    (
        "sticker",
        {"sticker": media(type="regular", width=1, height=1, is_animated=False, is_video=False, emoji="🙂")},
        "Стикер 🙂",
        ["sticker"],
    ),
    ("location", {"location": PLACE}, "Место: 55.7, 37.6\nhttps://yandex.ru/maps/?pt=37.6,55.7&z=16&l=map", []),
    ("venue", {"venue": {"location": PLACE, "title": "Офис", "address": "Тверская, 1"}, "location": PLACE},
     "Офис, Тверская, 1\nМесто: 55.7, 37.6\nhttps://yandex.ru/maps/?pt=37.6,55.7&z=16&l=map", []),
    ("contact", {"contact": {"phone_number": "+7900", "first_name": "Олег"}}, "Контакт: Олег, +7900", []),
    ("poll", {"poll": POLL}, "Опрос: Когда?\n• Сегодня\n• Завтра", []),
    ("dice", {"dice": {"emoji": "🎲", "value": 5}}, "🎲 выпало 5", []),
    ("story", {"story": {"chat": {"id": 5, "type": "private"}, "id": 1}}, "История (её видно только в Telegram)", []),
    ("game", {"game": {"title": "Змейка", "description": "…", "photo": PHOTO}}, "Игра: Змейка\n…", ["photo"]),
    (
        "checklist",
        {"checklist": {"title": "Дела", "tasks": [{"id": 1, "text": "а"}, {"id": 2, "text": "б", "completion_date": 1}]}},
        "Список дел: Дела\n☐ а\n☑ б",
        [],
    ),
    ("paid media", {"paid_media": {"star_count": 1, "paid_media": []}}, "Платные фото или видео (их видно только в Telegram)", []),
    (
        "invoice",
        {"invoice": {"title": "Счёт №1", "description": "", "start_parameter": "", "currency": "RUB", "total_amount": 1}},
        "Счёт: Счёт №1",
        [],
    ),
    (
        "rich message",
        {"rich_message": {"blocks": [{"type": "paragraph", "text": "раз"}, {"type": "paragraph", "text": ["д", "ва"]}]}},
        "раз\nдва",
        [],
    ),
    ("forwarded", {"text": "вот", "forward_origin": ORIGIN}, "Переслано от: Пётр\nвот", []),
    (
        "forwarded from a channel",
        {"text": "вот", "forward_origin": {"type": "channel", "date": 1, "message_id": 3, "author_signature": "ред.",
                                           "chat": {"id": -5, "type": "channel", "title": "Новости"}}},
        "Переслано от: Новости, ред.\nвот",
        [],
    ),
    (
        "a part of ours that was picked to answer",
        {"text": "это", "quote": {"text": "раз\nдва", "position": 0, "is_manual": True}},
        "> раз\n> два\nэто",
        [],
    ),
    ("something that Telegram will invent", {"hologram": {"id": 1}},
     "Сообщение такого вида, который здесь не показать; оно видно только в Telegram", []),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "text", "sorts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_kind_of_message_arrives_as_something_readable(fields: Any, text: str, sorts: list[str]) -> None:
    message = read(**fields)
    incoming = translate.incoming([message], (), "ru")
    assert incoming is not None
    assert incoming.text == text
    assert [file.sort for file in attachments(message)] == sorts
    assert incoming.place == incoming.sender.address == "77"
    assert incoming.sender.name == "Анна К."


@pytest.mark.parametrize(
    "fields",
    [
        {"pinned_message": raw_message(text="x")},
        {"new_chat_members": [USER]},
        {"forum_topic_created": {"name": "x", "icon_color": 1}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 5}},
    ],
)
def test_service_messages_are_nobodys_words(fields: Any) -> None:
    assert translate.incoming([read(**fields)], (), "ru") is None
    assert translate.post([read(chat=FORUM, **fields)], (), "ru") is None


def test_the_largest_photo_is_taken() -> None:
    assert attachments(read(photo=PHOTO))[0].file_id == "large"


def test_an_album_is_one_message_with_all_captions() -> None:
    album = [read(photo=PHOTO, caption="раз"), read(photo=PHOTO), read(photo=PHOTO, caption="три")]
    incoming = translate.incoming(album, (), "ru")
    assert incoming is not None
    assert incoming.text == "раз\nтри"
    assert incoming.external_id == str(album[0].message_id)
    assert incoming.also == tuple(str(message.message_id) for message in album[1:])


def test_only_a_contact_shared_by_its_owner_is_vouched_for() -> None:
    """A forwarded contact names its owner too."""
    own = {"phone_number": "+7900", "first_name": "Анна", "user_id": 77}
    other = {**own, "user_id": 78}
    found = [
        translate.incoming([read(contact=own)], (), "ru"),
        translate.incoming([read(contact=other)], (), "ru"),
        translate.incoming([read(contact=own, forward_origin=ORIGIN)], (), "ru"),
    ]
    assert [each.contact.own for each in found if each and each.contact] == [True, False, False]


def test_an_edit_keeps_the_time_of_the_change() -> None:
    update = decode(body("edited_message", raw_message(text="новое", edit_date=1795424500)))
    assert update
    assert update.edited_message
    edited = translate.edited(update.edited_message, "ru")
    assert edited
    assert edited.text == "новое"
    assert edited.at.timestamp() == 1795424500


def test_what_changes_by_itself_is_no_edit() -> None:
    assert translate.edited(read(location={**PLACE, "live_period": 60}), "ru") is None


def test_an_albums_picture_without_words_says_that_it_is_one_of_several() -> None:
    change = translate.edited(read(photo=PHOTO, media_group_id="9"), "ru")
    assert change is not None
    assert (change.text, change.of_album) == ("", True)


TOPIC = {"message_thread_id": 5, "is_topic_message": True}
ROOT = {"message_id": 5, "date": 1, "chat": FORUM, "forum_topic_created": {"name": "SD-1", "icon_color": 1}}
OTHER = {"message_id": 9, "date": 1, "chat": FORUM, "text": "x"}
REPLIES = [
    ("plain in a topic", {**TOPIC, "reply_to_message": ROOT}, "5", ""),
    ("the topic's first message is no service message", {**TOPIC, "reply_to_message": {**OTHER, "message_id": 5}}, "5", ""),
    ("a reply in a topic", {**TOPIC, "reply_to_message": OTHER}, "5", "9"),
    ("a quotation of the first message",
     {**TOPIC, "reply_to_message": ROOT, "quote": {"text": "x", "position": 0, "is_manual": True}}, "5", "5"),
    ("General", {}, "", ""),
    ("a reply in General with a thread id that is none", {"message_thread_id": 9, "reply_to_message": OTHER}, "", "9"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "thread", "reply"), [case[1:] for case in REPLIES], ids=[case[0] for case in REPLIES]
)
def test_where_a_post_stands_and_what_it_answers(fields: Any, thread: str, reply: str) -> None:
    post = translate.post([read(chat=FORUM, text="x", **fields)], (), "ru")
    assert post
    assert (post.thread, post.reply_to) == (thread, reply)


@pytest.mark.parametrize(
    ("fields", "text", "colleague"),
    [
        ({"text": "сделаю"}, "сделаю", False),
        ({"text": "// между нами"}, "между нами", True),
        ({"text": "@petr глянь"}, "@petr глянь", True),
        ({"text": "почта a@b.ru"}, "почта a@b.ru", False),
        (
            {"text": "Пётр, глянь", "entities": [{"type": "text_mention", "offset": 0, "length": 4, "user": USER}]},
            "Пётр, глянь",
            True,
        ),
        ({"photo": PHOTO, "caption": "// схема"}, "схема", True),
    ],
)
def test_words_for_a_colleague_are_marked(fields: Any, text: str, colleague: bool) -> None:
    post = translate.post([read(chat=FORUM, **fields)], (), "ru")
    assert post
    assert (post.text, post.to_colleague) == (text, colleague)


@pytest.mark.parametrize(
    ("fields", "anonymous"),
    [
        ({}, False),
        ({"sender_chat": FORUM, "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}}, True),
        ({"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}}, True),
        (
            {
                "sender_chat": {"id": -7, "type": "channel", "title": "Канал"},
                "from": {"id": 136817688, "is_bot": True, "first_name": "Channel"},
            },
            True,
        ),
    ],
)
def test_whoever_hides_behind_a_chat_is_anonymous(fields: Any, anonymous: bool) -> None:
    post = translate.post([read(chat=FORUM, text="x", **fields)], (), "ru")
    assert post
    assert post.engineer.anonymous is anonymous


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/take", ("take", "", "")),
        ("/Info@Otvet_bot  что\nс принтером? ", ("info", "Otvet_bot", "что\nс принтером?")),
        ("/var/log полон", ("var/log", "", "полон")),
        ("/", ("", "", "")),
        ("/ тихо", ("", "", "тихо")),
        ("// заметка", None),
        ("слово /take", None),
    ],
)
def test_commands_are_read(text: str, expected: tuple[str, str, str] | None) -> None:
    found = translate.command(text)
    assert (found and (found.name, found.bot, found.argument)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("отчёт.pdf", "отчёт.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\win.ini", "win.ini"),
        ("счёт\u202efdp.exe", "счёт_fdp.exe"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("...", "file.bin"),
        ("", "file.bin"),
        (None, "file.bin"),
    ],
)
def test_file_names_are_harmless(name: str | None, expected: str) -> None:
    assert safe_name(name, "file.bin") == expected


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=400))
def test_a_file_name_is_never_long_nor_a_path(name: str) -> None:
    found = safe_name(name, "file.bin")
    assert 0 < len(found) <= LONGEST_NAME
    assert "/" not in found
    assert "\\" not in found


@settings(derandomize=True, deadline=None)
@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_cut_text_fits_and_begins_as_before(text: str, limit: int) -> None:
    found = cut(text, limit)
    assert units(found) <= limit
    assert found == text or text.startswith(found.removesuffix("…"))


def test_text_without_links_stays_as_it_is() -> None:
    assert plain("a <b> & c", None) == "a <b> & c"


@pytest.mark.parametrize("data", ["", "d", "x|take|1|", "d|take|one|", "d|take|1"])
def test_a_button_that_is_not_ours_is_nothing(data: str) -> None:
    assert buttons.read(data) is None


def test_buttons_come_back_as_they_were_packed() -> None:
    rows = (
        (
            Button(label="Да", action=Action.SAME, ticket=7, arg="3:yes"),
            Button(label="www", action=Action.TAKE, url="https://a.ru"),
        ),
    )
    markup = buttons.keyboard(rows)
    assert markup
    first, second = markup.inline_keyboard[0]
    found = buttons.read(first.callback_data or "")
    assert found
    assert (found.action, found.ticket, found.arg) == ("same", 7, "3:yes")
    assert second.url == "https://a.ru"


def test_a_button_that_does_not_fit_is_left_out() -> None:
    """64 bytes: the message matters more."""
    rows = ((Button(label="x", action=Action.LINE, arg="ж" * 40),),)
    assert buttons.keyboard(rows) is None


def test_the_group_is_known_by_its_chat() -> None:
    post = translate.post([read(chat=FORUM, text="x")], (), "ru")
    assert post
    assert post.place == str(GROUP)
