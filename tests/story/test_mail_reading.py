"""Awkward letters come through the real mail server to the engineers as people would see them."""

from pathlib import Path

import pytest

from tests.steps import said_in
from tests.world import SUPPORT, World

LETTERS = Path(__file__).parents[1] / "mail" / "data"
SHOWN = {
    "calendar_outlook_russian_request": ["Приходите, обсудим.", "24.11.2026 12:00–13:30", "Переговорная 2"],
    "html_data_table_in_columns": ["Тонер", "Барабан"],
    "html_links_that_words_hide": ["https://disk.example/d/x1"],
    "winmail_rtf_made_from_html": ["Принтер сломался"],
    "forwarded_letter_is_all_there_is": ["Не печатает"],
}


@pytest.mark.parametrize("letter", SHOWN)
async def test_an_awkward_letter_becomes_a_topic_that_can_be_read(world: World, letter: str) -> None:
    raw = (LETTERS / f"{letter}.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    await world.mails.put(SUPPORT, raw)
    await world.settle(30)
    shown = said_in(world.group.topic("SD-1 ·"))
    for words in SHOWN[letter]:
        assert words in shown
    assert "\ufffd" not in shown


@pytest.mark.parametrize("words", [b"", b" \r\n\t\r\n"])
async def test_a_mail_without_a_word_says_so(world: World, words: bytes) -> None:
    head = (
        b"From: Ann <ann@client.example>\r\nTo: support@desk.example\r\nSubject: ?\r\nMessage-ID: <e1@client.example>"
    )
    await world.mails.put(SUPPORT, head + b"\r\n\r\n" + words)
    await world.settle(30)
    assert "(без текста)" in said_in(world.group.topic("SD-1 ·"))


async def test_a_mail_that_is_set_aside_is_told_of_in_plain_words(world: World) -> None:
    await world.mails.put(SUPPORT, b"Subject: nobody's\r\nMessage-ID: <e2@client.example>\r\n\r\nhello\r\n")
    await world.settle(30)
    (told,) = (one.text for one in world.group.messages if "не удалось обработать" in one.text)
    assert told.startswith("Сообщение №1 (почта, support) не удалось")
