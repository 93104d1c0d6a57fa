"""`/find`: tickets by their words, as the engineers' group shows them."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desk.indexing import LOOK
from playground.botapi.model import Message, Topic
from tests.steps import answer, chat, mail, order
from tests.world import World


@pytest.fixture
async def world(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    async with World(clock=clock, url=sqlite_url, folder=tmp_path) as made:
        yield made


async def find(world: World, words: str, topic: Topic | None = None) -> Message:
    """Let the index catch up, then ask; what the desk answered."""
    await world.advance(seconds=LOOK.total_seconds())
    post = world.group.say(world.engineer, f"/find {words}", topic)
    await world.settle()
    return next(one for one in world.group.messages if one.from_bot and one.reply_to is post)


def bold(message: Message) -> list[str]:
    return [message.text[one["offset"] :][: one["length"]] for one in message.entities if one["type"] == "bold"]


async def test_words_are_found_in_any_inflection_with_their_line(world: World) -> None:
    """The line stands there with the word in bold; a button leads to the topic."""
    await chat(world, "Анна", "Не видит принтера\nвторой день")
    await mail(world, "Пётр <petr@acme.example>", "Сканер", "Молчит сканер, см. <b>журнал</b>")
    shown = await find(world, "принтеры")
    assert "Нашлась 1 заявка: принтеры" in shown.text
    assert "SD-1" in shown.text
    assert "Анна: Не видит принтера" in shown.text
    assert bold(shown)[-1] == "принтера"
    assert shown.buttons == ["SD-1"]
    topic = world.group.topic("SD-1")
    assert shown.keyboard[0][0]["url"] == f"https://t.me/c/1000000001/{topic.id}"
    assert "SD-2" in (await find(world, "журналы from:acme", topic)).text


async def test_numbers_names_addresses_phones_and_files_are_found(world: World) -> None:
    """A ticket's own number comes first; whoever looks in whatever spelling."""
    ann = await chat(world, "Анна Кузнецова", "Перезвоните +7 (912) 345-67-89")
    ann.send_document(b"%PDF", "отчёт за ноябрь.pdf")
    await world.settle()
    await mail(world, "Пётр <petr@acme.example>", "Сканер", "Как в SD-1, но с 2 страницы")
    await mail(world, "Олег <oleg@other.example>", "Касса", "Молчит")
    cases = {
        "SD-1": ["SD-1", "SD-2"], "2": ["SD-2"], "кузнецовой": ["SD-1"], "petr@acme.example": ["SD-2"],
        "acme.example": ["SD-2"], "89123456789": ["SD-1"], "912 345 67 89": ["SD-1"], "9123456789": ["SD-1"],
        "ноябрь": ["SD-1"], "has:file": ["SD-1"], "-from:acme -есть:файл": ["SD-3"], "line:first -status:closed": None,
    }  # fmt: skip
    for words, wanted in cases.items():
        found = (await find(world, words)).buttons
        assert found == wanted if wanted is not None else len(found) == 3, words


async def test_what_was_edited_closed_or_unlinked_is_found_as_it_is_now(world: World) -> None:
    """And what it said before is not."""
    ann = await chat(world, "Анна", "Не работает\nплоттер молчит")
    ann.edit(next(one for one in ann.chat if "плоттер" in one.text), "Не работает\nкасса молчит")
    await world.settle()
    await answer(world, "SD-1", "Проверьте кабель")
    await order(world, "SD-1", "/note ключ у завхоза")
    await order(world, "SD-1", "/close решено")
    assert (await find(world, "кабели завхоз status:закрыта")).buttons == ["SD-1"]
    assert (await find(world, "кассу")).buttons == ["SD-1"]
    assert "ничего не нашлось" in (await find(world, "плоттер")).text


async def test_pages_and_mistakes(world: World) -> None:
    """Eight a page, turned in the same message; what is no filter is answered with what was meant."""
    for number in range(9):
        await chat(world, f"Клиент {number}", f"Вопрос про принтер номер {number}")
    shown = await find(world, "принтер")
    assert [one for one in shown.buttons if one.startswith("SD-")] == [f"SD-{one}" for one in range(9, 1, -1)]
    await world.group.press(world.engineer, shown, "›")
    await world.settle()
    assert [one for one in shown.buttons if one.startswith("SD-")] == ["SD-1"]
    await world.stop()
    await world.start()
    await world.group.press(world.engineer, shown, "‹")
    await world.settle()
    assert len([one for one in shown.buttons if one.startswith("SD-")]) == 8
    assert "Возможно, line:?" in (await find(world, "lien:first")).text
    assert "Что искать?" in (await find(world, "")).text
    await world.advance(days=15)
    await find(world, "вопрос")
    assert "устарел" in await world.group.press(world.engineer, shown, "›")


async def test_hostile_words_are_only_words(world: World) -> None:
    evil = "<b>x</b> \ue000y\ue001 \" ' OR NEAR( ) -- ; DROP TABLE ticket; \u202e*"
    await chat(world, "<i>Мэллори</i>", f"строка {evil}")
    shown = await find(world, "строка x drop")
    assert "<b>x</b> y" in shown.text
    assert "<i>Мэллори</i>" in shown.text
    for words in (evil, '"' * 30, "a" * 3_000, "'*'", "-" * 20, "\x00"):
        assert (await find(world, words or "?")).text
    assert (await find(world, "строки")).buttons == ["SD-1"]


async def test_secrets_are_not_found(sqlite_url: str, clock: Any, tmp_path: Path) -> None:
    tables = {
        "field": [{"name": "password", "title": {"ru": "Пароль", "en": "Password"}, "secret": True,
             "ask": {"ru": "Какой пароль?", "en": "What password?"}}],
    }  # fmt: skip
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables, with_mail=False) as world:
        await chat(world, "Анна", "Не входит\nПароль: кракозябра")
        assert (await find(world, "входит")).buttons == ["SD-1"]
        assert "ничего не нашлось" in (await find(world, "кракозябра")).text


async def test_what_was_said_before_an_upgrade_is_found_after_it(clock: Any, tmp_path: Path) -> None:
    """In the background, a moment after the start."""
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as connection:
        old = Path(__file__).parents[1] / "store" / "upgrade" / "0003.sql"
        connection.executescript(old.read_text(encoding="utf-8"))
        connection.execute("UPDATE message SET text = 'Сломался плоттер'")
        connection.commit()
    async with World(clock=clock, url=f"sqlite:///{path}", folder=tmp_path, with_mail=False) as world:
        shown = await find(world, "плоттеры")
        assert "Сломался плоттер" in shown.text
