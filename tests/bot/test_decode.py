"""Updates that nobody foresaw."""

import json
from typing import Any

import pytest

from bot.decode import decode
from desk.errors import Unreadable
from tests.bot.updates import PRIVATE, USER, body, raw_message

NEW = {"type": "from_mars", "date": 1, "planet": {"name": "x"}}


@pytest.mark.parametrize(
    "extra",
    [
        {"forward_origin": NEW},
        {"reply_to_message": {**raw_message(text="x"), "forward_origin": NEW}},
        {"external_reply": {"origin": NEW}},
        {"entities": [{"type": "bold", "offset": "here", "length": 1}]},
        {"reply_markup": {"inline_keyboard": 5}},
    ],
)
def test_words_arrive_whatever_adorns_them(extra: dict[str, Any]) -> None:
    """One update that cannot be decoded stalls stock polling for ever."""
    update = decode(body("message", raw_message(text="Помогите", **extra)))
    assert update
    assert update.message
    assert update.message.text == "Помогите"
    if "reply_to_message" in extra:
        assert update.message.reply_to_message
        assert update.message.reply_to_message.message_id == extra["reply_to_message"]["message_id"]


def test_a_press_on_a_message_of_a_new_kind_is_a_press() -> None:
    query = {"id": "1", "from": USER, "chat_instance": "1", "data": "d|take|1|",
             "message": raw_message(text="x", forward_origin=NEW)}  # fmt: skip
    update = decode(body("callback_query", query))
    assert update
    assert update.callback_query
    assert update.callback_query.message
    assert update.callback_query.message.chat.id == PRIVATE["id"]


@pytest.mark.parametrize("kind", ["poll", "channel_post", "something_new"])
def test_kinds_that_we_do_not_need_are_nothing(kind: str) -> None:
    assert decode(body(kind, {"a": 1})) is None


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"5", body("message", {"message_id": "x"}), b"[" * 100_000, b'{"message": 5'],
    ids=range(7),
)  # fmt: skip
def test_what_cannot_be_understood_goes_to_quarantine(content: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(content)


def test_the_error_does_not_repeat_the_clients_words() -> None:
    with pytest.raises(Unreadable) as caught:
        decode(body("message", {"message_id": "тайна", "text": "пароль 123"}))
    assert "тайна" not in str(caught.value)
    assert "пароль" not in str(caught.value)


def test_letters_that_no_database_takes_are_replaced() -> None:
    """JSON may carry NUL and half of a surrogate pair."""
    raw = body("message", raw_message(text="PLACE"))
    update = decode(raw.replace(b"PLACE", rb"a\u0000b\ud83dc \ud83d\ude42"))
    assert update
    assert update.message
    text = update.message.text or ""
    assert text == "ab�c 🙂"
    json.dumps(text, ensure_ascii=False).encode()
