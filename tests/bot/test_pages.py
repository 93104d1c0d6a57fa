"""Long texts as several messages, and what is no text as Telegram's own calls."""

import json
from dataclasses import replace
from typing import Any

import pytest
from aiogram.types import Message

from bot import natives
from bot.pages import pages
from bot.plain import TEXT_LIMIT, units
from bot.render import parts_of, render
from bot.things import thing
from desk.parcels import Act, Action, Button, Outgoing, Purpose
from tests.bot.updates import raw_message

SAY = Outgoing(channel="telegram", place="1", purpose=Purpose.ANSWER, text="Готово")
POST = replace(SAY, channel="group", purpose=Purpose.MIRROR)
WORDS = " ".join(f"слово{index}" for index in range(3_000))


@pytest.mark.parametrize(
    ("message", "count"),
    [
        (SAY, 1),
        (replace(SAY, text="д" * 4_096), 1),
        (replace(SAY, text="д" * 4_096, title="SD-1 · Принтер"), 2),
        (replace(SAY, text="😀" * 4_000), 2),
        (replace(SAY, text=WORDS[:12_000]), 3),
        (replace(SAY, text=WORDS[:8_000], footer="подпись", quote="было"), 2),
        (replace(POST, text=WORDS[:8_000]), 2),
        (replace(POST, text=WORDS[:9_000]), 1),  # its beginning, and a file
        (replace(SAY, text=WORDS * 2), 1),
        (replace(POST, text="коротко", quote="д" * 9_000), 1),
        (replace(POST, act=Act.CARD, text=WORDS[:8_000]), 1),
        (replace(SAY, text=WORDS[:5_000], title="д" * 4_000), 1),
        (replace(SAY, text=""), 1),
    ],
)
def test_a_text_is_parted_where_it_does_not_fit(message: Outgoing, count: int) -> None:
    """Nothing of it is lost, no part is too long, and what goes above and below stands where it belongs."""
    buttons = ((Button(label="Да", action=Action.TAKE),),)
    message = replace(message, buttons=buttons)
    found = pages(message)
    assert len(found) == count
    assert all(units(render(page).plain) <= TEXT_LIMIT for page in found)
    if count > 1:
        assert "".join(page.text for page in found).replace(" ", "") == message.text.replace(" ", "")
        assert not any(render(page).whole for page in found)
        assert [page.title for page in found] == [message.title] + [""] * (count - 1)
        assert [page.footer for page in found] == [""] * (count - 1) + [message.footer]
        assert [page.buttons for page in found] == [()] * (count - 1) + [buttons]
        assert parts_of(message) == count


THINGS: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"location": {"latitude": 1.5, "longitude": 2.5}}, "sendLocation", {"latitude": 1.5, "longitude": 2.5}),
    (
        {
            "location": {"latitude": 1.5, "longitude": 2.5},
            "venue": {"location": {"latitude": 1.5, "longitude": 2.5}, "title": "Офис", "address": "Тверская"},
        },
        "sendVenue",
        {"title": "Офис", "address": "Тверская"},
    ),
    (
        {"contact": {"phone_number": "+7", "first_name": "Пётр", "last_name": "К", "vcard": "BEGIN:VCARD"}},
        "sendContact",
        {"phone_number": "+7", "first_name": "Пётр", "last_name": "К", "vcard": "BEGIN:VCARD"},
    ),
    (
        {
            "poll": {
                "id": "1", "question": "Когда?", "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
                "type": "quiz", "allows_multiple_answers": False, "allows_revoting": True, "members_only": False,
                "options": [
                    {"persistent_id": "0", "text": "Утром", "voter_count": 0},
                    {"persistent_id": "1", "text": "Вечером", "voter_count": 0},
                ],
            }
        },
        "sendPoll",
        {"question": "Когда?", "is_anonymous": False, "is_closed": None},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "method", "values"), THINGS)
def test_what_is_no_text_is_read_and_sent_as_it_is(
    content: dict[str, Any], method: str, values: dict[str, Any]
) -> None:
    found = thing(Message.model_validate(raw_message(**content)))
    assert found is not None
    message = replace(SAY, text="", native=json.dumps({**found, "words": "словами"}))
    call = natives.call(message, {"chat_id": 1})
    assert call.__api_method__ == method
    assert {name: getattr(call, name) for name in values} == values
    assert natives.words(message) == "словами"
    assert parts_of(message) == 1


def test_a_poll_in_the_group_is_closed() -> None:
    message = replace(POST, native='{"kind": "poll", "question": "?", "options": ["а", "б"]}')
    assert natives.call(message, {"chat_id": 1}).is_closed is True  # type: ignore[attr-defined]


def test_words_are_nothing_else() -> None:
    assert thing(Message.model_validate(raw_message(text="Готово"))) is None
