"""The knowledge base: for engineers with why, for clients before a person answers, with nothing hidden behind it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desk.people import Audit
from desk.tickets import Closing, Status
from desk.workbench import Use
from playground.botapi import Person
from tests.steps import chat, last_mail, mail, order, said_in, said_to, text_of
from tests.world import World

ARTICLES = {
    "password": "---\npublic: true\nwords: вход\nurl: https://example.com/p\n---\n# Как сбросить пароль\n\n"
    "1. Нажмите **«Забыли пароль?»** и <подождите>.\n2. [Дальше](https://example.com/next)\n",
    "spam": "---\npublic: true\n---\n# Письмо с паролем не пришло\n\nПосмотрите в папке «Спам».",
    "admin": "# Пароль администратора\n\nЛежит в сейфе.",
    "english": "---\npublic: true\n---\n# Reset your password\n\nPress the link on the login page and wait.",
}
LINES = [{"name": "first", "title": "Первая линия", "articles": True}, {"name": "second", "title": "Вторая линия"}]


@pytest.fixture
async def learned(sqlite_url: str, clock: Any, tmp_path: Path) -> AsyncIterator[World]:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    tables = {"library": {"answers": str(tmp_path / "none"), "articles": str(folder)}, "line": LINES}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        yield world


async def press(world: World, person: Person, words: str, button: str) -> str:
    said = await person.press(person.last(words), button)
    await world.settle()
    return said


async def status(world: World) -> Status:
    return (await world.tickets())[0].status


async def counted(world: World, what: str) -> list[str]:
    async with world.store.view() as view:
        return [use.name for use in await view.find(Use, what=what)]


async def test_offered_below_the_receipt_read_and_helped(learned: World) -> None:
    """The ticket is in the queue all the same; «Помогло» closes it as solved by an article, a word opens it again."""
    ann = await chat(learned, "Анна", "Забыла пароль, не могу войти")
    offer = ann.last("возможно, поможет")
    assert offer.buttons == ["Как сбросить пароль", "Письмо с паролем не пришло", "Помогло", "Нужен человек"]
    assert await status(learned) is Status.NEW
    assert "сейф" not in said_to(ann)
    await press(learned, ann, "возможно, поможет", "Как сбросить пароль")
    article = ann.last("Как сбросить пароль")
    assert "Нажмите «Забыли пароль?» и <подождите>." in article.text
    assert article.text.endswith("https://example.com/p")
    assert [mark["type"] for mark in article.entities][:2] == ["bold", "bold"]
    assert await press(learned, ann, "возможно, поможет", "Как сбросить пароль") == "Статья уже есть выше."
    await press(learned, ann, "Нажмите", "Помогло")
    assert await status(learned) is Status.CLOSED
    assert (await learned.tickets())[0].closing is Closing.ARTICLE
    assert await counted(learned, "helped") == ["password"]
    async with learned.store.view() as view:
        assert await view.count(Audit, what="article helped") == 1
    assert article.buttons == []
    assert "помогла статья" in said_in(learned.group.topic("SD-1 ·"))
    ann.say("Нет, всё-таки не получилось")
    await learned.settle()
    assert await status(learned) is Status.OPEN


async def test_a_person_is_one_tap_away(learned: World) -> None:
    """The engineers hear it once however often it is pressed, and the ticket stays in the queue."""
    ann = await chat(learned, "Анна", "Забыла пароль")
    said = await press(learned, ann, "возможно, поможет", "Нужен человек")
    assert "ответит инженер" in said
    await press(learned, ann, "возможно, поможет", "Как сбросить")
    await press(learned, ann, "Нажмите", "Нужен человек")
    assert said_in(learned.group.topic("SD-1 ·")).count("«Нужен человек»") == 1
    assert await status(learned) is Status.NEW
    assert await counted(learned, "not helped") == ["password"]


async def test_helped_after_it_was_closed_changes_nothing(learned: World) -> None:
    ann = await chat(learned, "Анна", "Забыла пароль")
    await order(learned, "SD-1", "/close withdrawn")
    assert "закрыта" in await press(learned, ann, "возможно, поможет", "Помогло")
    assert (await learned.tickets())[0].closing is Closing.WITHDRAWN
    assert await counted(learned, "helped") == []


@pytest.mark.parametrize(
    ("words", "line"), [("Забыла пароль", "second"), ("Кофе остыл", "first")], ids=["another line", "nothing fits"]
)
async def test_nothing_is_offered(sqlite_url: str, clock: Any, tmp_path: Path, words: str, line: str) -> None:
    """Where the line does not offer them, or no article fits the words."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "password.md").write_text(ARTICLES["password"], encoding="utf-8")
    rule = [{"name": "all", "when": {"always": True}, "line": line}]
    tables = {"library": {"articles": str(folder)}, "line": LINES, "rule": rule}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        ann = await chat(world, "Анна", words)
        assert "возможно" not in said_to(ann)
        assert await counted(world, "suggested") == []


async def test_by_mail_as_links_and_short_texts_in_the_receipt(learned: World) -> None:
    await mail(learned, "ann@client.example", "Пароль", "Добрый день! Забыла пароль и не могу войти")
    receipt = text_of(await last_mail(learned, "ann@client.example")).replace("\r\n", "\n")
    assert "• Как сбросить пароль\nhttps://example.com/p" in receipt
    assert "• Письмо с паролем не пришло\nПосмотрите в папке «Спам»." in receipt
    assert "сейф" not in receipt


async def test_in_the_language_of_the_client(learned: World) -> None:
    ann = learned.bot.world.person("Ann", language_code="en")
    ann.start()
    ann.say("I have forgotten my password and I cannot log in any more")
    await learned.settle()
    assert ann.last("may help").buttons == ["Reset your password", "It helped", "I need a person"]


async def test_engineers_see_why_read_in_place_and_send_after_a_preview(learned: World) -> None:
    """One quiet button under the first message; inner articles are theirs alone."""
    ann = await chat(learned, "Анна", "Забыла пароль, не могу войти")
    topic = learned.group.topic("SD-1 ·")
    assert topic.messages[1].buttons == ["Статьи (3)"]
    await learned.group.press(learned.engineer, topic.messages[1], "Статьи (3)")
    await learned.settle()
    listed = topic.messages[-1]
    assert "1. Как сбросить пароль\nслова: забыла, пароль" in listed.text
    assert "Пароль администратора" in listed.text
    assert "только для своих" in listed.text
    posts = len(topic.messages)

    async def tap(button: str) -> None:
        await learned.group.press(learned.engineer, listed, button)
        await learned.settle()

    await tap("Пароль администратора")
    assert listed.buttons == ["‹ Список"]
    await tap("Список")
    await tap("Как сбросить")
    assert listed.buttons == ["Клиенту", "‹ Список"]
    await tap("Клиенту")
    await tap("Отправить")
    await learned.advance(seconds=10)
    assert "1. Нажмите «Забыли пароль?» и <подождите>.\n2. Дальше (https://example.com/next)" in said_to(ann)
    assert len(topic.messages) == posts
    assert await counted(learned, "sent") == ["password"]


async def test_engineers_look_by_words(learned: World) -> None:
    await chat(learned, "Анна", "Добрый день")
    await order(learned, "SD-1", "/articles спаме")
    assert "Письмо с паролем" in said_in(learned.group.topic("SD-1 ·"))
    await order(learned, "SD-1", "/articles слон")
    assert "Подходящих статей нет" in said_in(learned.group.topic("SD-1 ·"))


@pytest.mark.parametrize("which", ["shadow mode", "a client's own group", "forged mail"])
async def test_where_it_would_say_too_much(sqlite_url: str, clock: Any, tmp_path: Path, which: str) -> None:
    """Shadow mode sends nothing, a group of many is not bothered; a receipt to a stranger's mail repeats nothing of it."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "password.md").write_text(ARTICLES["password"], encoding="utf-8")
    tables: dict[str, Any] = {"library": {"articles": str(folder)}, "line": LINES}
    if which == "shadow mode":
        tables["desk"] = {"quiet": True}
    async with World(clock=clock, url=sqlite_url, folder=tmp_path, tables=tables) as world:
        if which == "shadow mode":
            ann = world.person("Анна")
            ann.start()
            ann.say("Забыла пароль")
            await world.settle()
            assert ann.received == []
        elif which == "forged mail":
            await mail(world, "ann@client.example", "Пароль http://spam.example", "Забыла пароль http://spam.example")
            said = text_of(await last_mail(world, "ann@client.example"))
            assert "https://example.com/p" in said
            assert "spam.example" not in said
        else:
            group = world.bot.world.group("Клиенты")
            ann = world.bot.world.person("Анна")
            group.add(ann)
            group.say(ann, "@otvet_bot забыла пароль")
            await world.settle()
            assert "возможно" not in "\n".join(one.text for one in group.messages)


async def test_two_presses_at_once_close_once(learned: World) -> None:
    ann = await chat(learned, "Анна", "Забыла пароль")
    offer = ann.last("возможно, поможет")
    await asyncio.gather(*(ann.press(offer, "Помогло") for _ in range(2)))
    await learned.settle()
    assert await counted(learned, "helped") == ["password"]
    assert said_in(learned.group.topic("SD-1 ·")).count("Закрыто: помогла статья") == 1


async def test_an_article_that_went_away_is_said_so(learned: World) -> None:
    """Its file was taken away meanwhile, or it is not public any more: the client hears that a person will answer."""
    ann = await chat(learned, "Анна", "Забыла пароль")
    (learned.folder / "articles" / "password.md").write_text("# Как сбросить пароль\n\nсекрет", encoding="utf-8")
    learned.desk.current.wishes.put_nowait("Мария")
    await learned.reread()
    assert "Инженер ответит" in await press(learned, ann, "возможно, поможет", "Как сбросить пароль")
    assert "секрет" not in said_to(ann)


async def test_the_report_counts_what_helped(learned: World) -> None:
    ann = await chat(learned, "Анна", "Забыла пароль")
    await press(learned, ann, "возможно, поможет", "Помогло")
    learned.group.say(learned.engineer, "/report 2026-W48")
    await learned.settle()
    await learned.advance(seconds=5)
    said = "\n".join(one.text for one in learned.group.general.messages)
    assert "Клиентам статья помогла: 1, понадобился человек: 0." in said
